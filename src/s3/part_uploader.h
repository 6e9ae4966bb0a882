// Turns a stream of bytes into the parts of a multipart upload. It cuts the stream into equal parts, uploads
// several at a time, and knows at the end what the store must report. It neither creates nor completes the
// upload: between the last part and Complete the commit protocol has steps of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/bounded_queue.h"
#include "base/mutex.h"
#include "base/slots.h"
#include "base/task_group.h"
#include "s3/object_store.h"

namespace s3c::s3 {

/// A part size for objects of up to size_bytes, in bytes: the smallest whole MiB, at least 8, with which they
/// need fewer than 10,000 parts.
std::uint64_t part_size_for(std::uint64_t size_bytes);

struct PartUploaderConfig {
  std::string bucket = {};
  std::string key = {};
  std::string upload_id = {};
  /// At least 5 MiB on S3, but for the last part.
  std::uint64_t part_size_bytes = 0;
  /// Send each part's CRC-32 too. Don't set it for a store without additional checksums.
  bool send_crc32 = false;
};

/// Everything that Complete and the check after it need.
struct UploadedParts {
  std::vector<UploadedPart> parts;  ///< in order, numbers from 1, all of part_size_bytes but the last
  std::uint64_t size_bytes = 0;     ///< of all parts together
  std::uint32_t crc32 = 0;          ///< of the whole object
  std::uint64_t crc64nvme = 0;      ///< of the whole object
  /// The ETag that a store reports for the completed object if the parts' ETags are their MD5s: hex(md5(the
  /// parts' MD5s))-N. Under SSE-KMS and similar encryption the store reports another ETag. Then only a
  /// checksum can prove the object.
  std::string expected_etag;
};

/// append(), finish() and abort() belong to one thread. Uploads run on threads of the uploader's own, at most
/// one for each slot. Several uploaders may share the slots. Only a part that is being uploaded, or is about
/// to be, holds a slot; a part that is being filled holds none. So slots always become free again, and memory
/// is at most (open uploads + slots) times the part size.
class PartUploader {
 public:
  /// store and slots must outlive the uploader. stop: ends every wait with Error cancelled.
  PartUploader(ObjectStore& store, base::Slots& slots, PartUploaderConfig config, std::stop_token stop);
  /// Drops the bytes that were not uploaded and waits for the parts in flight. Neither finishes nor aborts.
  ~PartUploader();
  PartUploader(const PartUploader&) = delete;
  PartUploader& operator=(const PartUploader&) = delete;

  /// Takes the next bytes. Waits for a slot whenever a part is full.
  /// Throws Error: the error of a failed part, as soon as it is known; invalid_argument when the 10,000 parts
  /// that S3 allows are used up; cancelled.
  void append(std::string_view bytes);

  /// Uploads the rest and waits for every part. Afterwards nothing can be appended. An object without bytes
  /// gets one empty part, because an upload must have a part. Throws as append() does.
  UploadedParts finish();

  /// Gives up: drops the bytes that were not uploaded, waits for the parts in flight, then aborts the upload.
  /// Returns when the store has acknowledged the abort. It must wait for the parts: one that arrived after
  /// the abort would stay in the store, invisible and billed. Throws what abort_multipart_upload throws.
  void abort();

  /// Bytes taken so far.
  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  struct FullPart {
    int number = 0;
    std::string bytes;
    base::Slots::Slot slot;
  };
  struct DonePart {
    UploadedPart part;
    std::string md5;  // raw
    std::uint32_t crc32 = 0;
    std::uint64_t crc64nvme = 0;
    std::uint64_t size_bytes = 0;
  };

  void send_buffer() S3C_EXCLUDES(mutex_);
  void upload(FullPart& part) S3C_EXCLUDES(mutex_);
  void throw_if_failed() S3C_EXCLUDES(mutex_);
  void stop_workers();

  ObjectStore& store_;
  base::Slots& slots_;
  const PartUploaderConfig config_;
  const std::stop_token stop_;

  std::string buffer_;  // the part being filled
  std::uint64_t size_bytes_ = 0;
  int part_count_ = 0;
  int worker_count_ = 0;
  bool ended_ = false;

  base::Mutex mutex_;
  std::vector<DonePart> done_ S3C_GUARDED_BY(mutex_);  // by number - 1; etag empty: not done yet
  int busy_ S3C_GUARDED_BY(mutex_) = 0;                // parts sent to the workers and not done yet
  bool failed_ S3C_GUARDED_BY(mutex_) = false;

  base::BoundedQueue<std::unique_ptr<FullPart>> queue_;
  std::stop_source failure_;  // wakes an append() that waits for a slot
  base::TaskGroup workers_;   // last: its threads use everything above
};

}  // namespace s3c::s3
