// What restoring to a bucket does, call by call: nothing is replaced unless that was asked for, everything an
// object had comes back, and each object costs the requests that bucket_target.cpp promises.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bucket_target_fixture.h"

namespace s3c::restore {
namespace {

using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::Op;
using support::store_error;
using support::StoredObject;
using testing::BucketTargetTest;
using testing::kBucket;
using testing::row_of_object;

/// How many of these names the target calls free.
std::size_t free_of(RestoreTarget& to, int begin, int end) {
  std::vector<index::Row> rows;
  for (int n = begin; n < end; ++n) rows.push_back(row_of_object("free" + std::to_string(n), "x"));
  const std::vector<bool> free = to.find_free(rows);
  return static_cast<std::size_t>(std::count(free.begin(), free.end(), true));
}

TEST_F(BucketTargetTest, OneHeadAndOnePutBringAnObjectBackWithAllItHad) {
  index::Row row = row_of_object("a/b.xml", "<a/>");
  row.storage_class = "GLACIER_IR";
  row.content_type = "application/xml";
  row.system_headers = {{"cache-control", "no-cache"}, {"content-encoding", "gzip"}};
  row.metadata = {{"owner", "me"}};
  row.tags = {{"team", "logs"}};
  const auto to = target(false, "back/");
  EXPECT_EQ(to->name_of(row), "s3://target/back/a/b.xml");
  EXPECT_EQ(restore(*to, row, "<a/>"), Landing::written);
  EXPECT_EQ(ops(), (std::vector{Op::head, Op::put}));
  const StoredObject written = object("back/a/b.xml");
  EXPECT_EQ(written.body, "<a/>");
  EXPECT_EQ(written.content_type, "application/xml");
  EXPECT_EQ(written.system_headers, row.system_headers);
  EXPECT_EQ(written.metadata, row.metadata);
  EXPECT_EQ(written.tags, row.tags);
  EXPECT_EQ(written.storage_class, "STANDARD");
}

TEST_F(BucketTargetTest, AStoreThatHonoursTheConditionIsSoonAskedNothingBefore) {
  const auto to = target();
  for (int n = 0; n < 100; ++n) {
    const std::string name = std::to_string(n);
    EXPECT_EQ(to->write(row_of_object(name, name), name), Landing::written);
  }
  EXPECT_EQ(free_of(*to, 100, 120), 20u);
  EXPECT_EQ(store_.calls(Op::head).size(), 12u);
  EXPECT_EQ(store_.calls(Op::put).size(), 101u) << "one is sent twice";
  EXPECT_EQ(store_.objects(kBucket).size(), 100u);
  store_.put(kBucket, "there", "diff");
  EXPECT_EQ(to->write(row_of_object("there", "ours"), "ours"), Landing::exists);
  expect_stays("there", "diff");
  EXPECT_EQ(to->write(row_of_object("there", "diff"), "diff"), Landing::equal);
}

TEST_F(BucketTargetTest, AStoreThatIgnoresTheConditionIsAskedEachTime) {
  store_.ignores_put_condition = true;
  for (const bool overwrite : {false, true}) {
    store_.forget_journal();
    const auto to = target(overwrite);
    for (int n = 0; n < 100; ++n) {
      const std::string name = std::to_string(n) + (overwrite ? "again" : "");
      EXPECT_EQ(to->write(row_of_object(name, name), name), Landing::written);
    }
    EXPECT_EQ(free_of(*to, 1000, 1020), 0u) << "each has to be looked at";
    EXPECT_EQ(store_.calls(Op::head).size(), overwrite ? 0u : 100u);
    EXPECT_EQ(store_.calls(Op::put).size(), overwrite ? 100u : 101u);
  }
}

TEST_F(BucketTargetTest, ATryThatFailsOtherwiseProvesNothing) {
  const auto to = target();
  int puts = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::put && ++puts == 13) throw store_error(ErrorKind::transient, "InternalError");
  };
  for (int n = 0; n < 40; ++n) {
    const std::string name = std::to_string(n);
    EXPECT_EQ(to->write(row_of_object(name, name), name), Landing::written);
  }
  EXPECT_EQ(free_of(*to, 100, 120), 0u);
  EXPECT_EQ(store_.objects(kBucket).size(), 40u);
}

/// A store that honoured If-None-Match once may ignore it the next time: nodes of different versions, a proxy.
TEST_F(BucketTargetTest, NamesAreLookedAtEvenIfTheStoreHasHonouredTheCondition) {
  const auto to = target(false, "p/");
  for (int n = 0; n < 13; ++n) to->write(row_of_object("proof" + std::to_string(n), "x"), "x");
  std::vector<index::Row> rows;
  for (int n = 2999; n >= 0; --n) rows.push_back(row_of_object(fmt::format("k/{:04}", n), "ours"));
  std::set<std::string> taken;
  for (int n = 0; n < 3000; n += 37) taken.insert(fmt::format("k/{:04}", n));
  for (const std::string& key : taken) store_.put(kBucket, "p/" + key, "foreign");
  store_.put(kBucket, "p/k/0001x", "between two");
  store_.put(kBucket, "p/l", "behind all");
  store_.forget_journal();
  const std::vector<bool> free = to->find_free(rows);
  ASSERT_EQ(free.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(free[i], !taken.contains(rows[i].key)) << rows[i].key;
  EXPECT_EQ(ops(), std::vector{Op::list}) << "one for each thousand objects that are there";

  // Where a listing costs more than it saves, or fails, each name is asked for.
  for (int n = 0; n < 4000; ++n) store_.put(kBucket, fmt::format("p/k/0000/{}", n), "foreign");
  rows.resize(30);
  rows.push_back(row_of_object("k/0000", "ours"));
  store_.page_size = 10;
  store_.forget_journal();
  for (const bool is_free : to->find_free(rows)) EXPECT_FALSE(is_free);
  EXPECT_EQ(store_.journal().size(), 3u);
  rows.resize(12);
  store_.forget_journal();
  for (const bool is_free : to->find_free(rows)) EXPECT_FALSE(is_free);
  EXPECT_TRUE(store_.journal().empty());
  rows.resize(20, row_of_object("z", "ours"));
  store_.before = [](const Call& call) {
    if (call.op == Op::list) throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  for (const bool is_free : to->find_free(rows)) EXPECT_FALSE(is_free);
}

TEST_F(BucketTargetTest, AnEqualObjectCostsOneHead) {
  store_.put(kBucket, "a", "same");
  for (const bool overwrite : {false, true}) {
    store_.forget_journal();
    EXPECT_EQ(target(overwrite)->look(row_of_object("a", "same")).landing, Landing::equal);
    EXPECT_EQ(ops(), std::vector{Op::head});
  }
}

TEST_F(BucketTargetTest, AnEmptyObjectComesBack) {
  EXPECT_EQ(restore(*target(), row_of_object("empty", ""), ""), Landing::written);
  EXPECT_EQ(object("empty").body, "");
  EXPECT_EQ(target()->look(row_of_object("empty", "")).landing, Landing::equal);
}

TEST_F(BucketTargetTest, AnotherObjectStays) {
  store_.put(kBucket, "longer", "longer than ours");
  store_.put(kBucket, "a", "diff");
  const auto to = target();
  EXPECT_EQ(to->look(row_of_object("longer", "ours")).landing, Landing::exists);
  EXPECT_EQ(restore(*to, row_of_object("a", "ours"), "ours"), Landing::exists);
  expect_stays("a", "diff");
  EXPECT_TRUE(store_.calls(Op::put).empty());
}

TEST_F(BucketTargetTest, AnotherObjectIsReplacedWhereThatWasAskedFor) {
  for (const std::string there : {"longer than ours", "diff"}) {
    store_.put(kBucket, "a", there);
    store_.forget_journal();
    EXPECT_EQ(restore(*target(true), row_of_object("a", "ours"), "ours"), Landing::written);
    EXPECT_EQ(object("a").body, "ours");
    EXPECT_EQ(ops(), (std::vector{Op::head, Op::put}));
  }
}

TEST_F(BucketTargetTest, WhereTheRowsETagIsNoMd5TheBytesTell) {
  store_.put(kBucket, "a", "same");
  // Multipart; made under KMS, which looks like an MD5 and is none.
  for (const std::string etag : {"0123456789abcdef0123456789abcdef-2", "0123456789abcdef0123456789abcdef"}) {
    index::Row row = row_of_object("a", "same");
    row.etag = etag;
    EXPECT_EQ(target()->look(row).landing, std::nullopt);
    EXPECT_TRUE(target()->look(row).must_compare);
    EXPECT_FALSE(target(true)->look(row).must_compare) << "it is overwritten, whatever it is";
    EXPECT_FALSE(target()->look(row_of_object("not there", "same")).must_compare);
    EXPECT_EQ(target()->write(row, "same"), Landing::equal);
    EXPECT_EQ(target()->write(row, "ours"), Landing::exists);
    EXPECT_EQ(stream(*target(), row, "same"), Landing::equal);
    EXPECT_EQ(stream(*target(), row, "ours"), Landing::exists);
  }
  EXPECT_TRUE(store_.calls(Op::put).empty());
  EXPECT_TRUE(store_.calls(Op::create).empty());
}

TEST_F(BucketTargetTest, UnderKmsAChecksumTellsOrNothingDoes) {
  store_.put(kBucket, "a", "same");
  const auto under_kms = [this](std::vector<s3::Checksum> checksums) {
    store_.edit(kBucket, "a", [&](StoredObject& object) {
      // Not even if it were an MD5 of the right bytes: nobody promises that.
      object.etag = base::to_hex(base::md5("some of KMS's own"));
      object.server_side_encryption = "aws:kms";
      object.checksums = std::move(checksums);
    });
  };
  const index::Row row = row_of_object("a", "same");
  under_kms({});
  EXPECT_EQ(target()->look(row).landing, std::nullopt);
  EXPECT_EQ(target()->write(row, "same"), Landing::exists);
  // Nor are bytes made that could tell nothing; also not where the ETag looks like one of parts.
  for (const std::string suffix : {"", "-1"}) {
    store_.edit(kBucket, "a", [&](StoredObject& object) { object.etag += suffix; });
    EXPECT_EQ(target()->write_streamed(row, [](const RestoreTarget::Sink&) { ADD_FAILURE(); }),
              Landing::exists);
  }
  under_kms({{"CRC32", base::to_base64(base::crc32_bytes(base::crc32("same"))), "FULL_OBJECT"}});
  EXPECT_EQ(target()->write(row, "same"), Landing::equal);
  EXPECT_EQ(target()->write(row, "ours"), Landing::exists);
  under_kms({});
  // The very object: a restore to where it came from.
  index::Row itself = row;
  itself.etag = object("a").etag;
  EXPECT_EQ(target()->look(itself).landing, Landing::equal);
  // A tag that is no digest may be the same for two contents.
  store_.edit(kBucket, "a", [](StoredObject& object) { object.etag = "1"; });
  itself.etag = "1";
  EXPECT_EQ(target()->look(itself).landing, std::nullopt);
}

TEST_F(BucketTargetTest, AnObjectThatAppearsAfterTheLookStays) {
  for (const std::string there : {"ours", "diff", "longer than ours"}) {
    store_.make_bucket(kBucket);
    const auto to = target();
    const index::Row row = row_of_object("a/" + there, "ours");
    ASSERT_EQ(to->look(row).landing, std::nullopt);
    store_.put(kBucket, row.key, there);
    EXPECT_EQ(to->write(row, "ours"), there == "ours" ? Landing::equal : Landing::exists);
    expect_stays(row.key, there);
  }
}

TEST_F(BucketTargetTest, AnObjectThatAppearsAndGoesAgainIsAFailure) {
  const auto to = target();
  const index::Row row = row_of_object("a", "ours");
  ASSERT_EQ(to->look(row).landing, std::nullopt);
  store_.put(kBucket, "a", "diff");
  store_.before = [this](const Call& call) {
    if (call.op == Op::head) store_.erase(kBucket, "a");
  };
  EXPECT_EQ(error_kind([&] { to->write(row, "ours"); }), ErrorKind::precondition_failed);
}

TEST_F(BucketTargetTest, WithoutAFreshLookWriteLooksItself) {
  const auto to = target();
  const index::Row row = row_of_object("a", "ours");
  EXPECT_EQ(to->write(row, "ours"), Landing::written);
  EXPECT_EQ(ops(), (std::vector{Op::head, Op::put}));
  store_.put(kBucket, "b", "diff");
  EXPECT_EQ(to->write(row_of_object("b", "ours"), "ours"), Landing::exists);
  // One look is good for one write.
  const index::Row c = row_of_object("c", "ours");
  ASSERT_EQ(to->look(c).landing, std::nullopt);
  ASSERT_EQ(to->write(c, "ours"), Landing::written);
  store_.forget_journal();
  EXPECT_EQ(to->write(c, "ours"), Landing::equal);
  EXPECT_EQ(ops(), std::vector{Op::head});
  // And a look that finds it taken withdraws what an earlier one said.
  const index::Row d = row_of_object("d", "ours");
  ASSERT_EQ(to->look(d).landing, std::nullopt);
  store_.put(kBucket, "d", "diff");
  ASSERT_EQ(to->look(d).landing, std::nullopt);
  store_.forget_journal();
  EXPECT_EQ(to->write(d, "ours"), Landing::exists);
  EXPECT_EQ(ops(), std::vector{Op::head});
}

TEST_F(BucketTargetTest, WhatTheStoreRefusesIsAFailure) {
  store_.before = [](const Call& call) {
    if (call.op == Op::put || call.op == Op::create)
      throw store_error(ErrorKind::invalid_argument, "InvalidTag");
  };
  const auto to = target();
  EXPECT_EQ(error_kind([&] { restore(*to, row_of_object("a", "x"), "x"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([&] { stream(*to, row_of_object("a", "x"), "x"); }), ErrorKind::invalid_argument);
  EXPECT_TRUE(store_.calls(Op::abort).empty());
}

TEST_F(BucketTargetTest, KeysThatS3CantHaveAreRefusedBeforeAnythingIsSent) {
  const auto to = target(false, "prefix/");
  const index::Row fits = row_of_object(std::string(1017, 'k'), "x");
  const index::Row too_long = row_of_object(std::string(1018, 'k'), "x");
  const index::Row none = row_of_object("", "x");
  for (const index::Row* row : {&too_long, &none}) {
    const auto nowhere = target(false, row == &none ? "" : "prefix/");
    EXPECT_EQ(error_kind([&] { nowhere->look(*row); }), ErrorKind::invalid_argument);
    EXPECT_EQ(error_kind([&] { nowhere->write(*row, "x"); }), ErrorKind::invalid_argument);
    EXPECT_EQ(error_kind([&] { stream(*nowhere, *row, "x"); }), ErrorKind::invalid_argument);
  }
  const auto catalog = target(false, "s3compress_");
  const index::Row record = row_of_object("catalog/manifest/a", "x");
  EXPECT_EQ(error_kind([&] { catalog->write(record, "x"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_kind([&] { stream(*catalog, record, "x"); }), ErrorKind::invalid_argument);
  EXPECT_TRUE(store_.journal().empty());
  EXPECT_EQ(restore(*to, fits, "x"), Landing::written);
}

TEST_F(BucketTargetTest, ATrialShowsWhetherTheBucketCanBeWrittenAndLeavesNothing) {
  auto to = make_bucket_target(store_, slots_, kBucket, "p/", false);
  to->expect_usable(RestoreTarget::Trial::look);
  EXPECT_TRUE(store_.calls(support::Op::create).empty());
  to->expect_usable(RestoreTarget::Trial::write);
  EXPECT_EQ(store_.calls(support::Op::create).size(), 1u);
  EXPECT_EQ(store_.open_uploads(), 0u);
  EXPECT_TRUE(store_.keys(kBucket).empty());
  store_.before = [](const support::Call& call) {
    if (call.op == support::Op::create)
      throw support::store_error(base::ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_EQ(support::error_kind([&] { to->expect_usable(RestoreTarget::Trial::write); }),
            base::ErrorKind::access_denied);
  store_.before = {};
  to = make_bucket_target(store_, slots_, "no-such-bucket", "", false);
  EXPECT_EQ(support::error_kind([&] { to->expect_usable(RestoreTarget::Trial::look); }),
            base::ErrorKind::no_bucket);
}

}  // namespace
}  // namespace s3c::restore
