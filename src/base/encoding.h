// Text encodings of bytes: hex, base64, percent. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace s3c::base {

/// Lower-case hex, two digits per byte.
std::string to_hex(std::string_view bytes);
/// The reverse; nullopt unless every character is a hex digit (either case) and their number is even.
std::optional<std::string> from_hex(std::string_view hex);
/// Whether text is hex digits alone (either case).
bool is_hex(std::string_view text);

/// Standard base64 with padding (RFC 4648 section 4).
std::string to_base64(std::string_view bytes);
/// The reverse. nullopt for anything that to_base64 doesn't write, so that the same bytes have only one text.
std::optional<std::string> from_base64(std::string_view text);

/// Percent-encodes every byte but A-Z a-z 0-9 - . _ ~, and '/' too when keep_slash, with upper-case hex.
/// Source: "UriEncode()" of the Signature Version 4 documentation.
std::string percent_encode(std::string_view bytes, bool keep_slash = false);
/// The reverse; '+' stays '+' unless plus_is_space. nullopt when a '%' isn't followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// True when text is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

/// Whether text has a control character (C0, DEL, C1) or malformed UTF-8. Terminals may obey such bytes, and
/// other programs fail on them.
bool has_control_characters(std::string_view text);

/// Makes text safe to print on one terminal line: control characters and malformed UTF-8 become \xNN, and so
/// do characters that make a text look like another one: those that turn the direction of writing, have no
/// width, or separate lines.
std::string printable(std::string_view text);

}  // namespace s3c::base
