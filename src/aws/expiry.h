// Times at which credentials and tokens expire, as many programs write them. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace s3c::aws {

/// ISO 8601 with "Z", "UTC", an offset such as "+02:00", or none of these, which means UTC. nullopt for
/// anything else.
std::optional<base::Timestamp> parse_expiry(std::string_view text);

}  // namespace s3c::aws
