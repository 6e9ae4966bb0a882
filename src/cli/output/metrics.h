// --metrics-file and --metrics-push: the numbers of a run in Prometheus's text format. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/live_values.h"
#include "base/time.h"
#include "cli/options/watch_flags.h"
#include "s3/request_stats.h"

namespace s3c::cli {

/// One metric, as docs/monitoring.md lists it. Every sample carries the labels of the run's subject too.
struct Metric {
  std::string_view name;  ///< without kMetricPrefix
  std::string_view type;  ///< "counter", "gauge", "histogram"
  std::string_view help;
  std::string_view labels = {};  ///< its own, separated by commas
};
inline constexpr std::string_view kMetricPrefix = "s3compress_";
/// In the order in which they are written.
std::span<const Metric> all_metrics();

/// What an earlier run left in the metrics, by name without prefix: it counts until a new run replaces it.
using LastingValues = std::map<std::string, double, std::less<>>;
/// Names of LastingValues.
inline constexpr std::string_view kLastEnd = "last_run_end_timestamp_seconds";
inline constexpr std::string_view kLastExitCode = "last_run_exit_code";
inline constexpr std::string_view kLastSuccess = "last_success_timestamp_seconds";
inline constexpr std::string_view kLastVolume = "last_volume_timestamp_seconds";

/// The requests to one store.
struct StoreStats {
  std::string name;  ///< "source", "archive"; "source+archive" if one store is both
  s3::RequestStatsSnapshot stats;
};

/// A value by name and labels ("kind=upload,result=left"); names without prefix.
using Samples = std::map<std::pair<std::string, std::string>, double>;

struct MetricsNow {
  WatchSubject subject;
  std::string version;
  bool running = true;
  base::Timestamp started{};
  base::Timestamp now{};
  std::vector<StoreStats> stores;
  base::LiveValues::Values live;
  Samples counts;  ///< what the run's observer has counted
  LastingValues lasting;
};

/// The whole document. A value of a name that all_metrics() doesn't have is left out.
std::string metrics_text(const MetricsNow& now);
/// The same with labels as they are written in a text: now.subject doesn't count.
std::string metrics_text(const MetricsNow& now, const std::string& labels);
/// Whether text begins as metrics_text() does.
bool is_metrics_text(std::string_view text);
/// What a file with such a text is, for messages.
inline constexpr std::string_view kMetricsKind = "file of metrics of this program";
/// The lasting values of this subject in the text of an earlier run; none if it is no such text.
LastingValues lasting_values_in(std::string_view text, const WatchSubject& subject);
LastingValues lasting_values_in(std::string_view text, const std::string& labels);
/// The path below the gateway's address under which the metrics of this subject stand.
std::string push_path(const WatchSubject& subject);

}  // namespace s3c::cli
