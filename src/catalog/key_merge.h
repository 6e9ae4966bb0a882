// Turns the rows of many volumes into keys: each key once, with all members that have it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog_scope.h"
#include "catalog/layout_notes.h"
#include "catalog/newest.h"
#include "index/manifest.h"
#include "index/row.h"

namespace s3c::catalog {

/// All members of one source bucket that have one key.
struct FoundKey {
  std::vector<FoundMember> members;  ///< at least one; newest_of() says which is the newest
  /// An archive that could not be searched and may hold a newer object of this key; empty: there is none.
  std::string unsearched;
};

/// Called once for each found key.
using FoundKeys = std::function<void(FoundKey&&)>;

/// Merges blocks of rows. One thread: found is called on the thread that adds the blocks.
class KeyMerge {
 public:
  KeyMerge(const CatalogScope& scope, const FoundKeys& found) : scope_(scope), found_(found) {}

  /// Announces a volume whose rows may come. REQUIRES: called before the first block.
  void expect(const index::Manifest& manifest) {
    buckets_.insert(manifest.source_bucket);
    if (is_by_last_modified(manifest)) buckets_by_time_.insert(manifest.source_bucket);
  }
  /// Announces an archive whose record can't be read. It may hold newer objects of any key that its name
  /// allows.
  void add_unread(std::string archive_key) { unread_.push_back(std::move(archive_key)); }
  bool has_unread() const { return !unread_.empty(); }
  /// Tells which layouts there are. REQUIRES: called before the first block, if there is an archive that is unread.
  void set_notes(LayoutNotes notes) { notes_ = std::move(notes); }

  /// Adds the wanted rows of a block. first_key: the first of all its rows, wanted or not. REQUIRES: blocks
  /// come by source bucket, and in the order of their first keys.
  void add(std::shared_ptr<const index::Manifest> manifest, const std::string& first_key,
           std::vector<index::Row> rows);
  /// Adds a block that could not be read, in its place among the others.
  void add_gap(const index::Manifest& manifest, const std::string& first_key);
  /// Call it after the last block.
  void finish();

  /// How many members were handed to found.
  std::uint64_t members() const { return members_; }

 private:
  /// The wanted rows of a block. rows[at] comes next.
  struct Cursor {
    std::shared_ptr<const index::Manifest> manifest;
    std::vector<index::Row> rows;
    std::size_t at = 0;

    const std::string& key() const { return rows[at].key; }
  };

  /// The range of keys of a block that could not be read.
  struct Gap {
    std::string archive_key;
    std::string first_key;
    std::string end_key;  ///< the first key after the block; for a volume's last block, its last key
    bool is_last = false;

    bool is_before(const std::string& key) const { return is_last ? end_key < key : end_key <= key; }
    bool contains(const std::string& key) const { return first_key <= key && !is_before(key); }
  };

  static bool comes_after(const Cursor& a, const Cursor& b);
  static Gap gap_of(const index::Manifest& manifest, const std::string& first_key);
  void advance_to(const std::string& source_bucket, const std::string& first_key);
  void tell_first_key();
  std::string unsearched_for(const std::string& key, const std::vector<FoundMember>& members) const;
  bool may_share_keys(const index::Manifest& manifest, const std::string& unread) const;

  const CatalogScope& scope_;
  const FoundKeys& found_;
  std::uint64_t members_ = 0;
  std::set<std::string> buckets_;          // of the announced manifests
  std::set<std::string> buckets_by_time_;  // of those with groups by time
  std::vector<std::string> unread_;        // archives whose records can't be read
  LayoutNotes notes_;
  std::string bucket_;           // the source bucket whose keys are handed out now
  std::vector<Cursor> cursors_;  // a heap: the first key on top
  std::vector<Gap> gaps_;        // of bucket_
};

}  // namespace s3c::catalog
