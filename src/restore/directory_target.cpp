// Restored members as files below a directory.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "base/mutex.h"
#include "restore/file_system.h"
#include "restore/pending_file.h"
#include "restore/restore_path.h"
#include "restore/restore_target.h"
#include "zip/entry_name.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;

/// Linux answers ENOENT also where a directory can't be made at all, as in /proc.
Error unmade(int error, const std::string& directory) {
  Error plain = file_error(error, directory);
  if (error != ENOENT) return plain;
  return {ErrorKind::invalid_argument, "the directory can't be made there: choose another one",
          plain.context()};
}

enum class OnAbsence { stop, create };

/// Opens the directory. Makes it and its parents where they are missing, if it may. The result is not open if
/// the directory isn't there and should not be made. Links are followed here, because the user named the
/// path.
Fd open_root(const std::string& directory, OnAbsence on_absence) {
  if (directory.empty() || directory.find('\0') != std::string::npos) {
    throw Error(ErrorKind::invalid_argument, "no directory can have this name",
                {.operation = kRestoreFile, .resource = base::printable(directory)});
  }
  if (on_absence == OnAbsence::create) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) throw unmade(error.value(), directory);
  }
  Fd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open() && (errno != ENOENT || on_absence == OnAbsence::create))
    throw file_error(errno, directory);
  return root;
}

/// Whether the place is in a file system that shows the kernel's own state, and holds no files of users.
bool is_of_the_kernel(const std::filesystem::path& place) {
  constexpr std::uint64_t kOfTheKernel[] = {PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
                                            CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
                                            SECURITYFS_MAGIC};
  struct statfs status {};
  if (::statfs(place.c_str(), &status) != 0) return false;
  const auto type = static_cast<std::uint64_t>(status.f_type);
  return std::find(std::begin(kOfTheKernel), std::end(kOfTheKernel), type) != std::end(kOfTheKernel);
}

/// Throws file_error() unless this user may write into the directory or, if it isn't there, into the nearest
/// of its parents that is.
void expect_writable(const std::string& directory) {
  std::filesystem::path place = std::filesystem::absolute(directory);
  while (::access(place.c_str(), F_OK) != 0 && errno == ENOENT && place.has_relative_path()) {
    struct stat link {};
    if (::lstat(place.c_str(), &link) == 0) throw file_error(EEXIST, place);  // a link that leads nowhere
    place = place.parent_path();
  }
  struct stat status {};
  if (::stat(place.c_str(), &status) != 0) throw file_error(errno, place);
  if (!S_ISDIR(status.st_mode)) throw file_error(ENOTDIR, place);
  if (::access(place.c_str(), W_OK | X_OK) != 0) throw file_error(errno, place);
  // There root may do everything, and yet nobody can make a file.
  if (is_of_the_kernel(place)) throw unmade(ENOENT, directory);
}

class DirectoryTarget final : public RestoreTarget {
 public:
  DirectoryTarget(const std::string& directory, bool overwrite)
      : directory_(directory), overwrite_(overwrite), root_(open_root(directory, OnAbsence::stop)) {}

  void expect_usable(Trial trial) override {
    expect_writable(directory_);
    if (trial == Trial::write) PendingFile(root(OnAbsence::create), directory_);  // gone again at once
  }
  bool bills_requests() const override { return false; }
  /// Looking costs next to nothing.
  std::vector<bool> find_free(const std::vector<index::Row>& rows) override {
    return std::vector<bool>(rows.size(), false);
  }

  Sight look(const index::Row& row) override {
    const Spot spot = spot_of(row, OnAbsence::stop);
    if (!spot.directory.is_open()) return {};
    const auto there = look_at(spot.directory.get(), spot.name, spot.path);
    if (!there) return {};
    if (!S_ISREG(there->st_mode)) throw in_the_way(*there, spot.path);
    if (static_cast<std::uint64_t>(there->st_size) == row.size_bytes) {
      const Fd file = open_regular(spot.directory.get(), spot.name, spot.path);
      if (file.is_open() && crc32_of(file, spot.path) == row.crc32) return {Landing::equal};
    }
    return overwrite_ ? Sight{} : Sight{Landing::exists};
  }

  Landing write(const index::Row& row, std::string_view body) override {
    return write_streamed(row, [body](const Sink& sink) { sink(body); });
  }

  Landing write_streamed(const index::Row& row, const std::function<void(const Sink&)>& produce) override {
    const Spot spot = spot_of(row, OnAbsence::create);
    const Landing landing = write_to(spot, row, produce);
    if (landing != Landing::exists) return landing;
    // Another thread may have made a directory there since, for a key below this one.
    const Spot now = spot_of(row, OnAbsence::create);
    return now.path == spot.path ? landing : write_to(now, row, produce);
  }

  std::string name_of(const index::Row& row) const override {
    return base::printable(below(restore_name(row)));
  }

 private:
  /// Where a member's file stands, or is to stand.
  struct Spot {
    Fd directory;  ///< not open: it isn't there and should not be made
    std::string name;
    std::string path;  ///< for messages
  };

  /// The member's own spot. The namer of a volume sees to it that no name in the volume is a directory of
  /// another. But the keys "a" and "a/b" may lie in two volumes. Then the first one on the disk keeps its name,
  /// and the other one gets the safe name of its key, as inside one volume.
  Spot spot_of(const index::Row& row, OnAbsence on_absence) {
    const std::string& own = restore_name(row);
    std::optional<Spot> spot = free_spot(row, own, on_absence);
    if (spot) return *std::move(spot);
    const std::string safe = zip::safe_entry_name(row.key);
    spot = free_spot(row, safe, on_absence);
    if (spot) return *std::move(spot);
    throw file_error(ENOTDIR, below(safe));
  }

  /// nullopt: a file is where a directory is needed, or a directory where the file is.
  std::optional<Spot> free_spot(const index::Row& row, const std::string& name, OnAbsence on_absence) {
    const std::vector<std::string> segments = restore_path(row, name);
    std::optional<Fd> directory = open_parent(segments, on_absence);
    if (!directory) return std::nullopt;
    if (!directory->is_open()) expect_lengths(segments, below(name));
    Spot spot{*std::move(directory), segments.back(), below(name)};
    if (!spot.directory.is_open()) return spot;
    const auto there = look_at(spot.directory.get(), spot.name, spot.path);
    if (there && S_ISDIR(there->st_mode)) return std::nullopt;
    return spot;
  }

  /// Where a directory isn't there yet, nothing tells that a name below it is too long. A run would find out.
  static void expect_lengths(std::span<const std::string> segments, const std::string& path) {
    for (const std::string& segment : segments) {
      if (segment.size() > NAME_MAX) throw file_error(ENAMETOOLONG, path);
    }
  }

  Landing write_to(const Spot& spot, const index::Row& row, const std::function<void(const Sink&)>& produce) {
    PendingFile file(spot.directory.get(), spot.path);
    produce([&file](std::string_view bytes) { file.write(bytes); });
    if (file.size_bytes() != row.size_bytes) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("{} bytes came, but the index says {}", file.size_bytes(), row.size_bytes),
                  {.operation = kRestoreFile, .resource = base::printable(spot.path)});
    }
    return file.publish(spot.name, row.last_modified, overwrite_);
  }

  std::string below(const std::string& name) const {
    return directory_.ends_with('/') ? directory_ + name : directory_ + "/" + name;
  }

  /// The descriptor of the directory that the user named; -1: it isn't there and should not be made.
  int root(OnAbsence on_absence) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    if (!root_.is_open()) root_ = open_root(directory_, on_absence);
    return root_.get();
  }

  /// Opens the directory of the file, segment by segment from the root that was opened at the start. So no
  /// other process can put a link in the way between a check and its use. The result is not open if the
  /// directory isn't there and should not be made. nullopt: a file is where a directory is needed.
  std::optional<Fd> open_parent(std::span<const std::string> segments, OnAbsence on_absence) {
    const int root = this->root(on_absence);
    if (root < 0) return Fd(-1);
    Fd current(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!current.is_open()) throw file_error(errno, directory_);
    std::string walked;
    for (const std::string& segment : segments.first(segments.size() - 1)) {
      walked += (walked.empty() ? "" : "/") + segment;
      Fd next = open_directory(current, segment);
      if (!next.is_open() && errno == ENOENT) {
        if (on_absence == OnAbsence::stop) return next;
        // EEXIST: another thread or program was faster.
        if (::mkdirat(current.get(), segment.c_str(), 0777) != 0 && errno != EEXIST)
          throw file_error(errno, below(walked));
        next = open_directory(current, segment);
      }
      if (!next.is_open()) {
        const int error = errno;
        if (error == ENOTDIR && is_file(current, segment, below(walked))) return std::nullopt;
        throw directory_error(error, current, segment, below(walked));
      }
      current = std::move(next);
    }
    return current;
  }

  static Fd open_directory(const Fd& parent, const std::string& name) {
    return Fd(::openat(parent.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }

  static bool is_file(const Fd& parent, const std::string& name, const std::string& path) {
    const auto there = look_at(parent.get(), name, path);
    return there && S_ISREG(there->st_mode);
  }

  /// Linux says ENOTDIR for a link, too. With that message the user would look for a file.
  static Error directory_error(int error, const Fd& parent, const std::string& name,
                               const std::string& path) {
    if (error == ENOTDIR) {
      const auto there = look_at(parent.get(), name, path);
      if (there && S_ISLNK(there->st_mode)) error = ELOOP;
    }
    return file_error(error, path);
  }

  const std::string directory_;
  const bool overwrite_;
  base::Mutex mutex_;
  Fd root_ S3C_GUARDED_BY(mutex_);  // open once it was needed; then it stays
};

}  // namespace

std::unique_ptr<RestoreTarget> make_directory_target(const std::string& directory, bool overwrite) {
  return std::make_unique<DirectoryTarget>(directory, overwrite);
}

}  // namespace s3c::restore
