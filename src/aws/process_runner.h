// Runs other programs: the real ProcessRunner.
#pragma once

#include "aws/world.h"

namespace s3c::aws {

/// The program gets our environment, an empty standard input, and no signal blocked or ignored: without that,
/// Ctrl-C couldn't end it. On a terminal it may ask there (many ask for an MFA code), and the terminal's Ctrl-C reaches
/// it and what it has started. Without one it leads a process group of its own, which is killed as a whole: what a
/// shell has started doesn't stay behind. Any thread.
class SystemProcessRunner final : public ProcessRunner {
 public:
  enum class Where { on_terminal, alone };

  /// As the process is started.
  SystemProcessRunner();
  explicit SystemProcessRunner(Where where) : where_(where) {}

  ProcessResult run(const std::vector<std::string>& words, const std::stop_token& stop) override;

 private:
  const Where where_;
};

}  // namespace s3c::aws
