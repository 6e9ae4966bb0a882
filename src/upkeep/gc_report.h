// What gc found and did, as values: cli/ prints them, tests compare them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/counted.h"

namespace s3c::upkeep {

enum class GarbageKind {
  upload,    ///< an unfinished multipart upload
  manifest,  ///< a manifest whose volume isn't committed
  index,     ///< an index without a manifest
  mark,      ///< a commit mark or a take-back mark
  probe,     ///< the store probe's object
  staging,   ///< a verification's copy of a volume
};

/// The kind's name as it is written above; public API.
std::string_view to_string(GarbageKind kind);

/// One thing in the archive bucket.
struct Garbage {
  GarbageKind kind = GarbageKind::upload;
  std::string key;
  std::string upload_id;  ///< for an upload
  std::chrono::milliseconds age{0};
  std::uint64_t size_bytes = 0;  ///< 0 for uploads: what their parts take isn't known
  std::string why;               ///< one line: why it is removed, or why it stays
};

/// Counts things, also by kind, and names the first ten thousand.
class GarbageList {
 public:
  void add(Garbage garbage);
  /// Sorts the named ones by kind and key.
  void sort();
  std::uint64_t count() const { return all_.count(); }
  std::uint64_t size_bytes() const { return size_bytes_; }
  const std::map<GarbageKind, std::uint64_t>& by_kind() const { return by_kind_; }
  const std::vector<Garbage>& named() const { return all_.named(); }

 private:
  base::Counted<Garbage, 10'000> all_;
  std::uint64_t size_bytes_ = 0;
  std::map<GarbageKind, std::uint64_t> by_kind_;
};

struct GcReport {
  std::uint64_t manifests = 0;  ///< found; the same for the next two
  std::uint64_t indexes = 0;
  std::uint64_t uploads = 0;  ///< only ours
  std::uint64_t young = 0;    ///< uploads, their records and copies that are younger than min_age
  GarbageList removed;        ///< in a dry run: what would be removed
  GarbageList left;           ///< garbage that could not be removed
  GarbageList waiting;        ///< may be garbage, but gc can't tell
  GarbageList without_id;  ///< no garbage: records whose archives have no id. verify tells the same of them
  /// Damage: for example, records whose archives are lost. gc touches none of it.
  GarbageList damaged;
  /// The store lists unfinished uploads by whole keys only. So those that no record names were not found.
  bool uploads_hidden = false;
  base::Failures failures;  ///< of what could not be listed or looked at
  bool interrupted = false;
};

}  // namespace s3c::upkeep
