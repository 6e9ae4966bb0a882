// The manifest: the commit record of one volume, a small JSON object in the catalog. Field names and ranges
// are normative in docs/format.md, "Manifest". Free functions, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "index/block.h"

namespace s3c::index {

/// The format this build writes, and the newest it reads.
inline constexpr std::uint64_t kManifestFormat = 1;

/// The upload id of a record that was made out of its archive.
inline constexpr std::string_view kNoUpload = "rebuilt";

/// No manifest has more bytes. What grows in it is the list of blocks: a block takes some 280 bytes where
/// keys have 60, and holds 4,096 members. So this is enough for 60 million members; by default a volume has
/// one million.
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{4} << 20;

/// A full-object checksum in S3's words.
struct Checksum {
  std::string algorithm = "CRC32";
  std::string type = "FULL_OBJECT";
  std::string value;  ///< base64 of the raw checksum: 4 bytes for CRC32

  bool operator==(const Checksum&) const = default;
};

struct Manifest {
  std::string id;  ///< ULID; also in the archive object's metadata, but for a foreign archive

  std::string archive_bucket;  ///< empty: not recorded
  std::string archive_key;
  std::uint64_t archive_size_bytes = 0;
  Checksum checksum;
  /// The CRC64NVME of the archive, base64 of its 8 bytes: what S3 computes by itself of an archive that was
  /// copied in parts. Empty: a manifest from before this field, or of a foreign archive.
  std::string crc64nvme;
  /// The multipart ETag as we compute it: 32 hex digits, '-', number of parts; without quotes. A foreign
  /// archive's as the store told it, which is the 32 digits alone where it wasn't uploaded in parts.
  std::string etag;
  std::uint64_t part_size_bytes = 0;  ///< of every part but the last
  std::uint64_t parts = 0;
  std::string storage_class;
  /// The entries of a foreign archive (a ZIP that another program made), those without a row counted too. 0:
  /// a volume of ours.
  std::uint64_t foreign_entries = 0;

  std::string source_bucket;
  std::string layout;
  std::map<std::string, std::string> group;  ///< the layout's fields with their values
  std::string group_prefix;                  ///< what every key of the group starts with; may be empty
  std::uint64_t objects = 0;                 ///< members, without the index entry
  std::uint64_t source_size_bytes = 0;       ///< sum of the members' sizes
  std::string first_key;
  std::string last_key;

  std::string index_key;
  std::uint64_t index_size_bytes = 0;
  std::string index_sha256;  ///< of the index object, 64 lower-case hex digits
  std::vector<Block> blocks;

  base::Timestamp created_at{};
  std::string upload_id;
  /// The run that wrote it puts a commit mark once it sees the volume committed. False: it was
  /// written before there were marks, or by `catalog rebuild`, and only its upload tells what became of it.
  bool commit_marks = false;
  std::string tool;
  std::string tool_version;

  bool is_foreign() const { return foreign_entries != 0; }
  /// Whether it names the upload that made its archive: not in a record that `catalog rebuild` made.
  bool has_upload() const { return !is_foreign() && upload_id != kNoUpload; }
  bool operator==(const Manifest&) const = default;
};

/// The JSON text, indented, one block a line, newline at the end. Throws Error internal for a manifest that
/// parse_manifest() would refuse: an unreadable commit record must never be written. Throws Error
/// invalid_argument when it would be longer than kMaxManifestBytes: the volume has too many members.
std::string to_json(const Manifest& manifest);

/// Throws Error: corrupt, naming the field's path ("archive.checksum.value"), when one is missing, of the
/// wrong type, out of range or at odds with another, and when it is longer than kMaxManifestBytes;
/// unsupported for a newer format. Unknown fields are ignored.
Manifest parse_manifest(std::string_view json);

}  // namespace s3c::index
