#include "catalog/volume_audit.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/crc.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "catalog/forward_reader.h"
#include "catalog/index_comparison.h"
#include "zip/reader.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

/// Ranges read at a time. While the bytes of one range are decoded, the GET of another is on its way.
constexpr int kReaders = 4;
constexpr std::size_t kMaxBatchEntries = 4096;

/// Entries whose bytes are neighbours, from the end of the batch before to the begin of the next one.
struct Batch {
  std::size_t number = 0;
  std::uint64_t begin_offset = 0;
  std::uint64_t end_offset = 0;
  std::vector<ExpectedEntry> entries;
};

struct Piece {
  std::uint64_t size_bytes = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t crc64nvme = 0;
};

/// Wraps what the store throws while the ZIP reader reads. A range that can't be fetched is not damage.
struct StoreFailed {
  Error error;
};

class Audit {
 public:
  Audit(s3::ObjectStore& store, const VolumeObject& volume, const index::Manifest& manifest,
        index::IndexCursor index, base::MemoryBudget& memory,
        const std::function<void(std::uint64_t)>& visited)
      : store_(store),
        volume_(volume),
        manifest_(manifest),
        index_(std::move(index)),
        memory_(memory),
        visited_(visited),
        comparison_(manifest, findings_),
        batches_(kReaders),
        crew_([this] { batches_.cancel(); }) {}
  ~Audit() { batches_.cancel(); }  // otherwise crew_ would wait for ever
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  AuditReport run() {
    try {
      comparison_.read(index_);
      read_volume();
    } catch (const StoreFailed& failed) {
      throw failed.error;
    }
    return findings_.finish(std::move(crc64nvme_));
  }

 private:
  void read_volume() {
    const std::uint64_t size_bytes = manifest_.archive_size_bytes;
    try {
      reader_.emplace([this](std::uint64_t offset, std::uint64_t size) { return fetch(offset, size); },
                      size_bytes);
    } catch (const Error& error) {
      return findings_.note("", error);
    }
    for (int i = 0; i < kReaders; ++i) {
      crew_.spawn([this](const std::stop_token&) {
        while (const std::optional<Batch> batch = batches_.pop()) read_batch(*batch);
      });
    }
    const bool directory_is_whole = hand_out_entries();
    batches_.close();
    crew_.wait();
    if (!directory_is_whole) return;  // without the whole directory, missing entries can't be found
    comparison_.finish(index_);
    compare_checksum();
  }

  /// False when the central directory can't be read to its end.
  bool hand_out_entries() {
    Batch batch;
    const auto hand_out = [&](std::uint64_t end_offset) {
      batch.end_offset = end_offset;
      Batch next{batch.number + 1, end_offset, 0, {}};
      // push() fails only after a reader has failed. Then wait() throws the reader's error.
      static_cast<void>(batches_.push(std::exchange(batch, std::move(next))));
    };
    try {
      reader_->for_each_entry([&](const zip::EntryInfo& entry) {
        const bool full = batch.entries.size() == kMaxBatchEntries ||
                          entry.offset - batch.begin_offset >= ForwardReader::kRangeBytes;
        if (full && !batch.entries.empty()) hand_out(entry.offset);
        batch.entries.push_back(comparison_.compare(entry));
      });
    } catch (const Error& error) {
      findings_.note("", error);
      return false;
    }
    hand_out(reader_->directory_offset());
    return true;
  }

  void read_batch(const Batch& batch) {
    const base::MemoryLease lease = memory_.lease(ForwardReader::kMemoryBytes);
    ForwardReader bytes([this](std::uint64_t offset, std::uint64_t size) { return fetch(offset, size); },
                        batch.begin_offset, batch.end_offset, manifest_.archive_size_bytes);
    const zip::Reader reader = reader_->reading_from(
        [&bytes](std::uint64_t offset, std::uint64_t size) { return bytes.read(offset, size); });
    std::uint64_t members = 0;
    for (const auto& [entry, md5] : batch.entries) {
      try {
        if (entry.name == zip::kIndexEntryName && !manifest_.is_foreign()) {
          compare_own_index(reader, entry);
        } else {
          ++members;
          read_member(reader, entry, md5);
        }
      } catch (const Error& error) {
        findings_.note(key_of(entry), error);
      }
    }
    const std::uint32_t crc32 = bytes.finish();
    findings_.count_members(members);
    base::MutexLock lock(mutex_);
    if (pieces_.size() <= batch.number) pieces_.resize(batch.number + 1);
    pieces_[batch.number] = {batch.end_offset - batch.begin_offset, crc32, bytes.crc64nvme()};
  }

  /// The CRC-32 stands in the ZIP beside the bytes. The MD5 is the store's own word of the object, so it also
  /// finds bytes that were replaced together with their CRC-32.
  static void read_member(const zip::Reader& reader, const zip::EntryInfo& entry,
                          const std::optional<std::string>& md5) {
    if (!md5) return reader.read_member(entry, [](std::string_view) {});
    base::Digest digest = base::Digest::md5();
    reader.read_member(entry, [&digest](std::string_view bytes) { digest.update(bytes); });
    const std::string actual = digest.finish();
    if (actual == *md5) return;
    throw Error(ErrorKind::corrupt,
                fmt::format("the bytes have MD5 {}, but the object's ETag was {}: they are not the object's",
                            base::to_hex(actual), base::to_hex(*md5)));
  }

  void compare_own_index(const zip::Reader& reader, const zip::EntryInfo& entry) {
    RowsDigest digest;
    index::RowSplitter rows([&digest](const index::Row& row) { digest.add(row); });
    reader.read_member(entry, [&rows](std::string_view text) { rows.write(text); });
    rows.finish();
    if (digest.finish() != comparison_.rows_digest())
      findings_.note("", "the index in the volume and the one in the catalog differ");
  }

  void compare_checksum() {
    ForwardReader tail([this](std::uint64_t offset, std::uint64_t size) { return fetch(offset, size); },
                       reader_->directory_offset(), manifest_.archive_size_bytes,
                       manifest_.archive_size_bytes);
    const std::uint32_t tail_crc32 = tail.finish();
    const Piece last{manifest_.archive_size_bytes - reader_->directory_offset(), tail_crc32,
                     tail.crc64nvme()};
    Piece whole;
    {
      base::MutexLock lock(mutex_);
      pieces_.push_back(last);
      for (const Piece& piece : pieces_) {
        whole.crc32 = base::crc32_combine(whole.crc32, piece.crc32, piece.size_bytes);
        whole.crc64nvme = base::crc64nvme_combine(whole.crc64nvme, piece.crc64nvme, piece.size_bytes);
      }
    }
    const std::string value = base::to_base64(base::crc32_bytes(whole.crc32));
    crc64nvme_ = base::to_base64(base::crc64nvme_bytes(whole.crc64nvme));
    if (value != manifest_.checksum.value) {
      findings_.note(
          "", fmt::format("the bytes have CRC-32 {}, the manifest says {}", value, manifest_.checksum.value));
    } else if (!manifest_.crc64nvme.empty() && crc64nvme_ != manifest_.crc64nvme) {
      findings_.note("", fmt::format("the bytes have CRC64NVME {}, the manifest says {}", crc64nvme_,
                                     manifest_.crc64nvme));
    }
  }

  std::string fetch(std::uint64_t offset, std::uint64_t size_bytes) {
    s3::GetObjectRequest request;
    request.bucket = volume_.bucket;
    request.key = volume_.key;
    request.if_match = volume_.etag;
    request.range = s3::ByteRange{offset, size_bytes};
    request.expected_size_bytes = size_bytes;
    try {
      s3::GetObjectResult got = store_.get_object(request);
      if (got.head.etag != volume_.etag) {  // the store ignored If-Match
        throw Error(ErrorKind::precondition_failed, "the volume was replaced while it was read",
                    {.operation = "GetObject", .resource = volume_.bucket + "/" + volume_.key});
      }
      if (got.body.size() != size_bytes) {
        throw Error(ErrorKind::transient,
                    fmt::format("{} bytes came instead of {}", got.body.size(), size_bytes),
                    {.operation = "GetObject", .resource = volume_.bucket + "/" + volume_.key});
      }
      if (visited_) visited_(size_bytes);
      return std::move(got.body);
    } catch (const Error& error) {
      throw StoreFailed{error};
    }
  }

  s3::ObjectStore& store_;
  const VolumeObject& volume_;
  const index::Manifest& manifest_;
  index::IndexCursor index_;
  base::MemoryBudget& memory_;
  const std::function<void(std::uint64_t)>& visited_;

  AuditFindings findings_;
  IndexComparison comparison_;
  std::string crc64nvme_;              // of all bytes, once the ZIP was read to its end
  std::optional<zip::Reader> reader_;  // set before the crew starts

  base::Mutex mutex_;
  std::vector<Piece> pieces_ S3C_GUARDED_BY(mutex_);  // by batch number

  base::BoundedQueue<Batch> batches_;
  base::TaskGroup crew_;  // last: its threads use everything above
};

}  // namespace

AuditReport audit_volume(s3::ObjectStore& store, const VolumeObject& volume, const index::Manifest& manifest,
                         index::IndexCursor index, base::MemoryBudget& memory,
                         const std::function<void(std::uint64_t)>& visited) {
  return Audit(store, volume, manifest, std::move(index), memory, visited).run();
}

}  // namespace s3c::catalog
