// What is read of a catalog: keys, the records of a group, the whole listing.
#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "base/ulid.h"
#include "catalog/catalog_listing.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;

TEST(CatalogKeys, AreAsTheDesignSays) {
  EXPECT_EQ(manifest_key("b/20170210.zip", "ID"), "s3compress_catalog/manifest/b/20170210.zip/ID.json");
  EXPECT_EQ(index_key("b/20170210.zip", "ID"), "s3compress_catalog/index/b/20170210.zip/ID.jsonl.gz");
  EXPECT_TRUE(probe_key("ID").starts_with(kCatalogPrefix));
}

class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest() {
    support::fill(store_, 3, 1);
    archive::ArchiveOptions options = support::small_options();
    options.keep_sources = true;
    EXPECT_FALSE(support::run(store_, options).total().failure);
  }
  GroupState load() { return catalog_.load_group("src/20180401"); }
  std::string manifest_of(const std::string& archive) {
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (key.find("manifest/" + archive + "/") != std::string::npos) return key;
    }
    return "";
  }

  FakeStore store_;
  Catalog catalog_{store_, support::kArchive};
};

TEST_F(CatalogTest, FindsAGroupsVolumesAndNoOthers) {
  EXPECT_EQ(load().committed.size(), 2u);
  const std::string text = store_.objects(support::kArchive).at(manifest_of("src/20180401.zip")).body;
  const std::string id = base::make_ulid({});
  for (const char* name :
       {"src/201804011.zip", "src/20180401-02.zip", "src/20180401-x.zip", "src/2018040.zip"})
    store_.put(support::kArchive, manifest_key(name, id), text);
  const std::string folder = "s3compress_catalog/manifest/src/20180401.zip/";
  for (const char* name : {"notes.txt", "lower.json", "01J.json", ".json"})
    store_.put(support::kArchive, folder + name, "foreign");
  EXPECT_EQ(load().committed.size(), 2u);
  EXPECT_EQ(load().listed.size(), 2u);
  EXPECT_EQ(catalog_.list_volume("src/20180401.zip").size(), 1u);
  store_.page_size = 1;
  EXPECT_EQ(load().committed.size(), 2u) << "over several pages";
}

TEST_F(CatalogTest, AManifestWithoutItsArchiveIsListedOnly) {
  store_.erase(support::kArchive, "src/20180401.zip");
  EXPECT_EQ(load().committed.size(), 1u);
  EXPECT_EQ(load().listed.size(), 2u);
}

TEST_F(CatalogTest, AManifestInTheWrongPlaceIsCorrupt) {
  const std::string text = store_.objects(support::kArchive).at(manifest_of("src/20180401.zip")).body;
  const std::string wrong_id = manifest_key("src/20180401.zip", base::make_ulid({}));
  store_.put(support::kArchive, wrong_id, text);
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::damaged);
  store_.erase(support::kArchive, wrong_id);
  const std::string key = manifest_of("src/20180401.zip");
  const std::string wrong_volume =
      "s3compress_catalog/manifest/src/20180401-7.zip" + key.substr(key.rfind('/'));
  store_.put(support::kArchive, wrong_volume, text);
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::damaged);
  store_.erase(support::kArchive, wrong_volume);
  store_.put(support::kArchive, key, text.substr(0, text.size() / 2));
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::damaged);
}

TEST_F(CatalogTest, AByteChangedOnItsWayIsNoOtherManifest) {
  int damaged = 0;
  int damage = 2;
  bool in_the_same_way = false;
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key != manifest_of("src/20180401.zip") || damaged++ >= damage) return;
    const std::size_t at = got.body.find(day_key(1, 0));  // the first key: another one, and it parses
    ASSERT_NE(at, std::string::npos);
    char& digit = got.body[at + std::string("sources/").size()];
    digit = static_cast<char>(digit - (in_the_same_way ? 1 : damaged));
  };
  EXPECT_EQ(load().committed.size(), 2u) << "read again";
  damaged = 0;
  damage = 3;
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::corrupt)
      << "no two reads agree: nothing shows that it is damaged";
  damaged = 0;
  damage = 2;
  in_the_same_way = true;
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::damaged);
}

TEST_F(CatalogTest, AManifestThatGoesWhileWeReadIsNoTroubleButAnErrorIs) {
  const std::string key = manifest_of("src/20180401.zip");
  store_.before = [&](const Call& c) {
    if (c.op == Op::get && c.key == key) store_.erase(support::kArchive, key);
  };
  EXPECT_EQ(load().committed.size(), 1u);
  store_.before = [](const Call& c) {
    if (c.op == Op::head) throw store_error(ErrorKind::transient, "SlowDown");
  };
  EXPECT_EQ(error_kind([&] { load(); }), ErrorKind::transient);
}

TEST_F(CatalogTest, RemovesTheManifestFirstAndReadsTheAnswer) {
  const auto state = load();
  store_.forget_journal();
  catalog_.remove(state.committed[0].manifest());
  const auto deletes = store_.calls(Op::del);
  ASSERT_EQ(deletes.size(), 3u);
  EXPECT_NE(deletes[0].key.find("/manifest/"), std::string::npos);
  EXPECT_NE(deletes[1].key.find("/index/"), std::string::npos);
  EXPECT_NE(deletes[2].key.find("/take_back/"), std::string::npos);
  store_.alter_delete = [](auto& results) {
    results[0].outcome = s3::DeleteResult::Outcome::refused;
    results[0].code = "SlowDown";
  };
  EXPECT_EQ(error_kind([&] { catalog_.remove(state.committed[1].manifest()); }), ErrorKind::throttled);
}

TEST(CatalogListing, MergesManifestsAndIndexes) {
  FakeStore store;
  store.make_bucket(support::kArchive);
  store.page_size = 2;
  const auto id = [](char c) { return "01ARZ3NDEKTSV4RRFFQ69G5FA" + std::string(1, c); };
  const auto put = [&](const std::string& key) { store.put(support::kArchive, key, "four"); };
  for (const auto& [archive, c] : std::vector<std::pair<std::string, char>>{
           {"a.zip", 'B'}, {"a.zip", 'C'}, {"a.zip/x.zip", 'A'}, {"b.zip", 'A'}})
    put(manifest_key(archive, id(c)));
  for (const auto& [archive, c] : std::vector<std::pair<std::string, char>>{
           {"a.zip", 'A'}, {"a.zip", 'C'}, {"a.zip/x.zip", 'A'}, {"c.zip", 'A'}, {"c.zip", 'B'}})
    put(index_key(archive, id(c)));
  put("s3compress_catalog/manifest/a.zip/notes.json");
  put("s3compress_catalog/manifest/" + id('A') + ".json");
  put("s3compress_catalog/index/z.zip/" + id('A') + ".json");
  std::vector<std::string> found;
  CatalogListing listing(store, support::kArchive);
  while (const auto record = listing.next()) {
    EXPECT_EQ(record->manifest_bytes.value_or(4), 4u);
    EXPECT_EQ(record->index_bytes.value_or(4), 4u);
    EXPECT_GT(record->last_modified, base::Timestamp{});
    found.push_back(record->name.archive_key + " " + record->name.id.back() +
                    (record->manifest_bytes ? " manifest" : "") + (record->index_bytes ? " index" : ""));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a.zip A index", "a.zip B manifest", "a.zip C manifest index",
                                             "a.zip/x.zip A manifest index", "b.zip A manifest",
                                             "c.zip A index", "c.zip B index"}));
  EXPECT_FALSE(listing.next());
}

TEST_F(CatalogTest, RemovesNothingThatAManifestOnlyClaims) {
  auto state = load();
  index::Manifest liar = state.committed[0].manifest();
  liar.index_key = state.committed[1].manifest().index_key;
  catalog_.remove(liar);
  EXPECT_TRUE(store_.keys(support::kArchive).contains(liar.index_key));
  liar.index_key = liar.archive_key;
  catalog_.remove(liar);
  EXPECT_TRUE(store_.keys(support::kArchive).contains(liar.archive_key));
  EXPECT_EQ(error_kind([&] { catalog_.remove_object(liar.archive_key); }), ErrorKind::internal);
  EXPECT_TRUE(store_.keys(support::kArchive).contains(liar.archive_key));
}

}  // namespace
}  // namespace s3c::catalog
