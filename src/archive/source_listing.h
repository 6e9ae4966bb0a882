// The group's source objects as a stream in key order, one page ahead of its reader. One thread at a time.
#pragma once

#include <cstddef>
#include <future>
#include <optional>
#include <string>

#include "archive/options.h"
#include "base/time.h"
#include "s3/listing.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// Whether a selection wants an object: its globs, its minimum age, its sizes. Value, any thread.
class ObjectFilter {
 public:
  ObjectFilter(const Selection& selection, base::Timestamp now);
  /// Globs are fnmatch(3)'s on the whole key: '*' and '?' match '/' too.
  bool wants(const s3::ObjectSummary& object) const;

 private:
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
  base::Timestamp newest_;
  std::uint64_t min_bytes_;
  std::uint64_t max_bytes_;
};

/// A start-after that comes before key: the key without its last character (not byte: half a character is no
/// UTF-8). What lies between is listed in vain.
std::string key_before(std::string key);

class SourceListing {
 public:
  /// start_after: exclusive, empty for the start of the prefix. with_thaw_state: ask for ObjectSummary::thaw.
  /// Nothing is asked before the first peek().
  SourceListing(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                const std::string& start_after, const ObjectFilter& filter, bool with_thaw_state = false);

  /// The next object that the filter wants; nullptr at the end. The pointer holds until the next pop() or
  /// peek(). Throws the store's errors, and corrupt when the keys don't strictly ascend: the merge with
  /// committed indexes, the order of our own index and "every object exactly once" all rest on that, so a
  /// store that repeats a page or sorts otherwise must not be believed.
  const s3::ObjectSummary* peek();
  /// REQUIRES: peek() returned an object.
  void pop() { ++next_; }

  struct Rest {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;  ///< their sizes
  };
  /// What is still to come, wanted by the filter or not; nullopt as long as the last page isn't there.
  std::optional<Rest> rest() const;

 private:
  void load_page();

  const std::string bucket_;
  const std::string prefix_;
  ObjectFilter filter_;
  s3::ObjectPages pages_;
  std::future<std::optional<s3::ListObjectsPage>> coming_;
  s3::ListObjectsPage page_;
  std::size_t next_ = 0;
  std::string last_key_;
  bool started_ = false;
};

}  // namespace s3c::archive
