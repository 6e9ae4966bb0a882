#include "index/row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "index/block.h"
#include "index/row_readers.h"
#include "index/text.h"
#include "tests/unit/index/sample_rows.h"

namespace s3c::index {
namespace {

using nlohmann::json;
using testing::error_message;
using ::testing::HasSubstr;
using testing::sample_row;
using ::testing::StartsWith;

std::string line_of(const Row& row) {
  std::string line;
  append_json_line(line, row);
  return line;
}

Row full_row() {
  Row row = sample_row(7);
  row.version_id = "null";
  row.encryption = "aws:kms";
  row.method = 0;
  row.compressed_size_bytes = row.size_bytes;
  row.entry_name = "s3compress-key/=x";
  for (const SystemHeader& known : kSystemHeaders) row.system_headers.emplace(known.header, "value");
  row.metadata = {{"owner", "a \"b\" \\ \x01\x7f"}, {"latin1", "caf\xe9"}, {"literal", "base64:YQ=="}};
  row.tags = {{"k\xff", "v"}, {"empty", ""}};
  return row;
}

/// The row as a line, or the message of the Error.
std::string outcome(Row (*read)(std::string_view), std::string_view line) {
  std::string row;
  const std::string message = error_message([&] { row = line_of(read(line)); });
  return message.empty() ? row : message;
}

/// A row with everything that a line without escapes and base64 can have.
Row plain_row() {
  Row row = full_row();
  row.key = "sources/\xc3\xa4/\xf0\x9f\x98\x80";
  row.metadata = {{"", "x"}, {"base", "base64"}, {"owner", ""}};
  row.tags = {{"a", "1"}, {"b", "2"}};
  return row;
}

TEST(RowTest, OneLineOfJson) {
  EXPECT_EQ(
      line_of(sample_row(1)),
      R"({"key":"sources/2017/02/10/00/00/00000001.xml","size":4001,)"
      R"("etag":"9e3779b97f4a7c15c2b2ae3d27d4eb4f","last_modified":"2017-02-10T00:00:00.160Z",)"
      R"("storage_class":"STANDARD","crc32":"9e3779b1","method":"deflate","offset":1100,"data_offset":1180,)"
      R"("compressed_size":1001,"content_type":"application/xml"})"
      "\n");
}

TEST(RowTest, EveryFieldComesBack) {
  EXPECT_EQ(parse_json_line(line_of(full_row())), full_row());
  const std::string line = line_of(sample_row(1));
  EXPECT_EQ(parse_json_line(line), sample_row(1));
  EXPECT_EQ(parse_json_line(line.substr(0, line.size() - 1)), sample_row(1));
}

TEST(RowTest, AnyBytesComeBack) {
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    Row row = sample_row(1);
    row.key.resize(1 + random() % 30);
    for (char& c : row.key) c = static_cast<char>(random() % 3 == 0 ? random() : random() % 128);
    row.metadata["m"] = row.key;
    const std::string line = line_of(row);
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    EXPECT_EQ(parse_json_line(line), row);
  }
}

TEST(TextTest, Base64OnlyWhereNeeded) {
  EXPECT_EQ(text_from_bytes("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(text_from_bytes("caf\xe9"), "base64:Y2Fm6Q==");
  EXPECT_EQ(text_from_bytes("base64:"), "base64:YmFzZTY0Og==");
  EXPECT_EQ(bytes_from_text("base64:Y2Fm6Q=="), "caf\xe9");
  EXPECT_EQ(bytes_from_text("base64:YmFzZTY0Og=="), "base64:");
  for (const char* text : {"base64:", "base64:YQ==", "base64:Y2Fm6Q", "base64:?"}) {
    EXPECT_NE(error_message([&] { bytes_from_text(text); }), "") << text;
  }
}

TEST(RowTest, UnknownFieldsAreIgnored) {
  json object = json::parse(line_of(full_row()));
  object["added_in_2031"] = {{"a", 1}};
  EXPECT_EQ(parse_json_line(object.dump()), full_row());
}

TEST(RowTest, AnyRequiredFieldMissingIsNamed) {
  for (const char* name : {"key", "size", "etag", "last_modified", "crc32", "method", "offset", "data_offset",
                           "compressed_size"}) {
    json object = json::parse(line_of(full_row()));
    object.erase(name);
    EXPECT_EQ(error_message([&] { parse_json_line(object.dump()); }), std::string(name) + ": missing");
  }
}

TEST(RowTest, AnyFieldOfTheWrongTypeIsNamed) {
  const json object = json::parse(line_of(full_row()));
  for (const auto& [name, value] : object.items()) {
    for (const json& wrong : {json(nullptr), json(true), json(-1), json(1.5), json::array()}) {
      json changed = object;
      changed[name] = wrong;
      EXPECT_THAT(error_message([&] { parse_json_line(changed.dump()); }), StartsWith(name + ":"))
          << wrong.type_name();
    }
  }
}

TEST(RowTest, ValuesOutOfRangeAreNamed) {
  const std::pair<const char*, json> wrong[] = {
      {"key", ""},
      {"size", 4008},
      {"crc32", "1234567"},
      {"crc32", "1234567G"},
      {"crc32", "ABCDEF01"},
      {"crc32", "+1234567"},
      {"method", "bzip2"},
      {"method", 8},
      {"data_offset", 7700},
      {"data_offset", 0},
      {"version_id", ""},
      {"last_modified", "yesterday"},
      {"metadata", {{"a", 1}}},
      {"key", "base64:YQ=="},
  };
  for (const auto& [name, value] : wrong) {
    json object = json::parse(line_of(full_row()));
    object[name] = value;
    EXPECT_NE(error_message([&, &changed = object] { parse_json_line(changed.dump()); }), "")
        << name << value;
  }
}

TEST(RowTest, WhatIsNotJsonIsCorrupt) {
  for (const std::string& line :
       {std::string(), std::string("[]"), std::string("{"), std::string("{}x"),
        std::string("{\"key\":\"a\",\"key\":\"b\"}"), std::string("{\"key\":\"\xff\"}"),
        std::string(10'000, '['), "{\"a\":" + std::string(10'000, '['),
        "{\"a\":" + std::string(17, '[') + std::string(17, ']') + "}"}) {
    EXPECT_NE(error_message([&] { parse_json_line(line); }), "") << line.substr(0, 50);
  }
}

/// The memory of JSON is many times its text's: a row that no writer makes is refused unread.
TEST(RowTest, ARowThatIsTooLongIsRefusedBeforeItIsRead) {
  const std::string line = line_of(sample_row(1));
  const auto padded = [&](std::size_t size) {
    std::string row = line.substr(0, line.rfind('}'));
    return row.append(size - row.size() - 1, ' ') + "}";
  };
  EXPECT_EQ(parse_json_line(padded(kMaxRowBytes)), sample_row(1));
  EXPECT_THAT(error_message([&] { parse_json_line(padded(kMaxRowBytes + 1)); }), HasSubstr("too long"));
}

TEST(RowTest, NothingUnreadableIsWritten) {
  Row row = sample_row(1);
  row.method = 12;
  EXPECT_THAT(error_message([&] { line_of(row); }, base::ErrorKind::internal), HasSubstr("12"));
  row = sample_row(1);
  row.system_headers["x-unknown"] = "value";
  EXPECT_THAT(error_message([&] { line_of(row); }, base::ErrorKind::internal), HasSubstr("x-unknown"));
}

TEST(Row, CharactersThatEndALineSomewhereAreEscaped) {
  const std::string key =
      "a\xc2\x85"
      "b\xe2\x80\xa8"
      "c\xe2\x80\xa9"
      "d\xc2\x86\xe2\x80\xaa";
  std::string text;
  append_json_string(text, key);
  EXPECT_EQ(text,
            "\"a\\u0085"
            "b\\u2028"
            "c\\u2029"
            "d\xc2\x86\xe2\x80\xaa\"");
  EXPECT_EQ(nlohmann::json::parse(text).get<std::string>(), key);
}

std::optional<Row> fast(std::string_view line) {
  Row row;
  return read_written_row(line, row) ? std::optional(row) : std::nullopt;
}

TEST(RowReadersTest, TheFastOneReadsWhatIsWritten) {
  for (const Row& row : {sample_row(1), plain_row()}) {
    const std::string line = line_of(row);
    EXPECT_EQ(fast(line), row);
    EXPECT_EQ(fast(line.substr(0, line.size() - 1)), row);
    EXPECT_EQ(parse_any_json_line(line), row);
    for (std::size_t size = 0; size + 1 < line.size(); ++size)
      ASSERT_EQ(fast(line.substr(0, size)), std::nullopt) << size;
  }
}

/// Whatever isn't as written is left to the parser of any JSON, which takes some of it and refuses the rest.
TEST(RowReadersTest, TheFastOneLeavesEverythingElseToTheOther) {
  const std::pair<const char*, const char*> changes[] = {
      {"{\"key\"", "{ \"key\""},
      {"{\"key\"", "\xef\xbb\xbf{\"key\""},
      {"{\"key\"", "{\"new\":1,\"key\""},
      {"\"size\":4007", "\"size\": 4007"},
      {"\"size\":4007", "\"size\":04007"},
      {"\"size\":4007", "\"size\":-4007"},
      {"\"size\":4007", "\"size\":4007.0"},
      {"\"size\":4007", "\"size\":4007e0"},
      {"\"size\":4007", "\"size\":\"4007\""},
      {"\"size\":4007", "\"size\":18446744073709551616"},
      {"\"size\":4007", "\"size\":4007,\"size\":4007"},
      {"\"size\":4007,", ""},
      {"\"version_id\":\"null\"", "\"version_id\":\"\""},
      {"\"version_id\":\"null\"", "\"version_id\":null"},
      {"\"version_id\":\"null\"", "\"version_id\":\"null\",\"version_id\":\"null\""},
      {"\"version_id\":\"null\"", "\"version_id\":\"base64:/w==\""},
      {"\"version_id\":\"null\"", "\"version_id\":\"nu\\u006cl\""},
      {"\"version_id\":\"null\"", "\"version_id\":\"nu\tll\""},
      {"\"version_id\":\"null\"", "\"version_id\":\"\xed\xa0\x80\""},
      {"\"owner\"", "\"base\""},
      {"\"owner\"", "\"a\""},
      {"\"tags\":{", "\"tags\":{},\"tags\":{"},
      {"\"tags\":{", "\"tags\":{,"},
      {"\"b\":\"2\"", "\"b\":2"},
      {"\"b\":\"2\"", "\"b\":\"2\","},
      {"\"crc32\":\"", "\"crc32\":\"+"},
      {"\"method\":\"stored\"", "\"method\":\"Stored\""},
      {"\"}}", "\"}} "},
      {"\"}}", "\"}},"},
      {"\"}}", "\"}}{}"},
      {"\"}}\n", "\"}}\n\n"},
      {"\"}}", "\"},\"new\":1}"},
      {"\"}}", "\"},\"\":}"},
  };
  const std::string line = line_of(plain_row());
  for (const auto& [from, to] : changes) {
    std::string changed = line;
    const std::size_t at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, std::string_view(from).size(), to);
    EXPECT_EQ(fast(changed), std::nullopt) << changed;
    EXPECT_EQ(outcome(parse_json_line, changed), outcome(parse_any_json_line, changed)) << changed;
  }
}

TEST(RowReadersTest, TheKeyAloneIsTheRowsOrIsLeftToTheOther) {
  Row row = sample_row(1);
  for (const char* key : {"a", "\xc3\xa4", "a/b c"}) {
    row.key = key;
    EXPECT_EQ(read_written_key(line_of(row)), key);
  }
  for (const char* key : {"a\"b", "a\\b", "a\x01", "\xff", "base64:", "\xe2\x80\xa8"}) {
    row.key = key;
    EXPECT_EQ(read_written_key(line_of(row)), std::nullopt) << key;
    EXPECT_EQ(parse_json_line(line_of(row)).key, key);
  }
  for (const char* line :
       {"", "{", "{\"key\":", "{\"key\":\"a", "{ \"key\":\"a\"", "{\"size\":1,\"key\":\"a\"}"})
    EXPECT_EQ(read_written_key(line), std::nullopt) << line;
}

TEST(RowReadersTest, BothSayTheSameOfAnyLine) {
  std::mt19937 random(7);
  const std::string lines[] = {line_of(sample_row(1)), line_of(plain_row()), line_of(full_row())};
  const std::string_view pieces[] = {"\"",   "\\",      ",",           ":",    "{",       "}",
                                     "0",    "1",       "-",           " ",    "\n",      "\xff",
                                     "\x7f", "base64:", "\"tags\":{}", "null", "\\u0000", "key"};
  int right = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string line = lines[random() % std::size(lines)];
    for (unsigned changes = 1 + random() % 2; changes > 0; --changes) {
      const std::size_t at = random() % line.size();
      const std::string other = line.substr(random() % line.size(), random() % 20);
      const std::string_view piece = random() % 2 == 0 ? pieces[random() % std::size(pieces)] : other;
      line.replace(at, random() % 3, piece);
    }
    const std::string expected = outcome(parse_any_json_line, line);
    ASSERT_EQ(outcome(parse_json_line, line), expected) << line;
    if (expected.starts_with("{")) ++right;
  }
  EXPECT_GT(right, 100);
}

}  // namespace
}  // namespace s3c::index
