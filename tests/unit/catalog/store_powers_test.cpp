#include "catalog/store_powers.h"

#include <gtest/gtest.h>

#include <stop_token>
#include <string>
#include <utility>

#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;

StorePowers powers_of(FakeStore& store) {
  store.make_bucket(support::kSource);
  store.make_bucket(support::kArchive);
  return find_powers(store, support::kArchive, {}, {});
}

void expect_nothing_left(const FakeStore& store) {
  EXPECT_TRUE(store.keys(support::kArchive).empty());
  EXPECT_TRUE(store.keys(support::kSource).empty());
  EXPECT_EQ(store.open_uploads(), 0u);
}

TEST(StorePowers, AreFoundOutByTryingAndNothingIsLeftBehind) {
  for (int bits = 0; bits < 4; ++bits) {
    FakeStore store({.conditional_complete = (bits & 1) != 0, .checksums = (bits & 2) != 0});
    const StorePowers powers = powers_of(store);
    EXPECT_EQ(powers.conditional_complete, (bits & 1) != 0);
    EXPECT_TRUE(powers.takes_complete_condition);
    EXPECT_EQ(powers.additional_checksums, (bits & 2) != 0);
    expect_nothing_left(store);
    EXPECT_LE(store.journal().size(), 17u);
    for (const Call& call : store.journal()) EXPECT_EQ(call.bucket, support::kArchive);
  }
}

TEST(StorePowers, NoTrialMakesAStoreOneThatCompletesAtomically) {
  FakeStore stranger;
  stranger.is_known = false;
  EXPECT_FALSE(powers_of(stranger).conditional_complete);
  EXPECT_TRUE(powers_of(stranger).takes_complete_condition);
}

TEST(StorePowers, AConditionThatHoldsForOneAtATimeOnlyIsNone) {
  FakeStore store;
  store.blind_completes = 2;  // as two that arrive at once
  EXPECT_FALSE(powers_of(store).conditional_complete);
  expect_nothing_left(store);
}

TEST(StorePowers, RefusalsMeanNo) {
  FakeStore store;
  store.refuses_checksum_header = true;
  store.before = [](const Call& c) {
    if (c.op == Op::complete && c.number <= 6) throw store_error(ErrorKind::unsupported, "NotImplemented");
  };
  const StorePowers powers = powers_of(store);
  EXPECT_FALSE(powers.additional_checksums);
  EXPECT_FALSE(powers.conditional_complete);
  EXPECT_FALSE(powers.takes_complete_condition) << "a run mustn't send what is refused";
  expect_nothing_left(store);
}

TEST(StorePowers, AChecksumThatIsRefusedLateLeavesNoUpload) {
  FakeStore store;
  int parts = 0;
  store.before = [&](const Call& c) {
    if (c.op == Op::part && ++parts == 3) throw store_error(ErrorKind::invalid_argument, "InvalidRequest");
  };
  EXPECT_FALSE(powers_of(store).additional_checksums);
  expect_nothing_left(store);
}

TEST(StorePowers, AWrongChecksumIsNoPower) {
  FakeStore store;
  store.alter_head = [](const std::string&, s3::ObjectHead& head) { head.checksums[0].value = "AAAAAA=="; };
  EXPECT_FALSE(powers_of(store).additional_checksums);
}

TEST(StorePowers, TroubleIsAnErrorAndLeavesNothingEither) {
  for (const Op op : {Op::create, Op::part, Op::head, Op::complete}) {
    FakeStore store;
    store.before = [op, broken = false](const Call& c) mutable {
      if (c.op == op && !std::exchange(broken, true))
        throw store_error(ErrorKind::transient, "InternalError");
    };
    EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::transient);
    expect_nothing_left(store);
  }
  FakeStore locked;
  locked.alter_delete = [](auto& results) { results[0].outcome = s3::DeleteResult::Outcome::refused; };
  EXPECT_EQ(error_kind([&] { powers_of(locked); }), ErrorKind::access_denied);
}

TEST(StorePowers, WhatIsFixedIsNotTried) {
  FakeStore store;
  store.make_bucket(support::kArchive);
  const StorePowers powers = find_powers(store, support::kArchive,
                                         {.conditional_complete = true, .additional_checksums = false}, {});
  EXPECT_TRUE(powers.conditional_complete);
  EXPECT_FALSE(powers.additional_checksums);
  EXPECT_EQ(store.journal().size(), 9u) << "what an abort does, and what lists uploads, is always tried";
}

TEST(StorePowers, AStoreThatListsUploadsByWholeKeysIsFound) {
  FakeStore store;
  std::string prefix;
  store.before = [&](const Call& c) {
    if (c.op == Op::uploads) prefix = c.key;
  };
  EXPECT_TRUE(powers_of(store).lists_uploads_by_prefix);
  EXPECT_TRUE(probe_upload_listing(store, support::kArchive, "01CPHZRVG00000000000000000"));
  store.alter_uploads = [&](s3::ListMultipartUploadsPage& page) {
    std::erase_if(page.uploads, [&](const s3::MultipartUpload& upload) { return upload.key != prefix; });
  };
  EXPECT_FALSE(powers_of(store).lists_uploads_by_prefix);
  EXPECT_FALSE(probe_upload_listing(store, support::kArchive, "01CPHZRVG00000000000000000"));
  expect_nothing_left(store);
  store.alter_uploads = [](s3::ListMultipartUploadsPage& page) { page.uploads.clear(); };
  EXPECT_TRUE(powers_of(store).lists_uploads_by_prefix)
      << "a store that shows no uploads at all tells nothing";
}

TEST(StorePowers, WhoMayNotListUploadsIsNotStoppedHere) {
  FakeStore store;
  store.before = [](const Call& c) {
    if (c.op == Op::uploads) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_TRUE(powers_of(store).lists_uploads_by_prefix);
  expect_nothing_left(store);
}

TEST(StorePowers, AStoreWhoseAbortsRemoveObjectsIsRefused) {
  FakeStore store;
  store.after = [&store](const Call& c) {
    if (c.op == Op::abort) store.erase(support::kArchive, c.key);
  };
  EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::unsupported);
  expect_nothing_left(store);
}

TEST(StorePowers, ObjectsThatAnotherProcessRemovesSayNothingOfTheStore) {
  for (const int times : {1, 2, 1000}) {
    SCOPED_TRACE(times);
    FakeStore store;
    int left = times;
    bool is_first_abort = true;
    store.before = [&](const Call& c) {
      if (c.op == Op::create) is_first_abort = true;
      if (c.op != Op::abort || !std::exchange(is_first_abort, false) || left-- <= 0) return;
      for (const std::string& key : store.keys(support::kArchive)) store.erase(support::kArchive, key);
    };
    if (times < 1000) {
      powers_of(store);
    } else {
      EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::transient);
    }
    expect_nothing_left(store);
  }
}

TEST(StorePowers, OneAbortedByGcIsMadeAgain) {
  for (const Op op : {Op::part, Op::complete}) {
    FakeStore store;
    int met = 0;
    store.before = [&met, op](const Call& c) {
      if (c.op == op && ++met == 1) throw store_error(ErrorKind::no_upload, "NoSuchUpload");
    };
    powers_of(store);
    expect_nothing_left(store);
    met = -1'000'000;
    store.before = [op](const Call& c) {
      if (c.op == op) throw store_error(ErrorKind::no_upload, "NoSuchUpload");
    };
    EXPECT_EQ(error_kind([&] { powers_of(store); }), ErrorKind::transient);
    expect_nothing_left(store);
  }
}

/// On a store whose aborts remove objects the probe tries everything, four times.
TEST(StorePowers, AStopEndsTheProbeBetweenTwoRequests) {
  const auto probe = [](FakeStore& store, int stop_at) {
    store.make_bucket(support::kArchive);
    std::stop_source stop;
    store.before = [&](const Call& c) {
      if (c.number == stop_at) stop.request_stop();
    };
    store.after = [&store](const Call& c) {
      if (c.op == Op::abort) store.erase(support::kArchive, c.key);
    };
    return error_kind([&] { find_powers(store, support::kArchive, {}, stop.get_token()); });
  };
  FakeStore whole;
  EXPECT_EQ(probe(whole, 0), ErrorKind::unsupported);
  const int last = static_cast<int>(whole.journal().size());
  ASSERT_GT(last, 50);
  for (int k = 1; k < last - 1; ++k) {
    SCOPED_TRACE(k);
    FakeStore store;
    EXPECT_EQ(probe(store, k), ErrorKind::cancelled);
    const std::vector<Call> journal = store.journal();
    const auto asked = static_cast<std::size_t>(k);
    ASSERT_GE(journal.size(), asked);
    if (journal.size() == asked) continue;
    const Call& stopped_at = journal[asked - 1];
    ASSERT_EQ(journal.size(), asked + 1);
    EXPECT_TRUE((stopped_at.op == Op::complete && journal.back().op == Op::complete) ||
                (stopped_at.op == Op::head && journal.back().op == Op::del))
        << "two Completes are sent at once, and what was looked at is cleaned up";
  }
}

}  // namespace
}  // namespace s3c::catalog
