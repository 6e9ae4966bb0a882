#include "base/rename_new.h"

#include <cstdio>

#ifndef RENAME_NOREPLACE  // musl has the call since 1.2.6; packaging/build-static compiles with 1.2.5
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) {
  return static_cast<int>(::syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}
#endif

namespace s3c::base {

int rename_to_new(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  return ::renameat2(from_directory, from.c_str(), to_directory, to.c_str(), RENAME_NOREPLACE);
}

}  // namespace s3c::base
