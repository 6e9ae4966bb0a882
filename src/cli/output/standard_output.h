// Results go to standard output, and one that could not be written is a failure.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// ErrorContext::operation of a failed print().
inline constexpr std::string_view kWriteResult = "write the result to standard output";

/// Makes sure that descriptors 0 to 2 are taken: else the first socket or file would become standard output,
/// and the summary would be written into it. What was closed stays unusable: writing to it fails. Also
/// ignores SIGPIPE and SIGXFSZ. Call first in main().
void guard_standard_streams();

/// Writes all of text to standard output. Throws base::Error: transient when it is closed, full or broken.
void print(std::string_view text);

/// Many short lines to standard output: written in pieces of some 64 KiB, the last of them by finish(). One
/// thread.
class ResultLines {
 public:
  /// Throws as print() does.
  void write(std::string_view text);
  /// Writes what is left. What was never finished is not written: the command has failed.
  void finish();

 private:
  std::string buffer_;
};

}  // namespace s3c::cli
