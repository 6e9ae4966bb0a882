#include "archive/volume_state.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

void compare_with_archive(s3::ObjectStore& store, const std::string& bucket, VolumeInfo& info) {
  const index::Manifest& manifest = *info.manifest;
  const auto head = store.head_object(bucket, info.archive_key);
  switch (identify(manifest, head)) {
    case ArchiveIdentity::as_sent:
      return;
    case ArchiveIdentity::lost_id:
      info.state = VolumeState::lost_id;
      info.detail = "its archive is whole but lost its id: verify --deep --mend gives it back";
      return;
    case ArchiveIdentity::unproven:
      info.state = VolumeState::unproven;
      info.detail = kUnprovenArchive;
      return;
    case ArchiveIdentity::replaced:
      info.state = VolumeState::replaced;
      info.detail = head->size_bytes == manifest.archive_size_bytes
                        ? "its checksum is not what the manifest says"
                        : fmt::format("it has {} bytes, the manifest says {}", head->size_bytes,
                                      manifest.archive_size_bytes);
      return;
    case ArchiveIdentity::other:
      info.state = VolumeState::unfinished;
      info.detail = head ? "another archive stands at its name" : "its archive is not there";
      return;
  }
}

}  // namespace

std::string_view to_string(VolumeState state) {
  switch (state) {
    case VolumeState::committed:
      return "committed";
    case VolumeState::unfinished:
      return "unfinished";
    case VolumeState::lost_id:
      return "lost_id";
    case VolumeState::unproven:
      return "unproven";
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
    info.state = carries ? VolumeState::no_manifest : VolumeState::unfinished;
    info.detail =
        carries ? "its index is there, but the manifest is gone" : "an index without manifest and archive";
    return info;
  }
  try {
    info.manifest = catalog.read_manifest(volume.record->name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::unsupported &&
        error.kind() != ErrorKind::not_found)
      throw;
    info.state = error.kind() == ErrorKind::not_found ? VolumeState::unfinished : VolumeState::unreadable;
    info.detail = error.kind() == ErrorKind::not_found ? "its record was taken back meanwhile" : error.what();
    return info;
  }
  compare_with_archive(store, catalog.bucket(), info);
  return info;
}

}  // namespace s3c::archive
