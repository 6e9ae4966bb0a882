// Input: a status on the first line, header fields ("Name: value") on the next ones, and behind an empty line
// the body. The values of s3/answer_headers.h or Error; every answer becomes an Error that can be
// printed, and no answer makes us wait for more than a minute.
#include "s3/answer_headers.h"

#include "s3/error_mapping.h"
#include "s3/thaw_state.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

/// In the middle of what corpus files say of copies: before some of their ends, behind others.
constexpr base::Timestamp kNow{std::chrono::sys_days{std::chrono::April / 1 / 2018}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  const std::size_t blank = std::min(input.find("\n\n"), input.size());
  std::vector<std::string> lines = fuzz::split(input.substr(0, blank), '\n');
  http::Response answer;
  answer.status = static_cast<int>(std::strtoul(lines.front().substr(0, 3).c_str(), nullptr, 10));
  answer.body = input.substr(std::min(blank + 2, input.size()));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = std::min(lines[i].find(": "), lines[i].size());
    answer.headers.add(lines[i].substr(0, colon), lines[i].substr(std::min(colon + 2, lines[i].size())));
  }

  bool tells_time = false;
  for (const auto& [name, value] : answer.headers) {
    if (http::equal_ignoring_case(name, "last-modified") && base::parse_http_date(value)) tells_time = true;
  }
  const auto head = fuzz::value_of({ErrorKind::corrupt, ErrorKind::unsupported}, [&] {
    try {
      return s3::parse_object_head(answer, kNow);
    } catch (const base::Error& error) {
      require(!tells_time || error.message() != "the answer has no Last-Modified", "1970 is a time, too");
      throw;
    }
  });
  if (head) {
    require(!head->etag.empty(), "an object has an ETag");
    require(!head->thaw.expires_at || *head->thaw.expires_at > kNow, "what has expired is no thawed copy");
    require(!head->thaw.expires_at || head->thaw.kind == s3::ThawState::Kind::thawed, "only copies expire");
    require(s3::can_be_frozen(head->storage_class) || head->thaw == s3::ThawState{}, "STANDARD is readable");
    require(head->tag_count >= 0, "there are no fewer than no tags");
    require(base::parse_http_date(base::format_http_date(head->last_modified)) == head->last_modified,
            "the time reads back the same");
  }
  fuzz::value_of({ErrorKind::corrupt}, [&] { return s3::body_size_bytes(answer); });
  fuzz::value_of({ErrorKind::corrupt}, [&] { return s3::body_offset(answer); });
  s3::etag_contradicts(answer, "d41d8cd98f00b204e9800998ecf8427e");
  s3::region_hint(answer);
  const auto wait = s3::retry_after(answer);
  require(!wait || (wait->count() >= 0 && *wait <= std::chrono::minutes(1)), "nobody makes us wait for long");
  const base::Error error = s3::error_from_answer("GetObject", "bucket/key", answer);
  require(fuzz::is_printable(error.what()), "an Error can be printed on one line");
  require(error.kind() != ErrorKind::internal && error.kind() != ErrorKind::cancelled,
          "it is the store's error");
  return 0;
}
