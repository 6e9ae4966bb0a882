// Runs other programs: the real ProcessRunner.
#pragma once

#include "aws/world.h"

namespace s3c::aws {

/// The program gets our environment, an empty standard input, and no signal blocked or ignored: without that,
/// Ctrl-C couldn't end it. It leads a process group of its own, which is killed as a whole: what a shell has started
/// doesn't stay behind. So it can't ask on the terminal: one that tries is told. Any thread.
class SystemProcessRunner final : public ProcessRunner {
 public:
  ProcessResult run(const std::vector<std::string>& words, const std::stop_token& stop) override;
};

}  // namespace s3c::aws
