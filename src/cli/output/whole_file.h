// A file that is written whole: --metrics-file, --report. Nobody who reads it ever sees a half of it.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// One thread at a time.
class WholeFile {
 public:
  /// A link is followed. flag: for the message, "--report". example: a name that would do. Throws UsageError if name
  /// is something that must not be replaced: a device, a folder.
  WholeFile(std::string_view flag, const std::string& name, std::string_view example);

  /// What an earlier run left; empty if there is nothing to read.
  std::string text() const;
  /// Throws UsageError if the file could not be replaced now. Changes nothing.
  void expect_replaceable() const;
  /// Replaces the file in one step: writes another one beside it and gives that the name. Returns what went
  /// wrong; empty: nothing.
  [[nodiscard]] std::string replace(std::string_view text) const;

 private:
  std::string name_beside() const;

  std::string flag_;
  std::string name_;
};

}  // namespace s3c::cli
