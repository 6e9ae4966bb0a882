#include "base/rename_new.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace s3c::base {
namespace {

/// RENAME_NOREPLACE, which not every C library's headers have. Source: linux/fs.h.
constexpr unsigned kNoReplace = 1;

}  // namespace

int rename_to_new(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  // By its number: musl has no function for it before 1.2.6, and packaging/build-static compiles with 1.2.5.
  return static_cast<int>(
      ::syscall(SYS_renameat2, from_directory, from.c_str(), to_directory, to.c_str(), kNoReplace));
}

}  // namespace s3c::base
