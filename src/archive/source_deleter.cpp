#include "archive/source_deleter.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "archive/attribute_recheck.h"
#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/task_group.h"
#include "base/time.h"
#include "s3/object_listing.h"
#include "source/archived_members.h"

namespace s3c::archive {
namespace {

/// One DeleteObjects of 1,000 keys takes S3 some 300 ms: four at a time keep up with what four cores pack.
constexpr int kThreads = 4;

/// A stretch of fewer blocks saves no time worth its requests.
constexpr std::size_t kLeastBlocks = 4;

using Batch = BatchDelete::Batch;

/// Why an object of this run's volume stays: another one has its key now. Unless only the fraction of the second
/// differs, and the time was a row's: HTTP's dates have whole seconds, so the GET couldn't show that the row was wrong.
LeftObject left_for(const index::Row& row, const s3::ObjectSummary& listed, bool by_rows) {
  using std::chrono::floor;
  using std::chrono::seconds;
  s3::ObjectSummary same_time = listed;
  same_time.last_modified = row.last_modified;
  if (!by_rows || !source::is_same_object(row, same_time) ||
      floor<seconds>(row.last_modified) != floor<seconds>(listed.last_modified))
    return {listed.key, LeftReason::overwritten, ""};
  return {listed.key, LeftReason::stale,
          fmt::format(
              "it was archived with the time of its row, {}, but the store lists {}: the object stays, and a "
              "run whose row tells the store's time archives it again",
              base::format_iso8601(row.last_modified), base::format_iso8601(listed.last_modified))};
}

}  // namespace

std::vector<SourceDeleter::Stretch> SourceDeleter::stretches_of(const index::Manifest& manifest) {
  const std::vector<index::Block>& blocks = manifest.blocks;
  const std::size_t count = std::clamp<std::size_t>(blocks.size() / kLeastBlocks, 1, kThreads);
  std::vector<Stretch> stretches = {{.first_key = manifest.first_key, .end_key = std::nullopt}};
  for (std::size_t i = 1; i < count; ++i) {
    const std::string& key = blocks[i * blocks.size() / count].first_key;
    stretches.back().end_key = key;
    stretches.push_back({.first_key = key, .end_key = std::nullopt});
  }
  return stretches;
}

void SourceDeleter::delete_members(const DoomedVolume& doomed, const catalog::Group& group,
                                   const source::ObjectFilter& filter,
                                   const std::function<void(const DeleteReport&)>& on_done) {
  const index::Manifest& manifest = doomed.volume.manifest();
  DeleteLicense license(s_.stores, s_.clock, doomed.volume, doomed.proven_at);
  const BatchDelete::Setup setup{
      s_.stores, s_.conditions, s_.options.delete_batch,      s_.clock,
      s_.log,    s_.left,       !source::listing_pays(group), source::lies_among_others(group),
      s_.stop};
  base::BoundedQueue<Batch> batches(1);
  base::TaskGroup workers([&] { batches.cancel(); });
  for (int i = 0; i < kThreads; ++i) {
    workers.spawn([&](const std::stop_token&) {
      while (std::optional<Batch> batch = batches.pop()) {
        BatchDelete deletes(setup, manifest, license);
        try {
          on_done(deletes.run(*std::move(batch)));
        } catch (...) {
          on_done(deletes.so_far());
          throw;
        }
      }
    });
  }
  const auto on_left = [&](const LeftObject& left) {
    s_.left.tell(left);
    DeleteReport report;
    report.left.add(left);
    on_done(report);
  };
  base::TaskGroup readers([&] { batches.cancel(); });
  if (source::listing_pays(group)) {
    // S3 tells a page at a time, each only after the one before.
    for (const Stretch& stretch : stretches_of(manifest)) {
      readers.spawn([&, stretch](const std::stop_token&) {
        s3::ObjectListing listing(s_.stores.source, manifest.source_bucket, manifest.group_prefix,
                                  s3::key_before(stretch.first_key), filter);
        hand_out_batches(doomed, stretch, listing, batches, on_left);
      });
    }
  } else {
    readers.spawn([&](const std::stop_token&) {
      // What the run knows of the group tells which objects to ask for. BatchDelete asks for each of them first.
      const std::unique_ptr<source::ObjectStream> objects = s_.groups.objects_of(group, filter);
      hand_out_batches(doomed, {.first_key = manifest.first_key, .end_key = std::nullopt}, *objects, batches,
                       on_left);
    });
  }
  readers.wait();
  batches.close();
  workers.wait();
}

template <typename Objects>
void SourceDeleter::hand_out_batches(const DoomedVolume& doomed, const Stretch& stretch, Objects& objects,
                                     base::BoundedQueue<BatchDelete::Batch>& batches,
                                     const std::function<void(const LeftObject&)>& on_left) {
  const index::Manifest& manifest = doomed.volume.manifest();
  source::MemberCursor members(s_.catalog, manifest);
  const bool compare = must_compare_attributes(s_.options, manifest);
  Batch batch;
  bool open = true;
  const auto is_before_end = [&](const std::string& key) {
    return stretch.end_key ? key < *stretch.end_key : key <= manifest.last_key;
  };
  for (const s3::ObjectSummary* object = objects.peek();
       open && object != nullptr && is_before_end(object->key); object = objects.peek()) {
    const bool is_in_range = object->key >= stretch.first_key;
    if (const index::Row* row = is_in_range ? members.row_of(object->key) : nullptr) {
      if (source::is_same_object(*row, *object)) {
        batch.push_back({*object, row->version_id});
        if (compare) batch.back().archived = std::make_shared<const index::Row>(*row);
      } else if (doomed.by == CommittedBy::this_run) {
        on_left(left_for(*row, *object, s_.options.rows.has_value()));
      }
    }
    objects.pop();
    if (batch.size() == static_cast<std::size_t>(s_.options.delete_batch)) {
      open = batches.push(std::exchange(batch, {}));
    }
  }
  // Not taken: the deletes have failed, and their error is the one to tell.
  if (open && !batch.empty()) static_cast<void>(batches.push(std::move(batch)));
}

}  // namespace s3c::archive
