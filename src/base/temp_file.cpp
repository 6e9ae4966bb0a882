#include "base/temp_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace s3c::base {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

int open_unnamed(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  // A file system without such files: the name is removed at once.
  std::string name = directory + "/.s3compress-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

TempFile::TempFile(const std::string& directory) : directory_(directory), fd_(open_unnamed(directory)) {
  if (fd_ >= 0) return;
  throw Error(ErrorKind::invalid_argument,
              fmt::format("temp_dir \"{}\": no temporary file can be made there: {}", directory,
                          std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe): glibc's is safe
}

TempFile::~TempFile() {
  if (fd_ >= 0) ::close(fd_);
}

TempFile::TempFile(TempFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      fd_(std::exchange(other.fd_, -1)),
      size_bytes_(other.size_bytes_),
      unwritten_(std::move(other.unwritten_)) {}

TempFile& TempFile::operator=(TempFile&& other) noexcept {
  std::swap(directory_, other.directory_);
  std::swap(fd_, other.fd_);
  std::swap(size_bytes_, other.size_bytes_);
  std::swap(unwritten_, other.unwritten_);
  return *this;
}

void TempFile::write(std::string_view bytes) {
  unwritten_ += bytes;
  size_bytes_ += bytes.size();
  if (unwritten_.size() >= kBufferBytes) flush();
}

void TempFile::flush() {
  std::string_view rest = unwritten_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno, "write");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  unwritten_.clear();
}

std::string TempFile::read(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = ::pread(fd_, bytes.data() + have, size - have, static_cast<off_t>(offset + have));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, "read");
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

void TempFile::fail(int error, const char* what) const {
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw Error(
      ErrorKind::transient,
      fmt::format("{}: {}", std::strerror(error),  // NOLINT(concurrency-mt-unsafe): glibc's is safe
                  is_full ? fmt::format("{} bytes of temporary files did not fit; make room, or name another "
                                        "temp_dir. Nothing was archived",
                                        size_bytes_)
                          : std::string("a temporary file failed")),
      {.operation = what, .resource = directory_});
}

std::string default_temp_directory() {
  const char* given = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets variables
  return given != nullptr && *given != '\0' ? given : "/tmp";
}

}  // namespace s3c::base
