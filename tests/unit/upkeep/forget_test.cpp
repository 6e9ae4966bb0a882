// forget removes the record of a lost archive, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "upkeep/forget.h"
#include "upkeep/lost_archive.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using std::chrono::days;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;
using ::testing::HasSubstr;

class ForgetTest : public LostArchiveTest {};

INSTANTIATE_TEST_SUITE_P(Stores, ForgetTest, ::testing::Bool(),
                         [](const auto& powers) { return powers.param ? "full" : "lesser"; });

TEST_P(ForgetTest, OnlyTheRecordOfALostArchiveIsForgotten) {
  const auto refused = [&](const char* what) {
    const auto before = records();
    EXPECT_EQ(error_kind([&] { forget_volume(store_, support::kArchive, kVolume); }),
              ErrorKind::precondition_failed)
        << what;
    EXPECT_EQ(records(), before) << what;
  };
  archive_unmarked();
  refused("its archive is there");
  lose_archive();
  refused("it was never committed");
  bring_archive_back();
  ASSERT_FALSE(support::run(store_, options_).total().failure);
  refused("its archive is there");
  store_.edit(support::kArchive, kVolume, [](support::StoredObject& object) { object.metadata.clear(); });
  refused("it lost only its id");
  lose_archive();
  EXPECT_EQ(find_forgettable(store_, support::kArchive, kVolume).size(), 1u);
  store_.put(support::kArchive, kVolume, "of another size: it isn't its archive");
  EXPECT_EQ(find_forgettable(store_, support::kArchive, kVolume).size(), 1u);
  lose_archive();
  EXPECT_EQ(records().size(), 3u);
  EXPECT_EQ(forget_volume(store_, support::kArchive, kVolume).size(), 1u);
  EXPECT_TRUE(records().empty());
  EXPECT_EQ(error_kind([&] { forget_volume(store_, support::kArchive, kVolume); }), ErrorKind::not_found);
  EXPECT_EQ(verify().damaged, 0u);
}

TEST_P(ForgetTest, ForgetDoesntBelieveOneAnswer) {
  archive();
  // From which HEAD of the archive on, and how many of them, the store lies.
  struct Lie {
    const char* what;
    int first;
    int count;
    std::function<void(s3::ObjectHead&)> change;  ///< an empty one: 404
  };
  const std::vector<Lie> lies = {
      {"404 once", 1, 1, {}},
      {"404 the second time", 2, 1, {}},
      {"404 twice", 1, 2, {}},
      {"404 always", 1, 100, {}},
      {"another size and no metadata", 1, 100,
       [](s3::ObjectHead& head) {
         head.size_bytes = 0;
         head.metadata.clear();
       }},
      {"another id once", 1, 1,
       [](s3::ObjectHead& head) { head.metadata[catalog::kIdMetadata] = "01B8J3Z7Q40000000000000000"; }},
  };
  const auto before = records();
  for (const Lie& lie : lies) {
    int heads = 0;
    const auto is_lie = [&] { return heads >= lie.first && heads < lie.first + lie.count; };
    store_.before = [&](const Call& c) {
      if (c.op == Op::head && c.key == kVolume && (++heads, is_lie()) && !lie.change) lose_archive();
    };
    store_.after = [&](const Call& c) {
      if (c.op == Op::head && c.key == kVolume && !has(kVolume)) bring_archive_back();
    };
    store_.alter_head = [&](const std::string& key, s3::ObjectHead& head) {
      if (key == kVolume && is_lie() && lie.change) lie.change(head);
    };
    EXPECT_EQ(error_kind([&] { forget_volume(store_, support::kArchive, kVolume); }), ErrorKind::transient)
        << lie.what;
    EXPECT_EQ(records(), before) << lie.what;
  }
  store_.before = store_.after = {};
  store_.alter_head = {};
  EXPECT_EQ(error_kind([&] { forget_volume(store_, support::kArchive, kVolume); }),
            ErrorKind::precondition_failed);
}

TEST_P(ForgetTest, ForgetDoesntTakeALongerNameForTheArchive) {
  archive();
  lose_archive();
  store_.put(support::kArchive, std::string(kVolume) + ".old", "another object");
  EXPECT_EQ(forget_volume(store_, support::kArchive, kVolume).size(), 1u);
  EXPECT_TRUE(records().empty());
}

TEST_P(ForgetTest, WhatAKilledForgetLeavesIsStillNamedAndForgotten) {
  for (int k = 1; k <= 4; ++k) {
    SCOPED_TRACE(k);
    support::fill(store_, 2, 1);
    archive();
    lose_archive();
    int deletes = 0;
    store_.before = [&](const Call& c) {
      if (c.op == Op::del && ++deletes >= k) throw store_error(ErrorKind::transient, "InternalError");
    };
    EXPECT_EQ(error_kind([&] { forget_volume(store_, support::kArchive, kVolume); }), ErrorKind::transient);
    store_.before = {};
    EXPECT_EQ(verify().damaged, 1u);
    EXPECT_EQ(gc().damaged.count(), 1u);
    EXPECT_EQ(forget_volume(store_, support::kArchive, kVolume).size(), 1u);
    EXPECT_TRUE(records().empty());
  }
}

// --- aborts that remove objects

}  // namespace
}  // namespace s3c::upkeep
