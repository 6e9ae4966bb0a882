// Whole runs on the store in memory: what is promised, in both profiles of a store, with other writers, liars
// and faster runs in between.
#include "archive/archive_run.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "archive/archive_plan.h"
#include "catalog/catalog.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::failure_kind;
using support::FakeStore;
using support::Op;
using support::run;
using support::store_error;

class ArchiveRunTest : public ::testing::TestWithParam<bool> {
 protected:
  ArchiveRunTest()
      : store_(
            {.conditional_complete = GetParam(), .checksums = GetParam(), .conditional_delete = GetParam()}),
        watch_(store_) {
    options_ = support::small_options();
    options_.conditional_complete = options_.additional_checksums = GetParam();
    options_.delete_conditions = support::delete_conditions(GetParam());
  }
  ~ArchiveRunTest() override {
    for (const std::string& broken : watch_.broken()) ADD_FAILURE() << broken;
  }

  /// Every source gone, everything archived once.
  void expect_all_done(const std::map<std::string, std::string>& originals) {
    EXPECT_TRUE(store_.keys(support::kSource).empty());
    support::expect_nothing_lost(store_, originals);
    support::expect_nothing_twice(store_);
    support::expect_every_archive_has_its_manifest(store_);
  }
  std::set<std::string> archives() const {
    std::set<std::string> keys;
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (!key.starts_with(catalog::kCatalogPrefix)) keys.insert(key);
    }
    return keys;
  }

  FakeStore store_;
  ArchiveOptions options_;
  support::PromiseWatch watch_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ArchiveRunTest, ::testing::Bool(),
                         [](const auto& powers) { return powers.param ? "full" : "lesser"; });

TEST_P(ArchiveRunTest, SmallGroupsAreOpenTogetherWithinLittleMemory) {
  const auto originals = support::fill(store_, 2, 6);
  options_.max_objects = 1000;
  options_.resources.memory_bytes = 48 << 20;  // one 8 MiB part beside the two in flight
  options_.resources.open_groups = 6;
  std::atomic<int> created = 0;
  std::atomic<int> open_at_first_complete = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::create && call.key.starts_with("src/")) ++created;
    if (call.op != Op::complete || !call.key.starts_with("src/") || open_at_first_complete != 0) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (created < 4 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    open_at_first_complete = created.load();
  };
  run(store_, options_);
  store_.before = {};
  EXPECT_GE(open_at_first_complete, 4);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, ArchivesEverythingAndThenDeletesIt) {
  const auto originals = support::fill(store_, 3);
  const RunReport report = run(store_, options_);
  const GroupReport total = report.total();
  EXPECT_FALSE(total.failure);
  EXPECT_EQ(report.group_reports.size(), 2u);
  EXPECT_EQ(total.listed, 6u);
  EXPECT_EQ(total.deleted, 6u);
  EXPECT_EQ(total.volumes.size(), 4u);
  EXPECT_EQ(total.left.count(), 0u);
  EXPECT_FALSE(report.interrupted);
  expect_all_done(originals);
  EXPECT_EQ(store_.open_uploads(), 0u);
  EXPECT_EQ(archives(), (std::set<std::string>{"src/20180401.zip", "src/20180401-2.zip", "src/20180402.zip",
                                               "src/20180402-2.zip"}));
  EXPECT_EQ(store_.objects(support::kArchive).at("src/20180401.zip").storage_class, "GLACIER");
  store_.forget_journal();
  EXPECT_EQ(run(store_, options_).group_reports.size(), 0u);
  EXPECT_TRUE(store_.calls(Op::create).empty());
}

TEST_P(ArchiveRunTest, KeepsTheOrderOfTheProtocol) {
  support::fill(store_, 2, 1);
  run(store_, options_);
  const auto only = [&](Op op, const std::string& part) {
    const auto calls = store_.calls(op, part);
    EXPECT_EQ(calls.size(), 1u) << part;
    return calls.at(0);
  };
  const Call index = only(Op::put, "catalog/index/");
  const Call manifest = only(Op::put, "catalog/manifest/");
  const Call complete = only(Op::complete, "src/20180401.zip");
  const auto last = [&](Op op, const std::string& part) {
    const auto calls = store_.calls(op, part);
    return calls.at(calls.size() - 1);
  };
  // The proof of the commit, on which the deletes rest as well: it is fresh.
  std::vector<Call> looks;
  for (const Call& head : store_.calls(Op::head)) {
    if (head.key == "src/20180401.zip" && head.began > complete.began) looks.push_back(head);
  }
  ASSERT_EQ(looks.size(), 1u);
  const Call proof = looks.back();
  const Call mark = only(Op::put, "catalog/commit/");
  const Call first_delete = store_.calls(Op::del, "sources/").at(0);
  EXPECT_LT(last(Op::part, "src/").ended, index.began);
  EXPECT_LT(index.ended, manifest.began);
  EXPECT_LT(manifest.ended, complete.began);
  EXPECT_LT(complete.ended, proof.began);
  EXPECT_LT(proof.ended, first_delete.began);
  // The source is listed again after the proof.
  const Call last_list = last(Op::list, "sources/2018/04/01/");
  EXPECT_LT(proof.ended, last_list.began);
  EXPECT_LT(last_list.ended, first_delete.began);
  EXPECT_LT(proof.ended, mark.began);
  EXPECT_LT(mark.ended, last_list.began);
  for (const Call& del : store_.calls(Op::del, "sources/")) {
    EXPECT_EQ(del.resend, GetParam() ? s3::ObjectStore::Resend::allowed : s3::ObjectStore::Resend::forbidden);
    for (const auto& item : del.items) EXPECT_EQ(item.etag.empty(), !GetParam());
  }
  if (!GetParam()) {
    const Call fence = last(Op::list, "manifest/src/20180401.zip/");
    EXPECT_LT(manifest.ended, fence.began);
    EXPECT_LT(fence.ended, complete.began);
  }
}

TEST_P(ArchiveRunTest, StreamsWhatIsLarge) {
  auto originals = support::fill(store_, 1, 1);
  std::string large(5 << 20, 'L');
  for (std::size_t i = 0; i < large.size(); i += 7) large[i] = static_cast<char>(i * 31 >> 3);
  originals[day_key(1, 900)] = large;
  store_.put(support::kSource, day_key(1, 900), large);
  EXPECT_FALSE(run(store_, options_).total().failure);
  EXPECT_EQ(store_.calls(Op::read).size(), 1u);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, AnOverwriteBetweenReadAndDeleteSurvives) {
  auto originals = support::fill(store_, 2, 1);
  std::atomic<bool> done = false;
  store_.after = [&](const Call& c) {
    // Between the last LIST before the delete and the delete there is no protection on a lesser store.
    const bool moment = GetParam() ? c.op == Op::list && store_.calls(Op::complete, "src/").size() == 1
                                   : c.op == Op::complete && c.key.starts_with("src/");
    if (!moment || done || (c.op == Op::list && c.key != "sources/2018/04/01/")) return;
    done = true;
    store_.put(support::kSource, day_key(1, 0), "newer");
  };
  const RunReport report = run(store_, options_);
  ASSERT_TRUE(done);
  originals[day_key(1, 0)] = "newer";
  support::expect_nothing_lost(store_, originals);
  EXPECT_EQ(store_.keys(support::kSource), std::set<std::string>{day_key(1, 0)});
  EXPECT_EQ(report.total().left.by_reason(),
            (std::map<LeftReason, std::uint64_t>{{LeftReason::overwritten, 1}}));
  store_.after = {};
  run(store_, options_);
  expect_all_done(originals);
  EXPECT_EQ(archives().size(), 2u);
}

TEST_P(ArchiveRunTest, ChangedAndVanishedObjectsAreLeftOutAndCounted) {
  auto originals = support::fill(store_, 4, 1);
  store_.before = [&](const Call& c) {
    if (c.op == Op::get && c.key == day_key(1, 1)) store_.put(support::kSource, c.key, "changed");
    if (c.op == Op::get && c.key == day_key(1, 2)) store_.erase(support::kSource, c.key);
  };
  const GroupReport total = run(store_, options_).total();
  store_.before = {};
  EXPECT_EQ(total.left.by_reason(), (std::map<LeftReason, std::uint64_t>{{LeftReason::changed, 1}}));
  EXPECT_EQ(total.vanished, 1u);
  EXPECT_EQ(total.deleted, 2u);
  originals[day_key(1, 1)] = "changed";
  originals.erase(day_key(1, 2));
  support::expect_nothing_lost(store_, originals);
  run(store_, options_);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, NothingPackedLeavesNothingBehind) {
  support::fill(store_, 1, 1);
  store_.before = [&](const Call& c) {
    if (c.op == Op::get && c.key == day_key(1, 0)) store_.erase(support::kSource, c.key);
  };
  const GroupReport total = run(store_, options_).total();
  EXPECT_FALSE(total.failure);
  EXPECT_EQ(total.vanished, 1u);
  EXPECT_TRUE(support::keys_but_notes(store_).empty());
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_P(ArchiveRunTest, ASpoiledVolumeIsMadeAgainWithoutTheObject) {
  auto originals = support::fill(store_, 1, 1);
  const std::string large(5 << 20, 'L');
  for (const int n : {500, 501, 502}) store_.put(support::kSource, day_key(1, n), large);
  options_.max_objects = 100;
  store_.during_read = [](const std::string& key, std::size_t offset) {
    if (key == day_key(1, 500) && offset > 0) throw store_error(ErrorKind::transient, "InternalError");
    if (key == day_key(1, 501) && offset > 0)
      throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
  };
  store_.alter_read = [](const std::string& key, std::string& body) {
    if (key == day_key(1, 502)) body.pop_back();
  };
  const GroupReport total = run(store_, options_).total();
  EXPECT_FALSE(total.failure);
  EXPECT_EQ(total.left.by_reason(),
            (std::map<LeftReason, std::uint64_t>{
                {LeftReason::unreadable, 1}, {LeftReason::changed, 1}, {LeftReason::damaged, 1}}));
  EXPECT_EQ(total.volumes.size(), 1u);
  EXPECT_EQ(total.deleted, 1u);
  EXPECT_EQ(store_.open_uploads(), 0u);
  support::expect_nothing_lost(store_, originals);
  EXPECT_EQ(store_.keys(support::kSource).size(), 3u);
}

TEST_P(ArchiveRunTest, LateArrivalsGetAVolumeOfTheirOwn) {
  auto originals = support::fill(store_, 2, 1);
  run(store_, options_);
  const std::string before = store_.objects(support::kArchive).at("src/20180401.zip").body;
  store_.put(support::kSource, day_key(1, 0), "came back");
  auto late = originals;
  late[day_key(1, 0)] = "came back";
  run(store_, options_);
  expect_all_done(late);
  support::expect_nothing_lost(store_, originals);
  EXPECT_EQ(archives(), (std::set<std::string>{"src/20180401.zip", "src/20180401-2.zip"}));
  EXPECT_EQ(store_.objects(support::kArchive).at("src/20180401.zip").body, before);
}

TEST_P(ArchiveRunTest, AnArchiveThatGoesWhileLateArrivalsArePackedLicensesNothing) {
  support::fill(store_, 2, 1);
  options_.keep_sources = true;
  run(store_, options_);
  options_.keep_sources = false;
  store_.put(support::kSource, day_key(1, 7), "late");
  store_.before = [this](const support::Call& c) {
    if (c.op == Op::complete && c.key == "src/20180401-2.zip")
      store_.erase(support::kArchive, "src/20180401.zip");
  };
  EXPECT_EQ(failure_kind(run(store_, options_)), ErrorKind::damaged);
  EXPECT_EQ(store_.keys(support::kSource), (std::set<std::string>{day_key(1, 0), day_key(1, 1)}));
}

TEST_P(ArchiveRunTest, WithKeptSourcesASecondRunArchivesNothingTwice) {
  const auto originals = support::fill(store_, 3, 1);
  options_.keep_sources = true;
  EXPECT_EQ(run(store_, options_).total().deleted, 0u);
  const GroupReport again = run(store_, options_).total();
  EXPECT_EQ(again.already_archived, 3u);
  EXPECT_TRUE(again.volumes.empty());
  EXPECT_EQ(store_.keys(support::kSource).size(), 3u);
  options_.keep_sources = false;
  EXPECT_EQ(run(store_, options_).total().deleted, 3u);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, AForeignObjectAtTheNameIsSkipped) {
  const auto originals = support::fill(store_, 2, 1);
  store_.put(support::kArchive, "src/20180401.zip", "somebody's");
  EXPECT_FALSE(run(store_, options_).total().failure);
  EXPECT_EQ(store_.objects(support::kArchive).at("src/20180401.zip").body, "somebody's");
  EXPECT_TRUE(archives().contains("src/20180401-2.zip"));
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  support::expect_nothing_lost(store_, originals);
}

TEST_P(ArchiveRunTest, ARunThatWasFasterIsNotDoneAgain) {
  const auto originals = support::fill(store_, 2, 1);
  // The other one does the whole group while we have listed it and ask which name is free. Its deletes fail,
  // so that the objects are there for us to archive a second time.
  std::atomic<bool> other_ran = false;
  ArchiveOptions others = options_;
  others.keep_sources = true;
  store_.before = [&](const Call& c) {
    if (other_ran || c.op != Op::head || c.key != "src/20180401.zip") return;
    other_ran = true;
    run(store_, others);
  };
  const RunReport report = run(store_, options_);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(report.total().already_archived, 2u);
  EXPECT_EQ(archives(), std::set<std::string>{"src/20180401.zip"});
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, ARaceLostAtCompleteArchivesNothingTwice) {
  const auto originals = support::fill(store_, 2, 1);
  std::atomic<bool> other_ran = false;
  ArchiveOptions others = options_;
  others.keep_sources = true;
  store_.before = [&](const Call& c) {
    // On a lesser store the last moment that is safe is the fence's.
    const bool moment = GetParam() ? c.op == Op::complete && c.key.starts_with("src/")
                                   : c.op == Op::put && c.key.find("index/") != std::string::npos;
    if (other_ran || !moment) return;
    other_ran = true;
    run(store_, others);
  };
  const RunReport report = run(store_, options_);
  ASSERT_TRUE(other_ran);
  EXPECT_FALSE(report.total().failure);
  EXPECT_EQ(report.total().lost_races, 1u);
  EXPECT_EQ(archives(), std::set<std::string>{"src/20180401.zip"});
  EXPECT_EQ(store_.calls(Op::put, "manifest/").size(), 2u);
  EXPECT_EQ(store_.open_uploads(), 0u);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, AnArchiveWithoutManifestStopsTheGroup) {
  const auto originals = support::fill(store_, 2, 1);
  store_.put(support::kArchive, "src/20180401.zip", "lost its record");
  store_.edit(support::kArchive, "src/20180401.zip",
              [](support::StoredObject& object) { object.metadata[catalog::kIdMetadata] = "01J"; });
  EXPECT_EQ(failure_kind(run(store_, options_)), ErrorKind::damaged);
  EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
  EXPECT_EQ(archives().size(), 1u);
}

TEST_P(ArchiveRunTest, ADamagedArchiveStopsTheGroupAndKeepsTheSources) {
  const auto originals = support::fill(store_, 2, 1);
  options_.keep_sources = true;
  run(store_, options_);
  options_.keep_sources = false;
  store_.alter_head = [](const std::string& key, s3::ObjectHead& head) {
    if (key == "src/20180401.zip") head.size_bytes -= 1;
  };
  EXPECT_EQ(failure_kind(run(store_, options_)), ErrorKind::damaged);
  EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
  EXPECT_TRUE(store_.calls(Op::del, "sources/").empty());
}

TEST_P(ArchiveRunTest, AVolumeOfAnotherBucketUnderOurNameIsNoLicence) {
  const auto originals = support::fill(store_, 2, 1);
  options_.archive_name = catalog::ArchiveName::parse("all/{yyyy}{mm}{dd}.zip");
  options_.keep_sources = true;
  run(store_, options_);
  // A bucket with the same keys: one object is a replica down to the millisecond, the other one isn't.
  options_.keep_sources = false;
  const auto replica = store_.objects(support::kSource).at(day_key(1, 0));
  store_.put("other", day_key(1, 0), "");
  store_.edit("other", day_key(1, 0), [&](support::StoredObject& object) { object = replica; });
  store_.put("other", day_key(1, 1), "not in any archive");
  options_.selection.bucket = "other";
  options_.delete_conditions = DeleteConditions::ignored;
  EXPECT_FALSE(run(store_, options_).total().failure);
  const auto members = support::archived_members(store_);
  bool found = false;
  for (const auto& [key, body] : members) found = found || body == "not in any archive";
  EXPECT_TRUE(found);
  EXPECT_EQ(archives().size(), 2u);
  EXPECT_EQ(store_.keys(support::kSource).size(), 2u) << "the other bucket's objects are not this run's";
}

TEST_P(ArchiveRunTest, KmsArchivesAreProvenByTheirChecksum) {
  const auto originals = support::fill(store_, 2, 1);
  store_.kms = true;
  const RunReport report = run(store_, options_);
  if (GetParam()) {
    EXPECT_FALSE(report.total().failure);
    expect_all_done(originals);
  } else {
    // Neither a checksum nor an ETag that could be computed: nothing is proven, nothing is deleted.
    EXPECT_EQ(failure_kind(report), ErrorKind::damaged);
    EXPECT_EQ(store_.keys(support::kSource).size(), 2u);
  }
}

TEST_P(ArchiveRunTest, StopFinishesCleanlyAndTheNextRunConverges) {
  const auto originals = support::fill(store_, 7);
  std::stop_source stop;
  store_.after = [&](const Call& c) {
    if (c.op == Op::get && c.key == day_key(1, 2)) stop.request_stop();
  };
  const RunReport report = run(store_, options_, stop.get_token());
  store_.after = {};
  EXPECT_TRUE(report.interrupted);
  EXPECT_FALSE(report.total().failure);
  EXPECT_GT(report.total().deleted, 0u);
  EXPECT_FALSE(store_.keys(support::kSource).empty());
  EXPECT_EQ(store_.open_uploads(), 0u);
  support::expect_nothing_lost(store_, originals);
  EXPECT_FALSE(run(store_, options_).interrupted);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, StopEndsTheAdmissionInTheMiddleOfAVolume) {
  const auto originals = support::fill(store_, 100, 1);
  options_.max_objects = 1000;
  options_.resources.threads = 1;
  std::stop_source stop;
  store_.after = [&](const Call& c) {
    if (c.op == Op::get && c.key == day_key(1, 2)) stop.request_stop();
  };
  const RunReport report = run(store_, options_, stop.get_token());
  store_.after = {};
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.total().volumes.size(), 1u);
  EXPECT_GE(report.total().deleted, 3u);
  EXPECT_LT(report.total().deleted, 20u) << "what was in the queue, and no more";
  run(store_, options_);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, DryRunOnlyLooks) {
  support::fill(store_, 3);
  support::FakeClock clock;
  const auto log = base::make_null_logger();
  Progress progress;
  const GroupReport total = plan_archive(options_, {{store_, store_}, clock, *log, progress, {}}).total();
  EXPECT_EQ(total.to_archive, 6u);
  for (const Op op : {Op::put, Op::create, Op::del, Op::complete, Op::abort})
    EXPECT_TRUE(store_.calls(op).empty());
}

TEST_P(ArchiveRunTest, AMissingBucketIsFoundOutFirst) {
  support::fill(store_, 1, 1);
  options_.archive_bucket = "typo";
  EXPECT_EQ(support::error_kind([&] { run(store_, options_); }), ErrorKind::no_bucket);
  EXPECT_EQ(store_.journal().size(), 2u);
}

TEST_P(ArchiveRunTest, AnArchiveBucketThatIsNotOursEndsTheRunAtOnceHoweverManyGroupsThereAre) {
  store_.make_bucket(support::kSource);
  store_.make_bucket(support::kArchive);
  for (int year = 1900; year < 2000; ++year)
    store_.put(support::kSource, fmt::format("sources/{}/01/01/a", year), "x");
  options_.conditional_complete.reset();  // so there is a probe
  store_.before = [](const Call& c) {
    if (c.op == Op::create) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(support::error_kind([&] { run(store_, options_); }), ErrorKind::access_denied);
}

TEST_P(ArchiveRunTest, ARefusalEndsTheRunInsteadOfBeingMetEightTimes) {
  support::fill(store_, 2, 20);
  store_.before = [](const Call& c) {
    if (c.op == Op::put) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const RunReport report = run(store_, options_);
  EXPECT_EQ(failure_kind(report), ErrorKind::access_denied);
  EXPECT_LE(report.group_reports.size(), 4u) << "no further group is begun";
  EXPECT_LE(store_.calls(Op::create).size(), 4u);
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_P(ArchiveRunTest, ATransientFailureOfOneGroupDoesNotStopTheOthers) {
  support::fill(store_, 2, 3);
  store_.before = [](const Call& c) {
    if (c.op == Op::part && c.key == "src/20180402.zip")
      throw store_error(ErrorKind::transient, "InternalError");
  };
  const RunReport report = run(store_, options_);
  EXPECT_EQ(failure_kind(report), ErrorKind::transient);
  EXPECT_EQ(report.group_reports.size(), 3u);
  EXPECT_EQ(report.total().deleted, 4u);
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_P(ArchiveRunTest, OutOfMemoryEndsOneGroupAndNotTheOthers) {
  support::fill(store_, 2, 2);
  store_.before = [](const Call& c) {
    if (c.op == Op::list && c.key == "sources/2018/04/01/") throw std::bad_alloc();
  };
  const RunReport report = run(store_, options_);
  EXPECT_EQ(failure_kind(report), ErrorKind::transient);
  EXPECT_EQ(report.total().deleted, 2u);
}

TEST_P(ArchiveRunTest, TheSearchForGroupsFailingIsReported) {
  support::fill(store_, 2, 2);
  store_.put(support::kSource, "sources/2018/05/01/a", "x");
  store_.before = [](const Call& c) {
    if (c.op == Op::list && c.key == "sources/2018/05/") throw store_error(ErrorKind::transient, "SlowDown");
  };
  const RunReport report = run(store_, options_);
  EXPECT_EQ(failure_kind(report), ErrorKind::transient);
  EXPECT_EQ(report.total().deleted, 4u) << "what was found before is run";
}

TEST_P(ArchiveRunTest, DeletesThatFailAreTheGroupsErrorAndTheNextRunDeletes) {
  const auto originals = support::fill(store_, 9, 1);
  store_.before = [](const Call& c) {
    if (c.op == Op::del && c.bucket == support::kSource)
      throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(failure_kind(run(store_, options_)), ErrorKind::access_denied);
  EXPECT_EQ(store_.keys(support::kSource).size(), 9u);
  store_.before = {};
  run(store_, options_);
  expect_all_done(originals);
}

TEST_P(ArchiveRunTest, AStoreThatGivesUpEndsTheGroup) {
  support::fill(store_, 250, 1);
  options_.max_objects = 1000;
  store_.before = [](const Call& c) {
    if (c.op == Op::get && c.bucket == support::kSource)
      throw store_error(ErrorKind::transient, "InternalError");
  };
  const RunReport report = run(store_, options_);
  EXPECT_EQ(failure_kind(report), ErrorKind::transient);
  EXPECT_LT(store_.calls(Op::get, "sources/").size(), 250u);
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_P(ArchiveRunTest, AListingOutOfOrderIsNotBelieved) {
  support::fill(store_, 4, 1);
  store_.alter_list = [](const s3::ListObjectsRequest& request, s3::ListObjectsPage& page) {
    if (request.prefix == "sources/2018/04/01/" && page.objects.size() > 1)
      std::swap(page.objects.front(), page.objects.back());
  };
  EXPECT_EQ(failure_kind(run(store_, options_)), ErrorKind::unsupported)
      << "another run would see the same order";
  EXPECT_EQ(store_.keys(support::kSource).size(), 4u);
}

TEST_P(ArchiveRunTest, ABodyThatStaysWrongIsReadThreeTimesInAll) {
  support::fill(store_, 3, 1);
  const std::string damaged = day_key(1, 1);
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key == damaged) got.body[0] ^= 1;
  };
  const GroupReport total = run(store_, options_).total();
  EXPECT_EQ(total.left.count(), 1u);
  EXPECT_EQ(store_.calls(Op::get, damaged).size(), 3u);
  EXPECT_EQ(store_.keys(support::kSource), std::set<std::string>{damaged});
}

TEST_P(ArchiveRunTest, ABodyThatIsRightTheSecondTimeIsTaken) {
  const auto originals = support::fill(store_, 3, 1);
  std::atomic<int> gets = 0;
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key == day_key(1, 1) && gets++ == 0) got.body[0] ^= 1;
  };
  EXPECT_EQ(run(store_, options_).total().left.count(), 0u);
  expect_all_done(originals);
  EXPECT_EQ(gets, 2);
}

TEST_P(ArchiveRunTest, TagsAreAskedForWithoutReadingTheBodyTwice) {
  const auto originals = support::fill(store_, 3, 1);
  store_.edit(support::kSource, day_key(1, 1), [](support::StoredObject& object) {
    object.tags = {{"team", "blue"}};
  });
  run(store_, options_);
  expect_all_done(originals);
  EXPECT_EQ(store_.calls(Op::get, day_key(1, 1)).size(), 1u);
}

TEST(ArchiveRunLoops, OneThatBreaksLosesNothingAndEndsTheRun) {
  for (const int which : {0, 7}) {
    SCOPED_TRACE(which);
    FakeStore store;
    const support::PromiseWatch watch(store);
    const auto originals = support::fill(store, 20);
    std::atomic<int> ended = 0;
    store.during_get_objects = [&](const std::string&) {
      if (ended++ == which) throw base::Error(ErrorKind::internal, "no more files to wait with");
    };
    // Every admission was answered, or the run would never end.
    EXPECT_EQ(support::error_kind([&] { run(store, support::small_options()); }), ErrorKind::internal);
    EXPECT_FALSE(store.keys(support::kSource).empty());
    EXPECT_EQ(store.open_uploads(), 0u);
    support::expect_promise(store, watch, originals);
    store.during_get_objects = {};
    run(store, support::small_options());
    EXPECT_TRUE(store.keys(support::kSource).empty());
    support::expect_promise(store, watch, originals);
  }
}

}  // namespace
}  // namespace s3c::archive
