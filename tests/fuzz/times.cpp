// Input: a time as text. Each form of base/time.h: a time that written again reads back the same, or nothing;
// a ULID's time likewise.
#include "base/time.h"

#include "base/ulid.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::Timestamp;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  // A leap second, which is read as the next second, is written as that; nothing else is written otherwise.
  const bool leap = text.find("60") != std::string_view::npos;
  const auto check = [&](std::optional<Timestamp> (*parse)(std::string_view),
                         std::string (*format)(Timestamp), std::size_t first, std::size_t count) {
    const std::optional<Timestamp> time = parse(text);
    if (!time) return;
    const std::string written = format(*time);
    require(parse(written) == time, "a time reads back the same");
    require(leap || written.substr(first, count) == text.substr(first, count),
            "a date that is none is refused");
  };
  check(base::parse_iso8601, base::format_iso8601, 0, 19);  // the fraction may have other digits
  check(base::parse_amz_date, base::format_amz_date, 0, std::string::npos);
  check(base::parse_http_date, base::format_http_date, 3,
        std::string::npos);  // the day of the week isn't looked at
  if (const auto time = base::ulid_time(text)) {
    require(time->time_since_epoch().count() >= 0, "a ULID is no older than 1970");
    require(text.size() == 26 && fuzz::is_printable(text), "a ULID is 26 characters");
  }
  return 0;
}
