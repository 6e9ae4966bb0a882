// Wall-clock time as S3 writes it. Pure functions, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace s3c::base {

/// A moment in UTC with S3's own resolution: listings carry milliseconds, HTTP headers seconds.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2018-04-01T12:00:00.000Z"
std::string format_iso8601(Timestamp time);
/// The reverse; fractions of any length (cut to milliseconds) or none; must end in 'Z'. nullopt if malformed.
std::optional<Timestamp> parse_iso8601(std::string_view text);

/// "20180401T120000Z", the x-amz-date form.
std::string format_amz_date(Timestamp time);
std::optional<Timestamp> parse_amz_date(std::string_view text);

/// "Sun, 01 Apr 2018 12:00:00 GMT" (RFC 9110 IMF-fixdate).
std::string format_http_date(Timestamp time);
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace s3c::base
