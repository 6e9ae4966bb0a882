// --verify readback, call by call: nothing is deleted for a volume that doesn't come back as it was packed,
// and the copy it was read from doesn't stay.
#include "archive/readback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "catalog/catalog.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::ErrorKind;
using support::Call;
using support::failure_kind;
using support::FakeStore;
using support::Op;
using support::store_error;
using ::testing::HasSubstr;

ArchiveOptions options() {
  ArchiveOptions options = support::small_options();
  options.readback = true;
  return options;
}

std::set<std::string> staged(const FakeStore& store) {
  std::set<std::string> keys = store.keys(support::kArchive);
  std::erase_if(keys, [](const std::string& key) { return !key.starts_with(catalog::kStagingFolder); });
  return keys;
}

bool is_staging(const Call& call) {
  return call.key.starts_with(catalog::kStagingFolder);
}

/// Nothing of the volume is anywhere, and every source is there.
void expect_as_if_nothing_had_happened(const FakeStore& store,
                                       const std::map<std::string, std::string>& originals) {
  EXPECT_EQ(store.keys(support::kSource).size(), originals.size());
  const std::set<std::string> keys = support::keys_but_notes(store);
  EXPECT_TRUE(keys.empty()) << *keys.begin();
  EXPECT_EQ(store.open_uploads(), 0u);
}

TEST(ReadbackTest, AVolumeIsReadBackBeforeItIsCommitted) {
  FakeStore store;
  const support::PromiseWatch watch(store);
  auto originals = support::fill(store, 3, 1);
  ArchiveOptions one = options();
  one.max_objects = 10;
  one.tagging = "team=logs";
  EXPECT_FALSE(support::run(store, one).total().failure);
  support::expect_promise(store, watch, originals);
  EXPECT_TRUE(store.keys(support::kSource).empty());
  EXPECT_TRUE(staged(store).empty());
  EXPECT_EQ(store.open_uploads(), 0u);
  const support::StoredObject archive = store.objects(support::kArchive).at("src/20180401.zip");
  EXPECT_EQ(archive.storage_class, "GLACIER");

  const std::vector<Call> copies = store.calls(Op::part_copy);
  ASSERT_EQ(copies.size(), 1u);
  const Call read = store.calls(Op::get, std::string(catalog::kStagingFolder)).back();
  EXPECT_LT(read.ended, copies.front().began) << "copied before it was read to its end";
  std::vector<Call> completes = store.calls(Op::complete);
  std::erase_if(completes, [](const Call& c) { return c.key.starts_with(catalog::kProbeFolder); });
  ASSERT_EQ(completes.size(), 2u);
  EXPECT_TRUE(is_staging(completes[0]));
  EXPECT_EQ(completes[1].key, "src/20180401.zip");
  EXPECT_LT(copies.front().ended, completes[1].began);
  EXPECT_FALSE(copies.front().if_match.empty());
}

TEST(ReadbackTest, PartsAreCopiedAsTheyWere) {
  FakeStore store({.conditional_complete = true, .checksums = false, .conditional_delete = true});
  const support::PromiseWatch watch(store);
  auto originals = support::fill(store, 1, 1);
  std::string noise(20 << 20, '\0');
  std::uint64_t state = 1;
  for (char& c : noise)
    c = static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
  originals[support::day_key(1, 5)] = noise;
  store.put(support::kSource, support::day_key(1, 5), noise);
  ArchiveOptions lesser = options();
  lesser.additional_checksums = false;  // then only the ETag of the same parts proves the archive
  EXPECT_FALSE(support::run(store, lesser).total().failure);
  support::expect_promise(store, watch, originals);
  EXPECT_TRUE(store.keys(support::kSource).empty());
  EXPECT_EQ(store.calls(Op::part_copy).size(), 3u);
}

TEST(ReadbackTest, UnderKmsTheCopyIsAskedForByItsOwnETag) {
  FakeStore store;
  store.kms = true;
  const support::PromiseWatch watch(store);
  const auto originals = support::fill(store, 3, 1);
  EXPECT_FALSE(support::run(store, options()).total().failure);
  support::expect_promise(store, watch, originals);
  EXPECT_TRUE(store.keys(support::kSource).empty());
}

TEST(ReadbackTest, ABitFlippedInTheStagedArchiveIsCaught) {
  // The store confirms what was sent and holds something else: the one thing that checksums can't tell.
  for (const std::size_t at : {40u, 200u, 400u}) {
    FakeStore store;
    const auto originals = support::fill(store, 3, 1);
    store.after = [&](const Call& call) {
      if (call.op != Op::complete || !is_staging(call)) return;
      store.edit(support::kArchive, call.key,
                 [&](support::StoredObject& object) { object.body.at(at) ^= 1; });
    };
    const GroupReport total = support::run(store, options()).total();
    ASSERT_TRUE(total.failure);
    EXPECT_EQ(total.failure->kind(), ErrorKind::corrupt);
    EXPECT_THAT(total.failure->what(), HasSubstr("that was read back is not what was packed"));
    expect_as_if_nothing_had_happened(store, originals);
    store.after = {};
    EXPECT_FALSE(support::run(store, options()).total().failure);
    EXPECT_TRUE(store.keys(support::kSource).empty());
  }
}

TEST(ReadbackTest, ABitFlippedAfterItWasReadBackIsCaughtBeforeAnyRecord) {
  FakeStore store;
  const auto originals = support::fill(store, 2, 1);
  store.before = [&](const Call& call) {
    if (call.op != Op::part_copy) return;
    for (const std::string& key : staged(store))
      store.edit(support::kArchive, key, [](support::StoredObject& object) { object.body.at(40) ^= 1; });
  };
  EXPECT_EQ(failure_kind(support::run(store, options())), ErrorKind::corrupt);
  EXPECT_TRUE(store.calls(Op::put, std::string(catalog::kManifestFolder)).empty());
  expect_as_if_nothing_had_happened(store, originals);
}

TEST(ReadbackTest, ACopyThatTheStoreDoesNotConfirmIsNotRead) {
  FakeStore store;
  const auto originals = support::fill(store, 3, 1);
  store.alter_head = [](const std::string& key, s3::ObjectHead& head) {
    if (key.starts_with(catalog::kStagingFolder)) head.checksums.front().value = "AAAAAA==";
  };
  EXPECT_EQ(failure_kind(support::run(store, options())), ErrorKind::corrupt);
  EXPECT_TRUE(store.calls(Op::get, std::string(catalog::kStagingFolder)).empty());
  expect_as_if_nothing_had_happened(store, originals);
}

TEST(ReadbackTest, ACompleteWhoseAnswerIsLostIsLookedAt) {
  FakeStore store;
  const support::PromiseWatch watch(store);
  const auto originals = support::fill(store, 2, 1);
  store.after = [](const Call& call) {
    if (call.op == Op::complete && is_staging(call)) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_FALSE(support::run(store, options()).total().failure);
  EXPECT_TRUE(store.keys(support::kSource).empty());
  support::expect_promise(store, watch, originals);
}

TEST(ReadbackTest, AStoreThatCanNotCopyPartsSaysSo) {
  FakeStore store;
  const auto originals = support::fill(store, 2, 1);
  store.before = [](const Call& call) {
    if (call.op == Op::part_copy) throw store_error(ErrorKind::unsupported, "NotImplemented");
  };
  EXPECT_EQ(failure_kind(support::run(store, options())), ErrorKind::unsupported);
  expect_as_if_nothing_had_happened(store, originals);
}

TEST(ReadbackTest, AStoreThatCopiesNoPartsIntoAnUploadWithAChecksumGetsOneWithout) {
  FakeStore store;
  const support::PromiseWatch watch(store);
  const auto originals = support::fill(store, 2, 1);
  int refused = 0;
  store.before = [&refused](const Call& call) {
    if (call.op == Op::part_copy && refused++ == 0)
      throw store_error(ErrorKind::invalid_argument, "InvalidRequest");
  };
  EXPECT_FALSE(support::run(store, options()).total().failure);
  support::expect_promise(store, watch, originals);
  EXPECT_TRUE(store.keys(support::kSource).empty());
  EXPECT_FALSE(store.last_complete().full_object_crc32);
  EXPECT_EQ(store.open_uploads(), 0u);
}

/// There the ETag proves nothing, so the archive couldn't be proven without a checksum.
TEST(ReadbackTest, UnderKmsARefusalEndsTheGroupAndNamesThePower) {
  FakeStore store;
  store.kms = true;
  const auto originals = support::fill(store, 2, 1);
  store.before = [](const Call& call) {
    if (call.op == Op::part_copy) throw store_error(ErrorKind::invalid_argument, "InvalidRequest");
  };
  const auto failure = support::run(store, options()).total().failure;
  ASSERT_TRUE(failure);
  EXPECT_NE(std::string(failure->what()).find("powers"), std::string::npos) << failure->what();
  expect_as_if_nothing_had_happened(store, originals);
}

TEST(ReadbackTest, ACopyThatSomebodyClearsIsMadeAgain) {
  FakeStore store;
  const support::PromiseWatch watch(store);
  const auto originals = support::fill(store, 2, 1);
  int cleared = 0;
  store.before = [&](const Call& call) {
    if (call.op != Op::part_copy || ++cleared > 1) return;
    for (const std::string& key : staged(store)) store.erase(support::kArchive, key);
  };
  EXPECT_FALSE(support::run(store, options()).total().failure);
  EXPECT_GT(cleared, 1);
  EXPECT_TRUE(store.keys(support::kSource).empty());
  support::expect_promise(store, watch, originals);
}

TEST(ReadbackTest, ACopyThatIsClearedBeforeItIsLookedAtIsMadeAgain) {
  FakeStore store;
  const support::PromiseWatch watch(store);
  const auto originals = support::fill(store, 2, 1);
  int cleared = 0;
  store.after = [&](const Call& call) {
    if (call.op != Op::complete || !is_staging(call) || ++cleared > 1) return;
    for (const std::string& key : staged(store)) store.erase(support::kArchive, key);
  };
  EXPECT_FALSE(support::run(store, options()).total().failure);
  EXPECT_EQ(cleared, 2);
  EXPECT_TRUE(store.keys(support::kSource).empty());
  support::expect_promise(store, watch, originals);
}

TEST(ReadbackTest, ARerunClearsWhatAKilledOneStaged) {
  FakeStore store;
  support::fill(store, 3, 1);
  std::atomic<bool> dead = false;  // groups run side by side
  store.before = [&](const Call& call) {
    if (call.op == Op::part_copy) dead = true;
    if (dead) throw store_error(ErrorKind::transient, "InternalError");
  };
  support::run(store, options());
  store.before = {};
  ASSERT_EQ(staged(store).size(), 1u);
  s3::CreateMultipartUploadRequest half;
  half.bucket = support::kArchive;
  half.key = catalog::staging_key("src/20180401.zip", "01B8J3Z7Q40000000000000000");
  store.create_multipart_upload(half);
  half.key = catalog::staging_key("src/201804011.zip", "01B8J3Z7Q40000000000000000");  // of another group
  store.create_multipart_upload(half);

  EXPECT_FALSE(support::run(store, options()).total().failure);
  EXPECT_EQ(staged(store).size(), 1u) << "it is young: a run may still work on it";
  support::fill(store, 3, 1);
  ArchiveOptions at_once = options();
  at_once.gc_age = std::chrono::seconds(0);
  store.put(support::kArchive, half.key, "another group's");
  EXPECT_FALSE(support::run(store, at_once).total().failure);
  EXPECT_TRUE(store.keys(support::kArchive).contains(half.key));
  store.erase(support::kArchive, half.key);
  EXPECT_TRUE(staged(store).empty());
  EXPECT_THAT(store.upload_keys(), ::testing::ElementsAre(half.key));
}

}  // namespace
}  // namespace s3c::archive
