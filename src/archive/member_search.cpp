#include "archive/member_search.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "archive/catalog_listing.h"
#include "archive/committed_volume.h"
#include "base/bounded_queue.h"
#include "base/in_order.h"
#include "base/task_group.h"

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
        if (record->manifest_bytes && scope_.may_hold(record->name.archive_key)) batch_ = {record->name};
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

/// A volume that may hold something wanted, or why that can't be told.
struct Volume {
  ManifestName name;
  std::shared_ptr<const index::Manifest> manifest;
  std::optional<Error> failure;
};

struct BlockJob {
  std::shared_ptr<const index::Manifest> manifest;
  index::Block block;
};

struct BlockRows {
  std::shared_ptr<const index::Manifest> manifest;
  std::vector<index::Row> rows;
  std::optional<Error> failure;
};

class Search {
 public:
  Search(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
         const FoundMembers& found)
      : store_(store),
        options_(options),
        stop_(stop),
        found_(found),
        catalog_(store, options.scope.archive_bucket),
        volumes_(static_cast<std::size_t>(options.threads)),
        reader_([this] { volumes_.close(); }) {}
  ~Search() { volumes_.cancel(); }  // or reader_ would wait for ever
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  SearchReport run() {
    reader_.spawn([this](const std::stop_token&) {
      read_manifests();
      volumes_.close();
    });
    base::in_order<BlockJob, BlockRows>(
        options_.threads, [this] { return next_block(); }, [this](BlockJob& job) { return read_block(job); },
        [this](BlockRows&& rows) { take(std::move(rows)); });
    reader_.wait();
    return std::move(report_);
  }

 private:
  void throw_if_stopped() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while searching");
  }

  // --- the reader's thread and its own

  void read_manifests() {
    NameSource names(store_, catalog_, options_);
    base::in_order<Names, std::vector<Volume>>(
        options_.threads,
        [&] {
          throw_if_stopped();
          return names.next();
        },
        [this](Names& of_one) { return volumes_of(of_one); },
        [this](std::vector<Volume>&& read) {
          for (Volume& volume : read) {
            if (!volumes_.push(std::move(volume))) throw Error(ErrorKind::cancelled, "nobody wants more");
          }
        });
  }

  std::vector<Volume> volumes_of(Names& names) {
    std::vector<Volume> volumes;
    ManifestName asked = names.front();
    try {
      if (names.size() > 1) {
        const std::string id = record_id(store_.head_object(catalog_.bucket(), names.front().archive_key));
        const auto others = std::stable_partition(names.begin(), names.end(),
                                                  [&](const ManifestName& name) { return name.id == id; });
        for (auto other = others; other != names.end(); ++other) {
          asked = *other;
          if (catalog_.has_commit_mark(*other)) volumes.push_back({*other, nullptr, lost(*other)});
        }
        names.erase(others, names.end());
      }
      for (const ManifestName& name : names) {
        asked = name;
        index::Manifest manifest = catalog_.read_manifest(name);
        if (is_wanted(manifest))
          volumes.push_back(
              {name, std::make_shared<const index::Manifest>(std::move(manifest)), std::nullopt});
      }
    } catch (const Error& error) {
      // Not there any more: its run lost a race and took it back.
      if (error.kind() != ErrorKind::not_found) volumes.push_back({asked, nullptr, error});
    }
    return volumes;
  }

  /// Its members are in no archive any more, and must not be missing without a word.
  Error lost(const ManifestName& name) const {
    return {
        ErrorKind::corrupt,
        "another archive stands at the name of a committed volume: its members are lost",
        {.operation = "find", .resource = catalog_.bucket() + "/" + manifest_key(name.archive_key, name.id)}};
  }

  bool is_wanted(const index::Manifest& manifest) const {
    const CatalogScope& scope = options_.scope;
    if (!scope.bucket.empty() && manifest.source_bucket != scope.bucket) return false;
    return scope.dates.may_contain(date_of(manifest.group)) &&
           options_.query.may_want_between(manifest.first_key, manifest.last_key);
  }

  // --- the caller's thread

  std::optional<BlockJob> next_block() {
    throw_if_stopped();
    while (next_ == blocks_.size()) {
      std::optional<Volume> volume = volumes_.pop();
      if (!volume) return std::nullopt;
      if (volume->failure) {
        fail(*volume->failure, {std::move(volume->name), nullptr});
        continue;
      }
      ++report_.volumes;
      manifest_ = std::move(volume->manifest);
      blocks_ = options_.query.blocks_of(*manifest_);
      next_ = 0;
    }
    return BlockJob{manifest_, blocks_[next_++]};
  }

  BlockRows read_block(const BlockJob& job) {
    BlockRows result{job.manifest, {}, std::nullopt};
    try {
      result.rows = catalog_.read_block(*job.manifest, job.block);
      std::erase_if(result.rows, [this](const index::Row& row) { return !options_.query.wants(row.key); });
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      result.failure = error;
    }
    return result;
  }

  void take(BlockRows&& rows) {
    if (rows.failure) {
      const index::Manifest& manifest = *rows.manifest;
      return fail(*rows.failure, {{manifest.archive_key, manifest.id}, rows.manifest});
    }
    if (rows.rows.empty()) return;
    report_.members += rows.rows.size();
    found_(rows.manifest, std::move(rows.rows));
  }

  void fail(const Error& error, UnsearchedVolume volume) {
    constexpr std::size_t kMaxKept = 20;
    ++report_.failed;
    // What fails of one volume comes in a row.
    if (report_.unsearched.empty() || report_.unsearched.back().name != volume.name)
      report_.unsearched.push_back(std::move(volume));
    if (report_.failures.size() < kMaxKept) report_.failures.push_back(error);
  }

  s3::ObjectStore& store_;
  const SearchOptions& options_;
  const std::stop_token& stop_;
  const FoundMembers& found_;
  Catalog catalog_;

  SearchReport report_;
  std::shared_ptr<const index::Manifest> manifest_;
  std::vector<index::Block> blocks_;  // of manifest_
  std::size_t next_ = 0;

  base::BoundedQueue<Volume> volumes_;
  base::TaskGroup reader_;  // last: its thread uses everything above
};

}  // namespace

SearchReport search_members(s3::ObjectStore& store, const SearchOptions& options, const std::stop_token& stop,
                            const FoundMembers& found) {
  return Search(store, options, stop, found).run();
}

std::string json_line_of(const index::Row& row) {
  std::string line;
  index::append_json_line(line, row);
  return line;
}

}  // namespace s3c::archive
