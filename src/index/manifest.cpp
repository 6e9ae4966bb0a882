#include "index/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "index/failure.h"
#include "index/gzip.h"
#include "index/json_fields.h"
#include "index/text.h"

namespace s3c::index {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kMaxParts = 10'000;  // S3's limit
constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 62;
constexpr std::size_t kCrc32Bytes = 4;
constexpr std::size_t kCrc64Bytes = 8;
constexpr std::size_t kSha256Digits = 64;
constexpr std::uint64_t kCommitMarks = 1;  // the format of the marks

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_sha256(std::string_view text) {
  return text.size() == kSha256Digits && is_lower_hex(text);
}

/// Whether text is base64 of that many bytes, in the form that an encoder writes.
bool is_base64_of(std::size_t bytes, std::string_view text) {
  const std::optional<std::string> raw = base::from_base64(text);
  return raw && raw->size() == bytes && base::to_base64(*raw) == text;
}

ordered_json text(std::string_view bytes) {
  return text_from_bytes(bytes);
}

ordered_json archive_json(const Manifest& manifest) {
  ordered_json archive;
  if (!manifest.archive_bucket.empty()) archive["bucket"] = text(manifest.archive_bucket);
  archive["key"] = text(manifest.archive_key);
  archive["size"] = manifest.archive_size_bytes;
  archive["checksum"] = {{"algorithm", text(manifest.checksum.algorithm)},
                         {"type", text(manifest.checksum.type)},
                         {"value", text(manifest.checksum.value)}};
  if (!manifest.crc64nvme.empty()) archive["crc64nvme"] = text(manifest.crc64nvme);
  archive["etag"] = text(manifest.etag);
  archive["part_size"] = manifest.part_size_bytes;
  archive["parts"] = manifest.parts;
  archive["storage_class"] = text(manifest.storage_class);
  archive["upload_id"] = text(manifest.upload_id);
  if (manifest.is_foreign()) archive["foreign_entries"] = manifest.foreign_entries;
  return archive;
}

ordered_json source_json(const Manifest& manifest) {
  ordered_json source;
  source["bucket"] = text(manifest.source_bucket);
  source["layout"] = text(manifest.layout);
  source["group"] = ordered_json::object();
  for (const auto& [field, value] : manifest.group) source["group"][text_from_bytes(field)] = text(value);
  source["group_prefix"] = text(manifest.group_prefix);
  source["objects"] = manifest.objects;
  source["size"] = manifest.source_size_bytes;
  source["first_key"] = text(manifest.first_key);
  source["last_key"] = text(manifest.last_key);
  return source;
}

ordered_json index_json(const Manifest& manifest) {
  ordered_json index;
  index["key"] = text(manifest.index_key);
  index["size"] = manifest.index_size_bytes;
  index["sha256"] = text(manifest.index_sha256);
  index["blocks"] = ordered_json::array();
  for (const Block& block : manifest.blocks) {
    ordered_json item = {{"first_key", text(block.first_key)},
                         {"offset", block.offset_bytes},
                         {"length", block.length_bytes},
                         {"rows", block.rows}};
    if (!block.sha256.empty()) item["sha256"] = text(block.sha256);
    index["blocks"].push_back(std::move(item));
  }
  return index;
}

/// Writes one field of an object per line, and one element of an array per line: a list of blocks stays
/// readable.
void append_pretty(std::string& out, const ordered_json& value, int depth) {
  if (!value.is_structured() || value.empty()) {
    out += value.dump();
    return;
  }
  const std::string indent(static_cast<std::size_t>(depth + 1) * 2, ' ');
  out += value.is_object() ? "{" : "[";
  const char* separator = "\n";
  for (const auto& [name, item] : value.items()) {
    out.append(separator).append(indent);
    if (value.is_object()) {
      out.append(ordered_json(name).dump()).append(": ");
      append_pretty(out, item, depth + 1);
    } else {
      out += item.dump();
    }
    separator = ",\n";
  }
  out.append("\n").append(indent, 2).append(value.is_object() ? "}" : "]");
}

void read_checksum(const Fields& fields, Checksum& checksum) {
  checksum.algorithm = fields.text("algorithm");
  if (checksum.algorithm != "CRC32") fields.fail("algorithm", "not CRC32");
  checksum.type = fields.text("type");
  if (checksum.type != "FULL_OBJECT") fields.fail("type", "not FULL_OBJECT");
  checksum.value = fields.text("value");
  if (!is_base64_of(kCrc32Bytes, checksum.value)) fields.fail("value", "not the base64 of 4 bytes");
}

void read_archive(const Fields& fields, Manifest& manifest) {
  manifest.archive_bucket = fields.optional_text("bucket");
  manifest.archive_key = fields.nonempty_text("key");
  manifest.archive_size_bytes = fields.number_between("size", 1, kMaxSize);
  read_checksum(fields.object("checksum"), manifest.checksum);
  manifest.crc64nvme = fields.optional_text("crc64nvme");
  if (!manifest.crc64nvme.empty() && !is_base64_of(kCrc64Bytes, manifest.crc64nvme))
    fields.fail("crc64nvme", "not the base64 of 8 bytes");
  manifest.part_size_bytes = fields.number_between("part_size", 1, kMaxSize);
  manifest.parts = fields.number_between("parts", 1, kMaxParts);
  if ((manifest.archive_size_bytes - 1) / manifest.part_size_bytes + 1 != manifest.parts) {
    fields.fail("parts", fmt::format("{} parts of {} bytes are not {} bytes", manifest.parts,
                                     manifest.part_size_bytes, manifest.archive_size_bytes));
  }
  if (fields.has("foreign_entries")) {
    manifest.foreign_entries = fields.number_between("foreign_entries", 1, kMaxSize);
    // The id of a foreign archive's record has the time 0, and no run's id has. So the id alone tells such a
    // record.
    if (base::ulid_time(manifest.id) != base::Timestamp{})
      fields.fail("foreign_entries", "not with the id of a run");
  }
  manifest.etag = fields.text("etag");
  constexpr std::size_t kMd5Digits = 32;
  const std::string suffix = manifest.etag.substr(std::min(kMd5Digits, manifest.etag.size()));
  const bool in_one_put = manifest.is_foreign() && manifest.parts == 1 && suffix.empty();
  if (manifest.etag.size() < kMd5Digits || !is_lower_hex(manifest.etag.substr(0, kMd5Digits)) ||
      (suffix != fmt::format("-{}", manifest.parts) && !in_one_put)) {
    fields.fail("etag", fmt::format("not the ETag of {} parts", manifest.parts));
  }
  manifest.storage_class = fields.nonempty_text("storage_class");
  manifest.upload_id = fields.nonempty_text("upload_id");
}

void read_source(const Fields& fields, Manifest& manifest) {
  manifest.source_bucket = fields.nonempty_text("bucket");
  manifest.layout = fields.text("layout");
  manifest.group = fields.map("group");
  manifest.group_prefix = fields.text("group_prefix");
  manifest.objects = fields.number_between("objects", 1, kMaxSize);
  if (manifest.is_foreign() && manifest.objects > manifest.foreign_entries)
    fields.fail("objects", fmt::format("more than the {} entries of the archive", manifest.foreign_entries));
  manifest.source_size_bytes = fields.number_between("size", 0, kMaxSize);
  manifest.first_key = fields.nonempty_text("first_key");
  manifest.last_key = fields.nonempty_text("last_key");
  if (manifest.last_key < manifest.first_key ||
      (manifest.objects == 1) != (manifest.first_key == manifest.last_key)) {
    fields.fail("last_key", "does not fit first_key and objects");
  }
  if (!manifest.first_key.starts_with(manifest.group_prefix))
    fields.fail("first_key", "not below group_prefix");
  if (!manifest.last_key.starts_with(manifest.group_prefix))
    fields.fail("last_key", "not below group_prefix");
}

/// The blocks follow each other without a gap, to the end of the index, and hold exactly the volume's
/// members.
void read_index(const Fields& fields, Manifest& manifest) {
  manifest.index_key = fields.nonempty_text("key");
  manifest.index_size_bytes = fields.number_between("size", 1, kMaxSize);
  manifest.index_sha256 = fields.text("sha256");
  if (!is_sha256(manifest.index_sha256)) fields.fail("sha256", "not 64 lower-case hex digits");
  std::uint64_t rows = 0;
  std::uint64_t end = 0;
  fields.for_each("blocks", [&](const Fields& item) {
    Block block;
    block.first_key = item.nonempty_text("first_key");
    block.offset_bytes = item.number("offset");
    if (block.offset_bytes != end) item.fail("offset", fmt::format("{}, not {}", block.offset_bytes, end));
    block.length_bytes =
        item.number_between("length", kGzipBytes, std::min(manifest.index_size_bytes, kMaxBlockBytes));
    block.rows = item.number_between("rows", 1, kRowsPerBlock);
    block.sha256 = item.optional_text("sha256");
    if (!block.sha256.empty() && !is_sha256(block.sha256))
      item.fail("sha256", "not 64 lower-case hex digits");
    const bool in_order = manifest.blocks.empty() ? block.first_key == manifest.first_key
                                                  : manifest.blocks.back().first_key < block.first_key;
    if (!in_order || block.first_key > manifest.last_key) item.fail("first_key", "out of order");
    end += block.length_bytes;
    if (end > manifest.index_size_bytes) item.fail("length", "reaches beyond the index");
    rows += block.rows;
    manifest.blocks.push_back(std::move(block));
  });
  if (end != manifest.index_size_bytes) {
    fields.fail("size", fmt::format("{}, the blocks have {}", manifest.index_size_bytes, end));
  }
  if (rows != manifest.objects) {
    fields.fail("blocks", fmt::format("{} rows for {} objects", rows, manifest.objects));
  }
}

/// How the text ends that tells its own SHA-256: behind these bytes stand the digits and kEndOfText.
constexpr std::string_view kBeforeDigits = ",\n  \"manifest_sha256\": \"";
constexpr std::string_view kEndOfText = "\"\n}\n";
constexpr std::string_view kEndWithoutSha256 = "\n}\n";

std::string ending(std::string_view text_before) {
  return fmt::format("{}{}{}", kBeforeDigits, base::to_hex(base::sha256(text_before)), kEndOfText);
}

/// The digest covers every byte before its own field. What it can't cover is fixed: the field's own form.
void expect_own_sha256(const Fields& fields, std::string_view text) {
  constexpr std::size_t kEndingSize = kBeforeDigits.size() + kSha256Digits + kEndOfText.size();
  const std::size_t size = text.size() - std::min(text.size(), kEndingSize);
  if (text.substr(size) != ending(text.substr(0, size)))
    fields.fail("manifest_sha256", "the manifest is not as it was written: it was damaged or edited");
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  ordered_json document;
  document["format"] = kManifestFormat;
  document["id"] = text(manifest.id);
  document["archive"] = archive_json(manifest);
  document["source"] = source_json(manifest);
  document["index"] = index_json(manifest);
  if (manifest.commit_marks) document["commit_marks"] = kCommitMarks;
  if (!manifest.tags_archived) document["tags_archived"] = false;
  document["created_at"] = base::format_iso8601(manifest.created_at);
  document["tool"] = text(manifest.tool);
  document["tool_version"] = text(manifest.tool_version);
  std::string out;
  append_pretty(out, document, 0);
  out.push_back('\n');
  if (manifest.has_sha256) {
    out.resize(out.size() - kEndWithoutSha256.size());
    out += ending(out);
  }
  if (out.size() > kMaxManifestBytes) {
    throw base::Error(
        base::ErrorKind::invalid_argument,
        fmt::format("the volume's manifest would have {} bytes, more than {}: make volumes of fewer "
                    "objects",
                    out.size(), kMaxManifestBytes));
  }
  try {
    if (parse_manifest(out) != manifest) throw internal("the manifest does not read back as it was written");
  } catch (const base::Error& e) {
    if (e.kind() == base::ErrorKind::internal) throw;
    throw internal("the manifest would be refused: " + e.message());
  }
  return out;
}

Manifest parse_manifest(std::string_view bytes) {
  if (bytes.size() > kMaxManifestBytes)
    throw corrupt(fmt::format("{} bytes, no manifest has more than {}", bytes.size(), kMaxManifestBytes));
  const nlohmann::json object = parse_object(bytes);
  const Fields fields(object, "");
  if (const std::uint64_t format = fields.number_between("format", 1, kMaxSize); format > kManifestFormat) {
    throw base::Error(
        base::ErrorKind::unsupported,
        fmt::format("the manifest has format {}; this program reads formats up to {}: use a newer version",
                    format, kManifestFormat));
  }
  Manifest manifest;
  manifest.id = fields.text("id");
  if (!base::ulid_time(manifest.id)) fields.fail("id", "not a ULID");
  read_archive(fields.object("archive"), manifest);
  read_source(fields.object("source"), manifest);
  read_index(fields.object("index"), manifest);
  if (fields.has("commit_marks"))
    manifest.commit_marks = fields.number_between("commit_marks", kCommitMarks, kMaxSize) != 0;
  if (fields.has("tags_archived")) manifest.tags_archived = fields.boolean("tags_archived");
  manifest.created_at = fields.time("created_at");
  manifest.tool = fields.nonempty_text("tool");
  manifest.tool_version = fields.nonempty_text("tool_version");
  manifest.has_sha256 = fields.has("manifest_sha256");
  if (manifest.has_sha256) expect_own_sha256(fields, bytes);
  return manifest;
}

void expect_rows(const Manifest& manifest, const Block& block, const WantedRows& wanted) {
  const auto next =
      std::find_if(manifest.blocks.begin(), manifest.blocks.end(),
                   [&block](const Block& other) { return other.offset_bytes > block.offset_bytes; });
  const bool ends_right = next == manifest.blocks.end() ? wanted.last_key == manifest.last_key
                                                        : wanted.last_key < next->first_key;
  if (!ends_right) {
    throw corrupt(
        fmt::format("the block at {} is not the one that the manifest lists: one of the two is damaged",
                    block.offset_bytes));
  }
  for (const Row& row : wanted.rows) {
    const std::uint64_t size = manifest.archive_size_bytes;
    if (row.data_offset > size || row.compressed_size_bytes > size - row.data_offset) {
      throw corrupt(
          fmt::format("it says that {} lies beyond the archive's {} bytes", base::printable(row.key), size));
    }
  }
}

}  // namespace s3c::index
