#include "plan/request_forecast.h"

#include <algorithm>

#include "catalog/forward_reader.h"
#include "index/block.h"
#include "s3/xml.h"

namespace s3c::plan {
namespace {

using s3::Operation;

/// Larger objects are streamed: archive's MemberPacker.
constexpr std::uint64_t kMaxInMemoryBytes = std::uint64_t{4} << 20;
/// Objects behind one look: archive's BatchDelete.
constexpr std::uint64_t kKeysBehindALook = 20;
/// Entries that an audit reads at a time, unless they have more bytes than it reads at a time: catalog's Audit.
constexpr std::uint64_t kAuditEntries = 4096;

std::uint64_t parts(std::uint64_t whole, std::uint64_t of) {
  return (whole + of - 1) / of;
}

/// Reading a volume back: its end, its directory twice, and the members in batches.
std::uint64_t audit_gets(const PlannedVolume& volume) {
  return 3 + std::max(parts(volume.archive_bytes, catalog::ForwardReader::kRangeBytes),
                      parts(volume.members + 1, kAuditEntries));
}

}  // namespace

std::uint64_t pages_of(std::uint64_t keys) {
  return parts(keys, kPageKeys);
}

std::uint64_t index_blocks(std::uint64_t members) {
  return parts(members, index::kRowsPerBlock);
}

void RequestForecast::add_probe(Requests& to) const {
  // Two uploads that are completed at once, unless that power is stated; and one for the object of the probe. If
  // the first two left none unfinished, one more is begun, to be looked for and aborted.
  const std::uint64_t racing = o_.conditional_complete ? 0 : 2;
  to.add(Operation::create_multipart_upload, racing + 1 + (racing == 0 ? 1 : 0));
  to.add(Operation::upload_part, racing + 1);
  to.add(Operation::complete_multipart_upload, racing + 1);
  to.add(Operation::list_multipart_uploads);
  to.add(Operation::abort_multipart_upload, racing + 1 + (racing == 0 ? 1 : 0));
  to.add(Operation::head_object);
  to.add(Operation::delete_objects);
}

void RequestForecast::add_tag_check(Requests& to, const s3::ObjectSummary& first) const {
  if (o_.without_tags) return;
  to.add(Operation::head_object, 1, first.storage_class);
  to.add(Operation::get_object_tagging);
  if (facts_.tells_tag_counts || !facts_.same_store) return;
  to.add(Operation::put_object);
  to.add(Operation::get_object);
  to.add(Operation::delete_objects);
}

void RequestForecast::add_first_delete(Requests& to, const s3::ObjectSummary& first) const {
  if (o_.keep_sources || o_.deletes != Deletes::find_out) return;
  to.add(Operation::head_object, 1, first.storage_class);
  to.add(Operation::delete_objects);
}

void RequestForecast::add_mark(Requests& to) const {
  to.add(Operation::put_object);
  to.add(Operation::head_object, 2);  // is another process taking the record back, and is it still there?
}

void RequestForecast::add_cleanup(Requests& to) const {
  to.add(Operation::list_multipart_uploads, o_.readback ? 2 : 1);
  if (o_.readback) to.add(Operation::list_objects);
}

void RequestForecast::add_fetch(Requests& to, const s3::ObjectSummary& object, bool frozen) const {
  to.add(Operation::get_object, 1, object.storage_class);
  if (!frozen) to.add_read_bytes(object.size_bytes, object.storage_class);
  const bool streamed = object.size_bytes > kMaxInMemoryBytes;
  if (streamed) to.add(Operation::head_object, 1, object.storage_class);
  // Of a small object GET tells whether it has tags, on stores that tell it at all. That this object has some
  // isn't known before.
  const bool untold = !facts_.tells_tag_counts && !facts_.same_store && !frozen;
  if (!o_.without_tags && (streamed || untold)) to.add(Operation::get_object_tagging);
}

void RequestForecast::add_volume(Requests& to, const PlannedVolume& volume) const {
  to.add(Operation::head_object);  // is the name free?
  to.add(Operation::create_multipart_upload);
  if (volume.members == 0) {
    to.add(Operation::abort_multipart_upload);
    return;
  }
  const std::uint64_t uploaded = parts(volume.archive_bytes, volume.part_size);
  to.add(Operation::upload_part, uploaded);
  if (o_.readback) {
    to.add(Operation::complete_multipart_upload);
    to.add(Operation::head_object);
    to.add(Operation::get_object, audit_gets(volume));
    to.add(Operation::create_multipart_upload);
    to.add(Operation::upload_part_copy, uploaded);
    to.add(Operation::delete_objects);
  }
  to.add(Operation::put_object, 2);  // index and manifest
  if (!o_.conditional_complete.value_or(facts_.completes_atomically)) {
    to.add(Operation::list_objects);  // the other runs that want this name
    to.add(Operation::head_object);
  }
  to.add(Operation::complete_multipart_upload, 1, o_.storage_class);
  to.add(Operation::head_object, 1, o_.storage_class);
  add_mark(to);
}

void RequestForecast::add_looks(Requests& to, Looks looks, bool is_first,
                                const s3::ObjectSummary& object) const {
  if (o_.keep_sources) return;
  const bool is_last = looks == Looks::at_each && o_.deletes == Deletes::after_looks;
  const int heads = (is_first ? 1 : 0) + (is_last ? 1 : 0);
  if (heads != 0) to.add(Operation::head_object, static_cast<std::uint64_t>(heads), object.storage_class);
}

void RequestForecast::add_delete(Requests& to, const s3::ObjectSummary& object, bool compare) const {
  if (o_.keep_sources) return;
  if (compare) {
    to.add(Operation::head_object, 1, object.storage_class);
    to.add(Operation::get_object_tagging);
  }
  const bool nameable = s3::xml_can_carry(object.key);
  if (o_.deletes == Deletes::one_by_one || !nameable) to.add(Operation::delete_object);
  // Where a condition may be ignored, one key at a time is looked at first.
  if (!nameable && o_.deletes != Deletes::one_by_one) to.add(Operation::head_object, 1, object.storage_class);
}

void RequestForecast::add_deletes(Requests& to, Looks looks, std::uint64_t objects, std::uint64_t list_pages,
                                  std::uint64_t index_blocks) const {
  if (o_.keep_sources || objects == 0) return;
  to.add(Operation::list_objects, list_pages);
  to.add(Operation::get_object, index_blocks);
  const auto batch = static_cast<std::uint64_t>(o_.delete_batch);
  if (o_.deletes == Deletes::after_looks) {
    const std::uint64_t deletes = parts(objects, std::min(batch, kKeysBehindALook));
    if (looks == Looks::at_pages) to.add(Operation::list_objects, deletes);
    to.add(Operation::delete_objects, deletes);
  } else if (o_.deletes != Deletes::one_by_one) {
    to.add(Operation::delete_objects, parts(objects, batch));
  }
}

void RequestForecast::add_proof(Requests& to, std::string_view storage_class) const {
  if (o_.keep_sources) return;
  to.add(Operation::head_object, 2);                 // its mark
  to.add(Operation::head_object, 1, storage_class);  // its archive
}

void RequestForecast::add_version_sweep(Requests& to, std::uint64_t objects, std::uint64_t volumes) const {
  if (!o_.delete_versions) return;
  to.add(Operation::list_object_versions, std::max<std::uint64_t>(1, pages_of(2 * objects)));
  if (objects == 0) return;
  to.add(Operation::list_objects, 2);  // the group's records
  for (std::uint64_t i = 0; i < volumes; ++i) {
    to.add(Operation::get_object);  // manifest
    to.add(Operation::head_object, 1, o_.storage_class);
    add_mark(to);
    to.add(Operation::head_object);  // the mark is there
    to.add(Operation::head_object, 1, o_.storage_class);
  }
  to.add(Operation::get_object, parts(objects, index::kRowsPerBlock));
  to.add(Operation::delete_objects,
         std::max(parts(objects, static_cast<std::uint64_t>(o_.delete_batch)), pages_of(2 * objects)));
}

}  // namespace s3c::plan
