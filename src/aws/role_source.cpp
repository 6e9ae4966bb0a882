#include "aws/role_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

[[noreturn]] void refuse_role(std::string message, ErrorKind kind = ErrorKind::invalid_argument) {
  throw Error(kind, std::move(message), {.operation = std::string(kFindCredentials)});
}

}  // namespace

bool RoleSource::assumes_role(const std::string& profile) const {
  // With a token file the role is the web identity's.
  return files_.setting(profile, "role_arn") && !files_.setting(profile, "web_identity_token_file");
}

bool RoleSource::has_keys(const std::string& profile) const {
  return files_.setting(profile, "aws_access_key_id") || files_.setting(profile, "aws_secret_access_key");
}

Finding RoleSource::find(const std::stop_token& stop) {
  if (!assumes_role(profile_)) return Passed{fmt::format("profile '{}' has no role_arn", profile_)};
  may_ask_ = !std::exchange(has_searched_, true);
  return assume({profile_}, stop);
}

Credentials RoleSource::assume(const Path& path, const std::stop_token& stop) {
  const std::string& profile = path.back();
  const PlacedSetting role = *files_.placed(profile, "role_arn");
  const auto source_profile = files_.placed(profile, "source_profile");
  const auto source_name = files_.placed(profile, "credential_source");
  if (source_profile && source_name) {
    refuse_role(fmt::format("profile '{}' has source_profile ({}) and credential_source ({}): remove one",
                            profile, source_profile->place, source_name->place));
  }
  if (!source_profile && !source_name) {
    refuse_role(
        fmt::format("profile '{}' has role_arn ({}) but neither source_profile nor "
                    "credential_source: add the one that may assume the role",
                    profile, role.place));
  }
  const Credentials as = source_profile ? of_source_profile(path, *source_profile, stop)
                                        : of_named_source(profile, *source_name, stop);
  const RoleRequest request = request_of(profile, stop);
  try {
    return sts_.assume_role(request, as, stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    throw Error(error.kind(), fmt::format("profile '{}' ({}): {}", profile, role.place, error.message()),
                error.context());
  }
}

Credentials RoleSource::of_source_profile(const Path& path, const PlacedSetting& source,
                                          const std::stop_token& stop) {
  const std::string& profile = path.back();
  const std::string& next = source.value;
  if (!files_.has_profile(next)) {
    refuse_role(fmt::format("source_profile '{}' of profile '{}' ({}) is in neither '{}' nor '{}'", next,
                            profile, source.place, files_.config_path, files_.credentials_path));
  }
  // A profile may name itself: then its own keys assume its role.
  const bool visited = std::find(path.begin(), path.end(), next) != path.end();
  if (visited && (next != profile || !has_keys(next))) {
    refuse_role(
        fmt::format("profiles lead in a circle: {} -> {} ({}): the last one must have credentials "
                    "of its own",
                    fmt::join(path, " -> "), next, source.place));
  }
  if (!has_keys(next) && assumes_role(next)) {
    Path longer = path;
    longer.push_back(next);
    return assume(longer, stop);
  }
  for (const auto& candidate : sources_.of_profile(next)) {
    Finding found = candidate->find(stop);
    if (auto* credentials = std::get_if<Credentials>(&found)) return std::move(*credentials);
  }
  refuse_role(fmt::format("source_profile '{}' of profile '{}' ({}) has no credentials", next, profile,
                          source.place));
}

Credentials RoleSource::of_named_source(const std::string& profile, const PlacedSetting& source,
                                        const std::stop_token& stop) const {
  const std::unique_ptr<CredentialsSource> named = sources_.named(source.value);
  if (!named) {
    refuse_role(
        fmt::format("credential_source '{}' of profile '{}' ({}) is unknown: it can be Environment, "
                    "Ec2InstanceMetadata or EcsContainer",
                    base::printable(source.value), profile, source.place));
  }
  Finding found = named->find(stop);
  if (auto* credentials = std::get_if<Credentials>(&found)) return std::move(*credentials);
  const Passed& passed = std::get<Passed>(found);
  refuse_role(fmt::format("credential_source {} of profile '{}' ({}) has no credentials: {}", source.value,
                          profile, source.place, passed.why),
              passed.worth_retrying ? ErrorKind::transient : ErrorKind::access_denied);
}

RoleRequest RoleSource::request_of(const std::string& profile, const std::stop_token& stop) {
  const auto text = [&](const char* name) { return files_.setting(profile, name).value_or(""); };
  RoleRequest request{.role_arn = text("role_arn"),
                      .session_name = text("role_session_name"),
                      .external_id = text("external_id")};
  if (request.session_name.empty()) request.session_name = default_session_name(world_.clock.now());
  if (const auto duration = files_.placed(profile, "duration_seconds")) {
    request.duration_s = base::parse_number<int>(duration->value);
    if (!request.duration_s || *request.duration_s <= 0) {
      refuse_role(fmt::format("duration_seconds of profile '{}' ({}) is '{}', not a number of seconds",
                              profile, duration->place, base::printable(duration->value)));
    }
  }
  if (const auto mfa = files_.placed(profile, "mfa_serial")) {
    if (!may_ask_) {
      refuse_role(fmt::format("the role of profile '{}' needs a new MFA code ({}), which isn't asked for in "
                              "mid-run: run the same command again",
                              profile, mfa->place),
                  ErrorKind::access_denied);
    }
    const auto code = world_.prompt.ask(fmt::format("MFA code for {}: ", base::printable(mfa->value)), stop);
    if (!code) {
      refuse_role(fmt::format("profile '{}' needs an MFA code (mfa_serial, {}), and there is no terminal to "
                              "ask for it: run it on a terminal, or use a profile without mfa_serial",
                              profile, mfa->place),
                  ErrorKind::access_denied);
    }
    request.mfa_serial = mfa->value;
    request.token_code = base::trim(*code, " \t\r\n");
  }
  return request;
}

}  // namespace s3c::aws
