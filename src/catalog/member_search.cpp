#include "catalog/member_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/in_order.h"
#include "catalog/archive_origin.h"
#include "catalog/committed_volume.h"
#include "catalog/layout_notes.h"
#include "catalog/record_names.h"
#include "catalog/volume_state.h"
#include "index/json_fields.h"
#include "index/text.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

/// Blocks of rows that are read at a time. One takes some 3 MB; ten bring 400,000 rows a second from a store that
/// takes 100 ms to answer. None is read ahead of that.
constexpr int kMostBlocks = 10;
constexpr int kBlocksAhead = 1;

using ManifestPtr = std::shared_ptr<const index::Manifest>;

/// What the records under one archive's name say.
struct ReadRecords {
  std::string archive_key;
  std::vector<ManifestName> names;
  std::vector<ManifestPtr> manifests;  ///< of volumes that may hold a wanted member
  std::optional<Error> failure;        ///< a record could not be read
  std::optional<Error> damage;         ///< of the archive
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

/// Whether an archive that carries no id may be the manifest's.
bool may_be(const index::Manifest& manifest, const std::optional<s3::ObjectHead>& archive) {
  const ArchiveIdentity identity = identify(manifest, archive);
  return identity == ArchiveIdentity::lost_id || identity == ArchiveIdentity::unproven;
}

/// Reads the records of one archive's name after the other. Any thread.
class RecordReader {
 public:
  RecordReader(s3::ObjectStore& store, Catalog& catalog, const SearchOptions& options)
      : store_(store), catalog_(catalog), options_(options) {}

  ReadRecords read(const NamedRecords& listed) const {
    ReadRecords records;
    records.archive_key = listed.archive_key;
    records.names = listed.names;
    std::vector<ManifestName>& names = records.names;
    const ManifestName* reading = nullptr;
    try {
      if (names.empty()) {
        look_at_unrecorded(records, names);
        if (names.empty()) return records;
      }
      std::optional<s3::ObjectHead> archive;
      const bool raced = names.size() > 1;
      if (raced) archive = store_.head_object(catalog_.bucket(), records.archive_key);
      for (const ManifestName& name : names) {
        reading = &name;
        ManifestPtr manifest;
        // An archive without an id is a foreign one, or that of any record that it fits.
        if (!raced || record_id(archive) == name.id || (archive && id_of(archive).empty()))
          manifest = std::make_shared<const index::Manifest>(catalog_.read_manifest(name));
        if (manifest) expect_consistent(*manifest);
        if (manifest && (!raced || record_id(archive) == name.id || may_be(*manifest, archive))) {
          if (!is_wanted(*manifest)) continue;
          if (options_.look_at_archives) look_at_archive(*manifest, records);
          records.manifests.push_back(std::move(manifest));
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

 private:
  /// For an archive that was listed without a record. Finds its record if it has one by now. Otherwise sets the
  /// failure if the archive may be a volume of ours: its members would be missing from the result, or an older
  /// object of the same key would pass for the newest. A foreign archive is only missed if the user names it.
  void look_at_unrecorded(ReadRecords& records, std::vector<ManifestName>& names) const {
    const std::string& key = records.archive_key;
    const auto head = store_.head_object(catalog_.bucket(), key);
    if (!head) return;
    const ManifestName own{key, record_id(head)};
    if (store_.head_object(catalog_.bucket(), manifest_key(own.archive_key, own.id))) {
      names = {own};
      return;
    }
    const bool is_named = !options_.volume.empty();
    const bool is_ours = !id_of(head).empty();
    if (!is_ours && !is_named) {
      if (options_.scope.bucket.empty()) return;  // any object could be one
      const ArchiveOrigin origin = origin_of(store_, catalog_.bucket(), key, *head);
      // A frozen archive without an id is most likely one of the original program, which lacks its record.
      if (origin == ArchiveOrigin::unknown || !may_be_ours(origin)) return;
    }
    const bool frozen = !head->thaw.is_readable();
    const ErrorKind kind = is_ours              ? ErrorKind::damaged
                           : frozen && is_named ? ErrorKind::wrong_state
                                                : ErrorKind::not_found;
    const std::string why = fmt::format(
        "the archive is there{}, but the catalog has no record of it: catalog rebuild makes one{}",
        frozen ? " and frozen" : "", frozen ? " after a thaw, which it asks for" : "");
    records.failure = Error(kind, why, {.operation = "find", .resource = catalog_.bucket() + "/" + key});
  }

  void look_at_archive(const index::Manifest& manifest, ReadRecords& records) const {
    VolumeInfo volume{manifest.archive_key, manifest.id, VolumeState::committed, "", manifest, std::nullopt};
    compare_with_archive(store_, catalog_, volume);
    if (volume.state != VolumeState::lost && volume.state != VolumeState::replaced) return;
    records.damage = Error(ErrorKind::damaged, volume.detail,
                           {.operation = "find", .resource = catalog_.bucket() + "/" + manifest.archive_key});
  }

  /// A manifest that contradicts its name must not be skipped like one of another bucket or day.
  void expect_consistent(const index::Manifest& manifest) const {
    if (const auto contradiction = options_.scope.contradiction_in(manifest)) {
      throw Error(ErrorKind::damaged, *contradiction,
                  {.operation = "find",
                   .resource = catalog_.bucket() + "/" + manifest_key(manifest.archive_key, manifest.id)});
    }
  }

  /// nullopt: the record has no commit mark, so its run lost a race and took it back. No run takes back a
  /// record with a commit mark.
  std::optional<Error> without_manifest(const ManifestName& name) const {
    try {
      if (catalog_.is_listed(name)) return vanished_manifest(catalog_, name);
      if (!catalog_.has_commit_mark(name)) return std::nullopt;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      return error;
    }
    return Error(
        ErrorKind::damaged,
        "the manifest of a committed volume is gone: catalog rebuild makes it again out of the archive",
        {.operation = "find", .resource = catalog_.bucket() + "/" + manifest_key(name.archive_key, name.id)});
  }

  /// The error for a committed volume whose members are in no archive any more. Without it they would be
  /// missing from the result, and the user would not know.
  Error lost(const ManifestName& name) const {
    return {
        ErrorKind::damaged,
        "another archive stands at the name of a committed volume: its members are lost",
        {.operation = "find", .resource = catalog_.bucket() + "/" + manifest_key(name.archive_key, name.id)}};
  }

  bool is_wanted(const index::Manifest& manifest) const {
    return options_.scope.holds(manifest) &&
           options_.query.may_want_between(manifest.first_key, manifest.last_key);
  }

  s3::ObjectStore& store_;
  Catalog& catalog_;
  const SearchOptions& options_;
};

class Search {
 public:
  Search(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
         const FoundKeys& found)
      : store_(store),
        options_(options),
        stop_(stop),
        catalog_(store, options.scope.archive_bucket),
        merge_(options.scope, found),
        query_(options.query) {}

  SearchReport run() {
    expect_no_shared_keys();
    read_manifests();
    settle_query();
    const std::vector<BlockJob> jobs = all_blocks();
    auto next = jobs.begin();
    base::in_order<BlockJob, BlockRows>(
        std::min(options_.threads, kMostBlocks),
        [&]() -> std::optional<BlockJob> {
          throw_if_stopped();
          return next == jobs.end() ? std::nullopt : std::optional(*next++);
        },
        [this](BlockJob& job) { return read_block(job, query_); },
        [this](BlockRows&& rows) { take(std::move(rows)); }, kBlocksAhead);
    merge_.finish();
    report_.members = merge_.members();
    report_.query = std::move(query_);
    return std::move(report_);
  }

 private:
  void throw_if_stopped() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while searching");
  }

  // --- manifests

  /// Of several tasks, each has whole groups. If groups share keys, another task may have a newer object.
  void expect_no_shared_keys() const {
    if (options_.scope.shard.is_whole()) return;
    if (!LayoutNotes::list(store_, options_.scope.archive_bucket).groups_may_share_keys(options_.scope))
      return;
    throw Error(
        ErrorKind::invalid_argument,
        "keys below one prefix were archived with several layouts, so another task may have a newer object of "
        "the same key: work on it without shards",
        {.operation = "find", .resource = options_.scope.archive_bucket});
  }
  /// The same of groups by time, where no note tells of them.
  void expect_no_shared_keys(const index::Manifest& manifest) const {
    if (options_.scope.shard.is_whole() || !is_by_last_modified(manifest)) return;
    throw Error(
        ErrorKind::invalid_argument,
        "its objects were grouped by last-modified, so another task may have a newer object of the same "
        "key: work on it without shards",
        {.operation = "find", .resource = catalog_.bucket() + "/" + manifest.archive_key});
  }

  void read_manifests() {
    const RecordReader reader(store_, catalog_, options_);
    RecordNames names(store_, catalog_, options_.scope, options_.query, options_.volume);
    base::in_order<NamedRecords, ReadRecords>(
        options_.threads,
        [&] {
          throw_if_stopped();
          return names.next();
        },
        [&reader](NamedRecords& of_one) { return reader.read(of_one); },
        [this](ReadRecords&& read) {
          for (ManifestPtr& manifest : read.manifests) {
            expect_no_shared_keys(*manifest);
            merge_.expect(*manifest);
            manifests_.push_back(std::move(manifest));
          }
          if (options_.keep_records)
            std::move(read.names.begin(), read.names.end(), std::back_inserter(report_.records));
          if (read.damage) report_.damages.add(*read.damage);
          if (!read.failure) return;
          report_.failures.add(*read.failure);
          merge_.add_unread(std::move(read.archive_key));
        });
    if (merge_.has_unread()) merge_.set_notes(LayoutNotes::list(store_, options_.scope.archive_bucket));
    report_.volumes = manifests_.size();
    report_.other_shards = names.has_others();
  }

  // --- blocks

  /// Reads those blocks that a text which may be a key would lie in: none if it is no key of the archive's
  /// kind.
  void settle_query() {
    const std::vector<std::string> undecided = query_.undecided();
    if (undecided.empty()) return;
    const MemberQuery literally(undecided, {});
    std::set<std::string> existing;
    for (const ManifestPtr& manifest : manifests_) {
      for (index::Block& block : literally.blocks_of(*manifest)) {
        throw_if_stopped();
        const BlockRows read = read_block({manifest, std::move(block)}, literally);
        for (const index::Row& row : read.rows) existing.insert(row.key);
        if (!read.failure) continue;
        for (const std::string& text : undecided) {
          if (text >= manifest->first_key && text <= manifest->last_key) existing.insert(text);
        }
      }
    }
    query_ = query_.settle(existing);
  }

  /// Sorted by first key. So no key of a later block comes before the first key of an earlier block.
  std::vector<BlockJob> all_blocks() const {
    std::vector<BlockJob> jobs;
    for (const ManifestPtr& manifest : manifests_) {
      for (index::Block& block : query_.blocks_of(*manifest)) jobs.push_back({manifest, std::move(block)});
    }
    const auto place = [](const BlockJob& job) {
      return std::tie(job.manifest->source_bucket, job.block.first_key, job.manifest->archive_key);
    };
    std::sort(jobs.begin(), jobs.end(),
              [&](const BlockJob& a, const BlockJob& b) { return place(a) < place(b); });
    return jobs;
  }

  BlockRows read_block(const BlockJob& job, const MemberQuery& query) {
    BlockRows result{job, {}, std::nullopt};
    try {
      result.rows = catalog_.read_block(
          *job.manifest, job.block,
          query.wants_everything() ? index::Wants()
                                   : [&query](const std::string& key) { return query.wants(key); });
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      result.failure = error;
    }
    return result;
  }

  // --- the caller's thread

  void take(BlockRows&& block) {
    const std::string& first_key = block.of.block.first_key;
    if (block.failure) {
      report_.failures.add(*block.failure);
      merge_.add_gap(*block.of.manifest, first_key);
    } else {
      merge_.add(std::move(block.of.manifest), first_key, std::move(block.rows));
    }
  }

  s3::ObjectStore& store_;
  const SearchOptions& options_;
  const std::stop_token& stop_;
  Catalog catalog_;

  SearchReport report_;
  std::vector<ManifestPtr> manifests_;
  KeyMerge merge_;
  MemberQuery query_;
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

std::string text_of_key(std::string_view key) {
  return index::text_from_bytes(key);
}

std::optional<std::string> key_of_json_line(std::string_view line) {
  try {
    const nlohmann::json object = index::parse_object(line);
    return index::Fields(object, "").nonempty_text("key");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return std::nullopt;
  }
}

}  // namespace s3c::catalog
