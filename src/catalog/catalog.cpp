#include "catalog/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "catalog/layout.h"
#include "catalog/open_uploads.h"
#include "catalog/proven_read.h"
#include "index/commit_mark.h"
#include "s3/error_mapping.h"
#include "s3/listing.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kReadIndex = "read index";

Error wrong(std::string why) {
  return {ErrorKind::corrupt, std::move(why)};
}

/// Digests the blocks of an index that comes in pieces of any size.
class BlockDigests {
 public:
  explicit BlockDigests(std::vector<index::Block> blocks) : blocks_(std::move(blocks)) {}

  void update(std::string_view bytes) {
    whole_.update(bytes);
    while (!bytes.empty() && done_ != blocks_.size()) {
      index::Block& block = blocks_[done_];
      const std::string_view piece = bytes.substr(0, block.length_bytes - taken_bytes_);
      of_block_.update(piece);
      taken_bytes_ += piece.size();
      bytes.remove_prefix(piece.size());
      if (taken_bytes_ != block.length_bytes) continue;
      block.sha256 = base::to_hex(std::exchange(of_block_, base::Digest::sha256()).finish());
      ++done_;
      taken_bytes_ = 0;
    }
  }
  /// Of everything, in hex. Call once, last.
  std::string finish() { return base::to_hex(whole_.finish()); }
  /// With the SHA-256 of each, as the bytes were.
  std::vector<index::Block> blocks() { return std::move(blocks_); }

 private:
  std::vector<index::Block> blocks_;
  base::Digest whole_ = base::Digest::sha256();
  base::Digest of_block_ = base::Digest::sha256();
  std::size_t done_ = 0;
  std::uint64_t taken_bytes_ = 0;  // of the block that isn't done
};

}  // namespace

std::string index_checksum(const index::Manifest& manifest) {
  return base::to_base64(base::from_hex(manifest.index_sha256).value());
}

std::vector<ManifestName> Catalog::list(const std::string& prefix, ParseKey parse) {
  std::vector<ManifestName> names;
  s3::ListObjectsRequest request;
  request.bucket = bucket_;
  request.prefix = prefix;
  s3::ObjectPages pages(store_, std::move(request));
  while (const std::optional<s3::ListObjectsPage> page = pages.next()) {
    for (const s3::ObjectSummary& object : page->objects) {
      if (auto name = parse(object.key)) names.push_back(*std::move(name));
    }
  }
  return names;
}

std::vector<ManifestName> Catalog::list_stem(std::string_view folder, std::string_view stem, ParseKey parse) {
  // One listing covers "stem.zip/", "stem-2.zip/", …. Other names that begin the same way, such as
  // "stem1.zip/" of another group, are dropped.
  std::vector<ManifestName> names = list(std::string(folder) + std::string(stem), parse);
  std::erase_if(
      names, [&](const ManifestName& name) { return !ArchiveName::volume_number(stem, name.archive_key); });
  return names;
}

std::vector<ManifestName> Catalog::list_group(std::string_view stem) {
  return list_stem(kManifestFolder, stem, parse_manifest_key);
}

std::vector<ManifestName> Catalog::list_marks(std::string_view stem) {
  return list_stem(kCommitFolder, stem, parse_commit_mark_key);
}

std::vector<ManifestName> Catalog::list_volume(std::string_view archive_key) {
  return list_name(kManifestFolder, archive_key, parse_manifest_key);
}

std::vector<ManifestName> Catalog::list_marks_of(std::string_view archive_key) {
  return list_name(kCommitFolder, archive_key, parse_commit_mark_key);
}

std::vector<ManifestName> Catalog::list_name(std::string_view folder, std::string_view archive_key,
                                             ParseKey parse) {
  std::vector<ManifestName> names = list(fmt::format("{}{}/", folder, archive_key), parse);
  // A folder of volumes has no record of its own: those below it are of other archives.
  std::erase_if(names, [&](const ManifestName& name) { return name.archive_key != archive_key; });
  return names;
}

bool Catalog::is_listed(const ManifestName& name) {
  const std::vector<ManifestName> listed = list_volume(name.archive_key);
  return std::find(listed.begin(), listed.end(), name) != listed.end();
}

index::Manifest Catalog::read_manifest(const ManifestName& name) {
  s3::GetObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest_key(name.archive_key, name.id);
  request.max_size_bytes = index::kMaxManifestBytes;
  index::Manifest manifest;
  // A manifest with one byte changed on its way may still parse, and then name other keys.
  get_proven(store_, request, "read manifest", [&](const s3::GetObjectResult& got) {
    manifest = index::parse_manifest(got.body);
    if (manifest.id == name.id && manifest.archive_key == name.archive_key) return;
    throw wrong(fmt::format("it is the manifest of {} with id {}: it lies in the wrong place",
                            manifest.archive_key, manifest.id));
  });
  return manifest;
}

GroupState Catalog::load_group(std::string_view stem) {
  GroupState state;
  // The marks are listed first. The manifest of a volume is written before its mark, and no program removes it
  // afterwards. So a mark whose manifest the later listing lacks is not one of a run that is just committing:
  // somebody removed the manifest.
  state.marks = list_marks(stem);
  state.listed = list_group(stem);
  std::vector<ManifestName> marks_alone = state.marks;
  for (const ManifestName& name : state.listed) {
    try {
      add_record(state, read_manifest(name));
      std::erase(marks_alone, name);
    } catch (const Error& error) {
      // Not found: a run that lost its race has taken its manifest back meanwhile.
      if (error.kind() != ErrorKind::not_found) throw;
    }
  }
  for (const ManifestName& mark : marks_alone) add_lost_mark(state, mark);
  return state;
}

void Catalog::add_record(GroupState& state, index::Manifest manifest) {
  auto archive = store_.head_object(bucket_, manifest.archive_key);
  ArchiveIdentity identity = identify(manifest, archive);
  bool lost = false;
  if (identity == ArchiveIdentity::other && was_committed(manifest)) {
    // Its run may have completed it, and marked it, since the HEAD.
    archive = store_.head_object(bucket_, manifest.archive_key);
    identity = identify(manifest, archive);
    lost = identity == ArchiveIdentity::other;
  }
  if (lost) {
    state.lost.push_back({manifest.archive_key, manifest.id});
  } else if (auto volume = prove_committed(manifest, archive)) {
    state.committed.push_back(*std::move(volume));
  } else if (identity == ArchiveIdentity::lost_id || identity == ArchiveIdentity::unproven) {
    state.without_id.push_back(std::move(manifest));
  } else if (identity != ArchiveIdentity::as_sent) {
    state.uncommitted.push_back(std::move(manifest));
  }
}

/// If the archive is there, only its manifest is missing. A run that wants the name meets the archive and makes
/// the record again.
void Catalog::add_lost_mark(GroupState& state, const ManifestName& mark) {
  if (record_id(store_.head_object(bucket_, mark.archive_key)) != mark.id) state.lost.push_back(mark);
}

void Catalog::put_index(const index::Manifest& manifest, std::string_view gz_bytes, bool with_sha256) {
  s3::PutObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest.index_key;
  request.attributes.content_type = "application/gzip";
  if (with_sha256) request.checksum = {"SHA256", index_checksum(manifest), "FULL_OBJECT"};
  store_.put_object(request, gz_bytes);
}

void Catalog::put_manifest(const index::Manifest& manifest) {
  s3::PutObjectRequest request;
  request.bucket = bucket_;
  request.key = manifest_key(manifest.archive_key, manifest.id);
  request.attributes.content_type = "application/json";
  store_.put_object(request, index::to_json(manifest));
}

MarkedVolume Catalog::mark(const CommittedVolume& volume, bool is_listed) {
  const index::Manifest& m = volume.manifest();
  if (!is_listed) put_mark(commit_mark_key(m.archive_key, m.id), m);
  // The remover of a record writes its take-back mark first and then looks for our commit mark. We write our
  // mark first and then look for the remover's. So at least one of the two sees the other's mark. The
  // manifest is looked at last: the remover removes it before its own mark, so this also finds a remover that
  // has finished.
  expect_no_take_back(m);
  if (!store_.head_object(bucket_, manifest_key(m.archive_key, m.id))) {
    throw Error(ErrorKind::transient,
                "another process removed this volume's record meanwhile; nothing was deleted",
                {.operation = "commit mark", .resource = bucket_ + "/" + m.archive_key});
  }
  return MarkedVolume(volume);
}

void Catalog::announce_record(const index::Manifest& manifest) {
  put_mark(commit_mark_key(manifest.archive_key, manifest.id), manifest);
  expect_no_take_back(manifest);
}

void Catalog::expect_no_take_back(const index::Manifest& manifest) {
  const std::string theirs = take_back_mark_key(manifest.archive_key, manifest.id);
  if (!store_.head_object(bucket_, theirs)) return;
  throw Error(ErrorKind::transient,
              fmt::format("another process (gc or a run) is removing this volume's record; nothing was "
                          "deleted. If no such process is running, remove {}",
                          theirs),
              {.operation = "commit mark", .resource = bucket_ + "/" + manifest.archive_key});
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
    if (error.kind() != ErrorKind::precondition_failed) throw;
    if (store_.head_object(bucket_, key)) return;  // another process wrote the same mark
    // That process has removed its mark again, or the store refuses because of a delete marker.
    request.if_none_match = false;
    store_.put_object(request, index::mark_json(manifest));
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
    return true;  // unknown, so the record must stay
  }
}

void Catalog::remove(const index::Manifest& manifest) {
  // Manifest before index: an index without manifest is garbage, a manifest without index is damage. The keys
  // are made from the id, because the index key in the manifest could be another volume's. The take-back mark
  // goes last. If it went first, a run that still trusts this record could find no mark and the manifest
  // still there, and would delete sources.
  remove_object(manifest_key(manifest.archive_key, manifest.id));
  remove_object(index_key(manifest.archive_key, manifest.id));
  remove_object(take_back_mark_key(manifest.archive_key, manifest.id));
}

bool Catalog::remove_lone_index(const ManifestName& name) {
  index::Manifest mark;
  mark.archive_key = name.archive_key;
  mark.id = name.id;
  if (has_commit_mark(name)) return false;
  put_take_back_mark(mark);
  if (has_commit_mark(name)) return false;
  remove_object(index_key(name.archive_key, name.id));
  remove_object(take_back_mark_key(name.archive_key, name.id));
  return true;
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

std::string Catalog::read_index(const std::string& key, const index::Block& block,
                                const std::function<void(const std::string& bytes)>& prove) {
  s3::GetObjectRequest request;
  request.bucket = bucket_;
  request.key = key;
  request.range = s3::ByteRange{block.offset_bytes, block.length_bytes};
  try {
    return get_proven(store_, request, kReadIndex,
                      [&](const s3::GetObjectResult& got) {
                        index::expect_block(block, got.body);
                        if (prove) prove(got.body);
                      })
        .body;
  } catch (const Error& error) {
    throw error_of_index(key, error);
  }
}

index::IndexCursor Catalog::open_index(const index::Manifest& manifest) {
  const bool proven = std::all_of(manifest.blocks.begin(), manifest.blocks.end(),
                                  [](const index::Block& block) { return !block.sha256.empty(); });
  const std::vector<index::Block> blocks = proven ? manifest.blocks : prove_blocks(manifest);
  const std::string key = index_key(manifest.archive_key, manifest.id);
  return index::IndexCursor(
      [this, key, blocks](std::uint64_t offset, std::uint64_t) {
        const auto block = std::lower_bound(
            blocks.begin(), blocks.end(), offset,
            [](const index::Block& b, std::uint64_t wanted) { return b.offset_bytes < wanted; });
        return read_index(key, *block, {});
      },
      blocks);
}

void Catalog::expect_index(const index::Manifest& manifest) {
  prove_blocks(manifest);
}

/// Returns the blocks with the SHA-256 of each, computed from the bytes as they are now. Throws damaged when
/// the whole index isn't the manifest's.
std::vector<index::Block> Catalog::prove_blocks(const index::Manifest& manifest) {
  s3::GetObjectRequest request;
  request.bucket = bucket_;
  request.key = index_key(manifest.archive_key, manifest.id);
  WrongReads wrong_reads({.operation = kReadIndex, .resource = bucket_ + "/" + request.key});
  for (;;) {
    BlockDigests digests(manifest.blocks);
    try {
      store_.read_object(request, [&digests](std::string_view bytes) { digests.update(bytes); });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw error_of_index(request.key, error);
      wrong_reads.add(error, "");
      continue;
    }
    const std::string sha256 = digests.finish();
    if (sha256 == manifest.index_sha256) return digests.blocks();
    wrong_reads.add(wrong("its index has another SHA-256 than the manifest says"), sha256);
  }
}

std::vector<index::Row> Catalog::read_block(const index::Manifest& manifest, const index::Block& block,
                                            const index::Wants& wants) {
  index::WantedRows wanted;
  read_index(index_key(manifest.archive_key, manifest.id), block, [&](const std::string& bytes) {
    wanted = index::decode_wanted(block, bytes, wants);
    index::expect_rows(manifest, block, wanted);
  });
  return std::move(wanted.rows);
}

/// A record that is taken back loses its manifest first. So where a manifest is still listed, the index was lost.
base::Error Catalog::error_of_index(const std::string& key, const Error& error) {
  if (error.kind() != ErrorKind::not_found) return error;
  const std::optional<ManifestName> name = parse_index_key(key);
  if (!name || !is_listed(*name)) return error;
  return {ErrorKind::damaged, kIndexIsGone, {.operation = kReadIndex, .resource = bucket_ + "/" + key}};
}

Error vanished_manifest(const Catalog& catalog, const ManifestName& name) {
  return {
      ErrorKind::not_found,
      "the store lists this manifest but answers 404 when it is read, so nothing is known of its volume's "
      "members. If that stays so, catalog rebuild makes the manifest again",
      {.operation = "read manifest",
       .resource = catalog.bucket() + "/" + manifest_key(name.archive_key, name.id)}};
}

}  // namespace s3c::catalog
