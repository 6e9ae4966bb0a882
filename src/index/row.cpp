#include "index/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/bytes.h"
#include "base/encoding.h"
#include "base/text.h"
#include "index/block.h"
#include "index/failure.h"
#include "index/json_fields.h"
#include "index/text.h"

namespace s3c::index {
namespace {

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflate = 8;

std::string_view method_name(std::uint16_t method) {
  if (method == kStored) return "stored";
  if (method == kDeflate) return "deflate";
  throw internal(fmt::format("compression method {} has no name in the index", method));
}

std::string_view field_of_header(const std::string& header) {
  for (const SystemHeader& known : kSystemHeaders) {
    if (known.header == header) return known.field;
  }
  throw internal(fmt::format("header {} has no field in the index", base::printable(header)));
}

void append_name(std::string& out, std::string_view name) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  append_name(out, name);
  append_json_string(out, value);
}

void append_optional_text(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) append_text(out, name, value);
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
  append_name(out, name);
  fmt::format_to(std::back_inserter(out), FMT_STRING("{}"), value);
}

void append_map(std::string& out, std::string_view name, const std::map<std::string, std::string>& map) {
  if (map.empty()) return;
  append_name(out, name);
  out.push_back('{');
  for (const auto& [key, value] : map) {
    if (out.back() != '{') out.push_back(',');
    append_json_string(out, key);
    out.push_back(':');
    append_json_string(out, value);
  }
  out.push_back('}');
}

std::uint32_t crc32_of(const Fields& fields) {
  const std::string hex = fields.text("crc32");
  const bool lower = std::none_of(hex.begin(), hex.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  const auto value = base::parse_number<std::uint32_t>(hex, 16);
  if (hex.size() != 8 || !lower || !value) fields.fail("crc32", "not 8 lower-case hex digits");
  return *value;
}

std::uint16_t method_of(const Fields& fields) {
  const std::string name = fields.text("method");
  if (name == "stored") return kStored;
  if (name == "deflate") return kDeflate;
  fields.fail("method", "neither stored nor deflate");
}

/// Checks the length of the text before it is parsed, because the JSON takes many times the memory of its
/// text.
nlohmann::json parse_row(std::string_view line) {
  if (line.size() > kMaxRowBytes) throw corrupt("a row is too long");
  return parse_object(line);
}

}  // namespace

std::optional<std::string> md5_of(const Row& row) {
  constexpr std::size_t kMd5Digits = 32;
  if (!row.encryption.empty() || row.etag.size() != kMd5Digits) return std::nullopt;  // parts: "…-N"
  return base::from_hex(row.etag);
}

void append_json_line(std::string& out, const Row& row) {
  out.push_back('{');
  append_text(out, "key", row.key);
  append_number(out, "size", row.size_bytes);
  append_text(out, "etag", row.etag);
  append_text(out, "last_modified", base::format_iso8601(row.last_modified));
  append_optional_text(out, "version_id", row.version_id);
  append_optional_text(out, "storage_class", row.storage_class);
  append_optional_text(out, "encryption", row.encryption);
  append_name(out, "crc32");
  fmt::format_to(std::back_inserter(out), FMT_STRING("\"{:08x}\""), row.crc32);
  append_text(out, "method", method_name(row.method));
  append_number(out, "offset", row.offset);
  append_number(out, "data_offset", row.data_offset);
  append_number(out, "compressed_size", row.compressed_size_bytes);
  append_optional_text(out, "entry_name", row.entry_name);
  append_optional_text(out, "content_type", row.content_type);
  for (const auto& [header, value] : row.system_headers)
    append_optional_text(out, field_of_header(header), value);
  append_map(out, "metadata", row.metadata);
  append_map(out, "tags", row.tags);
  out.append("}\n");
}

Row parse_json_line(std::string_view line) {
  const nlohmann::json object = parse_row(line);
  const Fields fields(object, "");
  Row row;
  row.key = fields.nonempty_text("key");
  row.size_bytes = fields.number("size");
  row.etag = fields.text("etag");
  row.last_modified = fields.time("last_modified");
  row.version_id = fields.optional_text("version_id");
  row.storage_class = fields.optional_text("storage_class");
  row.encryption = fields.optional_text("encryption");
  row.crc32 = crc32_of(fields);
  row.method = method_of(fields);
  row.offset = fields.number("offset");
  row.data_offset = fields.number("data_offset");
  row.compressed_size_bytes = fields.number("compressed_size");
  row.entry_name = fields.optional_text("entry_name");
  row.content_type = fields.optional_text("content_type");
  for (const SystemHeader& known : kSystemHeaders) {
    std::string value = fields.optional_text(std::string(known.field).c_str());
    if (!value.empty()) row.system_headers.emplace(known.header, std::move(value));
  }
  row.metadata = fields.optional_map("metadata");
  row.tags = fields.optional_map("tags");
  if (row.data_offset <= row.offset) fields.fail("data_offset", "not behind offset");
  if (row.compressed_size_bytes > UINT64_MAX - row.data_offset) fields.fail("compressed_size", "beyond 2^64");
  if (row.method == kStored && row.compressed_size_bytes != row.size_bytes) {
    fields.fail("compressed_size", "not size, though stored");
  }
  return row;
}

}  // namespace s3c::index
