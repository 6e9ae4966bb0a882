#include "index/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "index/failure.h"

namespace s3c::index {
namespace {

bool is_plain(std::string_view bytes) {
  return !bytes.starts_with(kBase64Prefix) && base::is_utf8(bytes);
}

/// Whether a byte is escaped, or may begin a character that is.
constexpr std::array<bool, 256> kMayNeedEscape = [] {
  std::array<bool, 256> bytes{};
  std::fill_n(bytes.begin(), 0x20, true);
  for (const char c : {'"', '\\', '\x7f', '\xc2', '\xe2'}) bytes[static_cast<unsigned char>(c)] = true;
  return bytes;
}();

/// The length of a character at bytes[i] that some programs take for the end of a line, and its JSON escape:
/// U+0085, U+2028 or U+2029. {0, ""}: there is no such character.
std::pair<std::size_t, std::string_view> line_end_at(std::string_view bytes, std::size_t i) {
  const std::string_view rest = bytes.substr(i, 3);
  if (rest.starts_with("\xc2\x85")) return {2, "\\u0085"};
  if (rest == "\xe2\x80\xa8") return {3, "\\u2028"};
  if (rest == "\xe2\x80\xa9") return {3, "\\u2029"};
  return {0, {}};
}

}  // namespace

std::string text_from_bytes(std::string_view bytes) {
  if (is_plain(bytes)) return std::string(bytes);
  return std::string(kBase64Prefix) + base::to_base64(bytes);
}

std::string bytes_from_text(std::string_view text) {
  if (!text.starts_with(kBase64Prefix)) return std::string(text);
  std::optional<std::string> bytes = base::from_base64(text.substr(kBase64Prefix.size()));
  // Only one form for each string. Otherwise two rows could have the same key and look different.
  if (!bytes || is_plain(*bytes)) throw corrupt("not a string that needs base64, in base64");
  return *std::move(bytes);
}

void append_json_string(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (!is_plain(bytes)) {
    out.append("\"").append(kBase64Prefix).append(base::to_base64(bytes)).push_back('"');
    return;
  }
  out.push_back('"');
  std::size_t start = 0;  // of the run of characters that need no escape
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (!kMayNeedEscape[c]) continue;
    const auto [length, escape] = line_end_at(bytes, i);
    if (length == 0 && c >= 0x80) continue;
    out.append(bytes, start, i - start);
    start = i + std::max<std::size_t>(length, 1);
    if (length != 0) {
      out.append(escape);
      i = start - 1;
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else {
      out.append("\\u00");
      out.push_back(kDigits[c >> 4]);
      out.push_back(kDigits[c & 15]);
    }
  }
  out.append(bytes, start);
  out.push_back('"');
}

}  // namespace s3c::index
