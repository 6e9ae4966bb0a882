// Listings page by page, and the first look at a bucket. ListingProgress makes sure that a listing ends: if a
// store repeated its pages, the client would read them for ever.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "s3/object_store.h"

namespace s3c::s3 {

/// Notices when a listing doesn't move on. One thread at a time.
class ListingProgress {
 public:
  /// Whether one name may be on several pages. A key with many uploads or versions may.
  enum class Names { once, repeated };
  /// How many pages without a new name may come in a row. S3 sends such pages when it skips deleted objects
  /// in a versioned bucket. It skips at least 1,000 markers in each page, so this limit stands for ten
  /// million markers.
  static constexpr std::size_t kMaxEmptyPages = 10'000;

  /// about: operation and resource, for the errors.
  ListingProgress(Names names, base::ErrorContext about) : names_(names), about_(std::move(about)) {}

  /// Checks a page that isn't the last one. greatest_name: of its keys and prefixes, empty if it has none.
  /// next: where the store says that the next page begins, in any form.
  /// Throws Error: corrupt when a place repeats, when the names go back, or when too many pages in a row
  /// bring nothing new.
  void page(std::string_view greatest_name, std::string next);

 private:
  [[noreturn]] void fail(const char* why) const;

  const Names names_;
  const base::ErrorContext about_;
  std::string greatest_name_;
  std::size_t pages_without_new_name_ = 0;
  /// Brent's search for a cycle: each place is compared with one kept place. After 1, 2, 4, 8, … pages the
  /// newest place becomes the kept one. So every repeated place is found, whatever the length of the cycle.
  std::string kept_;
  std::size_t pages_since_kept_ = 0;
  std::size_t keep_for_ = 1;
};

/// Notices when the names of a listing are not in S3's order, the order of their bytes, or don't begin with the
/// prefix. Merges of two listings, and "every object exactly once", depend on that order. One thread at a time.
class ListingOrder {
 public:
  /// The first name that the store lists after a name; empty: none.
  using FirstAfter = std::function<std::string(const std::string& name)>;

  /// prefix: what all names begin with. about: operation and resource, for the errors. first_after is asked
  /// only when a page goes back; an empty one says that the store can't be asked.
  ListingOrder(ListingProgress::Names names, std::string prefix, base::ErrorContext about,
               FirstAfter first_after)
      : names_(names),
        prefix_(std::move(prefix)),
        about_(std::move(about)),
        first_after_(std::move(first_after)) {}

  /// Call before the names of each page.
  void begin_page() { is_first_of_page_ = true; }
  /// The next name of the page. Throws Error: unsupported when the store has an order of its own or ignores the
  /// prefix, because no other run would see another order; corrupt when the page brings names again.
  void name(const std::string& name);

 private:
  bool is_stores_order(const std::string& name) const;

  const ListingProgress::Names names_;
  const std::string prefix_;
  const base::ErrorContext about_;
  const FirstAfter first_after_;
  std::string last_;
  bool is_first_of_page_ = true;
};

/// Lists one key of prefix. A run does this first, to check the bucket's name and the permission to list: a
/// misspelled name must not look like an empty bucket. HeadBucket would not do, because its answers have no
/// body, so they don't tell why the store refuses. Blocks; any thread. Throws the store's errors.
void check_bucket(ObjectStore& store, const std::string& bucket, std::string_view prefix);

/// The pages of ListObjectsV2, one after the other. One thread at a time.
class ObjectPages {
 public:
  /// store outlives it. Nothing is asked before the first next().
  ObjectPages(ObjectStore& store, ListObjectsRequest request);
  ObjectPages(const ObjectPages&) = delete;
  ObjectPages& operator=(const ObjectPages&) = delete;

  /// nullopt: that was all. The keys strictly ascend over all pages, and so do the common prefixes. Throws the
  /// store's errors, and what ListingProgress and ListingOrder throw.
  std::optional<ListObjectsPage> next();

 private:
  std::string first_key_after(const std::string& key);

  ObjectStore& store_;
  ListObjectsRequest request_;
  ListingOrder keys_;
  ListingOrder prefixes_;
  ListingProgress progress_;
  bool at_end_ = false;
};

/// The pages of ListMultipartUploads, one after the other. One thread at a time.
class UploadPages {
 public:
  /// store outlives it. Nothing is asked before the first next().
  UploadPages(ObjectStore& store, std::string bucket, std::string prefix);

  /// nullopt: that was all. Throws the store's errors, and corrupt as ListingProgress does.
  std::optional<ListMultipartUploadsPage> next();

 private:
  ObjectStore& store_;
  const std::string bucket_;
  const std::string prefix_;
  std::string key_marker_;
  std::string upload_id_marker_;
  ListingProgress progress_;
  bool at_end_ = false;
};

/// The pages of ListObjectVersions, one after the other. One thread at a time.
class VersionPages {
 public:
  /// store outlives it. Nothing is asked before the first next().
  VersionPages(ObjectStore& store, ListObjectVersionsRequest request);
  VersionPages(const VersionPages&) = delete;
  VersionPages& operator=(const VersionPages&) = delete;

  /// nullopt: that was all. The keys ascend over all pages, and the common prefixes strictly ascend. Throws the
  /// store's errors, and what ListingProgress and ListingOrder throw.
  std::optional<ListObjectVersionsPage> next();

 private:
  std::string first_key_after(const std::string& key);

  ObjectStore& store_;
  ListObjectVersionsRequest request_;
  ListingOrder keys_;
  ListingOrder prefixes_;
  ListingProgress progress_;
  bool at_end_ = false;
};

}  // namespace s3c::s3
