// The requests that a run makes beside those that its planning makes too: step by step as archive makes them. What
// only happens when something goes wrong, or when another process works there too, is not in it. Values; any thread.
#pragma once

#include <cstdint>

#include "plan/options.h"
#include "plan/requests.h"
#include "s3/types.h"

namespace s3c::plan {

/// What is known of the stores before the run tries them.
struct StoreFacts {
  bool same_store = true;            ///< both buckets are reached through one connection
  bool tells_tag_counts = true;      ///< the source's store is known to tell which objects have tags
  bool completes_atomically = true;  ///< the archive's store is known to
};

/// A volume that would be made.
struct PlannedVolume {
  std::uint64_t admitted = 0;  ///< objects that are tried
  std::uint64_t members = 0;   ///< those that can be read
  std::uint64_t bytes = 0;     ///< of the members
  std::uint64_t key_bytes = 0;
  std::uint64_t archive_bytes = 0;  ///< estimated
  std::uint64_t part_size = 0;
};

/// How a run sees, right before it deletes objects, whether they are still what was archived.
enum class Looks { at_pages, at_each };

class RequestForecast {
 public:
  /// options outlives it.
  RequestForecast(const PlanOptions& options, const StoreFacts& facts) : o_(options), facts_(facts) {}

  /// Once, if the run has any group: it tries what the archive's store can do.
  void add_probe(Requests& to) const;
  /// Once, if there is anything to pack: whether tags may be read, tried on the first object.
  void add_tag_check(Requests& to, const s3::ObjectSummary& first) const;
  /// Once, if there is anything to delete: whether the source's store heeds a delete's condition.
  void add_first_delete(Requests& to, const s3::ObjectSummary& first) const;

  /// A volume of an earlier run that has no commit mark yet.
  void add_mark(Requests& to) const;
  /// The search for what killed runs left, before the group's first volume.
  void add_cleanup(Requests& to) const;
  /// An object is fetched. frozen: the store refuses.
  void add_fetch(Requests& to, const s3::ObjectSummary& object, bool frozen) const;
  /// A volume is begun, uploaded and committed; or given up, if it has no members.
  void add_volume(Requests& to, const PlannedVolume& volume) const;

  /// An object is looked at by itself before it is deleted: because it was not listed again (is_first), and right
  /// before its delete, if the store makes that necessary.
  void add_looks(Requests& to, Looks looks, bool is_first, const s3::ObjectSummary& object) const;
  /// An object is deleted, beside the requests of add_deletes(). compare: with what was archived.
  void add_delete(Requests& to, const s3::ObjectSummary& object, bool compare) const;
  /// So many objects of a volume are deleted. index_blocks: of the volume's index.
  void add_deletes(Requests& to, Looks looks, std::uint64_t objects, std::uint64_t list_pages,
                   std::uint64_t index_blocks) const;
  /// Before the deletes of a volume that an earlier run committed: it is proven again.
  void add_proof(Requests& to, std::string_view storage_class) const;
  /// The deletes of archived versions under delete markers. An estimate: a listing of objects doesn't tell how many
  /// versions there are.
  void add_version_sweep(Requests& to, std::uint64_t objects, std::uint64_t volumes) const;

 private:
  const PlanOptions& o_;
  const StoreFacts facts_;
};

/// Of a listing's page.
inline constexpr std::uint64_t kPageKeys = 1000;
/// How many pages a listing of so many keys has, if that isn't 0.
std::uint64_t pages_of(std::uint64_t keys);
/// How many blocks the index of a volume with so many members has.
std::uint64_t index_blocks(std::uint64_t members);

}  // namespace s3c::plan
