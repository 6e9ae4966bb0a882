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
#include "index/index_reader.h"
#include "index/row.h"

namespace s3c::index {

/// The format that this build writes, and the newest that it reads.
inline constexpr std::uint64_t kManifestFormat = 1;

/// The upload id of a record that `catalog rebuild` made.
inline constexpr std::string_view kNoUpload = "rebuilt";

/// No manifest has more bytes. What grows in it is the list of blocks. A block takes some 280 bytes if keys
/// have 60 bytes, and holds 4,096 members. So this is enough for 60 million members; by default a volume has
/// one million.
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{4} << 20;

/// A checksum of the full object, as S3 names it.
struct Checksum {
  std::string algorithm = "CRC32";
  std::string type = "FULL_OBJECT";
  std::string value;  ///< base64 of the raw checksum: 4 bytes for CRC32

  bool operator==(const Checksum&) const = default;
};

struct Manifest {
  std::string id;  ///< ULID; also in the archive object's metadata, except for a foreign archive

  std::string archive_bucket;  ///< empty: not recorded
  std::string archive_key;
  std::uint64_t archive_size_bytes = 0;
  Checksum checksum;
  /// The CRC64NVME of the archive, base64 of its 8 bytes. S3 computes it by itself for an archive that was
  /// copied in parts. Empty: the manifest was written before this field, or is of a foreign archive.
  std::string crc64nvme;
  /// The multipart ETag as we compute it: 32 hex digits, '-', number of parts; without quotes. For a foreign
  /// archive it is what the store returned: the 32 digits alone if the archive wasn't uploaded in parts.
  std::string etag;
  std::uint64_t part_size_bytes = 0;  ///< of every part but the last
  std::uint64_t parts = 0;
  std::string storage_class;
  /// The number of entries in a foreign archive (a ZIP that another program made), including those without a
  /// row. 0: a volume of ours.
  std::uint64_t foreign_entries = 0;

  std::string source_bucket;
  std::string layout;
  std::map<std::string, std::string> group;  ///< the layout's fields with their values
  std::string group_prefix;                  ///< every key of the group starts with it; may be empty
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
  /// The run that wrote this manifest writes a commit mark once it sees the volume committed. False: the
  /// manifest was written before there were marks, or by `catalog rebuild`. Then only its upload tells what
  /// became of it.
  bool commit_marks = false;
  /// False: nothing shows that the members' tags were looked at when they were packed, so an object may have
  /// tags that its row lacks.
  bool tags_archived = true;
  std::string tool;
  std::string tool_version;
  /// The text tells its own SHA-256, so a wrong byte in it shows. False: it was written before this field.
  bool has_sha256 = true;

  bool is_foreign() const { return foreign_entries != 0; }
  /// Whether the manifest names the upload that made its archive. A record that `catalog rebuild` made
  /// doesn't.
  bool has_upload() const { return !is_foreign() && upload_id != kNoUpload; }
  bool operator==(const Manifest&) const = default;
};

/// The JSON text, indented, one block a line, newline at the end. Throws Error internal for a manifest that
/// parse_manifest() would refuse, because an unreadable commit record must never be written. Throws Error
/// invalid_argument when the text would be longer than kMaxManifestBytes: the volume has too many members.
std::string to_json(const Manifest& manifest);

/// Throws Error: corrupt, naming the field's path ("archive.checksum.value"), when a field is missing, of the
/// wrong type, out of range or contradicts another one, when the text isn't the one whose SHA-256 it tells, and
/// when it is longer than kMaxManifestBytes; unsupported for a newer format. Ignores unknown fields.
Manifest parse_manifest(std::string_view json);

/// Throws Error corrupt when these can't be rows of the block that the manifest lists: the block ends with a key that
/// its place in the manifest excludes, or members lie beyond the archive's end.
void expect_rows(const Manifest& manifest, const Block& block, const WantedRows& wanted);

}  // namespace s3c::index
