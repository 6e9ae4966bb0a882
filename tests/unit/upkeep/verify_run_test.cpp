// Every kind of damage is found, what is no damage isn't taken for it, and looking costs what listings cost.
#include "upkeep/verify_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <stop_token>

#include "base/encoding.h"
#include "base/hash.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "support/promise.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using support::Call;
using support::FakeStore;
using support::Op;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class VerifyRunTest : public ::testing::Test {
 protected:
  VerifyRunTest() {
    options_.scope.archive_bucket = support::kArchive;
    options_.scope.bucket = support::kSource;
    options_.memory_bytes = 64 << 20;
  }
  /// Three days of three objects, two in a volume.
  void archive() {
    support::fill(store_, 3, 3);
    ASSERT_FALSE(support::run(store_, support::small_options()).total().failure);
    store_.forget_journal();
    a_month_passes();
  }
  void a_month_passes() {
    store_.time = [now = store_.time() + std::chrono::days(30)] { return now; };
  }
  VerifyReport verify() {
    VerifyProgress progress;
    const auto log = base::make_null_logger();
    return run_verify(options_, {store_, *log, progress, {}});
  }
  /// What is said of the one damaged volume.
  std::string the_damage(const std::string& archive_key) {
    const VerifyReport report = verify();
    EXPECT_EQ(report.damaged, 1u);
    EXPECT_EQ(report.whole, 5u);
    std::string text;
    for (const VolumeDamage& damage : report.damages.named()) {
      EXPECT_EQ(damage.archive_key, archive_key);
      text += damage.key + ": " + damage.what + "\n";
    }
    return text;
  }
  std::string record_of(const std::string& archive_key, bool index) {
    for (const std::string& key : store_.keys(support::kArchive)) {
      const auto name = index ? catalog::parse_index_key(key) : catalog::parse_manifest_key(key);
      if (name && name->archive_key == archive_key) return key;
    }
    return {};
  }

  FakeStore store_;
  VerifyOptions options_;
};

TEST_F(VerifyRunTest, EachVolumeIsOfOneShardAndCostsOthersNothing) {
  archive();
  for (const std::uint32_t count : {2u, 3u, 9u}) {
    std::uint64_t whole = 0;
    for (std::uint32_t index = 0; index < count; ++index) {
      options_.scope.shard = {index, count};
      store_.forget_journal();
      const VerifyReport report = verify();
      EXPECT_EQ(report.volumes, report.whole);
      EXPECT_EQ(report.volumes % 2, 0u) << "both volumes of a day are of one shard";
      EXPECT_EQ(store_.calls(Op::get).size(), report.volumes) << "manifests of other shards are not read";
      EXPECT_EQ(report.other_shards, report.volumes != 6u);
      EXPECT_FALSE(report.nothing_verified()) << "a shard may be empty";
      whole += report.whole;
    }
    EXPECT_EQ(whole, 6u) << count << " shards";
  }
}

TEST_F(VerifyRunTest, AShardOfNothingHasVerifiedNothing) {
  store_.make_bucket(support::kArchive);
  options_.scope.shard = {0, 2};
  EXPECT_TRUE(verify().nothing_verified());
}

TEST_F(VerifyRunTest, NamedVolumesAreDealtOutToo) {
  archive();
  options_.volumes = {"src/20180401.zip", "src/20180402.zip", "src/20180402-2.zip"};
  std::uint64_t whole = 0;
  for (std::uint32_t index = 0; index < 4; ++index) {
    options_.scope.shard = {index, 4};
    const VerifyReport report = verify();
    EXPECT_FALSE(report.nothing_verified());
    EXPECT_TRUE(report.absent.empty());
    whole += report.whole;
  }
  EXPECT_EQ(whole, 3u);
}

TEST_F(VerifyRunTest, WholeVolumesCostTheirManifestsAndTheListings) {
  archive();
  const VerifyReport report = verify();
  EXPECT_EQ(report.volumes, 6u);
  EXPECT_EQ(report.whole, 6u);
  EXPECT_EQ(report.objects, 9u);
  EXPECT_EQ(report.damages.count(), 0u);
  EXPECT_EQ(store_.calls(Op::list).size(), 4u);
  EXPECT_EQ(store_.calls(Op::get).size(), 6u);
  EXPECT_EQ(store_.calls(Op::head).size(), 12u) << "of each archive, and of each index";
  EXPECT_EQ(store_.journal().size(), 22u);
  options_.deep = true;
  EXPECT_EQ(verify().whole, 6u);
  EXPECT_EQ(verify().members_read, 9u);
}

/// Searches leave out a volume by its key range, and look for a key in the block that the manifest names.
TEST_F(VerifyRunTest, AnEditedManifestIsDamage) {
  archive();
  const std::string key = record_of("src/20180401.zip", false);
  const std::string text = store_.objects(support::kArchive).at(key).body;
  const std::string last = "\"last_key\": \"" + support::day_key(1, 1);
  ASSERT_NE(text.find(last), std::string::npos) << text;
  std::string edited = text;
  edited.replace(text.find(last) + last.size(), 0, "x");
  store_.put(support::kArchive, key, edited);
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("manifest_sha256: "));
  options_.deep = true;
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("manifest_sha256: "));
}

/// Manifests of old tell no SHA-256 of their own.
TEST_F(VerifyRunTest, AnOldManifestIsComparedWithItsIndex) {
  archive();
  const std::string key = record_of("src/20180401.zip", false);
  const index::Manifest right = index::parse_manifest(store_.objects(support::kArchive).at(key).body);
  const auto put = [&](const std::function<void(index::Manifest&)>& change) {
    index::Manifest old = right;
    old.has_sha256 = false;
    change(old);
    store_.put(support::kArchive, key, index::to_json(old));
  };
  put([](index::Manifest&) {});
  EXPECT_EQ(verify().whole, 6u);
  put([](index::Manifest& m) { m.last_key += "x"; });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("not the one that the manifest lists"));
  options_.deep = true;
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("its index ends with " + right.last_key));
  put([](index::Manifest& m) { ++m.source_size_bytes; });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("the manifest says"));
  put([](index::Manifest& m) { m.first_key = m.blocks[0].first_key = m.first_key + "!"; });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("another key than listed"));
}

TEST_F(VerifyRunTest, AManifestOfANewerFormatIsNoDamage) {
  archive();
  store_.edit(support::kArchive, record_of("src/20180401.zip", false), [](support::StoredObject& object) {
    object.body.replace(object.body.find("\"format\": 1"), 11, "\"format\": 2");
    object.etag = base::to_hex(base::md5(object.body));
    object.checksums.clear();
  });
  for (const bool deep : {false, true}) {
    options_.deep = deep;
    const VerifyReport report = verify();
    EXPECT_EQ(report.damaged, 0u);
    EXPECT_EQ(report.whole, 5u);
    ASSERT_EQ(report.failures.count(), 1u);
    EXPECT_EQ(report.failures.named().front().kind(), base::ErrorKind::unsupported);
    EXPECT_THAT(report.failures.named().front().what(), HasSubstr("use a newer version"));
  }
}

TEST_F(VerifyRunTest, AMissingArchive) {
  archive();
  store_.erase(support::kArchive, "src/20180401.zip");
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("its archive is gone"));
  options_.min_age = std::chrono::days(60);
  EXPECT_EQ(verify().damaged, 1u) << "a record has no age";
}

TEST_F(VerifyRunTest, AMissingArchiveWhoseSourcesWereKept) {
  archive();
  store_.erase(support::kArchive, "src/20180401.zip");
  const catalog::ManifestName name = *catalog::parse_manifest_key(record_of("src/20180401.zip", false));
  store_.erase(support::kArchive, catalog::commit_mark_key(name.archive_key, name.id));
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("a manifest but no archive"));
  options_.min_age = std::chrono::days(60);
  const VerifyReport young = verify();
  EXPECT_EQ(young.damaged, 0u);
  EXPECT_EQ(young.unfinished.count(), 1u) << "its run may still work";
}

TEST_F(VerifyRunTest, ACommitMarkThatIsGoneIsNamed) {
  archive();
  const catalog::ManifestName name = *catalog::parse_manifest_key(record_of("src/20180401.zip", false));
  const std::string mark = catalog::commit_mark_key(name.archive_key, name.id);
  store_.erase(support::kArchive, mark);
  const VerifyReport report = verify();
  EXPECT_EQ(report.whole, 6u);
  EXPECT_THAT(report.unmarked.named(), ElementsAre("src/20180401.zip"));
  // As the summary says: a run that finds objects of the group makes it again.
  store_.put(support::kSource, support::day_key(1, 7), "late");
  support::run(store_, support::small_options());
  EXPECT_TRUE(store_.keys(support::kArchive).contains(mark));
  EXPECT_TRUE(verify().unmarked.empty());
}

TEST_F(VerifyRunTest, AMarkThatARunWritesMeanwhileIsNotMissed) {
  archive();
  const catalog::ManifestName name = *catalog::parse_manifest_key(record_of("src/20180401.zip", false));
  const std::string mark = catalog::commit_mark_key(name.archive_key, name.id);
  store_.erase(support::kArchive, mark);
  store_.before = [&](const Call& call) {
    if (call.op == Op::head && call.key == mark) store_.put(support::kArchive, mark, "{}");
  };
  EXPECT_TRUE(verify().unmarked.empty());
}

TEST_F(VerifyRunTest, AManifestThatContradictsItsNameDoesNotHideItsVolume) {
  archive();
  const std::string key = record_of("src/20180401.zip", false);
  const std::string good = store_.objects(support::kArchive).at(key).body;
  const auto write = [&](const std::function<void(index::Manifest&)>& change) {
    index::Manifest manifest = index::parse_manifest(good);
    change(manifest);
    store_.put(support::kArchive, key, index::to_json(manifest));
  };
  write([](index::Manifest& m) { m.source_bucket = "others"; });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("bucket \"others\", but its name is of \"src\""));
  write([](index::Manifest& m) { m.group.at("mm") = "05"; });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("says mm 05, but its name says 04"));
  options_.scope.dates = catalog::DateRange::between("2018-04-01", "2018-04-01");
  EXPECT_EQ(verify().damaged, 1u) << "nor by the days that are asked for";
}

TEST_F(VerifyRunTest, WhatAnotherLayoutCalledTheFieldsDoesNotMatter) {
  archive();
  const std::string key = record_of("src/20180401.zip", false);
  index::Manifest manifest = index::parse_manifest(store_.objects(support::kArchive).at(key).body);
  // As other layouts with the same archive names record it: a free field, and no date at all.
  for (const catalog::Fields& group :
       {catalog::Fields{{"day", "20180401"}}, catalog::Fields{{"yyyy", "2018"}, {"rest", "0401"}},
        catalog::Fields{}}) {
    manifest.group = group;
    store_.put(support::kArchive, key, index::to_json(manifest));
    options_.scope.dates = {};
    EXPECT_EQ(verify().damaged, 0u);
    EXPECT_EQ(verify().whole, 6u);
    options_.scope.dates = catalog::DateRange::between("2018-04-01", "2018-04-01");
    EXPECT_EQ(verify().volumes, 2u) << "its name tells the day";
    options_.scope.dates = catalog::DateRange::between("2018-04-02", "2018-04-02");
    EXPECT_EQ(verify().volumes, 2u);
  }
}

TEST_F(VerifyRunTest, WithoutABucketAnArchiveWithoutARecordIsFoundToo) {
  archive();
  for (const std::string& key : store_.keys(support::kArchive)) {
    const auto name = key.find("/src/20180401.zip/") != std::string::npos;
    if (name) store_.erase(support::kArchive, key);
  }
  store_.put(support::kArchive, "other/backup.zip", "not ours");
  options_.scope.bucket.clear();
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("has no manifest of it"));
  EXPECT_TRUE(verify().foreign.empty()) << "any other program may have made it";
}

TEST_F(VerifyRunTest, WhatADeepCheckFindsOnlyOnceWasDamagedOnItsWay) {
  archive();
  options_.deep = true;
  int reads = 0;
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key == "src/20180401.zip" && got.body.size() > 200 && ++reads == 1) got.body[100] ^= 1;
  };
  EXPECT_EQ(verify().whole, 6u);
  EXPECT_GT(reads, 1);
}

TEST_F(VerifyRunTest, ATruncatedAndAReplacedArchive) {
  archive();
  store_.edit(support::kArchive, "src/20180401.zip", [](support::StoredObject& object) {
    object.body.pop_back();
    object.etag = "0123456789abcdef0123456789abcdef-1";
  });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("bytes, the manifest says"));
  store_.edit(support::kArchive, "src/20180401.zip", [](support::StoredObject& object) {
    object.body.push_back('x');
    object.checksums.clear();
  });
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("checksum is not what the manifest says"));
}

TEST_F(VerifyRunTest, AFlippedBitThatTheStoreDoesNotSeeIsFoundDeep) {
  archive();
  store_.edit(support::kArchive, "src/20180401.zip",
              [](support::StoredObject& object) { object.body.at(90) ^= 1; });
  EXPECT_EQ(verify().damaged, 0u) << "listing can't tell";
  options_.deep = true;
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("CRC-32"));
}

TEST_F(VerifyRunTest, AnIndexThatIsGoneShortOrAnotherOne) {
  archive();
  const std::string index = record_of("src/20180401.zip", true);
  const std::string good = store_.objects(support::kArchive).at(index).body;
  store_.erase(support::kArchive, index);
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("its index is not there"));
  store_.put(support::kArchive, index, good.substr(1));
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("its index has"));
  std::string other = good;
  other[20] = static_cast<char>(other[20] ^ 1);
  store_.put(support::kArchive, index, other);
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("another SHA-256")) << "it has none stored: read";
  store_.edit(support::kArchive, index, [&](support::StoredObject& object) {
    object.checksums = {{"SHA256", base::to_base64(base::sha256(other)), "FULL_OBJECT"}};
  });
  store_.forget_journal();
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("another SHA-256"));
  EXPECT_TRUE(store_.calls(Op::read).empty()) << "a HEAD tells";
  options_.deep = true;
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("another SHA-256"));
}

TEST_F(VerifyRunTest, AnArchiveWithoutItsManifestAndAManifestThatIsNone) {
  archive();
  const std::string manifest = record_of("src/20180401.zip", false);
  const std::string good = store_.objects(support::kArchive).at(manifest).body;
  store_.put(support::kArchive, manifest, "{}");
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("manifest"));
  store_.erase(support::kArchive, manifest);
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("the catalog has no manifest of it"));
  store_.put(support::kArchive, manifest, good);
  store_.put(support::kArchive, "src/20180405.zip", "somebody else's");
  const VerifyReport report = verify();
  EXPECT_EQ(report.damaged, 0u);
  EXPECT_EQ(report.foreign.count(), 1u);
}

/// An archive that a run commits is in one listing before it is in another: no listing is a snapshot.
TEST_F(VerifyRunTest, VolumesThatAreCommittedWhileTheListingsAreReadAreWhole) {
  for (const char* listed_after : {"s3compress_catalog/manifest/", "s3compress_catalog/index/", "src/"}) {
    FakeStore store;
    support::fill(store, 3, 3);
    std::atomic<bool> ran = false;
    store.before = [&](const Call& call) {
      if (call.op != Op::list || call.bucket != support::kArchive || !call.key.starts_with(listed_after))
        return;
      if (ran.exchange(true)) return;  // the run lists as well
      EXPECT_FALSE(support::run(store, support::small_options()).total().failure);
    };
    VerifyProgress progress;
    const auto log = base::make_null_logger();
    const VerifyReport report = run_verify(options_, {store, *log, progress, {}});
    EXPECT_TRUE(ran);
    EXPECT_EQ(report.damaged, 0u) << listed_after << ": "
                                  << (report.damages.named().empty() ? ""
                                                                     : report.damages.named().front().what);
    EXPECT_EQ(report.whole, report.volumes) << listed_after;
    EXPECT_EQ(report.foreign.count(), 0u) << listed_after;
  }
}

TEST_F(VerifyRunTest, AnArchiveThatWasOverwrittenIsDamageAndNoGarbage) {
  archive();
  const auto overwrite = [this](const std::string& id) {
    store_.edit(support::kArchive, "src/20180401.zip", [&](support::StoredObject& object) {
      object.body = "another object";
      object.etag = "0123456789abcdef0123456789abcdef";
      object.metadata.clear();
      if (!id.empty()) object.metadata[catalog::kIdMetadata] = id;
    });
  };
  overwrite("");
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("an object without a volume's id"));
  overwrite("01B8J3Z7Q40000000000000000");
  EXPECT_THAT(the_damage("src/20180401.zip"), HasSubstr("another volume stands at its name"));
}

TEST_F(VerifyRunTest, TheRecordOfARunThatLostARaceIsGarbage) {
  archive();
  const std::string manifest = record_of("src/20180401.zip", false);
  const std::string other = "01B8J3Z7Q40000000000000000";
  index::Manifest loser = index::parse_manifest(store_.objects(support::kArchive).at(manifest).body);
  loser.id = other;
  loser.index_key = catalog::index_key(loser.archive_key, other);
  store_.put(support::kArchive, catalog::manifest_key("src/20180401.zip", other), index::to_json(loser));
  a_month_passes();
  const VerifyReport report = verify();
  EXPECT_EQ(report.damaged, 0u);
  EXPECT_EQ(report.whole, 6u);
  EXPECT_EQ(report.garbage.count(), 1u);
  EXPECT_THAT(report.garbage.named(), ElementsAre("src/20180401.zip"));
}

TEST_F(VerifyRunTest, RecordsOfKilledRunsAreGarbageAndNoDamage) {
  archive();
  const std::string other = "01B8J3Z7Q40000000000000000";
  store_.put(support::kArchive, catalog::index_key("src/20180401.zip", other), "an index alone");
  a_month_passes();
  const VerifyReport report = verify();
  EXPECT_EQ(report.damaged, 0u);
  EXPECT_EQ(report.garbage.count(), 1u);
}

TEST_F(VerifyRunTest, FrozenVolumesAreToldNotTakenForDamage) {
  store_.freezes_archives = true;
  archive();
  EXPECT_EQ(verify().whole, 6u) << "by listing, without a thaw";
  options_.deep = true;
  const VerifyReport report = verify();
  EXPECT_EQ(report.frozen.count(), 6u);
  EXPECT_EQ(report.whole, 0u);
  EXPECT_EQ(report.damaged, 0u);
  EXPECT_EQ(report.frozen.named().size(), 6u);
}

TEST_F(VerifyRunTest, WhatIsFrozenIsAskedToThawOnceAndReadByALaterRun) {
  store_.freezes_archives = true;
  archive();
  options_.deep = true;
  EXPECT_EQ(verify().thaws_started, 0u) << "nobody asked for it";
  options_.thaw = catalog::ThawOptions{.tier = s3::RestoreTier::standard, .days = 5};
  store_.thaw_polls = 1000;
  VerifyReport report = verify();
  EXPECT_EQ(report.frozen.count(), 6u);
  EXPECT_EQ(report.thaws_started, 6u);
  report = verify();
  EXPECT_EQ(report.frozen.count(), 6u);
  EXPECT_EQ(report.thaws_started, 0u) << "on its way";
  for (const std::string& key : store_.keys(support::kArchive)) {
    store_.edit(support::kArchive, key, [](support::StoredObject& object) {
      if (!object.thaw.is_readable()) object.thaw.kind = s3::ThawState::Kind::thawed;
    });
  }
  report = verify();
  EXPECT_EQ(report.frozen.count(), 0u);
  EXPECT_EQ(report.whole, 6u);
  EXPECT_GT(report.members_read, 0u);
}

TEST_F(VerifyRunTest, AThawThatIsRefusedIsAFailureOfThatVolume) {
  store_.freezes_archives = true;
  archive();
  store_.before = [](const Call& call) {
    if (call.op == Op::restore && call.key == "src/20180401.zip")
      throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  options_.deep = true;
  options_.thaw = catalog::ThawOptions{};
  const VerifyReport report = verify();
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_TRUE(report.failures.refused());
  EXPECT_EQ(report.thaws_started, 5u);
  EXPECT_EQ(report.frozen.count(), 5u);
}

TEST_F(VerifyRunTest, AFrozenVolumeWithADamagedIndexIsBoth) {
  store_.freezes_archives = true;
  archive();
  const std::string index = record_of("src/20180401.zip", true);
  std::atomic<int> altered = 0;
  store_.alter_read = [&](const std::string& key, std::string& body) {
    // Wrong twice in the same way. Then its blocks are read, and right.
    if (key == index && altered++ < 2) body.at(0) ^= 1;
  };
  options_.deep = true;
  const VerifyReport report = verify();
  EXPECT_EQ(report.frozen.count(), 6u);
  EXPECT_EQ(report.damaged, 1u);
  EXPECT_EQ(report.damages.count(), report.damages.named().size());
  ASSERT_FALSE(report.damages.named().empty());
  EXPECT_THAT(report.damages.named().front().what, HasSubstr("another SHA-256"));
}

TEST_F(VerifyRunTest, ADeepRunStopsInTheMiddleOfAVolume) {
  archive();
  options_.deep = true;
  std::stop_source stop;
  store_.after = [&](const Call& call) {
    if (call.op == Op::get && call.key.ends_with(".zip")) stop.request_stop();
  };
  VerifyProgress progress;
  const auto log = base::make_null_logger();
  const VerifyReport report = run_verify(options_, {store_, *log, progress, stop.get_token()});
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.whole, 0u) << "what was not read to its end is not called whole";
  EXPECT_EQ(report.damaged, 0u);
  EXPECT_EQ(report.failures.count(), 0u);
}

TEST_F(VerifyRunTest, OnlyTheVolumesThatWereNamed) {
  archive();
  options_.volumes = {"src/20180402.zip", "src/20180403-2.zip"};
  EXPECT_EQ(verify().whole, 2u);
  options_.volumes = {"src/20190101.zip", "src/20180402.zip"};
  const VerifyReport report = verify();
  EXPECT_EQ(report.whole, 1u) << "one that isn't there doesn't keep the others from being looked at";
  EXPECT_THAT(report.absent.named(), ElementsAre("src/20190101.zip"));
  EXPECT_TRUE(report.failures.empty());
  EXPECT_FALSE(report.nothing_verified());
  options_.volumes = {"src/20190101.zip"};
  EXPECT_TRUE(verify().nothing_verified());
}

TEST_F(VerifyRunTest, AScopeThatHoldsNothingIsNotGreen) {
  archive();
  EXPECT_FALSE(verify().nothing_verified());
  const catalog::CatalogScope right = options_.scope;
  options_.scope.bucket = "scr";
  EXPECT_TRUE(verify().nothing_verified());
  options_.scope = right;
  options_.scope.dates = catalog::DateRange::years({2081});
  EXPECT_TRUE(verify().nothing_verified());
  options_.scope.bucket = "";
  EXPECT_TRUE(verify().nothing_verified()) << "without a bucket only the manifests show the dates";
  options_.scope = right;
  options_.scope.archive_name = catalog::ArchiveName::parse("x/{yyyy}{mm}{dd}.zip");
  EXPECT_TRUE(verify().nothing_verified());
  options_.scope = right;
  options_.scope.prefixes = {"source"};
  options_.scope.only_prefix = true;
  EXPECT_TRUE(verify().nothing_verified()) << "the names don't show the prefix, the manifests do";
}

TEST_F(VerifyRunTest, WhatMayBeAVolumeWithoutIdAndRecordIsNamed) {
  archive();
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (key.starts_with("s3compress_catalog/")) store_.erase(support::kArchive, key);
  }
  const std::string copied = "src/20180401.zip";
  const std::string cut_off = "src/20180402.zip";
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (key != copied && key != cut_off) store_.erase(support::kArchive, key);
  }
  for (const std::string& key : {copied, cut_off}) {
    store_.edit(support::kArchive, key, [&](support::StoredObject& object) {
      object.metadata.clear();
      if (key == cut_off) object.body.resize(object.body.size() - 30);
    });
  }
  store_.put(support::kArchive, "src/20180405.zip", "somebody else's");
  for (const bool deep : {false, true}) {
    options_.deep = deep;
    const VerifyReport report = verify();
    EXPECT_THAT(report.unrecorded.named(), ElementsAre(copied, cut_off));
    EXPECT_THAT(report.foreign.named(), ElementsAre("src/20180405.zip"));
    EXPECT_TRUE(report.nothing_verified());
    EXPECT_FALSE(report.foreign_was_named);
  }
  options_.volumes = {"src/20180405.zip"};
  EXPECT_TRUE(verify().foreign_was_named);
  options_.volumes = {copied};
  EXPECT_THAT(verify().unrecorded.named(), ElementsAre(copied));
}

/// The store lists a manifest, or an archive that has no record, and answers 404 when it is looked at.
TEST_F(VerifyRunTest, WhatIsListedButNotThereIsNamed) {
  archive();
  const std::string manifest = record_of("src/20180401.zip", false);
  store_.before = [&](const Call& call) {
    if (call.op == Op::get && call.key == manifest)
      throw support::store_error(ErrorKind::not_found, "NoSuchKey");
  };
  const std::string stale = "src/20180405.zip";
  store_.alter_list = [&](const s3::ListObjectsRequest& request, s3::ListObjectsPage& page) {
    if (stale.starts_with(request.prefix)) page.objects.push_back({.key = stale});
  };
  const VerifyReport report = verify();
  EXPECT_EQ(report.whole, 5u);
  EXPECT_EQ(report.damaged, 0u);
  ASSERT_EQ(report.failures.named().size(), 2u);
  for (const base::Error& error : report.failures.named())
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << error.what();
}

TEST_F(VerifyRunTest, OneThatCanNotBeLookedAtDoesNotStopTheRest) {
  archive();
  const std::string manifest = record_of("src/20180401.zip", false);
  store_.before = [&](const Call& call) {
    if (call.key == manifest) throw support::store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const VerifyReport report = verify();
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_TRUE(report.failures.refused());
  EXPECT_EQ(report.whole, 5u);
}

}  // namespace
}  // namespace s3c::upkeep
