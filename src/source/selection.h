// Which source objects a run works on. Values, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/time.h"
#include "catalog/layout.h"
#include "catalog/shard.h"
#include "s3/types.h"

namespace s3c::source {

/// The objects of one bucket, of some days.
struct Selection {
  std::string bucket;
  /// May contain slashes, but don't end with one; none lies inside another.
  catalog::Prefixes prefixes = {"sources"};
  catalog::DateRange dates;
  catalog::Shard shard;                ///< only its groups
  std::vector<std::string> include;    ///< globs on the whole key; empty: everything
  std::vector<std::string> exclude;    ///< globs on the whole key; wins over include
  std::chrono::seconds min_age{0};     ///< younger objects are left for a later run
  std::uint64_t min_object_bytes = 0;  ///< smaller objects are left
  std::uint64_t max_object_bytes = std::numeric_limits<std::uint64_t>::max();  ///< larger objects are left
};

/// Where its objects are: "bucket/sources/, bucket/logs/".
std::string places_of(const Selection& selection);

/// Whether a selection wants an object: its globs, its minimum age, its sizes.
class ObjectFilter {
 public:
  ObjectFilter(const Selection& selection, base::Timestamp now);
  /// Globs are fnmatch(3)'s on the whole key: '*' and '?' match '/' too.
  bool operator()(const s3::ObjectSummary& object) const;

 private:
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
  base::Timestamp newest_;
  std::uint64_t min_bytes_;
  std::uint64_t max_bytes_;
};

}  // namespace s3c::source
