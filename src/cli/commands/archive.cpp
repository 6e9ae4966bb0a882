#include "cli/commands/archive.h"

#include <chrono>
#include <memory>
#include <optional>

#include "archive/archive_run.h"
#include "base/clock.h"
#include "cli/output/archive_summary.h"
#include "cli/output/progress_display.h"
#include "cli/output/standard_output.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

archive::RunReport report_of_archive(const Request& request, StoreConnection& connection, base::Clock& clock,
                                     base::Logger& logger, Terminal& terminal, const std::stop_token& stop) {
  archive::Progress progress;
  RunProgressView view(progress);
  std::optional<ProgressDisplay> display;
  if (request.output.progress && !request.output.quiet) display.emplace(view, terminal);
  return archive::run_archive(request.archive,
                              {{connection.store(), connection.store()}, clock, logger, progress, stop});
}

}  // namespace

ExitCode archive_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  SignalWatch signals([&terminal] { terminal.write_line(kFinishing); });
  StoreConnection connection(request.connection, environment, clock, logger, {signals.stop_token()});
  if (const int threads = request.archive.resources.threads;
      connection.max_connections() < static_cast<std::size_t>(threads)) {
    logger->warn(
        "the limit of open files allows {} connections at a time, less than --threads {}: raise it (ulimit "
        "-n)",
        connection.max_connections(), threads);
  }

  const auto start = std::chrono::steady_clock::now();
  const archive::RunReport report =
      report_of_archive(request, connection, clock, *logger, terminal, signals.stop_token());
  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);

  const ExitCode code = exit_code_of(report);
  const RunOutcome outcome{request.archive, report, connection.requests(), duration, code};
  if (request.output.format == OutputFormat::json) {
    print(json_summary(outcome));
  } else if (!request.output.quiet) {
    print(text_summary(outcome));
  }
  return code;
}

}  // namespace s3c::cli
