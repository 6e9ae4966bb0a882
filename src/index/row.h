// One row of the index: everything that a restore has to know about one member. A row is one line of JSON.
// The field names and forms are normative in docs/format.md, "Index". Free functions, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace s3c::index {

struct Row {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::string etag;  ///< without quotes
  base::Timestamp last_modified{};
  std::string version_id;     ///< empty: the bucket has no versions
  std::string storage_class;  ///< empty: STANDARD, which S3 leaves out
  std::string encryption;     ///< of the object, if its ETag is no MD5 because of that; else empty
  std::uint32_t crc32 = 0;
  std::uint16_t method = 0;                 ///< ZIP's number: 0 stored, 8 deflate
  std::uint64_t offset = 0;                 ///< of the local header in the volume
  std::uint64_t data_offset = 0;            ///< of the first data byte in the volume
  std::uint64_t compressed_size_bytes = 0;  ///< bytes at data_offset
  std::string entry_name;                   ///< empty: the same as key
  std::string content_type;
  std::map<std::string, std::string> system_headers;  ///< by HTTP names, lower-case; see kSystemHeaders
  std::map<std::string, std::string> metadata;        ///< without "x-amz-meta-"
  std::map<std::string, std::string> tags;

  bool operator==(const Row&) const = default;
};

/// The system headers that a row can carry besides content_type: field name in the row, header name in HTTP.
struct SystemHeader {
  std::string_view field;
  std::string_view header;
};
inline constexpr SystemHeader kSystemHeaders[] = {
    {"cache_control", "cache-control"},
    {"content_disposition", "content-disposition"},
    {"content_encoding", "content-encoding"},
    {"content_language", "content-language"},
    {"expires", "expires"},
    {"website_redirect_location", "x-amz-website-redirect-location"},
};

/// The MD5 of the member's bytes, 16 raw bytes, as the ETag tells it; nullopt: the ETag is none. archive
/// compares every body with such an ETag before it is packed. So bytes with another MD5 aren't the object's.
std::optional<std::string> md5_of(const Row& row);

/// Appends the row as one line, newline included. Throws Error internal for a method or a system header that
/// has no name in the format.
void append_json_line(std::string& out, const Row& row);

/// Reads one line, with or without its newline. Ignores unknown fields, so that newer rows can be read.
/// Throws Error corrupt, naming the field, when a field is missing, of the wrong type or out of range; and
/// for a line longer than kMaxRowBytes.
Row parse_json_line(std::string_view line);
/// The same into row, which is empty before: a row that is moved costs a quarter of what it costs to read it.
void read_json_line(std::string_view line, Row& row);

}  // namespace s3c::index
