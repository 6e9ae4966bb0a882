// Writes results to standard output. If a result can't be written, the command fails.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// ErrorContext::operation of a failed print().
inline constexpr std::string_view kWriteResult = "write the result to standard output";

/// Makes sure that descriptors 0 to 2 are in use. Otherwise the first socket or file that is opened would
/// become standard output, and the summary would be written into it. A stream that was closed stays unusable:
/// writing to it fails. Also ignores SIGPIPE and SIGXFSZ. main() must call this first.
void guard_standard_streams();

/// Writes all of text to standard output. Throws base::Error: transient when it is closed, full or broken.
void print(std::string_view text);

/// Writes many short lines to standard output, in pieces of some 64 KiB. finish() writes the last piece. One
/// thread.
class ResultLines {
 public:
  /// Throws as print() does.
  void write(std::string_view text);
  /// Writes the rest. The destructor writes nothing: a command that didn't call finish() has failed.
  void finish();

 private:
  std::string buffer_;
};

}  // namespace s3c::cli
