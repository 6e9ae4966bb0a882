// A plan against a run: on a store in memory the run makes exactly the requests that were planned, by operation.
#include "plan/plan_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/promise.h"

namespace s3c::plan {
namespace {

using support::FakeStore;
using support::Op;

using Counts = std::map<std::string, std::uint64_t>;

std::string name_of(Op op) {
  using s3::Operation;
  static const std::map<Op, Operation> kOperations = {{Op::head_bucket, Operation::head_bucket},
                                                      {Op::list, Operation::list_objects},
                                                      {Op::versions, Operation::list_object_versions},
                                                      {Op::get, Operation::get_object},
                                                      {Op::read, Operation::get_object},
                                                      {Op::head, Operation::head_object},
                                                      {Op::tagging, Operation::get_object_tagging},
                                                      {Op::restore, Operation::restore_object},
                                                      {Op::put, Operation::put_object},
                                                      {Op::create, Operation::create_multipart_upload},
                                                      {Op::part, Operation::upload_part},
                                                      {Op::part_copy, Operation::upload_part_copy},
                                                      {Op::complete, Operation::complete_multipart_upload},
                                                      {Op::abort, Operation::abort_multipart_upload},
                                                      {Op::uploads, Operation::list_multipart_uploads},
                                                      {Op::del, Operation::delete_objects},
                                                      {Op::del_one, Operation::delete_object}};
  return std::string(to_string(kOperations.at(op)));
}

Deletes deletes_of(std::optional<archive::DeleteConditions> conditions) {
  if (!conditions) return Deletes::find_out;
  return *conditions == archive::DeleteConditions::in_batches   ? Deletes::in_batches
         : *conditions == archive::DeleteConditions::one_by_one ? Deletes::one_by_one
                                                                : Deletes::after_looks;
}

PlanOptions options_of(const archive::ArchiveOptions& run) {
  PlanOptions options;
  options.selection = run.selection;
  options.archive_bucket = run.archive_bucket;
  options.storage_class = run.storage_class;
  options.limits = {run.max_objects, run.max_size_bytes};
  options.level = run.level;
  options.delete_batch = run.delete_batch;
  options.readback = run.readback;
  options.keep_sources = run.keep_sources;
  options.without_tags = run.without_tags;
  options.recheck_attributes = run.recheck_attributes;
  options.memory_bytes = run.resources.memory_bytes;
  options.conditional_complete = run.conditional_complete;
  options.additional_checksums = run.additional_checksums;
  options.deletes = deletes_of(run.delete_conditions);
  return options;
}

class PlanRunTest : public ::testing::Test {
 protected:
  PlanRunTest() {
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
  }
  PlanReport plan(const archive::ArchiveOptions& run) { return plan(options_of(run)); }
  PlanReport plan(const PlanOptions& options, std::stop_token stop = {}) {
    PlanProgress progress;
    groups_.clear();
    const std::set<std::string> before = store_.keys(support::kArchive);
    PlanReport report = run_plan(options, {store_, store_, progress, std::move(stop)},
                                 [this](const GroupPlan& group) { groups_.push_back(group); });
    EXPECT_EQ(before, store_.keys(support::kArchive)) << "a plan changes nothing";
    return report;
  }

  /// Plans, runs, and compares. Returns the plan.
  PlanReport expect_as_planned(const archive::ArchiveOptions& options) {
    const PlanReport report = plan(options);
    EXPECT_FALSE(report.failure);
    store_.forget_journal();
    const archive::RunReport done = support::run(store_, options);
    EXPECT_FALSE(done.total().failure);
    Counts made;
    for (const support::Call& call : store_.journal()) ++made[name_of(call.op)];
    EXPECT_EQ(report.total.requests.by_operation(), made);
    EXPECT_EQ(report.total.all.objects, done.total().archived().objects);
    EXPECT_EQ(report.total.volumes, done.total().volumes.size());
    return report;
  }

  FakeStore store_;
  std::vector<GroupPlan> groups_;
};

TEST_F(PlanRunTest, ARunMakesTheRequestsThatWerePlanned) {
  support::fill(store_, 7, 3);
  const PlanReport report = expect_as_planned(support::small_options());
  EXPECT_EQ(report.groups, 3u);
  ASSERT_EQ(groups_.size(), 3u);
  EXPECT_EQ(groups_[0].prefix, "sources/2018/04/01/");
  EXPECT_EQ(groups_[0].figures.all.objects, 7u);
  EXPECT_EQ(report.total.all.objects, 21u);
  EXPECT_GT(report.total.archive_bytes, 0u);
}

TEST_F(PlanRunTest, NothingToArchiveNeedsNoProbe) {
  store_.put(support::kSource, "elsewhere", "x");
  store_.put(support::kArchive, "elsewhere", "x");
  const PlanReport report = expect_as_planned(support::small_options());
  EXPECT_EQ(report.total.all.objects, 0u);
  EXPECT_EQ(report.groups, 0u);
  EXPECT_TRUE(groups_.empty());
}

TEST_F(PlanRunTest, EachFlagThatChangesTheRequestsIsFollowed) {
  const std::vector<std::pair<const char*, std::function<void(archive::ArchiveOptions&)>>> cases = {
      {"keep_sources", [](archive::ArchiveOptions& o) { o.keep_sources = true; }},
      {"without_tags", [](archive::ArchiveOptions& o) { o.without_tags = true; }},
      {"recheck_attributes", [](archive::ArchiveOptions& o) { o.recheck_attributes = true; }},
      {"small batches", [](archive::ArchiveOptions& o) { o.delete_batch = 2; }},
      {"volumes by objects", [](archive::ArchiveOptions& o) { o.max_objects = 3; }},
      {"volumes by size", [](archive::ArchiveOptions& o) { o.max_size_bytes = 40; }},
      {"level 0", [](archive::ArchiveOptions& o) { o.level = 0; }},
      {"readback", [](archive::ArchiveOptions& o) { o.readback = true; }},
      {"powers stated",
       [](archive::ArchiveOptions& o) {
         o.conditional_complete = true;
         o.additional_checksums = true;
         o.delete_conditions = archive::DeleteConditions::in_batches;
       }},
      {"no powers",
       [](archive::ArchiveOptions& o) {
         o.conditional_complete = false;
         o.additional_checksums = false;
         o.delete_conditions = archive::DeleteConditions::ignored;
       }},
      {"one by one",
       [](archive::ArchiveOptions& o) { o.delete_conditions = archive::DeleteConditions::one_by_one; }},
  };
  for (const auto& [what, change] : cases) {
    SCOPED_TRACE(what);
    for (const char* bucket : {support::kSource, support::kArchive}) {
      for (const std::string& key : store_.keys(bucket)) store_.erase(bucket, key);
    }
    support::fill(store_, 7, 2);
    archive::ArchiveOptions options = support::small_options();
    change(options);
    expect_as_planned(options);
  }
}

TEST_F(PlanRunTest, WhatIsArchivedAlreadyIsNotCountedTwice) {
  support::fill(store_, 5, 2);
  archive::ArchiveOptions options = support::small_options();
  options.keep_sources = true;
  support::run(store_, options);
  store_.put(support::kSource, support::day_key(1, 70), "late");
  options.keep_sources = false;
  const PlanReport report = expect_as_planned(options);
  EXPECT_EQ(report.total.all.objects, 1u);
  EXPECT_EQ(report.total.archived_before.objects, 10u);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
}

TEST_F(PlanRunTest, ObjectsThatAreFrozenAreLeft) {
  support::fill(store_, 4, 1);
  store_.edit(support::kSource, support::day_key(1, 2), [](support::StoredObject& object) {
    object.storage_class = "GLACIER";
    object.thaw.kind = s3::ThawState::Kind::frozen;
  });
  const PlanReport report = expect_as_planned(support::small_options());
  EXPECT_EQ(report.total.frozen.objects, 1u);
  EXPECT_EQ(report.total.all.objects, 3u);
}

TEST_F(PlanRunTest, AGroupOfFrozenObjectsMakesNoVolume) {
  store_.put(support::kSource, support::day_key(1, 1), "cold");
  store_.edit(support::kSource, support::day_key(1, 1), [](support::StoredObject& object) {
    object.storage_class = "DEEP_ARCHIVE";
    object.thaw.kind = s3::ThawState::Kind::frozen;
  });
  const PlanReport report = expect_as_planned(support::small_options());
  EXPECT_EQ(report.total.volumes, 0u);
  EXPECT_EQ(report.total.frozen.objects, 1u);
}

TEST_F(PlanRunTest, LargeObjectsAreStreamedAndOddKeysDeletedOneByOne) {
  store_.put(support::kSource, support::day_key(1, 1), std::string(5 << 20, 'x'));
  store_.put(support::kSource, "sources/2018/04/01/\x01", "odd");
  store_.put(support::kSource, support::day_key(1, 2), "");
  expect_as_planned(support::small_options());
}

TEST_F(PlanRunTest, SeveralPagesAndVolumes) {
  store_.page_size = 1000;
  for (int i = 0; i < 2345; ++i)
    store_.put(support::kSource, fmt::format("sources/2018/04/01/{:05}", i), "x");
  archive::ArchiveOptions options = support::small_options();
  options.max_objects = 700;
  options.delete_batch = 300;
  expect_as_planned(options);
}

TEST_F(PlanRunTest, AnObjectThatNeedsMoreMemoryIsLeft) {
  store_.put(support::kSource, support::day_key(1, 1), "small");
  store_.put(support::kSource, support::day_key(1, 3), "small");
  store_.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    if (page.objects.empty()) return;
    s3::ObjectSummary huge = page.objects.front();
    huge.key = support::day_key(1, 2);
    huge.size_bytes = std::uint64_t{40} << 40;
    if (huge.key > page.objects.front().key && page.objects.size() > 1)
      page.objects.insert(page.objects.begin() + 1, huge);
  };
  const PlanReport report = plan(support::small_options());
  EXPECT_EQ(report.total.too_large.objects, 1u);
  EXPECT_EQ(report.total.all.objects, 2u);
  EXPECT_EQ(report.total.volumes, 2u) << "the huge object ends the volume before it";
  archive::ArchiveOptions roomy = support::small_options();
  roomy.resources.memory_bytes = std::uint64_t{64} << 30;
  const PlanReport fits = plan(roomy);
  EXPECT_EQ(fits.total.too_large.objects, 0u);
  EXPECT_EQ(fits.total.volumes, 3u);
  EXPECT_EQ(fits.total.large.objects, 1u);
  EXPECT_GT(fits.total.requests.count(s3::Operation::upload_part), 4'000u);
}

TEST_F(PlanRunTest, NamesWhatFitsNoGroupAndCountsWhatIsNotSelected) {
  support::fill(store_, 3, 1);
  store_.put(support::kSource, "sources/readme.txt", "x");
  archive::ArchiveOptions options = support::small_options();
  options.selection.exclude = {"*000*"};
  const PlanReport report = plan(options);
  EXPECT_EQ(report.outside.objects.count(), 1u);
  EXPECT_EQ(report.total.all.objects + report.total.not_selected.objects, 3u);
}

TEST_F(PlanRunTest, SamplesAreReadFromAllGroupsAndDoNotCountAsTheRuns) {
  for (int day = 1; day <= 4; ++day) {
    for (int n = 0; n < 20; ++n) {
      store_.put(support::kSource, support::day_key(day, n), std::string(2000, static_cast<char>('a' + day)));
    }
  }
  PlanOptions options = options_of(support::small_options());
  const Counts assumed = plan(options).total.requests.by_operation();
  options.sample = 8;
  store_.forget_journal();
  const PlanReport report = plan(options);
  std::set<std::string> groups;
  std::uint64_t gets = 0;
  for (const support::Call& call : store_.calls(Op::get)) {
    ++gets;
    groups.insert(call.key.substr(0, call.key.rfind('/')));
  }
  EXPECT_EQ(gets, 8u);
  EXPECT_EQ(groups.size(), 4u);
  EXPECT_EQ(report.sizes.sampled, 8u);
  EXPECT_EQ(report.sizes.sampled_bytes, 16'000u);
  EXPECT_LT(report.sizes.ratio, 0.05);
  EXPECT_EQ(report.total.requests.by_operation(), assumed);
  options.sample = 1000;
  EXPECT_EQ(plan(options).sizes.sampled, 80u) << "there are no more";
}

TEST_F(PlanRunTest, TheShareOfTaggedObjectsIsKnownFromTheSample) {
  support::fill(store_, 8, 2);
  for (int n = 0; n < 8; ++n) {
    store_.edit(support::kSource, support::day_key(1, n), [](support::StoredObject& object) {
      object.tags = {{"team", "blue"}};
    });
  }
  PlanOptions options = options_of(support::small_options());
  const auto tagging = [&] { return plan(options).total.requests.count(s3::Operation::get_object_tagging); };
  EXPECT_EQ(tagging(), 1u) << "the check of the permission";
  options.sample = 16;
  EXPECT_EQ(tagging(), 9u);
  options.without_tags = true;
  EXPECT_EQ(tagging(), 0u);
}

TEST_F(PlanRunTest, EndsEarlyWithWhatWentWrong) {
  support::fill(store_, 3, 3);
  store_.before = [](const support::Call& call) {
    if (call.op == Op::list && call.key == "sources/2018/04/02/")
      throw support::store_error(base::ErrorKind::transient, "InternalError");
  };
  const PlanReport report = plan(support::small_options());
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind(), base::ErrorKind::transient);
  EXPECT_EQ(groups_.size(), 1u);
}

TEST_F(PlanRunTest, AStopIsReported) {
  support::fill(store_, 3, 3);
  std::stop_source stop;
  store_.before = [&](const support::Call& call) {
    if (call.key.starts_with("sources/2018/04/01/")) stop.request_stop();
  };
  const PlanReport report = plan(options_of(support::small_options()), stop.get_token());
  EXPECT_TRUE(report.interrupted);
  EXPECT_FALSE(report.failure);
}

TEST_F(PlanRunTest, ABucketThatIsNotThereIsAnError) {
  archive::ArchiveOptions options = support::small_options();
  options.selection.bucket = "nowhere";
  EXPECT_THROW(plan(options), base::Error);
}

TEST_F(PlanRunTest, WhatTheCallerThrowsIsThrown) {
  support::fill(store_, 3, 3);
  PlanProgress progress;
  const PlanOptions options = options_of(support::small_options());
  EXPECT_THROW(run_plan(options, {store_, store_, progress, {}},
                        [](const GroupPlan&) { throw base::Error(base::ErrorKind::transient, "full"); }),
               base::Error);
}

}  // namespace
}  // namespace s3c::plan
