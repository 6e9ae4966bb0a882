// The line of a row, as row.h has it, and the reader of any JSON behind it.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "index/block.h"
#include "index/failure.h"
#include "index/json_fields.h"
#include "index/row.h"
#include "index/row_form.h"
#include "index/row_readers.h"
#include "index/text.h"

namespace s3c::index {
namespace {

constexpr std::uint16_t kStored = 0;

/// Appends the fields to a line.
class LineWriter {
 public:
  explicit LineWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  void end() { out_.append("}\n"); }

  void text(const char* name, std::string_view value) {
    append_name(name);
    append_json_string(out_, value);
  }
  void nonempty_text(const char* name, std::string_view value) { text(name, value); }
  void optional_text(const char* name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }
  void header(const SystemHeader& known, const std::map<std::string, std::string>& headers) {
    for (const auto& [header, value] : headers) {
      if (header == known.header) optional_text(known.field.data(), value);
    }
  }
  void number(const char* name, std::uint64_t value) {
    append_name(name);
    const fmt::format_int digits(value);
    out_.append(digits.data(), digits.size());
  }
  void time(const char* name, base::Timestamp value) { text(name, base::format_iso8601(value)); }
  void crc32(const char* name, std::uint32_t value) {
    std::string big_endian;
    for (const int shift : {24, 16, 8, 0}) big_endian.push_back(static_cast<char>(value >> shift & 0xff));
    text(name, base::to_hex(big_endian));
  }
  void method(const char* name, std::uint16_t value) {
    for (const MethodName& known : kMethodNames) {
      if (known.method == value) return text(name, known.name);
    }
    throw internal(fmt::format("compression method {} has no name in the index", value));
  }
  void optional_map(const char* name, const std::map<std::string, std::string>& map) {
    if (map.empty()) return;
    append_name(name);
    out_.push_back('{');
    for (const auto& [key, value] : map) {
      if (out_.back() != '{') out_.push_back(',');
      append_json_string(out_, key);
      out_.push_back(':');
      append_json_string(out_, value);
    }
    out_.push_back('}');
  }

 private:
  void append_name(std::string_view name) {
    out_.append(out_.back() == '{' ? "\"" : ",\"").append(name).append("\":");
  }

  std::string& out_;
};

/// Takes the fields out of any JSON object, in whatever order it has them, and says what is wrong with one.
class JsonRow {
 public:
  explicit JsonRow(const nlohmann::json& object) : fields_(object, "") {}

  void text(const char* name, std::string& value) { value = fields_.text(name); }
  void nonempty_text(const char* name, std::string& value) { value = fields_.nonempty_text(name); }
  void optional_text(const char* name, std::string& value) { value = fields_.optional_text(name); }
  void header(const SystemHeader& known, std::map<std::string, std::string>& headers) {
    std::string value = fields_.optional_text(known.field.data());
    if (!value.empty()) headers.emplace(known.header, std::move(value));
  }
  void number(const char* name, std::uint64_t& value) { value = fields_.number(name); }
  void time(const char* name, base::Timestamp& value) { value = fields_.time(name); }
  void crc32(const char* name, std::uint32_t& value) {
    const auto parsed = crc32_from_text(fields_.text(name));
    if (!parsed) fields_.fail(name, "not 8 lower-case hex digits");
    value = *parsed;
  }
  void method(const char* name, std::uint16_t& value) {
    const auto parsed = method_from_text(fields_.text(name));
    if (!parsed) fields_.fail(name, "neither stored nor deflate");
    value = *parsed;
  }
  void optional_map(const char* name, std::map<std::string, std::string>& map) {
    map = fields_.optional_map(name);
  }

 private:
  Fields fields_;
};

void expect_writable(const Row& row) {
  for (const auto& [header, value] : row.system_headers) {
    const bool known = std::any_of(std::begin(kSystemHeaders), std::end(kSystemHeaders),
                                   [&name = header](const SystemHeader& h) { return h.header == name; });
    if (!known) throw internal(fmt::format("header {} has no field in the index", base::printable(header)));
  }
}

void expect_length(std::string_view line) {
  if (line.size() > kMaxRowBytes) throw corrupt("a row is too long");
}

/// What no field shows alone.
void expect_possible(const Row& row) {
  if (row.data_offset <= row.offset) throw corrupt("data_offset: not behind offset");
  if (row.compressed_size_bytes > UINT64_MAX - row.data_offset) throw corrupt("compressed_size: beyond 2^64");
  if (row.method == kStored && row.compressed_size_bytes != row.size_bytes)
    throw corrupt("compressed_size: not size, though stored");
}

}  // namespace

std::optional<std::uint32_t> crc32_from_text(std::string_view hex) {
  constexpr std::size_t kDigits = 8;
  const bool lower = std::none_of(hex.begin(), hex.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  if (hex.size() != kDigits || !lower) return std::nullopt;
  return base::parse_number<std::uint32_t>(hex, 16);
}

std::optional<std::uint16_t> method_from_text(std::string_view name) {
  for (const MethodName& known : kMethodNames) {
    if (known.name == name) return known.method;
  }
  return std::nullopt;
}

void append_json_line(std::string& out, const Row& row) {
  expect_writable(row);
  LineWriter line(out);
  walk_fields(line, row);
  line.end();
}

Row parse_any_json_line(std::string_view line) {
  // Before it is parsed, because a document takes many times the memory of its text.
  expect_length(line);
  const nlohmann::json object = parse_object(line);
  Row row;
  JsonRow fields(object);
  walk_fields(fields, row);
  expect_possible(row);
  return row;
}

void read_json_line(std::string_view line, Row& row) {
  expect_length(line);
  if (!read_written_row(line, row)) row = parse_any_json_line(line);
  expect_possible(row);
}

Row parse_json_line(std::string_view line) {
  Row row;
  read_json_line(line, row);
  return row;
}

}  // namespace s3c::index
