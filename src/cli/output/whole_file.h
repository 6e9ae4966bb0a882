// A file that is written whole: --metrics-file, --report. Nobody who reads it ever sees a half of it, and it takes
// the place of nothing but an older file of its kind.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
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
  /// Throws UsageError if the file could not be replaced now, or if something is there that must not be: neither
  /// empty nor of a text for which is_ours is true. kind: for the message, "page of --report". Changes nothing.
  void expect_replaceable(const std::function<bool(std::string_view text)>& is_ours, std::string_view kind);
  /// Replaces the file in one step: writes another one beside it and gives that the name. Returns what went
  /// wrong; empty: nothing. A file that came there since expect_replaceable() or the last replace() stays: the run
  /// itself may have put it there, for example a member that was restored.
  [[nodiscard]] std::string replace(std::string_view text);

 private:
  /// Tells a file from another one that has its name later.
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size_bytes = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Identity&) const = default;
  };
  /// nullopt: nothing is there.
  std::optional<Identity> identity() const;
  std::string name_beside() const;

  std::string flag_;
  std::string name_;
  std::optional<Identity> ours_;  ///< what may be replaced
};

}  // namespace s3c::cli
