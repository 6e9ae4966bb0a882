// Numbers as people read them. Pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace s3c::cli {

/// "1,234,567"
std::string format_count(std::uint64_t count);
/// format_count and the word in the right number: "1 object", "2,000 objects".
std::string format_count(std::uint64_t count, std::string_view singular, std::string_view plural);
/// "1 object", "2,000 objects".
std::string format_objects(std::uint64_t count);
/// "1 volume", "2,000 volumes".
std::string format_volumes(std::uint64_t count);
/// Decimal units as storage is billed: "0 B", "999 B", "1.0 KB", "12.3 MB", "4.7 TB".
std::string format_bytes(std::uint64_t bytes);
/// format_bytes per second: "12.3 MB/s".
std::string format_byte_rate(double bytes_per_second);
/// Whole objects from ten on, one digit below: "5,120/s", "3.4/s".
std::string format_rate(double per_second);
/// "0.4 s", "12 s", "3 min 05 s", "2 h 07 min", "3 d 04 h"; tenths only when precise and below a minute.
std::string format_duration(std::chrono::milliseconds duration, bool precise = false);
/// "$0", "$0.0042", "$3.14", "$1,234": two digits below a dollar, cents up to a thousand.
std::string format_dollars(double dollars);
/// How many times smaller out is than in: "4.3:1"; "-" when either is 0.
std::string format_ratio(std::uint64_t in_bytes, std::uint64_t out_bytes);

/// The most columns that the text can take on a terminal: a character outside ASCII counts as two.
std::size_t display_width(std::string_view utf8);
/// text cut to at most width columns, with "..." at the cut. It is never cut in the middle of a UTF-8
/// sequence.
std::string fit_to_width(std::string_view utf8, std::size_t width);
/// The end of text, at most width columns of it.
std::string_view tail_within(std::string_view utf8, std::size_t width);

}  // namespace s3c::cli
