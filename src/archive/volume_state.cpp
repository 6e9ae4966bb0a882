#include "archive/volume_state.h"

#include <fmt/format.h>

#include <utility>

#include "archive/take_back.h"
#include "base/error.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// The ETag in the listing is computed from every byte, but says nothing of the id: runs that raced for a
/// name can have made the same bytes, and only one of their records is the archive's.
bool listing_proves(const index::Manifest& manifest, const ListedVolume& volume) {
  return !volume.shares_name && volume.archive && volume.archive->size_bytes == manifest.archive_size_bytes &&
         volume.archive->etag == manifest.etag;
}

void compare_with_archive(s3::ObjectStore& store, Catalog& catalog, const ListedVolume& volume,
                          VolumeInfo& info) {
  const index::Manifest& manifest = *info.manifest;
  const std::string& bucket = catalog.bucket();
  if (listing_proves(manifest, volume)) return;
  auto head = store.head_object(bucket, info.archive_key);
  bool lost = false;
  if (record_id(head) != manifest.id && catalog.was_committed(manifest)) {
    // It may have been completed and marked since the HEAD.
    head = store.head_object(bucket, info.archive_key);
    lost = record_id(head) != manifest.id;
  }
  if (is_as_sent(manifest, head)) return;
  if (lost) {
    info.state = VolumeState::lost;
    info.detail = describe_loss(head);
    return;
  }
  if (record_id(head) == manifest.id) {
    info.state = VolumeState::replaced;
    info.detail = head->size_bytes == manifest.archive_size_bytes
                      ? "its checksum is not what the manifest says"
                      : fmt::format("it has {} bytes, the manifest says {}", head->size_bytes,
                                    manifest.archive_size_bytes);
    return;
  }
  info.state = VolumeState::unfinished;
  info.detail = head ? "another archive stands at its name" : "its archive is not there";
}

}  // namespace

std::string_view to_string(VolumeState state) {
  switch (state) {
    case VolumeState::committed:
      return "committed";
    case VolumeState::unfinished:
      return "unfinished";
    case VolumeState::lost:
      return "lost";
    case VolumeState::replaced:
      return "replaced";
    case VolumeState::no_manifest:
      return "no_manifest";
    case VolumeState::unreadable:
      return "unreadable";
  }
  return "unknown";
}

VolumeInfo find_state(s3::ObjectStore& store, Catalog& catalog, const ListedVolume& volume) {
  VolumeInfo info{volume.archive_key,     volume.record ? volume.record->name.id : "",
                  VolumeState::committed, "",
                  std::nullopt,           volume.archive};
  if (!volume.record) {
    info.state = VolumeState::no_manifest;
    info.detail = "no record in the catalog";
    return info;
  }
  if (!volume.record->manifest_bytes) {
    const bool carries = record_id(store.head_object(catalog.bucket(), info.archive_key)) == info.id;
    info.state = carries                 ? VolumeState::no_manifest
                 : volume.record->marked ? VolumeState::lost
                                         : VolumeState::unfinished;
    info.detail = carries                 ? "its archive is there, but the manifest is gone"
                  : volume.record->marked ? "it was committed, and its manifest and its archive are gone"
                                          : "an index without manifest and archive";
    return info;
  }
  try {
    info.manifest = catalog.read_manifest(volume.record->name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::unsupported &&
        error.kind() != ErrorKind::not_found)
      throw;
    info.state = error.kind() != ErrorKind::not_found ? VolumeState::unreadable
                 : volume.record->marked              ? VolumeState::lost
                                                      : VolumeState::unfinished;
    info.detail = error.kind() == ErrorKind::not_found ? "its record was removed meanwhile" : error.what();
    return info;
  }
  compare_with_archive(store, catalog, volume, info);
  return info;
}

}  // namespace s3c::archive
