#include "cli/commands/gc.h"

#include <chrono>
#include <memory>
#include <optional>

#include "archive/gc_run.h"
#include "base/clock.h"
#include "cli/output/gc_summary.h"
#include "cli/output/progress_display.h"
#include "cli/output/standard_output.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

archive::GcReport report_of_gc(const Request& request, StoreConnection& connection, base::Logger& logger,
                               Terminal& terminal, const std::stop_token& stop) {
  archive::GcProgress progress;
  GcProgressView view(progress);
  std::optional<ProgressDisplay> display;
  if (request.output.progress && !request.output.quiet) display.emplace(view, terminal);
  return archive::run_gc(request.gc, {connection.store(), logger, progress, stop});
}

}  // namespace

ExitCode gc_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  SignalWatch signals([&terminal] { terminal.write_line(kFinishing); });
  StoreConnection connection(request.connection, environment, clock, logger, {signals.stop_token()});

  const auto start = std::chrono::steady_clock::now();
  const archive::GcReport report = report_of_gc(request, connection, *logger, terminal, signals.stop_token());
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
