// Bytes as JSON strings. Keys, ETags and header values may hold any bytes, but JSON strings hold only
// Unicode. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace s3c::index {

/// What a string starts with if it is base64.
inline constexpr std::string_view kBase64Prefix = "base64:";

/// Returns bytes unchanged if they are UTF-8 and don't start with "base64:". Otherwise "base64:" and the
/// base64 of the bytes.
std::string text_from_bytes(std::string_view bytes);

/// The reverse. Throws Error corrupt when the text after "base64:" is not base64, or when the bytes did not
/// need it.
std::string bytes_from_text(std::string_view text);

/// Appends text_from_bytes(bytes) to out as a JSON string, quotes included. Control characters are escaped,
/// and so are U+0085, U+2028 and U+2029: some programs end a line at them, and a row must stay one line.
void append_json_string(std::string& out, std::string_view bytes);

}  // namespace s3c::index
