#include "index/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ctime>

#include <nlohmann/json.hpp>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "tests/unit/index/sample_rows.h"

namespace s3c::index {
namespace {

using nlohmann::json;
using testing::error_message;
using ::testing::HasSubstr;
using testing::sample_index;
using testing::sample_row;
using ::testing::StartsWith;

Manifest sample_manifest() {
  const IndexFile index = sample_index(5000);
  Manifest manifest;
  manifest.id = base::make_ulid(sample_row(0).last_modified);
  manifest.archive_bucket = "archive-bucket";
  manifest.archive_key = "source-bucket/20170210.zip";
  manifest.archive_size_bytes = 20'000'000;
  manifest.checksum.value = base::to_base64(base::crc32_bytes(0x12345678));
  manifest.crc64nvme = base::to_base64(base::crc64nvme_bytes(0x123456789abcdef0));
  manifest.etag = base::to_hex(base::md5("")) + "-3";
  manifest.part_size_bytes = 8 << 20;
  manifest.parts = 3;
  manifest.storage_class = "GLACIER";
  manifest.source_bucket = "source-bucket";
  manifest.layout = "{prefix}/{yyyy}/{mm}/{dd}/";
  manifest.group = {{"prefix", "sources"}, {"yyyy", "2017"}, {"mm", "02"}, {"dd", "10"}};
  manifest.group_prefix = "sources/2017/02/10/";
  manifest.objects = index.rows;
  manifest.source_size_bytes = 20'100'000;
  manifest.first_key = index.first_key;
  manifest.last_key = index.last_key;
  manifest.index_key = "s3compress_catalog/index/source-bucket/20170210.zip/" + manifest.id + ".jsonl.gz";
  manifest.index_size_bytes = index.gz.size();
  manifest.index_sha256 = base::to_hex(base::sha256(index.gz.view()));
  manifest.blocks = index.blocks;
  manifest.created_at = sample_row(0).last_modified;
  manifest.upload_id = "upload-1";
  manifest.tool = "s3compressor";
  manifest.tool_version = "0.1.0";
  return manifest;
}

/// As it was written before manifests told their own SHA-256. Its fields can be changed one by one.
json document(Manifest manifest = sample_manifest()) {
  manifest.has_sha256 = false;
  return json::parse(to_json(manifest));
}

TEST(ManifestTest, ReadsBackWhatWasWritten) {
  Manifest manifest = sample_manifest();
  EXPECT_EQ(parse_manifest(to_json(manifest)), manifest);
  manifest.archive_bucket.clear();
  manifest.group.clear();
  manifest.group_prefix.clear();
  manifest.last_key = "sources/\xff\xfe";
  manifest.layout = "base64:";
  EXPECT_EQ(parse_manifest(to_json(manifest)), manifest);
}

TEST(ManifestTest, ItSaysIfTagsWereNotArchived) {
  Manifest manifest = sample_manifest();
  EXPECT_THAT(to_json(manifest), ::testing::Not(HasSubstr("tags_archived"))) << "as in manifests of old";
  EXPECT_TRUE(parse_manifest(to_json(manifest)).tags_archived);
  manifest.tags_archived = false;
  const std::string text = to_json(manifest);
  EXPECT_THAT(text, HasSubstr("\"tags_archived\": false"));
  EXPECT_FALSE(parse_manifest(text).tags_archived);
  std::string wrong = text;
  wrong.replace(wrong.find("\"tags_archived\": false"), 22, "\"tags_archived\": 0");
  EXPECT_THROW(parse_manifest(wrong), base::Error);
}

TEST(ManifestTest, ForeignArchives) {
  Manifest manifest = sample_manifest();
  manifest.id = base::ulid_of({}, "0123456789");
  manifest.foreign_entries = manifest.objects + 3;
  EXPECT_EQ(parse_manifest(to_json(manifest)), manifest) << "uploaded in parts";
  manifest.etag = base::to_hex(base::md5(""));
  manifest.part_size_bytes = manifest.archive_size_bytes;
  manifest.parts = 1;
  EXPECT_EQ(parse_manifest(to_json(manifest)), manifest) << "in one PUT";
  EXPECT_THAT(to_json(manifest), HasSubstr("\"foreign_entries\": 5003"));
  EXPECT_THAT(to_json(sample_manifest()), ::testing::Not(HasSubstr("foreign")));

  const auto complaint = [&](auto change) {
    Manifest changed = manifest;
    change(changed);
    return error_message([&] { to_json(changed); }, base::ErrorKind::internal);
  };
  EXPECT_THAT(complaint([](Manifest& m) { m.foreign_entries = 0; }), HasSubstr("archive.etag"))
      << "only a foreign one has no parts";
  EXPECT_THAT(complaint([](Manifest& m) { m.etag += "-2"; }), HasSubstr("archive.etag"));
  EXPECT_THAT(complaint([](Manifest& m) { m.parts = 3, m.part_size_bytes = 8 << 20; }),
              HasSubstr("archive.etag"));
  EXPECT_THAT(complaint([](Manifest& m) { m.etag.pop_back(); }), HasSubstr("archive.etag"));
  EXPECT_THAT(complaint([](Manifest& m) { m.foreign_entries = m.objects - 1; }), HasSubstr("source.objects"));
  EXPECT_THAT(complaint([](Manifest& m) { m.id = base::make_ulid(m.created_at); }),
              HasSubstr("archive.foreign_entries"))
      << "the id of a run";
}

TEST(ManifestTest, ABlockIsALine) {
  EXPECT_THAT(to_json(sample_manifest()),
              HasSubstr("\n      {\"first_key\":\"sources/2017/02/10/00/04/00004096.xml\",\"offset\":"));
}

TEST(ManifestTest, RefusesToWriteWhatItCouldNotRead) {
  Manifest manifest = sample_manifest();
  manifest.parts = 4;
  EXPECT_THAT(error_message([&] { to_json(manifest); }, base::ErrorKind::internal),
              HasSubstr("archive.parts"));
  manifest = sample_manifest();
  manifest.upload_id.clear();
  EXPECT_THAT(error_message([&] { to_json(manifest); }, base::ErrorKind::internal), HasSubstr("upload_id"));
}

/// The paths of all fields, "index.blocks.1.rows".
void collect(const json& value, const std::string& pointer, std::vector<std::string>& pointers) {
  if (!pointer.empty()) pointers.push_back(pointer);
  if (!value.is_structured()) return;
  for (const auto& [name, item] : value.items()) collect(item, pointer + "/" + name, pointers);
}

bool is_free(const std::string& pointer) {
  return pointer == "/archive/bucket" || pointer == "/archive/crc64nvme" ||
         pointer.starts_with("/source/group/") ||
         (pointer.starts_with("/index/blocks/") && pointer.ends_with("/sha256"));
}

TEST(ManifestTest, AnyFieldMissingIsNamed) {
  const json whole = document();
  std::vector<std::string> pointers;
  collect(whole, "", pointers);
  EXPECT_GT(pointers.size(), 40u);
  for (const std::string& pointer : pointers) {
    if (is_free(pointer)) continue;
    const json::json_pointer at(pointer);
    json changed = whole;
    json& parent = changed.at(at.parent_pointer());
    if (parent.is_array()) {
      parent.erase(std::stoul(at.back()));
    } else {
      parent.erase(at.back());
    }
    EXPECT_NE(error_message([&] { parse_manifest(changed.dump()); }), "") << pointer;
  }
}

TEST(ManifestTest, AnyFieldOfTheWrongTypeIsNamed) {
  const json whole = document();
  std::vector<std::string> pointers;
  collect(whole, "", pointers);
  for (const std::string& pointer : pointers) {
    for (const json& wrong : {json(nullptr), json(-1), json(0.5), json(true)}) {
      json changed = whole;
      changed.at(json::json_pointer(pointer)) = wrong;
      const std::string name = json::json_pointer(pointer).back();
      const std::string message = error_message([&] { parse_manifest(changed.dump()); });
      EXPECT_NE(message, "") << pointer;
      if (!is_free(pointer) && name.find_first_not_of("0123456789") != std::string::npos) {
        EXPECT_THAT(message, HasSubstr(name + ":")) << pointer;
      }
    }
  }
}

TEST(ManifestTest, ValuesThatCanNotBeAreNamed) {
  struct Change {
    const char* pointer;
    json value;
    const char* complaint;
  };
  const Change changes[] = {
      {"/id", "not a ulid", "id: "},
      {"/archive/key", "", "archive.key: "},
      {"/archive/size", 0, "archive.size: "},
      {"/archive/size", 30'000'000, "archive.parts: "},
      {"/archive/part_size", 0, "archive.part_size: "},
      {"/archive/part_size", 1, "archive.parts: "},
      {"/archive/parts", 0, "archive.parts: "},
      {"/archive/parts", 10'001, "archive.parts: "},
      {"/archive/checksum/algorithm", "CRC64NVME", "archive.checksum.algorithm: "},
      {"/archive/checksum/type", "COMPOSITE", "archive.checksum.type: "},
      {"/archive/checksum/value", "AAAA", "archive.checksum.value: "},
      {"/archive/crc64nvme", "AAAAAA==", "archive.crc64nvme: "},
      {"/archive/crc64nvme", "EjRWeJq83vB=", "archive.crc64nvme: "},
      {"/archive/crc64nvme", "", "archive.crc64nvme: "},
      {"/archive/etag", "d41d8cd98f00b204e9800998ecf8427e", "archive.etag: "},
      {"/archive/etag", "d41d8cd98f00b204e9800998ecf8427e-2", "archive.etag: "},
      {"/archive/etag", "D41D8cd98f00b204e9800998ecf8427e-3", "archive.etag: "},
      {"/source/objects", 0, "source.objects: "},
      {"/source/objects", 4999, "index.blocks: "},
      {"/source/first_key", "zzz", "source.last_key: "},
      {"/source/first_key", "a", "source.first_key: "},
      {"/source/last_key", "sources/2017/02/10", "source.last_key: "},
      {"/source/group_prefix", "other/", "source.first_key: "},
      {"/index/size", 1, "index.blocks[0].length: "},
      {"/index/sha256", "00", "index.sha256: "},
      {"/index/blocks", json::array(), "index.size: "},
      {"/index/blocks/0/offset", 1, "index.blocks[0].offset: "},
      {"/index/blocks/1/sha256", "00", "index.blocks[1].sha256: "},
      {"/index/blocks/0/first_key", "sources/2017/02/10/x", "index.blocks[0].first_key: "},
      {"/index/blocks/0/length", 29, "index.blocks[1].offset: "},
      {"/index/blocks/0/rows", 0, "index.blocks[0].rows: "},
      {"/index/blocks/0/rows", 4097, "index.blocks[0].rows: "},
      {"/index/blocks/0/rows", 4095, "index.blocks: "},
      {"/index/blocks/1/length", 29, "index.size: "},
      {"/index/blocks/1/first_key", "zzz", "index.blocks[1].first_key: "},
      {"/index/blocks/1/first_key", "a", "index.blocks[1].first_key: "},
      {"/created_at", "2017", "created_at: "},
  };
  const json whole = document();
  for (const Change& change : changes) {
    json changed = whole;
    changed.at(json::json_pointer(change.pointer)) = change.value;
    EXPECT_THAT(error_message([&, &object = changed] { parse_manifest(object.dump()); }),
                StartsWith(change.complaint))
        << change.pointer;
  }
}

/// A reader holds a block in memory, so the manifest must not be able to say how much that is.
TEST(ManifestTest, NoBlockIsLargerThanOneCanBe) {
  json manifest = document();
  const std::uint64_t first = manifest["index"]["blocks"][0]["length"];
  const auto with_length = [&](std::uint64_t length) {
    manifest["index"]["blocks"][1]["length"] = length;
    manifest["index"]["size"] = first + length;
    return error_message([&] { parse_manifest(manifest.dump()); });
  };
  EXPECT_EQ(with_length(kMaxBlockBytes), "");
  for (const std::uint64_t lie :
       {kMaxBlockBytes + 1, std::uint64_t{1} << 40, (std::uint64_t{1} << 62) - first, UINT64_MAX}) {
    EXPECT_THAT(with_length(lie), HasSubstr("index.")) << lie;
  }
}

TEST(ManifestTest, NewerFormatsAreUnsupportedAndUnknownFieldsIgnored) {
  Manifest manifest = sample_manifest();
  manifest.has_sha256 = false;
  json object = document(manifest);
  object["added_in_2031"] = 1;
  object["archive"]["added_in_2031"] = 1;
  EXPECT_EQ(parse_manifest(object.dump()), manifest);
  object["format"] = 2;
  object.erase("archive");
  EXPECT_THAT(error_message([&] { parse_manifest(object.dump()); }, base::ErrorKind::unsupported),
              HasSubstr("2"));
}

TEST(ManifestTest, CutOffIsCorrupt) {
  const std::string text = to_json(sample_manifest());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    ASSERT_NE(error_message([&] { parse_manifest(text.substr(0, size)); }), "") << size;
  }
}

/// A wrong key range, or a wrong first key of a block, would leave members out of a search, and nobody would know.
TEST(ManifestTest, AnyWrongByteShows) {
  const Manifest manifest = sample_manifest();
  const std::string text = to_json(manifest);
  const std::size_t name = text.find("manifest_sha256");
  ASSERT_NE(name, std::string::npos);
  for (std::size_t at = 0; at < text.size(); ++at) {
    // Without the field's name it is a manifest of old, and as whole as before.
    if (at >= name && at < name + std::string_view("manifest_sha256").size()) continue;
    std::string wrong = text;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    EXPECT_NE(error_message([&] { parse_manifest(wrong); }), "") << at << ": " << text.substr(at, 20);
  }
}

TEST(ManifestTest, AnEditedManifestIsNamed) {
  const std::string text = to_json(sample_manifest());
  std::string edited = text;
  const std::size_t last_key =
      edited.find("04099.xml") == std::string::npos ? edited.rfind("04999.xml") : edited.rfind("04099.xml");
  ASSERT_NE(last_key, std::string::npos);
  edited[last_key + 4] = '8';
  EXPECT_THAT(error_message([&] { parse_manifest(edited); }), StartsWith("manifest_sha256: "));
  EXPECT_THAT(error_message([&] { parse_manifest(json::parse(text).dump()); }),
              StartsWith("manifest_sha256: "))
      << "not the bytes that were written";
  for (const json& wrong : {json(nullptr), json(1), json("00")}) {
    json object = document();
    object["manifest_sha256"] = wrong;
    EXPECT_THAT(error_message([&] { parse_manifest(object.dump()); }), StartsWith("manifest_sha256: "));
  }
}

TEST(ManifestTest, ManifestsOfOldTellNoSha256) {
  Manifest manifest = sample_manifest();
  manifest.has_sha256 = false;
  EXPECT_THAT(to_json(manifest), ::testing::Not(HasSubstr("manifest_sha256")));
  EXPECT_EQ(parse_manifest(to_json(manifest)), manifest);
}

TEST(ManifestTest, RowsMustLieWhereTheirBlockSays) {
  Manifest manifest = sample_manifest();
  ASSERT_EQ(manifest.blocks.size(), 2u);
  std::vector<std::vector<Row>> rows(2);
  for (std::size_t i = 0; i < 5000; ++i) rows[i / 4096].push_back(sample_row(i));
  const auto complaint = [&](std::size_t block) {
    return error_message([&] {
      expect_rows(manifest, manifest.blocks[block], {rows[block], rows[block].back().key});
    });
  };
  EXPECT_EQ(complaint(0), "");
  EXPECT_EQ(complaint(1), "");
  manifest.last_key += "x";
  EXPECT_EQ(complaint(0), "");
  EXPECT_THAT(complaint(1), HasSubstr("not the one that the manifest lists"));
  manifest.last_key.pop_back();
  manifest.blocks[1].first_key = rows[0].back().key;
  EXPECT_THAT(complaint(0), HasSubstr("not the one that the manifest lists"))
      << "it reaches into the next block";
  manifest.blocks[1].first_key = rows[1].front().key;
  manifest.archive_size_bytes = rows[1].back().data_offset;
  EXPECT_THAT(complaint(1), HasSubstr("beyond the archive"));
}

/// Documents of a size that a manifest may have, made to be expensive to read.
TEST(ManifestTest, HostileDocumentsAreRefusedQuickly) {
  constexpr std::size_t kBytes = kMaxManifestBytes / 16;
  const auto repeated = [](const std::string& start, const std::string& piece, const std::string& end) {
    std::string text = start;
    while (text.size() + piece.size() + end.size() <= kBytes) text += piece;
    return text + end;
  };
  std::string names = "{\"a\":0";
  for (int i = 0; names.size() < kBytes - 20; ++i) names += ",\"" + std::to_string(i) + "\":0";
  for (const std::string& text :
       {repeated("{\"a\":[{}", ",{}", "]}"), repeated("{\"a\":[0", ",0", "]}"), repeated("{\"a\":", "[", ""),
        repeated("{\"a\":[[]", ",[]", "]}"), names + "}", repeated("{\"a\":\"", "\\u0001", "\"}"),
        repeated("{\"a\":", "9", "}")}) {
    const std::clock_t start = std::clock();  // CPU time: other processes don't count
    EXPECT_NE(error_message([&] { parse_manifest(text); }), "") << text.substr(0, 20);
    EXPECT_LT(std::clock() - start, 3 * CLOCKS_PER_SEC) << text.substr(0, 20);
  }
}

TEST(ManifestTest, NoManifestIsLongerThanItMayBe) {
  Manifest manifest = sample_manifest();
  manifest.has_sha256 = false;
  const std::string text = to_json(manifest);
  const std::string longest = text + std::string(kMaxManifestBytes - text.size(), ' ');
  EXPECT_EQ(parse_manifest(longest), manifest);
  EXPECT_THAT(error_message([&] { parse_manifest(longest + " "); }), HasSubstr("no manifest has more"));
}

}  // namespace
}  // namespace s3c::index
