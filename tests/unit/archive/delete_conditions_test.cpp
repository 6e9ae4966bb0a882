// What a run finds out about the conditions of deletes, and how it deletes then.
#include "archive/delete_conditions.h"

#include <gtest/gtest.h>

#include <utility>

#include "archive/archive_run.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using Outcome = s3::DeleteResult::Outcome;

/// A day whose sources are archived and still there, on a store of which the next run knows nothing.
class DeleteConditionsTest : public ::testing::Test {
 protected:
  void archive(FakeStore& store, int objects = 60) {
    support::fill(store, objects, 1);
    options_ = support::small_options();
    options_.max_objects = 1000;
    options_.keep_sources = true;
    ASSERT_FALSE(support::run(store, options_).total().failure);
    store.forget_journal();
    options_.keep_sources = false;
    options_.delete_conditions.reset();
  }
  /// What a second run deletes of it.
  RunReport remove(FakeStore& store) { return support::run(store, options_); }
  static std::size_t conditional(const std::vector<Call>& calls) {
    std::size_t count = 0;
    for (const Call& c : calls) {
      for (const auto& item : c.items) count += item.etag.empty() ? 0 : 1;
    }
    return count;
  }
  static std::vector<Call> in_source(const std::vector<Call>& calls) {
    std::vector<Call> found;
    for (const Call& c : calls) {
      if (c.bucket == support::kSource) found.push_back(c);
    }
    return found;
  }

  ArchiveOptions options_;
};

TEST_F(DeleteConditionsTest, OneMemberTellsThatBatchesAreConditional) {
  FakeStore store;
  archive(store);
  const RunReport report = remove(store);
  EXPECT_EQ(report.delete_conditions, DeleteConditions::in_batches);
  EXPECT_EQ(report.total().deleted, 60u);
  const auto deletes = in_source(store.calls(Op::del));
  ASSERT_EQ(deletes.size(), 2u);
  EXPECT_EQ(deletes[0].items.size(), 1u);
  EXPECT_EQ(deletes[0].items[0].etag, std::string(32, '0'));
  EXPECT_EQ(deletes[0].resend, s3::ObjectStore::Resend::forbidden);
  EXPECT_EQ(deletes[1].items.size(), 60u);
  bool looked = false;
  for (const Call& head : store.calls(Op::head, deletes[0].key))
    looked = looked || head.ended < deletes[0].began;
  EXPECT_TRUE(looked) << "a store that ignores the wrong ETag deletes the object";
  const std::vector<Call> journal = store.journal();
  const auto at = std::find_if(journal.begin(), journal.end(),
                               [&](const Call& c) { return c.op == Op::del && c.key == deletes[0].key; });
  EXPECT_EQ((at - 1)->key, deletes[0].key) << "nothing comes between the look and the delete";
  EXPECT_TRUE(store.calls(Op::put, "sources/").empty());
}

TEST_F(DeleteConditionsTest, OnlySingleDeletesAreConditional) {
  FakeStore store({.conditional_delete = false, .conditional_single_delete = true});
  const support::PromiseWatch watch(store);
  archive(store);
  bool overwritten = false;
  base::Mutex mutex;
  store.before = [&](const Call& c) {
    base::MutexLock lock(mutex);
    if (c.op != Op::del_one || c.key == day_key(1, 7) || std::exchange(overwritten, true)) return;
    store.put(support::kSource, day_key(1, 7), "newer");
  };
  const RunReport report = remove(store);
  store.before = {};
  EXPECT_EQ(report.delete_conditions, DeleteConditions::one_by_one);
  EXPECT_EQ(report.total().deleted, 59u);
  EXPECT_EQ(store.objects(support::kSource).at(day_key(1, 7)).body, "newer");
  EXPECT_EQ(in_source(store.calls(Op::del)).size(), 1u) << "the one that found it out";
  const auto singles = in_source(store.calls(Op::del_one));
  EXPECT_EQ(conditional(singles), singles.size());
  for (const std::string& broken : watch.broken()) ADD_FAILURE() << broken;
}

TEST_F(DeleteConditionsTest, WithoutAnyEachSmallBatchStandsRightBehindALookAtItsOwnKeys) {
  FakeStore store({.conditional_delete = false});
  const support::PromiseWatch watch(store);
  archive(store);
  // Between the listing that found it and the look at its own batch.
  bool overwritten = false;
  base::Mutex mutex;
  store.before = [&](const Call& c) {
    base::MutexLock lock(mutex);
    if (c.op != Op::del || c.items.size() < 2 || std::exchange(overwritten, true)) return;
    store.put(support::kSource, day_key(1, 30), "newer");
  };
  const RunReport report = remove(store);
  store.before = {};
  for (const std::string& broken : watch.broken()) ADD_FAILURE() << broken;
  EXPECT_EQ(store.keys(support::kSource), std::set<std::string>{day_key(1, 30)});
  EXPECT_EQ(report.total().left.count(), 1u);
  EXPECT_EQ(report.delete_conditions, DeleteConditions::ignored);
  for (const Call& c : in_source(store.calls(Op::del))) {
    if (c.items.size() < 2) continue;
    EXPECT_LE(c.items.size(), 20u);
    EXPECT_EQ(c.resend, s3::ObjectStore::Resend::forbidden);
    EXPECT_EQ(conditional({c}), 0u);
  }
}

TEST_F(DeleteConditionsTest, ALookThatOtherKeysFillCoversWhatItSees) {
  FakeStore store({.conditional_delete = false});
  const support::PromiseWatch watch(store);
  support::fill(store, 100, 1);
  options_ = support::small_options();
  options_.max_objects = 1000;
  options_.delete_conditions = DeleteConditions::ignored;
  options_.selection.include = {"*0.xml"};  // one of ten
  int lists = 0;
  store.after = [&](const Call& c) {
    // The first look ends far before the last key, which is overwritten behind it.
    if (c.op == Op::del && c.bucket == support::kSource && ++lists == 1)
      store.put(support::kSource, day_key(1, 90), "newer");
  };
  const RunReport report = remove(store);
  store.after = {};
  for (const std::string& broken : watch.broken()) ADD_FAILURE() << broken;
  EXPECT_EQ(report.total().deleted, 9u);
  EXPECT_EQ(store.objects(support::kSource).at(day_key(1, 90)).body, "newer");
}

TEST_F(DeleteConditionsTest, AStoreThatRefusesTheConditionIgnoresIt) {
  FakeStore store;
  store.refuses_delete_conditions = true;
  archive(store);
  const RunReport report = remove(store);
  EXPECT_EQ(report.delete_conditions, DeleteConditions::ignored);
  EXPECT_EQ(report.total().deleted, 60u);
  EXPECT_FALSE(report.total().failure);
}

TEST_F(DeleteConditionsTest, AStoreWithoutDeleteObjectsGetsSingleOnes) {
  for (const bool honoured : {true, false}) {
    FakeStore store({.conditional_delete = honoured});
    archive(store);
    store.has_delete_objects = false;
    const RunReport report = remove(store);
    EXPECT_EQ(report.delete_conditions, honoured ? DeleteConditions::one_by_one : DeleteConditions::ignored);
    EXPECT_EQ(report.total().deleted, 60u);
    EXPECT_FALSE(report.total().failure);
  }
}

TEST_F(DeleteConditionsTest, ADeniedTrialTellsNothingAndIsNamed) {
  FakeStore store;
  archive(store);
  bool is_first = true;
  store.alter_delete = [&](std::vector<s3::DeleteResult>& results) {
    if (std::exchange(is_first, false)) return;  // the store probe removes its object
    for (auto& result : results) {
      result.outcome = Outcome::refused;
      result.code = "AccessDenied";
      result.kind = ErrorKind::access_denied;
    }
  };
  const RunReport report = remove(store);
  EXPECT_EQ(report.delete_conditions, std::nullopt);
  EXPECT_EQ(report.total().left.count(), 60u);
  for (const Call& c : in_source(store.calls(Op::del))) EXPECT_LE(c.items.size(), 20u);
}

TEST_F(DeleteConditionsTest, WhatTheUserSaysIsNotTried) {
  FakeStore store;
  archive(store);
  options_.delete_conditions = DeleteConditions::in_batches;
  remove(store);
  EXPECT_EQ(in_source(store.calls(Op::del)).size(), 1u);
}

}  // namespace
}  // namespace s3c::archive
