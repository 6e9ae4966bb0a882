// What is wrong with the command line, the environment or the config file, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace s3c::cli {

/// The hint of last resort.
inline std::string see_help(std::string_view command) {
  return "s3compress " + std::string(command) + " --help lists the flags";
}

class UsageError : public base::Error {
 public:
  /// message: what was wrong; hint: what to do, one sentence each, without a full stop. hint may be empty.
  explicit UsageError(std::string message, std::string hint = {})
      : Error(base::ErrorKind::invalid_argument, std::move(message)), hint_(std::move(hint)) {}

  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

}  // namespace s3c::cli
