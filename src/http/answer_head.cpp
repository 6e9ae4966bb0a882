#include "http/answer_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "http/transport.h"

namespace s3c::http {
namespace {

constexpr std::string_view kVersion = "HTTP/1.1 ";
/// More digits could be more than 64 bits hold.
constexpr std::size_t kMaxLengthDigits = 18;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr std::array<bool, 256> token_characters() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  return table;
}
constexpr std::array<bool, 256> kToken = token_characters();

/// 1xx: another head follows. 204 and 304 have no body, whatever their Content-Length says.
bool is_taken(int status) {
  return status == 200 || status == 206 || (status >= 400 && status <= 599);
}

/// "HTTP/1.1 200 OK". The space after the status must be there, the reason need not.
bool read_status_line(std::string_view line, AnswerHead& head) {
  line.remove_prefix(std::min(kVersion.size(), line.size()));
  if (line.size() < 4 || line[3] != ' ' || !is_field_value(line)) return false;
  if (!std::all_of(line.begin(), line.begin() + 3, is_digit)) return false;
  std::from_chars(line.data(), line.data() + 3, head.status);
  return is_taken(head.status);
}

/// What the fields say about the end of the answer.
struct Framing {
  bool has_length = false;
  bool has_connection = false;
};

bool read_length(std::string_view value, AnswerHead& head, Framing& framing) {
  if (framing.has_length || value.empty() || value.size() > kMaxLengthDigits) return false;
  if (!std::all_of(value.begin(), value.end(), is_digit)) return false;
  framing.has_length = true;
  std::from_chars(value.data(), value.data() + value.size(), head.content_length);
  return true;
}

bool read_connection(std::string_view value, AnswerHead& head, Framing& framing) {
  if (framing.has_connection) return false;
  framing.has_connection = true;
  head.closes = equal_ignoring_case(value, "close");
  return head.closes || equal_ignoring_case(value, "keep-alive");
}

bool read_field(std::string_view line, AnswerHead& head, Framing& framing) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);  // a folded line begins with white space: no name
  const std::string_view value = base::trim(line.substr(colon + 1), " \t");
  if (!is_field_name(name) || !is_field_value(value)) return false;
  head.fields.emplace_back(name, value);
  if (equal_ignoring_case(name, "Content-Length")) return read_length(value, head, framing);
  if (equal_ignoring_case(name, "Connection")) return read_connection(value, head, framing);
  return !equal_ignoring_case(name, "Transfer-Encoding");
}

}  // namespace

bool is_field_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return kToken[static_cast<unsigned char>(c)]; });
}

bool is_field_value(std::string_view text) {
  bool is_value = true;  // without a way out of the loop, which lets the compiler look at many bytes at once
  for (const char c : text) is_value &= (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
  return is_value;
}

HeadProgress read_answer_head(std::string_view bytes, AnswerHead& head) {
  head.fields.clear();
  head.content_length = 0;
  head.closes = false;
  if (!kVersion.starts_with(bytes.substr(0, kVersion.size()))) return HeadProgress::refused;
  Framing framing;
  for (std::size_t begin = 0;;) {
    const std::size_t end = bytes.find('\n', begin);
    if (std::min(end, bytes.size()) >= kMaxHead_bytes) return HeadProgress::refused;
    if (end == std::string_view::npos) return HeadProgress::incomplete;
    if (end == begin || bytes[end - 1] != '\r') return HeadProgress::refused;
    const std::string_view line = bytes.substr(begin, end - 1 - begin);
    if (line.empty()) {
      head.size_bytes = end + 1;
      return framing.has_length ? HeadProgress::complete : HeadProgress::refused;
    }
    const bool good = begin == 0 ? read_status_line(line, head) : read_field(line, head, framing);
    if (!good) return HeadProgress::refused;
    begin = end + 1;
  }
}

}  // namespace s3c::http
