#include "cli/run_metrics.h"

#include <fmt/format.h>

#include <utility>

#include "base/encoding.h"
#include "cli/options/usage_error.h"

namespace s3c::cli {

RunMetrics::RunMetrics(const WatchOptions& options, const std::string& ca_bundle,
                       std::function<void(const std::string&)> warn)
    : warn_(std::move(warn)) {
  if (!options.metrics_file.empty()) {
    file_.emplace("--metrics-file", options.metrics_file,
                  "/var/lib/prometheus/node-exporter/s3compress.prom");
    file_->expect_replaceable(is_metrics_text, kMetricsKind);
    lasting_ = lasting_values_in(file_->text(), options.subject);
  }
  if (!options.metrics_push.empty()) push_.emplace(options.metrics_push, options.subject, ca_bundle);
}

void RunMetrics::begin(MetricsNow now) {
  if (const std::string why = put(now); !why.empty()) {
    throw UsageError(fmt::format("--metrics-file can't be written: {}", why),
                     "nothing was done: give a file in a directory that is there and that you may write to");
  }
}

void RunMetrics::publish(MetricsNow now, std::chrono::milliseconds elapsed) {
  last_ = elapsed;
  if (const std::string why = put(now); !why.empty())
    warn_once(warned_of_file_, fmt::format("--metrics-file can't be written: {}", why));
}

std::string RunMetrics::put(MetricsNow& now) {
  for (const auto& [name, value] : now.lasting) lasting_[name] = value;
  now.lasting = lasting_;
  const std::string text = metrics_text(now);
  if (push_) {
    const std::string why = push_->push(text);
    if (!why.empty())
      warn_once(warned_of_push_, fmt::format("--metrics-push: {} was not reached: {}", push_->place(), why));
  }
  return file_ ? file_->replace(text) : "";
}

void RunMetrics::warn_once(bool& warned, const std::string& text) {
  if (!std::exchange(warned, true)) warn_("warning: " + text + "; the run goes on without");
}

}  // namespace s3c::cli
