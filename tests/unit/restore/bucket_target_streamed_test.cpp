// What restoring to a bucket by multipart upload does: what holds for small objects, and no upload stays.
#include "bucket_target_fixture.h"

namespace s3c::restore {
namespace {

using base::Error;
using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;
using support::StoredObject;
using testing::BucketTargetTest;
using testing::kBucket;
using testing::kMiB;
using testing::noise;
using testing::row_of_object;

using BucketTargetStreamedTest = BucketTargetTest;

TEST_F(BucketTargetStreamedTest, ALargeObjectIsStreamedInPartsWithAllItHad) {
  const std::string body = noise(9 * kMiB);
  index::Row row = row_of_object("large", body);
  row.content_type = "image/png";
  row.metadata = {{"owner", "me"}};
  row.tags = {{"team", "logs"}};
  const auto to = target();
  ASSERT_EQ(to->look(row).landing, std::nullopt);
  EXPECT_EQ(stream(*to, row, body), Landing::written);
  EXPECT_EQ(ops(), (std::vector{Op::head, Op::create, Op::part, Op::part, Op::head, Op::complete}));
  const StoredObject written = object("large");
  EXPECT_EQ(written.body, body);
  EXPECT_EQ(written.content_type, "image/png");
  EXPECT_EQ(written.metadata, row.metadata);
  EXPECT_EQ(written.tags, row.tags);
  EXPECT_EQ(written.storage_class, "STANDARD");
  EXPECT_TRUE(store_.last_complete().if_none_match);

  // A second run finds it equal: by the ETag that our parts make, and without an upload.
  store_.forget_journal();
  ASSERT_EQ(to->look(row).landing, std::nullopt);
  EXPECT_EQ(stream(*to, row, body), Landing::equal);
  EXPECT_EQ(to->write(row, body), Landing::equal);
  std::string other = body;
  other.back() ^= 1;
  EXPECT_EQ(stream(*to, row, other), Landing::exists);
  EXPECT_EQ(ops(), std::vector(4, Op::head));
}

/// S3 asks for a new upload then.
TEST_F(BucketTargetStreamedTest, ACompleteThatMetAnotherConditionalWriteIsUploadedAgain) {
  const std::string body = noise(9 * kMiB);
  const index::Row row = row_of_object("large", body);
  int conflicts = 2;
  store_.before = [&conflicts](const Call& call) {
    if (call.op == Op::complete && conflicts-- > 0)
      throw store_error(ErrorKind::precondition_failed, "ConditionalRequestConflict");
  };
  EXPECT_EQ(stream(*target(), row, body), Landing::written);
  EXPECT_EQ(object("large").body, body);
  EXPECT_EQ(store_.calls(Op::create).size(), 3u);
  EXPECT_EQ(store_.open_uploads(), 0u);

  store_.erase(kBucket, "large");
  store_.forget_journal();
  conflicts = 99;
  EXPECT_EQ(error_kind([&] { stream(*target(), row, body); }), ErrorKind::precondition_failed);
  EXPECT_EQ(store_.calls(Op::create).size(), 4u) << "not for ever";
  EXPECT_EQ(store_.open_uploads(), 0u);

  conflicts = 1;
  store_.after = [this](const Call& call) {
    if (call.op == Op::abort) store_.put(kBucket, "large", "another writer's");
  };
  EXPECT_EQ(stream(*target(), row, body), Landing::exists);
  expect_stays("large", "another writer's");
}

TEST_F(BucketTargetStreamedTest, AnEmptyObjectCanBeStreamed) {
  EXPECT_EQ(stream(*target(), row_of_object("empty", ""), ""), Landing::written);
  EXPECT_EQ(object("empty").body, "");
  EXPECT_EQ(stream(*target(), row_of_object("empty", ""), ""), Landing::equal);
}

TEST_F(BucketTargetStreamedTest, PartsAreAsSmallAsTenThousandAllow) {
  base::Slots one(1);
  index::Row row = row_of_object("huge", "");
  for (const auto& [size_bytes, part_bytes] : {std::pair{std::uint64_t{9'999} * 8 * kMiB, 8 * kMiB},
                                               std::pair{std::uint64_t{9'999} * 8 * kMiB + 1, 9 * kMiB}}) {
    row.size_bytes = size_bytes;
    // Two parts are enough to see where they are cut: with one slot the second is sent when the first is
    // there. Then the length is wrong.
    EXPECT_EQ(error_kind([&, bytes = std::string(2 * part_bytes, 'x')] {
                make_bucket_target(store_, one, kBucket, "", false)
                    ->write_streamed(row, [&](const RestoreTarget::Sink& sink) { sink(bytes); });
              }),
              ErrorKind::corrupt);
    ASSERT_FALSE(store_.calls(Op::part).empty());
    EXPECT_EQ(store_.calls(Op::part).front().part_size_bytes, part_bytes);
    EXPECT_EQ(store_.open_uploads(), 0u);
    store_.forget_journal();
  }
  // More than any object can have: a row that lies must not cost the memory.
  row.size_bytes = ~std::uint64_t{0};
  EXPECT_EQ(error_kind([&] { stream(*target(), row, ""); }), ErrorKind::invalid_argument);
  EXPECT_TRUE(store_.journal().empty());
}

TEST_F(BucketTargetStreamedTest, BytesThatTurnOutWrongBecomeNoObject) {
  const std::string body = noise(9 * kMiB);
  const index::Row row = row_of_object("large", body);
  EXPECT_EQ(error_kind([&] {
              target()->write_streamed(row, [&](const RestoreTarget::Sink& sink) {
                sink(body);
                throw Error(ErrorKind::corrupt, "CRC-32 differs");
              });
            }),
            ErrorKind::corrupt);
  EXPECT_EQ(error_kind([&] { stream(*target(), row, body.substr(1)); }), ErrorKind::corrupt);
  struct Odd {};
  EXPECT_THROW(target()->write_streamed(row, [](const RestoreTarget::Sink&) { throw Odd(); }), Odd);
  EXPECT_TRUE(store_.keys(kBucket).empty());
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_F(BucketTargetStreamedTest, AnUploadThatFailsIsAbortedOrNamed) {
  const std::string body = noise(kMiB);
  for (const Op failing : {Op::part, Op::head, Op::complete}) {
    for (const bool abort_fails : {false, true}) {
      const auto to = target();
      // Without a look nobody knows whether an object stands there, which the abort might remove.
      const bool stays = abort_fails || failing == Op::head;
      const index::Row row = row_of_object("large", body);
      ASSERT_EQ(to->look(row).landing, std::nullopt);
      store_.before = [&](const Call& call) {
        if (call.op == failing || (call.op == Op::abort && abort_fails))
          throw store_error(ErrorKind::throttled, "SlowDown");
      };
      try {
        stream(*to, row, body);
        ADD_FAILURE();
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::throttled);
        EXPECT_EQ(error.message().find("stays behind") != std::string::npos, stays) << error.what();
      }
      store_.before = {};
      EXPECT_EQ(store_.open_uploads(), stays ? 1u : 0u);
      if (stays) {
        const auto uploads = store_.list_multipart_uploads(kBucket, "", "", "").uploads;
        store_.abort_multipart_upload(kBucket, "large", uploads.at(0).upload_id);
      }
      EXPECT_TRUE(store_.keys(kBucket).empty());
    }
  }
}

TEST_F(BucketTargetStreamedTest, AnObjectThatAppearsDuringAnUploadStays) {
  const std::string ours = noise(kMiB);
  std::string diff = ours;
  diff.back() ^= 1;
  // At the part, so that the HEAD before Complete sees it; and after that HEAD, where only the condition
  // helps.
  for (const Op when : {Op::part, Op::complete}) {
    for (const std::string& there : {ours, diff}) {
      store_.make_bucket(kBucket);
      const auto to = target();
      const index::Row row = row_of_object("a", ours);
      ASSERT_EQ(to->look(row).landing, std::nullopt);
      store_.before = [&](const Call& call) {
        if (call.op == when) store_.put(kBucket, "a", there);
      };
      EXPECT_EQ(stream(*to, row, ours), there == ours ? Landing::equal : Landing::exists);
      store_.before = {};
      expect_stays("a", there);
      store_.erase(kBucket, "a");
    }
  }
}

TEST_F(BucketTargetStreamedTest, AnAbortThatRemovesObjectsIsNotSentToANameWithOne) {
  const std::string ours = noise(kMiB);
  const index::Row row = row_of_object("a", ours);
  const auto remove_at_abort = [this](const Call& call) {
    if (call.op == Op::abort) store_.erase(kBucket, call.key);
  };
  std::size_t left = 0;
  for (const bool overwrite : {false, true}) {
    for (const Op when : {Op::part, Op::complete}) {
      const auto to = target(overwrite);
      store_.after = remove_at_abort;
      store_.before = [&](const Call& call) {
        if (call.op != when || call.key != "a") return;
        store_.put(kBucket, "a", "theirs");
        if (overwrite) throw store_error(ErrorKind::transient, "InternalError");
      };
      EXPECT_EQ(error_kind([&] { stream(*to, row, ours); }),
                overwrite ? ErrorKind::transient : ErrorKind::precondition_failed);
      store_.before = {};
      EXPECT_EQ(object("a").body, "theirs");
      EXPECT_EQ(store_.keys(kBucket).size(), 1u);
      EXPECT_EQ(store_.open_uploads(), ++left) << "named, and billed until somebody removes it";
      store_.erase(kBucket, "a");
    }
  }
  // Completed, and the answer was lost.
  store_.after = [&](const Call& call) {
    remove_at_abort(call);
    if (call.op == Op::complete && call.key == "a") throw store_error(ErrorKind::transient, "");
  };
  EXPECT_EQ(stream(*target(), row, ours), Landing::written);
  EXPECT_EQ(object("a").body, ours);
}

TEST_F(BucketTargetStreamedTest, TheStoreIsAskedOnceAndOnlyWhereAnObjectStands) {
  const std::string ours = noise(kMiB);
  const auto to = target();
  const auto probes = [this] { return store_.calls(Op::create, "s3compress_catalog/").size(); };
  store_.before = [](const Call& call) {
    if (call.op == Op::part) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { stream(*to, row_of_object("free", ours), ours); }), ErrorKind::transient);
  EXPECT_EQ(store_.calls(Op::abort, "free").size(), 1u);
  EXPECT_EQ(probes(), 0u) << "there is nothing that the abort could remove";
  std::size_t asked = 0;
  for (const std::string key : {"a", "b"}) {
    store_.before = [&](const Call& call) {
      if (call.op == Op::part && call.key == key) store_.put(kBucket, key, "theirs");
    };
    EXPECT_EQ(stream(*to, row_of_object(key, ours), ours), Landing::exists);
    const std::vector<Call> asks = store_.calls(Op::abort, "s3compress_catalog/");
    const std::vector<Call> aborts = store_.calls(Op::abort, key);
    ASSERT_FALSE(asks.empty());
    EXPECT_EQ(aborts.back().key, key);
    EXPECT_LT(asks.back().ended, aborts.back().began);
    if (asked == 0) asked = probes();
  }
  EXPECT_EQ(probes(), asked);
  EXPECT_EQ(store_.open_uploads(), 0u);

  // Where aborts remove objects, one answer is enough as well.
  const auto harmed = target();
  store_.after = [this](const Call& call) {
    if (call.op == Op::abort) store_.erase(kBucket, call.key);
  };
  asked = 0;
  for (const std::string key : {"c", "d"}) {
    store_.before = [&](const Call& call) {
      if (call.op == Op::part && call.key == key) store_.put(kBucket, key, "theirs");
    };
    EXPECT_EQ(error_kind([&] { stream(*harmed, row_of_object(key, ours), ours); }),
              ErrorKind::precondition_failed);
    EXPECT_TRUE(store_.calls(Op::abort, key).empty() || store_.calls(Op::abort, key).back().key != key);
    if (asked == 0) asked = probes();
  }
  EXPECT_EQ(probes(), asked);
}

TEST_F(BucketTargetStreamedTest, ACompleteThatLandsRightBeforeTheAbortCounts) {
  const std::string body = noise(kMiB);
  store_.before = [this](const Call& call) {
    if (call.key != "a") return;
    if (call.op == Op::complete) throw store_error(ErrorKind::transient, "InternalError");
    if (call.op == Op::abort) store_.complete_now(store_.last_complete());
  };
  EXPECT_EQ(stream(*target(), row_of_object("a", body), body), Landing::written);
  expect_stays("a", body);
}

TEST_F(BucketTargetStreamedTest, StreamingReplacesWhereThatWasAskedFor) {
  store_.put(kBucket, "a", "diff");
  const std::string body = noise(kMiB);
  EXPECT_EQ(stream(*target(true), row_of_object("a", body), body), Landing::written);
  EXPECT_EQ(object("a").body, body);
  EXPECT_FALSE(store_.last_complete().if_none_match);
  EXPECT_EQ(ops(), (std::vector{Op::create, Op::part, Op::complete}));
}

TEST_F(BucketTargetStreamedTest, ACompleteWhoseAnswerIsLostCounts) {
  const std::string body = noise(9 * kMiB);
  store_.after = [](const Call& call) {
    if (call.op == Op::complete && call.key == "a") throw store_error(ErrorKind::transient, "");
  };
  EXPECT_EQ(stream(*target(), row_of_object("a", body), body), Landing::written);
  EXPECT_EQ(object("a").body, body);
  // Sent again by the client, it finds its upload gone, or its own object in the way.
  for (const ErrorKind kind : {ErrorKind::not_found, ErrorKind::precondition_failed}) {
    store_.erase(kBucket, "a");
    store_.after = [kind](const Call& call) {
      if (call.op == Op::complete && call.key == "a") throw store_error(kind, "again");
    };
    EXPECT_EQ(stream(*target(), row_of_object("a", body), body),
              kind == ErrorKind::not_found ? Landing::written : Landing::equal);
  }
  // Not there: a failure. There but not ours to tell, under KMS: a failure too.
  store_.erase(kBucket, "a");
  store_.after = {};
  store_.before = [](const Call& call) {
    if (call.op == Op::complete && call.key == "a") throw store_error(ErrorKind::transient, "");
  };
  EXPECT_EQ(error_kind([&] { stream(*target(), row_of_object("a", body), body); }), ErrorKind::transient);
  store_.before = [this](const Call& call) {
    if (call.op != Op::complete || call.key != "a") return;
    store_.put(kBucket, "a", "diff");
    throw store_error(ErrorKind::transient, "");
  };
  EXPECT_EQ(error_kind([&] { stream(*target(), row_of_object("a", body), body); }), ErrorKind::transient);
  expect_stays("a", "diff");
}

TEST_F(BucketTargetStreamedTest, AStoreWithoutConditionsIsLookedAtBeforeEachComplete) {
  FakeStore lesser({.conditional_complete = false, .checksums = false, .conditional_delete = false});
  lesser.make_bucket(kBucket);
  const auto to = make_bucket_target(lesser, slots_, kBucket, "", false);
  const std::string body = noise(kMiB);
  ASSERT_EQ(to->look(row_of_object("a", body)).landing, std::nullopt);
  lesser.before = [&lesser](const Call& call) {
    if (call.op == Op::part) lesser.put(kBucket, "a", "diff");
  };
  EXPECT_EQ(stream(*to, row_of_object("a", body), body), Landing::exists);
  EXPECT_EQ(lesser.objects(kBucket).at("a").body, "diff");
  EXPECT_EQ(lesser.open_uploads(), 0u);
}

}  // namespace
}  // namespace s3c::restore
