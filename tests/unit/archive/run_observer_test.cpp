// What a run tells while it works: in the order in which it happens, and never before it has happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "archive/archive_run.h"
#include "base/log.h"
#include "support/fake_clock.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using support::Call;
using support::FakeStore;
using support::Op;
using ::testing::ElementsAre;

/// Writes down what it hears, and looks at the store at that moment.
class Recorder final : public catalog::RunObserver {
 public:
  explicit Recorder(FakeStore& store) : store_(store) {}

  void group_started(const std::string& group) override { note("started " + group); }
  void volume_committed(const catalog::VolumeCommitted& volume) override {
    note("committed " + volume.archive_key + " " + std::to_string(volume.objects));
    const auto keys = store_.keys(support::kArchive);
    EXPECT_NE(std::find(keys.begin(), keys.end(), volume.archive_key), keys.end());
    EXPECT_TRUE(std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
      return key.starts_with("s3compress_catalog/commit/" + volume.archive_key);
    })) << "told before it was marked";
    sources_at_commit += store_.keys(support::kSource).size();
  }
  void sources_deleted(const catalog::SourcesDeleted& deletes) override {
    note("deleted " + deletes.archive_key + " " + std::to_string(deletes.deleted) + " left " +
         std::to_string(deletes.left));
  }
  void group_finished(const catalog::GroupFinished& group) override {
    note("finished " + group.group + " " + std::to_string(group.objects) + (group.failure ? " failed" : ""));
  }

  std::vector<std::string> heard() {
    base::MutexLock lock(mutex_);
    return heard_;
  }
  std::uint64_t sources_at_commit = 0;

 private:
  void note(std::string text) {
    base::MutexLock lock(mutex_);
    heard_.push_back(std::move(text));
  }
  FakeStore& store_;
  base::Mutex mutex_;
  std::vector<std::string> heard_ S3C_GUARDED_BY(mutex_);
};

class RunObserverTest : public ::testing::Test {
 protected:
  RunObserverTest() : store_({.conditional_complete = true, .checksums = true, .conditional_delete = true}) {
    options_ = support::small_options();
    options_.max_objects = 1000;
    options_.conditional_complete = options_.additional_checksums = true;
    options_.delete_conditions = support::delete_conditions(true);
  }

  RunReport run(std::stop_token stop = {}) {
    const auto log = base::make_null_logger();
    return run_archive(options_,
                       {{store_, store_}, clock_, *log, progress_, std::move(stop), {}, {}, observer_});
  }

  FakeStore store_;
  support::FakeClock clock_;
  ArchiveOptions options_;
  Progress progress_;
  Recorder observer_{store_};
};

TEST_F(RunObserverTest, TellsEachStepOnceItIsDone) {
  support::fill(store_, 3, 1);
  run();
  const std::string day = "sources/2018/04/01/";
  EXPECT_THAT(observer_.heard(), ElementsAre("started " + day, "committed src/20180401.zip 3",
                                             "deleted src/20180401.zip 3 left 0", "finished " + day + " 3"));
  EXPECT_EQ(observer_.sources_at_commit, 3u)
      << "a source was deleted before its volume was told to be committed";
}

TEST_F(RunObserverTest, DeletesThatAnErrorEndsAreToldAsFarAsTheyCame) {
  support::fill(store_, 3, 1);
  store_.before = [](const Call& call) {
    if (call.op == Op::del && call.bucket == support::kSource)
      throw support::store_error(base::ErrorKind::access_denied, "AccessDenied");
  };
  run();
  const std::vector<std::string> heard = observer_.heard();
  ASSERT_EQ(heard.size(), 4u);
  EXPECT_THAT(heard[2], ::testing::StartsWith("deleted src/20180401.zip 0"));
}

TEST_F(RunObserverTest, LiveValuesStayAsTheyWereAtTheEnd) {
  support::fill(store_, 3, 1);
  run();
  const base::LiveValues::Values values = observer_.live().read();
  EXPECT_EQ(values.at({"memory_leased_bytes", "bodies"}), 0u) << "all came back";
  EXPECT_EQ(values.at({"memory_leased_bytes", "buffers"}), 0u);
  EXPECT_EQ(values.at({"memory_limit_bytes", "bodies"}), options_.resources.memory_bytes / 2);
  EXPECT_EQ(values.at({"queue_depth", "objects"}), 0u);
}

TEST_F(RunObserverTest, TheProgressKnowsTheWholeInTheEnd) {
  support::fill(store_, 5, 2);
  run();
  const RunProgress now = progress_.snapshot();
  EXPECT_TRUE(now.groups_final);
  EXPECT_EQ(now.ended_groups, 2u);
  EXPECT_EQ(now.ended_objects, 10u);
  EXPECT_EQ(now.ended_bytes, now.bytes_in);
  EXPECT_EQ(now.objects_deleted, 10u);
  EXPECT_TRUE(now.deletes);
}

TEST_F(RunObserverTest, AStoppedGroupIsNeitherDoneNorLeft) {
  support::fill(store_, 100, 1);
  options_.resources.threads = 1;
  std::stop_source stop;
  store_.after = [&](const Call& call) {
    if (call.op == Op::get && call.key == support::day_key(1, 2)) stop.request_stop();
  };
  run(stop.get_token());
  const RunProgress now = progress_.snapshot();
  EXPECT_EQ(now.groups_done, 0u);
  EXPECT_EQ(now.objects_left, 0u) << "they are the next run's";
  EXPECT_LT(now.objects_packed, 20u);
}

}  // namespace
}  // namespace s3c::archive
