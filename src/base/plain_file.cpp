#include "base/plain_file.h"

#include <sys/stat.h>

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

}  // namespace s3c::base
