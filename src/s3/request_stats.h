// Counts of requests, by operation: they tell the cost of a run, how the store answers, and how fast. Any thread.
// Every request is counted, so counting must be cheap: there is no lock but for what is tried again.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.h"
#include "base/time.h"

namespace s3c::s3 {

/// The calls S3Client makes, by S3's own names.
enum class Operation {
  head_bucket,
  list_objects,
  list_object_versions,
  get_object,
  head_object,
  get_object_tagging,
  restore_object,
  put_object,
  create_multipart_upload,
  upload_part,
  upload_part_copy,
  complete_multipart_upload,
  abort_multipart_upload,
  list_multipart_uploads,
  list_parts,
  delete_objects,
  delete_object,
};

inline constexpr std::array<std::string_view, 17> kOperationNames = {
    "HeadBucket",
    "ListObjectsV2",
    "ListObjectVersions",
    "GetObject",
    "HeadObject",
    "GetObjectTagging",
    "RestoreObject",
    "PutObject",
    "CreateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
    "ListMultipartUploads",
    "ListParts",
    "DeleteObjects",
    "DeleteObject",
};

inline std::string_view to_string(Operation operation) {
  return kOperationNames[static_cast<std::size_t>(operation)];
}

/// The statuses that are counted one by one; all others count as OperationStats::kOtherStatus.
/// 0: no whole answer came.
inline constexpr std::array<int, 22> kCountedStatuses = {0,   200, 204, 206, 301, 304, 307, 400,
                                                         403, 404, 405, 409, 411, 412, 416, 429,
                                                         500, 501, 502, 503, 504, 507};
/// The requests of one operation.
struct OperationStats {
  static constexpr int kOtherStatus = -1;
  /// Upper ends of the latency classes, in milliseconds; one more class has what took longer.
  static constexpr std::array<int, 13> kLatencyClasses = {5,    10,   25,   50,     100,    250,   500,
                                                          1000, 2500, 5000, 10'000, 30'000, 60'000};

  std::uint64_t sent = 0;       ///< retries included
  std::uint64_t in_flight = 0;  ///< of these, not ended yet
  std::uint64_t throttled = 0;  ///< SlowDown and its kin
  std::uint64_t retries = 0;    ///< sent because an earlier one failed
  std::map<int, std::uint64_t> by_status;
  /// By the time from signing to the end of the answer; not cumulative.
  std::array<std::uint64_t, kLatencyClasses.size() + 1> latencies{};
  std::uint64_t latency_sum_us = 0;

  void add(const OperationStats& other) {
    sent += other.sent;
    in_flight += other.in_flight;
    throttled += other.throttled;
    retries += other.retries;
    for (const auto& [status, count] : other.by_status) by_status[status] += count;
    for (std::size_t i = 0; i < latencies.size(); ++i) latencies[i] += other.latencies[i];
    latency_sum_us += other.latency_sum_us;
  }
};

/// Why a request is being tried again.
struct RetryNote {
  Operation operation = Operation::get_object;
  std::string error;  ///< on one line, without resource
  int failures = 0;   ///< of this call
};

/// The counts at one moment.
struct RequestStatsSnapshot {
  std::map<std::string, std::uint64_t>
      requests;                  ///< sent, retries included, by operation; operations without any left out
  std::uint64_t retries = 0;     ///< how many of them were sent because an earlier one failed
  std::uint64_t sent_bytes = 0;  ///< request bodies
  std::uint64_t received_bytes = 0;                ///< response bodies
  std::map<Operation, OperationStats> operations;  ///< those of which a request was sent
  /// How many GetObjects may be in flight now, and when the credentials expire that signed the last request.
  int gets_allowed = 0;
  std::optional<base::Timestamp> credentials_expire_at;
  std::uint64_t failed_tries = 0;  ///< after which the call is, or will be, tried again
  RetryNote last_retry;            ///< of the last of these
};

class RequestStats {
 public:
  void count_request(Operation operation, std::uint64_t body_bytes) {
    of(operation).sent.fetch_add(1, kRelaxed);
    sent_bytes_.fetch_add(body_bytes, kRelaxed);
  }
  /// A request ended. Call it once for each count_request(). status: 0 if no whole answer came.
  void count_end(Operation operation, int status, std::chrono::steady_clock::duration took) {
    Counters& counters = of(operation);
    const auto us = static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 0));
    counters.by_status[status_index(status)].fetch_add(1, kRelaxed);
    counters.latencies[latency_class(us)].fetch_add(1, kRelaxed);
    counters.latency_sum_us.fetch_add(us, kRelaxed);
  }
  void count_throttled(Operation operation) { of(operation).throttled.fetch_add(1, kRelaxed); }
  void count_retry(Operation operation) { of(operation).retries.fetch_add(1, kRelaxed); }
  /// A try failed, and another one follows.
  void note_retry(RetryNote note) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    ++failed_tries_;
    last_retry_ = std::move(note);
  }
  void count_received(std::uint64_t body_bytes) { received_bytes_.fetch_add(body_bytes, kRelaxed); }

  /// Called for each signed request.
  void note_expiry(std::optional<base::Timestamp> expires_at) {
    expires_at_ms_.store(expires_at ? expires_at->time_since_epoch().count() : 0, kRelaxed);
  }

  RequestStatsSnapshot snapshot() const S3C_EXCLUDES(mutex_) {
    RequestStatsSnapshot now;
    for (std::size_t i = 0; i < counters_.size(); ++i) {
      OperationStats stats = counters_[i].read();
      if (stats.sent == 0) continue;
      now.requests.emplace(kOperationNames[i], stats.sent);
      now.retries += stats.retries;
      now.operations.emplace(static_cast<Operation>(i), std::move(stats));
    }
    now.sent_bytes = sent_bytes_.load(kRelaxed);
    now.received_bytes = received_bytes_.load(kRelaxed);
    if (const std::int64_t expires_at = expires_at_ms_.load(kRelaxed); expires_at != 0)
      now.credentials_expire_at = base::Timestamp(std::chrono::milliseconds(expires_at));
    base::MutexLock lock(mutex_);
    now.failed_tries = failed_tries_;
    now.last_retry = last_retry_;
    return now;
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;
  using Counter = std::atomic<std::uint64_t>;

  /// On cache lines of its own: otherwise the operations would slow each other down.
  struct alignas(64) Counters {
    Counter sent{0};
    Counter throttled{0};
    Counter retries{0};
    Counter latency_sum_us{0};
    std::array<Counter, kCountedStatuses.size() + 1> by_status{};
    std::array<Counter, OperationStats::kLatencyClasses.size() + 1> latencies{};

    OperationStats read() const {
      OperationStats stats;
      std::uint64_t ended = 0;
      for (std::size_t i = 0; i < by_status.size(); ++i) {
        const std::uint64_t count = by_status[i].load(kRelaxed);
        ended += count;
        if (count != 0)
          stats.by_status[i < kCountedStatuses.size() ? kCountedStatuses[i] : OperationStats::kOtherStatus] =
              count;
      }
      for (std::size_t i = 0; i < latencies.size(); ++i) stats.latencies[i] = latencies[i].load(kRelaxed);
      stats.latency_sum_us = latency_sum_us.load(kRelaxed);
      stats.throttled = throttled.load(kRelaxed);
      stats.retries = retries.load(kRelaxed);
      stats.sent = sent.load(kRelaxed);  // after by_status: it is never less than what ended
      stats.in_flight = stats.sent > ended ? stats.sent - ended : 0;
      return stats;
    }
  };

  static constexpr std::size_t status_index(int status) {
    std::size_t i = 0;
    while (i < kCountedStatuses.size() && kCountedStatuses[i] != status) ++i;
    return i;
  }
  static constexpr std::size_t latency_class(std::uint64_t us) {
    std::size_t i = 0;
    while (i < OperationStats::kLatencyClasses.size() &&
           us > static_cast<std::uint64_t>(OperationStats::kLatencyClasses[i]) * 1000)
      ++i;
    return i;
  }
  Counters& of(Operation operation) { return counters_[static_cast<std::size_t>(operation)]; }

  std::array<Counters, kOperationNames.size()> counters_{};
  Counter sent_bytes_{0};
  Counter received_bytes_{0};
  std::atomic<std::int64_t> expires_at_ms_{0};  ///< 0: never, or not known
  mutable base::Mutex mutex_;
  std::uint64_t failed_tries_ S3C_GUARDED_BY(mutex_) = 0;
  RetryNote last_retry_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::s3
