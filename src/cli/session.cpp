#include "cli/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <iostream>
#include <sstream>
#include <string>
#include <utility>

namespace s3c::cli {
namespace {

/// The first signal prints that the run finishes what is in flight. A command that ends at once prints
/// nothing.
std::function<void()> first_signal(Terminal& terminal, OnInterrupt::Then on_interrupt) {
  if (on_interrupt == OnInterrupt::Then::end) return [] {};
  return [&terminal] { terminal.write_line("s3compress: " + std::string(kFinishing)); };
}

}  // namespace

Session::Session(const SessionSettings& settings, OnInterrupt::Then on_interrupt, const Connect& connect)
    : settings_(settings),
      logger_(make_terminal_logger(settings.terminal, settings.output.verbosity, settings.output.quiet)),
      signals_(first_signal(settings.terminal, on_interrupt), [this] { settings_.terminal.clear(); }),
      connections_(connect(listened_to(), clock_, logger_, {signals_.stop_token(), on_interrupt})),
      sampling_(settings_.watch,
                [this] { return connections_ ? connections_->stats() : std::vector<StoreStats>(); }),
      start_(std::chrono::steady_clock::now()),
      requests_view_(std::make_unique<RequestsView>(
          [this] { return connections_ ? connections_->requests() : RequestCounts(); })) {
  settings_.terminal.heed(signals_.stop_token());
}

Session::Connect Session::connect_to(std::vector<Side> sides) {
  return [sides = std::move(sides)](const SessionSettings& settings, base::Clock& clock,
                                    const std::shared_ptr<base::Logger>& logger,
                                    const OnInterrupt& on_interrupt) {
    return std::make_unique<StoreConnections>(sides, settings.connection, settings.environment, clock, logger,
                                              on_interrupt);
  };
}

std::chrono::milliseconds Session::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
}

std::unique_ptr<ProgressDisplay> Session::show(ProgressView& view) {
  if (!output().progress || output().quiet) return nullptr;
  return std::make_unique<ProgressDisplay>(view, settings_.terminal, [this] { return status(); });
}

std::unique_ptr<ProgressDisplay> Session::show_requests_beside_results() {
  return ::isatty(STDOUT_FILENO) == 1 ? nullptr : show_requests();
}

DisplayStatus Session::status() const {
  DisplayStatus status{.stopping = stop().stop_requested()};
  if (!connections_) return status;
  for (const StoreStats& store : connections_->stats()) {
    for (const auto& [operation, counts] : store.stats.operations) {
      if (counts.in_flight != 0) status.in_flight[std::string(to_string(operation))] += counts.in_flight;
      status.retries += counts.retries;
      status.throttled += counts.throttled;
    }
    status.failed_tries += store.stats.failed_tries;
    const s3::RetryNote& last = store.stats.last_retry;
    if (store.stats.failed_tries != 0)
      status.last_failure = fmt::format("{}: {}", to_string(last.operation), last.error);
  }
  return status;
}

void Session::print_text(const std::string& text) const {
  if (settings_.watch.events_on_standard_output()) return tell(text);
  settings_.terminal.step_aside([&] { print(text, stop()); });
}

/// Before the connections: what they log is an event, too.
const SessionSettings& Session::listened_to() const {
  settings_.watch.listen(*logger_, signals_.stop_token());
  return settings_;
}

void Session::tell(const std::string& text) const {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) settings_.terminal.write_line(line);
}

bool may_go_on(bool yes, const std::stop_token& stop) {
  if (yes || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return true;
  std::cerr << "go on? [y/N] " << std::flush;
  pollfd typed{STDIN_FILENO, POLLIN, 0};
  while (::poll(&typed, 1, 100) == 0) {
    if (stop.stop_requested()) return false;
  }
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace s3c::cli
