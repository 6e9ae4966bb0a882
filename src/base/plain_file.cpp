#include "base/plain_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::base {

std::optional<std::string> why_no_plain_file(const std::string& path) {
  struct stat file = {};
  if (::stat(path.c_str(), &file) != 0 || S_ISREG(file.st_mode)) return std::nullopt;
  struct stat null = {};
  if (S_ISCHR(file.st_mode) && ::stat("/dev/null", &null) == 0 && null.st_rdev == file.st_rdev)
    return std::nullopt;
  const std::string what = S_ISDIR(file.st_mode)    ? "a directory"
                           : S_ISFIFO(file.st_mode) ? "a pipe"
                           : S_ISSOCK(file.st_mode) ? "a socket"
                                                    : "a device";
  return "it is " + what + ", not a file";
}

std::string read_plain_file(const std::string& path) {
  const auto refuse = [&path](const std::string& why) {
    return Error(ErrorKind::invalid_argument, why, {.operation = "read", .resource = printable(path)});
  };
  if (const auto why = why_no_plain_file(path)) throw refuse(*why);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  // A file that can't be read looks like an empty one to the stream; errno tells the difference.
  if (!file.is_open() || errno != 0)
    throw refuse(errno != 0 ? std::generic_category().message(errno) : "it can't be read");
  return text.str();
}

}  // namespace s3c::base
