#include "upkeep/rebuild.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/ulid.h"
#include "catalog/archive_ranges.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/forward_reader.h"
#include "catalog/layout_notes.h"
#include "catalog/volume_audit.h"
#include "index/index_copy.h"
#include "index/index_writer.h"
#include "upkeep/record_writer.h"
#include "zip/reader.h"

namespace s3c::upkeep {
namespace {

using base::Error;
using base::ErrorKind;

/// The number of parts in a multipart ETag, "…-N"; 0 for any other ETag.
std::uint64_t parts_of(const std::string& etag) {
  const std::size_t dash = etag.rfind('-');
  if (dash == std::string::npos || dash + 1 == etag.size() || etag.size() - dash > 6) return 0;
  std::uint64_t parts = 0;
  for (const char digit : etag.substr(dash + 1)) {
    if (digit < '0' || digit > '9') return 0;
    parts = parts * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return parts;
}

/// The number of parts according to a foreign archive's ETag. 1: it has 32 hex digits alone, the ETag of one
/// PUT. 0: a manifest can't hold such an ETag.
std::uint64_t foreign_parts_of(const std::string& etag) {
  constexpr std::size_t kMd5Digits = 32;
  const std::size_t digits = std::min(etag.find_first_not_of("0123456789abcdef"), etag.size());
  if (digits != kMd5Digits) return 0;
  return etag.size() == kMd5Digits ? 1 : etag.rfind('-') == kMd5Digits ? parts_of(etag) : 0;
}

/// What stands at the archive's name, read as far as it is needed.
class NamedArchive {
 public:
  /// Looks at it. Throws not_found; unsupported if its ETag says that no record can be made of it.
  NamedArchive(s3::ObjectStore& store, const catalog::CatalogScope& scope, std::string archive_key)
      : store_(store), bucket_(scope.archive_bucket), key_(std::move(archive_key)) {
    const auto head = store_.head_object(bucket_, key_);
    if (!head) throw error(ErrorKind::not_found, "there is no such archive");
    head_ = *head;
    const auto volume = scope.volume_of(key_);
    if (!volume) throw misfit("its name doesn't");
    group_ = volume->fields;
    prefix_ = volume->prefix;
    parts_ = is_foreign() ? foreign_parts_of(head_.etag) : parts_of(head_.etag);
    if (parts_ == 0) {
      throw error(ErrorKind::unsupported,
                  is_foreign() ? "S3 makes no such ETag, and nothing else could bind a record to it"
                               : "it was not uploaded in parts: it is a copy, not the volume itself");
    }
  }

  const std::string& key() const { return key_; }
  const s3::ObjectHead& head() const { return head_; }
  std::uint64_t parts() const { return parts_; }
  const catalog::Fields& group() const { return group_; }  ///< as the archive's name says
  /// One of the scope's prefixes.
  const std::string& prefix() const { return prefix_; }
  bool is_foreign() const { return catalog::id_of(head_).empty(); }
  catalog::ManifestName record() const { return {key_, catalog::record_id(head_)}; }

  Error error(ErrorKind kind, const std::string& why) const {
    return {kind, why, {.operation = kRebuildStep, .resource = bucket_ + "/" + base::printable(key_)}};
  }
  Error misfit(const std::string& what) const {
    return error(ErrorKind::invalid_argument,
                 what +
                     " fit the source bucket, the prefix, the layout and the archive name: give them as "
                     "they were given to archive");
  }
  Error lacks_index() const {
    return error(ErrorKind::corrupt, "it lacks its own index, which is its last entry");
  }

  /// What its records lack; nullopt: nothing. Throws what stands in the way of records.
  std::optional<UnrecordedArchive> missing_parts() const {
    std::optional<UnrecordedArchive> missing = missing_records(store_, bucket_, key_);
    if (missing && missing->in_the_way) throw *missing->in_the_way;
    return missing;
  }

  /// The archive is as its manifest says, by what the store tells of it.
  catalog::CommittedVolume prove() const {
    auto volume = catalog::prove_committed(catalog::Catalog(store_, bucket_).read_manifest(record()), head_);
    if (volume) return *std::move(volume);
    throw error(ErrorKind::damaged,
                "it isn't what its manifest says, so it gets no commit mark; verify names what is wrong");
  }

  zip::Reader::ReadAt read_at() const { return catalog::ranges_of(store_, bucket_, key_, head_.etag); }

  /// Reads where the ZIP ends. Throws corrupt unless it is a ZIP.
  const zip::Reader& open_zip() {
    zip_.emplace(read_at(), head_.size_bytes);
    return *zip_;
  }
  /// After an error corrupt: it carries no id, and it isn't a ZIP that has its end. Nobody can know whether it
  /// was ever one.
  bool is_no_zip() const { return is_foreign() && !zip_; }

 private:
  s3::ObjectStore& store_;
  const std::string bucket_;
  const std::string key_;
  s3::ObjectHead head_;
  std::uint64_t parts_ = 0;
  catalog::Fields group_;
  std::string prefix_;
  std::optional<zip::Reader> zip_;
};

/// A part size with which an archive of this size has that many parts: a whole number of MiB, if there is one.
std::uint64_t part_size_of(std::uint64_t size_bytes, std::uint64_t parts) {
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
  const std::uint64_t least = (size_bytes + parts - 1) / parts;
  const std::uint64_t rounded = (least + mebibyte - 1) / mebibyte * mebibyte;
  return (size_bytes - 1) / rounded + 1 == parts ? rounded : least;
}

class Rebuild {
 public:
  /// All arguments outlive it.
  Rebuild(s3::ObjectStore& store, const RebuildOptions& options, NamedArchive& archive, base::Clock& clock)
      : store_(store),
        options_(options),
        archive_(archive),
        head_(archive.head()),
        bucket_(options.scope.archive_bucket),
        clock_(clock) {}

  Rebuilt run() {
    catalog::Catalog catalog(store_, bucket_);
    const std::optional<UnrecordedArchive> missing = archive_.missing_parts();
    // Manifest and index are there and right, so nothing has to be read.
    if (missing && !missing->must_be_read()) {
      const catalog::CommittedVolume volume = archive_.prove();
      catalog.mark(volume);
      return {archive_.key(), volume.manifest().objects, false, false, true, std::nullopt};
    }
    const zip::Reader& zip = archive_.open_zip();
    if (archive_.is_foreign()) {
      index_foreign_archive(zip);
    } else {
      read_index(zip);
    }
    fill_manifest();
    audit();
    // A process that took the record back may still be at work. A foreign archive's record is never taken back.
    const bool marked = archive_.is_foreign() || catalog.has_commit_mark(archive_.record());
    if (!archive_.is_foreign()) catalog.announce_record(manifest_);
    note_layout();
    const WrittenRecords written = write_missing_records(store_, manifest_, index_, head_);
    return {archive_.key(), manifest_.objects, written.index, written.manifest, !marked, unlisted_};
  }

 private:
  /// Takes the index back out of the last entry.
  void read_index(const zip::Reader& zip) {
    std::optional<zip::EntryInfo> own;
    zip.for_each_entry([&own](const zip::EntryInfo& entry) {
      if (entry.name == zip::kIndexEntryName) own = entry;
    });
    if (!own) throw archive_.lacks_index();
    // A run that archived without tags has written none. So if no row has tags, nobody can know.
    manifest_.tags_archived = false;
    const auto period = options_.scope.layout.period();
    index::IndexCopy copy([&](const index::Row& row) {
      if (period && catalog::period_of(*period, row.last_modified) != archive_.group())
        throw archive_.misfit(fmt::format("the time of {} doesn't", base::printable(row.key)));
      if (!row.tags.empty()) manifest_.tags_archived = true;
      ++manifest_.objects;
      manifest_.source_size_bytes += row.size_bytes;
    });
    zip.read_data(*own, [&copy](std::string_view data) { copy.write(data); });
    std::optional<index::IndexFile> copied = copy.finish();
    if (copied && (copied->crc32 != own->crc32 || copied->uncompressed_size_bytes != own->size_bytes))
      throw archive_.error(ErrorKind::corrupt, "its own index has another CRC-32 or size than the ZIP says");
    index_ = copied ? *std::move(copied) : written_again(zip, *own);
  }

  /// Somebody has made the archive again, and its last entry isn't in blocks.
  static index::IndexFile written_again(const zip::Reader& zip, const zip::EntryInfo& own) {
    index::IndexWriter writer;
    index::RowSplitter rows([&writer](const index::Row& row) { writer.add(row); });
    zip.read_member(own, [&rows](std::string_view text) { rows.write(text); });
    rows.finish();
    return writer.finish();
  }

  /// The members' names are no keys of the layout. So only the archive's own name has to be a volume's.
  void index_foreign_archive(const zip::Reader& zip) {
    catalog::ForeignIndex made;
    try {
      made = catalog::index_foreign(zip, archive_.read_at(), head_.size_bytes, options_.memory_bytes);
    } catch (const Error& e) {
      if (!e.context().operation.empty()) throw;
      throw archive_.error(e.kind(), e.message());  // index_foreign() doesn't know which archive it is
    }
    manifest_.objects = made.file.rows;
    manifest_.source_size_bytes = made.source_size_bytes;
    manifest_.foreign_entries = zip.entries();
    index_ = std::move(made.file);
    crc32_ = made.crc32;
    unlisted_ = std::move(made.unlisted);
  }

  /// What all keys of its group start with; empty for a foreign archive.
  std::string group_prefix() const {
    if (archive_.is_foreign()) return {};
    std::string prefix = options_.scope.layout.group_prefix(archive_.prefix(), archive_.group());
    if (index_.first_key.starts_with(prefix) && index_.last_key.starts_with(prefix)) return prefix;
    throw archive_.misfit(
        fmt::format("its name or its keys ({} …) don't", base::printable(index_.first_key)));
  }

  /// Readers must know which names volumes may have before they see the record.
  void note_layout() {
    catalog::LayoutNoteWriter notes(store_, bucket_);
    const catalog::CatalogScope& scope = options_.scope;
    const catalog::Naming naming{scope.bucket, archive_.prefix(), scope.layout, scope.archive_name};
    if (!archive_.is_foreign()) return notes.write_again(naming);
    notes.write(naming);
    if (names_are_keys()) notes.write_foreign(scope.bucket);
  }

  /// Whether a member's name may be a key of a layout. The original program's names have no "/".
  bool names_are_keys() const {
    index::IndexCursor rows = index_.cursor();
    while (const std::optional<index::Row> row = rows.next()) {
      if (row->key.find('/') != std::string::npos) return true;
    }
    return false;
  }

  void fill_manifest() {
    const catalog::CatalogScope& scope = options_.scope;
    index::Manifest& m = manifest_;
    m.id = archive_.record().id;
    m.archive_bucket = bucket_;
    m.archive_key = archive_.key();
    m.archive_size_bytes = head_.size_bytes;
    m.etag = head_.etag;
    m.parts = archive_.parts();
    m.part_size_bytes = part_size_of(head_.size_bytes, archive_.parts());
    m.storage_class = head_.storage_class;
    m.upload_id = index::kNoUpload;  // the upload ended long ago, and no reader needs its id
    m.source_bucket = scope.bucket;
    m.layout = scope.layout.text();
    m.group = archive_.group();
    m.group_prefix = group_prefix();
    m.first_key = index_.first_key;
    m.last_key = index_.last_key;
    m.index_key = catalog::index_key(archive_.key(), m.id);
    m.index_size_bytes = index_.gz.size();
    m.index_sha256 = base::to_hex(base::sha256(index_.gz.view()));
    m.blocks = index_.blocks;
    // The time when the volume was made, not its record. It is only shown: nothing is decided by it.
    m.created_at = archive_.is_foreign() ? head_.last_modified : base::ulid_time(m.id).value_or(clock_.now());
    m.tool = "s3compressor";
    m.tool_version = options_.tool_version;
    m.checksum.value = checksum();
  }

  /// The store's own checksum. If it returns none, the checksum of the bytes.
  std::string checksum() {
    if (auto told = head_.whole_checksum("CRC32")) return *std::move(told);
    if (crc32_) return base::to_base64(base::crc32_bytes(*crc32_));
    catalog::ForwardReader all(archive_.read_at(), 0, head_.size_bytes, head_.size_bytes);
    return base::to_base64(base::crc32_bytes(all.finish()));
  }

  void audit() {
    base::MemoryBudget memory(options_.memory_bytes);
    const catalog::AuditReport report = catalog::audit_volume(store_, {bucket_, archive_.key(), head_.etag},
                                                              manifest_, index_.cursor(), memory);
    if (report.whole()) {
      if (!archive_.is_foreign()) manifest_.crc64nvme = report.crc64nvme;
      return;
    }
    const catalog::Damage& first = report.damages.named().front();
    throw archive_.error(
        ErrorKind::corrupt,
        fmt::format("in {} {} the archive is not as its own index says; no record was made: {}{}{}",
                    report.damages.count(), report.damages.count() == 1 ? "place" : "places",
                    base::printable(first.key), first.key.empty() ? "" : ": ", first.what));
  }

  s3::ObjectStore& store_;
  const RebuildOptions& options_;
  NamedArchive& archive_;
  const s3::ObjectHead& head_;
  const std::string bucket_;
  base::Clock& clock_;

  index::IndexFile index_;
  index::Manifest manifest_;
  std::optional<std::uint32_t> crc32_;  // of the archive, if it was read whole for its index
  std::optional<catalog::UnlistedEntries> unlisted_;
};

/// What rebuilding would do, and would stumble over as far as the archive's end shows.
std::optional<UnrecordedArchive> foresee(NamedArchive& archive) {
  std::optional<UnrecordedArchive> missing = archive.missing_parts();
  if (!missing) return missing;
  if (!missing->must_be_read()) {
    archive.prove();
  } else if (!missing->frozen) {
    const std::optional<zip::EntryInfo> last = archive.open_zip().last_entry();
    const bool ends_in_index = last && last->name == zip::kIndexEntryName;
    if (!archive.is_foreign() && !ends_in_index) throw archive.lacks_index();
    if (archive.is_foreign() && ends_in_index) {
      const Error copy = catalog::copy_of_volume();
      throw archive.error(copy.kind(), copy.message());
    }
  }
  return missing;
}

/// What was read may have been damaged on its way. Only what a second read finds is damage.
template <typename Work>
auto twice(s3::ObjectStore& store, const RebuildOptions& options, const std::string& archive_key, Work work) {
  for (bool again = false;; again = true) {
    NamedArchive archive(store, options.scope, archive_key);
    try {
      return work(archive);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw;
      if (again) {
        // What reads a ZIP doesn't know which archive it is.
        throw archive.error(archive.is_no_zip() ? ErrorKind::unsupported : ErrorKind::damaged,
                            error.message());
      }
    }
  }
}

}  // namespace

void validate(const RebuildOptions& o) {
  validate(o.scope);
  const auto refuse = [](const char* message) { throw Error(ErrorKind::invalid_argument, message); };
  if (o.scope.bucket.empty())
    refuse("bucket is missing: the source bucket whose archives get their records again");
  base::require_memory(o.memory_bytes);
}

Rebuilt rebuild_records(s3::ObjectStore& store, const RebuildOptions& options, const std::string& archive_key,
                        base::Clock& clock) {
  return twice(store, options, archive_key,
               [&](NamedArchive& archive) { return Rebuild(store, options, archive, clock).run(); });
}

std::optional<UnrecordedArchive> foresee_rebuild(s3::ObjectStore& store, const RebuildOptions& options,
                                                 const std::string& archive_key) {
  return twice(store, options, archive_key, foresee);
}

}  // namespace s3c::upkeep
