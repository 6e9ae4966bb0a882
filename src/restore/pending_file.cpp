#include "restore/pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/rename_new.h"
#include "base/ulid.h"

namespace s3c::restore {
namespace {

timespec to_timespec(base::Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  timespec out{};
  out.tv_sec = static_cast<time_t>(seconds.time_since_epoch().count());
  out.tv_nsec = static_cast<long>(std::chrono::nanoseconds(time - seconds).count());
  return out;
}

}  // namespace

PendingFile::PendingFile(int directory, std::string path)
    : directory_(directory),
      path_(std::move(path)),
      temporary_name_(".s3compress-" + base::make_ulid(base::SystemClock().now()) + ".tmp"),
      file_(::openat(directory, temporary_name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     0666)) {
  if (!file_.is_open()) throw file_error(errno, path_);
}

PendingFile::~PendingFile() {
  // An error here is ignored. The temporary file then stays, and its name says what it is. If another error
  // has ended the work on this file, that error is already on its way.
  if (!renamed_) ::unlinkat(directory_, temporary_name_.c_str(), 0);
}

void PendingFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(errno, path_);
    size_bytes_ += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void PendingFile::seal(base::Timestamp modified) {
  const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, to_timespec(modified)};
  if (::futimens(file_.get(), times.data()) != 0) throw file_error(errno, path_);
  if (const int error = file_.close(); error != 0) throw file_error(error, path_);
}

Landing PendingFile::publish(const std::string& name, base::Timestamp modified, bool overwrite) {
  seal(modified);
  if (!overwrite) {
    if (take_free_name(name)) return Landing::written;
    expect_no_obstacle(name);
    return is_same_as(name) ? Landing::equal : Landing::exists;
  }
  // Only a regular file may be replaced, not a link or a pipe that another process has put there.
  if (expect_no_obstacle(name)) return Landing::exists;
  if (::renameat(directory_, temporary_name_.c_str(), directory_, name.c_str()) != 0)
    throw file_error(errno, path_);
  renamed_ = true;
  return Landing::written;
}

/// True: a directory has the name. The caller knows another name for the file then. Throws in_the_way().
bool PendingFile::expect_no_obstacle(const std::string& name) const {
  const auto there = look_at(directory_, name, path_);
  if (!there || S_ISREG(there->st_mode)) return false;
  if (S_ISDIR(there->st_mode)) return true;
  throw in_the_way(*there, path_);
}

/// False when the name is taken.
bool PendingFile::take_free_name(const std::string& name) {
  // Makes a link, because a rename would replace an existing file. The destructor removes the temporary name.
  if (::linkat(directory_, temporary_name_.c_str(), directory_, name.c_str(), 0) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
    throw file_error(errno, path_);
  // This file system has no hard links (FAT, for example). Few file systems lack both calls.
  if (base::rename_to_new(directory_, temporary_name_, directory_, name) == 0) {
    renamed_ = true;
    return true;
  }
  if (errno == EEXIST) return false;
  if (errno == EINVAL || errno == ENOSYS) {
    const base::Error plain = file_error(errno, path_);
    throw base::Error(base::ErrorKind::unsupported,
                      "this file system can't give a file its name without the risk of replacing another "
                      "file: choose a directory on another file system, or allow overwriting",
                      plain.context());
  }
  throw file_error(errno, path_);
}

bool PendingFile::is_same_as(const std::string& name) const {
  const auto there = look_at(directory_, name, path_);
  if (!there || !S_ISREG(there->st_mode) || static_cast<std::uint64_t>(there->st_size) != size_bytes_)
    return false;
  const Fd theirs = open_regular(directory_, name, path_);
  const Fd ours = open_regular(directory_, temporary_name_, path_);
  return theirs.is_open() && ours.is_open() && have_same_bytes(ours, theirs, path_);
}

}  // namespace s3c::restore
