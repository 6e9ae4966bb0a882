#include "archive/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "archive/body_check.h"
#include "archive/layout.h"
#include "archive/open_uploads.h"
#include "base/crc.h"
#include "base/error.h"
#include "base/ulid.h"
#include "index/commit_mark.h"
#include "s3/error_mapping.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorContext;
using base::ErrorKind;

constexpr std::string_view kManifestSuffix = ".json";
constexpr std::string_view kIndexSuffix = ".jsonl.gz";
constexpr std::string_view kMarkSuffix = ".json";
constexpr std::string_view kStagingSuffix = ".zip";
constexpr int kDamageAttempts = 3;

std::optional<ManifestName> parse_key(std::string_view folder, std::string_view suffix,
                                      std::string_view key) {
  if (!key.starts_with(folder) || !key.ends_with(suffix)) return std::nullopt;
  key.remove_prefix(folder.size());
  key.remove_suffix(suffix.size());
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos || !base::ulid_time(key.substr(slash + 1))) return std::nullopt;
  return ManifestName{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

/// A manifest with one byte changed on its way may parse, and then speak of other keys. Throws Error: corrupt
/// when the bytes are not the object's three times over.
s3::GetObjectResult read_undamaged(s3::ObjectStore& store, const s3::GetObjectRequest& request) {
  for (int attempt = 1;; ++attempt) {
    s3::GetObjectResult got = store.get_object(request);
    BodyCheck check(got.head);
    check.update(got.body);
    const std::optional<std::string> complaint = check.complaint(base::crc32(got.body));
    if (!complaint) return got;
    if (attempt == kDamageAttempts) throw Error(ErrorKind::corrupt, "its bytes are damaged: " + *complaint);
  }
}

}  // namespace

std::string manifest_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kManifestFolder, archive_key, id, kManifestSuffix);
}

std::string index_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kIndexFolder, archive_key, id, kIndexSuffix);
}

std::string commit_mark_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kCommitFolder, archive_key, id, kMarkSuffix);
}

std::string take_back_mark_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kTakeBackFolder, archive_key, id, kMarkSuffix);
}

std::string probe_key(std::string_view id) {
  return fmt::format("{}{}", kProbeFolder, id);
}

std::string staging_key(std::string_view archive_key, std::string_view id) {
  return fmt::format("{}{}/{}{}", kStagingFolder, archive_key, id, kStagingSuffix);
}

std::optional<ManifestName> parse_manifest_key(std::string_view key) {
  return parse_key(kManifestFolder, kManifestSuffix, key);
}

std::optional<ManifestName> parse_index_key(std::string_view key) {
  return parse_key(kIndexFolder, kIndexSuffix, key);
}

std::optional<ManifestName> parse_commit_mark_key(std::string_view key) {
  return parse_key(kCommitFolder, kMarkSuffix, key);
}

std::optional<ManifestName> parse_take_back_mark_key(std::string_view key) {
  return parse_key(kTakeBackFolder, kMarkSuffix, key);
}

std::optional<ManifestName> parse_staging_key(std::string_view key) {
  return parse_key(kStagingFolder, kStagingSuffix, key);
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
  std::vector<ManifestName> names = list(std::string(kManifestFolder) + std::string(stem));
  std::erase_if(
      names, [&](const ManifestName& name) { return !ArchiveName::volume_number(stem, name.archive_key); });
  return names;
}

std::vector<ManifestName> Catalog::list_volume(std::string_view archive_key) {
  return list(fmt::format("{}{}/", kManifestFolder, archive_key));
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
    manifest = index::parse_manifest(read_undamaged(store_, request).body);
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
      index::Manifest manifest = read_manifest(name);
      auto archive = store_.head_object(bucket_, name.archive_key);
      bool lost = false;
      if (record_id(archive) != manifest.id && was_committed(manifest)) {
        // Its run may have completed it, and marked it, since the HEAD.
        archive = store_.head_object(bucket_, name.archive_key);
        lost = record_id(archive) != manifest.id;
      }
      if (lost) {
        state.lost.push_back(std::move(manifest));
      } else if (auto volume = prove_committed(manifest, archive)) {
        state.committed.push_back(*std::move(volume));
      } else if (!is_as_sent(manifest, archive)) {
        state.uncommitted.push_back(std::move(manifest));
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
  request.attributes.content_type = "application/gzip";
  store_.put_object(request, gz_bytes);
}

void Catalog::put_manifest(const index::Manifest& manifest) {
  s3::PutObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest_key(manifest.archive_key, manifest.id);
  request.attributes.content_type = "application/json";
  store_.put_object(request, index::to_json(manifest));
}

void Catalog::put_commit_mark(const CommittedVolume& volume) {
  const index::Manifest& m = volume.manifest();
  put_mark(commit_mark_key(m.archive_key, m.id), m);
  // Whoever takes a record back writes its own mark first and looks for ours then. So of two that meet, at
  // least one sees the other's mark. The manifest is looked at last: its mark goes after it.
  const std::string theirs = take_back_mark_key(m.archive_key, m.id);
  const ErrorContext context{.operation = "commit mark", .resource = bucket_ + "/" + m.archive_key};
  if (store_.head_object(bucket_, theirs)) {
    throw Error(ErrorKind::transient,
                fmt::format("another process (gc or a run) is removing this volume's record, nothing was "
                            "deleted; if none is running, remove {}",
                            theirs),
                context);
  }
  if (!store_.head_object(bucket_, manifest_key(m.archive_key, m.id))) {
    throw Error(ErrorKind::transient,
                "another process removed this volume's record meanwhile, nothing was deleted", context);
  }
}

bool Catalog::has_commit_mark(const ManifestName& name) {
  return store_.head_object(bucket_, commit_mark_key(name.archive_key, name.id)).has_value();
}

void Catalog::put_take_back_mark(const index::Manifest& manifest) {
  put_mark(take_back_mark_key(manifest.archive_key, manifest.id), manifest);
}

void Catalog::put_mark(const std::string& key, const index::Manifest& manifest) {
  s3::PutObjectRequest request;
  request.bucket = bucket_;
  request.key = key;
  request.attributes.content_type = "application/json";
  request.if_none_match = true;
  try {
    store_.put_object(request, index::mark_json(manifest));
  } catch (const Error& error) {
    // There already. But some stores say so of a delete marker too.
    if (error.kind() != ErrorKind::precondition_failed || !store_.head_object(bucket_, key)) throw;
  }
}

bool Catalog::was_committed(const index::Manifest& manifest) {
  if (has_commit_mark({manifest.archive_key, manifest.id})) return true;
  if (manifest.commit_marks) return false;
  if (!manifest.has_upload()) return true;
  try {
    return !find_upload(store_, bucket_, manifest.archive_key, manifest.upload_id);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::access_denied && error.kind() != ErrorKind::unsupported) throw;
    return true;  // nobody can tell, so the record stays
  }
}

void Catalog::remove(const index::Manifest& manifest) {
  // Manifest first: an index without manifest is garbage, a manifest without index is damage. Keys made from
  // the id, not the one that the manifest names: that could be another volume's. The mark last: without it a
  // run that still believes in this record would only have the manifest to tell.
  remove_object(manifest_key(manifest.archive_key, manifest.id));
  remove_object(index_key(manifest.archive_key, manifest.id));
  remove_object(take_back_mark_key(manifest.archive_key, manifest.id));
}

void Catalog::remove_object(const std::string& key) {
  if (!key.starts_with(kCatalogPrefix))
    throw Error(ErrorKind::internal, "not in the catalog", {.operation = "remove", .resource = key});
  s3::DeleteItem item;
  item.key = key;
  const s3::DeleteResult result =
      store_.delete_objects(bucket_, {item}, s3::ObjectStore::Resend::allowed).at(0);
  if (result.outcome == s3::DeleteResult::Outcome::refused) {
    throw Error(s3::kind_of_code(result.code).value_or(ErrorKind::transient),
                result.message.empty() ? "could not be removed" : result.message,
                {.operation = "DeleteObjects", .resource = bucket_ + "/" + key, .code = result.code});
  }
}

std::string Catalog::read_index(const std::string& key, std::uint64_t offset, std::uint64_t size_bytes) {
  s3::GetObjectRequest request;
  request.bucket = bucket_;
  request.key = key;
  request.range = s3::ByteRange{offset, size_bytes};
  return store_.get_object(request).body;
}

index::IndexCursor Catalog::open_index(const index::Manifest& manifest) {
  return index::IndexCursor(
      [this, key = index_key(manifest.archive_key, manifest.id)](
          std::uint64_t offset, std::uint64_t size_bytes) { return read_index(key, offset, size_bytes); },
      manifest.blocks);
}

std::vector<index::Row> Catalog::read_block(const index::Manifest& manifest, const index::Block& block) {
  const std::string key = index_key(manifest.archive_key, manifest.id);
  const auto corrupt = [&](const std::string& why) {
    return Error(ErrorKind::corrupt, why, {.operation = "read index", .resource = bucket_ + "/" + key});
  };
  std::vector<index::Row> rows;
  try {
    rows = index::decode_block(read_index(key, block.offset_bytes, block.length_bytes));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    throw corrupt(error.message());
  }
  if (rows.size() != block.rows || rows.front().key != block.first_key)
    throw corrupt(fmt::format("the block at {} is not the one that the manifest lists", block.offset_bytes));
  return rows;
}

}  // namespace s3c::archive
