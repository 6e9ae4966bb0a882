// The few file system calls that a restore to files needs. Their errors become base::Error. Free functions:
// any thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"

namespace s3c::restore {

/// An open file or directory; closed on destruction.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  /// Closes now. Returns 0 or the errno: some file systems report a failed write only here.
  int close();

 private:
  int fd_;
};

/// error: an errno. path: as people know it. The message says what to do. Kinds: transient for what may pass
/// (a full disk), access_denied, not_found, invalid_argument for what this file system can't store there.
base::Error file_error(int error, const std::string& path);

/// The error of a file whose place is taken by what is neither a file nor a directory: a link, a pipe, a device.
/// Whether files may be replaced doesn't matter.
base::Error in_the_way(const struct stat& there, const std::string& path);

/// The status of name itself: no link is followed. nullopt when nothing is there. directory: a descriptor.
/// path: for messages. Throws file_error().
std::optional<struct stat> look_at(int directory, const std::string& name, const std::string& path);

/// Opens name for reading if it is a regular file. The result is not open if name is anything else, or gone.
/// Throws file_error().
Fd open_regular(int directory, const std::string& name, const std::string& path);

/// The CRC-32 of the bytes from file's position to its end. Throws file_error().
std::uint32_t crc32_of(const Fd& file, const std::string& path);
bool have_same_bytes(const Fd& a, const Fd& b, const std::string& path);

}  // namespace s3c::restore
