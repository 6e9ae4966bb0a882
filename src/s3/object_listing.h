// The objects of a listing as a stream in key order. The next page is requested while the reader is still in
// the current one. One thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include "s3/listing.h"
#include "s3/object_store.h"

namespace s3c::s3 {

/// A start-after that comes before key: the key without its last character (not byte: half a character is no
/// UTF-8). Keys between the two are listed without need.
std::string key_before(std::string key);

/// What a listing says of exactly this object; nullopt: it isn't listed. One LIST of one key. After a 404 for an
/// object that was listed before, this tells whether it is gone: the listing is what the next run sees, too. Blocks;
/// any thread. Throws the store's errors.
std::optional<ObjectSummary> find_listed(ObjectStore& store, const std::string& bucket,
                                         const std::string& key);

/// The error for an object that is listed and answers 404. context: of the 404.
base::Error listed_but_absent(base::ErrorContext context = {});

class ObjectListing {
 public:
  /// Whether an object is wanted.
  using Filter = std::function<bool(const ObjectSummary&)>;

  /// start_after: exclusive, empty for the start of the prefix. filter: an empty one wants every object.
  /// with_thaw_state: ask for ObjectSummary::thaw. No request is sent before the first peek().
  ObjectListing(ObjectStore& store, const std::string& bucket, const std::string& prefix,
                const std::string& start_after = {}, Filter filter = {}, bool with_thaw_state = false);

  /// The next object that the filter wants; nullptr at the end. The pointer is valid until the next pop() or
  /// peek(). Throws what ObjectPages throws: the merge with committed indexes, the order of our own index and
  /// "every object exactly once" depend on the order of the keys. So a store that repeats a page or sorts
  /// differently must not be believed.
  const ObjectSummary* peek();
  /// REQUIRES: peek() returned an object.
  void pop() { ++next_; }

  struct Rest {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;  ///< their sizes
  };
  /// The objects still to come, whether the filter wants them or not; nullopt until the last page has come.
  std::optional<Rest> rest() const;

 private:
  void load_page();

  const Filter filter_;
  ObjectPages pages_;
  std::future<std::optional<ListObjectsPage>> coming_;
  ListObjectsPage page_;
  std::size_t next_ = 0;
  bool started_ = false;
};

}  // namespace s3c::s3
