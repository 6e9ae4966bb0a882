#include "restore/file_system.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "restore/restore_target.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

/// Fills buffer as far as the file goes. One read() may return fewer bytes, and then reads of two equal files
/// could end at different places.
std::string_view read_full(const Fd& file, std::vector<char>& buffer, const std::string& path) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t count = ::read(file.get(), buffer.data() + filled, buffer.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(errno, path);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return {buffer.data(), filled};
}

struct Meaning {
  ErrorKind kind;
  std::string_view message;  // empty: use the system's own message
};

Meaning meaning_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return {ErrorKind::transient,
              "the disk or the quota is full: make room and run the same command again. Files that are "
              "already there stay"};
    case EFBIG:
      return {ErrorKind::invalid_argument,
              "the file is larger than this file system or the limit of this process (ulimit -f) allows"};
    case EACCES:
    case EPERM:
      return {ErrorKind::access_denied,
              "this user may not do that there: change the permissions or choose another directory"};
    case EROFS:
      return {ErrorKind::access_denied, "the file system is mounted read-only: choose another directory"};
    case ENAMETOOLONG:
      return {ErrorKind::invalid_argument,
              "a part of the name is longer than this file system allows: restore the object to a bucket"};
    case EINVAL:
    case EILSEQ:
      return {ErrorKind::invalid_argument,
              "this file system can't have such a name: choose another directory, or restore to a bucket"};
    case ENOTDIR:
      return {ErrorKind::invalid_argument,
              "a file is where a directory is needed: move it away or choose another directory"};
    case EISDIR:
      return {ErrorKind::invalid_argument,
              "a directory is where the file is needed: move it away or choose another directory"};
    case ELOOP:
      return {ErrorKind::invalid_argument,
              "a symbolic link is where a directory is needed, and links aren't followed: remove the link or "
              "choose another directory"};
    case EEXIST:
      return {
          ErrorKind::invalid_argument,
          "a symbolic link that leads nowhere is where the directory is needed: remove the link or choose another "
          "directory"};
    case ENOENT:
      return {ErrorKind::transient,
              "the directory is not there any more: run the same command again, and it is made again"};
    default:
      return {ErrorKind::transient, {}};
  }
}

}  // namespace

Fd::~Fd() {
  close();
}

int Fd::close() {
  if (fd_ < 0) return 0;
  // close() is not repeated on EINTR. Linux has already closed the descriptor, and another thread may have
  // got the same number by now.
  return ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR ? 0 : errno;
}

Error file_error(int error, const std::string& path) {
  const Meaning meaning = meaning_of(error);
  return {meaning.kind,
          meaning.message.empty() ? std::generic_category().message(error) : std::string(meaning.message),
          {.operation = kRestoreFile, .resource = base::printable(path)}};
}

Error in_the_way(const struct stat& there, const std::string& path) {
  return {ErrorKind::invalid_argument,
          fmt::format(
              "{} is where the file is needed, and only files are ever replaced: remove it or choose another "
              "directory",
              S_ISLNK(there.st_mode)    ? "a symbolic link"
              : S_ISFIFO(there.st_mode) ? "a pipe"
              : S_ISSOCK(there.st_mode) ? "a socket"
                                        : "a device"),
          {.operation = kRestoreFile, .resource = base::printable(path)}};
}

std::optional<struct stat> look_at(int directory, const std::string& name, const std::string& path) {
  struct stat status {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  throw file_error(errno, path);
}

Fd open_regular(int directory, const std::string& name, const std::string& path) {
  // Looks first, because opening a device may have an effect. O_NONBLOCK, because opening a pipe may wait for
  // ever.
  const std::optional<struct stat> there = look_at(directory, name, path);
  if (!there || !S_ISREG(there->st_mode)) return Fd(-1);
  Fd file(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ELOOP) return Fd(-1);
    throw file_error(errno, path);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw file_error(errno, path);
  return S_ISREG(status.st_mode) ? std::move(file) : Fd(-1);
}

std::uint32_t crc32_of(const Fd& file, const std::string& path) {
  std::vector<char> buffer(kBufferBytes);
  std::uint32_t crc = 0;
  for (;;) {
    const std::string_view bytes = read_full(file, buffer, path);
    if (bytes.empty()) return crc;
    crc = base::crc32(bytes, crc);
  }
}

bool have_same_bytes(const Fd& a, const Fd& b, const std::string& path) {
  std::vector<char> of_a(kBufferBytes);
  std::vector<char> of_b(kBufferBytes);
  for (;;) {
    const std::string_view bytes = read_full(a, of_a, path);
    if (bytes != read_full(b, of_b, path)) return false;
    if (bytes.empty()) return true;
  }
}

}  // namespace s3c::restore
