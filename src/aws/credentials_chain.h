// The sources of credentials in the AWS CLI's order, and which of them won.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "aws/credentials_source.h"
#include "aws/service_client.h"
#include "aws/sts.h"
#include "aws/world.h"

namespace s3c::aws {

/// What one source said.
struct Tried {
  std::string source;  ///< CredentialsSource::name()
  std::string result;  ///< "found", why it passed, or what was wrong
};

/// One thread at a time.
class CredentialsChain {
 public:
  struct Settings {
    Profile profile = {};
    std::string region = "us-east-1";  ///< of STS
    int max_attempts = 3;              ///< of requests to STS and SSO
  };

  /// world outlives it.
  CredentialsChain(const World& world, ProfileFiles files, Settings settings);
  ~CredentialsChain();
  CredentialsChain(const CredentialsChain&) = delete;
  CredentialsChain& operator=(const CredentialsChain&) = delete;

  /// Asks the sources in their order until one has credentials. Throws Error: access_denied when none has,
  /// transient when one of them may have some later;
  /// invalid_argument when there is no such profile; what the sources throw. tried() tells the rest.
  Credentials find(const std::stop_token& stop);
  /// What the sources said at the last find(), in their order; the last one has found, or has failed.
  const std::vector<Tried>& tried() const { return tried_; }
  /// The source whose credentials find() returned. It reads the files again whenever it looks again: another
  /// program may have renewed what is in them. REQUIRES: find() returned some.
  CredentialsSource& winner() { return winner_; }

  /// For whose credentials it is asked: GetCallerIdentity.
  const Sts& sts() const { return sts_; }

 private:
  class Winner final : public CredentialsSource {
   public:
    explicit Winner(CredentialsChain& chain) : chain_(chain) {}
    std::string_view name() const override { return source->name(); }
    Finding find(const std::stop_token& stop) override;

    CredentialsSource* source = nullptr;

   private:
    CredentialsChain& chain_;
  };

  [[noreturn]] void fail_without_credentials(bool worth_retrying) const;

  const World& world_;
  ProfileFiles files_;
  const Settings settings_;
  const ServiceClient client_;
  const Sts sts_;
  std::vector<std::unique_ptr<CredentialsSource>> sources_;
  std::vector<Tried> tried_;
  Winner winner_{*this};
};

}  // namespace s3c::aws
