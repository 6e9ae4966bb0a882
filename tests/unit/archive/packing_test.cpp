// One object's way into a volume: the check of its bytes, the packer, the builder, and the two gates they
// pass.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "archive/encoder_pool.h"
#include "archive/member_packer.h"
#include "archive/turnstile.h"
#include "archive/volume_builder.h"
#include "base/crc.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/task_group.h"
#include "index/index_reader.h"
#include "s3/body_check.h"
#include "support/promise.h"
#include "zip/reader.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;

constexpr std::string_view kBody = "hello, world";

std::string base64_of(std::uint64_t value, int bytes) {
  std::string raw;
  for (int i = bytes - 1; i >= 0; --i) raw.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return base::to_base64(raw);
}

std::string digest_of(base::Digest digest) {
  digest.update(kBody);
  return base::to_base64(digest.finish());
}

std::optional<std::string> complaint_about(const s3::ObjectHead& head, std::string_view body = kBody) {
  s3::BodyCheck check(head);
  for (const char& c : body) check.update(std::string_view(&c, 1));
  return check.complaint(base::crc32(body));
}

TEST(BodyCheck, ComparesTheEtagWhereItIsAnMd5) {
  s3::ObjectHead head;
  head.etag = base::to_hex(base::md5(kBody));
  EXPECT_FALSE(complaint_about(head));
  EXPECT_TRUE(complaint_about(head, "hello, worle"));
  head.server_side_encryption = "AES256";
  EXPECT_TRUE(complaint_about(head, "x"));
  head.server_side_encryption = "aws:kms";
  EXPECT_FALSE(complaint_about(head, "x"));
  head.server_side_encryption.clear();
  head.etag += "-2";
  EXPECT_FALSE(complaint_about(head, "x"));
  head.etag = std::string(32, 'z');
  EXPECT_FALSE(complaint_about(head, "x"));
}

TEST(BodyCheck, BodiesThatCameTogetherAreHashedTogether) {
  std::vector<s3::GetObjectResult> came(5);
  for (std::size_t i = 0; i < came.size(); ++i) {
    came[i].body = fmt::format("body {}", i);
    came[i].head.etag = base::to_hex(base::md5(came[i].body));
  }
  came[1].body[0] ^= 1;
  came[2].head.etag += "-2";
  came[3].head.server_side_encryption = "aws:kms";
  const std::vector<std::string> md5s = s3::md5s_of(came);
  ASSERT_EQ(md5s.size(), came.size());
  for (const std::size_t i : {0u, 1u, 4u}) EXPECT_EQ(md5s[i], base::md5(came[i].body)) << i;
  for (const std::size_t i : {2u, 3u}) EXPECT_EQ(md5s[i], "") << i;
  for (std::size_t i = 0; i < came.size(); ++i)
    EXPECT_EQ(s3::complaint_of(came[i], md5s[i]).has_value(), i == 1) << i;
  EXPECT_EQ(s3::complaint_of(came[1], md5s[1]), s3::complaint_of(came[1]));
}

TEST(BodyCheck, ComparesEveryFullObjectChecksum) {
  const std::vector<s3::Checksum> right = {
      {"CRC32", base64_of(base::crc32(kBody), 4), "FULL_OBJECT"},
      {"CRC32C", base64_of(base::crc32c(kBody), 4), "FULL_OBJECT"},
      {"CRC64NVME", base64_of(base::crc64nvme(kBody), 8), "FULL_OBJECT"},
      {"SHA1", digest_of(base::Digest::sha1()), ""},
      {"SHA256", digest_of(base::Digest::sha256()), "FULL_OBJECT"},
  };
  s3::ObjectHead all;
  all.etag = "multipart-2";
  all.checksums = right;
  EXPECT_FALSE(complaint_about(all));
  for (const s3::Checksum& checksum : right) {
    s3::ObjectHead head;
    head.etag = "multipart-2";
    head.checksums = {checksum};
    EXPECT_FALSE(complaint_about(head)) << checksum.algorithm;
    EXPECT_TRUE(complaint_about(head, "hello, worle")) << checksum.algorithm;
    head.checksums[0].type = "COMPOSITE";
    EXPECT_FALSE(complaint_about(head, "x")) << checksum.algorithm << " of parts says nothing of the whole";
    head.checksums[0].type = "";
    head.checksums[0].value += "-3";
    EXPECT_FALSE(complaint_about(head, "x")) << checksum.algorithm << " of parts says nothing of the whole";
  }
  all.checksums = {{"CRC128NEXT", "x", "FULL_OBJECT"}, {"CRC32", base64_of(1, 4), "FULL_OBJECT"}};
  EXPECT_TRUE(complaint_about(all)) << "an unknown algorithm does not hide the known one";
}

TEST(Turnstile, LetsOneInAtATime) {
  Turnstile turnstile;
  std::vector<int> order;
  std::atomic<int> inside{0};
  std::vector<std::thread> threads;
  std::atomic<int> arrived{0};
  {
    const Turnstile::Turn first(turnstile);
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        ++arrived;
        const Turnstile::Turn turn(turnstile);
        EXPECT_EQ(++inside, 1);
        order.push_back(i);  // unguarded: the turnstile is the guard
        --inside;
      });
      while (arrived <= i) std::this_thread::yield();
    }
    EXPECT_TRUE(order.empty());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order.size(), 8u);
}

TEST(EncoderPool, LendsEachEncoderToOneAtATime) {
  EXPECT_EQ(error_kind([] { EncoderPool(1, 13); }), ErrorKind::invalid_argument);
  EncoderPool pool(2, 1);
  std::atomic<int> out{0};
  std::atomic<int> most{0};
  base::TaskGroup threads;
  for (int i = 0; i < 6; ++i) {
    threads.spawn([&](const std::stop_token&) {
      for (int n = 0; n < 50; ++n) {
        auto encoder = pool.borrow();
        const int now = ++out;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
        EXPECT_EQ(encoder->encode("a", kBody, {}).info.size_bytes, kBody.size());
        --out;
      }
    });
  }
  threads.wait();
  EXPECT_LE(most, 2);
}

/// A builder that writes into a string.
class VolumeBuilderTest : public ::testing::Test {
 protected:
  VolumeBuilder::Admission admit(const std::string& key) { return builder_.admit(key); }
  void add(const VolumeBuilder::Admission& admission, const std::string& key, const std::string& body) {
    builder_.add(admission.sequence, zip::MemberEncoder(1).encode(admission.entry_name, body, {}),
                 row(key, body.size()));
  }
  static index::Row row(const std::string& key, std::uint64_t size) {
    index::Row r;
    r.key = key;
    r.size_bytes = size;
    r.etag = "e";
    return r;
  }
  std::optional<Error> stream(const VolumeBuilder::Admission& admission, const std::string& key,
                              std::uint64_t size,
                              const std::function<void(const VolumeBuilder::Sink&)>& produce,
                              const std::optional<std::string>& complaint = {}) {
    const VolumeBuilder::Streamed streamed = builder_.add_streamed(
        admission, {row(key, size), 1, produce, [&](std::uint32_t) { return complaint; }});
    const auto* not_begun = std::get_if<VolumeBuilder::NotBegun>(&streamed);
    return not_begun == nullptr ? std::nullopt : std::optional(not_begun->error);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    const zip::Reader reader(
        [this](std::uint64_t at, std::uint64_t size) { return archive_.substr(at, size); }, archive_.size());
    reader.for_each_entry([&](const zip::EntryInfo& entry) { found.push_back(entry.name); });
    return found;
  }

  std::string archive_;
  std::function<void(std::string_view)> sink_ = [this](std::string_view bytes) { archive_ += bytes; };
  VolumeBuilder builder_{[this](std::string_view bytes) { sink_(bytes); }};
};

TEST_F(VolumeBuilderTest, EntriesLieAsTheyComeAndRowsInKeyOrder) {
  const auto a = admit("a");
  const auto b = admit("b");
  const auto c = admit("c");
  add(c, "c", "third");
  add(a, "a", "first");
  EXPECT_FALSE(stream(b, "b", 6, [](const auto& sink) { sink("sec"), sink("ond"); }));
  const auto contents = builder_.finish();
  EXPECT_EQ(contents.objects, 3u);
  EXPECT_EQ(contents.source_bytes, 16u);
  EXPECT_EQ(contents.archive_bytes, archive_.size());
  EXPECT_EQ(names(), (std::vector<std::string>{"c", "a", "b", zip::kIndexEntryName}));
  const auto rows = index::decode_block(contents.index.gz.view());
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].key, "a");
  EXPECT_EQ(rows[2].key, "c");
  EXPECT_LT(rows[2].offset, rows[0].offset);
  const index::Row& middle = rows[1];
  EXPECT_EQ(zip::decode_member(static_cast<zip::Method>(middle.method),
                               archive_.substr(middle.data_offset, middle.compressed_size_bytes),
                               middle.size_bytes, middle.crc32),
            "second");
}

TEST_F(VolumeBuilderTest, NothingPackedMeansNoBytes) {
  builder_.leave_out(admit("a").sequence, std::nullopt);
  builder_.leave_out(admit("b").sequence, LeftObject{"b", LeftReason::frozen, ""});
  const auto contents = builder_.finish();
  EXPECT_EQ(contents.objects, 0u);
  EXPECT_EQ(contents.vanished, 1u);
  EXPECT_EQ(contents.left.count(), 1u);
  EXPECT_TRUE(archive_.empty());
}

TEST_F(VolumeBuilderTest, ASlowObjectHoldsUpTheAdmissionOfManyBehindIt) {
  const auto slow = admit("0");
  constexpr std::size_t kBehind = VolumeBuilder::kWindow - 1;
  std::atomic<std::size_t> admitted{0};
  std::thread group([&] {
    for (std::size_t i = 0; i < kBehind + 100; ++i) {
      builder_.leave_out(admit(fmt::format("1{:07}", i)).sequence, std::nullopt);
      ++admitted;
    }
  });
  while (admitted < kBehind) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();  // it would go on now
  EXPECT_EQ(admitted, kBehind);
  builder_.leave_out(slow.sequence, std::nullopt);
  group.join();
  EXPECT_EQ(builder_.finish().vanished, kBehind + 101);
}

TEST_F(VolumeBuilderTest, AFailureEndsAdmissionAndIsKept) {
  const auto a = admit("a");
  const auto b = admit("b");
  builder_.fail(a.sequence, std::make_exception_ptr(Error(ErrorKind::transient, "first")));
  EXPECT_TRUE(builder_.failed());
  builder_.fail(b.sequence, std::make_exception_ptr(Error(ErrorKind::internal, "second")));
  EXPECT_EQ(error_kind([&] { admit("c"); }), ErrorKind::transient);
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::transient);
}

TEST_F(VolumeBuilderTest, TheFirstErrorOfTheSinkIsTheOneThatIsTold) {
  sink_ = [](std::string_view) { throw Error(ErrorKind::access_denied, "no more parts"); };
  const auto a = admit("a");
  const auto b = admit("b");
  EXPECT_EQ(error_kind([&] { add(a, "a", "x"); }), ErrorKind::access_denied);
  // The thread of a has not called fail() yet: b meets the broken writer and is faster.
  EXPECT_EQ(error_kind([&] { add(b, "b", "x"); }), ErrorKind::internal);
  builder_.fail(b.sequence, std::make_exception_ptr(Error(ErrorKind::internal, "the writer is broken")));
  builder_.fail(a.sequence, std::make_exception_ptr(Error(ErrorKind::access_denied, "no more parts")));
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::access_denied);
}

TEST_F(VolumeBuilderTest, ASpoiledVolumeIsToldAsSpoiledWhoeverIsFaster) {
  const auto a = admit("a");
  const auto b = admit("b");
  const auto breaks = [](const VolumeBuilder::Sink& sink) {
    sink("half");
    throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_THROW((void)stream(a, "a", 9, breaks), VolumeSpoiled);
  EXPECT_ANY_THROW(add(b, "b", "x"));
  builder_.fail(b.sequence, std::make_exception_ptr(Error(ErrorKind::internal, "the writer is broken")));
  builder_.fail(a.sequence, std::make_exception_ptr(VolumeSpoiled{{"a", LeftReason::unreadable, ""}}));
  EXPECT_THROW(builder_.finish(), VolumeSpoiled);
}

TEST_F(VolumeBuilderTest, StreamedTroubleIsTheObjectsOrTheArchives) {
  struct Case {
    LeftReason reason;
    std::function<void(const VolumeBuilder::Sink&)> produce;
    std::optional<std::string> complaint = {};
  };
  const auto fail_with = [](ErrorKind kind) {
    return [kind](const VolumeBuilder::Sink& sink) {
      sink("x");
      throw Error(kind, "broken");
    };
  };
  for (const Case& c : std::vector<Case>{
           {LeftReason::changed, fail_with(ErrorKind::precondition_failed)},
           {LeftReason::unreadable, fail_with(ErrorKind::transient)},
           {LeftReason::damaged, fail_with(ErrorKind::corrupt)},
           {LeftReason::damaged, [](const auto& sink) { sink("short"); }},
           {LeftReason::damaged, [](const auto& sink) { sink("much"), sink(" too long"); }},
           {LeftReason::damaged, [](const auto& sink) { sink("exactly 10"); }, "another MD5"},
       }) {
    std::string bytes;
    VolumeBuilder builder([&](std::string_view b) { bytes += b; });
    const auto admission = builder.admit("a");
    try {
      (void)builder.add_streamed(admission,
                                 {row("a", 10), 1, c.produce, [&](std::uint32_t) { return c.complaint; }});
      ADD_FAILURE() << "not spoiled: " << describe(c.reason);
    } catch (const VolumeSpoiled& spoiled) {
      EXPECT_EQ(spoiled.object.reason, c.reason);
      EXPECT_EQ(spoiled.object.key, "a");
    }
  }
  // Before the first byte nothing is spoiled.
  const auto a = admit("a");
  const auto error =
      stream(a, "a", 9, [](const auto&) { throw store_error(ErrorKind::not_found, "NoSuchKey"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::not_found);
  EXPECT_TRUE(stream(a, "a", 9, [](const auto&) {}));
  // A sink that fails is the archive's own trouble.
  sink_ = [](std::string_view) { throw Error(ErrorKind::transient, "an upload failed"); };
  EXPECT_EQ(error_kind([&] { (void)stream(a, "a", 9, [](const auto& sink) { sink("x"); }); }),
            ErrorKind::transient);
}

TEST_F(VolumeBuilderTest, ARowTheIndexRefusesFailsTheVolumeAndHangsNobody) {
  const auto a = admit("a");
  const auto b = admit("b");
  index::Row huge = row("a", 1);
  huge.content_type = std::string(300'000, 'x');
  add(b, "b", "x");
  try {
    builder_.add(a.sequence, zip::MemberEncoder(1).encode("a", "x", {}), std::move(huge));
  } catch (const Error& error) {
    builder_.fail(a.sequence, std::make_exception_ptr(error));
  }
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::internal);
}

class MemberPackerTest : public ::testing::Test {
 protected:
  MemberPackerTest() { options_ = support::small_options(); }

  s3::ObjectSummary put(const std::string& key, const std::string& body) {
    store_.put(support::kSource, key, body);
    const auto object = store_.objects(support::kSource).at(key);
    s3::ObjectSummary summary;
    summary.key = key;
    summary.size_bytes = body.size();
    summary.etag = object.etag;
    summary.last_modified = object.last_modified;
    summary.storage_class = "STANDARD";
    return summary;
  }
  bool pack(const s3::ObjectSummary& summary) {
    return packer_.pack(builder_, {summary, builder_.admit(summary.key)});
  }
  LeftReason only_reason() {
    const auto contents = builder_.finish();
    EXPECT_EQ(contents.left.count(), 1u);
    return contents.left.named().at(0).reason;
  }

  FakeStore store_;
  ArchiveOptions options_;
  base::MemoryBudget bodies_{std::uint64_t{64} << 20};
  EncoderPool encoders_{1, 1};
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  SourceTags tags_{{store_, store_}, options_, *log_, {}};
  LeftLog left_{*log_, {}};
  MemberPacker packer_{store_, options_, tags_, bodies_, encoders_, left_, {}};
  std::function<void(std::string_view)> sink_ = [](std::string_view) {};
  VolumeBuilder builder_{[this](std::string_view bytes) { sink_(bytes); }};
};

TEST_F(MemberPackerTest, KeepsEverythingThatBelongsToTheObject) {
  auto summary = put("a", std::string(kBody));
  store_.edit(support::kSource, "a", [](support::StoredObject& object) {
    object.content_type = "text/xml";
    object.metadata = {{"owner", "me"}};
    object.version_id = "v7";
    object.tags = {{"t", "1"}};
  });
  EXPECT_TRUE(pack(summary));
  const auto contents = builder_.finish();
  const index::Row row = index::decode_block(contents.index.gz.view()).at(0);
  EXPECT_EQ(row.key, "a");
  EXPECT_EQ(row.etag, summary.etag);
  EXPECT_EQ(row.size_bytes, kBody.size());
  EXPECT_EQ(row.last_modified, summary.last_modified) << "the listing's, with milliseconds";
  EXPECT_EQ(row.version_id, "v7");
  EXPECT_EQ(row.content_type, "text/xml");
  EXPECT_EQ(row.metadata.at("owner"), "me");
  EXPECT_EQ(row.tags.at("t"), "1");
  EXPECT_EQ(row.crc32, base::crc32(kBody));
}

TEST_F(MemberPackerTest, AsksForTheListedObjectOnly) {
  const auto summary = put("a", "old");
  const auto large = put("A", std::string(5 << 20, 'L'));
  EXPECT_TRUE(pack(large));
  EXPECT_EQ(store_.calls(Op::read, "A").at(0).if_match, large.etag);
  store_.put(support::kSource, "a", "new");
  EXPECT_FALSE(pack(summary));
  EXPECT_EQ(store_.calls(Op::get, "a").at(0).if_match, summary.etag);
  EXPECT_EQ(only_reason(), LeftReason::changed);
}

TEST_F(MemberPackerTest, DoesNotTrustAStoreThatIgnoresTheCondition) {
  store_.ignores_if_match = true;
  const auto small = put("a", "old");
  store_.put(support::kSource, "a", "new");
  EXPECT_FALSE(pack(small));
  EXPECT_EQ(only_reason(), LeftReason::changed);
}

TEST_F(MemberPackerTest, LengthCountsWhereTheEtagTellsNothing) {
  auto summary = put("a", "whole");
  store_.edit(support::kSource, "a", [](support::StoredObject& object) { object.etag = "of-parts-2"; });
  summary.etag = "of-parts-2";
  store_.alter_get = [](const std::string&, s3::GetObjectResult& got) { got.body.pop_back(); };
  EXPECT_FALSE(pack(summary));
  EXPECT_EQ(only_reason(), LeftReason::damaged);
}

TEST_F(MemberPackerTest, VanishedIsNotLeft) {
  const auto summary = put("a", "x");
  store_.erase(support::kSource, "a");
  EXPECT_FALSE(pack(summary));
  const auto large = put("b", std::string(5 << 20, 'L'));
  store_.erase(support::kSource, "b");
  EXPECT_FALSE(pack(large));
  const auto contents = builder_.finish();
  EXPECT_EQ(contents.vanished, 2u);
  EXPECT_EQ(contents.left.count(), 0u);
}

TEST_F(MemberPackerTest, FrozenAndUnreadableAreNamed) {
  const auto a = put("a", "x");
  const auto b = put("b", "x");
  store_.before = [](const Call& c) {
    if (c.op != Op::get) return;
    if (c.key == "a") throw store_error(ErrorKind::wrong_state, "InvalidObjectState");
    throw store_error(ErrorKind::access_denied, "AccessDenied");
  };
  EXPECT_FALSE(pack(a));
  EXPECT_FALSE(pack(b));
  EXPECT_EQ(builder_.finish().left.by_reason(),
            (std::map<LeftReason, std::uint64_t>{{LeftReason::frozen, 1}, {LeftReason::unreadable, 1}}));
}

TEST_F(MemberPackerTest, DamageOnTheWayIsHealedDamageAtRestIsNot) {
  const auto a = put("a", "good");
  int flips = 2;
  store_.alter_get = [&](const std::string&, s3::GetObjectResult& got) {
    if (flips-- > 0) got.body[0] = static_cast<char>(got.body[0] ^ 1);
  };
  EXPECT_TRUE(pack(a));
  flips = 1000;
  EXPECT_FALSE(pack(put("b", "bad")));
  EXPECT_EQ(store_.calls(Op::get, "b").size(), 3u);
  const auto contents = builder_.finish();
  EXPECT_EQ(contents.objects, 1u);
  EXPECT_EQ(contents.left.named().at(0).reason, LeftReason::damaged);
}

TEST_F(MemberPackerTest, DamageOfAStreamedBodySpoilsTheVolume) {
  const auto large = put("a", std::string(5 << 20, 'L'));
  store_.alter_read = [](const std::string&, std::string& body) { body[3 << 20] = 'M'; };
  EXPECT_FALSE(pack(large));
  try {
    builder_.finish();
    ADD_FAILURE() << "a damaged body was packed";
  } catch (const VolumeSpoiled& spoiled) {
    EXPECT_EQ(spoiled.object.reason, LeftReason::damaged);
  }
}

TEST_F(MemberPackerTest, AStreamedObjectThatIsAnotherOneNowIsLeftOutBeforeItsFirstByte) {
  const auto large = put("a", std::string(5 << 20, 'L'));
  store_.put(support::kSource, "a", std::string(5 << 20, 'M'));
  EXPECT_FALSE(pack(large));
  EXPECT_TRUE(store_.calls(Op::read).empty());
  EXPECT_EQ(only_reason(), LeftReason::changed);
}

TEST_F(MemberPackerTest, AHundredUnreadableInARowAreTheStoresTrouble) {
  std::vector<s3::ObjectSummary> objects;
  for (int i = 0; i < 200; ++i) objects.push_back(put(fmt::format("{:03}", i), "x"));
  bool broken = true;
  store_.before = [&](const Call& c) {
    if (broken && c.op == Op::get) throw store_error(ErrorKind::transient, "InternalError");
  };
  for (std::size_t i = 0; i < 99; ++i) EXPECT_FALSE(pack(objects[i]));
  broken = false;
  EXPECT_TRUE(pack(objects[99]));
  broken = true;
  for (std::size_t i = 100; i < 199; ++i) EXPECT_FALSE(pack(objects[i]));
  EXPECT_FALSE(builder_.failed());
  EXPECT_FALSE(pack(objects[199]));
  EXPECT_TRUE(builder_.failed());
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::transient);
}

TEST_F(MemberPackerTest, ExpiredCredentialsAreNotTheObjectsFault) {
  const auto object = put("a", "x");
  store_.before = [](const Call& c) {
    if (c.op == Op::get) throw store_error(ErrorKind::access_denied, "ExpiredToken");
  };
  EXPECT_FALSE(pack(object));
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::access_denied);
}

TEST_F(MemberPackerTest, ExpiredCredentialsAreNotTheStreamedObjectsFault) {
  const auto object = put("a", std::string(5 << 20, 'L'));
  store_.before = [](const Call& c) {
    if (c.op == Op::head) throw store_error(ErrorKind::access_denied, "ExpiredToken");
  };
  EXPECT_FALSE(pack(object));
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::access_denied);
}

TEST_F(MemberPackerTest, TheArchiveFailingIsNotTheObjectsFault) {
  const auto a = put("a", "x");
  const auto b = put("b", "y");
  sink_ = [](std::string_view) { throw Error(ErrorKind::transient, "an upload failed"); };
  EXPECT_FALSE(pack(a));
  EXPECT_TRUE(builder_.failed());
  const std::size_t gets = store_.calls(Op::get).size();
  EXPECT_EQ(error_kind([&] { pack(b); }), ErrorKind::transient) << "nothing more is admitted";
  EXPECT_EQ(store_.calls(Op::get).size(), gets);
  EXPECT_EQ(error_kind([&] { builder_.finish(); }), ErrorKind::transient);
}

TEST_F(MemberPackerTest, AMissingBucketIsNoVanishedObject) {
  const auto a = put("a", "x");
  store_.before = [](const Call& c) {
    if (c.op == Op::get) throw store_error(ErrorKind::no_bucket, "NoSuchBucket");
  };
  EXPECT_FALSE(pack(a));
  EXPECT_EQ(only_reason(), LeftReason::unreadable);
}

TEST_F(MemberPackerTest, GivesItsMemoryBack) {
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(pack(put(fmt::format("{:02}", i), std::string(std::size_t{3} << 20, 'x'))));
  EXPECT_EQ(bodies_.lease(bodies_.total_bytes()).size_bytes(), bodies_.total_bytes());
}

}  // namespace
}  // namespace s3c::archive
