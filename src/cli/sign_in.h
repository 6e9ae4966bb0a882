// Puts together who we are to the store: the chain of sources of credentials, what they see of the world, and
// the credentials that are renewed while a command runs.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "aws/credentials_chain.h"
#include "aws/process_runner.h"
#include "aws/refreshing_credentials.h"
#include "aws/world.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "http/transport.h"
#include "s3/client_settings.h"

namespace s3c::cli {

/// The AWS settings of one store. What the options say replaces them. Throws base::Error as
/// resolve_client_settings().
s3::ClientSettings resolve_settings(const StoreOptions& store, const ConnectionOptions& options,
                                    const Environment& environment);

/// One thread, but for provider()'s object.
class SignIn {
 public:
  /// All but settings outlive it. If they name no region and AWS is meant, the instance's service is asked for
  /// one; stop ends that. Throws base::Error: invalid_argument for settings of that service; cancelled.
  SignIn(s3::ClientSettings settings, const Environment& environment, http::Transport& transport,
         base::Clock& clock, std::shared_ptr<base::Logger> logger, const std::stop_token& stop);

  /// With the region.
  const s3::ClientSettings& settings() const { return settings_; }

  /// Looks for credentials now, and returns what renews them. stop ends the search, and the wait of requests
  /// for a renewal; later_stop ends renewals.
  /// Throws base::Error as CredentialsChain::find().
  std::shared_ptr<aws::CredentialsProvider> provider(const std::stop_token& stop, std::stop_token later_stop);

  aws::CredentialsChain& chain() { return chain_; }

 private:
  class Prompt final : public aws::CodePrompt {
    std::optional<std::string> ask(const std::string& question, const std::stop_token& stop) override;
  };

  const std::shared_ptr<base::Logger> logger_;
  base::Clock& clock_;
  aws::SystemProcessRunner processes_;
  Prompt prompt_;
  const aws::World world_;
  const s3::ClientSettings settings_;
  aws::CredentialsChain chain_;
  aws::BackgroundThread background_;
};

}  // namespace s3c::cli
