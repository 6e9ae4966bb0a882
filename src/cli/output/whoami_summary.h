// What `whoami` prints: in whose name the store is talked to, and why. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace s3c::cli {

struct WhoamiReport {
  /// A setting and where it comes from: a flag, a variable, "file:line" or "default".
  struct Setting {
    std::string value;
    std::string source;
  };
  struct Found {
    std::string source;         ///< the AWS SDKs' word: "env", "sso", "iam-role"
    std::string access_key_id;  ///< masked but for the last four characters
    std::optional<base::Timestamp> expires_at;
  };
  struct Tried {
    std::string source;
    std::string result;
  };
  struct Identity {
    std::string account;
    std::string arn;
  };

  std::optional<Found> credentials;
  std::vector<Tried> tried;
  Setting profile;
  std::optional<Setting> region;    ///< nullopt: the settings could not be read
  std::optional<Setting> endpoint;  ///< the same
  std::optional<Identity> identity;
  std::optional<base::Error> error;           ///< why there are no credentials
  std::optional<base::Error> identity_error;  ///< why the identity isn't known
};

/// Who we are to the two stores.
struct WhoamiReports {
  WhoamiReport source;
  std::optional<WhoamiReport> archive;  ///< nullopt: it is the same store
};

/// With two stores each of them has a heading.
std::string whoami_text(const WhoamiReports& reports);
/// One document, with the fields of one store; with two stores, "source" and "archive" have these fields.
std::string whoami_json(const WhoamiReports& reports, ExitCode code);

}  // namespace s3c::cli
