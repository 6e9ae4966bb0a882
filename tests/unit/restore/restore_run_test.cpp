// A restore over the fake store: which ranges are asked for, which volume has the last word, what is told of
// what went wrong.
#include "restore/restore_run.h"
#include "restore/restore_plan.h"
#include "restore/thaw_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "catalog/member_reader.h"
#include "catalog/member_search.h"
#include "restore_run_fixture.h"

namespace s3c::restore {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using support::store_error;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MapTarget;
using testing::RestoreRunTest;

TEST_F(RestoreRunTest, NeighboursComeInOneRange) {
  std::map<std::string, std::string> bodies;
  for (int n = 0; n < 50; ++n) bodies[day_key(1, n)] = std::string(static_cast<std::size_t>(100 + n), 'x');
  archive(bodies);
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored, 50u);
  EXPECT_TRUE(target_.bodies() == originals_);
  int ranges = 0;
  for (const Call& call : store_.calls(Op::get)) ranges += call.key == "src/20180401.zip";
  EXPECT_EQ(ranges, 1);

  store_.forget_journal();
  const RestoreReport again = restore();
  EXPECT_EQ(again.equal, 50u);
  for (const Call& call : store_.calls(Op::get))
    EXPECT_NE(call.key, "src/20180401.zip") << "nothing is fetched in vain";
}

/// Each look costs a request. Where the target replaces nothing by itself, it looks at the names of a range together.
TEST_F(RestoreRunTest, OnlyWhatIsThereIsLookedAtAlone) {
  std::map<std::string, std::string> bodies;
  for (int n = 0; n < 50; ++n) bodies[day_key(1, n)] = std::string(static_cast<std::size_t>(100 + n), 'x');
  archive(bodies);
  target_.refuses = true;
  const int planned = static_cast<int>(bodies.size());  // the plan looks at each of a few
  EXPECT_EQ(restore().restored, 50u);
  EXPECT_EQ(target_.looks(), planned);
  EXPECT_EQ(target_.writes(), 50);
  EXPECT_TRUE(target_.bodies() == originals_);

  // What is there is found: it is neither written again nor replaced.
  target_.clear();
  for (int n = 10; n < 20; ++n) target_.put(day_key(1, n), originals_.at(day_key(1, n)));
  target_.put(day_key(1, 20), "something else");
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored, 39u);
  EXPECT_EQ(report.equal, 10u);
  EXPECT_EQ(report.existing, 1u);
  EXPECT_EQ(target_.bodies().at(day_key(1, 20)), "something else");
  EXPECT_EQ(target_.looks(), 2 * planned + 11) << "at those that are there";
  EXPECT_EQ(target_.writes(), 50 + 39);

  const int before = target_.looks();
  EXPECT_EQ(restore().equal, 49u);
  EXPECT_EQ(target_.looks(), before + 2 * planned);
}

TEST_F(RestoreRunTest, FarApartMembersAreNotFetchedWithWhatLiesBetween) {
  std::string noise(300'000, '\0');
  std::uint64_t state = 1;
  for (char& c : noise)
    c = static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
  archive({{day_key(1, 0), "first"}, {day_key(1, 1), noise}, {day_key(1, 2), "last"}});
  options_.query = catalog::MemberQuery({day_key(1, 0), day_key(1, 2)}, {});
  EXPECT_EQ(restore().restored, 2u);
  EXPECT_EQ(target_.bodies().size(), 2u);
}

TEST_F(RestoreRunTest, LargeMembersAreStreamed) {
  archive({{day_key(1, 0), "small"}, {day_key(1, 1), std::string((8 << 20) + 1, 'L')}});
  EXPECT_EQ(restore().restored, 2u);
  EXPECT_TRUE(target_.bodies() == originals_);
  EXPECT_EQ(target_.streamed(), 1);
}

TEST_F(RestoreRunTest, TheNewestVolumeHasTheLastWord) {
  archive({{day_key(1, 0), "old"}, {day_key(1, 1), "only once"}});
  archive({{day_key(1, 0), "newer"}});
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored, 2u);
  EXPECT_EQ(report.existing, 0u) << "the older one is not even tried";
  EXPECT_TRUE(target_.bodies() == originals_);
  EXPECT_EQ(target_.bodies().at(day_key(1, 0)), "newer");
}

TEST_F(RestoreRunTest, WhileTheNewestVolumeIsFrozenItKeepsItsKeys) {
  archive({{day_key(1, 0), "old"}, {day_key(1, 1), "only once"}});
  archive({{day_key(1, 0), "newer"}});
  archive({{day_key(2, 0), "another day"}});
  const auto freeze = [this] {
    store_.edit(support::kArchive, "src/20180401-2.zip",
                [](support::StoredObject& object) { object.thaw.kind = s3::ThawState::Kind::frozen; });
  };
  freeze();
  store_.thaw_polls = 1000;
  RestoreReport report = restore();
  EXPECT_EQ(report.waiting.size(), 1u);
  EXPECT_EQ(report.restored, 2u) << "what the older volume alone holds needs no waiting";
  EXPECT_FALSE(target_.bodies().contains(day_key(1, 0)));

  // It can't be thawed at all: the old object still doesn't come back in its place.
  freeze();
  store_.before = [](const Call& call) {
    if (call.op == Op::restore) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  report = restore();
  EXPECT_EQ(report.failures.count(), 1u) << "the one whose thaw was refused";
  EXPECT_FALSE(target_.bodies().contains(day_key(1, 0)));
}

TEST_F(RestoreRunTest, AVolumeWithNothingNewestIsNotThawed) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "old"}});
  archive({{day_key(1, 0), "newer"}});
  EXPECT_EQ(plan().frozen_volumes, 1u);
  EXPECT_EQ(plan().volumes.at(0).archive_key, "src/20180401-2.zip");
}

/// Archives two versions of one key, the newer one by a machine whose clock is a day behind.
TEST_F(RestoreRunTest, NoArchiversClockDecides) {
  archive({{day_key(1, 0), "old"}});
  clock_.move(-std::chrono::days(1));
  archive({{day_key(1, 0), "newer"}});
  EXPECT_EQ(restore().restored, 1u);
  EXPECT_EQ(target_.bodies().at(day_key(1, 0)), "newer");
}

class TwoLayouts : public RestoreRunTest {
 protected:
  TwoLayouts() { options_.scope.bucket.clear(); }  // whatever the catalog names

  /// An object at the hour, archived by the day and later, overwritten, by the hour (or the other way round).
  void archive_both(bool day_first) {
    archive_as(day_first, "old");
    archive_as(!day_first, "newer");
  }
  void archive_as(bool by_day, const std::string& body) {
    layout_ = by_day ? std::pair(catalog::kDefaultLayout, catalog::kDefaultArchiveName)
                     : std::pair<std::string_view, std::string_view>("{prefix}/{yyyy}/{mm}/{dd}/{hh}/",
                                                                     "{bucket}/{yyyy}{mm}{dd}-h{hh}.zip");
    archive({{kKey, body}});
  }
  const std::string kKey = "sources/2018/04/01/05/a.xml";
};

TEST_F(TwoLayouts, TheNewerObjectComesBack) {
  for (const bool day_first : {true, false}) {
    archive_both(day_first);
    EXPECT_EQ(restore().restored, 1u);
    EXPECT_EQ(target_.bodies().at(kKey), "newer");
    target_.clear();
    for (const std::string& archived : store_.keys(support::kArchive))
      store_.erase(support::kArchive, archived);
  }
}

TEST_F(TwoLayouts, OfTwoThatAreEquallyNewNoneComesBackUnlessAVolumeIsNamed) {
  const base::Timestamp moment = support::FakeClock().now();
  for (const bool by_day : {true, false}) {
    at_ = moment;
    archive_as(by_day, by_day ? "one" : "other");
  }
  RestoreReport report = restore();
  EXPECT_EQ(report.restored, 0u);
  EXPECT_EQ(report.tied, 1u);
  ASSERT_EQ(report.not_restored.named().size(), 1u);
  EXPECT_EQ(report.not_restored.named()[0].key, kKey);
  EXPECT_THAT(report.not_restored.named()[0].why, HasSubstr("src/20180401.zip"));
  EXPECT_THAT(report.not_restored.named()[0].why, HasSubstr("src/20180401-h05.zip"));
  EXPECT_TRUE(target_.bodies().empty());

  options_.volume = "src/20180401-h05.zip";
  report = restore();
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(report.tied, 0u);
  EXPECT_EQ(target_.bodies().at(kKey), "other");
}

TEST_F(TwoLayouts, OneObjectArchivedTwiceComesBackOnce) {
  at_ = support::FakeClock().now();
  archive_as(true, "the same");
  archive_as(false, "the same");
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(report.equal + report.existing + report.tied, 0u);
}

/// What keeps the newest volume from being looked into while the run is planned.
class NewestVolumeUnseen : public RestoreRunTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void break_it() {
    const std::string what = GetParam();
    if (what == "archive") {
      store_.before = [](const Call& call) {
        if (call.op == Op::head && call.key == "src/20180401-2.zip")
          throw store_error(ErrorKind::transient, "InternalError");
      };
      return;
    }
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (key.find(what) == std::string::npos || key.find("20180401-2.zip/") == std::string::npos) continue;
      whole_[key] = store_.objects(support::kArchive).at(key).body;
      store_.edit(support::kArchive, key, [](support::StoredObject& object) { object.body.at(20) = '\x01'; });
    }
    ASSERT_EQ(whole_.size(), 1u);
  }
  void repair_it() {
    store_.before = {};
    for (const auto& [key, body] : whole_)
      store_.edit(support::kArchive, key,
                  [&whole = body](support::StoredObject& object) { object.body = whole; });
  }

 private:
  std::map<std::string, std::string> whole_;
};

TEST_P(NewestVolumeUnseen, OlderOnesStayAndOthersComeBack) {
  archive({{day_key(1, 0), "old"}});
  archive({{day_key(1, 0), "newer"}, {day_key(1, 1), "b"}});
  archive({{day_key(2, 0), "another day"}});
  archive({{day_key(1, 2), "newest"}});
  break_it();
  const RestoreReport report = restore();
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_FALSE(target_.bodies().contains(day_key(1, 0))) << "the old one would stay for good";
  EXPECT_TRUE(target_.bodies().contains(day_key(2, 0)));
  // Without its manifest not even its keys are known: it may hold any of the group's.
  const bool keys_known = GetParam() != std::string("/manifest/");
  EXPECT_EQ(target_.bodies().contains(day_key(1, 2)), keys_known);
  // Where the index can be read the key is known to be in the volume that can't.
  const bool index_known = GetParam() == std::string("archive");
  EXPECT_EQ(report.failed, index_known ? 0u : keys_known ? 1u : 2u);
  EXPECT_EQ(report.not_restored.named().size(), report.failed);
  for (const NotRestored& one : report.not_restored.named())
    EXPECT_THAT(one.why, HasSubstr("src/20180401-2.zip could not be searched"));
  repair_it();
  EXPECT_EQ(restore().failures.count(), 0u);
  EXPECT_TRUE(target_.bodies() == originals_);
}

INSTANTIATE_TEST_SUITE_P(RestoreRun, NewestVolumeUnseen,
                         ::testing::Values("/manifest/", "/index/", "archive"));

TEST_F(RestoreRunTest, AVolumeThatFailsWhileItIsWaitedForKeepsItsKeys) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "old"}});
  archive({{day_key(1, 0), "newer"}});
  store_.thaw_polls = 1;
  int heads = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::head && call.key == "src/20180401-2.zip" && ++heads == 2)
      throw store_error(ErrorKind::transient, "InternalError");
  };
  options_.wait = true;
  EXPECT_EQ(restore().failures.count(), 1u);
  EXPECT_TRUE(target_.bodies().empty());
}

TEST_F(RestoreRunTest, AThawThatCameToNothingIsAskedForAgain) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "a"}});
  store_.thaw_polls = 1;
  int heads = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::head && ++heads == 2) {
      store_.edit(support::kArchive, call.key,
                  [](support::StoredObject& object) { object.thaw.kind = s3::ThawState::Kind::frozen; });
    }
    if (heads == 100) throw std::runtime_error("waits for a thaw that nobody has asked for");
  };
  options_.wait = true;
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(report.thaws_started, 2u);
}

TEST_F(RestoreRunTest, ARecordThatIsGoneAfterThePlanIsTold) {
  archive({{day_key(1, 0), "a"}});
  RestoreProgress progress;
  const RestoreContext all = context(progress);
  const RestorePlan planned = plan_restore(options_, all);
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (catalog::parse_manifest_key(key)) store_.erase(support::kArchive, key);
  }
  const RestoreReport report = run_restore(options_, planned, all);
  EXPECT_EQ(report.restored, 0u);
  EXPECT_EQ(report.failures.count(), 1u);
}

TEST_F(RestoreRunTest, AnArchiveThatIsAnotherOneByNowIsNoVolume) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), std::string((8 << 20) + 1, 'L')}});
  const auto change = [](support::StoredObject& object) {
    object.metadata["s3compress-id"] = "01B8J3Z7Q40000000000000000";
  };
  RestoreProgress progress;
  const RestoreContext all = context(progress);
  const RestorePlan planned = plan_restore(options_, all);
  store_.edit(support::kArchive, "src/20180401.zip", change);  // behind the plan's back
  const RestoreReport report = run_restore(options_, planned, all);
  EXPECT_EQ(report.failed, 2u) << "small or streamed";
  EXPECT_EQ(report.restored, 0u);
  EXPECT_EQ(plan().failures.count(), 1u);
}

TEST_F(RestoreRunTest, OnlyAStreamThatIsWrongTwiceIsDamage) {
  archive({{day_key(1, 0), std::string((8 << 20) + 1, 'L')}});
  int reads = 0;
  int wrong = 1;
  store_.alter_read = [&](const std::string& key, std::string& body) {
    if (key == "src/20180401.zip" && ++reads <= wrong) body[0] = '\xff';
  };
  RestoreReport report = restore();
  EXPECT_EQ(report.failed_by_kind, base::KindCounts({{ErrorKind::corrupt, 1}})) << "worth running again";
  EXPECT_EQ(reads, 2);
  EXPECT_TRUE(target_.bodies().empty());
  wrong = 1000;
  report = restore();
  EXPECT_EQ(report.failed_by_kind, base::KindCounts({{ErrorKind::damaged, 1}}));
  EXPECT_TRUE(target_.bodies().empty());
}

TEST_F(RestoreRunTest, OnlyWhatIsReadWrongTwiceIsDamage) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), "b"}});
  int reads = 0;
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key == "src/20180401.zip" && ++reads == 1) got.body[0] ^= 1;
  };
  RestoreReport report = restore();
  EXPECT_EQ(report.restored, 2u) << "damaged on its way, once";
  EXPECT_TRUE(report.failed_by_kind.empty());

  store_.alter_get = {};
  target_.clear();
  store_.edit(support::kArchive, "src/20180401.zip", [](support::StoredObject& object) {
    const std::size_t place = object.body.find('a', object.body.find(day_key(1, 0)) + day_key(1, 0).size());
    object.body[place] ^= 1;
  });
  report = restore();
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(report.failed, 1u);
  EXPECT_EQ(report.failed_by_kind, (base::KindCounts{{ErrorKind::damaged, 1}}));
}

TEST_F(RestoreRunTest, OneThatFailsDoesNotStopTheRest) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), "b"}, {day_key(2, 0), "c"}});
  target_.refused = day_key(1, 1);
  RestoreReport report = restore();
  EXPECT_EQ(report.restored, 2u);
  EXPECT_EQ(report.failed, 1u);
  EXPECT_TRUE(report.failed_by_kind.contains(ErrorKind::access_denied));
  ASSERT_EQ(report.not_restored.named().size(), 1u);
  EXPECT_EQ(report.not_restored.named()[0].key, day_key(1, 1));

  // A volume whose archive is gone.
  store_.erase(support::kArchive, "src/20180402.zip");
  target_.refused.clear();
  report = restore();
  EXPECT_EQ(report.failures.count(), 1u);
  EXPECT_THAT(report.failures.named().at(0).what(), HasSubstr("src/20180402.zip"));
  EXPECT_EQ(report.failures.named().at(0).kind(), ErrorKind::damaged) << "its sources were deleted";
  EXPECT_EQ(report.restored, 1u);
}

/// After Ctrl-C a PUT gives up soon. That says nothing about the member, and no other member is begun.
TEST_F(RestoreRunTest, AStopWhileTheTargetThrottlesIsNoFailure) {
  std::map<std::string, std::string> bodies;
  for (int n = 0; n < 40; ++n) bodies[support::day_key(1, n)] = "body";
  archive(bodies);
  std::stop_source stop;
  target_.before_write = [&stop](const std::string&) {
    stop.request_stop();
    throw base::Error(ErrorKind::throttled, "SlowDown");
  };
  RestoreProgress progress;
  RestoreContext all = context(progress);
  const RestorePlan planned = plan_restore(options_, all);
  all.stop = stop.get_token();
  const RestoreReport report = run_restore(options_, planned, all);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_EQ(report.not_restored.count(), 0u);
  EXPECT_EQ(target_.writes(), 1) << "they are all in one range";
}

TEST_F(RestoreRunTest, AnArchiveThatGoesAfterThePlanIsDamageToo) {
  archive({{day_key(1, 0), "a"}});
  RestoreProgress progress;
  const RestoreContext all = context(progress);
  const RestorePlan plan = plan_restore(options_, all);
  store_.erase(support::kArchive, "src/20180401.zip");
  const RestoreReport report = run_restore(options_, plan, all);
  EXPECT_EQ(report.restored, 0u);
  EXPECT_TRUE(report.failed_by_kind.contains(ErrorKind::damaged));
  EXPECT_THAT(report.not_restored.named().at(0).why, HasSubstr("its archive is gone"));
}

TEST_F(RestoreRunTest, AnArchiveThatIsNotThereYetIsNoDamage) {
  archive({{day_key(1, 0), "a"}});
  store_.erase(support::kArchive, "src/20180401.zip");
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (key.starts_with("s3compress_catalog/commit/")) store_.erase(support::kArchive, key);
  }
  const RestoreReport report = restore();
  ASSERT_EQ(report.failures.count(), 1u);
  EXPECT_EQ(report.failures.named().at(0).kind(), ErrorKind::not_found);
  EXPECT_THAT(report.failures.named().at(0).what(), HasSubstr("there is no archive yet"));
}

TEST_F(RestoreRunTest, WhatTheTargetCanNotHoldIsLeftOutAndNoFailure) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), "b"}});
  target_.refused = day_key(1, 1);
  target_.refusal = ErrorKind::invalid_argument;
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(report.unstorable, 1u);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_TRUE(report.failed_by_kind.empty());
  ASSERT_EQ(report.not_restored.count(), 1u);
  EXPECT_EQ(report.not_restored.named()[0].key, day_key(1, 1));
}

TEST_F(RestoreRunTest, DamagedBytesAreNeverWritten) {
  archive({{day_key(1, 0), std::string(200, 'a')}, {day_key(1, 1), std::string(200, 'b')}});
  store_.edit(support::kArchive, "src/20180401.zip",
              [](support::StoredObject& object) { object.body.at(100) ^= 1; });
  const RestoreReport report = restore();
  EXPECT_EQ(report.restored + report.failed, 2u);
  for (const auto& [key, body] : target_.bodies()) EXPECT_TRUE(body == originals_.at(key)) << key;
}

TEST_F(RestoreRunTest, AnArchiveOfAnotherVolumeIsNotRead) {
  archive({{day_key(1, 0), "a"}});
  bool replaced = false;
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key == "src/20180401.zip") {
      got.head.metadata["s3compress-id"] = "01B8J3Z7Q40000000000000000";
      replaced = true;
    }
  };
  const RestoreReport report = restore();
  EXPECT_TRUE(replaced);
  EXPECT_EQ(report.failed, 1u);
  EXPECT_TRUE(target_.bodies().empty());
}

TEST_F(RestoreRunTest, WhatIsThereStays) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), "b"}});
  target_.put(day_key(1, 0), "something longer");
  const RestoreReport report = restore();
  EXPECT_EQ(report.existing, 1u);
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(target_.bodies().at(day_key(1, 0)), "something longer");
}

TEST_F(RestoreRunTest, ThePlanTellsWhatAThawCosts) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "a"}, {day_key(2, 0), "b"}});
  options_.thaw.tier = s3::RestoreTier::expedited;
  const RestorePlan planned = plan();
  EXPECT_EQ(planned.frozen_volumes, 2u);
  EXPECT_NEAR(planned.dollars, 2 * .01, .001);  // 10 dollars a thousand requests
  options_.thaw.tier = s3::RestoreTier::bulk;
  EXPECT_LT(plan().dollars, .001);
}

/// Before money is spent: a target that can't be used ends the plan or the run, and nothing is thawed.
TEST_F(RestoreRunTest, TheTargetIsLookedAtBeforeAThawIsPaid) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "a"}});
  target_.unusable = RestoreTarget::Trial::look;
  EXPECT_EQ(support::error_kind([&] { plan(); }), ErrorKind::no_bucket) << "a dry run shows it too";
  target_.unusable = RestoreTarget::Trial::write;
  EXPECT_EQ(support::error_kind([&] { restore(); }), ErrorKind::no_bucket);
  EXPECT_TRUE(store_.calls(Op::restore).empty());
  target_.unusable = {};
  EXPECT_EQ(restore().thaws_started, 1u);
}

TEST_F(RestoreRunTest, AnErrorThatHoldsForAllEndsItAndIsToldOnce) {
  std::map<std::string, std::string> bodies;
  for (int n = 0; n < 50; ++n) bodies[day_key(1, n)] = "body";
  archive(bodies);
  target_.refused = day_key(1, 7);
  target_.refusal = ErrorKind::no_bucket;
  options_.threads = 1;
  const RestoreReport report = restore();
  ASSERT_TRUE(report.ended_by);
  EXPECT_EQ(report.ended_by->kind(), ErrorKind::no_bucket);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_LT(report.restored, 49u) << "the rest was not tried";
  EXPECT_FALSE(report.interrupted);
}

/// A volume isn't thawed, and no PUT is counted, for what is at the target already.
TEST_F(RestoreRunTest, WhatIsThereAlreadyCostsNothing) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "a"}, {day_key(2, 0), "b"}});
  target_.put(day_key(1, 0), "a");
  options_.thaw.tier = s3::RestoreTier::expedited;
  const RestorePlan planned = plan();
  EXPECT_EQ(planned.there, 1u);
  EXPECT_EQ(planned.frozen_volumes, 1u);
  EXPECT_NEAR(planned.dollars, .01, .001);
  const RestoreReport report = restore();
  EXPECT_EQ(report.thaws_started, 1u);
  EXPECT_EQ(report.equal, 1u);
  ASSERT_EQ(report.waiting.size(), 1u);
  EXPECT_EQ(report.waiting[0].archive_key, "src/20180402.zip");
}

/// A dry run tells what the run would leave out.
TEST_F(RestoreRunTest, ThePlanTellsWhatIsInTheWay) {
  archive({{day_key(1, 0), "a"}, {day_key(1, 1), "b"}, {day_key(1, 2), "c"}});
  target_.put(day_key(1, 0), "a");
  target_.put(day_key(1, 1), "something else");
  const RestorePlan planned = plan();
  EXPECT_EQ(planned.there, 1u);
  EXPECT_EQ(planned.existing, 1u);
  const RestoreReport foreseen = foresee_restore(planned);
  const RestoreReport done = restore();
  for (const RestoreReport* report : {&foreseen, &done}) {
    EXPECT_EQ(report->existing, 1u);
    ASSERT_EQ(report->not_restored.count(), 1u);
    EXPECT_EQ(report->not_restored.named()[0].key, day_key(1, 1));
    EXPECT_EQ(report->not_restored.named()[0].why, kSomethingElseIsThere);
  }
}

/// Another object stands at the archive's name, or the archive was cut off: the store says only that it has no such
/// bytes, or returns fewer.
TEST_F(RestoreRunTest, AnArchiveThatIsTooShortIsDamage) {
  archive({{day_key(1, 0), std::string(300, 'a')}, {day_key(1, 1), std::string(300, 'b')}});
  const std::string whole = store_.objects(support::kArchive).at("src/20180401.zip").body;
  for (const std::size_t size : {std::size_t{7}, std::size_t{75}}) {
    store_.edit(support::kArchive, "src/20180401.zip",
                [&](support::StoredObject& object) { object.body = whole.substr(0, size); });
    const RestoreReport report = restore();
    EXPECT_GE(
        report.failed_by_kind.count(ErrorKind::damaged) + report.failures.by_kind().count(ErrorKind::damaged),
        1u)
        << size;
    EXPECT_EQ(report.failed_by_kind.count(ErrorKind::invalid_argument), 0u);
    EXPECT_EQ(report.failed_by_kind.count(ErrorKind::corrupt), 0u);
    const catalog::SearchReport searched =
        catalog::search_members(store_, {options_.scope, options_.query}, {}, [&](catalog::FoundKey&& found) {
          const catalog::FoundMember& member = found.members[0];
          const bool has_bytes = member.row.data_offset + member.row.compressed_size_bytes <= size;
          if (has_bytes) return;  // and its CRC-32 proves them
          EXPECT_EQ(support::error_kind([&] {
                      catalog::read_member(store_, support::kArchive, *member.manifest, member.row,
                                           [](std::string_view) {});
                    }),
                    ErrorKind::damaged)
              << size;
        });
    EXPECT_EQ(searched.members, 2u);
  }
}

TEST_F(RestoreRunTest, AThawAloneAsksOnceAndThenWaits) {
  store_.freezes_archives = true;
  store_.thaw_polls = 3;
  archive({{day_key(1, 0), "a"}, {day_key(2, 0), "b"}});
  const auto thaw = [&] {
    RestoreProgress progress;
    RestoreContext all = context(progress);
    all.target_of = {};
    return run_thaw(options_, plan_restore(options_, all), all);
  };
  const RestoreReport asked = thaw();
  EXPECT_EQ(asked.thaws_started, 2u);
  EXPECT_EQ(asked.waiting.size(), 2u);
  options_.wait = true;
  const RestoreReport waited = thaw();
  EXPECT_EQ(waited.thaws_started, 0u);
  EXPECT_TRUE(waited.waiting.empty());
  EXPECT_TRUE(target_.bodies().empty());
}

}  // namespace
}  // namespace s3c::restore
