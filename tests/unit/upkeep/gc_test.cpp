// gc on the store in memory: rule by rule, and failing itself. Beside runs that work:
// gc_beside_runs_test.cpp.
#include <mutex>

#include "base/ulid.h"
#include "catalog/open_uploads.h"
#include "gc_fixture.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using support::Call;
using support::FakeClock;
using support::FakeStore;
using support::Op;
using support::store_error;
using testing::expect_no_garbage;
using testing::gc;
using testing::gc_options;
using testing::kName;
using testing::names;

class GcTest : public testing::GcFixture {};

INSTANTIATE_TEST_SUITE_P(Stores, GcTest, ::testing::Bool(), testing::store_name);

// --- runs that were killed

TEST_P(GcTest, WhatARunLeavesThatIsKilledAnywhereGoes) {
  FakeStore good(powers());
  support::fill(good, 3, 1);
  ASSERT_FALSE(support::run(good, options()).total().failure);
  const int last = static_cast<int>(good.journal().size());
  int with_garbage = 0;
  for (const bool after_effect : {false, true}) {
    for (int k = 1; k <= last; k += support::kStride) {
      SCOPED_TRACE("killed " + std::string(after_effect ? "after" : "before") + " call " + std::to_string(k));
      FakeStore store(powers());
      const support::PromiseWatch watch(store);
      const auto originals = support::fill(store, 3, 1);
      const auto dead_from = [](int first) {
        return [first](const Call& c) {
          if (c.number >= first) throw store_error(ErrorKind::transient, "InternalError");
        };
      };
      store.before = dead_from(after_effect ? k + 1 : k);
      if (after_effect) store.after = dead_from(k);
      try_run(store, options());
      store.before = store.after = {};

      GcOptions look = gc_options();
      look.dry_run = true;
      const auto keys = store.keys(support::kArchive);
      const auto uploads = store.upload_keys();
      const GcReport planned = gc(store, look);
      EXPECT_EQ(store.keys(support::kArchive), keys);
      EXPECT_EQ(store.upload_keys(), uploads);

      const GcReport done = gc(store, gc_options());
      EXPECT_EQ(names(done.removed), names(planned.removed));
      EXPECT_EQ(done.left.count() + done.waiting.count() + done.damaged.count() + done.failures.count(), 0u);
      if (done.removed.count() > 0) ++with_garbage;
      expect_no_garbage(store);
      support::expect_promise(store, watch, originals);
      EXPECT_EQ(gc(store, gc_options()).removed.count(), 0u);

      EXPECT_FALSE(try_run(store, options()).total().failure);
      EXPECT_TRUE(store.keys(support::kSource).empty());
      support::expect_promise(store, watch, originals);
      expect_no_garbage(store);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(with_garbage, last / 4 / support::kStride);  // else the test would have tested nothing
}

TEST_P(GcTest, AManifestWithoutItsArchiveGoesWithIndexAndUpload) {
  kill_at(Op::complete, ".zip");
  const std::string manifest = only_key(catalog::kManifestFolder);
  const std::string index = only_key(catalog::kIndexFolder);
  const std::uint64_t bytes = store_.objects(support::kArchive).at(manifest).body.size() +
                              store_.objects(support::kArchive).at(index).body.size();
  GcOptions blind = gc_options();
  blind.bucket.clear();  // the manifest names its upload: no template is needed
  const GcReport report = gc(store_, blind);
  EXPECT_EQ(names(report.removed), (std::vector<std::string>{std::string("upload ") + kName,
                                                             "manifest " + manifest, "index " + index}));
  EXPECT_EQ(report.removed.size_bytes(), bytes);
  EXPECT_EQ(report.manifests, 1u);
  EXPECT_EQ(report.indexes, 1u);
  expect_no_garbage(store_);
}

TEST_P(GcTest, TheOrderIsAbortHeadManifestIndex) {
  kill_at(Op::complete, ".zip");
  GcOptions blind = gc_options();
  blind.bucket.clear();
  gc(store_, blind);
  const auto aborts = store_.calls(Op::abort, kName);
  const auto our_mark = store_.calls(Op::put, "/take_back/");
  const auto looks = store_.calls(Op::head, "/commit/");
  const auto deletes = store_.calls(Op::del, kName);
  ASSERT_EQ(aborts.size(), 1u);
  ASSERT_EQ(our_mark.size(), 1u);
  ASSERT_EQ(looks.size(), 2u);
  ASSERT_EQ(deletes.size(), 3u);
  EXPECT_LT(aborts[0].ended, store_.calls(Op::head, kName).at(1).began);
  EXPECT_LT(our_mark[0].ended, looks[1].began);
  EXPECT_LT(looks[1].ended, deletes[0].began);
  EXPECT_LT(deletes[0].ended, deletes[1].began);
  EXPECT_LT(deletes[1].ended, deletes[2].began);
  EXPECT_TRUE(deletes[0].key.starts_with(catalog::kManifestFolder)) << deletes[0].key;
  EXPECT_TRUE(deletes[1].key.starts_with(catalog::kIndexFolder)) << deletes[1].key;
}

TEST_P(GcTest, ACompleteThatLandsBeforeTheAbortIsACommit) {
  kill_at(Op::complete, kName);
  store_.before = [complete = store_.last_complete(), this](const Call& c) {
    if (c.op == Op::abort && c.key == kName) store_.complete_now(complete);
  };
  GcOptions blind = gc_options();
  blind.bucket.clear();
  const GcReport report = gc(store_, blind);
  store_.before = {};
  EXPECT_EQ(report.removed.count(), 0u);
  support::expect_every_archive_has_its_manifest(store_);
  expect_no_garbage(store_);
}

TEST_P(GcTest, AnAbortWithoutAnswerLeavesTheManifest) {
  kill_at(Op::complete, kName);
  const auto keys = store_.keys(support::kArchive);
  store_.before = [](const Call& c) {
    if (c.op == Op::abort && c.key == kName) throw store_error(ErrorKind::transient, "InternalError");
  };
  const GcReport report = gc(store_, gc_options());
  store_.before = {};
  EXPECT_EQ(store_.keys(support::kArchive), keys);
  ASSERT_EQ(names(report.left), (std::vector<std::string>{std::string("upload ") + kName,
                                                          "manifest " + only_key(catalog::kManifestFolder)}));
  EXPECT_NE(report.left.named()[0].why.find("InternalError"), std::string::npos);
}

// --- ages

TEST_P(GcTest, WhatIsYoungerStays) {
  kill_at(Op::complete, kName);  // manifest, index, upload
  store_.put(support::kArchive, catalog::probe_key(base::make_ulid(FakeClock().now())), "probe");
  const auto keys = store_.keys(support::kArchive);
  GcReport report = gc(store_, gc_options(days(7)), days(7) - hours(1));
  EXPECT_EQ(report.removed.count(), 0u);
  EXPECT_EQ(report.young, 3u);
  expect_no_change(keys, 1);

  report = gc(store_, gc_options(days(7)), days(7) + hours(1));
  ASSERT_EQ(report.removed.count(), 4u);
  EXPECT_EQ(report.removed.named()[0].age / hours(1), 7 * 24 + 1);
  expect_no_garbage(store_);
}

TEST_P(GcTest, ARecordIsAsYoungAsItsUpload) {
  kill_at(Op::complete, kName);
  const std::string manifest = only_key(catalog::kManifestFolder);
  const std::string index = only_key(catalog::kIndexFolder);
  const auto keys = store_.keys(support::kArchive);
  // Clocks of other machines wrote these.
  for (const std::string& key : {manifest, index}) {
    store_.edit(support::kArchive, key,
                [](support::StoredObject& object) { object.last_modified = FakeClock().now() - days(365); });
  }
  GcOptions blind = gc_options(days(7));
  blind.bucket.clear();
  GcReport report = gc(store_, blind, days(6));
  EXPECT_EQ(report.young, 1u);
  expect_no_change(keys, 1);
  // Once its upload is gone it can't be completed, and nothing of it is worth waiting for.
  std::string upload_id;
  catalog::for_each_upload(store_, support::kArchive, kName, [&](const s3::MultipartUpload& upload) {
    upload_id = upload.upload_id;
    return false;
  });
  store_.abort_multipart_upload(support::kArchive, kName, upload_id);
  report = gc(store_, blind);
  EXPECT_EQ(names(report.removed), (std::vector<std::string>{"manifest " + manifest, "index " + index}));
  expect_no_garbage(store_);
}

TEST_P(GcTest, NoTimeInAnIdTellsAnAge) {
  // A run whose clock was a year ahead, and one whose clock was a year behind.
  for (const days off : {days(365), days(-365)}) {
    store_.put(support::kArchive, catalog::probe_key(base::make_ulid(FakeClock().now() + off)), "probe");
  }
  EXPECT_EQ(gc(store_, gc_options(days(7)), days(6)).removed.count(), 0u);
  EXPECT_EQ(gc(store_, gc_options(days(7)), days(8)).removed.count(), 2u);
}

TEST_P(GcTest, AgesGoByTheClockOfTheStoreThatHasAnswered) {
  kill_at(Op::complete, kName);
  // As a client that knows the store's time from the first answer on, on a machine that is 8 days ahead.
  bool has_answered = false;
  const auto keys = store_.keys(support::kArchive);
  store_.after = [&](const Call&) { has_answered = true; };
  store_.time = [&] { return FakeClock().now() + (has_answered ? days(0) : days(8)); };
  GcProgress progress;
  const auto log = base::make_null_logger();
  EXPECT_EQ(run_gc(gc_options(days(7)), {store_, *log, progress, {}}).removed.count(), 0u);
  expect_no_change(keys, 1);
}

TEST_P(GcTest, NoAgeMeansEvenWhatIsDatedAhead) {
  kill_at(Op::complete, kName);
  EXPECT_EQ(gc(store_, gc_options(seconds(1)), -hours(48)).removed.count(), 0u);
  EXPECT_EQ(gc(store_, gc_options(seconds(0)), -hours(48)).removed.count(), 3u);
}

// --- indexes without a manifest

TEST_P(GcTest, AnIndexWithoutManifestGoes) {
  kill_at(Op::put, "/manifest/");
  // settle() of the killed run could not abort: the upload is there as well.
  const std::string index = only_key(catalog::kIndexFolder);
  ASSERT_EQ(store_.open_uploads(), 1u);
  GcOptions blind = gc_options();
  blind.bucket.clear();  // the index names the archive: its uploads are ours
  const GcReport report = gc(store_, blind);
  EXPECT_EQ(names(report.removed),
            (std::vector<std::string>{std::string("upload ") + kName, "index " + index}));
  const auto aborts = store_.calls(Op::abort, kName);
  const auto looks = store_.calls(Op::head, "/manifest/");
  ASSERT_EQ(aborts.size(), 1u);
  ASSERT_EQ(looks.size(), 1u);
  EXPECT_LT(aborts[0].ended, looks[0].began);
  EXPECT_LT(looks[0].ended, store_.calls(Op::del, kName).at(0).began);
  expect_no_garbage(store_);
}

TEST_P(GcTest, AnUploadThatTwoRecordsLeadToIsToldOnce) {
  kill_at(Op::complete, kName);  // manifest, index, upload
  const std::string lone = catalog::index_key(kName, base::make_ulid(FakeClock().now() - days(1)));
  ASSERT_LT(lone, only_key(catalog::kIndexFolder)) << "gc deals with it first";
  store_.put(support::kArchive, lone, "index");
  GcOptions look = gc_options();
  look.dry_run = true;
  const GcReport planned = gc(store_, look);
  const GcReport done = gc(store_, gc_options());
  EXPECT_EQ(names(planned.removed), names(done.removed));
  EXPECT_EQ(planned.uploads, 1u);
  EXPECT_EQ(done.uploads, 1u);
  EXPECT_EQ(done.removed.count(), 4u);
  expect_no_garbage(store_);
}

TEST_P(GcTest, AnIndexStaysWhileAYoungerUploadMayBeItsOwn) {
  kill_at(Op::put, "/manifest/");
  store_.time = [] { return FakeClock().now() + days(6); };
  start_upload(kName);
  start_upload("src/20180401.zip.other");  // not that name
  const auto keys = store_.keys(support::kArchive);
  GcOptions blind = gc_options(days(7));
  blind.bucket.clear();
  const GcReport report = gc(store_, blind, days(8));
  EXPECT_EQ(names(report.removed), (std::vector<std::string>{std::string("upload ") + kName}));
  EXPECT_EQ(report.waiting.count() + report.damaged.count(), 0u);
  EXPECT_EQ(report.young, 1u);
  EXPECT_EQ(store_.keys(support::kArchive), keys);
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{kName, "src/20180401.zip.other"}));
  EXPECT_EQ(gc(store_, blind, days(14)).removed.count(), 2u);
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{"src/20180401.zip.other"}));
}

TEST_P(GcTest, AnIndexWhoseManifestComesBeforeTheAbortStays) {
  // The run is not dead: it writes its manifest and completes between the listing and the abort.
  kill_at(Op::complete, kName);
  const std::string key = only_key(catalog::kManifestFolder);
  const std::string body = store_.objects(support::kArchive).at(key).body;
  store_.erase(support::kArchive, key);
  const auto complete = store_.last_complete();
  std::once_flag completed;  // gc may abort from two threads
  store_.before = [&](const Call& c) {
    if (c.op != Op::abort || c.key != kName) return;
    std::call_once(completed, [&] {
      store_.put(support::kArchive, key, body);
      store_.complete_now(complete);
    });
  };
  const GcReport report = gc(store_, gc_options());
  store_.before = {};
  EXPECT_TRUE(names(report.removed) == (std::vector<std::string>{std::string("upload ") + kName}) ||
              report.removed.count() == 0);
  support::expect_every_archive_has_its_manifest(store_);
  expect_no_garbage(store_);
}

TEST_P(GcTest, AnIndexOfAnArchiveThatIsThereStays) {
  store_.erase(support::kSource, support::day_key(1, 2));
  kill_at(Op::put, "/commit/");
  const std::string manifest = only_key(catalog::kManifestFolder);
  store_.erase(support::kArchive, manifest);  // somebody lost the record of a committed volume
  const auto keys = store_.keys(support::kArchive);
  const GcReport report = gc(store_, gc_options());
  EXPECT_EQ(report.removed.count(), 0u);
  EXPECT_EQ(names(report.damaged), (std::vector<std::string>{"index " + only_key(catalog::kIndexFolder)}));
  EXPECT_EQ(store_.keys(support::kArchive), keys);
}

// --- not ours, or not garbage

TEST_P(GcTest, NothingThatIsNotProvablyOursIsTouched) {
  for (const char* key :
       {"src/2018040.zip", "src/201804011.zip", "src/20180401-02.zip", "src/20180401-1.zip",
        "src/20181301.zip", "src/20180401.zip.tmp", "src/20180401", "other/20180401.zip", "srcx/20180401.zip",
        "20180401.zip", "x/src/20180401.zip", "s3compress_catalogue/x", "S3compress_catalog/x"})
    start_upload(key);
  for (const std::string& key : std::vector<std::string>{
           "src/20180401.zip", "other/20180401.zip", "s3compress_catalog/README",
           "s3compress_catalog/probe/notes.txt", "s3compress_catalog/probe",
           "s3compress_catalog/staging/mine.zip", "s3compress_catalog/manifest/src/20180401.zip/notes.json",
           "s3compress_catalog/index/src/20180401.zip/notes.jsonl.gz",
           "s3compress_catalog/index/src/20180401.zip/01ARZ3NDEKTSV4RRFFQ69G5FAV.json"})
    store_.put(support::kArchive, key, "a stranger's");
  const auto keys = store_.keys(support::kArchive);
  store_.forget_journal();
  const GcReport report = gc(store_, gc_options());
  EXPECT_EQ(names(report.removed), std::vector<std::string>());
  EXPECT_EQ(report.uploads, 0u);
  expect_no_change(keys, 13);
}

TEST_P(GcTest, UploadsOfOurNamesGo) {
  for (const char* key :
       {"src/20180401.zip", "src/20180401-2.zip", "src/20180401-17.zip", "src/20161231.zip",
        "s3compress_catalog/probe/01ARZ3NDEKTSV4RRFFQ69G5FAV", "s3compress_catalog/staging/x"})
    start_upload(key);
  start_upload("other/20180401.zip");
  GcOptions blind = gc_options();
  blind.bucket.clear();
  EXPECT_EQ(gc(store_, blind).removed.count(), 2u) << "only the catalog's";
  EXPECT_EQ(gc(store_, gc_options()).removed.count(), 4u);
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{"other/20180401.zip"}));
}

TEST_P(GcTest, WhereAbortsRemoveObjectsNothingIsAborted) {
  support::run(store_, support::small_options());
  start_upload(kName);
  const auto keys = store_.keys(support::kArchive);
  store_.after = [this](const Call& c) {
    if (c.op == Op::abort) store_.erase(support::kArchive, c.key);
  };
  store_.forget_journal();
  GcOptions dry = gc_options();
  dry.dry_run = true;
  EXPECT_EQ(gc(store_, dry).removed.count(), 1u);
  EXPECT_TRUE(store_.calls(Op::create).empty()) << "a dry run doesn't ask";
  EXPECT_EQ(support::error_kind([&] { gc(store_, gc_options()); }), ErrorKind::unsupported);
  store_.after = {};
  EXPECT_EQ(store_.keys(support::kArchive), keys);
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{kName}));
}

/// A record's upload is to a name at which another archive stands.
TEST_P(GcTest, WhereAbortsRemoveObjectsNoRecordIsTakenBack) {
  kill_at(Op::complete, kName);
  store_.put(support::kArchive, kName, "somebody's");
  const auto keys = store_.keys(support::kArchive);
  store_.after = [this](const Call& c) {
    if (c.op == Op::abort) store_.erase(support::kArchive, c.key);
  };
  GcOptions dry = gc_options();
  dry.dry_run = true;
  EXPECT_EQ(gc(store_, dry).removed.count(), 3u);
  expect_no_change(keys, 1);
  EXPECT_EQ(support::error_kind([&] { gc(store_, gc_options()); }), ErrorKind::unsupported);
  store_.after = {};
  EXPECT_EQ(store_.keys(support::kArchive), keys);
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{kName}));
}

/// Another process marks the volume after the catalog was listed.
TEST_P(GcTest, AnIndexWhoseVolumeIsMarkedMeanwhileStays) {
  kill_at(Op::put, "/manifest/");
  const std::string index = only_key(catalog::kIndexFolder);
  const auto name = catalog::parse_index_key(index);
  ASSERT_TRUE(name);
  store_.before = [&](const Call& c) {
    if (c.op == Op::head && c.key.starts_with(catalog::kManifestFolder))
      store_.put(support::kArchive, catalog::commit_mark_key(name->archive_key, name->id), "{}");
  };
  EXPECT_EQ(names(gc(store_, gc_options()).removed),
            (std::vector<std::string>{std::string("upload ") + kName}));
  store_.before = {};
  EXPECT_TRUE(store_.keys(support::kArchive).contains(index));
}

TEST_P(GcTest, WhatItAsksWithIsNoGarbage) {
  for (const char* key : {"src/20180401.zip", "src/20180402.zip", "s3compress_catalog/staging/x"})
    start_upload(key);
  store_.forget_journal();
  const GcReport report = gc(store_, gc_options());
  EXPECT_EQ(report.removed.count(), 3u);
  EXPECT_EQ(report.uploads, 3u);
  EXPECT_EQ(store_.calls(Op::complete).size(), 1u) << "asked once";
  EXPECT_TRUE(store_.keys(support::kArchive).empty());
  EXPECT_EQ(store_.open_uploads(), 0u);
  store_.forget_journal();
  gc(store_, gc_options());
  EXPECT_TRUE(store_.calls(Op::complete).empty()) << "nothing to abort, so it isn't asked what aborts do";
  EXPECT_EQ(store_.calls(Op::create).size(), 1u) << "no upload in sight: does the store list by prefix?";
  store_.forget_journal();
  GcOptions dry = gc_options();
  dry.dry_run = true;
  gc(store_, dry);
  EXPECT_TRUE(store_.calls(Op::create).empty()) << "a dry run writes nothing";
}

TEST_P(GcTest, LayoutAndArchiveNameSayWhatIsOurs) {
  start_upload("20180401.zip");
  start_upload("a-2018.zip");
  start_upload("a-2018-2.zip");
  GcOptions options = gc_options();
  options.layout = catalog::Layout::parse("{prefix}/{yyyy}/");
  options.archive_name = catalog::ArchiveName::parse("a-{yyyy}.zip");
  EXPECT_EQ(gc(store_, options).removed.count(), 2u);
  EXPECT_EQ(store_.upload_keys(), (std::multiset<std::string>{"20180401.zip"}));
  options.layout = catalog::Layout::parse("{prefix}/{yyyy}/{mm}/");
  EXPECT_EQ(support::error_kind([&] { validate(options); }), ErrorKind::invalid_argument);
}

TEST_P(GcTest, ACommittedVolumeIsOnlyAskedForOnce) {
  support::run(store_, support::small_options());
  store_.forget_journal();
  const GcReport report = gc(store_, gc_options());
  EXPECT_EQ(report.removed.count(), 0u);
  EXPECT_EQ(report.manifests, 2u);
  EXPECT_EQ(report.indexes, 2u);
  EXPECT_EQ(store_.calls(Op::head).size(), 2u);
  EXPECT_TRUE(store_.calls(Op::get).empty());
  EXPECT_TRUE(store_.calls(Op::abort, "src/").empty());
}

TEST_P(GcTest, AnArchiveThatIsNotAsItsManifestSaysIsDamageAndStays) {
  kill_at(Op::complete, kName);
  store_.before = [complete = store_.last_complete(), this](const Call& c) {
    if (c.op != Op::abort || c.key != kName || store_.keys(support::kArchive).contains(kName)) return;
    store_.complete_now(complete);
    store_.edit(support::kArchive, kName, [](support::StoredObject& object) { object.body += "x"; });
  };
  GcOptions blind = gc_options();
  blind.bucket.clear();
  const GcReport report = gc(store_, blind);
  store_.before = {};
  EXPECT_EQ(names(report.damaged),
            (std::vector<std::string>{"manifest " + only_key(catalog::kManifestFolder)}));
  EXPECT_TRUE(store_.keys(support::kArchive).contains(only_key(catalog::kIndexFolder)));
  EXPECT_TRUE(store_.keys(support::kArchive).contains(kName));
}

TEST_P(GcTest, ManifestsThatCannotBeReadOrBelongElsewhereStay) {
  kill_at(Op::complete, kName);
  const std::string key = only_key(catalog::kManifestFolder);
  const std::string good = store_.objects(support::kArchive).at(key).body;
  struct Case {
    std::string body;
    GarbageList GcReport::*list;
  };
  std::string newer = good;
  newer.replace(newer.find("\"format\": 1"), 11, "\"format\": 9");
  index::Manifest elsewhere = index::parse_manifest(good);
  elsewhere.archive_bucket = "elsewhere";
  const std::string copied = index::to_json(elsewhere);
  for (const Case& c : {Case{"no JSON", &GcReport::damaged}, Case{newer, &GcReport::damaged},
                        Case{copied, &GcReport::waiting}}) {
    store_.put(support::kArchive, key, c.body);
    store_.forget_journal();
    GcOptions blind = gc_options();
    blind.bucket.clear();
    const GcReport report = gc(store_, blind);
    EXPECT_EQ(report.removed.count(), 0u);
    EXPECT_EQ((report.*c.list).count(), 1u) << c.body;
    expect_no_change(store_.keys(support::kArchive), 1);
    EXPECT_TRUE(store_.keys(support::kArchive).contains(key));
  }
}

// --- the search

TEST_P(GcTest, PagesAreReadToTheEnd) {
  store_.page_size = 2;
  std::size_t records = 0;
  for (int day = 1; day <= 9; ++day) {
    const std::string archive = "src/2018040" + std::to_string(day) + ".zip";
    for (int n = 0; n < 3; ++n) {
      start_upload(archive);
      store_.put(support::kArchive, catalog::index_key(archive, base::make_ulid(FakeClock().now())), "index");
      ++records;
    }
  }
  const GcReport report = gc(store_, gc_options());
  EXPECT_EQ(report.removed.by_kind().at(GarbageKind::upload), 27u);
  EXPECT_EQ(report.removed.by_kind().at(GarbageKind::index), records);
  expect_no_garbage(store_);
}

TEST_P(GcTest, AListingThatNeverEndsIsEnded) {
  start_upload(kName);
  store_.put(support::kArchive, catalog::probe_key(base::make_ulid(FakeClock().now())), "probe");
  store_.alter_uploads = [](s3::ListMultipartUploadsPage& page) {
    page.truncated = true;
    page.next_key_marker = kName;
    page.next_upload_id_marker = "upload1";
  };
  const GcReport report = gc(store_, gc_options());
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_EQ(report.failures.named().at(0).kind(), ErrorKind::corrupt);
  EXPECT_TRUE(report.removed.by_kind().contains(GarbageKind::probe));
}

TEST_P(GcTest, AListingThatFailsDoesNotStopTheOthers) {
  kill_at(Op::complete, kName);
  store_.put(support::kArchive, catalog::probe_key(base::make_ulid(FakeClock().now())), "probe");
  store_.before = [](const Call& c) {
    if (c.op == Op::uploads) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const GcReport report = gc(store_, gc_options());
  store_.before = {};
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_TRUE(report.failures.refused());
  EXPECT_EQ(report.removed.count(), 1u) << "the probe's object";
  EXPECT_EQ(names(report.left), (std::vector<std::string>{"manifest " + only_key(catalog::kManifestFolder)}))
      << "whether it is in the making can't be told";
}

TEST_P(GcTest, ABucketThatIsNotThereIsAnError) {
  GcOptions options = gc_options();
  options.archive_bucket = "nowhere";
  EXPECT_EQ(support::error_kind([&] { gc(store_, options); }), ErrorKind::no_bucket);
}

TEST_P(GcTest, EachCallFailsOrLosesItsAnswer) {
  for (const bool after_effect : {false, true}) {
    for (int k = 1;; k += support::kStride) {
      SCOPED_TRACE("call " + std::to_string(k));
      FakeStore store(powers());
      const support::PromiseWatch watch(store);
      const auto originals = support::fill(store, 3, 2);
      // Killed in its second group's commit, which leaves a whole volume of the first behind; and two strays.
      std::atomic<bool> dead = false;  // groups run side by side
      store.before = [&](const Call& c) {
        if (c.op == Op::complete && c.key == "src/20180402.zip") dead = true;
        if (dead) throw store_error(ErrorKind::transient, "InternalError");
      };
      try_run(store, options());
      const std::string id = base::make_ulid(FakeClock().now());
      store.before = {};
      store.put(support::kArchive, catalog::index_key("src/20180403.zip", id), "index");
      store.put(support::kArchive, catalog::probe_key(id), "probe");
      const int first = static_cast<int>(store.journal().size());
      std::atomic<bool> fired = false;
      (after_effect ? store.after : store.before) = [&](const Call& c) {
        if (c.number != first + k) return;
        fired = true;
        throw store_error(ErrorKind::transient, "InternalError");
      };
      GcReport report;
      GcOptions one_by_one = gc_options();
      one_by_one.threads = 1;
      const auto thrown = support::error_kind([&] { report = gc(store, one_by_one); });
      store.before = store.after = {};
      if (!fired) {
        EXPECT_GT(k, 15);
        break;
      }
      const std::size_t told = report.left.count() + report.failures.count();
      EXPECT_TRUE(thrown || told > 0) << "a failure without a word";
      support::expect_promise(store, watch, originals);
      EXPECT_EQ(gc(store, gc_options()).left.count(), 0u);
      expect_no_garbage(store);
      support::expect_promise(store, watch, originals);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace s3c::upkeep
