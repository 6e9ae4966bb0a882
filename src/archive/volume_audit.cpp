#include "archive/volume_audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "archive/forward_reader.h"
#include "base/bounded_queue.h"
#include "base/bytes.h"
#include "base/crc.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "zip/entry_name.h"
#include "zip/reader.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

/// Ranges read at a time: a GET's latency is hidden behind the decoding of another's bytes.
constexpr int kReaders = 4;
constexpr std::size_t kMaxBatchEntries = 4096;

/// What the index says of one member, kept small: there may be millions.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t data_offset = 0;
  std::uint64_t fingerprint = 0;
};

/// Of everything that row and central directory both say, but the offset.
std::uint64_t fingerprint(const std::string& name, unsigned method, std::uint32_t crc32,
                          std::uint64_t size_bytes, std::uint64_t compressed_size_bytes) {
  return base::load_le<std::uint64_t>(
      base::sha256(fmt::format("{} {} {} {} {}", method, crc32, size_bytes, compressed_size_bytes, name)), 0);
}

/// The same for every index with the same rows, in whatever blocks they came.
class RowsDigest {
 public:
  void add(const index::Row& row) {
    line_.clear();
    index::append_json_line(line_, row);
    digest_.update(line_);
  }
  std::string finish() { return digest_.finish(); }

 private:
  base::Digest digest_ = base::Digest::sha256();
  std::string line_;
};

/// Entries whose bytes lie behind each other, from the end of the batch before to the begin of the next.
struct Batch {
  std::size_t number = 0;
  std::uint64_t begin_offset = 0;
  std::uint64_t end_offset = 0;
  std::vector<zip::EntryInfo> entries;
};

struct Piece {
  std::uint64_t size_bytes = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t crc64nvme = 0;
};

/// What the store throws while the ZIP reader reads: that it can't be read is not damage.
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
        batches_(kReaders),
        crew_([this] { batches_.cancel(); }) {}
  ~Audit() { batches_.cancel(); }  // or crew_ would wait for ever
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  AuditReport run() {
    try {
      read_index();
      read_volume();
    } catch (const StoreFailed& failed) {
      throw failed.error;
    }
    base::MutexLock lock(mutex_);
    return std::move(report_);
  }

 private:
  void read_index() {
    RowsDigest digest;
    while (const std::optional<index::Row> row = index_.next()) {
      digest.add(*row);
      places_.push_back({row->offset, row->data_offset,
                         fingerprint(row->entry_name.empty() ? row->key : row->entry_name, row->method,
                                     row->crc32, row->size_bytes, row->compressed_size_bytes)});
    }
    rows_digest_ = digest.finish();
    std::sort(places_.begin(), places_.end(),
              [](const Place& a, const Place& b) { return a.offset < b.offset; });
  }

  void read_volume() {
    const std::uint64_t size_bytes = manifest_.archive_size_bytes;
    try {
      reader_.emplace([this](std::uint64_t offset, std::uint64_t size) { return fetch(offset, size); },
                      size_bytes);
    } catch (const Error& error) {
      return note("", error);
    }
    for (int i = 0; i < kReaders; ++i) {
      crew_.spawn([this](const std::stop_token&) {
        while (const std::optional<Batch> batch = batches_.pop()) read_batch(*batch);
      });
    }
    const bool directory_is_whole = hand_out_entries();
    batches_.close();
    crew_.wait();
    if (!directory_is_whole) return;  // what it lacks is not known, so nothing can be missed in it
    name_missing();
    if (manifest_.is_foreign()) {
      compare_unlisted();
    } else if (!saw_own_index_) {
      note("", "it lacks its own index, which is its last entry");
    }
    compare_checksum();
  }

  /// False when the central directory can't be read to its end.
  bool hand_out_entries() {
    Batch batch;
    const auto hand_out = [&](std::uint64_t end_offset) {
      batch.end_offset = end_offset;
      Batch next{batch.number + 1, end_offset, 0, {}};
      // Not taken: a reader failed, and wait() tells why.
      static_cast<void>(batches_.push(std::exchange(batch, std::move(next))));
    };
    try {
      reader_->for_each_entry([&](const zip::EntryInfo& entry) {
        const bool full = batch.entries.size() == kMaxBatchEntries ||
                          entry.offset - batch.begin_offset >= ForwardReader::kRangeBytes;
        if (full && !batch.entries.empty()) hand_out(entry.offset);
        batch.entries.push_back(compared(entry));
      });
    } catch (const Error& error) {
      note("", error);
      return false;
    }
    hand_out(reader_->directory_offset());
    return true;
  }

  /// The entry as it is to be read: with the place of its data that the index says, if it says one.
  zip::EntryInfo compared(zip::EntryInfo entry) {
    for (; next_place_ < places_.size() && places_[next_place_].offset < entry.offset; ++next_place_)
      miss(places_[next_place_].offset);
    if (next_place_ < places_.size() && places_[next_place_].offset == entry.offset) {
      const Place& place = places_[next_place_++];
      entry.data_offset = place.data_offset;
      if (place.fingerprint != fingerprint(entry.name, static_cast<unsigned>(entry.method), entry.crc32,
                                           entry.size_bytes, entry.compressed_size_bytes)) {
        note(key_of(entry), "the index says another name, size, method or CRC-32 than the ZIP");
      }
    } else if (manifest_.is_foreign()) {
      ++unlisted_;
    } else if (entry.name == zip::kIndexEntryName) {
      saw_own_index_ = true;
    } else {
      note(key_of(entry), "the index doesn't have it");
    }
    return entry;
  }

  /// Directories, and names that a later entry has too, have no row. Which ones these are was found out when
  /// the record was made; here their number has to be right.
  void compare_unlisted() {
    const std::uint64_t expected = manifest_.foreign_entries - manifest_.objects;
    if (unlisted_ != expected) {
      note("", fmt::format("{} entries of the ZIP are not in the index, the manifest says {}", unlisted_,
                           expected));
    }
  }

  void miss(std::uint64_t offset) {
    ++missing_;
    if (missing_offsets_.size() < AuditReport::kMaxNamed) missing_offsets_.insert(offset);
  }

  /// Rows without an entry. Their keys were not kept: there is more than one only in a wreck.
  void name_missing() {
    for (; next_place_ < places_.size(); ++next_place_) miss(places_[next_place_].offset);
    if (missing_ == 0) return;
    std::uint64_t named = 0;
    index_.seek("");
    while (const std::optional<index::Row> row = index_.next()) {
      if (!missing_offsets_.contains(row->offset)) continue;
      ++named;
      note(row->key, fmt::format("the ZIP has no entry at offset {}", row->offset));
    }
    for (; named < missing_; ++named) note("", "the ZIP lacks a member that the index has");
  }

  void read_batch(const Batch& batch) {
    const base::MemoryLease lease = memory_.lease(ForwardReader::kMemoryBytes);
    ForwardReader bytes([this](std::uint64_t offset, std::uint64_t size) { return fetch(offset, size); },
                        batch.begin_offset, batch.end_offset, manifest_.archive_size_bytes);
    const zip::Reader reader = reader_->reading_from(
        [&bytes](std::uint64_t offset, std::uint64_t size) { return bytes.read(offset, size); });
    std::uint64_t members = 0;
    for (const zip::EntryInfo& entry : batch.entries) {
      try {
        if (entry.name == zip::kIndexEntryName && !manifest_.is_foreign()) {
          compare_own_index(reader, entry);
        } else {
          ++members;
          reader.read_member(entry, [](std::string_view) {});
        }
      } catch (const Error& error) {
        note(key_of(entry), error);
      }
    }
    const std::uint32_t crc32 = bytes.finish();
    base::MutexLock lock(mutex_);
    report_.members += members;
    if (pieces_.size() <= batch.number) pieces_.resize(batch.number + 1);
    pieces_[batch.number] = {batch.end_offset - batch.begin_offset, crc32, bytes.crc64nvme()};
  }

  void compare_own_index(const zip::Reader& reader, const zip::EntryInfo& entry) {
    RowsDigest digest;
    index::RowSplitter rows([&digest](const index::Row& row) { digest.add(row); });
    reader.read_member(entry, [&rows](std::string_view text) { rows.write(text); });
    rows.finish();
    if (digest.finish() != rows_digest_)
      note("", "the index in the volume and the one in the catalog differ");
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
    const std::string value64 = base::to_base64(base::crc64nvme_bytes(whole.crc64nvme));
    {
      base::MutexLock lock(mutex_);
      report_.crc64nvme = value64;
    }
    if (value != manifest_.checksum.value) {
      note("",
           fmt::format("the bytes have CRC-32 {}, the manifest says {}", value, manifest_.checksum.value));
    } else if (!manifest_.crc64nvme.empty() && value64 != manifest_.crc64nvme) {
      note("",
           fmt::format("the bytes have CRC64NVME {}, the manifest says {}", value64, manifest_.crc64nvme));
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

  static std::string key_of(const zip::EntryInfo& entry) {
    try {
      return zip::key_from_entry_name(entry.name);
    } catch (const Error&) {
      return entry.name;  // no name of ours: then that is what there is to tell
    }
  }

  /// Damage, unless the error is of another kind: that one passes.
  void note(const std::string& key, const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw error;
    note(key, error.message());
  }

  void note(const std::string& key, std::string what) {
    base::MutexLock lock(mutex_);
    ++report_.damages;
    if (report_.named.size() < AuditReport::kMaxNamed) report_.named.push_back({key, std::move(what)});
  }

  s3::ObjectStore& store_;
  const VolumeObject& volume_;
  const index::Manifest& manifest_;
  index::IndexCursor index_;
  base::MemoryBudget& memory_;
  const std::function<void(std::uint64_t)>& visited_;

  // The coordinating thread's.
  std::vector<Place> places_;  // by offset
  std::size_t next_place_ = 0;
  std::uint64_t missing_ = 0;
  std::set<std::uint64_t> missing_offsets_;
  bool saw_own_index_ = false;
  std::uint64_t unlisted_ = 0;  // entries of a foreign archive that have no row

  std::string rows_digest_;            // set before the crew starts
  std::optional<zip::Reader> reader_;  // likewise

  base::Mutex mutex_;
  AuditReport report_ S3C_GUARDED_BY(mutex_);
  std::vector<Piece> pieces_ S3C_GUARDED_BY(mutex_);  // by number of batch

  base::BoundedQueue<Batch> batches_;
  base::TaskGroup crew_;  // last: its threads use everything above
};

}  // namespace

AuditReport audit_volume(s3::ObjectStore& store, const VolumeObject& volume, const index::Manifest& manifest,
                         index::IndexCursor index, base::MemoryBudget& memory,
                         const std::function<void(std::uint64_t)>& visited) {
  return Audit(store, volume, manifest, std::move(index), memory, visited).run();
}

}  // namespace s3c::archive
