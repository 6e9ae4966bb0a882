// Tells what a run does: it writes the events of --events, the numbers of --metrics-file and --metrics-push, and at
// the end the page of --report. The rooms call it as a RunObserver. If none of these flags is given, it only counts.
//
// The end has an order, so that every document tells the exit code with which the process ends:
//   1. conclude(): the page and the last event. What is lost here is in the exit code
//   2. the command prints its result, with that exit code
//   3. finish(): the last metrics. If the result was lost, also the page again
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"
#include "catalog/run_observer.h"
#include "cli/exit_code.h"
#include "cli/options/watch_flags.h"
#include "cli/output/event_log.h"
#include "cli/output/metrics.h"
#include "cli/output/retry_storm.h"
#include "cli/output/run_counts.h"
#include "cli/output/terminal.h"
#include "cli/output/whole_file.h"
#include "cli/report/run_history.h"
#include "cli/run_metrics.h"

namespace s3c::cli {

/// One for the process. Any thread may call the observer's methods; the others are called by main()'s.
class RunWatch final : public catalog::RunObserver {
 public:
  using StatsOf = std::function<std::vector<StoreStats>()>;

  /// terminal outlives it: what can't be written is told there.
  explicit RunWatch(Terminal& terminal);

  /// Begins: the first event, and the first metrics. Call it once, before the run does anything. ca_bundle: for
  /// the gateway. Throws UsageError if a file can't be written; then nothing was done.
  void open(const WatchOptions& options, const std::string& ca_bundle);
  bool events_on_standard_output() const { return options_.events_on_standard_output(); }

  /// Looks at the requests every second as long as it lives, and a last time at its end. Made after the signals
  /// are blocked; it has a thread if anything is to be written.
  class Sampling {
   public:
    Sampling(RunWatch& watch, StatsOf stats);
    ~Sampling() { end(); }
    Sampling(const Sampling&) = delete;
    Sampling& operator=(const Sampling&) = delete;

    /// The last look. Afterwards it does nothing more.
    void end();

   private:
    RunWatch& watch_;
    bool ended_ = false;
    const StatsOf stats_;
    std::jthread thread_;
  };
  /// From now on what log warns of is an event, too, whatever the terminal shows of it. stop: after it a reader
  /// who doesn't read isn't waited for. Called once, before another thread uses log.
  void listen(base::Logger& log, std::stop_token stop);

  /// A warning or an error of the run that didn't end it.
  void log_message(bool is_error, const std::string& message);

  bool wants_report() const { return report_.has_value(); }
  /// What --report shows: the command's own document.
  void keep_document(Json document) { document_ = std::move(document); }

  /// The run's id, which its events carry.
  const std::string& run() const { return run_; }
  /// The report and the last event; later events aren't written. error: what ended the command; nullptr: nothing.
  /// Returns code, or a worse one if an event or the report was lost: the command prints its result with that one.
  /// Call it again if the result can't be printed: that changes the report.
  ExitCode conclude(ExitCode code, const base::Error* error);
  /// Ends: concludes, unless that was done with this code, and writes the last metrics. Returns as conclude() does.
  ExitCode finish(ExitCode code, const base::Error* error);

  void group_started(const std::string& group) override;
  void volume_committed(const catalog::VolumeCommitted& volume) override;
  void sources_deleted(const catalog::SourcesDeleted& deletes) override;
  void group_finished(const catalog::GroupFinished& group) override;
  void restore_planned(const catalog::RestorePlanned& plan) override;
  void thaw_asked(const std::string& archive_key) override;
  void volume_opened(const std::string& archive_key, std::uint64_t members) override;
  void records_made(const std::string& archive_key, std::uint64_t objects) override;
  void volume_verified(const catalog::VolumeVerified& volume) override;
  void garbage_found(const catalog::GarbageFound& garbage) override;

 private:
  class LogSink;

  template <typename Change>
  void count(Change change) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    change(counts_);
  }
  void tell(std::string_view event, const Json& fields);
  void tick(std::vector<StoreStats> stats) S3C_EXCLUDES(mutex_);
  bool is_sampled() const { return events_ || metrics_ || report_; }
  /// Throws UsageError if something is there that must not be replaced.
  std::optional<WholeFile> report_file() const;
  void begin_report(WholeFile page);
  /// False: the page is lost.
  bool write_report(ExitCode code, const base::Error* error);
  void tell_finished(ExitCode code, const base::Error* error);
  void tell_storm(RetryStorm::Change change, const s3::RetryNote& last);
  std::chrono::milliseconds elapsed() const;
  MetricsNow metrics_now(bool running) S3C_EXCLUDES(mutex_);

  Terminal& terminal_;
  base::SystemClock clock_;
  WatchOptions options_;
  base::Timestamp started_{};
  std::string run_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<EventLog> events_;
  std::optional<RunMetrics> metrics_;
  std::optional<WholeFile> report_;  ///< nullopt: not wanted, or lost
  Json document_;
  std::optional<ExitCode> concluded_;  ///< what the report and the last event tell
  RetryStorm storm_;                   ///< of the sampling
  RunHistory history_;                 ///< of the sampling; finish() reads it
  base::Mutex mutex_;
  RunCounts counts_ S3C_GUARDED_BY(mutex_);
  std::vector<StoreStats> stores_ S3C_GUARDED_BY(mutex_);  ///< at the last tick
};

}  // namespace s3c::cli
