#include "upkeep/store_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "base/ulid.h"
#include "support/promise.h"
#include "upkeep/probe_only_store.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using s3::Power;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::kArchive;
using support::kSource;
using support::Op;
using support::store_error;
using Found = PowerFinding::Found;

constexpr const char* kProbes = "s3compress_catalog/probe/";

/// Two buckets in which something of the user's stands.
void fill(FakeStore& store) {
  for (const char* bucket : {kSource, kArchive}) {
    store.make_bucket(bucket);
    store.put(bucket, "theirs", "body");
    store.put(bucket, std::string(kProbes) + "of another program", "body");
  }
}

StoreCheckReport check(FakeStore& store, const StoreCheckOptions& options = {kArchive, kSource},
                       const std::stop_token& stop = {}) {
  return check_store(options, {store, store, stop});
}

std::map<Power, Found> found_in(const StoreCheckReport& report, const std::string& bucket) {
  std::map<Power, Found> found;
  for (const PowerFinding& finding : report.findings) {
    if (finding.bucket == bucket) {
      EXPECT_TRUE(found.emplace(finding.power, finding.found).second);
    }
  }
  return found;
}

Found found_in(const StoreCheckReport& report, const std::string& bucket, Power power) {
  return found_in(report, bucket).at(power);
}

void expect_only_what_was_there(const FakeStore& store) {
  for (const char* bucket : {kSource, kArchive})
    EXPECT_EQ(store.keys(bucket),
              (std::set<std::string>{"theirs", std::string(kProbes) + "of another program"}));
  EXPECT_EQ(store.open_uploads(), 0u);
}

bool changes(Op op) {
  return op == Op::put || op == Op::create || op == Op::part || op == Op::complete || op == Op::abort ||
         op == Op::del || op == Op::del_one;
}

TEST(StoreCheck, AFullStoreHasAllPowersAndNothingStaysBehind) {
  FakeStore store;
  fill(store);
  const StoreCheckReport report = check(store);
  EXPECT_EQ(report.findings.size(), 11u + 9u);
  for (const PowerFinding& finding : report.findings)
    EXPECT_EQ(finding.found, Found::yes) << s3::text_of(finding.power).name << ": " << finding.detail;
  EXPECT_TRUE(report.missing().empty());
  EXPECT_TRUE(report.failures.empty());
  EXPECT_TRUE(report.left.empty());
  expect_only_what_was_there(store);
}

TEST(StoreCheck, WithOneBucketEachPowerIsTriedOnceThere) {
  FakeStore store;
  fill(store);
  const StoreCheckReport report = check(store, {kArchive, ""});
  EXPECT_EQ(found_in(report, kArchive).size(), 17u) << "all but uneven-parts";
  EXPECT_EQ(report.findings.size(), 17u);
  for (const Call& call : store.journal()) EXPECT_EQ(call.bucket, kArchive);
  EXPECT_EQ(check(store, {kArchive, kArchive}).findings.size(), 17u);
}

TEST(StoreCheck, TwoStoresMayHaveBucketsOfOneName) {
  FakeStore archive;
  FakeStore source({.conditional_delete = false});
  fill(archive);
  fill(source);
  const StoreCheckReport report = check_store({kArchive, kArchive}, {source, archive, {}});
  EXPECT_EQ(report.findings.size(), 11u + 9u);
  for (const PowerFinding& finding : report.findings) {
    const bool lacks =
        finding.power == Power::conditional_delete || finding.power == Power::conditional_single_delete;
    EXPECT_EQ(finding.found, lacks ? Found::no : Found::yes) << s3::text_of(finding.power).name;
    if (lacks) {
      EXPECT_TRUE(finding.of_source);
    }
  }
  expect_only_what_was_there(archive);
  expect_only_what_was_there(source);
}

TEST(StoreCheck, WhatALesserStoreLacksIsFoundInItsBucket) {
  FakeStore store({.conditional_complete = false, .checksums = false, .conditional_delete = false});
  store.is_known_to_tell_tags = store.tells_tags = false;
  store.has_delete_objects = false;
  fill(store);
  const StoreCheckReport report = check(store);
  for (const Power power : {Power::conditional_complete, Power::atomic_complete, Power::checksums})
    EXPECT_EQ(found_in(report, kArchive, power), Found::no) << s3::text_of(power).name;
  for (const Power power : {Power::conditional_delete, Power::conditional_single_delete,
                            Power::delete_objects, Power::tag_counts})
    EXPECT_EQ(found_in(report, kSource, power), Found::no) << s3::text_of(power).name;
  EXPECT_TRUE(report.missing().empty()) << "archive does without all of these";
  expect_only_what_was_there(store);
}

TEST(StoreCheck, AConditionThatOnlyOneOfTheTwoDeletesHonours) {
  FakeStore store({.conditional_delete = false, .conditional_single_delete = true});
  fill(store);
  const StoreCheckReport report = check(store);
  EXPECT_EQ(found_in(report, kSource, Power::conditional_delete), Found::no);
  EXPECT_EQ(found_in(report, kSource, Power::conditional_single_delete), Found::yes);
  FakeStore refusing;
  refusing.refuses_delete_conditions = true;
  fill(refusing);
  EXPECT_EQ(found_in(check(refusing), kSource, Power::conditional_delete), Found::no);
  EXPECT_EQ(found_in(check(refusing), kSource, Power::delete_objects), Found::yes);
  expect_only_what_was_there(refusing);
}

TEST(StoreCheck, NoTrialMakesAStoreOneThatCompletesAtomically) {
  FakeStore store;
  store.is_known = false;
  fill(store);
  const StoreCheckReport report = check(store);
  EXPECT_EQ(found_in(report, kArchive, Power::conditional_complete), Found::yes);
  EXPECT_EQ(found_in(report, kArchive, Power::atomic_complete), Found::unknown);
}

TEST(StoreCheck, AbortsThatRemoveObjectsAreUnsafe) {
  FakeStore store;
  fill(store);
  store.after = [&store](const Call& c) {
    if (c.op == Op::abort) store.erase(kArchive, c.key);
  };
  const StoreCheckReport report = check(store);
  EXPECT_FALSE(report.missing().empty());
  EXPECT_EQ(found_in(report, kArchive, Power::harmless_aborts), Found::no);
  EXPECT_TRUE(report.failures.empty());
  expect_only_what_was_there(store);
}

TEST(StoreCheck, AListingThatComesLateOrInAnotherOrderIsUnsafe) {
  FakeStore late;
  fill(late);
  late.alter_list = [](const s3::ListObjectsRequest& request, s3::ListObjectsPage& page) {
    if (request.max_keys == 2) page.objects.clear();
  };
  EXPECT_EQ(found_in(check(late), kArchive, Power::list_after_put), Found::no);
  EXPECT_FALSE(check(late).missing().empty());
  FakeStore other_order;
  fill(other_order);
  other_order.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    std::reverse(page.objects.begin(), page.objects.end());
  };
  EXPECT_EQ(found_in(check(other_order), kArchive, Power::listing), Found::no);
  EXPECT_EQ(found_in(check(other_order), kSource, Power::listing), Found::no);
  EXPECT_EQ(check(other_order).missing(), std::vector<Power>{Power::listing}) << "named once";
}

TEST(StoreCheck, ChecksumsOrETagsMustProveAnArchive) {
  for (const bool checksums : {false, true}) {
    FakeStore store({.checksums = checksums});
    store.kms = store.kms_puts = true;
    fill(store);
    const StoreCheckReport report = check(store);
    EXPECT_EQ(found_in(report, kArchive, Power::upload_etags), Found::no);
    EXPECT_EQ(found_in(report, kSource, Power::md5_etags), Found::no);
    EXPECT_EQ(report.missing(),
              checksums ? std::vector<Power>{} : std::vector<Power>({Power::checksums, Power::upload_etags}));
  }
}

TEST(StoreCheck, MetadataThatIsLostIsUnsafe) {
  FakeStore store;
  fill(store);
  store.alter_head = [](const std::string&, s3::ObjectHead& head) { head.metadata.clear(); };
  EXPECT_EQ(found_in(check(store), kArchive, Power::metadata), Found::no);
  EXPECT_FALSE(check(store).missing().empty());
}

TEST(StoreCheck, NamesThatAreChangedAreNamed) {
  FakeStore store;
  fill(store);
  store.alter_list = [](const s3::ListObjectsRequest&, s3::ListObjectsPage& page) {
    for (s3::ObjectSummary& object : page.objects) {
      if (const std::size_t plus = object.key.find('+'); plus != std::string::npos) object.key[plus] = ' ';
    }
  };
  const StoreCheckReport report = check(store);
  for (const PowerFinding& finding : report.findings) {
    if (finding.power != Power::key_encodings) continue;
    EXPECT_EQ(finding.found, Found::no);
    EXPECT_THAT(finding.detail, ::testing::HasSubstr("changed: plus+and%2Bpercent%"));
  }
  FakeStore strict;
  fill(strict);
  strict.before = [](const Call& c) {
    if (c.op == Op::put && c.key.find("//") != std::string::npos)
      throw store_error(ErrorKind::invalid_argument, "InvalidObjectName");
  };
  const StoreCheckReport accepted = check(strict);
  EXPECT_EQ(found_in(accepted, kSource, Power::key_encodings), Found::yes)
      << "a name that can't exist there costs nothing";
}

TEST(StoreCheck, VersionsAndDeleteMarkersAreRemovedToo) {
  for (const bool suspended : {false, true}) {
    FakeStore store;
    fill(store);
    store.versioned = true;
    store.suspended = suspended;
    const StoreCheckReport report = check(store);
    EXPECT_TRUE(report.left.empty());
    expect_only_what_was_there(store);
    for (const Call& call : store.calls(Op::put))
      EXPECT_TRUE(store.versions(call.bucket, call.key).empty()) << call.key;
    for (const Call& call : store.calls(Op::complete))
      EXPECT_TRUE(store.versions(call.bucket, call.key).empty()) << call.key;
  }
}

/// Of a check, or another command's probe, that was killed. gc finds such things in the archive bucket only.
TEST(StoreCheck, WhatKilledProbesLeftIsRemovedInBothBuckets) {
  for (const bool versioned : {false, true}) {
    FakeStore store;
    fill(store);
    store.versioned = versioned;
    const auto probe = [&store](std::chrono::minutes age) {
      return kProbes + base::make_ulid(store.now() - age) + "-left";
    };
    std::vector<std::string> old, young;
    for (const char* bucket : {kSource, kArchive}) {
      old.push_back(probe(std::chrono::minutes(61)));
      young.push_back(probe(std::chrono::minutes(59)));
      store.put(bucket, old.back(), "body");
      store.put(bucket, young.back(), "body");
      store.create_multipart_upload({.bucket = bucket, .key = probe(std::chrono::minutes(61))});
    }
    const StoreCheckReport report = check(store);
    EXPECT_TRUE(report.left.empty());
    EXPECT_TRUE(report.failures.empty());
    EXPECT_EQ(store.open_uploads(), 0u);
    for (std::size_t i = 0; i < 2; ++i) {
      const char* bucket = i == 0 ? kSource : kArchive;
      EXPECT_EQ(store.keys(bucket),
                (std::set<std::string>{"theirs", std::string(kProbes) + "of another program", young[i]}))
          << "somebody may still be working with the young one";
      EXPECT_TRUE(store.versions(bucket, old[i]).empty());
    }
  }
}

TEST(StoreCheck, EveryChangeIsBelowTheProbesFolderAndUnderANewName) {
  FakeStore store;
  fill(store);
  check(store);
  check(store);
  for (const Call& call : store.journal()) {
    if (!changes(call.op)) continue;
    EXPECT_TRUE(call.key.starts_with(kProbes)) << call.key;
    for (const s3::DeleteItem& item : call.items) EXPECT_TRUE(item.key.starts_with(kProbes)) << item.key;
  }
  ProbeOnlyStore probes(store, kArchive);
  const auto put = [&](const std::string& bucket, const std::string& key) {
    return error_kind([&] { probes.put_object({.bucket = bucket, .key = key}, ""); });
  };
  const std::string id = "01CPHZRVG00000000000000000";
  EXPECT_EQ(put(kArchive, "theirs"), ErrorKind::internal);
  EXPECT_EQ(put(kArchive, std::string(kProbes) + "of another program"), ErrorKind::internal);
  EXPECT_EQ(put(kArchive, kProbes + id), ErrorKind::internal) << "nothing after the id";
  EXPECT_EQ(put(kSource, kProbes + id + "-x"), ErrorKind::internal) << "another bucket";
  EXPECT_EQ(error_kind([&] {
              probes.delete_objects(kArchive, {{.key = kProbes + id + "-x"}, {.key = "theirs"}}, {});
            }),
            ErrorKind::internal);
  EXPECT_EQ(error_kind([&] { probes.abort_multipart_upload(kArchive, "theirs", "1"); }), ErrorKind::internal);
}

/// At each of its requests, before and after its effect: an error, or Ctrl-C.
TEST(StoreCheck, WhateverHappensNothingStaysBehind) {
  int calls = 0;
  {
    FakeStore store;
    fill(store);
    check(store);
    calls = static_cast<int>(store.journal().size());
  }
  ASSERT_GT(calls, 100);
  for (const bool stopped : {false, true}) {
    for (const bool after : {false, true}) {
      for (int at = 1; at <= calls; at += support::kStride) {
        SCOPED_TRACE(::testing::Message()
                     << (stopped ? "stop " : "error ") << (after ? "after " : "before ") << at);
        FakeStore store;
        fill(store);
        std::stop_source stop;
        const auto disturb = [&](const Call& c) {
          if (c.number != at) return;
          if (stopped) {
            stop.request_stop();
          } else {
            throw store_error(ErrorKind::transient, "InternalError");
          }
        };
        (after ? store.after : store.before) = disturb;
        try {
          const StoreCheckReport report = check(store, {kArchive, kSource}, stop.get_token());
          // A clean-up that meets the error may not know better than to name things that are gone by now.
          if (report.left.empty()) expect_only_what_was_there(store);
          if (stopped) expect_only_what_was_there(store);
        } catch (const base::Error& error) {
          EXPECT_LE(at, 2) << error.what();  // the first look at the two buckets
          expect_only_what_was_there(store);
        }
      }
    }
  }
}

TEST(StoreCheck, AStopIsReportedAndTheRestIsNotTried) {
  FakeStore store;
  fill(store);
  std::stop_source stop;
  store.before = [&](const Call& c) {
    if (c.op == Op::create) stop.request_stop();
  };
  const StoreCheckReport report = check(store, {kArchive, kSource}, stop.get_token());
  EXPECT_TRUE(report.interrupted);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_EQ(found_in(report, kArchive, Power::listing), Found::yes);
  EXPECT_EQ(found_in(report, kArchive, Power::conditional_complete), Found::unknown);
  EXPECT_EQ(found_in(report, kSource, Power::conditional_delete), Found::unknown);
  EXPECT_TRUE(store.calls(Op::put, "").size() < 10);
  expect_only_what_was_there(store);
}

TEST(StoreCheck, WhatCannotBeRemovedIsNamed) {
  FakeStore store;
  fill(store);
  store.before = [](const Call& c) {
    if (c.op == Op::del || c.op == Op::del_one) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  const StoreCheckReport report = check(store, {kArchive, ""});
  ASSERT_FALSE(report.left.empty());
  std::set<std::string> named;
  for (const LeftBehind& left : report.left) {
    EXPECT_EQ(left.bucket, kArchive);
    EXPECT_NE(left.why, "");
    named.insert(left.key);
  }
  for (const std::string& key : store.keys(kArchive)) {
    if (key.starts_with(std::string(kProbes) + "0")) {
      EXPECT_TRUE(named.contains(key)) << key;
    }
  }
  EXPECT_FALSE(report.failures.empty());
}

TEST(StoreCheck, ADryRunAndAMissingBucketWriteNothing) {
  FakeStore store;
  fill(store);
  EXPECT_TRUE(check(store, {kArchive, kSource, true}).findings.empty());
  EXPECT_EQ(store.journal().size(), 2u);
  EXPECT_EQ(error_kind([&] { check(store, {kArchive, "nowhere"}); }), ErrorKind::no_bucket);
  EXPECT_EQ(error_kind([&] { check(store, {"nowhere", kSource}); }), ErrorKind::no_bucket);
  for (const Call& call : store.journal()) EXPECT_FALSE(changes(call.op));
  EXPECT_EQ(error_kind([] { validate(StoreCheckOptions{}); }), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace s3c::upkeep
