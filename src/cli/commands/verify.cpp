#include "cli/commands/verify.h"

#include <chrono>
#include <memory>
#include <optional>

#include "archive/verify_run.h"
#include "base/clock.h"
#include "cli/output/progress_display.h"
#include "cli/output/standard_output.h"
#include "cli/output/verify_summary.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

archive::VerifyReport report_of_verify(const Request& request, StoreConnection& connection,
                                       base::Logger& logger, Terminal& terminal,
                                       const std::stop_token& stop) {
  archive::VerifyProgress progress;
  VerifyProgressView view(progress);
  std::optional<ProgressDisplay> display;
  if (request.output.progress && !request.output.quiet) display.emplace(view, terminal);
  return archive::run_verify(request.verify, {connection.store(), logger, progress, stop});
}

}  // namespace

ExitCode verify_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  SignalWatch signals([] {});
  StoreConnection connection(request.connection, environment, clock, logger,
                             {signals.stop_token(), OnInterrupt::Then::end});

  const auto start = std::chrono::steady_clock::now();
  const archive::VerifyReport report =
      report_of_verify(request, connection, *logger, terminal, signals.stop_token());
  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);

  const ExitCode code = exit_code_of(report);
  const VerifyOutcome outcome{request.verify, report, connection.requests(), duration, code};
  if (request.output.format == OutputFormat::json) {
    print(verify_json(outcome));
  } else if (!request.output.quiet) {
    print(verify_text(outcome));
  }
  return code;
}

}  // namespace s3c::cli
