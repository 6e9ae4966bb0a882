// A file that becomes visible only when it is whole. It is written under a temporary name in its own
// directory, and then gets its name in one step. A kill at any moment leaves only the temporary file,
// ".s3compress-<ulid>.tmp". No run takes that for a restored file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "restore/file_system.h"
#include "restore/restore_target.h"

namespace s3c::restore {

class PendingFile {
 public:
  /// directory: a descriptor that outlives the file. path: of the final file, for messages.
  /// Every function throws file_error().
  PendingFile(int directory, std::string path);
  /// Removes the temporary file.
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(std::string_view bytes);
  std::uint64_t size_bytes() const { return size_bytes_; }

  /// Gives the whole file its modification time and its name, a single segment. A file that already has the
  /// name stays, and is compared with this one. With overwrite a regular file is replaced. Throws also
  /// unsupported, when the file system can't give the name without the danger of replacing another file. Call
  /// once, last.
  Landing publish(const std::string& name, base::Timestamp modified, bool overwrite);

 private:
  void seal(base::Timestamp modified);
  bool expect_no_obstacle(const std::string& name) const;
  bool take_free_name(const std::string& name);
  bool is_same_as(const std::string& name) const;

  const int directory_;
  const std::string path_;
  const std::string temporary_name_;
  Fd file_;
  std::uint64_t size_bytes_ = 0;
  bool renamed_ = false;
};

}  // namespace s3c::restore
