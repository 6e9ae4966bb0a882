// "iam-role": the role of an EC2 instance, from its metadata service (IMDSv2).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "aws/credentials_source.h"
#include "aws/world.h"
#include "base/error.h"

namespace s3c::aws {

class InstanceSource final : public CredentialsSource {
 public:
  /// world and files outlive it.
  InstanceSource(const World& world, const ProfileFiles& files, std::string profile)
      : world_(world), files_(files), profile_(std::move(profile)) {}

  std::string_view name() const override { return "iam-role"; }
  /// Passes when there is no such service, when it has no role, and when its answers aren't what they should
  /// be, as the AWS CLI does: it is last in the chain. Throws Error: invalid_argument for settings that can't
  /// be right; cancelled.
  Finding find(const std::stop_token& stop) override;
  /// The region that the instance is in; nullopt when the service doesn't tell. Throws as find().
  std::optional<std::string> region(const std::stop_token& stop) const;

 private:
  struct Settings {
    std::string url;  ///< without '/' at the end
    std::chrono::milliseconds time_limit{1000};
    int tries = 1;
    bool without_v1 = false;
  };
  bool is_disabled() const;
  Settings settings() const;
  std::optional<PlacedSetting> setting(const char* variable, const char* name) const;

  /// A text, or why there is none.
  struct NoAnswer {
    std::string why = {};
    bool timed_out = false;
    bool is_final = false;  ///< no other request of this search can do better
    bool may_pass = false;  ///< the service is there, and another search may do better
  };
  using Answer = std::variant<std::string, NoAnswer>;
  static NoAnswer no_answer(const Settings& settings, const base::Error& error);
  struct Access {
    Answer token;           ///< of further requests; empty: version 1 is asked, as by the AWS CLI
    std::string hint = {};  ///< why this or a later request perhaps has no answer
  };
  Access access(const Settings& settings, const std::stop_token& stop) const;
  /// A session token; empty: the service knows only version 1.
  Answer session_token(const Settings& settings, const std::stop_token& stop) const;
  Answer get(const Settings& settings, const std::string& path, const std::string& token,
             std::string_view what, const std::stop_token& stop) const;
  Credentials with_usable_expiry(Credentials found) const;

  const World& world_;
  const ProfileFiles& files_;
  const std::string profile_;
};

}  // namespace s3c::aws
