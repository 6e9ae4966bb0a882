#include "s3/part_uploader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

constexpr int kMaxParts = 10'000;  // Source: S3 User Guide, "Amazon S3 multipart upload limits"

}  // namespace

std::uint64_t part_size_for(std::uint64_t size_bytes) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
  constexpr std::uint64_t kSmallest = 8 * kMebibyte;
  constexpr std::uint64_t kStep =
      (kMaxParts - 1) * kMebibyte;  // what the parts hold for each MiB of one part
  const std::uint64_t mebibytes = size_bytes / kStep + (size_bytes % kStep != 0 ? 1 : 0);
  return std::max(kSmallest, mebibytes * kMebibyte);
}

PartUploader::PartUploader(ObjectStore& store, base::Slots& slots, PartUploaderConfig config,
                           std::stop_token stop)
    : store_(store),
      slots_(slots),
      config_(std::move(config)),
      stop_(std::move(stop)),
      queue_(static_cast<std::size_t>(slots.count())),
      workers_([this] {
        {
          base::MutexLock lock(mutex_);
          failed_ = true;
        }
        failure_.request_stop();
        queue_.cancel();
      }) {
  if (config_.part_size_bytes == 0) throw Error(ErrorKind::invalid_argument, "a part's size can't be 0");
}

PartUploader::~PartUploader() {
  stop_workers();
}

void PartUploader::append(std::string_view bytes) {
  if (ended_) throw Error(ErrorKind::internal, "append() after the upload's end");
  throw_if_failed();
  while (!bytes.empty()) {
    // Reserve the whole part at once. Untouched pages of a reservation cost nothing. A growing string would
    // be copied and would need up to twice its size.
    if (buffer_.capacity() < config_.part_size_bytes) buffer_.reserve(config_.part_size_bytes);
    const std::size_t room = config_.part_size_bytes - buffer_.size();
    const std::size_t count = std::min(room, bytes.size());
    buffer_.append(bytes.substr(0, count));
    size_bytes_ += count;
    bytes.remove_prefix(count);
    if (buffer_.size() == config_.part_size_bytes) send_buffer();
  }
}

void PartUploader::send_buffer() {
  if (part_count_ == kMaxParts) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("more than {} parts of {} bytes: the part size is too small", kMaxParts,
                            config_.part_size_bytes),
                {.operation = "UploadPart", .resource = base::printable(config_.bucket + "/" + config_.key)});
  }
  auto part = std::make_unique<FullPart>();
  {
    // Either stop ends the wait: the run's, or a failure of another part.
    std::stop_source either;
    const std::stop_callback on_stop(stop_, [&either] { either.request_stop(); });
    const std::stop_callback on_failure(failure_.get_token(), [&either] { either.request_stop(); });
    try {
      part->slot = slots_.acquire(either.get_token());
    } catch (const Error&) {
      throw_if_failed();
      throw;
    }
  }
  part->number = ++part_count_;
  part->bytes = std::exchange(buffer_, std::string());
  bool worker_needed = false;
  {
    base::MutexLock lock(mutex_);
    done_.resize(static_cast<std::size_t>(part_count_));
    ++busy_;
    worker_needed = busy_ > worker_count_;
  }
  if (worker_needed) {
    ++worker_count_;
    workers_.spawn([this](const std::stop_token&) {
      while (auto next = queue_.pop()) upload(**next);
    });
  }
  // Never waits: there are never more parts in flight than slots.
  if (!queue_.push(std::move(part))) throw_if_failed();
}

void PartUploader::upload(FullPart& part) {
  if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped before a part was uploaded");
  DonePart done;
  done.md5 = base::md5(part.bytes);
  done.crc32 = base::crc32(part.bytes);
  done.crc64nvme = base::crc64nvme(part.bytes);
  done.size_bytes = part.bytes.size();
  UploadPartRequest request{.bucket = config_.bucket,
                            .key = config_.key,
                            .upload_id = config_.upload_id,
                            .part_number = part.number,
                            .body = part.bytes,
                            .md5 = done.md5};
  if (config_.send_crc32) request.crc32 = done.crc32;
  done.part = store_.upload_part(request);
  part.bytes = std::string();  // freed before the slot: the slot's next holder brings a buffer
  {
    base::MutexLock lock(mutex_);
    done_[static_cast<std::size_t>(part.number - 1)] = std::move(done);
    --busy_;
  }
  part.slot = {};
}

void PartUploader::throw_if_failed() {
  {
    base::MutexLock lock(mutex_);
    if (!failed_) return;
  }
  ended_ = true;
  workers_.wait();  // throws the first error
  throw Error(ErrorKind::internal, "a part's upload failed and then succeeded");
}

UploadedParts PartUploader::finish() {
  if (ended_) throw Error(ErrorKind::internal, "finish() after the upload's end");
  throw_if_failed();
  if (!buffer_.empty() || part_count_ == 0) send_buffer();
  ended_ = true;
  queue_.close();
  workers_.wait();

  UploadedParts result;
  std::string all_md5s;
  base::MutexLock lock(mutex_);
  for (DonePart& done : done_) {
    result.crc32 = base::crc32_combine(result.crc32, done.crc32, done.size_bytes);
    result.crc64nvme = base::crc64nvme_combine(result.crc64nvme, done.crc64nvme, done.size_bytes);
    result.size_bytes += done.size_bytes;
    all_md5s += done.md5;
    result.parts.push_back(std::move(done.part));
  }
  result.expected_etag = fmt::format("{}-{}", base::to_hex(base::md5(all_md5s)), result.parts.size());
  return result;
}

void PartUploader::abort() {
  stop_workers();
  store_.abort_multipart_upload(config_.bucket, config_.key, config_.upload_id);
}

void PartUploader::stop_workers() {
  ended_ = true;
  queue_.cancel();
  try {
    workers_.wait();
  } catch (...) {
    // The upload is given up, so a part's error doesn't matter any more.
  }
  buffer_ = std::string();
}

}  // namespace s3c::s3
