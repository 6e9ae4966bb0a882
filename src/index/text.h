// Bytes as JSON strings. Keys, ETags and header values may hold any bytes, JSON strings only Unicode. Any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace s3c::index {

/// bytes itself when it is UTF-8 that doesn't start with "base64:"; else "base64:" and the base64 of the
/// bytes.
std::string text_from_bytes(std::string_view bytes);

/// The reverse. Throws Error corrupt when what follows "base64:" is not base64 or did not need it.
std::string bytes_from_text(std::string_view text);

/// Appends text_from_bytes(bytes) to out as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view bytes);

}  // namespace s3c::index
