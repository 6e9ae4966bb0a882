// Counts of requests, by operation: they tell the cost of a run and the number of retries. Any thread. No
// locks: every request is counted, so counting must be cheap.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

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

/// The counts at one moment.
struct RequestStatsSnapshot {
  std::map<std::string, std::uint64_t>
      requests;                  ///< sent, retries included, by operation; operations without any left out
  std::uint64_t retries = 0;     ///< how many of them were sent because an earlier one failed
  std::uint64_t sent_bytes = 0;  ///< request bodies
  std::uint64_t received_bytes = 0;  ///< response bodies
};

class RequestStats {
 public:
  void count_request(Operation operation, std::uint64_t body_bytes) {
    requests_[static_cast<std::size_t>(operation)].fetch_add(1, std::memory_order_relaxed);
    sent_bytes_.fetch_add(body_bytes, std::memory_order_relaxed);
  }
  void count_retry() { retries_.fetch_add(1, std::memory_order_relaxed); }
  void count_received(std::uint64_t body_bytes) {
    received_bytes_.fetch_add(body_bytes, std::memory_order_relaxed);
  }

  RequestStatsSnapshot snapshot() const {
    RequestStatsSnapshot now;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const std::uint64_t count = requests_[i].load(std::memory_order_relaxed);
      if (count != 0) now.requests.emplace(kOperationNames[i], count);
    }
    now.retries = retries_.load(std::memory_order_relaxed);
    now.sent_bytes = sent_bytes_.load(std::memory_order_relaxed);
    now.received_bytes = received_bytes_.load(std::memory_order_relaxed);
    return now;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kOperationNames.size()> requests_{};
  std::atomic<std::uint64_t> retries_{0};
  std::atomic<std::uint64_t> sent_bytes_{0};
  std::atomic<std::uint64_t> received_bytes_{0};
};

}  // namespace s3c::s3
