// The form of a row's line: which fields it has, of which kind, and in which order. The writer and both
// readers walk through this one list.
#pragma once

#include "index/row.h"

namespace s3c::index {

/// Calls the function of line that fits each field, in the order of the fields in a line: with the field's name
/// and where its value is in row. Line writes values or reads them. AnyRow is Row or const Row.
template <typename Line, typename AnyRow>
void walk_fields(Line& line, AnyRow& row) {
  line.nonempty_text("key", row.key);
  line.number("size", row.size_bytes);
  line.text("etag", row.etag);
  line.time("last_modified", row.last_modified);
  line.optional_text("version_id", row.version_id);
  line.optional_text("storage_class", row.storage_class);
  line.optional_text("encryption", row.encryption);
  line.crc32("crc32", row.crc32);
  line.method("method", row.method);
  line.number("offset", row.offset);
  line.number("data_offset", row.data_offset);
  line.number("compressed_size", row.compressed_size_bytes);
  line.optional_text("entry_name", row.entry_name);
  line.optional_text("content_type", row.content_type);
  for (const SystemHeader& known : kSystemHeaders) line.header(known, row.system_headers);
  line.optional_map("metadata", row.metadata);
  line.optional_map("tags", row.tags);
}

/// The values of "method": ZIP's numbers by their names.
struct MethodName {
  std::string_view name;
  std::uint16_t method;
};
inline constexpr MethodName kMethodNames[] = {{"stored", 0}, {"deflate", 8}};

/// nullopt unless the text is 8 lower-case hex digits.
std::optional<std::uint32_t> crc32_from_text(std::string_view hex);
/// nullopt for a name that is not in kMethodNames.
std::optional<std::uint16_t> method_from_text(std::string_view name);

}  // namespace s3c::index
