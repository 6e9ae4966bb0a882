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

#include "base/encoding.h"
#include "cli/options/usage_error.h"
#include "cli/output/patient_write.h"

namespace s3c::cli {
namespace {

namespace fs = std::filesystem;

/// 0, or the errno.
int write_whole(const std::string& name, std::string_view text) {
  // Readable for the collector, which is another user.
  const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
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

std::string WholeFile::name_beside() const {
  const fs::path path(name_);
  // A collector of metrics reads *.prom alone, so it doesn't see this one.
  return (path.parent_path() / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid())).string();
}

void WholeFile::expect_replaceable() const {
  const std::string beside = name_beside();
  const int error = write_whole(beside, "");
  ::unlink(beside.c_str());
  if (error == 0) return;
  throw UsageError(fmt::format("{} {} can't be written: {}", flag_, base::printable(name_),
                               std::generic_category().message(error)),
                   "nothing was done: give a file in a directory that is there and that you may write to");
}

std::string WholeFile::replace(std::string_view text) const {
  const std::string beside = name_beside();
  int error = write_whole(beside, text);
  if (error == 0 && std::rename(beside.c_str(), name_.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(beside.c_str());
  return std::generic_category().message(error);
}

}  // namespace s3c::cli
