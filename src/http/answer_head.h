// The head of an HTTP/1.1 answer, read strictly: bytes in, head out, and no opinion on anything else. Two
// readers that disagree about where an answer ends are how one answer is taken for another (request
// smuggling). So this reader takes only the form in which no reader can be mistaken, and refuses the rest:
// libcurl then makes the exchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace s3c::http {

/// Points into the bytes that it was read from.
struct AnswerHead {
  int status = 0;
  std::vector<std::pair<std::string_view, std::string_view>> fields;  ///< name and trimmed value, in order
  std::uint64_t content_length = 0;                                   ///< the size of the body, in bytes
  bool closes = false;         ///< the server closes the connection after this answer
  std::size_t size_bytes = 0;  ///< of the head; the body begins there
};

enum class HeadProgress {
  incomplete,  ///< good so far, more bytes are needed
  complete,
  refused,  ///< more bytes change nothing
};

/// The longest head that is read, in bytes. S3's have less than 1 KiB, and 3 KiB with metadata.
inline constexpr std::size_t kMaxHead_bytes = 16 << 10;

/// Reads the head at the beginning of bytes. Fills head if it is complete; else head's values mean nothing.
/// A head is accepted only with:
/// - version 1.1 and a status that always has a body and that nothing follows: 200, 206, 4xx, 5xx;
/// - lines that end with CR LF, no line folded, names of token characters directly before the colon, values
///   without control characters but tabs;
/// - exactly one Content-Length, of at most 18 digits, and no Transfer-Encoding;
/// - at most one Connection, "close" or "keep-alive".
HeadProgress read_answer_head(std::string_view bytes, AnswerHead& head);

/// True for a name of a header field: one or more of the characters that RFC 9110 calls tokens.
bool is_field_name(std::string_view text);
/// True for what a header field may hold: no control character but tabs.
bool is_field_value(std::string_view text);

}  // namespace s3c::http
