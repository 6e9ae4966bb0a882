#include "cli/output/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/ulid.h"
#include "cli/options/usage_error.h"
#include "cli/output/patient_write.h"

namespace s3c::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStays = "another file has come there since the run began, and it stays";

/// Makes a file that isn't there. 0, or the errno.
int write_whole(const std::string& name, std::string_view text) {
  // Readable for the collector, which is another user.
  const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  const int written = write_patiently(file, text, {});
  const int closed = ::close(file) == 0 ? 0 : errno;
  return written != 0 ? written : closed;
}

}  // namespace

WholeFile::WholeFile(std::string_view flag, const std::string& name, std::string_view example)
    : flag_(flag), name_(name) {
  std::error_code error;
  const fs::path real = fs::canonical(name, error);
  if (!error) name_ = real.string();
  if (!error && !fs::is_regular_file(real, error)) {
    throw UsageError(fmt::format("{} {} is no file that can be replaced", flag, base::printable(name)),
                     fmt::format("nothing was done: give the name of a file, such as {}", example));
  }
}

std::string WholeFile::text() const {
  std::ifstream file(name_, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<WholeFile::Identity> WholeFile::identity() const {
  struct stat status {};
  if (::lstat(name_.c_str(), &status) != 0) return std::nullopt;
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  return Identity{status.st_dev, status.st_ino, status.st_size,
                  status.st_mtim.tv_sec * kNsPerSecond + status.st_mtim.tv_nsec};
}

std::string WholeFile::name_beside() const {
  const fs::path path(name_);
  // A collector of metrics reads *.prom alone, so it doesn't see this one. Nothing else has such a name, in a
  // container neither, where each run has the same process id.
  return (path.parent_path() /
          fmt::format(".{}.{}.tmp", path.filename().string(), base::make_ulid(base::SystemClock().now())))
      .string();
}

void WholeFile::expect_replaceable(const std::function<bool(std::string_view text)>& is_ours,
                                   std::string_view kind) {
  ours_ = identity();
  const bool is_empty = !ours_ || ours_->size_bytes == 0;
  if (!is_empty && !is_ours(text())) {
    throw UsageError(fmt::format("{} {} is a file that is no {}, and would be replaced", flag_,
                                 base::printable(name_), kind),
                     "nothing was done: give it a file of its own, or remove that one");
  }
  const std::string beside = name_beside();
  const int error = write_whole(beside, "");
  ::unlink(beside.c_str());
  if (error == 0) return;
  throw UsageError(fmt::format("{} {} can't be written: {}", flag_, base::printable(name_),
                               std::generic_category().message(error)),
                   "nothing was done: give a file in a directory that is there and that you may write to");
}

std::string WholeFile::replace(std::string_view text) {
  const std::string beside = name_beside();
  int error = write_whole(beside, text);
  const std::optional<Identity> there = identity();
  const bool stays = there && there != ours_;
  if (error == 0 && !stays && std::rename(beside.c_str(), name_.c_str()) != 0) error = errno;
  if (error == 0 && !stays) {
    ours_ = identity();
    return {};
  }
  ::unlink(beside.c_str());
  return error != 0 ? std::generic_category().message(error) : std::string(kStays);
}

}  // namespace s3c::cli
