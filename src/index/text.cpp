#include "index/text.h"

#include <optional>

#include "base/encoding.h"
#include "index/failure.h"

namespace s3c::index {
namespace {

constexpr std::string_view kBase64Prefix = "base64:";

bool is_plain(std::string_view bytes) {
  return !bytes.starts_with(kBase64Prefix) && base::is_utf8(bytes);
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
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    out.append(bytes, start, i - start);
    start = i + 1;
    if (c == '"' || c == '\\') {
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
