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
  const auto check = [&](std::optional<Timestamp> (*parse)(std::string_view),
                         std::string (*format)(Timestamp)) {
    if (const auto time = parse(text)) require(parse(format(*time)) == time, "a time reads back the same");
  };
  check(base::parse_iso8601, base::format_iso8601);
  check(base::parse_amz_date, base::format_amz_date);
  check(base::parse_http_date, base::format_http_date);
  if (const auto time = base::ulid_time(text)) {
    require(time->time_since_epoch().count() >= 0, "a ULID is no older than 1970");
    require(text.size() == 26 && fuzz::is_printable(text), "a ULID is 26 characters");
  }
  return 0;
}
