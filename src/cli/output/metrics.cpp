#include "cli/output/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/encoding.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kCounter = "counter";
constexpr std::string_view kGauge = "gauge";
constexpr std::string_view kHistogram = "histogram";

constexpr std::array kMetrics = {
    Metric{"build_info", kGauge, "Always 1; the label tells which s3compress it is.", "version"},
    Metric{"running", kGauge, "1 while the run works, 0 after its end."},
    Metric{"run_start_timestamp_seconds", kGauge, "When the run began."},
    Metric{"run_duration_seconds", kGauge, "How long the run has worked."},
    Metric{kLastEnd, kGauge, "When a run last ended."},
    Metric{kLastExitCode, kGauge, "The exit code of the run that ended last."},
    Metric{kLastSuccess, kGauge, "When a run last ended with exit code 0."},
    Metric{kLastVolume, kGauge, "When a volume was last committed."},
    Metric{"groups", kGauge, "Groups of this run: found, open (in work), done, failed.", "state"},
    Metric{"objects_packed_total", kCounter, "Objects packed into volumes."},
    Metric{"packed_source_bytes_total", kCounter, "Their bytes."},
    Metric{"packed_archive_bytes_total", kCounter, "What they have become in the volumes."},
    Metric{"volumes_committed_total", kCounter, "Volumes committed."},
    Metric{"objects_deleted_total", kCounter, "Source objects deleted, all of them archived before."},
    Metric{"objects_left", kGauge, "Source objects that this run could not archive or not delete."},
    Metric{"objects_restored_total", kCounter, "Members dealt with by restore: written, or there already."},
    Metric{"restored_bytes_total", kCounter, "Bytes written by restore."},
    Metric{"thaws_asked_total", kCounter, "Archives that S3 was asked to thaw."},
    Metric{"volumes_verified_total", kCounter, "Volumes that verify has looked at.", "result"},
    Metric{"verified_bytes_total", kCounter, "Bytes of archives that verify --deep has read."},
    Metric{"damages", kGauge, "What verify found damaged: places in volumes."},
    Metric{"records_made_total", kCounter,
           "Volumes whose records catalog rebuild has looked at or made again."},
    Metric{"garbage_objects", kGauge, "What gc found in the archive bucket.", "kind,result"},
    Metric{"garbage_bytes", kGauge, "Its bytes, without those of uploads, which nobody tells.",
           "kind,result"},
    Metric{"messages_total", kCounter, "Warnings and errors that were logged.", "level"},
    Metric{"retry_storms_total", kCounter, "Times when many requests had to be sent again."},
    Metric{"requests_total", kCounter, "Requests by the answer's status; none: no whole answer came.",
           "store,operation,status"},
    Metric{"request_retries_total", kCounter, "Requests sent because an earlier one failed.",
           "store,operation"},
    Metric{"request_throttles_total", kCounter, "Answers by which the store asked to slow down.",
           "store,operation"},
    Metric{"request_duration_seconds", kHistogram, "From signing a request to the end of its answer.",
           "store,operation"},
    Metric{"requests_in_flight", kGauge, "Requests that wait for their answer.", "store,operation"},
    Metric{"gets_allowed", kGauge, "How many GetObject may be in flight: the store's refusals lower it.",
           "store"},
    Metric{"sent_bytes_total", kCounter, "Bytes of request bodies.", "store"},
    Metric{"received_bytes_total", kCounter, "Bytes of answers' bodies.", "store"},
    Metric{"credentials_expiry_timestamp_seconds", kGauge, "When the credentials in use expire.", "store"},
    Metric{"queue_depth", kGauge, "What waits in a queue: objects to be read.", "queue"},
    Metric{"objects_in_work", kGauge, "Objects that are being read or packed."},
    Metric{"parts_in_flight", kGauge, "Parts of volumes that are being uploaded."},
    Metric{"memory_leased_bytes", kGauge, "Leased of --memory: for object bodies, for upload buffers.",
           "pool"},
    Metric{"memory_limit_bytes", kGauge, "How much of --memory each of them may lease.", "pool"},
};

constexpr std::array kLasting = {kLastEnd, kLastExitCode, kLastSuccess, kLastVolume};

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : base::printable(value)) {
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

void add_label(std::string& labels, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!labels.empty()) labels += ',';
  labels += fmt::format("{}=\"{}\"", name, escaped(value));
}

std::string labels_of(const WatchSubject& subject) {
  std::string labels;
  add_label(labels, "command", subject.command);
  add_label(labels, "bucket", subject.bucket);
  add_label(labels, "arch_bucket", subject.arch_bucket);
  add_label(labels, "prefix", subject.prefix);
  if (subject.dry_run) add_label(labels, "dry_run", "true");  // it doesn't count as a run
  return labels;
}

/// Whole numbers without an exponent: times in seconds would lose digits.
std::string number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

double seconds(base::Timestamp time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1000;
}

/// Collects the samples of all metrics, and writes them in the table's order.
class Exposition {
 public:
  explicit Exposition(std::string labels) : common_(std::move(labels)) {}

  /// labels: the metric's own, as they are written.
  void add(std::string_view name, double value, const std::string& labels = {},
           std::string_view suffix = {}) {
    lines_[std::string(name)] +=
        fmt::format("{}{}{}{{{}}} {}\n", kMetricPrefix, name, suffix, joined(common_, labels), number(value));
  }
  /// part: the value of the metric's one own label, or "a=x,b=y" if it has several.
  void add_part(std::string_view name, const std::string& part, double value) {
    const auto* metric = std::find_if(kMetrics.begin(), kMetrics.end(),
                                      [name](const Metric& one) { return one.name == name; });
    if (metric == kMetrics.end()) return;
    std::string labels;
    if (metric->labels.find(',') == std::string_view::npos) {
      add_label(labels, metric->labels, part);
    } else {
      for (std::string_view rest = part; !rest.empty();) {
        const std::string_view one = rest.substr(0, rest.find(','));
        add_label(labels, one.substr(0, one.find('=')), one.substr(one.find('=') + 1));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      }
    }
    add(name, value, labels);
  }

  std::string text() const {
    std::string text;
    for (const Metric& metric : kMetrics) {
      const auto found = lines_.find(std::string(metric.name));
      if (found == lines_.end()) continue;
      text += fmt::format("# HELP {0}{1} {2}\n# TYPE {0}{1} {3}\n{4}", kMetricPrefix, metric.name,
                          metric.help, metric.type, found->second);
    }
    return text;
  }

 private:
  static std::string joined(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() ? a + b : a + "," + b;
  }
  const std::string common_;
  std::map<std::string, std::string> lines_;
};

void add_latencies(Exposition& all, const s3::OperationStats& stats, const std::string& labels) {
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < stats.latencies.size(); ++i) {
    up_to += stats.latencies[i];
    const bool last = i == s3::OperationStats::kLatencyClasses.size();
    const std::string end =
        last ? "+Inf" : fmt::format("{}", s3::OperationStats::kLatencyClasses[i] / 1000.0);
    all.add("request_duration_seconds", static_cast<double>(up_to), labels + fmt::format(",le=\"{}\"", end),
            "_bucket");
  }
  all.add("request_duration_seconds", static_cast<double>(stats.latency_sum_us) / 1e6, labels, "_sum");
  all.add("request_duration_seconds", static_cast<double>(up_to), labels, "_count");
}

void add_store(Exposition& all, const StoreStats& store) {
  const s3::RequestStatsSnapshot& stats = store.stats;
  std::string of_store;
  add_label(of_store, "store", store.name);
  for (const auto& [operation, counts] : stats.operations) {
    std::string labels = of_store;
    add_label(labels, "operation", to_string(operation));
    for (const auto& [status, count] : counts.by_status) {
      const std::string name = status == 0                                  ? "none"
                               : status == s3::OperationStats::kOtherStatus ? "other"
                                                                            : std::to_string(status);
      all.add("requests_total", static_cast<double>(count), labels + fmt::format(",status=\"{}\"", name));
    }
    all.add("request_retries_total", static_cast<double>(counts.retries), labels);
    all.add("request_throttles_total", static_cast<double>(counts.throttled), labels);
    all.add("requests_in_flight", static_cast<double>(counts.in_flight), labels);
    add_latencies(all, counts, labels);
  }
  all.add("gets_allowed", stats.gets_allowed, of_store);
  all.add("sent_bytes_total", static_cast<double>(stats.sent_bytes), of_store);
  all.add("received_bytes_total", static_cast<double>(stats.received_bytes), of_store);
  if (stats.credentials_expire_at)
    all.add("credentials_expiry_timestamp_seconds", seconds(*stats.credentials_expire_at), of_store);
}

/// A part of a path that may be empty or hold slashes. Source: the Pushgateway's README, "URL".
std::string path_label(std::string_view name, std::string_view value) {
  std::string encoded = base::to_base64(value);
  std::replace(encoded.begin(), encoded.end(), '+', '-');
  std::replace(encoded.begin(), encoded.end(), '/', '_');
  return fmt::format("/{}@base64/{}", name, encoded);
}

}  // namespace

std::span<const Metric> all_metrics() {
  return kMetrics;
}

std::string metrics_text(const MetricsNow& now) {
  return metrics_text(now, labels_of(now.subject));
}

std::string metrics_text(const MetricsNow& now, const std::string& labels) {
  Exposition all(labels);
  std::string version;
  add_label(version, "version", now.version);
  all.add("build_info", 1, version);
  all.add("running", now.running ? 1 : 0);
  all.add("run_start_timestamp_seconds", seconds(now.started));
  all.add("run_duration_seconds", static_cast<double>((now.now - now.started).count()) / 1000);
  for (const auto& [name, value] : now.lasting) all.add(name, value);
  for (const auto& [name, value] : now.counts) all.add_part(name.first, name.second, value);
  for (const auto& [name, value] : now.live) all.add_part(name.name, name.part, static_cast<double>(value));
  for (const StoreStats& store : now.stores) add_store(all, store);
  return all.text();
}

bool is_metrics_text(std::string_view text) {
  return text.starts_with(fmt::format("# HELP {}", kMetricPrefix));
}

LastingValues lasting_values_in(std::string_view text, const WatchSubject& subject) {
  return lasting_values_in(text, labels_of(subject));
}

LastingValues lasting_values_in(std::string_view text, const std::string& labels) {
  LastingValues values;
  for (const std::string_view name : kLasting) {
    const std::string start = fmt::format("\n{}{}{{{}}} ", kMetricPrefix, name, labels);
    const std::size_t at = text.find(start);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = text.substr(at + start.size());
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error == std::errc{} && end != rest.data() + rest.size() && *end == '\n') values.emplace(name, value);
  }
  return values;
}

std::string push_path(const WatchSubject& subject) {
  std::string path = "/metrics/job/s3compress" + path_label("command", subject.command);
  for (const auto& [name, value] : {std::pair<std::string_view, const std::string&>{"bucket", subject.bucket},
                                    {"arch_bucket", subject.arch_bucket},
                                    {"prefix", subject.prefix}}) {
    if (!value.empty()) path += path_label(name, value);
  }
  if (subject.dry_run) path += path_label("dry_run", "true");
  return path;
}

}  // namespace s3c::cli
