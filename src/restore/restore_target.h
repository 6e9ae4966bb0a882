// Where restored members go: objects of a bucket, or files below a directory. Nothing that is there already
// is ever overwritten unless that was asked for, also when somebody else writes at the same moment.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/slots.h"
#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::restore {

/// ErrorContext::operation of what the file system refuses. Such messages say themselves what to do, where
/// hints for the same kinds speak of the store.
inline constexpr const char* kRestoreFile = "restore file";

/// What became of one member at its target.
enum class Landing {
  written,
  equal,   ///< it is there already, with the same bytes: nothing was done
  exists,  ///< another object or file is there, and stays
};

/// A larger member is handed to write_streamed(), and never sits whole in memory.
inline constexpr std::uint64_t kStreamedAboveBytes = std::uint64_t{8} << 20;

/// Any thread. Every function throws base::Error for what can't be written: invalid_argument when the key or
/// a header can't be had there, and what the store or the file system says.
class RestoreTarget {
 public:
  using Sink = std::function<void(std::string_view)>;

  virtual ~RestoreTarget() = default;

  /// Looks before anything is fetched. nullopt: it has to be written (or, where only the bytes can tell,
  /// compared).
  virtual std::optional<Landing> look(const index::Row& row) = 0;
  /// body: the member's bytes, proven.
  virtual Landing write(const index::Row& row, std::string_view body) = 0;
  /// The same for a member too large for memory: produce hands the bytes to the sink it is given and throws
  /// if they turn out wrong; then nothing becomes visible.
  virtual Landing write_streamed(const index::Row& row, const std::function<void(const Sink&)>& produce) = 0;
  /// "s3://bucket/key" or a path, for messages.
  virtual std::string name_of(const index::Row& row) const = 0;
};

/// bucket: where to; prefix is put before each key and may be empty. Objects get the content type, the other
/// system headers, the user metadata and the tags of the row, in class STANDARD. Small ones by PutObject with
/// If-None-Match, larger ones by a multipart upload whose Complete has it; and always after a HEAD, for
/// stores that ignore the condition. store and slots outlive the target.
std::unique_ptr<RestoreTarget> make_bucket_target(s3::ObjectStore& store, base::Slots& slots,
                                                  std::string bucket, std::string prefix, bool overwrite);

/// directory: made if it isn't there. A file's path is the row's entry name, which differs from the key where
/// the key is no safe path (docs/format.md, "Entry names"); what isn't safe even so is refused. No symbolic
/// link below directory is followed. Files are written under a temporary name beside their own and get their
/// name when they are whole; modification time is the object's. What a row has beside its bytes (content
/// type, metadata, tags) a file can't carry.
std::unique_ptr<RestoreTarget> make_directory_target(const std::string& directory, bool overwrite);

}  // namespace s3c::restore
