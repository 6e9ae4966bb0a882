// Objects that come back to a bucket: with all they had, over nothing, and once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive/restore_target.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "fake_store.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using testing::Call;
using testing::FakeStore;
using testing::Op;
using testing::store_error;

index::Row row_of(const std::string& key, const std::string& body) {
  index::Row row;
  row.key = key;
  row.size_bytes = body.size();
  row.etag = base::to_hex(base::md5(body));
  row.crc32 = base::crc32(body);
  return row;
}

class BucketTargetTest : public ::testing::Test {
 protected:
  BucketTargetTest() { store_.make_bucket("b"); }
  std::unique_ptr<RestoreTarget> target(bool overwrite = false, const std::string& prefix = "") {
    return make_bucket_target(store_, slots_, "b", prefix, overwrite);
  }
  static auto in_pieces(const std::string& body) {
    return [body](const RestoreTarget::Sink& sink) {
      for (std::size_t at = 0; at < body.size(); at += 100'000)
        sink(std::string_view(body).substr(at, 100'000));
    };
  }
  std::string body_at(const std::string& key) { return store_.objects("b").at(key).body; }

  FakeStore store_;
  s3::UploadSlots slots_{2};
  const std::string large_ = std::string(20 << 20, 'L');
};

TEST_F(BucketTargetTest, AnObjectGetsAllItHad) {
  index::Row row = row_of("k", "body");
  row.content_type = "text/xml";
  row.system_headers = {{"cache-control", "no-cache"}};
  row.metadata = {{"who", "me"}};
  row.tags = {{"team", "logs"}};
  row.storage_class = "STANDARD_IA";
  const auto all = target(false, "back/");
  EXPECT_EQ(all->look(row), std::nullopt);
  EXPECT_EQ(all->write(row, "body"), Landing::written);
  const testing::StoredObject object = store_.objects("b").at("back/k");
  EXPECT_EQ(object.body, "body");
  EXPECT_EQ(object.content_type, "text/xml");
  EXPECT_EQ(object.system_headers, row.system_headers);
  EXPECT_EQ(object.metadata, row.metadata);
  EXPECT_EQ(object.tags, row.tags);
  EXPECT_EQ(object.storage_class, "STANDARD");
  EXPECT_EQ(store_.journal().size(), 2u) << "one HEAD, one PUT";
}

TEST_F(BucketTargetTest, NothingThatIsThereIsOverwritten) {
  store_.put("b", "same", "body");
  store_.put("b", "other", "b0dy");
  const auto all = target();
  EXPECT_EQ(all->look(row_of("same", "body")), Landing::equal);
  EXPECT_EQ(all->look(row_of("other", "body")), Landing::exists);
  EXPECT_EQ(all->look(row_of("other", "longer body")), Landing::exists);
  // Somebody who writes between look and write.
  EXPECT_EQ(all->write(row_of("other", "body"), "body"), Landing::exists);
  EXPECT_EQ(all->write(row_of("same", "body"), "body"), Landing::equal);
  EXPECT_EQ(body_at("other"), "b0dy");
  EXPECT_EQ(target(true)->look(row_of("other", "body")), std::nullopt);
  EXPECT_EQ(target(true)->write(row_of("other", "body"), "body"), Landing::written);
  EXPECT_EQ(body_at("other"), "body");
}

TEST_F(BucketTargetTest, AnObjectThatWasUploadedInPartsIsKnownByItsBytes) {
  index::Row row = row_of("k", "body");
  row.etag = "0123456789abcdef0123456789abcdef-3";
  const auto all = target();
  EXPECT_EQ(all->write(row, "body"), Landing::written);
  EXPECT_EQ(all->look(row), std::nullopt) << "its ETag is that of parts, the one here an MD5";
  EXPECT_EQ(all->write(row, "body"), Landing::equal);
  store_.put("b", "k", "b0dy");
  EXPECT_EQ(all->write(row, "body"), Landing::exists);
  EXPECT_EQ(body_at("k"), "b0dy");
}

TEST_F(BucketTargetTest, LargeOnesAreUploadedInPartsAndOnce) {
  const index::Row row = row_of("k", large_);
  const auto all = target();
  EXPECT_EQ(all->look(row), std::nullopt);
  EXPECT_EQ(all->write_streamed(row, in_pieces(large_)), Landing::written);
  EXPECT_TRUE(body_at("k") == large_);
  EXPECT_EQ(store_.calls(Op::part).size(), 3u);
  EXPECT_TRUE(store_.calls(Op::complete).size() == 1 && store_.last_complete().if_none_match);
  store_.forget_journal();
  EXPECT_EQ(all->look(row), std::nullopt) << "only the bytes tell";
  EXPECT_EQ(all->write_streamed(row, in_pieces(large_)), Landing::equal);
  EXPECT_TRUE(store_.calls(Op::part).empty());
  store_.edit("b", "k",
              [](testing::StoredObject& object) { object.etag = "0123456789abcdef0123456789abcdef-3"; });
  EXPECT_EQ(all->write_streamed(row, in_pieces(large_)), Landing::exists);
}

TEST_F(BucketTargetTest, WhatBreaksOffLeavesNothing) {
  const auto all = target();
  EXPECT_THROW(all->write_streamed(row_of("k", large_),
                                   [](const RestoreTarget::Sink& sink) {
                                     sink(std::string(9 << 20, 'L'));
                                     throw base::Error(ErrorKind::corrupt, "damaged");
                                   }),
               base::Error);
  EXPECT_TRUE(store_.keys("b").empty());
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_F(BucketTargetTest, ACompleteWhoseAnswerIsLostIsLookedAt) {
  store_.after = [](const Call& call) {
    if (call.op == Op::complete) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(target()->write_streamed(row_of("k", large_), in_pieces(large_)), Landing::written);
}

TEST_F(BucketTargetTest, SomebodyWhoIsFasterKeepsTheKey) {
  store_.before = [this](const Call& call) {
    if (call.op == Op::complete) store_.put("b", "k", "theirs");
  };
  EXPECT_EQ(target()->write_streamed(row_of("k", large_), in_pieces(large_)), Landing::exists);
  EXPECT_EQ(body_at("k"), "theirs");
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_F(BucketTargetTest, AKeyThatGetsTooLongIsRefused) {
  const auto all = target(false, std::string(1000, 'p'));
  try {
    all->look(row_of(std::string(30, 'k'), "x"));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  }
}

}  // namespace
}  // namespace s3c::archive
