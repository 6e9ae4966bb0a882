// The catalog's keys, and what it says of a group. The bucket layout is docs/design.md section 4.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/committed_volume.h"
#include "index/block.h"
#include "index/index_reader.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// No bucket can have this name, so it can't collide with "{bucket}/…".
inline constexpr std::string_view kCatalogPrefix = "s3compress_catalog/";
// Its folders.
inline constexpr std::string_view kManifestFolder = "s3compress_catalog/manifest/";
inline constexpr std::string_view kIndexFolder = "s3compress_catalog/index/";
inline constexpr std::string_view kCommitFolder = "s3compress_catalog/commit/";
inline constexpr std::string_view kTakeBackFolder = "s3compress_catalog/take_back/";
inline constexpr std::string_view kProbeFolder = "s3compress_catalog/probe/";
inline constexpr std::string_view kStagingFolder = "s3compress_catalog/staging/";

std::string manifest_key(std::string_view archive_key, std::string_view id);
std::string index_key(std::string_view archive_key, std::string_view id);
/// Where the two marks of a volume lie: docs/ordering.md, "Marks".
std::string commit_mark_key(std::string_view archive_key, std::string_view id);
std::string take_back_mark_key(std::string_view archive_key, std::string_view id);
std::string probe_key(std::string_view id);
/// Where a volume lies while it is read back. Ends in an id and a suffix, as gc expects there.
std::string staging_key(std::string_view archive_key, std::string_view id);

/// One manifest found by listing.
struct ManifestName {
  std::string archive_key;
  std::string id;

  bool operator==(const ManifestName&) const = default;
};

/// What the key of a manifest, of an index, of a mark or of a staging copy says; nullopt for an object that
/// lies in that folder but isn't named as one of ours.
std::optional<ManifestName> parse_manifest_key(std::string_view key);
std::optional<ManifestName> parse_index_key(std::string_view key);
std::optional<ManifestName> parse_commit_mark_key(std::string_view key);
std::optional<ManifestName> parse_take_back_mark_key(std::string_view key);
std::optional<ManifestName> parse_staging_key(std::string_view key);

/// The SHA-256 of a volume's index in base64, as a store that keeps it tells it.
std::string index_checksum(const index::Manifest& manifest);

/// What the archive bucket holds of one group.
struct GroupState {
  std::vector<CommittedVolume> committed;
  /// Their archives did not prove them when they were asked, and no delete was licensed by them.
  std::vector<index::Manifest> uncommitted;
  /// Their archives are gone, or others stand at their names, and they were committed once. Such a record
  /// stays, and its name is taken.
  std::vector<index::Manifest> lost;
  /// At their names stand objects without an id that can be their archives. They prove nothing, and their
  /// records stay.
  std::vector<index::Manifest> without_id;
  std::vector<ManifestName> listed;  ///< every manifest there was, committed or not, foreign archives' too
};

/// Reads and writes the catalog of one archive bucket. Holds no state; any thread. Errors are the store's,
/// and corrupt for a manifest that isn't one or doesn't belong where it lies.
class Catalog {
 public:
  Catalog(s3::ObjectStore& store, std::string archive_bucket)
      : store_(store), bucket_(std::move(archive_bucket)) {}

  const std::string& bucket() const { return bucket_; }
  /// False for the record of an archive in another bucket: a copied catalog isn't this bucket's to clear.
  bool is_of_this_bucket(const index::Manifest& manifest) const {
    return manifest.archive_bucket.empty() || manifest.archive_bucket == bucket_;
  }

  /// The manifests of every volume of stem ("source-bucket/20180401").
  std::vector<ManifestName> list_group(std::string_view stem);
  /// The manifests of one volume's name.
  std::vector<ManifestName> list_volume(std::string_view archive_key);
  /// Throws not_found when it was removed meanwhile.
  index::Manifest read_manifest(const ManifestName& name);
  /// Step 2 of the protocol: lists the group's manifests, HEADs the archives they name, and keeps the proofs.
  /// The record of a foreign archive that stands proves nothing and isn't to be cleared: it is in none of the
  /// lists.
  GroupState load_group(std::string_view stem);

  /// Both return once the store has acknowledged. with_sha256: the store keeps additional checksums, and is
  /// to keep the index's, so that a HEAD compares it with the manifest's.
  void put_index(const index::Manifest& manifest, std::string_view gz_bytes, bool with_sha256);
  void put_manifest(const index::Manifest& manifest);
  /// Writes the volume's commit mark if it isn't there yet, and then makes sure that nobody is taking its
  /// record back. Once this returns, no program removes the record any more, and sources may be deleted on
  /// its word. is_listed: list_commit_marks() has shown the mark, which then needs no write. Throws transient
  /// when the record is being taken back, or was; and the store's errors.
  MarkedVolume mark(const CommittedVolume& volume, bool is_listed = false);
  /// The volumes of stem that have a commit mark.
  std::vector<ManifestName> list_commit_marks(std::string_view stem);
  bool has_commit_mark(const ManifestName& name);
  /// Says that the record is about to be removed. Never overwritten: there already is as good.
  void put_take_back_mark(const index::Manifest& manifest);
  /// Whether sources may have been deleted on the record's word: it has a commit mark or, when its kind of
  /// record never had one, no unfinished upload. REQUIRES: its archive doesn't carry its id; whoever acts on
  /// a yes looks at the archive again, which may have been completed in between.
  bool was_committed(const index::Manifest& manifest);
  /// Removes a volume's manifest, then its index, then the take-back mark.
  /// REQUIRES: what take_back() does before; only it calls this.
  void remove(const index::Manifest& manifest);
  /// Removes one object of the catalog; one that is gone already counts. Its key must hold an id that was
  /// used once, so that a repeated or late delete can't hit anything else. Throws internal for a key outside.
  void remove_object(const std::string& key);

  /// All rows of a volume's index, in key order, a block at a time. They decide what is deleted, so every
  /// block is compared, each time it is read, with the SHA-256 that the manifest has of it. An old manifest
  /// has one of the whole index only: then the index is read once, here, and the blocks that are read later
  /// are compared with what was proven then. Throws corrupt when the index isn't the manifest's.
  index::IndexCursor open_index(const index::Manifest& manifest);
  /// Reads the whole index. Throws corrupt, naming it, when it isn't the one that the manifest means.
  void expect_index(const index::Manifest& manifest);
  /// The rows of one of its blocks: one ranged GET. Throws corrupt also when they aren't as the manifest
  /// says.
  std::vector<index::Row> read_block(const index::Manifest& manifest, const index::Block& block);

 private:
  void put_mark(const std::string& key, const index::Manifest& manifest);
  using ParseKey = std::optional<ManifestName> (*)(std::string_view key);
  std::vector<ManifestName> list(const std::string& prefix, ParseKey parse);
  std::vector<ManifestName> list_stem(std::string_view folder, std::string_view stem, ParseKey parse);
  std::string read_index(const std::string& key, const index::Block& block);
  std::vector<index::Block> prove_blocks(const index::Manifest& manifest);
  base::Error bad_index(const std::string& key, const std::string& why) const;

  s3::ObjectStore& store_;
  std::string bucket_;
};

}  // namespace s3c::catalog
