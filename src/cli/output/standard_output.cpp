#include "cli/output/standard_output.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/error.h"
#include "cli/output/patient_write.h"

namespace s3c::cli {

void guard_standard_streams() {
  ::signal(SIGPIPE, SIG_IGN);
  // Otherwise writing to a file at its size limit would kill the process instead of being an error.
  ::signal(SIGXFSZ, SIG_IGN);
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // open() returns the lowest free descriptor, which is this one. It is opened the other way round, so that
    // reading from standard input and writing to the others still fail.
    if (::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) ::_exit(1);
  }
}

void print(std::string_view text, const std::stop_token& stop, std::string_view operation) {
  const int error = write_patiently(STDOUT_FILENO, text, stop);
  if (error == 0) return;
  if (error == ETIMEDOUT) {
    throw base::Error(base::ErrorKind::cancelled, "stopped: its reader takes nothing",
                      {.operation = std::string(operation)});
  }
  throw base::Error(base::ErrorKind::transient, std::generic_category().message(error),
                    {.operation = std::string(operation),
                     .code = error == EPIPE ? std::string(kClosedPipe) : std::string()});
}

bool output_is_read_with_errors() {
  if (::isatty(STDOUT_FILENO) == 1) return true;
  struct stat output = {};
  struct stat errors = {};
  return ::fstat(STDOUT_FILENO, &output) == 0 && ::fstat(STDERR_FILENO, &errors) == 0 &&
         !S_ISCHR(output.st_mode) && output.st_dev == errors.st_dev && output.st_ino == errors.st_ino;
}

void ResultLines::write(std::string_view text) {
  constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
  buffer_.append(text);
  if (buffer_.size() >= kPieceBytes) finish();
}

void ResultLines::finish() {
  print(buffer_, stop_);
  buffer_.clear();
}

}  // namespace s3c::cli
