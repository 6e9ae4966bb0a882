#include "aws/unsupported_sources.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

constexpr std::string_view kRemedy =
    "put the keys into the shared credentials file instead (aws configure does that)";

[[noreturn]] void refuse_way(std::string message) {
  throw base::Error(base::ErrorKind::unsupported, std::move(message),
                    {.operation = std::string(kFindCredentials)});
}

class LoginRefusal final : public CredentialsSource {
 public:
  LoginRefusal(const ProfileFiles& files, std::string profile)
      : files_(files), profile_(std::move(profile)) {}

  std::string_view name() const override { return "login"; }
  Finding find(const std::stop_token&) override {
    if (const auto session = files_.placed(profile_, "login_session")) {
      refuse_way(
          fmt::format("profile '{}' signs in by login_session ({}), which s3compress can't use: run 'aws "
                      "configure export-credentials' with the format env and evaluate what it prints, "
                      "or use another profile",
                      profile_, session->place));
    }
    return Passed{};
  }

 private:
  const ProfileFiles& files_;
  const std::string profile_;
};

/// The line of [Credentials] with an access key; 0: there is none. The file's rules are those of Python's
/// configuration files, and only these lines are of interest.
int line_with_keys(const std::string& path) {
  std::ifstream in(path);
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const std::string_view text = base::trim(line, " \t\r");
    if (text.starts_with('[')) inside = text.starts_with("[Credentials]");
    if (inside && base::lower(text).starts_with("aws_access_key_id")) return number;
  }
  return 0;
}

class OldFilesRefusal final : public CredentialsSource {
 public:
  explicit OldFilesRefusal(Environment environment) : environment_(std::move(environment)) {}

  std::string_view name() const override { return "boto-config"; }
  Finding find(const std::stop_token&) override {
    const auto variable = [this](const char* name) { return environment_(name).value_or(""); };
    if (const std::string file = variable("AWS_CREDENTIAL_FILE"); !file.empty())
      refuse_way(
          fmt::format("AWS_CREDENTIAL_FILE is set ('{}'), which s3compress doesn't read: {}", file, kRemedy));
    std::vector<std::string> paths{expand_home(environment_, variable("BOTO_CONFIG"))};
    if (paths.front().empty()) paths = {"/etc/boto.cfg", expand_home(environment_, "~/.boto")};
    for (const std::string& path : paths) {
      if (const int line = line_with_keys(path); line != 0)
        refuse_way(fmt::format("'{}:{}' has keys in the form of boto 2, which s3compress doesn't read: {}",
                               path, line, kRemedy));
    }
    return Passed{};
  }

 private:
  const Environment environment_;
};

}  // namespace

std::unique_ptr<CredentialsSource> make_login_refusal(const ProfileFiles& files, std::string profile) {
  return std::make_unique<LoginRefusal>(files, std::move(profile));
}

std::unique_ptr<CredentialsSource> make_old_files_refusal(Environment environment) {
  return std::make_unique<OldFilesRefusal>(std::move(environment));
}

}  // namespace s3c::aws
