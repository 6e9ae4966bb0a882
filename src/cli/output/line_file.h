// A file that a run fills line by line while it works: --left-to, --events.
#pragma once

#include <string>
#include <string_view>

#include "cli/output/patient_write.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {

/// One thread at a time.
class LineFile {
 public:
  /// Makes the file, or empties it. flag: for the message, "--left-to". Throws UsageError if that can't be done.
  LineFile(std::string_view flag, const std::string& name);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Writes the document on a line of its own, in ASCII alone. Waits for a slow reader; once stop is requested
  /// only a moment. 0, or the errno of the write that failed; ETIMEDOUT: nobody read it after the stop. The whole
  /// line is with the system when this returns, whatever becomes of the process.
  [[nodiscard]] int write(const Json& document, const std::stop_token& stop);
  /// Some file systems report a failed write only here. 0, or the errno.
  [[nodiscard]] int close();

 private:
  int descriptor_;
};

/// The line that LineFile writes, with its end.
std::string ascii_line(const Json& document);
/// Throws UsageError if a run could not write the file. Changes nothing.
void expect_writable(std::string_view flag, const std::string& name);

}  // namespace s3c::cli
