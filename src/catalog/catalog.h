// What the catalog says about a group, and what is written into it. The bucket layout is in docs/design.md
// section 4.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/catalog_keys.h"
#include "catalog/committed_volume.h"
#include "index/block.h"
#include "index/index_reader.h"
#include "index/manifest.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// The SHA-256 of a volume's index in base64, the form in which a store returns it.
std::string index_checksum(const index::Manifest& manifest);

/// What the archive bucket holds of one group.
struct GroupState {
  std::vector<CommittedVolume> committed;
  /// There is no archive of that id, and the volume was never committed: no run has deleted sources because
  /// of this record. Also here: a record whose archive carries the id but has another size or checksum.
  /// take_back() refuses to remove that one.
  std::vector<index::Manifest> uncommitted;
  /// The volume was committed once. Now its archive is gone, or another object stands at its name. Such a
  /// record stays, and its name is taken. Also here: a volume of which only the commit mark is left.
  std::vector<ManifestName> lost;
  /// At the archive's name stands an object without an id that may be the archive. It proves nothing. The
  /// record stays.
  std::vector<index::Manifest> without_id;
  std::vector<ManifestName> listed;  ///< every manifest, committed or not; also those of foreign archives
  std::vector<ManifestName> marks;   ///< every commit mark
};

/// Reads and writes the catalog of one archive bucket. Holds no state; any thread. Throws the store's errors,
/// and damaged for a manifest that can't be parsed or that names another volume than its key does. Whatever is read
/// wrong is read again first (get_proven()): where no two reads agree, the error is corrupt.
/// What is said of a volume that has a manifest and no index.
inline constexpr const char* kIndexIsGone =
    "its index is gone: catalog rebuild makes it again out of the archive";

class Catalog {
 public:
  Catalog(s3::ObjectStore& store, std::string archive_bucket)
      : store_(store), bucket_(std::move(archive_bucket)) {}

  const std::string& bucket() const { return bucket_; }
  /// False for a record that was written for another bucket: somebody copied the catalog. A clean-up of this
  /// bucket must not remove such a record.
  bool is_of_this_bucket(const index::Manifest& manifest) const {
    return manifest.archive_bucket.empty() || manifest.archive_bucket == bucket_;
  }

  /// The manifests of every volume of stem ("source-bucket/20180401").
  std::vector<ManifestName> list_group(std::string_view stem);
  /// Its commit marks.
  std::vector<ManifestName> list_marks(std::string_view stem);
  /// The commit marks of one volume's name.
  std::vector<ManifestName> list_marks_of(std::string_view archive_key);
  /// The manifests of one volume's name.
  std::vector<ManifestName> list_volume(std::string_view archive_key);
  /// Throws not_found when another process has removed it meanwhile; ask is_listed() whether that is so.
  index::Manifest read_manifest(const ManifestName& name);
  /// Whether a listing shows this manifest now. Some stores list an object and answer 404 to its GET (Ceph
  /// RGW with a stale entry in the bucket's index).
  bool is_listed(const ManifestName& name);
  /// Step 2 of the protocol: lists the group's commit marks and manifests, HEADs the archives that they name,
  /// and keeps the proofs. The record of a foreign archive that is still there is only in `listed`: it proves
  /// nothing, and must not be cleared.
  GroupState load_group(std::string_view stem);

  /// Both return once the store has acknowledged the PUT. with_sha256: the store keeps additional checksums.
  /// Then it gets the SHA-256 of the index, and a later HEAD can compare that with the manifest's.
  void put_index(const index::Manifest& manifest, std::string_view gz_bytes, bool with_sha256);
  void put_manifest(const index::Manifest& manifest);
  /// Writes the volume's commit mark, unless it is already there. Then makes sure that no other process is
  /// taking the record back. After this has returned, no program removes the record, and a run may delete the
  /// volume's sources. is_listed: a listing has shown the mark, so it isn't written again. Throws transient
  /// when another process is taking the record back or has done so; and the store's errors.
  MarkedVolume mark(const CommittedVolume& volume, bool is_listed = false);
  /// Before a record is made again out of its archive, which was read whole. Writes the commit mark, and then
  /// makes sure that no other process is taking the record back. A remover that comes later sees the mark and
  /// removes nothing of what is written then. Throws transient when another process is taking the record back;
  /// and the store's errors.
  void announce_record(const index::Manifest& manifest);
  bool has_commit_mark(const ManifestName& name);
  /// Announces that the record is about to be removed. Never overwrites a take-back mark: the one that is
  /// there says the same.
  void put_take_back_mark(const index::Manifest& manifest);
  /// Whether sources may have been deleted because of this record: it has a commit mark. A record
  /// whose commit_marks is false may have none. Then the answer is yes, unless the store lists its upload as
  /// unfinished. REQUIRES: the archive didn't carry the record's id at the last look. After a yes the caller
  /// looks at the archive again: the upload may have been completed in between.
  bool was_committed(const index::Manifest& manifest);
  /// Removes a volume's manifest, then its index, then the take-back mark. REQUIRES: the caller is
  /// take_back(), which makes all the checks first.
  void remove(const index::Manifest& manifest);
  /// Removes an index that has no manifest, behind a take-back mark of its volume. False: the volume has a commit
  /// mark by now, because its record is being made again; nothing was removed. REQUIRES: all uploads to the
  /// archive's name were aborted, and after that the manifest was missing and the archive didn't carry the id.
  bool remove_lone_index(const ManifestName& name);
  /// Removes one object of the catalog. Succeeds when the object is already gone. The key must hold an id
  /// that was used only once: then a delete that is repeated or late can't hit another object. Throws
  /// internal for a key outside the catalog.
  void remove_object(const std::string& key);

  /// Reads all rows of a volume's index in key order, one block at a time. These rows decide what is deleted.
  /// So each block is compared with its SHA-256 in the manifest every time it is read. An old manifest has
  /// only the SHA-256 of the whole index. Then this call reads the whole index once and proves it, and each
  /// block that is read later is compared with what was proven. Throws damaged when the index isn't the
  /// manifest's.
  index::IndexCursor open_index(const index::Manifest& manifest);
  /// Reads the whole index. Throws damaged, naming the index, when it isn't the manifest's.
  void expect_index(const index::Manifest& manifest);
  /// Reads the wanted rows of one block of the index (wants: empty: all): one ranged GET. Throws damaged when the
  /// block isn't the one that the manifest lists. A damaged row that isn't wanted may be passed over: then the block
  /// is as it was written.
  std::vector<index::Row> read_block(const index::Manifest& manifest, const index::Block& block,
                                     const index::Wants& wants);

 private:
  void add_record(GroupState& state, index::Manifest manifest);
  void add_lost_mark(GroupState& state, const ManifestName& mark);
  void expect_no_take_back(const index::Manifest& manifest);
  void put_mark(const std::string& key, const index::Manifest& manifest);
  using ParseKey = std::optional<ManifestName> (*)(std::string_view key);
  std::vector<ManifestName> list(const std::string& prefix, ParseKey parse);
  std::vector<ManifestName> list_name(std::string_view folder, std::string_view archive_key, ParseKey parse);
  std::vector<ManifestName> list_stem(std::string_view folder, std::string_view stem, ParseKey parse);
  std::string read_index(const std::string& key, const index::Block& block,
                         const std::function<void(const std::string& bytes)>& prove);
  std::vector<index::Block> prove_blocks(const index::Manifest& manifest);
  base::Error error_of_index(const std::string& key, const base::Error& error);

  s3::ObjectStore& store_;
  std::string bucket_;
};

/// What readers say, as not_found, of a manifest that is_listed() although its GET answers 404.
base::Error vanished_manifest(const Catalog& catalog, const ManifestName& name);

}  // namespace s3c::catalog
