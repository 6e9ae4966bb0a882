// What the sources of credentials see of the world outside. Tests pass their own, so that they need no
// network, no other program and no terminal.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "aws/profile_file.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/transport.h"

namespace s3c::aws {

struct ProcessResult {
  int exit_code = 0;   ///< 128 + the signal's number if a signal ended it
  std::string output;  ///< what it wrote to standard output
  std::string errors;  ///< the end of what it wrote to standard error
};

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  /// Runs words[0] with the other words as its arguments, without a shell, and waits for its end.
  /// Throws Error: invalid_argument if it can't be started; transient if it takes longer than a minute or
  /// writes too much; cancelled when stop was requested.
  virtual ProcessResult run(const std::vector<std::string>& words, const std::stop_token& stop) = 0;
};

class CodePrompt {
 public:
  virtual ~CodePrompt() = default;
  /// Asks on the terminal for a code, which isn't echoed. nullopt: there is no terminal. Throws Error:
  /// cancelled when stop was requested.
  virtual std::optional<std::string> ask(const std::string& question, const std::stop_token& stop) = 0;
};

/// The parts outlive all that is made of them.
struct World {
  Environment environment;
  http::Transport& transport;
  base::Clock& clock;
  ProcessRunner& processes;
  CodePrompt& prompt;
  base::Logger& log;

  /// Empty: not set.
  std::string variable(const std::string& name) const { return environment(name).value_or(""); }
};

/// Whose credentials are looked for.
struct Profile {
  std::string name = "default";
  /// The user named it in this call, and not in a variable: keys in the environment don't count then.
  bool is_explicit = false;
  std::string place = "default";  ///< the variable that names it; "default": nobody does; empty: the call

  /// Whether it is an error that there is no such profile.
  bool must_exist() const { return is_explicit || place != "default" || name != "default"; }
};

}  // namespace s3c::aws
