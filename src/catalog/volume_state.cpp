#include "catalog/volume_state.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "catalog/take_back.h"

namespace s3c::catalog {

using base::Error;
using base::ErrorKind;

void compare_with_archive(s3::ObjectStore& store, Catalog& catalog, VolumeInfo& info) {
  const index::Manifest& manifest = *info.manifest;
  auto head = store.head_object(catalog.bucket(), info.archive_key);
  ArchiveIdentity identity = identify(manifest, head);
  bool lost = false;
  if (identity == ArchiveIdentity::other && catalog.was_committed(manifest)) {
    // Its run may have completed and marked it since the HEAD.
    head = store.head_object(catalog.bucket(), info.archive_key);
    identity = identify(manifest, head);
    lost = identity == ArchiveIdentity::other;
  }
  switch (identity) {
    case ArchiveIdentity::as_sent:
      return;
    case ArchiveIdentity::lost_id:
      info.state = VolumeState::lost_id;
      info.detail = "its archive is whole but lost its id: a deep verify that mends gives it back";
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
      info.state = lost ? VolumeState::lost : VolumeState::unfinished;
      info.detail = lost   ? describe_loss(head)
                    : head ? "another archive stands at its name"
                           : "its archive is not there";
      return;
  }
}

std::string_view to_string(VolumeState state) {
  switch (state) {
    case VolumeState::committed:
      return "committed";
    case VolumeState::unfinished:
      return "unfinished";
    case VolumeState::lost:
      return "lost";
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
    case VolumeState::vanished:
      return "vanished";
    case VolumeState::no_index:
      return "no_index";
  }
  return "unknown";
}

namespace {

/// The record of a volume that was listed without a manifest, if it has one by now: its run may have written the
/// manifest after the page of manifests was listed, and before the page of marks or archives was.
std::optional<CatalogRecord> record_by_now(s3::ObjectStore& store, Catalog& catalog,
                                           const ListedVolume& listed) {
  const ManifestName name =
      listed.record ? listed.record->name
                    : ManifestName{listed.archive_key,
                                   record_id(store.head_object(catalog.bucket(), listed.archive_key))};
  if (name.id.empty()) return std::nullopt;
  const auto head = store.head_object(catalog.bucket(), manifest_key(name.archive_key, name.id));
  if (!head) return std::nullopt;
  return CatalogRecord{name, head->last_modified, head->size_bytes, std::nullopt,
                       catalog.has_commit_mark(name)};
}

/// listed_bytes: the index's size in the listing. Perhaps it was listed before it was written.
void compare_with_index(s3::ObjectStore& store, const Catalog& catalog,
                        const std::optional<std::uint64_t>& listed_bytes, VolumeInfo& info) {
  const std::uint64_t wanted_bytes = info.manifest->index_size_bytes;
  if (listed_bytes == wanted_bytes) return;
  const auto head = store.head_object(catalog.bucket(), index_key(info.archive_key, info.id));
  if (head && head->size_bytes == wanted_bytes) return;
  info.state = VolumeState::no_index;
  info.detail = head ? fmt::format(
                           "its index has {} bytes, the manifest says {}: move it away, then catalog "
                           "rebuild makes it again out of the archive",
                           head->size_bytes, wanted_bytes)
                     : kIndexIsGone;
}

}  // namespace

VolumeInfo find_state(s3::ObjectStore& store, Catalog& catalog, const ListedVolume& volume) {
  if (!volume.record || !volume.record->manifest_bytes) {
    if (auto record = record_by_now(store, catalog, volume))
      return find_state(store, catalog, {volume.archive_key, std::move(record), volume.archive});
  }
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
    if (error.kind() != ErrorKind::damaged && error.kind() != ErrorKind::unsupported &&
        error.kind() != ErrorKind::wrong_state && error.kind() != ErrorKind::not_found)
      throw;
    if (error.kind() != ErrorKind::not_found) {
      info.state = VolumeState::unreadable;
      info.detail = error.what();
      info.unreadable = error;
    } else if (catalog.is_listed(volume.record->name)) {
      info.state = VolumeState::vanished;
      info.detail = vanished_manifest(catalog, volume.record->name).message();
    } else {
      info.state = volume.record->marked ? VolumeState::lost : VolumeState::unfinished;
      info.detail = "its record was removed meanwhile";
    }
    return info;
  }
  compare_with_archive(store, catalog, info);
  if (info.state == VolumeState::committed)
    compare_with_index(store, catalog, volume.record->index_bytes, info);
  return info;
}

}  // namespace s3c::catalog
