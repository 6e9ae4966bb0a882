#include "cli/options/own_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace s3c::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDash = "-";
/// The flags whose file is written. A command has some of them.
constexpr std::array<std::string_view, 4> kWritingFlags = {"events", "left-to", "metrics-file", "report"};
/// The flags whose files are read.
constexpr std::array<std::string_view, 5> kReadingFlags = {"config", "manifest", "keys-from", "prices",
                                                           "ca-bundle"};
/// The variables that name files for the sign-in, and where the file is if the variable isn't set.
constexpr std::array<std::array<std::string_view, 2>, 5> kSignIn = {
    {{"AWS_CONFIG_FILE", ".aws/config"},
     {"AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"},
     {"AWS_WEB_IDENTITY_TOKEN_FILE", ""},
     {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", ""},
     {"AWS_CA_BUNDLE", ""}}};

struct NamedFile {
  std::string by;  ///< "--events", "AWS_CONFIG_FILE"
  std::string path;
};

/// nullopt: there is no such file.
std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? std::optional(status) : std::nullopt;
}

bool are_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Where a file would be made: the place to which links lead, if they lead to one that isn't there yet.
fs::path place_written(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux follows
  std::error_code error;
  fs::path place = fs::absolute(path, error);
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(place, error)); ++i)
    place = place.parent_path() / fs::read_symlink(place, error);
  return fs::weakly_canonical(place, error);
}

bool name_one_file(const std::string& a, const std::string& b) {
  const auto of_a = status_of(a);
  const auto of_b = status_of(b);
  if (of_a && of_b) return are_same(*of_a, *of_b);
  return !of_a && !of_b && place_written(a) == place_written(b);
}

/// A device such as /dev/null takes and gives whatever others do with it.
bool is_device(const std::string& path) {
  const auto status = status_of(path);
  return status && S_ISCHR(status->st_mode);
}

bool is_standard_output(const std::string& path) {
  const auto status = status_of(path);
  struct stat output {};
  if (!status || ::fstat(STDOUT_FILENO, &output) != 0 || !are_same(*status, output)) return false;
  return !S_ISCHR(output.st_mode) || ::isatty(STDOUT_FILENO) == 1;
}

std::vector<NamedFile> written_files(const Reader& reader) {
  std::vector<NamedFile> files;
  for (const std::string_view flag : kWritingFlags) {
    const std::string path = reader.text(flag);
    if (!path.empty() && path != kDash) files.push_back({fmt::format("--{}", flag), path});
  }
  return files;
}

std::vector<NamedFile> read_files_of(const Reader& reader) {
  std::vector<NamedFile> files;
  for (const std::string_view flag : kReadingFlags) {
    const Flag* const known = find_flag(reader.command().flags, flag);
    if (known == nullptr) continue;
    const bool is_list = known->kind == FlagKind::list;
    for (const std::string& path : is_list ? reader.list(flag) : std::vector{reader.text(flag)}) {
      if (!path.empty())
        files.push_back({fmt::format("--{}", flag), path == kDash ? std::string("/dev/stdin") : path});
    }
  }
  if (reader.command().operands.starts_with("FILE")) {
    for (const std::string& path : reader.operands()) files.push_back({"an operand", path});
  }
  const std::string home = reader.environment().get("HOME").value_or("");
  for (const auto& [variable, otherwise] : kSignIn) {
    std::string path = reader.environment().get(std::string(variable)).value_or("");
    if (path.empty() && !otherwise.empty() && !home.empty()) path = fmt::format("{}/{}", home, otherwise);
    if (!path.empty()) files.push_back({std::string(variable), path});
  }
  return files;
}

}  // namespace

void expect_own_files(const Reader& reader) {
  const std::vector<NamedFile> written = written_files(reader);
  if (written.empty()) return;
  const std::vector<NamedFile> read = read_files_of(reader);
  for (std::size_t i = 0; i < written.size(); ++i) {
    const NamedFile& file = written[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (!name_one_file(written[j].path, file.path)) continue;
      throw UsageError(fmt::format("{} and {} name the same file", written[j].by, file.by),
                       "give each a file of its own");
    }
    for (const NamedFile& other : read) {
      if (is_device(file.path) || !name_one_file(file.path, other.path)) continue;
      throw UsageError(fmt::format("{} {} would write over the file that {} reads", file.by,
                                   base::printable(file.path), other.by),
                       "nothing was done: give it a file of its own");
    }
    if (is_standard_output(file.path)) {
      throw UsageError(fmt::format("{} {} is standard output", file.by, base::printable(file.path)),
                       file.by == "--events" ? "write --events -, and the result goes to standard error"
                                             : "the result goes there: give it a file of its own");
    }
  }
}

}  // namespace s3c::cli
