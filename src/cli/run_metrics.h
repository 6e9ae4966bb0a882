// Where the metrics of a run go: --metrics-file and --metrics-push. What goes wrong is told once for each, and
// changes nothing else: monitoring notices by itself that its numbers are old.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/options/watch_flags.h"
#include "cli/output/metrics.h"
#include "cli/output/whole_file.h"
#include "cli/pushing.h"

namespace s3c::cli {

/// One thread at a time.
class RunMetrics {
 public:
  static constexpr std::chrono::seconds kPeriod{15};

  /// warn: takes a line about what goes wrong. Throws UsageError if the file can't be one.
  RunMetrics(const WatchOptions& options, const std::string& ca_bundle,
             std::function<void(const std::string&)> warn);

  /// The first metrics. Throws UsageError if the file can't be written.
  void begin(MetricsNow now);
  /// now.lasting: those that have changed; the others stay as earlier runs left them. elapsed: since the run began.
  void publish(MetricsNow now, std::chrono::milliseconds elapsed);
  /// Whether the period is over.
  bool is_due(std::chrono::milliseconds elapsed) const { return elapsed >= last_ + kPeriod; }

 private:
  /// Returns what went wrong with the file; empty: nothing.
  std::string put(MetricsNow& now);
  void warn_once(bool& warned, const std::string& text);

  const std::function<void(const std::string&)> warn_;
  std::optional<WholeFile> file_;
  std::optional<MetricsPush> push_;
  LastingValues lasting_;
  std::chrono::milliseconds last_{0};
  bool warned_of_file_ = false;
  bool warned_of_push_ = false;
};

}  // namespace s3c::cli
