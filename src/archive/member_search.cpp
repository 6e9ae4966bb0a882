#include "archive/member_search.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "archive/catalog_listing.h"
#include "archive/committed_volume.h"
#include "base/in_order.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

/// The records under one archive's name.
using Names = std::vector<ManifestName>;

/// Hands out the names of the volumes in scope, archive by archive.
class NameSource {
 public:
  NameSource(s3::ObjectStore& store, Catalog& catalog, const SearchOptions& options)
      : catalog_(catalog), scope_(options.scope) {
    if (!options.volume.empty()) {
      batch_ = catalog.list_volume(options.volume);
    } else if (const auto stems = stems_of(options)) {
      for (const std::string& stem : *stems) stems_.push_back(stem);
    } else {
      listing_.emplace(store, scope_.archive_bucket, scope_.name_prefix());
    }
  }

  std::optional<Names> next() {
    Names names;
    while (const ManifestName* name = peek()) {
      if (!names.empty() && names.front().archive_key != name->archive_key) break;
      names.push_back(*name);
      ++at_;
    }
    return names.empty() ? std::nullopt : std::optional(std::move(names));
  }

 private:
  /// The groups that all wanted keys lie in, if the layout tells them.
  static std::optional<std::set<std::string>> stems_of(const SearchOptions& options) {
    if (options.query.has_globs() || options.query.wants_everything()) return std::nullopt;
    std::set<std::string> stems;
    for (const std::string& key : options.query.keys()) {
      const std::optional<std::string> stem = options.scope.stem_of_key(key);
      if (!stem) return std::nullopt;
      stems.insert(*stem);
    }
    return stems;
  }

  const ManifestName* peek() {
    while (at_ == batch_.size()) {
      batch_.clear();
      at_ = 0;
      if (listing_) {
        const std::optional<CatalogRecord> record = listing_->next();
        if (!record) return nullptr;
        // A mark without a manifest is of a volume whose manifest was removed: that is to be told.
        if ((record->manifest_bytes || record->marked) && scope_.may_hold(record->name.archive_key))
          batch_ = {record->name};
      } else if (next_stem_ < stems_.size()) {
        batch_ = catalog_.list_group(stems_[next_stem_++]);
      } else {
        return nullptr;
      }
    }
    return &batch_[at_];
  }

  Catalog& catalog_;
  const CatalogScope& scope_;
  std::vector<std::string> stems_;
  std::size_t next_stem_ = 0;
  std::optional<CatalogListing> listing_;
  Names batch_;
  std::size_t at_ = 0;
};

using ManifestPtr = std::shared_ptr<const index::Manifest>;

/// What the records under one archive's name say.
struct ReadRecords {
  std::string archive_key;
  std::vector<ManifestPtr> manifests;  ///< of volumes that may hold something wanted
  std::optional<Error> failure;        ///< a record could not be read
};

struct BlockJob {
  ManifestPtr manifest;
  index::Block block;
};

struct BlockRows {
  BlockJob of;
  std::vector<index::Row> rows;
  std::optional<Error> failure;
};

/// Wanted rows of a block, the first of which comes next.
struct Cursor {
  ManifestPtr manifest;
  std::vector<index::Row> rows;
  std::size_t at = 0;

  const std::string& key() const { return rows[at].key; }
  /// For a heap with the first key on top; of one key, the archive's name that comes first.
  static bool comes_after(const Cursor& a, const Cursor& b) {
    return std::tie(a.key(), a.manifest->archive_key) > std::tie(b.key(), b.manifest->archive_key);
  }
};

/// Keys of a block that could not be read.
struct Gap {
  std::string archive_key;
  std::string first_key;
  std::string end_key;  ///< the first one behind the block; of a volume's last block its last key
  bool is_last = false;

  bool is_before(const std::string& key) const { return is_last ? end_key < key : end_key <= key; }
  bool contains(const std::string& key) const { return first_key <= key && !is_before(key); }
};

class Search {
 public:
  Search(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
         const FoundKeys& found)
      : store_(store),
        options_(options),
        stop_(stop),
        found_(found),
        catalog_(store, options.scope.archive_bucket) {}

  SearchReport run() {
    read_manifests();
    const std::vector<BlockJob> jobs = all_blocks();
    auto next = jobs.begin();
    base::in_order<BlockJob, BlockRows>(
        options_.threads,
        [&]() -> std::optional<BlockJob> {
          throw_if_stopped();
          return next == jobs.end() ? std::nullopt : std::optional(*next++);
        },
        [this](BlockJob& job) { return read_block(job); },
        [this](BlockRows&& rows) { take(std::move(rows)); });
    while (!cursors_.empty()) tell_first_key();
    return std::move(report_);
  }

 private:
  void throw_if_stopped() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while searching");
  }

  // --- manifests

  void read_manifests() {
    NameSource names(store_, catalog_, options_);
    base::in_order<Names, ReadRecords>(
        options_.threads,
        [&] {
          throw_if_stopped();
          return names.next();
        },
        [this](Names& of_one) { return records_of(of_one); },
        [this](ReadRecords&& read) {
          for (ManifestPtr& manifest : read.manifests) {
            buckets_.insert(manifest->source_bucket);
            manifests_.push_back(std::move(manifest));
          }
          if (!read.failure) return;
          fail(*read.failure);
          unread_.push_back(std::move(read.archive_key));
        });
    report_.volumes = manifests_.size();
  }

  ReadRecords records_of(Names& names) {
    ReadRecords records;
    records.archive_key = names.front().archive_key;
    const ManifestName* reading = nullptr;
    try {
      std::optional<s3::ObjectHead> archive;
      const bool raced = names.size() > 1;
      if (raced) archive = store_.head_object(catalog_.bucket(), records.archive_key);
      for (const ManifestName& name : names) {
        reading = &name;
        ManifestPtr manifest;
        // An archive without an id is a foreign one, or any of those that it fits.
        if (!raced || record_id(archive) == name.id || (archive && id_of(archive).empty()))
          manifest = std::make_shared<const index::Manifest>(catalog_.read_manifest(name));
        if (manifest && (!raced || record_id(archive) == name.id || may_be(*manifest, archive))) {
          if (is_wanted(*manifest)) records.manifests.push_back(std::move(manifest));
        } else if (catalog_.has_commit_mark(name)) {
          records.failure = lost(name);
        }
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      if (error.kind() != ErrorKind::not_found) {
        records.failure = error;
      } else if (reading != nullptr) {
        records.failure = without_manifest(*reading);
      }
    }
    return records;
  }

  /// nullopt: its run lost a race and took it back, as no volume with a mark is.
  std::optional<Error> without_manifest(const ManifestName& name) {
    try {
      if (!catalog_.has_commit_mark(name)) return std::nullopt;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      return error;
    }
    return Error(
        ErrorKind::corrupt,
        "the manifest of a committed volume is gone: catalog rebuild makes it again out of the archive",
        {.operation = "find", .resource = catalog_.bucket() + "/" + manifest_key(name.archive_key, name.id)});
  }

  /// Of an archive that carries no id any more.
  static bool may_be(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& archive) {
    const ArchiveIdentity identity = identify(manifest, archive);
    return identity == ArchiveIdentity::lost_id || identity == ArchiveIdentity::unproven;
  }

  /// Its members are in no archive any more, and must not be missing without a word.
  Error lost(const ManifestName& name) const {
    return {
        ErrorKind::corrupt,
        "another archive stands at the name of a committed volume: its members are lost",
        {.operation = "find", .resource = catalog_.bucket() + "/" + manifest_key(name.archive_key, name.id)}};
  }

  bool is_wanted(const index::Manifest& manifest) const {
    return options_.scope.holds(manifest) &&
           options_.query.may_want_between(manifest.first_key, manifest.last_key);
  }

  // --- blocks

  /// In the order of their first keys: no key of a later block comes before an earlier block's first one.
  std::vector<BlockJob> all_blocks() const {
    std::vector<BlockJob> jobs;
    for (const ManifestPtr& manifest : manifests_) {
      for (index::Block& block : options_.query.blocks_of(*manifest))
        jobs.push_back({manifest, std::move(block)});
    }
    const auto place = [](const BlockJob& job) {
      return std::tie(job.manifest->source_bucket, job.block.first_key, job.manifest->archive_key);
    };
    std::sort(jobs.begin(), jobs.end(),
              [&](const BlockJob& a, const BlockJob& b) { return place(a) < place(b); });
    return jobs;
  }

  BlockRows read_block(const BlockJob& job) {
    BlockRows result{job, {}, std::nullopt};
    try {
      result.rows = catalog_.read_block(*job.manifest, job.block);
      std::erase_if(result.rows, [this](const index::Row& row) { return !options_.query.wants(row.key); });
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      result.failure = error;
    }
    return result;
  }

  // --- the caller's thread

  void take(BlockRows&& block) {
    const index::Manifest& manifest = *block.of.manifest;
    const std::string& first_key = block.of.block.first_key;
    const bool other_bucket = bucket_ != manifest.source_bucket;
    while (!cursors_.empty() && (other_bucket || cursors_.front().key() < first_key)) tell_first_key();
    std::erase_if(gaps_, [&](const Gap& gap) { return other_bucket || gap.is_before(first_key); });
    bucket_ = manifest.source_bucket;
    if (block.failure) {
      fail(*block.failure);
      gaps_.push_back(gap_of(manifest, first_key));
    } else if (!block.rows.empty()) {
      cursors_.push_back({std::move(block.of.manifest), std::move(block.rows)});
      std::push_heap(cursors_.begin(), cursors_.end(), Cursor::comes_after);
    }
  }

  static Gap gap_of(const index::Manifest& manifest, const std::string& first_key) {
    const auto behind = std::find_if(manifest.blocks.begin(), manifest.blocks.end(),
                                     [&](const index::Block& block) { return block.first_key > first_key; });
    if (behind == manifest.blocks.end()) return {manifest.archive_key, first_key, manifest.last_key, true};
    return {manifest.archive_key, first_key, behind->first_key, false};
  }

  void tell_first_key() {
    FoundKey found;
    const std::string key = cursors_.front().key();
    while (!cursors_.empty() && cursors_.front().key() == key) {
      std::pop_heap(cursors_.begin(), cursors_.end(), Cursor::comes_after);
      Cursor& cursor = cursors_.back();
      found.members.push_back({cursor.manifest, std::move(cursor.rows[cursor.at])});
      if (++cursor.at == cursor.rows.size()) {
        cursors_.pop_back();
      } else {
        std::push_heap(cursors_.begin(), cursors_.end(), Cursor::comes_after);
      }
    }
    found.unsearched = unsearched_for(key, found.members);
    report_.members += found.members.size();
    found_(std::move(found));
  }

  /// The archive that may hold a newer object of the key and could not be searched; empty: none.
  std::string unsearched_for(const std::string& key, const std::vector<FoundMember>& members) const {
    for (const Gap& gap : gaps_) {
      if (gap.contains(key)) return gap.archive_key;
    }
    for (const std::string& archive_key : unread_) {
      const bool may_share = std::any_of(members.begin(), members.end(), [&](const FoundMember& member) {
        return may_share_keys(*member.manifest, archive_key);
      });
      if (may_share) return archive_key;
    }
    return {};
  }

  /// Whether an archive whose record can't be read may hold keys of the volume: unless both names tell two
  /// groups, it may.
  bool may_share_keys(const index::Manifest& manifest, const std::string& unread) const {
    const CatalogScope& scope = options_.scope;
    for (const std::string& bucket : buckets_) {
      const auto named = scope.archive_name.volume_of(bucket, scope.prefix, unread);
      if (!named) continue;
      if (bucket != manifest.source_bucket) return false;
      const auto own = scope.archive_name.volume_of(bucket, scope.prefix, manifest.archive_key);
      return !own || own->stem == named->stem;
    }
    return true;
  }

  void fail(const Error& error) {
    constexpr std::size_t kMaxKept = 20;
    ++report_.failed;
    if (report_.failures.size() < kMaxKept) report_.failures.push_back(error);
  }

  s3::ObjectStore& store_;
  const SearchOptions& options_;
  const std::stop_token& stop_;
  const FoundKeys& found_;
  Catalog catalog_;

  SearchReport report_;
  std::vector<ManifestPtr> manifests_;
  std::set<std::string> buckets_;    // of the manifests
  std::vector<std::string> unread_;  // archives whose records can't be read
  std::string bucket_;               // whose keys are told now
  std::vector<Cursor> cursors_;      // a heap: the first key on top
  std::vector<Gap> gaps_;            // of bucket_
};

}  // namespace

SearchReport search_members(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
                            const FoundKeys& found) {
  return Search(store, options, stop, found).run();
}

std::string json_line_of(const index::Row& row) {
  std::string line;
  index::append_json_line(line, row);
  return line;
}

}  // namespace s3c::archive
