#include "cli/commands/restore.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "archive/restore_run.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "base/mutex.h"
#include "cli/commands/member_names.h"
#include "cli/output/progress_display.h"
#include "cli/output/restore_summary.h"
#include "cli/output/standard_output.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kBucketScheme = "s3://";
constexpr int kUploadSlots = 4;

/// The target of each source bucket, made when it is first asked for. Any thread.
class Targets {
 public:
  Targets(s3::ObjectStore& store, const RestoreSettings& settings) : store_(store), settings_(settings) {}

  archive::RestoreTarget& of(const std::string& source_bucket) {
    base::MutexLock lock(mutex_);
    // One for all where it was said where to.
    std::unique_ptr<archive::RestoreTarget>& target = targets_[settings_.to.empty() ? source_bucket : ""];
    if (!target) target = make(source_bucket);
    return *target;
  }

 private:
  std::unique_ptr<archive::RestoreTarget> make(const std::string& source_bucket) {
    const std::string& to = settings_.to;
    if (to.empty())
      return archive::make_bucket_target(store_, slots_, source_bucket, "", settings_.overwrite);
    if (!to.starts_with(kBucketScheme)) return archive::make_directory_target(to, settings_.overwrite);
    const std::string place = to.substr(kBucketScheme.size());
    const std::size_t slash = place.find('/');
    return archive::make_bucket_target(store_, slots_, place.substr(0, slash),
                                       slash == std::string::npos ? "" : place.substr(slash + 1),
                                       settings_.overwrite);
  }

  s3::ObjectStore& store_;
  const RestoreSettings& settings_;
  base::Slots slots_{kUploadSlots};
  base::Mutex mutex_;
  std::map<std::string, std::unique_ptr<archive::RestoreTarget>> targets_ S3C_GUARDED_BY(mutex_);
};

/// Asks on the terminal; yes where there is nobody to ask.
bool may_go_on(const RestoreSettings& settings) {
  if (settings.yes || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return true;
  std::cerr << "go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

ExitCode restore_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  RestoreSettings settings = request.restore;
  settings.options.query = read_query(settings.names);
  SignalWatch signals([&terminal] { terminal.write_line(kFinishing); });
  StoreConnection connection(request.connection, environment, clock, logger, {signals.stop_token()});
  Targets targets(connection.store(), settings);
  const auto start = std::chrono::steady_clock::now();
  const bool talks = !request.output.quiet && request.output.format == OutputFormat::text;

  archive::RestoreProgress progress;
  MissedKeys missed(settings.options.query);
  const archive::RestoreContext context{
      connection.store(),
      clock,
      *logger,
      progress,
      signals.stop_token(),
      [&missed](const std::string& key) { missed.found(key); },
      [&targets](const std::string& bucket) -> archive::RestoreTarget& { return targets.of(bucket); }};
  const archive::RestorePlan plan = archive::plan_restore(settings.options, context);
  if (talks && !settings.dry_run) {
    for (const std::string& line : plan_lines(settings, plan)) terminal.write_line(line);
  }
  archive::RestoreReport report = archive::begin_report(plan);
  if (!settings.dry_run) {
    if (plan.members != 0 && !may_go_on(settings)) {
      terminal.write_line("nothing was thawed or written");
      return ExitCode::interrupted;
    }
    RestoreProgressView view(progress);
    std::optional<ProgressDisplay> display;
    if (request.output.progress && !request.output.quiet) display.emplace(view, terminal);
    report = archive::run_restore(settings.options, plan, context);
  }
  const ExitCode unfound = missed.tell(plan.members + plan.tied + plan.withheld != 0, terminal);
  ExitCode code = exit_code_of(report);
  if (code == ExitCode::done) code = unfound;

  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  const RestoreOutcome outcome{settings, plan, report, connection.requests(), duration, code};
  if (request.output.format == OutputFormat::json) {
    print(restore_json(outcome));
  } else if (!request.output.quiet) {
    print(restore_text(outcome));
  }
  return code;
}

}  // namespace s3c::cli
