#include "cli/gc_command.h"

#include <chrono>
#include <memory>
#include <optional>

#include "archive/gc_run.h"
#include "base/clock.h"
#include "cli/gc_summary.h"
#include "cli/progress_display.h"
#include "cli/signals.h"
#include "cli/standard_output.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

archive::GcReport run(const Request& request, StoreConnection& connection, base::Logger& logger,
                      Terminal& terminal) {
  SignalWatch signals([&terminal] { terminal.write_line(kFinishing); });
  archive::GcProgress progress;
  GcProgressView view(progress);
  std::optional<ProgressDisplay> display;
  if (request.output.progress && !request.output.quiet) display.emplace(view, terminal);
  return archive::run_gc(request.gc, {connection.store(), logger, progress, signals.stop_token()});
}

}  // namespace

ExitCode gc_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  StoreConnection connection(request.connection, environment, clock, logger);

  const auto start = std::chrono::steady_clock::now();
  const archive::GcReport report = run(request, connection, *logger, terminal);
  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);

  const ExitCode code = exit_code_of(report);
  const GcOutcome outcome{request.gc, report, connection.requests(), duration, code};
  if (request.output.format == OutputFormat::json) {
    print(gc_json(outcome));
  } else if (!request.output.quiet) {
    print(gc_text(outcome));
  }
  return code;
}

}  // namespace s3c::cli
