#include "cli/run_watch.h"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>

#include <utility>

#include "base/encoding.h"
#include "base/ulid.h"
#include "catalog/member_search.h"
#include "cli/options/command.h"
#include "cli/options/usage_error.h"
#include "cli/output/summary_parts.h"
#include "cli/report/page.h"
#include "cli/version.h"

namespace s3c::cli {
namespace {

double seconds(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

double seconds_of(base::Timestamp time) {
  return seconds(time.time_since_epoch());
}

Json failure_json(const base::Error* error) {
  if (error == nullptr) return nullptr;
  return {{"kind", to_string(error->kind())}, {"message", error->what()}};
}

/// Readable back, whatever bytes it has: as --left-to and find write keys.
std::string key_text(const std::string& key) {
  return catalog::text_of_key(key);
}

}  // namespace

/// Hears what the run's logger is told.
class RunWatch::LogSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LogSink(RunWatch& watch) : watch_(watch) { set_level(spdlog::level::warn); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    watch_.log_message(message.level >= spdlog::level::err,
                       std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  RunWatch& watch_;
};

RunWatch::RunWatch(Terminal& terminal) : terminal_(terminal) {}

void RunWatch::open(const WatchOptions& options, const std::string& ca_bundle) {
  const auto warn = [this](const std::string& text) { terminal_.write_line("s3compress: " + text); };
  options_ = options;
  started_ = clock_.now();
  run_ = base::make_ulid(started_);
  // The files are looked at before anything is emptied or replaced.
  std::optional<WholeFile> report = report_file();
  if (options.wants_metrics()) metrics_.emplace(options, ca_bundle, warn);
  if (!options.events.empty()) {
    events_.emplace(options.events, run_, clock_, [warn](const std::string& why) {
      warn("--events: " + why + "; the run goes on without, and its exit code will tell");
    });
  }
  try {
    if (metrics_) metrics_->begin(metrics_now(true));
  } catch (...) {
    // The error tells that nothing was done. A warning at the end would say that the run goes on.
    metrics_.reset();
    throw;
  }
  if (report) begin_report(*std::move(report));
  const WatchSubject& subject = options.subject;
  Json begin = {{"command", subject.command}, {"version", version()}, {"dry_run", subject.dry_run}};
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"bucket", subject.bucket},
                                    {"arch_bucket", subject.arch_bucket},
                                    {"prefix", subject.prefix}}) {
    begin[name] = value.empty() ? Json(nullptr) : Json(value);
  }
  tell("run_started", begin);
}

std::optional<WholeFile> RunWatch::report_file() const {
  if (options_.report.empty()) return std::nullopt;
  WholeFile page("--report", options_.report, "report.html");
  page.expect_replaceable(is_report_page, "page of --report");
  return page;
}

/// From now on the run finds that the name is taken. If the page came there at the end only, it could take the place
/// of what the run itself wrote under that name.
void RunWatch::begin_report(WholeFile page) {
  const std::string why = page.replace(unfinished_page(options_.subject.command, started_, run_));
  if (!why.empty()) {
    throw UsageError(fmt::format("--report {} can't be written: {}", base::printable(options_.report), why),
                     "nothing was done: give a file in a directory that is there and that you may write to");
  }
  report_ = std::move(page);
}

void RunWatch::listen(base::Logger& log, std::stop_token stop) {
  if (events_) events_->heed(std::move(stop));
  if (!events_ && !metrics_) return;
  for (const spdlog::sink_ptr& sink : log.sinks()) sink->set_level(log.level());
  log.sinks().push_back(std::make_shared<LogSink>(*this));
  log.set_level(std::min(log.level(), spdlog::level::warn));
}

RunWatch::Sampling::Sampling(RunWatch& watch, StatsOf stats) : watch_(watch), stats_(std::move(stats)) {
  if (!watch.is_sampled()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (watch_.clock_.sleep_for(std::chrono::seconds(1), stop)) watch_.tick(stats_());
  });
}

void RunWatch::Sampling::end() {
  if (std::exchange(ended_, true)) return;
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  watch_.tick(stats_());
}

void RunWatch::tick(std::vector<StoreStats> stats) {
  RunHistory::Point total;
  std::uint64_t failed_tries = 0;
  s3::RetryNote last;
  for (const StoreStats& store : stats) {
    for (const auto& [operation, counts] : store.stats.operations) {
      total.requests += counts.sent;
      total.throttled += counts.throttled;
      total.retries += counts.retries;
    }
    failed_tries += store.stats.failed_tries;
    if (store.stats.failed_tries != 0) last = store.stats.last_retry;
  }
  {
    base::MutexLock lock(mutex_);
    stores_ = std::move(stats);
  }
  history_.add(elapsed(), total);
  tell_storm(storm_.add(elapsed(), total.requests, failed_tries), last);
  if (metrics_ && metrics_->is_due(elapsed())) metrics_->publish(metrics_now(true), elapsed());
}

void RunWatch::tell_storm(RetryStorm::Change change, const s3::RetryNote& last) {
  if (change == RetryStorm::Change::none) return;
  if (change == RetryStorm::Change::ended) return tell("retry_storm_ended", Json::object());
  count([](RunCounts& counts) { ++counts.storms; });
  tell("retry_storm", {{"requests", storm_.requests()},
                       {"failed_tries", storm_.failed_tries()},
                       {"operation", to_string(last.operation)},
                       {"error", last.error}});
}

bool RunWatch::write_report(ExitCode code, const base::Error* error) {
  if (!report_) return true;
  if (document_.is_null()) document_ = json_head(first_word(options_.subject.command), code);
  // It may have become worse after the command made its document.
  document_["outcome"] = name_of(code);
  document_["exit_code"] = static_cast<int>(code);
  if (error != nullptr) document_["error"] = error_json(*error);
  const std::string page = report_page(document_, {.command_line = options_.command_line,
                                                   .settings = options_.settings,
                                                   .version_text = version_text(),
                                                   .started = started_,
                                                   .ended = started_ + elapsed(),
                                                   .history = history_});
  const std::string why = report_->replace(page);
  if (why.empty()) return true;
  terminal_.write_line("s3compress: --report was not written: " + why);
  report_.reset();
  return false;
}

void RunWatch::tell_finished(ExitCode code, const base::Error* error) {
  Json counts;
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  {
    base::MutexLock lock(mutex_);
    counts = counts_json(counts_, live().read());
    for (const StoreStats& store : stores_) {
      for (const auto& [operation, sent] : store.stats.requests) requests += sent;
      retries += store.stats.retries;
    }
  }
  counts["requests"] = requests;
  counts["retries"] = retries;
  tell("run_finished", {{"exit_code", static_cast<int>(code)},
                        {"exit", name_of(code)},
                        {"seconds", seconds(elapsed())},
                        {"error", failure_json(error)},
                        {"counts", counts}});
}

ExitCode RunWatch::conclude(ExitCode ended, const base::Error* error) {
  ExitCode code = events_ && events_->is_lost() ? code_of_lost_result(ended) : ended;
  const ExitCode in_page = code;
  if (!write_report(code, error)) code = code_of_lost_result(code);
  if (!concluded_) tell_finished(code, error);
  if (events_ && !events_->close()) code = code_of_lost_result(code);
  // The page was written before the last event was lost.
  if (code != in_page && !write_report(code, error)) code = code_of_lost_result(code);
  concluded_ = code;
  return code;
}

ExitCode RunWatch::finish(ExitCode ended, const base::Error* error) {
  const ExitCode code = concluded_ == ended ? ended : conclude(ended, error);
  if (metrics_) {
    const double now = seconds_of(clock_.now());
    MetricsNow last = metrics_now(false);
    last.lasting[std::string(kLastEnd)] = now;
    last.lasting[std::string(kLastExitCode)] = static_cast<double>(code);
    if (code == ExitCode::done) last.lasting[std::string(kLastSuccess)] = now;
    metrics_->publish(std::move(last), elapsed());
  }
  return code;
}

MetricsNow RunWatch::metrics_now(bool running) {
  MetricsNow now{.subject = options_.subject,
                 .version = std::string(version()),
                 .running = running,
                 .started = started_,
                 .now = started_ + elapsed(),
                 .stores = {},
                 .live = live().read(),
                 .counts = {},
                 .lasting = {}};
  base::MutexLock lock(mutex_);
  now.stores = stores_;
  now.counts = counts_as_samples(counts_, options_.subject.command);
  if (counts_.last_volume) now.lasting[std::string(kLastVolume)] = seconds_of(*counts_.last_volume);
  return now;
}

std::chrono::milliseconds RunWatch::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
}

void RunWatch::tell(std::string_view event, const Json& fields) {
  if (events_) events_->write(event, fields);
}

void RunWatch::log_message(bool is_error, const std::string& message) {
  count([is_error](RunCounts& counts) { ++(is_error ? counts.errors : counts.warnings); });
  tell("warning", {{"level", is_error ? "error" : "warning"}, {"text", message}});
}

void RunWatch::group_started(const std::string& group) {
  tell("group_started", {{"group", key_text(group)}});
}

void RunWatch::volume_committed(const catalog::VolumeCommitted& volume) {
  count([&](RunCounts& counts) {
    ++counts.volumes;
    counts.objects += volume.objects;
    counts.source_bytes += volume.source_bytes;
    counts.archive_bytes += volume.archive_bytes;
    counts.last_volume = clock_.now();
  });
  tell("volume_committed", {{"group", key_text(volume.group)},
                            {"volume", key_text(volume.archive_key)},
                            {"objects", volume.objects},
                            {"source_bytes", volume.source_bytes},
                            {"archive_bytes", volume.archive_bytes}});
}

void RunWatch::sources_deleted(const catalog::SourcesDeleted& deletes) {
  count([&](RunCounts& counts) { counts.deleted += deletes.deleted; });
  tell("sources_deleted", {{"group", key_text(deletes.group)},
                           {"volume", key_text(deletes.archive_key)},
                           {"deleted", deletes.deleted},
                           {"left", deletes.left}});
}

void RunWatch::group_finished(const catalog::GroupFinished& group) {
  count([&](RunCounts& counts) {
    ++counts.groups;
    counts.groups_failed += group.failure.has_value();
    counts.left += group.left;
  });
  tell("group_finished", {{"group", key_text(group.group)},
                          {"volumes", group.volumes},
                          {"objects", group.objects},
                          {"deleted", group.deleted},
                          {"left", group.left},
                          {"error", failure_json(group.failure ? &*group.failure : nullptr)}});
}

void RunWatch::restore_planned(const catalog::RestorePlanned& plan) {
  tell("restore_planned", {{"volumes", plan.volumes},
                           {"objects", plan.members},
                           {"bytes", plan.bytes},
                           {"frozen_volumes", plan.frozen_volumes}});
}

void RunWatch::thaw_asked(const std::string& archive_key) {
  count([](RunCounts& counts) { ++counts.thaws; });
  tell("thaw_asked", {{"volume", key_text(archive_key)}});
}

void RunWatch::volume_opened(const std::string& archive_key, std::uint64_t members) {
  tell("volume_opened", {{"volume", key_text(archive_key)}, {"objects", members}});
}

void RunWatch::records_made(const std::string& archive_key, std::uint64_t objects) {
  count([](RunCounts& counts) { ++counts.records; });
  tell("records_made", {{"volume", key_text(archive_key)}, {"objects", objects}});
}

void RunWatch::volume_verified(const catalog::VolumeVerified& volume) {
  count([&](RunCounts& counts) {
    ++counts.verified[std::string(volume.result)];
    counts.damages += volume.damages;
  });
  tell("volume_verified", {{"volume", key_text(volume.archive_key)},
                           {"result", volume.result},
                           {"frozen", volume.frozen},
                           {"damages", volume.damages}});
}

void RunWatch::garbage_found(const catalog::GarbageFound& garbage) {
  count([&](RunCounts& counts) {
    RunCounts::Garbage& sums = counts.garbage[{std::string(garbage.kind), std::string(garbage.result)}];
    ++sums.objects;
    sums.bytes += garbage.bytes;
  });
  tell("garbage_found", {{"kind", garbage.kind},
                         {"result", garbage.result},
                         {"key", key_text(garbage.key)},
                         {"bytes", garbage.bytes}});
}

}  // namespace s3c::cli
