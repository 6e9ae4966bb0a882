// ULIDs: 48 bits of milliseconds, 80 random bits, 26 characters of Crockford base32. They sort by the time
// they were made. Source: github.com/ulid/spec.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace s3c::base {

/// A new ULID; the random bits come from the operating system. Any thread.
std::string make_ulid(Timestamp now);
/// The ULID made of that time and of these 80 random bits (10 bytes, most significant first). Any thread.
std::string ulid_of(Timestamp time, std::string_view random);
/// The time at which the ULID was made; nullopt unless text is a ULID (26 characters, upper case).
std::optional<Timestamp> ulid_time(std::string_view text);

}  // namespace s3c::base
