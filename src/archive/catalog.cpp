#include "archive/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "archive/layout.h"
#include "base/error.h"
#include "base/ulid.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

std::string manifest_folder() {
  return std::string(kCatalogPrefix) + "manifest/";
}

/// nullopt for an object that lies in the manifest folder but isn't named as a manifest.
std::optional<ManifestName> parse_manifest_key(std::string_view key) {
  constexpr std::string_view kSuffix = ".json";
  const std::string folder = manifest_folder();
  if (!key.starts_with(folder) || !key.ends_with(kSuffix)) return std::nullopt;
  key.remove_prefix(folder.size());
  key.remove_suffix(kSuffix.size());
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos || !base::ulid_time(key.substr(slash + 1))) return std::nullopt;
  return ManifestName{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

}  // namespace

std::string manifest_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}manifest/{}/{}.json", kCatalogPrefix, archive_key, id);
}

std::string index_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}index/{}/{}.jsonl.gz", kCatalogPrefix, archive_key, id);
}

std::string probe_key(std::string_view id) {
  return fmt::format("{}probe/{}", kCatalogPrefix, id);
}

std::vector<ManifestName> Catalog::list(const std::string& prefix) {
  std::vector<ManifestName> names;
  s3::ListObjectsRequest request;
  request.bucket = bucket_;
  request.prefix = prefix;
  for (;;) {
    s3::ListObjectsPage page = store_.list_objects(request);
    for (const s3::ObjectSummary& object : page.objects) {
      if (auto name = parse_manifest_key(object.key)) names.push_back(*std::move(name));
    }
    if (!page.next_continuation_token) return names;
    request.continuation_token = *std::move(page.next_continuation_token);
  }
}

std::vector<ManifestName> Catalog::list_group(std::string_view stem) {
  // One listing covers "stem.zip/", "stem-2.zip/", …; what else begins like it (another group's "stem1.zip/")
  // is dropped.
  std::vector<ManifestName> names = list(manifest_folder() + std::string(stem));
  std::erase_if(
      names, [&](const ManifestName& name) { return !ArchiveName::volume_number(stem, name.archive_key); });
  return names;
}

std::vector<ManifestName> Catalog::list_volume(std::string_view archive_key) {
  return list(manifest_folder() + std::string(archive_key) + "/");
}

index::Manifest Catalog::read_manifest(const ManifestName& name) {
  s3::GetObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest_key(name.archive_key, name.id);
  const auto corrupt = [&](const std::string& why) {
    return Error(ErrorKind::corrupt, why,
                 {.operation = "read manifest", .resource = bucket_ + "/" + request.key});
  };
  index::Manifest manifest;
  try {
    manifest = index::parse_manifest(store_.get_object(request).body);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    throw corrupt(error.message());
  }
  if (manifest.id != name.id || manifest.archive_key != name.archive_key) {
    throw corrupt(fmt::format("it speaks of {} with id {}: a manifest in the wrong place",
                              manifest.archive_key, manifest.id));
  }
  return manifest;
}

GroupState Catalog::load_group(std::string_view stem) {
  GroupState state;
  state.listed = list_group(stem);
  for (const ManifestName& name : state.listed) {
    try {
      const index::Manifest manifest = read_manifest(name);
      if (auto volume = prove_committed(manifest, store_.head_object(bucket_, name.archive_key))) {
        state.committed.push_back(*std::move(volume));
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found)
        throw;  // a run that lost its race took its manifest back meanwhile
    }
  }
  return state;
}

void Catalog::put_index(const index::Manifest& manifest, std::string_view gz_bytes) {
  s3::PutObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest.index_key;
  request.content_type = "application/gzip";
  store_.put_object(request, gz_bytes);
}

void Catalog::put_manifest(const index::Manifest& manifest) {
  s3::PutObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest_key(manifest.archive_key, manifest.id);
  request.content_type = "application/json";
  store_.put_object(request, index::to_json(manifest));
}

void Catalog::remove(const index::Manifest& manifest) {
  // Manifest first: an index without manifest is garbage, a manifest without index is damage. Both keys hold
  // an id that was used once, so a repeated or late delete can't hit anything else.
  for (const std::string& key : {manifest_key(manifest.archive_key, manifest.id), manifest.index_key}) {
    s3::DeleteItem item;
    item.key = key;
    const s3::DeleteResult result =
        store_.delete_objects(bucket_, {item}, s3::ObjectStore::Resend::allowed).at(0);
    if (result.outcome == s3::DeleteResult::Outcome::refused) {
      throw Error(result.code == "AccessDenied" ? ErrorKind::access_denied : ErrorKind::transient,
                  result.message.empty() ? "could not be removed" : result.message,
                  {.operation = "DeleteObjects", .resource = bucket_ + "/" + key, .code = result.code});
    }
  }
}

index::IndexCursor Catalog::open_index(const CommittedVolume& volume) {
  const index::Manifest& manifest = volume.manifest();
  auto read_range = [&store = store_, bucket = bucket_, key = manifest.index_key](std::uint64_t offset,
                                                                                  std::uint64_t size_bytes) {
    s3::GetObjectRequest request;
    request.bucket = bucket;
    request.key = key;
    request.range = s3::ByteRange{offset, size_bytes};
    return store.get_object(request).body;
  };
  return index::IndexCursor(std::move(read_range), manifest.blocks);
}

}  // namespace s3c::archive
