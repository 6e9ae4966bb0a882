// The file of --metrics-file. Nobody who reads it ever sees a half of it.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// One thread at a time.
class MetricsFile {
 public:
  /// A link is followed. Throws UsageError if name is something that must not be replaced: a device, a folder.
  explicit MetricsFile(const std::string& name);

  /// What an earlier run left; empty if there is nothing to read.
  std::string text() const;
  /// Replaces the file in one step: writes another one beside it and gives that the name. Returns what went
  /// wrong; empty: nothing.
  [[nodiscard]] std::string replace(std::string_view text) const;

 private:
  std::string name_;
};

}  // namespace s3c::cli
