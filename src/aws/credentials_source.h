// One place where credentials may come from. The chain (credentials_chain.h) asks the sources one after the
// other; each stands in a file of its own.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "aws/credentials.h"

namespace s3c::aws {

/// A source has no credentials, and none were asked of it: the next one in the chain counts.
struct Passed {
  std::string why;  ///< for people; without a full stop
  /// It would perhaps have some at another time: what gives them out answered, and was in trouble.
  bool worth_retrying = false;
};

using Finding = std::variant<Credentials, Passed>;

/// One thread at a time.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  /// The AWS SDKs' word for it: "env", "sso", "iam-role".
  virtual std::string_view name() const = 0;
  /// Looks. Called again when the credentials have to be renewed. Throws Error if the user asks for this
  /// source and it fails: it is never passed over, because the next credentials in the chain may belong to
  /// another identity. No message and no log line has a secret.
  virtual Finding find(const std::stop_token& stop) = 0;
};

}  // namespace s3c::aws
