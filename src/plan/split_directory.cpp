// Manifests of a split as files of a directory.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/rename_new.h"
#include "base/ulid.h"
#include "plan/split_place.h"
#include "plan/split_refusals.h"
#include "source/split_set.h"

namespace s3c::plan {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kCopiedAtOnceBytes = std::size_t{1} << 20;

Error split_file_error(int error, const std::string& path) {
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {
      is_full || error == EIO ? ErrorKind::transient : ErrorKind::invalid_argument,
      std::generic_category().message(error) + (is_full ? ": make room there, or name another place" : ""),
      {.operation = kSplitStep, .resource = base::printable(path)}};
}

/// A file under a hidden name of its own, until it is whole. Without publish() nothing of it stays.
class HiddenFile {
 public:
  explicit HiddenFile(const std::string& directory)
      : name_(fmt::format("{}/.s3compress-{}.tmp", directory, base::make_ulid(base::SystemClock().now()))),
        descriptor_(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) throw split_file_error(errno, directory);
  }
  ~HiddenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);  // an error has ended the work
    if (!renamed_) ::unlink(name_.c_str());
  }
  HiddenFile(const HiddenFile&) = delete;
  HiddenFile& operator=(const HiddenFile&) = delete;

  void write(std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw split_file_error(errno, path);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// Gives it its name, unless there is such a file.
  void publish(const std::string& path) {
    // A crash of the machine must not leave the name without the bytes.
    if (::fsync(descriptor_) != 0) throw split_file_error(errno, path);
    if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) throw split_file_error(errno, path);
    if (::link(name_.c_str(), path.c_str()) == 0) return;  // the destructor removes the hidden name
    if (errno == EEXIST) throw taken_by_another(path);
    // A file system without hard links.
    if (base::rename_to_new(AT_FDCWD, name_, AT_FDCWD, path) != 0)
      throw errno == EEXIST ? taken_by_another(path) : split_file_error(errno, path);
    renamed_ = true;
  }

 private:
  const std::string name_;
  int descriptor_;
  bool renamed_ = false;
};

class DirectoryPlace final : public SplitPlace {
 public:
  explicit DirectoryPlace(std::string path) : path_(std::move(path)) {}

  std::string text() const override { return path_.ends_with('/') ? path_ : path_ + "/"; }

  void expect_free() override {
    base::Counted<std::string> found;
    for (const std::string& name : manifests_there()) found.add(name);
    if (found.count() != 0) throw occupied_by_split(path_, found);
  }

  void write(const std::string& name, const base::TempFile& file, const std::stop_token& stop) override {
    const std::string path = text() + name;
    HiddenFile hidden(path_);
    for (std::uint64_t at = 0; at < file.size_bytes();) {
      if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while manifests were written");
      const std::string bytes = file.read(at, kCopiedAtOnceBytes);
      at += bytes.size();
      hidden.write(bytes, path);
    }
    hidden.publish(path);
    base::MutexLock lock(mutex_);
    written_.insert(name);
  }

  /// A file that is there is never overwritten, so the names tell all.
  void expect_own() override {
    base::MutexLock lock(mutex_);
    for (const std::string& name : manifests_there()) {
      if (!written_.contains(name)) throw mixed_with_another(path_, name);
    }
  }

 private:
  std::set<std::string> manifests_there() const {
    std::set<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (source::split_part_of(name)) found.insert(name);
    }
    if (error) throw split_file_error(error.value(), path_);
    return found;
  }

  const std::string path_;
  base::Mutex mutex_;
  std::set<std::string> written_ S3C_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<SplitPlace> split_in_directory(const std::string& path) {
  return std::make_unique<DirectoryPlace>(path);
}

}  // namespace s3c::plan
