// Archives that another program made: records of them can be made and read, and nobody deletes or aborts
// anything because of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "archive/committer.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/foreign_index.h"
#include "catalog/layout_notes.h"
#include "catalog/member_reader.h"
#include "catalog/member_search.h"
#include "catalog/take_back.h"
#include "source/archived_members.h"
#include "support/promise.h"
#include "upkeep/gc_run.h"
#include "upkeep/rebuild.h"
#include "upkeep/verify_run.h"
#include "upkeep/volume_check.h"
#include "zip/member_encoder.h"
#include "zip/writer.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using support::error_kind;
using support::FakeStore;
using support::Op;
using ::testing::HasSubstr;

constexpr const char* kForeignKey = "src/20180401.zip";
const base::Timestamp kModified = base::parse_iso8601("2017-02-10T00:06:30.000Z").value();

struct Entry {
  std::string name;
  std::string body;
};

/// As Python's zipfile writes it, but for what our own encoder chooses to store.
std::string zip_of(const std::vector<Entry>& entries) {
  std::string bytes;
  zip::Writer writer([&](std::string_view piece) { bytes.append(piece); });
  zip::MemberEncoder encoder(6);
  for (const Entry& entry : entries) writer.add(encoder.encode(entry.name, entry.body, kModified));
  writer.finish();
  return bytes;
}

s3::ObjectHead foreign_head() {
  s3::ObjectHead head;
  head.size_bytes = 100;
  head.etag = base::to_hex(base::md5("archive"));
  head.last_modified = kModified;
  return head;
}

class ForeignTest : public ::testing::TestWithParam<bool> {
 protected:
  ForeignTest()
      : store_(
            {.conditional_complete = GetParam(), .checksums = GetParam(), .conditional_delete = GetParam()}),
        watch_(store_) {
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
    options_.scope.archive_bucket = support::kArchive;
    options_.scope.bucket = support::kSource;
    options_.tool_version = "test";
  }
  ~ForeignTest() override {
    for (const std::string& broken : watch_.broken()) ADD_FAILURE() << broken;
  }

  void put(const std::vector<Entry>& entries) { store_.put(support::kArchive, kForeignKey, zip_of(entries)); }
  Rebuilt rebuild() { return rebuild_records(store_, options_, kForeignKey, clock_); }
  index::Manifest manifest() {
    const auto names = catalog_.list_volume(kForeignKey);
    EXPECT_EQ(names.size(), 1u);
    return catalog_.read_manifest(names.at(0));
  }
  std::vector<index::Row> rows() {
    std::vector<index::Row> rows;
    index::IndexCursor cursor = catalog_.open_index(manifest());
    while (auto row = cursor.next()) rows.push_back(*row);
    return rows;
  }
  VerifyReport verify(bool deep = false) {
    VerifyOptions options;
    options.scope = options_.scope;
    options.deep = deep;
    VerifyProgress progress;
    return run_verify(options, {store_, *log_, progress, {}});
  }
  std::string the_damage(bool deep = false) {
    const VerifyReport report = verify(deep);
    EXPECT_EQ(report.damaged, 1u);
    std::string text;
    for (const VolumeDamage& damage : report.damages.named()) text += damage.key + ": " + damage.what + "\n";
    return text;
  }
  /// Knows no names but the catalog's.
  GcReport gc() {
    GcOptions options;
    options.archive_bucket = support::kArchive;
    options.min_age = {};
    GcProgress progress;
    return run_gc(options, {store_, *log_, progress, {}});
  }
  std::set<std::string> records() const {
    std::set<std::string> keys = store_.keys(support::kArchive);
    std::erase_if(keys, [](const std::string& key) {
      return !key.starts_with(catalog::kCatalogPrefix) || key.starts_with(catalog::kLayoutFolder);
    });
    return keys;
  }
  std::size_t notes() const {
    const std::set<std::string> keys = store_.keys(support::kArchive);
    return static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), [](const std::string& key) {
      return key.starts_with(catalog::kLayoutFolder);
    }));
  }
  /// The record with its manifest changed: what somebody's editor, or bad luck, could make of it.
  void rewrite(const std::function<void(index::Manifest&)>& change) {
    index::Manifest m = manifest();
    change(m);
    store_.edit(support::kArchive, catalog::manifest_key(kForeignKey, m.id),
                [&](support::StoredObject& object) {
                  object.body = index::to_json(m);
                  object.etag = base::to_hex(base::md5(object.body));
                });
  }

  FakeStore store_;
  support::PromiseWatch watch_;
  support::FakeClock clock_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  catalog::Catalog catalog_{store_, support::kArchive};
  RebuildOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ForeignTest, ::testing::Bool(),
                         [](const auto& powers) { return powers.param ? "full" : "lesser"; });

/// It is found by key, although its archive has the name of another day.
TEST_P(ForeignTest, ANoteTellsIfItsNamesMayBeKeys) {
  const std::string key = "sources/2018/12/31/x";
  put({{"a_b", "1"}});
  rebuild();
  EXPECT_EQ(notes(), 1u) << "the original program's names are keys of no layout";
  put({{key, "1"}, {"a_b", "1"}});
  rebuild();
  EXPECT_TRUE(store_.keys(support::kArchive).contains(catalog::foreign_note(support::kSource).key));
  const catalog::MemberQuery query({key}, {});
  EXPECT_EQ(catalog::search_members(store_, {options_.scope, query}, {}, [](catalog::FoundKey&&) {}).members,
            1u);
}

// --- the id

TEST(ForeignId, IsMadeOfETagAndSize) {
  const s3::ObjectHead head = foreign_head();
  const std::string id = catalog::record_id(head);
  EXPECT_EQ(base::ulid_time(id), base::Timestamp{});
  EXPECT_TRUE(catalog::is_foreign_id(id));
  EXPECT_FALSE(catalog::is_foreign_id(base::make_ulid(kModified)));
  EXPECT_EQ(catalog::id_of(head), "") << "to the commit protocol it has none";
  const auto with = [&](auto change) {
    s3::ObjectHead other = head;
    change(other);
    return catalog::record_id(other);
  };
  EXPECT_EQ(with([](auto& h) { h.last_modified += std::chrono::hours(1); }), id) << "a copy in place";
  EXPECT_EQ(with([](auto& h) { h.storage_class = "GLACIER"; }), id);
  EXPECT_NE(with([](auto& h) { ++h.size_bytes; }), id);
  EXPECT_NE(with([](auto& h) { h.etag += "-1"; }), id);
  EXPECT_EQ(with([](auto& h) { h.metadata[catalog::kIdMetadata] = "carried"; }), "carried");
  EXPECT_EQ(with([](auto& h) { h.etag.clear(); }), "") << "nothing to tell it by";
  EXPECT_EQ(catalog::record_id(std::nullopt), "");
}

// --- what its record can't do

TEST(ForeignProof, ThereIsNone) {
  const s3::ObjectHead head = foreign_head();
  index::Manifest m;
  m.id = catalog::record_id(head);
  m.archive_size_bytes = head.size_bytes;
  m.etag = head.etag;
  m.parts = 1;
  m.foreign_entries = 1;
  EXPECT_TRUE(catalog::is_as_sent(m, head));
  EXPECT_FALSE(catalog::prove_committed(m, head)) << "its rows say of no object that it is the archived one";
  m.foreign_entries = 0;
  EXPECT_FALSE(catalog::is_as_sent(m, head)) << "a volume of ours carries its id";
  s3::ObjectHead carrying = head;
  carrying.metadata[catalog::kIdMetadata] = m.id;
  EXPECT_TRUE(catalog::is_as_sent(m, carrying));
  m.foreign_entries = 1;
  EXPECT_FALSE(catalog::is_as_sent(m, carrying)) << "an archive with an id is not foreign";
}

TEST(ForeignRow, IsNoObjects) {
  index::Row row;
  row.key = "a";
  row.size_bytes = 4;
  row.last_modified = kModified;
  s3::ObjectSummary object;
  object.key = "a";
  object.size_bytes = 4;
  object.last_modified = kModified;
  EXPECT_FALSE(source::is_same_object(row, object)) << "neither has an ETag: nothing is told by that";
  row.etag = object.etag = "e";
  EXPECT_TRUE(source::is_same_object(row, object));
}

/// Everything a source object can have in common with a row: key, size, time, and no ETag in the listing.
TEST_P(ForeignTest, AnObjectOfTheSameNameIsArchivedOnItsOwn) {
  const std::string key = support::day_key(1, 0);
  put({{key, "body"}});
  const Rebuilt rebuilt = rebuild();
  EXPECT_TRUE(rebuilt.foreign && rebuilt.manifest_written && rebuilt.index_written);
  const auto before = store_.objects(support::kArchive);
  store_.put(support::kSource, key, "BODY");  // another one of the same size
  store_.edit(support::kSource, key, [](auto& object) { object.last_modified = kModified; });

  archive::ArchiveOptions keep = support::small_options();
  keep.keep_sources = true;
  ASSERT_FALSE(support::run(store_, keep).total().failure);
  EXPECT_TRUE(store_.keys(support::kArchive).contains("src/20180401-2.zip"));
  EXPECT_TRUE(store_.keys(support::kSource).contains(key));

  // And when listings have no ETags, as long as that lasts nothing goes at all.
  store_.alter_list = [](const s3::ListObjectsRequest& request, s3::ListObjectsPage& page) {
    if (request.bucket != support::kSource) return;
    for (auto& object : page.objects) object.etag.clear();
  };
  catalog::GroupState state = catalog_.load_group("src/20180401");
  ASSERT_EQ(state.committed.size(), 1u);
  EXPECT_TRUE(state.uncommitted.empty());
  EXPECT_EQ(state.listed.size(), 2u);
  support::run(store_, support::small_options());
  EXPECT_TRUE(store_.keys(support::kSource).contains(key));
  store_.alter_list = {};

  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  support::expect_nothing_lost(store_, {{key, "BODY"}});
  for (const auto& [name, object] : before)
    EXPECT_EQ(store_.objects(support::kArchive).at(name).body, object.body) << name;
}

/// The last line of defence by itself: a volume that proves itself, whose rows have no ETag, and a store
/// whose listing has none either.
TEST_P(ForeignTest, ARowWithoutETagIsNoLicence) {
  const std::string key = support::day_key(1, 0);
  store_.put(support::kSource, key, "body");
  archive::ArchiveOptions keep = support::small_options();
  keep.keep_sources = true;
  ASSERT_FALSE(support::run(store_, keep).total().failure);
  const std::vector<index::Row> with_etags = rows();
  rewrite([&](index::Manifest& m) {
    index::IndexWriter writer;
    for (index::Row row : with_etags) {
      row.etag.clear();
      writer.add(row);
    }
    const index::IndexFile file = writer.finish();
    m.index_size_bytes = file.gz.size();
    m.index_sha256 = base::to_hex(base::sha256(file.gz.view()));
    m.blocks = file.blocks;
    store_.edit(support::kArchive, m.index_key, [&](auto& object) { object.body = file.gz.view(); });
  });
  store_.alter_list = [](const s3::ListObjectsRequest& request, s3::ListObjectsPage& page) {
    if (request.bucket != support::kSource) return;
    for (auto& object : page.objects) object.etag.clear();
  };
  support::run(store_, support::small_options());
  EXPECT_TRUE(store_.keys(support::kSource).contains(key));
  store_.alter_list = {};
  ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
  EXPECT_TRUE(store_.keys(support::kArchive).contains("src/20180401-2.zip"));
  EXPECT_FALSE(store_.keys(support::kSource).contains(key));
}

TEST_P(ForeignTest, NothingIsTakenBackWhileItStands) {
  put({{"a_b", "body"}});
  rebuild();
  const auto before = records();
  s3::CreateMultipartUploadRequest upload;
  upload.bucket = support::kArchive;
  upload.key = kForeignKey;
  store_.create_multipart_upload(upload);
  EXPECT_EQ(error_kind([&] { catalog::take_back(store_, catalog_, manifest()); }),
            ErrorKind::precondition_failed);
  EXPECT_EQ(records(), before);
  EXPECT_TRUE(store_.calls(Op::abort).empty());

  // One that isn't what the record says is evidence, too.
  rewrite([](index::Manifest& m) {
    m.checksum.value = base::to_base64("none"), m.etag = base::to_hex(base::md5("none"));
  });
  EXPECT_EQ(error_kind([&] { catalog::take_back(store_, catalog_, manifest()); }), ErrorKind::damaged);
  EXPECT_EQ(records(), before);
  EXPECT_THAT(the_damage(), HasSubstr("its checksum is not what the manifest says"));

  store_.erase(support::kArchive, kForeignKey);
  EXPECT_TRUE(std::holds_alternative<catalog::LostArchive>(catalog::take_back(store_, catalog_, manifest())));
  EXPECT_EQ(records(), before) << "whoever made it may have deleted its sources";
  EXPECT_TRUE(store_.calls(Op::abort).empty()) << "it had no upload";
}

TEST_P(ForeignTest, GcLeavesItAloneAlsoWhenTheArchiveIsGone) {
  put({{"a_b", "body"}});
  rebuild();
  const auto before = records();
  GcReport report = gc();
  EXPECT_EQ(report.removed.count() + report.damaged.count() + report.left.count(), 0u);
  EXPECT_EQ(records(), before);

  // Its index alone: perhaps the manifest is about to be written, or was lost. And no upload is its own.
  s3::CreateMultipartUploadRequest upload;
  upload.bucket = support::kArchive;
  upload.key = kForeignKey;
  store_.create_multipart_upload(upload);
  const std::string lost = catalog::manifest_key(kForeignKey, manifest().id);
  const std::string body = store_.objects(support::kArchive).at(lost).body;
  store_.erase(support::kArchive, lost);
  EXPECT_EQ(gc().damaged.count(), 1u);
  EXPECT_EQ(verify().foreign.count(), 1u);
  store_.put(support::kArchive, lost, body);
  EXPECT_EQ(records(), before);

  store_.erase(support::kArchive, kForeignKey);
  EXPECT_THAT(the_damage(), HasSubstr("its archive is gone"));
  report = gc();
  EXPECT_EQ(report.removed.count(), 0u);
  ASSERT_EQ(report.damaged.count(), 1u);
  EXPECT_THAT(report.damaged.named().at(0).why, HasSubstr("its archive is gone"));
  EXPECT_EQ(records(), before);
  EXPECT_TRUE(store_.calls(Op::abort, kForeignKey).empty());
}

TEST_P(ForeignTest, ARunLeavesTheNameOfOneThatIsGone) {
  put({{"a_b", "body"}});
  rebuild();
  store_.erase(support::kArchive, kForeignKey);
  const auto originals = support::fill(store_, 2, 1);
  archive::ArchiveOptions options = support::small_options();
  options.conditional_complete = options.additional_checksums = GetParam();
  options.delete_conditions = support::delete_conditions(GetParam());
  ASSERT_FALSE(support::run(store_, options).total().failure);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  support::expect_nothing_lost(store_, originals);
  EXPECT_TRUE(store_.calls(Op::abort, "src/").empty());
  EXPECT_TRUE(store_.keys(support::kArchive).contains("src/20180401-2.zip"));
  EXPECT_FALSE(store_.keys(support::kArchive).contains(kForeignKey));
  EXPECT_THAT(the_damage(), HasSubstr("its archive is gone"));
}

// --- what can be read

TEST_P(ForeignTest, RowsSayWhatTheZIPSays) {
  put({{"b", "x1y2"}, {"a_c", std::string(300, 'a')}, {"empty", ""}});
  rebuild();
  const index::Manifest m = manifest();
  EXPECT_EQ(m.objects, 3u);
  EXPECT_EQ(m.foreign_entries, 3u);
  EXPECT_EQ(m.group_prefix, "");
  EXPECT_EQ(m.group.at("dd"), "01");
  EXPECT_EQ(m.parts, 1u);
  EXPECT_EQ(m.created_at, store_.head_object(support::kArchive, kForeignKey)->last_modified);
  std::vector<std::string> keys;
  for (const index::Row& row : rows()) {
    keys.push_back(row.key);
    EXPECT_EQ(row.etag, "");
    EXPECT_EQ(row.last_modified, kModified);
    std::string body;
    catalog::read_member(store_, support::kArchive, m, row, [&](std::string_view piece) { body += piece; });
    EXPECT_EQ(body.size(), row.size_bytes);
  }
  EXPECT_THAT(keys, ::testing::ElementsAre("a_c", "b", "empty"));
  EXPECT_EQ(verify(true).whole, 1u);
  const Rebuilt again = rebuild();
  EXPECT_FALSE(again.manifest_written || again.index_written);
}

TEST_P(ForeignTest, AFlippedBitIsFoundDeep) {
  put({{"a_b", std::string(300, 'a')}, {"c", "stored"}});
  rebuild();
  const std::size_t at = rows().at(1).data_offset;
  store_.edit(support::kArchive, kForeignKey, [&](auto& object) { object.body[at] ^= 1; });
  EXPECT_EQ(verify().whole, 1u) << "listing can't tell";
  EXPECT_THAT(the_damage(true), HasSubstr("c: "));
  for (const std::string& key : records()) store_.erase(support::kArchive, key);
  EXPECT_EQ(error_kind([&] { rebuild(); }), ErrorKind::damaged);
  EXPECT_TRUE(records().empty());
}

TEST_P(ForeignTest, AnIndexThatLacksAMemberIsDamage) {
  put({{"a", "1"}, {"b", "2"}});
  rebuild();
  rewrite([](index::Manifest& m) { ++m.foreign_entries; });
  EXPECT_THAT(the_damage(true), HasSubstr("0 entries of the ZIP are not in the index, the manifest says 1"));
}

TEST_P(ForeignTest, ReadersWantTheArchiveOfTheRecord) {
  put({{"a", "1"}});
  rebuild();
  const index::Manifest m = manifest();
  const index::Row row = rows().at(0);
  put({{"a", "2"}});
  EXPECT_EQ(
      error_kind([&] { catalog::read_member(store_, support::kArchive, m, row, [](std::string_view) {}); }),
      ErrorKind::damaged);
  EXPECT_THAT(the_damage(), HasSubstr("without a volume's id"));
}

/// A record that was made after the catalog was listed.
TEST_P(ForeignTest, ARecordThatTheListingLacksIsFound) {
  put({{"a", "1"}});
  base::MemoryBudget memory(std::uint64_t{32} << 20);
  VerifyProgress progress;
  catalog::CatalogScope scope;
  scope.archive_bucket = support::kArchive;
  scope.bucket = support::kSource;
  VolumeCheck check(store_, {scope, false, false, std::nullopt, {}}, memory, progress, {});
  const catalog::ListedVolume listed{kForeignKey, std::nullopt,
                                     store_.list_objects({.bucket = support::kArchive}).objects.at(0)};
  EXPECT_EQ(check.check(listed).kind, VolumeFinding::Kind::foreign);
  rebuild();
  EXPECT_EQ(check.check(listed).kind, VolumeFinding::Kind::whole);
}

// --- names

TEST_P(ForeignTest, TheLastOfOneNameCounts) {
  put({{"twice", "first"},
       {"folder/", ""},
       {std::string(1025, 'x'), "long"},
       {"twice", "last"},
       {"once", "1"}});
  const Rebuilt rebuilt = rebuild();
  ASSERT_TRUE(rebuilt.foreign);
  EXPECT_EQ(rebuilt.objects, 2u);
  EXPECT_EQ(rebuilt.foreign->directories, 1u);
  EXPECT_EQ(rebuilt.foreign->shadowed, 1u);
  EXPECT_EQ(rebuilt.foreign->no_keys, 1u);
  EXPECT_EQ(rebuilt.foreign->count(), 3u);
  EXPECT_THAT(rebuilt.foreign->hidden.named(),
              ::testing::UnorderedElementsAre("twice", std::string(1024, 'x')));
  EXPECT_EQ(manifest().foreign_entries, 5u);
  std::string body;
  catalog::read_member(store_, support::kArchive, manifest(), rows().at(1),
                       [&](std::string_view piece) { body += piece; });
  EXPECT_EQ(body, "last");
  EXPECT_EQ(verify(true).whole, 1u);
}

TEST_P(ForeignTest, WhatNoRecordIsMadeOf) {
  const auto kind = [&] { return error_kind([&] { rebuild(); }); };
  EXPECT_EQ(kind(), ErrorKind::not_found);
  put({{"folder/", ""}});
  EXPECT_EQ(kind(), ErrorKind::unsupported);
  put({{"a", "1"}, {"s3compress-index.jsonl", "{}"}});
  EXPECT_EQ(kind(), ErrorKind::unsupported) << "a volume of ours that lost its metadata";
  put({{"a", "1"}});
  const std::string md5 = base::to_hex(base::md5("x"));
  for (const std::string& etag : {std::string("no digest"), std::string("no digest-1"), md5 + "0", md5 + "-",
                                  md5 + "-0", md5 + "-x", md5 + "x-1", md5.substr(1) + "-1"}) {
    store_.edit(support::kArchive, kForeignKey, [&](auto& object) { object.etag = etag; });
    EXPECT_EQ(kind(), ErrorKind::unsupported) << etag;
  }
  put({{"a", "1"}});
  options_.scope.archive_name = catalog::ArchiveName::parse("{bucket}/{yyyy}-{mm}-{dd}.zip");
  EXPECT_EQ(kind(), ErrorKind::invalid_argument);
  options_.scope.archive_name = catalog::ArchiveName::parse(catalog::kDefaultArchiveName);
  options_.memory_bytes = 1000;
  EXPECT_EQ(kind(), ErrorKind::invalid_argument);
  store_.put(support::kArchive, kForeignKey, "no ZIP, but as long as one can be");
  EXPECT_EQ(kind(), ErrorKind::unsupported);
  EXPECT_TRUE(records().empty());
}

/// The directory is in memory while it is sorted, and no request is made for a member.
TEST(ForeignIndexTest, TellsWhatItTakesAndReadsInLargeRanges) {
  std::vector<Entry> entries;
  for (int i = 0; i < 20'000; ++i) entries.push_back({fmt::format("name_{:06}", i * 7919 % 20'000), "body"});
  const std::string bytes = zip_of(entries);
  int fetches = 0;
  const auto fetch = [&](std::uint64_t offset, std::uint64_t size) {
    ++fetches;
    return bytes.substr(offset, size);
  };
  const zip::Reader zip(fetch, bytes.size());
  const std::uint64_t needed =
      20'000 * 56 + zip.directory_size_bytes() - 20'000 * 46 + catalog::ForwardReader::kMemoryBytes;
  EXPECT_EQ(error_kind([&] { catalog::index_foreign(zip, fetch, bytes.size(), needed - 1); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(fetches, 1) << "refused before anything was read";
  const catalog::ForeignIndex made = catalog::index_foreign(zip, fetch, bytes.size(), needed);
  EXPECT_EQ(made.file.rows, 20'000u);
  EXPECT_EQ(made.file.first_key, "name_000000");
  EXPECT_EQ(made.crc32, base::crc32(bytes));
  EXPECT_LE(fetches, 6);
}

}  // namespace
}  // namespace s3c::upkeep
