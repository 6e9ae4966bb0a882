#include "cli/output/line_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/encoding.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {
namespace {

UsageError unwritable(std::string_view flag, const std::string& name, int error) {
  return UsageError(fmt::format("{} {} can't be written: {}", flag, base::printable(name),
                                std::generic_category().message(error)),
                    "nothing was done: give a file in a directory that is there and that you may write to");
}

}  // namespace

LineFile::LineFile(std::string_view flag, const std::string& name)
    // O_NONBLOCK: a pipe that nobody reads is an error then, and doesn't stop the program for ever.
    : descriptor_(
          ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw unwritable(flag, name, errno);
  // From here on a write waits for a slow reader.
  ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) & ~O_NONBLOCK);
}

LineFile::~LineFile() {
  if (descriptor_ >= 0) ::close(descriptor_);  // an error ended the run, or close() was called
}

int LineFile::write(const Json& document, const std::stop_token& stop) {
  return write_patiently(descriptor_, ascii_line(document), stop);
}

int LineFile::close() {
  if (::close(std::exchange(descriptor_, -1)) == 0 || errno == EINTR) return 0;
  return errno;
}

std::string ascii_line(const Json& document) {
  // In ASCII alone: some programs end lines at other characters than the newline.
  return document.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

void expect_writable(std::string_view flag, const std::string& name) {
  std::error_code ignored;
  if (std::filesystem::is_directory(name, ignored)) throw unwritable(flag, name, EISDIR);
  if (::access(name.c_str(), W_OK) == 0) return;
  if (errno != ENOENT) throw unwritable(flag, name, errno);
  const std::filesystem::path folder = std::filesystem::absolute(name).parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw unwritable(flag, name, errno);
}

}  // namespace s3c::cli
