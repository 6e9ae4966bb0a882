// Restored members as files below a directory.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/restore_target.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "zip/entry_name.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

ErrorKind kind_of_errno(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::access_denied;
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case EINVAL:
      return ErrorKind::invalid_argument;
    default:
      return ErrorKind::transient;  // a full disk is one that somebody makes room on
  }
}

/// A file descriptor; closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  /// 0, or errno: a close can be what tells that the bytes never got to the disk.
  int close() { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

 private:
  int number_;
};

class DirectoryTarget final : public RestoreTarget {
 public:
  DirectoryTarget(const std::string& directory, bool overwrite)
      : directory_(directory), overwrite_(overwrite) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    root_ = Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_.is_open()) fail(errno, directory);
  }

  std::optional<Landing> look(const index::Row& row) override {
    const Place place = place_of(row, false);
    if (!place.folder.is_open()) return std::nullopt;
    return compare(place, row);
  }

  Landing write(const index::Row& row, std::string_view body) override {
    return write_streamed(row, [body](const Sink& sink) { sink(body); });
  }

  Landing write_streamed(const index::Row& row, const std::function<void(const Sink&)>& produce) override {
    const Place place = place_of(row, true);
    const std::string temporary = fmt::format(".s3compress-{}.tmp", base::make_ulid(row.last_modified));
    Descriptor file(::openat(place.folder.get(), temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!file.is_open()) fail(errno, name_of(row));
    try {
      produce([&](std::string_view bytes) { write_all(file.get(), bytes, row); });
      set_times(file.get(), row);
      if (const int error = file.close(); error != 0) fail(error, name_of(row));
      return give_name(place, temporary, row);
    } catch (...) {
      ::unlinkat(place.folder.get(), temporary.c_str(), 0);
      throw;
    }
  }

  std::string name_of(const index::Row& row) const override {
    return (std::filesystem::path(directory_) / path_of(row)).string();
  }

 private:
  /// Where a file's name is looked up: the folder it lies in, and its name there.
  struct Place {
    Descriptor folder;  ///< not open: it doesn't exist
    std::string name;
  };

  static const std::string& path_of(const index::Row& row) {
    return row.entry_name.empty() ? row.key : row.entry_name;
  }

  [[noreturn]] static void fail(int error, const std::string& name) {
    throw Error(kind_of_errno(error), std::generic_category().message(error),
                {.operation = "write file", .resource = base::printable(name)});
  }

  /// The path's segments, if it is one that stays below the directory. Rows come out of a bucket: that they
  /// were written by us is no reason to believe them.
  static std::vector<std::string> segments_of(const index::Row& row) {
    const std::string& path = path_of(row);
    const auto refuse = [&](const char* why) {
      throw Error(ErrorKind::invalid_argument, why,
                  {.operation = "write file", .resource = base::printable(path)});
    };
    if (zip::key_from_entry_name(path) != row.key) refuse("this file name is not the key's");
    std::vector<std::string> segments;
    for (std::size_t begin = 0;;) {
      const std::size_t slash = path.find('/', begin);
      std::string segment = path.substr(begin, slash - begin);
      if (segment.empty() || segment == "." || segment == ".." || segment.find('\0') != std::string::npos)
        refuse("this is no path below the directory");
      segments.push_back(std::move(segment));
      if (slash == std::string::npos) return segments;
      begin = slash + 1;
    }
  }

  /// Walks down from the directory, one folder at a time, through no symbolic link.
  Place place_of(const index::Row& row, bool make_folders) const {
    std::vector<std::string> segments = segments_of(row);
    Place place{Descriptor(::dup(root_.get())), std::move(segments.back())};
    segments.pop_back();
    for (const std::string& segment : segments) {
      if (make_folders && ::mkdirat(place.folder.get(), segment.c_str(), 0777) != 0 && errno != EEXIST)
        fail(errno, name_of(row));
      Descriptor next(
          ::openat(place.folder.get(), segment.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!next.is_open() && (make_folders || errno != ENOENT)) fail(errno, name_of(row));
      place.folder = std::move(next);
      if (!place.folder.is_open()) break;
    }
    return place;
  }

  /// What stands there, against the row; nullopt: nothing, or a file that may be replaced.
  std::optional<Landing> compare(const Place& place, const index::Row& row) const {
    struct stat status = {};
    if (::fstatat(place.folder.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return std::nullopt;
      fail(errno, name_of(row));
    }
    const bool is_file = S_ISREG(status.st_mode);
    if (is_file && static_cast<std::uint64_t>(status.st_size) == row.size_bytes && has_crc32(place, row))
      return Landing::equal;
    return overwrite_ && is_file ? std::nullopt : std::optional(Landing::exists);
  }

  bool has_crc32(const Place& place, const index::Row& row) const {
    const Descriptor file(
        ::openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open()) return false;
    std::vector<char> buffer(std::size_t{256} << 10);
    std::uint32_t crc32 = 0;
    for (;;) {
      const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(errno, name_of(row));
      if (got == 0) return crc32 == row.crc32;
      crc32 = base::crc32(std::string_view(buffer.data(), static_cast<std::size_t>(got)), crc32);
    }
  }

  void write_all(int file, std::string_view bytes, const index::Row& row) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(errno, name_of(row));
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void set_times(int file, const index::Row& row) const {
    const auto since_1970 = row.last_modified.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
    const timespec modified{.tv_sec = seconds.count(),
                            .tv_nsec = std::chrono::nanoseconds(since_1970 - seconds).count()};
    const timespec times[2] = {modified, modified};
    if (::futimens(file, times) != 0) fail(errno, name_of(row));
  }

  /// The whole file gets its name, if nobody has it.
  Landing give_name(const Place& place, const std::string& temporary, const index::Row& row) const {
    const int folder = place.folder.get();
    if (overwrite_) {
      const std::optional<Landing> there = compare(place, row);
      if (!there && ::renameat(folder, temporary.c_str(), folder, place.name.c_str()) != 0)
        fail(errno, name_of(row));
      if (there) ::unlinkat(folder, temporary.c_str(), 0);
      return there.value_or(Landing::written);
    }
    const bool linked = ::linkat(folder, temporary.c_str(), folder, place.name.c_str(), 0) == 0;
    const int error = errno;
    // A file system without hard links.
    if (!linked && (error == EPERM || error == EOPNOTSUPP || error == EMLINK)) {
      if (::renameat2(folder, temporary.c_str(), folder, place.name.c_str(), RENAME_NOREPLACE) == 0)
        return Landing::written;
      if (errno != EEXIST) fail(errno, name_of(row));
    } else if (!linked && error != EEXIST) {
      fail(error, name_of(row));
    }
    ::unlinkat(folder, temporary.c_str(), 0);
    return linked ? Landing::written : compare(place, row).value_or(Landing::exists);
  }

  const std::string directory_;
  const bool overwrite_;
  Descriptor root_;
};

}  // namespace

std::unique_ptr<RestoreTarget> make_directory_target(const std::string& directory, bool overwrite) {
  return std::make_unique<DirectoryTarget>(directory, overwrite);
}

}  // namespace s3c::archive
