// A restore beside runs that archive: what is no longer the newest is not written.
#include "restore/choice_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "catalog/catalog.h"
#include "restore_run_fixture.h"

namespace s3c::restore {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::Op;
using support::store_error;
using ::testing::HasSubstr;
using testing::RestoreRunTest;

/// A volume that comes between the plan and the writes of a restore.
class Newcomers : public RestoreRunTest {
 protected:
  RestoreReport restore_after(const std::function<void()>& meanwhile) {
    RestoreProgress progress;
    const RestoreContext all = context(progress);
    const RestorePlan planned = plan_restore(options_, all);
    meanwhile();
    return run_restore(options_, planned, all);
  }
  /// How often the manifests of the whole scope were listed.
  int lists() const {
    int count = 0;
    for (const Call& call : store_.calls(Op::list, std::string(catalog::kManifestFolder)))
      count += !call.key.ends_with(".zip/");
    return count;
  }
  /// The late object's own run commits and deletes; then only its volume holds the newest object.
  void archive_newer() { archive({{day_key(1, 0), "newer"}}); }
};

TEST_F(Newcomers, AnObjectThatWasArchivedSinceThePlanIsNotReplacedByItsOlderOne) {
  archive({{day_key(1, 0), "old"}, {day_key(1, 1), "only once"}});
  const RestoreReport report = restore_after([this] { archive_newer(); });
  EXPECT_EQ(report.restored, 1u) << "what the newcomer doesn't hold comes back";
  EXPECT_FALSE(target_.bodies().contains(day_key(1, 0)));
  EXPECT_EQ(report.failed, 1u);
  EXPECT_EQ(report.failed_by_kind.at(ErrorKind::transient), 1u) << "worth running again";
  ASSERT_EQ(report.not_restored.named().size(), 1u);
  EXPECT_THAT(report.not_restored.named()[0].why, HasSubstr("src/20180401-2.zip"));
  EXPECT_EQ(restore().restored, 1u);
  EXPECT_EQ(target_.bodies().at(day_key(1, 0)), "newer");
}

TEST_F(Newcomers, AreNoticedAfterAThaw) {
  store_.freezes_archives = true;
  archive({{day_key(1, 0), "old"}});
  store_.thaw_polls = 1;
  options_.wait = true;
  clock_.during_sleep = [this] { archive_newer(); };
  const RestoreReport report = restore();
  EXPECT_EQ(report.thaws_started, 1u);
  EXPECT_TRUE(target_.bodies().empty());
  EXPECT_EQ(report.failed, 1u);
}

TEST_F(Newcomers, AreNoticedWhileALargeMemberIsRead) {
  archive({{day_key(1, 0), std::string((8 << 20) + 1, 'L')}});
  bool came = false;
  store_.during_read = [&](const std::string& key, std::size_t) {
    if (key == "src/20180401.zip" && !std::exchange(came, true)) archive_newer();
  };
  EXPECT_EQ(restore().failed, 1u);
  EXPECT_TRUE(came);
  EXPECT_TRUE(target_.bodies().empty());
}

TEST_F(Newcomers, AreNoticedByKeyAlone) {
  archive({{day_key(1, 0), "old"}});
  options_.query = catalog::MemberQuery({day_key(1, 0)}, {});
  EXPECT_EQ(restore_after([this] { archive_newer(); }).failed, 1u);
  EXPECT_TRUE(target_.bodies().empty());
}

/// Its name is of another day than the key. Until it came, the key's day told where the key can be.
TEST_F(Newcomers, ByTimeAreNoticedByKey) {
  archive({{day_key(1, 0), "old"}});
  options_.query = catalog::MemberQuery({day_key(1, 0)}, {});
  const RestoreReport report = restore_after([this] {
    store_.put(support::kSource, day_key(1, 0), "newer");
    store_.edit(support::kSource, day_key(1, 0), [](support::StoredObject& object) {
      object.last_modified = *base::parse_iso8601("2026-11-20T12:00:00Z");
    });
    archive::ArchiveOptions by_time = support::small_options();
    by_time.layout = catalog::Layout::by_last_modified(catalog::Period::day);
    ASSERT_FALSE(support::run(store_, by_time).total().failure);
    clock_.move(std::chrono::seconds(1));
  });
  EXPECT_EQ(report.failed, 1u);
  EXPECT_TRUE(target_.bodies().empty());
}

TEST_F(Newcomers, OfOtherDaysAndOtherKeysChangeNothing) {
  archive({{day_key(1, 0), "old"}});
  const RestoreReport report = restore_after([this] {
    archive({{day_key(2, 0), "another day"}});
    archive({{day_key(1, 5), "another key"}});
  });
  EXPECT_EQ(report.restored, 1u);
  EXPECT_EQ(report.failed, 0u);
}

TEST_F(Newcomers, AreNoMatterWhereTheVolumeIsNamed) {
  archive({{day_key(1, 0), "old"}});
  options_.volume = "src/20180401.zip";
  EXPECT_EQ(restore_after([this] { archive_newer(); }).restored, 1u);
  EXPECT_EQ(target_.bodies().at(day_key(1, 0)), "old");
}

TEST_F(Newcomers, WithoutAListingNothingIsWritten) {
  archive({{day_key(1, 0), "old"}});
  const RestoreReport report = restore_after([this] {
    archive_newer();
    store_.before = [](const Call& call) {
      if (call.op == Op::list && call.key.starts_with(catalog::kManifestFolder) &&
          !call.key.ends_with(".zip/"))
        throw store_error(ErrorKind::transient, "InternalError");
    };
  });
  EXPECT_EQ(report.failed, 1u);
  EXPECT_TRUE(target_.bodies().empty());
}

TEST_F(Newcomers, ThePlanKnowsWhatItsSearchListed) {
  archive({{day_key(1, 0), "old"}});
  store_.forget_journal();
  RestoreProgress progress;
  const RestorePlan planned = plan_restore(options_, context(progress));
  EXPECT_EQ(lists(), 1);
  ASSERT_EQ(planned.records.size(), 1u);
  EXPECT_EQ(planned.records[0].archive_key, "src/20180401.zip");
}

TEST_F(Newcomers, AreLookedForOnceInAMoment) {
  std::map<std::string, std::string> bodies;
  for (int n = 0; n < 50; ++n) bodies[day_key(1, n)] = "x" + std::to_string(n);
  archive(bodies);
  EXPECT_EQ(restore_after([this] { store_.forget_journal(); }).restored, 50u);
  EXPECT_EQ(lists(), 0) << "the plan is fresh";
  target_.clear();
  const auto wait = [this] {
    store_.forget_journal();
    clock_.move(std::chrono::milliseconds(200));
  };
  EXPECT_EQ(restore_after(wait).restored, 50u);
  EXPECT_EQ(lists(), 1);
}

}  // namespace
}  // namespace s3c::restore
