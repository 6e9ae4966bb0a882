// Input: bytes that a server sends. Either they begin with a head that the strict reader accepts, or it refuses them or
// wants more. What it accepts says in one way only where the answer ends, and no byte more or less changes that.
#include "http/answer_head.h"

#include "http/transport.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using fuzz::require;
using http::HeadProgress;

namespace {

std::size_t count(const http::AnswerHead& head, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(head.fields.begin(), head.fields.end(),
                    [&](const auto& field) { return http::equal_ignoring_case(field.first, name); }));
}

void check_accepted(std::string_view input, const http::AnswerHead& head) {
  const std::string_view bytes = input.substr(0, head.size_bytes);
  require(bytes.starts_with("HTTP/1.1 ") && bytes.ends_with("\r\n\r\n"), "a head has a begin and an end");
  require(bytes.find("\r\n\r\n") + 4 == bytes.size(), "the first empty line ends it");
  require(std::count(bytes.begin(), bytes.end(), '\n') == std::count(bytes.begin(), bytes.end(), '\r'),
          "lines end with CR LF");
  require(bytes.find("\n ") == std::string_view::npos && bytes.find("\n\t") == std::string_view::npos,
          "no line is folded");
  require(bytes.find('\0') == std::string_view::npos, "no byte is NUL");
  require(head.status == 200 || head.status == 206 || (head.status >= 400 && head.status < 600),
          "the status has a body");
  require(count(head, "Content-Length") == 1 && count(head, "Transfer-Encoding") == 0 &&
              count(head, "Connection") <= 1,
          "the end of the body is said once");
  for (const auto& [name, value] : head.fields) {
    require(!name.empty() && name.find_first_of(" \t\r\n:") == std::string_view::npos, "a name is one word");
    require(value.find_first_of("\r\n") == std::string_view::npos, "a value is on one line");
    if (http::equal_ignoring_case(name, "Content-Length"))
      require(std::stoull(std::string(value)) == head.content_length, "the length is what is written there");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  http::AnswerHead head;
  const HeadProgress progress = http::read_answer_head(input, head);
  if (progress == HeadProgress::complete) check_accepted(input, head);
  // The bytes come in pieces.
  bool refused = false;
  http::AnswerHead piece;
  for (std::size_t length = 0; length <= std::min<std::size_t>(size, 300); ++length) {
    const HeadProgress so_far = http::read_answer_head(input.substr(0, length), piece);
    require(!refused || so_far == HeadProgress::refused, "what is refused stays refused");
    refused = so_far == HeadProgress::refused;
    if (progress == HeadProgress::complete && length < head.size_bytes)
      require(so_far == HeadProgress::incomplete, "a head is complete with its last byte");
    if (progress == HeadProgress::complete && length >= head.size_bytes)
      require(so_far == HeadProgress::complete && piece.size_bytes == head.size_bytes &&
                  piece.content_length == head.content_length && piece.fields == head.fields,
              "what follows a head doesn't change it");
  }
  return 0;
}
