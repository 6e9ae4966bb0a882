#include "archive/run_shared.h"

#include <algorithm>
#include <cstdint>

#include "base/cores.h"

#include "catalog/volume_size.h"

namespace s3c::archive {
namespace {

/// What the parts in flight take, in bytes, if they are of the usual size.
std::uint64_t bytes_in_flight(const Resources& resources) {
  return static_cast<std::uint64_t>(resources.upload_slots) * catalog::part_size_bytes(0, 0);
}

}  // namespace

// Half the memory is for object bodies, half for upload buffers. Neither half can take from the other. So
// uploads always progress, and the packing threads get their memory back.
RunShared::RunShared(const ArchiveOptions& o, const RunContext& c, source::GroupSource& s,
                     const catalog::StorePowers& found)
    : PlanShared(o, c, s),
      powers(found),
      left(c.log, c.write_left),
      bodies(o.resources.memory_bytes / 2),
      slots(o.resources.upload_slots),
      buffers(o.resources.memory_bytes / 2 - bytes_in_flight(o.resources)),
      directories(std::max(o.resources.directory_bytes, directory_bytes(o.max_objects))),
      encoders(base::usable_cores(), o.level),
      readback(c.stores.archive, o, powers, bodies, slots, c.log),
      layout_notes(c.stores.archive, o.archive_bucket),
      committer(c.stores.archive, catalog, powers, c.clock, c.log),
      conditions(o.delete_conditions),
      deleter({c.stores, catalog, source, o, conditions, c.clock, c.log, left, c.stop}),
      sweep({c.stores, catalog, o, c.clock, c.log, left}),
      tags(c.stores, o, c.log, c.stop),
      cleanup(c.stores.archive, catalog, c.log, o.gc_age, o.readback, found.lists_uploads_by_prefix),
      packer(c.stores.source, o, tags, bodies, encoders, left, c.stop),
      crew(c.stores.source, packer, c.progress, o.resources.threads) {}

}  // namespace s3c::archive
