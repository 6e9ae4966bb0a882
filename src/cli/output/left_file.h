// The file that names every object that a run leaves in place: --left-to.
#pragma once

#include <memory>
#include <string>

#include "archive/report.h"
#include "cli/output/line_file.h"

namespace s3c::cli {

/// JSON Lines: each object on a line, with "key", "reason" and "detail". A key is written as find --output json
/// writes it, so --keys-from reads it back. One thread at a time.
class LeftFile {
 public:
  /// Makes the file, or empties it. Throws UsageError if that can't be done.
  explicit LeftFile(const std::string& name);

  /// Throws base::Error. Each line is with the system when this returns, whatever becomes of the process.
  void write(const archive::LeftObject& object);
  /// Some file systems report a failed write only here. Throws base::Error.
  void close();
  /// Closes the file, and says in the report which one it is and what went wrong.
  void finish(archive::RunReport& report);

 private:
  const std::string name_;
  LineFile file_;
};

inline constexpr std::string_view kLeftTo = "--left-to";

/// What --left-to asks for; an empty name asks for nothing, and a dry run only for expect_writable(): nullptr
/// then. Throws UsageError.
std::unique_ptr<LeftFile> open_left_file(const std::string& name, bool dry_run);

}  // namespace s3c::cli
