// Writes results to standard output. If a result can't be written, the command fails.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "cli/exit_code.h"

namespace s3c::cli {

/// ErrorContext::operation of a failed print(): of a result, and of a text that the user asked for (--help).
inline constexpr std::string_view kWriteResult = "write the result to standard output";
inline constexpr std::string_view kWriteText = "write to standard output";
/// ErrorContext::code when the reader of standard output has gone away, as head does after its last line.
inline constexpr std::string_view kClosedPipe = "EPIPE";

/// A result that could not be written, of a command that has more to tell than "done" or "failed": its own exit code
/// counts.
class LostResult : public base::Error {
 public:
  LostResult(const base::Error& error, ExitCode code) : Error(error), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// Makes sure that descriptors 0 to 2 are in use. Otherwise the first socket or file that is opened would
/// become standard output, and the summary would be written into it. A stream that was closed stays unusable:
/// writing to it fails. Also ignores SIGPIPE and SIGXFSZ. main() must call this first.
void guard_standard_streams();

/// Writes all of text to standard output. Waits for its reader; after a stop only a moment
/// (write_patiently()). Throws base::Error: transient when it is closed, full or broken; cancelled when its reader
/// takes nothing after the stop. operation is then the error's.
void print(std::string_view text, const std::stop_token& stop, std::string_view operation = kWriteResult);

/// Whether a person who reads standard output sees it together with standard error: it is a terminal, or both
/// are the same file or pipe.
bool output_is_read_with_errors();

/// Writes many short lines to standard output, in pieces of some 64 KiB. finish() writes the last piece. One
/// thread.
class ResultLines {
 public:
  explicit ResultLines(std::stop_token stop) : stop_(std::move(stop)) {}

  /// Throws as print() does.
  void write(std::string_view text);
  /// Writes the rest. The destructor writes nothing: a command that didn't call finish() has failed.
  void finish();

 private:
  const std::stop_token stop_;
  std::string buffer_;
};

}  // namespace s3c::cli
