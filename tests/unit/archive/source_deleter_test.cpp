#include "archive/source_deleter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;
using Outcome = s3::DeleteResult::Outcome;

/// A committed volume of ten objects whose sources are still there.
class SourceDeleterTest : public ::testing::TestWithParam<bool> {
 protected:
  SourceDeleterTest()
      : store_({.conditional_complete = true, .checksums = true, .conditional_delete = GetParam()}),
        watch_(store_) {
    options_ = support::small_options();
    options_.max_objects = 100;
    options_.delete_conditions = support::delete_conditions(GetParam());
  }
  ~SourceDeleterTest() override {
    for (const std::string& broken : watch_.broken()) ADD_FAILURE() << broken;
  }
  void archive() {
    support::fill(store_, 10, 1);
    keep_sources_archived();
  }
  /// Objects of one byte.
  void archive_small(std::uint64_t objects) {
    for (const char* bucket : {support::kSource, support::kArchive}) store_.make_bucket(bucket);
    for (std::uint64_t n = 0; n < objects; ++n)
      store_.put(support::kSource, fmt::format("sources/2018/04/01/{:05}", n), "x");
    options_.max_objects = objects;
    keep_sources_archived();
  }
  void keep_sources_archived() {
    ArchiveOptions keep = options_;
    keep.keep_sources = true;
    ASSERT_FALSE(support::run(store_, keep).total().failure);
    volumes_ = catalog_.load_group("src/20180401").committed;
    ASSERT_EQ(volumes_.size(), 1u);
    store_.forget_journal();
  }
  DeleteReport remove(const source::Selection& selection = {}, CommittedBy by = CommittedBy::earlier_run) {
    KnownDeleteConditions conditions(options_.delete_conditions);
    LeftLog left(*log_, {});
    const source::GroupSearch search{options_.selection, options_.layout, options_.archive_name};
    const auto groups = source::listed_groups(store_, search);
    SourceDeleter deleter({{store_, store_}, catalog_, *groups, options_, conditions, clock_, *log_, left});
    base::Mutex mutex;
    DeleteReport all;
    const auto add = [&](const DeleteReport& done) {
      base::MutexLock lock(mutex);
      all.add(done);
      told_.add(done);
    };
    deleter.delete_members({catalog_.mark(volumes_.at(0), true), by, proven_at_}, catalog::Group{},
                           source::ObjectFilter(selection, base::Timestamp::max()), add);
    return all;
  }
  std::size_t sources() const { return store_.keys(support::kSource).size(); }
  static std::map<LeftReason, std::uint64_t> reasons(const DeleteReport& report) {
    return report.left.by_reason();
  }

  FakeStore store_;
  ArchiveOptions options_;
  support::FakeClock clock_;
  std::optional<base::Timestamp> proven_at_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  catalog::Catalog catalog_{store_, support::kArchive};
  std::vector<catalog::CommittedVolume> volumes_;
  DeleteReport told_;  ///< of all calls of remove(), also of those that threw
  support::PromiseWatch watch_;
};

INSTANTIATE_TEST_SUITE_P(Stores, SourceDeleterTest, ::testing::Bool(),
                         [](const auto& powers) { return powers.param ? "conditional" : "unconditional"; });

TEST_P(SourceDeleterTest, DeletesTheMembersInBatches) {
  archive();
  options_.delete_batch = 3;
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 10u);
  EXPECT_EQ(told_.deleted, 10u);
  EXPECT_EQ(report.left.count(), 0u);
  EXPECT_EQ(sources(), 0u);
  EXPECT_EQ(store_.calls(Op::del).size(), 4u);
}

TEST_P(SourceDeleterTest, ALargeVolumeIsListedInStretchesAndNothingBetweenThemIsForgotten) {
  if (!GetParam()) GTEST_SKIP() << "how deletes are made doesn't matter here";
  constexpr std::uint64_t kObjects = 8 * index::kRowsPerBlock + 1;  // two stretches
  archive_small(kObjects);
  ASSERT_EQ(volumes_[0].manifest().blocks.size(), 9u);
  const std::string border = volumes_[0].manifest().blocks[4].first_key;
  store_.put(support::kSource, border + "x", "never archived");
  store_.put(support::kSource, volumes_[0].manifest().last_key, "newer");
  const DeleteReport report = remove({}, CommittedBy::this_run);
  EXPECT_EQ(report.deleted, kObjects - 1);
  EXPECT_EQ(told_.deleted, kObjects - 1);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::overwritten, 1}}));
  EXPECT_EQ(store_.keys(support::kSource),
            (std::set<std::string>{border + "x", volumes_[0].manifest().last_key}));
  std::size_t deletes = 0;
  for (const Call& call : store_.calls(Op::del)) deletes += call.items.size();
  EXPECT_EQ(deletes, kObjects - 1) << "each key was asked for once";
}

TEST_P(SourceDeleterTest, AnErrorInOneStretchEndsAllOfThem) {
  if (!GetParam()) GTEST_SKIP() << "how deletes are made doesn't matter here";
  archive_small(8 * index::kRowsPerBlock);
  std::atomic<int> lists = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::list && ++lists == 3) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::access_denied);
  EXPECT_GT(sources(), 0u);
}

TEST_P(SourceDeleterTest, DeletesOnlyWhatIsStillTheArchivedObject) {
  archive();
  store_.put(support::kSource, day_key(1, 0), "overwritten");
  store_.edit(support::kSource, day_key(1, 3),
              [](auto& o) { o.last_modified += std::chrono::milliseconds(1); });
  store_.edit(support::kSource, day_key(1, 4), [](auto& o) { o.etag = "00000000000000000000000000000000"; });
  store_.edit(support::kSource, day_key(1, 5), [](auto& o) { o.body += "x"; });
  store_.erase(support::kSource, day_key(1, 6));
  store_.put(support::kSource, "sources/2018/04/01/000.xmlx", "never archived");
  store_.put(support::kSource, "sources/2018/04/01/zzz", "never archived");
  EXPECT_EQ(remove().deleted, 5u);
  EXPECT_EQ(store_.keys(support::kSource),
            (std::set<std::string>{day_key(1, 0), day_key(1, 3), day_key(1, 4), day_key(1, 5),
                                   "sources/2018/04/01/000.xmlx", "sources/2018/04/01/zzz"}));
}

TEST_P(SourceDeleterTest, NamesWhatWasOverwrittenBetweenCommitAndDelete) {
  archive();
  store_.put(support::kSource, day_key(1, 3), "newer");
  const DeleteReport report = remove({}, CommittedBy::this_run);
  EXPECT_EQ(report.deleted, 9u);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::overwritten, 1}}));
}

TEST_P(SourceDeleterTest, KeysThatAreHardToStartBeforeAreFoundToo) {
  store_.make_bucket(support::kArchive);
  // The listing begins before a volume's first key: each is one in a group of its own.
  int day = 0;
  for (const char* name : {"\xc3\xa4", "\xc3\xa4\xc3\xa4", "\xf0\x9f\x98\x80", "a", "aa"})
    store_.put(support::kSource, fmt::format("sources/2018/04/{:02}/{}", ++day, name), name);
  ASSERT_FALSE(support::run(store_, options_).total().failure);
  EXPECT_EQ(sources(), 0u);
}

TEST_P(SourceDeleterTest, AnObjectOverwrittenAfterTheListingSurvives) {
  archive();
  bool overwritten = false;
  int lists = 0;
  // Without the condition the second look, right before the delete, is all there is.
  store_.after = [&](const Call& c) {
    if (c.op != Op::list || ++lists != 1 || overwritten) return;
    overwritten = true;
    store_.put(support::kSource, day_key(1, 2), "newer");
  };
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 9u);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::overwritten, 1}}));
  EXPECT_EQ(store_.objects(support::kSource).at(day_key(1, 2)).body, "newer");
}

TEST_P(SourceDeleterTest, RespectsTheFilter) {
  archive();
  source::Selection selection;
  selection.exclude = {"*003.xml"};
  EXPECT_EQ(remove(selection).deleted, 9u);
  EXPECT_EQ(store_.keys(support::kSource), std::set<std::string>{day_key(1, 3)});
}

TEST_P(SourceDeleterTest, ReadsEveryKeysAnswer) {
  archive();
  store_.alter_delete = [](std::vector<s3::DeleteResult>& results) {
    results[1].outcome = Outcome::refused;
    results[1].code = "AccessDenied";
    results[1].kind = ErrorKind::access_denied;
    results[2].outcome = Outcome::precondition_failed;
    results[3].outcome = Outcome::not_found;
  };
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 8u);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::not_deleted, 1},
                                                                  {LeftReason::overwritten, 1}}));
  EXPECT_EQ(report.left.named().at(0).key, day_key(1, 1));
  EXPECT_NE(report.left.named().at(0).detail.find("AccessDenied"), std::string::npos);
}

TEST_P(SourceDeleterTest, WhatIsSaidNotToBeThereAndStaysListedIsLeftAndNamed) {
  archive();
  const auto object = store_.objects(support::kSource).at(day_key(1, 4));
  store_.alter_delete = [&](std::vector<s3::DeleteResult>& results) {
    for (auto& result : results) {
      if (result.key != day_key(1, 4)) continue;
      result.outcome = Outcome::not_found;
      store_.put(support::kSource, result.key, "");
      store_.edit(support::kSource, result.key, [&](auto& there) { there = object; });
    }
  };
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 9u);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::not_deleted, 1}}));
  EXPECT_EQ(sources(), 1u);
}

TEST_P(SourceDeleterTest, WhatPassesIsTriedAgainAfterALook) {
  archive();
  int deletes = 0;
  store_.alter_delete = [&](std::vector<s3::DeleteResult>& results) {
    if (++deletes > 1) return;
    results[4].outcome = Outcome::refused;
    results[4].code = "SlowDown";
    results[4].kind = ErrorKind::throttled;
    store_.put(support::kSource, results[4].key, "not deleted after all, and then overwritten");
  };
  EXPECT_EQ(remove().deleted, 9u);
  const auto calls = store_.calls(Op::del);
  EXPECT_EQ(calls.size(), 1u) << "the look found another object: nothing to try again";
  EXPECT_EQ(sources(), 1u);
}

TEST_P(SourceDeleterTest, WhatNeverPassesIsLeftAndNamed) {
  archive();
  const auto body = store_.objects(support::kSource).at(day_key(1, 4));
  store_.alter_delete = [&](std::vector<s3::DeleteResult>& results) {
    for (auto& result : results) {
      if (result.key != day_key(1, 4)) continue;
      result.outcome = Outcome::refused;
      result.code = "InternalError";
      result.kind = ErrorKind::transient;
      store_.put(support::kSource, result.key, "");
      store_.edit(support::kSource, result.key, [&](auto& object) { object = body; });
    }
  };
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 9u);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::not_deleted, 1}}));
  EXPECT_EQ(store_.calls(Op::del).size(), 5u);
  EXPECT_EQ(clock_.slept().size(), 4u);
}

TEST_P(SourceDeleterTest, AnUnansweredDeleteIsNeverRepeatedBlindly) {
  archive();
  int deletes = 0;
  store_.after = [&](const Call& c) {
    if (c.op != Op::del || ++deletes > 1) return;
    // It had its effect, the answer is lost, and somebody writes one of the keys anew.
    store_.put(support::kSource, day_key(1, 7), "newer");
    throw store_error(ErrorKind::transient, "InternalError");
  };
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 9u);
  EXPECT_EQ(reasons(report), (std::map<LeftReason, std::uint64_t>{{LeftReason::overwritten, 1}}));
  EXPECT_EQ(store_.calls(Op::del).size(), 1u);
  EXPECT_EQ(store_.keys(support::kSource), std::set<std::string>{day_key(1, 7)});
  const auto journal = store_.journal();
  EXPECT_EQ(journal.at(journal.size() - 1).op, Op::list);
  EXPECT_EQ(store_.calls(Op::del)[0].resend,
            GetParam() ? s3::ObjectStore::Resend::allowed : s3::ObjectStore::Resend::forbidden);
}

TEST_P(SourceDeleterTest, AnUnansweredDeleteWithoutEffectIsTriedAgainAfterALook) {
  archive();
  int deletes = 0;
  store_.before = [&](const Call& c) {
    if (c.op == Op::del && ++deletes == 1) throw store_error(ErrorKind::throttled, "SlowDown");
  };
  EXPECT_EQ(remove().deleted, 10u);
  const auto calls = store_.calls(Op::del);
  ASSERT_EQ(calls.size(), 2u);
  bool looked = false;
  for (const Call& list : store_.calls(Op::list, "sources/"))
    looked = looked || (list.began > calls[0].began && list.ended < calls[1].began);
  EXPECT_TRUE(looked);
}

TEST_P(SourceDeleterTest, AnErrorThatStaysEndsItWithoutHanging) {
  archive();
  options_.delete_batch = 1;
  store_.before = [](const Call& c) {
    if (c.op == Op::del) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::access_denied);
  store_.before = [](const Call& c) {
    if (c.op == Op::list) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::transient);
  store_.before = [](const Call& c) {
    if (c.op == Op::get) throw store_error(ErrorKind::not_found, "NoSuchKey");  // the index
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::damaged);
  EXPECT_EQ(sources(), 10u);
}

TEST_P(SourceDeleterTest, InABucketThatKeepsVersionsAMarkerIsAddedAndNothingElse) {
  store_.versioned = true;
  archive();
  const auto body_bytes = [&] {
    std::uint64_t sum = 0;
    for (const auto& [key, object] : store_.objects(support::kSource)) sum += object.body.size();
    return sum;
  }();
  options_.delete_versions = true;
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 10u);
  EXPECT_EQ(report.markers, 10u);
  EXPECT_EQ(report.versions_kept, 10u);
  EXPECT_EQ(report.versions_kept_bytes, body_bytes);
  for (const Call& c : store_.calls(Op::del)) {
    for (const auto& item : c.items) {
      EXPECT_EQ(item.version_id, "") << "what was overwritten before would come back";
      EXPECT_EQ(item.etag.empty(), !GetParam());
    }
  }
}

TEST_P(SourceDeleterTest, WhatWasDeletedIsCountedWhenAnErrorEndsTheRest) {
  archive();
  options_.delete_batch = 2;
  // One thread's batches: what it deletes of a batch before a look fails counts, too.
  std::atomic<int> requests = 0;
  store_.before = [&](const Call& c) {
    if (c.op == Op::del && ++requests > 2) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::access_denied);
  store_.before = {};
  EXPECT_GT(told_.deleted, 0u);
  EXPECT_EQ(told_.deleted, 10u - sources());
}

TEST_P(SourceDeleterTest, TheArchiveIsLookedAtRightBeforeTheFirstDelete) {
  archive();
  remove();
  auto heads = store_.calls(Op::head, "src/20180401.zip");
  std::erase_if(heads, [](const Call& c) { return c.key != "src/20180401.zip"; });
  ASSERT_EQ(heads.size(), 1u) << "one proof is enough for ten seconds";
  EXPECT_LT(heads[0].ended, store_.calls(Op::del).at(0).began);
  for (const Call& list : store_.calls(Op::list, "sources/")) {
    if (list.began < heads[0].began) continue;
    EXPECT_FALSE(GetParam()) << "only a look may stand between the proof and the delete";
  }
}

TEST_P(SourceDeleterTest, AProofThatIsHandedOverCountsWhileItIsFresh) {
  for (const std::chrono::seconds age : {std::chrono::seconds(10), std::chrono::seconds(11)}) {
    archive();
    proven_at_ = clock_.now() - age;
    EXPECT_EQ(remove({}, CommittedBy::this_run).deleted, 10u);
    auto heads = store_.calls(Op::head, "src/20180401.zip");
    std::erase_if(heads, [](const Call& c) { return c.key != "src/20180401.zip"; });
    EXPECT_EQ(heads.size(), age > DeleteLicense::kMaxAge ? 1u : 0u);
    for (const std::string& key : store_.keys(support::kArchive)) store_.erase(support::kArchive, key);
  }
}

TEST_P(SourceDeleterTest, AProofOlderThanTenSecondsIsRenewed) {
  archive();
  options_.delete_batch = 1;
  store_.before = [&](const Call& c) {
    if (c.op == Op::del) clock_.move(std::chrono::seconds(11));
  };
  EXPECT_EQ(remove().deleted, 10u);
  EXPECT_GE(store_.calls(Op::head, "src/20180401.zip").size(), 3u);
}

TEST_P(SourceDeleterTest, AClockThatWasSetBackMakesNoProofFresh) {
  archive();
  options_.delete_batch = 1;
  store_.before = [&](const Call& c) {
    if (c.op == Op::del) clock_.move(-std::chrono::hours(1));
  };
  EXPECT_EQ(remove().deleted, 10u);
  EXPECT_GE(store_.calls(Op::head, "src/20180401.zip").size(), 3u);
}

TEST_P(SourceDeleterTest, NothingGoesOnceTheArchiveIsGone) {
  archive();
  store_.on_loss = {};
  store_.erase(support::kArchive, "src/20180401.zip");
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::damaged);
  EXPECT_TRUE(store_.calls(Op::del).empty());
  EXPECT_EQ(sources(), 10u);
}

TEST_P(SourceDeleterTest, NothingMoreGoesOnceTheArchiveWasReplacedInBetween) {
  archive();
  options_.delete_batch = 1;
  std::atomic<int> deletes = 0;
  store_.before = [&](const Call& c) {
    if (c.op != Op::del || ++deletes != 3) return;
    store_.edit(support::kArchive, "src/20180401.zip", [](auto& object) { object.metadata.clear(); });
    clock_.move(std::chrono::seconds(11));
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::damaged);
  // The other threads may have had a delete in flight.
  EXPECT_GE(sources(), 4u);
  const std::size_t left = sources();
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::damaged);
  EXPECT_EQ(sources(), left);
}

TEST_P(SourceDeleterTest, NothingComesBetweenALookAndItsDelete) {
  if (GetParam()) return;  // the condition protects
  options_.delete_batch = 100;
  archive();
  EXPECT_EQ(remove().deleted, 10u);
  const std::vector<Call> journal = store_.journal();
  const auto at = std::find_if(journal.begin(), journal.end(), [](const Call& c) { return c.op == Op::del; });
  ASSERT_NE(at, journal.end());
  EXPECT_EQ((at - 1)->op, Op::list) << "the proof is renewed before the look";
  EXPECT_EQ((at - 2)->op, Op::head);
}

/// Out of order, a look would find that objects are gone which are there.
TEST_P(SourceDeleterTest, ALookOutOfOrderIsNotBelieved) {
  archive();
  store_.alter_list = [](const s3::ListObjectsRequest& request, s3::ListObjectsPage& page) {
    if (request.bucket == support::kSource && request.max_keys < 1000)
      std::reverse(page.objects.begin(), page.objects.end());
  };
  store_.before = [](const Call& c) {  // each delete is tried again, after a look
    if (GetParam() && c.op == Op::del) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { remove(); }), ErrorKind::unsupported) << "another run would see the same order";
  EXPECT_EQ(sources(), 10u);
}

TEST_P(SourceDeleterTest, KeysThatNoBatchCanNameGetALookEach) {
  for (int n = 0; n < 20; ++n)
    store_.put(support::kSource, fmt::format("sources/2018/04/01/\x01{:02}", n), "old");
  store_.make_bucket(support::kArchive);
  ArchiveOptions keep = options_;
  keep.keep_sources = true;
  ASSERT_FALSE(support::run(store_, keep).total().failure);
  volumes_ = catalog_.load_group("src/20180401").committed;
  store_.forget_journal();
  EXPECT_EQ(remove().deleted, 20u);
  EXPECT_TRUE(store_.calls(Op::del).empty());
  for (const Call& c : store_.calls(Op::del_one)) {
    bool looked = false;
    for (const Call& head : store_.calls(Op::head, c.key)) looked = looked || head.ended < c.began;
    EXPECT_TRUE(looked) << c.key;
    EXPECT_EQ(c.items[0].etag.empty(), !GetParam());
  }
}

TEST_P(SourceDeleterTest, TheNullVersionIsRemovedByTheMarkerAndNeverByItsId) {
  store_.versioned = store_.suspended = true;
  archive();
  options_.delete_versions = true;
  int lists = 0;
  store_.after = [&](const Call& c) {
    if (c.op == Op::list && ++lists == 1) store_.put(support::kSource, day_key(1, 2), "newer");
  };
  const DeleteReport report = remove();
  EXPECT_EQ(report.deleted, 9u);
  EXPECT_EQ(report.versions_kept, 0u) << "the marker took the null version's place";
  EXPECT_EQ(store_.objects(support::kSource).at(day_key(1, 2)).body, "newer");
}

}  // namespace
}  // namespace s3c::archive
