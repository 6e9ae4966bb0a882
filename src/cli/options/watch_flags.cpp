#include "cli/options/watch_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "cli/options/own_files.h"
#include "cli/options/values.h"

namespace s3c::cli {
namespace {

/// The values of a flag that may be given several times, or its fallback; empty if the command has no such flag.
std::string subject_of(const Reader& reader, std::string_view name) {
  if (const Setting* setting = reader.find(name)) return fmt::format("{}", fmt::join(setting->values, ","));
  return reader.text(name);
}

/// "user@[::1]:9091" without the user.
std::string_view authority_of(std::string_view url) {
  std::string_view authority = url.substr(url.find("://") + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return authority;
}

/// Without a port; an IPv6 address in its brackets.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

/// Whether what stands behind the host is nothing, or a port.
bool has_right_port(std::string_view behind_host) {
  if (behind_host.empty()) return true;
  if (!behind_host.starts_with(':')) return false;
  const auto port = base::parse_number<std::uint16_t>(behind_host.substr(1));
  return port && *port != 0;
}

/// Plain HTTP stays on this machine: bucket names aren't for everyone on the way.
void refuse_unless_pushable(const std::string& url) {
  constexpr std::array<std::string_view, 3> kLoopback = {"localhost", "127.0.0.1", "[::1]"};
  const bool https = url.starts_with("https://");
  const bool http = url.starts_with("http://");
  const std::string_view authority = https || http ? authority_of(url) : "";
  const std::string_view host = host_of(authority);
  const bool loopback = std::find(kLoopback.begin(), kLoopback.end(), host) != kLoopback.end();
  if (!host.empty() && (https || loopback) && has_right_port(authority.substr(host.size())) &&
      url.find_first_of(" \t\r\n?#") == std::string::npos)
    return;
  throw UsageError(
      "--metrics-push takes https://HOST[:PORT][/PATH], or http:// for a gateway on this machine",
      "for example: --metrics-push http://localhost:9091");
}

}  // namespace

bool WatchOptions::events_on_standard_output() const {
  return events == kStandardOutput;
}

std::vector<Flag> watch_flags() {
  return {
      {.name = "events",
       .value = "FILE",
       .group = kWatching,
       .help =
           "write what happens to this file while it happens, as JSON Lines (docs/events.md); - is standard "
           "output, and then the result goes to standard error; the file is emptied first",
       .once = true},
      {.name = "metrics-file",
       .value = "FILE",
       .group = kWatching,
       .help =
           "replace this file every 15 seconds and at the end by metrics for Prometheus's textfile collector "
           "(docs/monitoring.md)",
       .once = true},
      {.name = "metrics-push",
       .value = "URL",
       .group = kWatching,
       .help = "send the same metrics to a Prometheus Pushgateway, by HTTPS or on this machine",
       .once = true},
  };
}

Flag report_flag() {
  return {
      .name = "report",
      .value = "FILE",
      .group = kWatching,
      .help =
          "at the end, write what was done to this file, as one HTML page with charts that needs nothing else",
      .once = true};
}

WatchOptions read_watch(const Reader& reader) {
  WatchOptions watch;
  watch.events = reader.text("events");
  // A command without events is no run: it writes its metrics itself.
  if (find_flag(reader.command().flags, "events") != nullptr)
    watch.metrics_file = reader.text("metrics-file");
  watch.metrics_push = reader.text("metrics-push");
  watch.report = reader.text("report");
  for (const std::string& setting : reader.settings_from_elsewhere())
    watch.settings.push_back(without_passwords(setting));
  watch.subject = {std::string(reader.command().name), subject_of(reader, "bucket"),
                   subject_of(reader, "arch-bucket"), subject_of(reader, "prefix"), reader.toggle("dry-run")};
  if (watch.events_on_standard_output() && reader.choice("output") == "json") {
    throw UsageError("--events - and --output json both write JSON to standard output",
                     "write the events to a file, or take the run's end from the event run_finished");
  }
  if (watch.report == kStandardOutput)
    throw UsageError("--report takes the name of a file", "it is written at the end, whole");
  if (watch.metrics_file == kStandardOutput)
    throw UsageError("--metrics-file takes the name of a file", "it is replaced whole, time and again");
  if (!watch.metrics_push.empty()) refuse_unless_pushable(watch.metrics_push);
  expect_own_files(reader);
  return watch;
}

}  // namespace s3c::cli
