// What a command works with while it runs, made in the one right order: the signals are blocked before the
// first thread starts, so every thread of the connection, the progress display and the run blocks them too.
// If one thread didn't block SIGINT, Ctrl-C would kill the process in the middle of its work.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "cli/options/connection.h"
#include "cli/options/environment.h"
#include "cli/options/output_options.h"
#include "cli/output/outcome.h"
#include "cli/output/progress_display.h"
#include "cli/output/requests_view.h"
#include "cli/output/standard_output.h"
#include "cli/output/terminal.h"
#include "cli/run_watch.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {

/// What a session is made from. All of it must outlive the session.
struct SessionSettings {
  const ConnectionOptions& connection;
  const OutputOptions& output;
  const Environment& environment;
  Terminal& terminal;
  RunWatch& watch;
};

/// A process has one session. The command makes it when its options are complete.
class Session {
 public:
  using Connect = std::function<std::unique_ptr<StoreConnections>(
      const SessionSettings&, base::Clock&, std::shared_ptr<base::Logger>, const OnInterrupt&)>;

  /// on_interrupt: what the first Ctrl-C does to calls in flight. connect: makes the connections; most commands
  /// work with the archive's store alone, and tests pass another function. REQUIRES: no other thread has
  /// started. Throws what StoreConnections and SignalWatch throw.
  Session(const SessionSettings& settings, OnInterrupt::Then on_interrupt,
          const Connect& connect = connect_to({Side::archive}));
  /// Connects to the stores of these sides.
  static Connect connect_to(std::vector<Side> sides);

  Terminal& terminal() { return settings_.terminal; }
  base::Logger& log() { return *logger_; }
  base::Clock& clock() { return clock_; }
  const OutputOptions& output() const { return settings_.output; }
  bool prints_json() const { return output().format == OutputFormat::json; }
  /// Stopped by the first SIGINT or SIGTERM.
  std::stop_token stop() const { return signals_.stop_token(); }
  /// Told by the run of what it does.
  catalog::RunObserver& observer() { return settings_.watch; }
  RunWatch& watch() { return settings_.watch; }
  /// REQUIRES for both: the session is connected to side's store.
  s3::ObjectStore& store(Side side) { return connections_->of(side).store(); }
  StoreConnection& connection(Side side) { return connections_->of(side); }
  /// The time since the session was made.
  std::chrono::milliseconds elapsed() const;

  /// Shows view until the returned display is destroyed. Returns nullptr when no progress is wanted. view
  /// must outlive the display.
  std::unique_ptr<ProgressDisplay> show(ProgressView& view);
  /// For a command, or a part of one, that counts nothing itself: its requests.
  std::unique_ptr<ProgressDisplay> show_requests() { return show(*requests_view_); }
  /// The same for a command that prints results line by line. Returns nullptr if they come to the screen: they
  /// show that it goes on.
  std::unique_ptr<ProgressDisplay> show_requests_beside_results();

  /// What report's summary reports: the requests and the time are those until now.
  template <typename Options, typename Report>
  Outcome<Options, Report> outcome_of(const Options& options, const Report& report, ExitCode code) const {
    return {options, report, connections_->requests(), elapsed(), code, settings_.watch.run()};
  }

  /// How a command with a summary ends: writes the report and the last event, prints the outcome's summary, and
  /// returns the outcome's exit code, or a worse one if the report or an event was lost. The summary tells that one.
  /// What went wrong also goes to standard error, unless the user reads it in the summary: a run whose output is
  /// thrown away must not fail without a word. Throws LostResult if the summary can't be written.
  template <typename AnyOutcome>
  ExitCode conclude(AnyOutcome outcome) {
    sampling_.end();
    if constexpr (requires { report_document(outcome); }) {
      if (settings_.watch.wants_report()) settings_.watch.keep_document(report_document(outcome));
    }
    outcome.exit_code = settings_.watch.conclude(outcome.exit_code, nullptr);
    const bool apart = !output_is_read_with_errors() && !settings_.watch.events_on_standard_output();
    if (output().quiet || prints_json() || apart) tell(problems_text(outcome));
    try {
      print_result([&] { return text_summary(outcome); }, [&] { return json_summary(outcome); });
    } catch (const base::Error& error) {
      throw LostResult(error, code_of_lost_result(outcome.exit_code));
    }
    return outcome.exit_code;
  }

  /// Prints a text that is a result or a part of one: to standard output, but to standard error if the events go
  /// there. Throws as print() does.
  void print_text(const std::string& text) const;

  /// Prints the result: json() or text(), as --output says. With --quiet no text is printed. Throws as
  /// print() does.
  template <typename Text, typename Json>
  void print_result(Text text, Json json) const {
    if (prints_json()) {
      settings_.terminal.step_aside([&] { print(json(), stop()); });
    } else if (!output().quiet) {
      print_text(text());
    }
  }

 private:
  const SessionSettings& listened_to() const;
  /// Writes each line of text to standard error.
  void tell(const std::string& text) const;
  /// What the display says beside the command's own progress.
  DisplayStatus status() const;

  // The members are made in this order.
  const SessionSettings settings_;
  const std::shared_ptr<base::Logger> logger_;
  base::SystemClock clock_;
  SignalWatch signals_;  // before all members that may start a thread
  std::unique_ptr<StoreConnections> connections_;
  RunWatch::Sampling sampling_;  // ends before the connections that it looks at
  const std::chrono::steady_clock::time_point start_;
  const std::unique_ptr<ProgressView> requests_view_;
};

/// Asks on the terminal. True without asking if yes is true, or if there is no terminal. False when stop is
/// requested before the answer comes.
bool may_go_on(bool yes, const std::stop_token& stop);

}  // namespace s3c::cli
