// From rows of many volumes to keys: each key once, with all members that have it.
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
#include "catalog/newest.h"
#include "index/manifest.h"
#include "index/row.h"

namespace s3c::catalog {

/// All members of one source bucket that have one key.
struct FoundKey {
  std::vector<FoundMember> members;  ///< at least one; which is the newest, newest_of() says
  /// An archive that could not be searched and may hold a newer object of this key; empty: there is none.
  std::string unsearched;
};

/// Every found key, once.
using FoundKeys = std::function<void(FoundKey&&)>;

/// Merges blocks of rows. One thread: the calls to found come from the thread that adds blocks.
class KeyMerge {
 public:
  KeyMerge(const CatalogScope& scope, const FoundKeys& found) : scope_(scope), found_(found) {}

  /// A volume whose rows may come. REQUIRES: told before the first block.
  void expect(const index::Manifest& manifest) { buckets_.insert(manifest.source_bucket); }
  /// An archive whose record can't be read: it may hold newer objects of any key that its name allows.
  void add_unread(std::string archive_key) { unread_.push_back(std::move(archive_key)); }

  /// The wanted rows of a block, whose first key (of all its rows) is first_key. REQUIRES: blocks come by
  /// source bucket, and in the order of their first keys.
  void add(std::shared_ptr<const index::Manifest> manifest, const std::string& first_key,
           std::vector<index::Row> rows);
  /// A block that could not be read, in its place among the others.
  void add_gap(const index::Manifest& manifest, const std::string& first_key);
  /// No further block comes.
  void finish();

  /// Members that found was told of.
  std::uint64_t members() const { return members_; }

 private:
  /// Wanted rows of a block, the first of which comes next.
  struct Cursor {
    std::shared_ptr<const index::Manifest> manifest;
    std::vector<index::Row> rows;
    std::size_t at = 0;

    const std::string& key() const { return rows[at].key; }
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

  static bool comes_after(const Cursor& a, const Cursor& b);
  static Gap gap_of(const index::Manifest& manifest, const std::string& first_key);
  void advance_to(const std::string& source_bucket, const std::string& first_key);
  void tell_first_key();
  std::string unsearched_for(const std::string& key, const std::vector<FoundMember>& members) const;
  bool may_share_keys(const index::Manifest& manifest, const std::string& unread) const;

  const CatalogScope& scope_;
  const FoundKeys& found_;
  std::uint64_t members_ = 0;
  std::set<std::string> buckets_;    // of the manifests
  std::vector<std::string> unread_;  // archives whose records can't be read
  std::string bucket_;               // whose keys are told now
  std::vector<Cursor> cursors_;      // a heap: the first key on top
  std::vector<Gap> gaps_;            // of bucket_
};

}  // namespace s3c::catalog
