#include "cli/output/left_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/encoding.h"
#include "catalog/member_search.h"
#include "cli/options/usage_error.h"
#include "cli/output/archive_summary.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

UsageError unwritable(const std::string& name, int error) {
  return UsageError(fmt::format("--left-to {} can't be written: {}", base::printable(name),
                                std::generic_category().message(error)),
                    "nothing was done: give a file in a directory that is there and that you may write to");
}

base::Error failed(const std::string& name, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  return {base::ErrorKind::transient,
          fmt::format("{}{}; nothing more was deleted, because what is left could not be named",
                      std::generic_category().message(error), is_full ? ": make room there" : ""),
          {.operation = "write the objects left in place", .resource = base::printable(name)}};
}

}  // namespace

LeftFile::LeftFile(const std::string& name)
    : name_(name),
      // O_NONBLOCK: a pipe that nobody reads is an error then, and doesn't stop the program for ever.
      descriptor_(
          ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) throw unwritable(name, errno);
  // From here on a write waits for a slow reader.
  ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) & ~O_NONBLOCK);
}

LeftFile::~LeftFile() {
  if (descriptor_ >= 0) ::close(descriptor_);  // an error ended the run, or close() was called
}

void LeftFile::write(const archive::LeftObject& object) {
  const Json json = {{"key", catalog::text_of_key(object.key)},
                     {"reason", name_of(object.reason)},
                     {"detail", object.detail}};
  // In ASCII alone: some programs end lines at other characters than the newline.
  const std::string line = json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failed(name_, errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void LeftFile::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) throw failed(name_, errno);
}

void LeftFile::finish(archive::RunReport& report) {
  report.left_file = name_;
  try {
    close();
  } catch (const base::Error& error) {
    if (!report.left_failure) report.left_failure = error;
  }
}

void expect_writable(const std::string& name) {
  std::error_code ignored;
  if (std::filesystem::is_directory(name, ignored)) throw unwritable(name, EISDIR);
  if (::access(name.c_str(), W_OK) == 0) return;
  if (errno != ENOENT) throw unwritable(name, errno);
  const std::filesystem::path folder = std::filesystem::absolute(name).parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) throw unwritable(name, errno);
}

std::unique_ptr<LeftFile> open_left_file(const std::string& name, bool dry_run) {
  if (name.empty()) return nullptr;
  if (!dry_run) return std::make_unique<LeftFile>(name);
  expect_writable(name);
  return nullptr;
}

}  // namespace s3c::cli
