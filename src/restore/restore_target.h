// Where restored members go: objects of a bucket, or files below a directory. What is already there is never
// overwritten unless the user asked for that, even when another process writes at the same moment.
// (bucket_target.cpp has the one exception: stores that ignore If-None-Match.)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slots.h"
#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::restore {

/// ErrorContext::operation of errors of the file system. Their messages already say what to do. The hints for
/// errors of the same kinds are about the store and don't fit.
inline constexpr const char* kRestoreFile = "restore file";
/// The same of errors that a bucket target finds without asking the store.
inline constexpr const char* kRestoreObject = "restore object";

/// Why a member is not restored where Landing::exists.
inline constexpr const char* kSomethingElseIsThere = "something else is there, and it stays";

/// What became of one member at its target.
enum class Landing {
  written,
  equal,   ///< it is already there, with the same bytes: nothing was done
  exists,  ///< another object or file is there, and stays
};

/// What a look at a member's target shows.
struct Sight {
  std::optional<Landing> landing = {};  ///< nullopt: the member has to be written
  /// Without landing: something of the member's size is there. Only its bytes tell whether it is equal, and
  /// write() compares them.
  bool must_compare = false;
};

/// A larger member goes to write_streamed(), and is never in memory whole.
inline constexpr std::uint64_t kStreamedAboveBytes = std::uint64_t{8} << 20;

/// Any thread. Every function throws base::Error when the member can't be written: invalid_argument, with one of
/// the operations above, when the target can't hold this member, whatever is done about the others; and what
/// the store or the file system reports.
class RestoreTarget {
 public:
  using Sink = std::function<void(std::string_view)>;

  virtual ~RestoreTarget() = default;

  enum class Trial {
    look,   ///< only looks: changes nothing
    write,  ///< also makes the place where it is missing, and tries to write there
  };
  /// Throws Error if members can't be written here. Called before anything is thawed. Leaves nothing behind
  /// but a directory that was made.
  virtual void expect_usable(Trial trial) = 0;
  /// Whether the store bills a request for each member that is looked at, and one for each that is written.
  virtual bool bills_requests() const = 0;
  /// Looks at the target before anything is fetched.
  virtual Sight look(const index::Row& row) = 0;
  /// Looks at many names together. For each row, true: nothing is there, and write() leaves in place what comes
  /// there meanwhile; so look() isn't worth its request. False: look() tells.
  virtual std::vector<bool> find_free(const std::vector<index::Row>& rows) = 0;
  /// body: the member's bytes, proven.
  virtual Landing write(const index::Row& row, std::string_view body) = 0;
  /// The same for a member that is too large for memory. produce passes the bytes to the sink that it is
  /// given, and throws if they turn out wrong. Then nothing becomes visible.
  virtual Landing write_streamed(const index::Row& row, const std::function<void(const Sink&)>& produce) = 0;
  /// "s3://bucket/key" or a path, for messages.
  virtual std::string name_of(const index::Row& row) const = 0;
};

/// bucket: the target. prefix: put before each key; may be empty. Objects get the content type, the other
/// system headers, the user metadata and the tags of the row, in class STANDARD. Small objects are written by
/// PutObject with If-None-Match, larger ones by a multipart upload whose Complete has If-None-Match. A HEAD
/// comes first, for stores that ignore the condition. Once the store has shown that it honours it, a listing of many
/// names takes the place of the HEADs: some stores honour it only sometimes. To find out, the target sends one of the
/// first objects a second time. A key inside our own catalog is refused in every bucket. store and slots outlive the target.
std::unique_ptr<RestoreTarget> make_bucket_target(s3::ObjectStore& store, base::Slots& slots,
                                                  std::string bucket, std::string prefix, bool overwrite);

/// directory: made when it is needed and isn't there. Throws Error if it is something else. A file's path is
/// the row's entry name, which differs from the key if the key is no safe path (docs/format.md, "Entry
/// names"). A name that still isn't safe is refused. Where a directory stands at a file's name, or a file
/// where one of its directories is needed, the path is the safe name of the key. No symbolic link below
/// directory is followed. Files are written under a temporary name in the same directory, and get their own
/// name when they are whole. Their modification time is the object's. A file can't carry the row's content
/// type, metadata and tags.
std::unique_ptr<RestoreTarget> make_directory_target(const std::string& directory, bool overwrite);

}  // namespace s3c::restore
