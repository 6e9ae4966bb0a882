// Every object that is handed to the crew is answered exactly once, whatever its GET comes to and whatever
// breaks meanwhile. A second answer throws std::out_of_range out of the builder's window, or is counted
// twice; one that is missing lets finish() or seal() wait for ever.
#include "archive/packing_crew.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include "archive/encoder_pool.h"
#include "base/log.h"
#include "catalog/volume_size.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// A crew in front of volumes on the store in memory.
class PackingCrewTest : public ::testing::Test {
 protected:
  PackingCrewTest() {
    store_.make_bucket(support::kArchive);
    // As a run does, with another object than those that the tests count.
    store_.put(support::kSource, "first", "x");
    tags_.check({.key = "first"});
    store_.erase(support::kSource, "first");
    store_.forget_journal();
  }

  void start(int threads, std::uint64_t memory_bytes = 64 * kMiB) {
    bodies_ = std::make_unique<base::MemoryBudget>(memory_bytes);
    packer_ = std::make_unique<MemberPacker>(store_, options_, tags_, *bodies_, encoders_, left_,
                                             std::stop_token());
    crew_ = std::make_unique<PackingCrew>(store_, *packer_, progress_, threads);
    crew_->start();
  }
  std::shared_ptr<OpenVolume> open(const std::string& key) {
    const OpenVolume::Setup setup{store_, slots_, options_, powers_, clock_, group_, [](std::uint64_t) {}};
    return std::make_shared<OpenVolume>(setup, key, catalog::part_size_bytes(0, 0),
                                        buffers_.lease(catalog::part_size_bytes(0, 0)));
  }
  void put(const std::string& key, std::size_t size_bytes = 100) {
    store_.put(support::kSource, key, std::string(size_bytes, 'x') + key);
  }
  WorkItem item(const std::shared_ptr<OpenVolume>& volume, const std::string& key) {
    const std::optional<s3::ObjectHead> head = store_.head_object(support::kSource, key);
    s3::ObjectSummary summary;
    summary.key = key;
    summary.size_bytes = head.value().size_bytes;
    summary.etag = head->etag;
    summary.last_modified = head->last_modified;
    return {volume, group_.prefix, {summary, volume->builder().admit(key)}};
  }
  [[nodiscard]] bool take(const std::shared_ptr<OpenVolume>& volume, const std::string& key) {
    return crew_->take(item(volume, key));
  }

  FakeStore store_;
  ArchiveOptions options_ = support::small_options();
  support::FakeClock clock_;
  Progress progress_;
  catalog::StorePowers powers_;
  base::Slots slots_{2};
  base::MemoryBudget buffers_{64 * kMiB};
  catalog::Group group_{"sources/2018/04/01/", {}, "src/20180401"};
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  SourceTags tags_{{store_, store_}, options_, *log_, {}};
  EncoderPool encoders_{2, 1};
  std::unique_ptr<base::MemoryBudget> bodies_;
  LeftLog left_{*log_, {}};
  std::unique_ptr<MemberPacker> packer_;
  std::unique_ptr<PackingCrew> crew_;
};

/// What a GET of an object that ends in this letter comes to.
enum Fate : char {
  good = 'g',
  tagged = 't',
  large = 'l',
  gone = 'n',
  changed = 'c',
  another = 'a',  ///< on a store that ignores the condition
  refused = 'r',
  damaged_once = 'o',
  damaged = 'd',
  no_memory_once = 'm',
};

TEST_F(PackingCrewTest, AnswersEachObjectOnceWhateverBecomesOfIt) {
  // In key order, as objects are admitted.
  const std::string fates = {another,        changed, damaged,      good,    large,
                             no_memory_once, gone,    damaged_once, refused, tagged};
  constexpr int kRounds = 40;
  std::vector<std::string> keys;
  for (int round = 0; round < kRounds; ++round) {
    for (const char fate : fates) keys.push_back(fmt::format("{:03}{}", round, fate));
  }
  for (const std::string& key : keys) put(key, key.back() == large ? 200'000 : 100);
  base::Mutex mutex;
  std::map<std::string, int> gets;  // of a key, that reached the store
  std::set<std::thread::id> loops;
  store_.during_get_objects = [&](const std::string&) {
    base::MutexLock lock(mutex);
    loops.insert(std::this_thread::get_id());
  };
  store_.before = [&](const Call& call) {
    if (call.op == Op::tagging) {
      base::MutexLock lock(mutex);
      EXPECT_FALSE(loops.contains(std::this_thread::get_id())) << "all that the loop fetches would wait";
    }
    if (call.op != Op::get) return;
    const char fate = call.key.back();
    if (fate == gone) {
      store_.erase(support::kSource, call.key);
      throw store_error(ErrorKind::not_found, "NoSuchKey");
    }
    if (fate == changed) throw store_error(ErrorKind::precondition_failed, "PreconditionFailed");
    if (fate == refused) throw store_error(ErrorKind::access_denied, "AccessDenied");
    base::MutexLock lock(mutex);
    if (++gets[call.key] == 1 && fate == no_memory_once) throw std::bad_alloc();
  };
  store_.alter_get = [&](const std::string& key, s3::GetObjectResult& got) {
    if (key.back() == another) got.head.etag = "another";
    base::MutexLock lock(mutex);
    if (key.back() == damaged || (key.back() == damaged_once && gets[key] == 1)) got.body[0] ^= 1;
  };
  for (const std::string& key : keys) {
    if (key.back() == tagged) {
      store_.edit(support::kSource, key, [](support::StoredObject& object) { object.tags = {{"a", "b"}}; });
    }
  }
  start(40);
  const auto volume = open("src/20180401.zip");
  for (const std::string& key : keys) ASSERT_TRUE(take(volume, key));
  const SealedVolume sealed = volume->seal();
  crew_->finish();

  EXPECT_EQ(sealed.manifest.objects, 5u * kRounds);
  EXPECT_EQ(sealed.vanished, 1u * kRounds);
  EXPECT_EQ(sealed.left.count(), 4u * kRounds);
  EXPECT_EQ(progress_.snapshot().objects_packed, 5u * kRounds);
  EXPECT_EQ(progress_.snapshot().objects_left, 5u * kRounds);
  std::map<char, std::size_t> calls;
  for (const Call& call : store_.calls(Op::get)) ++calls[call.key.back()];
  const std::map<char, std::size_t> expected = {
      {good, kRounds},        {another, kRounds},           {tagged, kRounds},  {large, kRounds},
      {gone, kRounds},        {changed, kRounds},           {refused, kRounds}, {damaged_once, 2 * kRounds},
      {damaged, 3 * kRounds}, {no_memory_once, 2 * kRounds}};
  EXPECT_EQ(calls, expected);
  EXPECT_TRUE(bodies_->try_lease(bodies_->total_bytes())) << "all memory came back";
}

TEST_F(PackingCrewTest, MakesDoWithMemoryForOneObject) {
  // Too little for 120,000 bytes and what they may become: the larger ones are streamed.
  start(8, 330'000);
  const auto volume = open("src/20180401.zip");
  std::uint64_t objects = 0;
  for (const std::size_t size_bytes : {0u, 100'000u, 10u, 500'000u, 130'000u, 120'000u}) {
    for (int i = 0; i < 10; ++i, ++objects) put(fmt::format("k{:03}", objects), size_bytes);
  }
  for (std::uint64_t i = 0; i < objects; ++i) ASSERT_TRUE(take(volume, fmt::format("k{:03}", i)));
  EXPECT_EQ(volume->seal().manifest.objects, objects);
  crew_->finish();
}

TEST_F(PackingCrewTest, AStopLeavesNothingUnanswered) {
  // Memory for two small objects and not for three: the loop has taken a third that waits for it.
  for (int i = 0; i < 12; ++i) put(fmt::format("k{:02}", i), 100'000);
  std::atomic<bool> all_are_there = false;
  std::atomic<int> ended = 0;
  store_.stop_get_objects = [&] { return ended >= 3; };
  store_.during_get_objects = [&](const std::string&) {
    while (!all_are_there) std::this_thread::yield();
    ++ended;
  };
  start(8, 700'000);
  const auto volume = open("src/20180401.zip");
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(take(volume, fmt::format("k{:02}", i)));
  all_are_there = true;
  EXPECT_EQ(volume->seal().manifest.objects, 12u);
  crew_->finish();
}

TEST_F(PackingCrewTest, NothingMoreIsFetchedForAVolumeThatFailed) {
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) put(keys.emplace_back(fmt::format("k{:02}", i)));
  const auto volume = open("src/20180401.zip");
  const VolumeBuilder::Admission other = volume->builder().admit("another");
  const auto error = std::make_exception_ptr(Error(ErrorKind::transient, "the upload broke"));
  store_.during_get_objects = [&, done = false](const std::string&) mutable {
    if (!std::exchange(done, true)) volume->builder().fail(other.sequence, error);
  };
  start(4);
  for (const std::string& key : keys) {
    try {
      ASSERT_TRUE(take(volume, key));
    } catch (const Error&) {
      break;  // the volume admits no more
    }
  }
  EXPECT_EQ(error_kind([&] { volume->seal(); }), ErrorKind::transient);
  crew_->finish();
  EXPECT_LE(store_.calls(Op::get).size(), 4u);
  EXPECT_EQ(progress_.snapshot().objects_packed, 0u);
}

TEST_F(PackingCrewTest, ALoopThatThrowsFailsWhatItHadAndWhatNobodyTook) {
  // In flight two, one that waits for memory, the others in the queue.
  std::vector<std::string> keys;
  for (int i = 0; i < 12; ++i) put(keys.emplace_back(fmt::format("k{:02}", i)), 100'000);
  std::atomic<bool> all_are_there = false;
  std::atomic<int> ended = 0;
  store_.during_get_objects = [&](const std::string&) {
    while (!all_are_there) std::this_thread::yield();
    if (++ended == 3) throw Error(ErrorKind::internal, "no more files to wait with");
  };
  start(8, 700'000);
  const auto volume = open("src/20180401.zip");
  const auto later = open("src/20180402.zip");
  for (const std::string& key : keys) ASSERT_TRUE(take(key < "k04" ? volume : later, key));
  all_are_there = true;
  EXPECT_EQ(error_kind([&] { volume->seal(); }), ErrorKind::internal);
  EXPECT_EQ(error_kind([&] { later->seal(); }), ErrorKind::internal);
  const auto unlucky = open("src/20180403.zip");
  WorkItem refused = item(unlucky, keys[0]);
  EXPECT_FALSE(crew_->take(std::move(refused)));
  EXPECT_EQ(error_kind([&] { crew_->finish(); }), ErrorKind::internal);
}

TEST_F(PackingCrewTest, WhileALargeObjectHasTheZipTheOthersAreStillFetched) {
  put("a-large", 5 * kMiB);
  std::vector<std::string> small;
  for (int i = 0; i < 3; ++i) put(small.emplace_back(fmt::format("a{}", i)));
  std::vector<std::string> others;
  for (int i = 0; i < 20; ++i) put(others.emplace_back(fmt::format("b{:02}", i)));
  std::atomic<bool> reading = false;
  bool in_time = false;
  store_.during_read = [&](const std::string&, std::size_t) {
    if (reading.exchange(true)) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!in_time && std::chrono::steady_clock::now() < end) {
      in_time = progress_.snapshot().objects_packed == 20;
      std::this_thread::yield();
    }
  };
  start(8);
  const auto first = open("src/20180401.zip");
  const auto second = open("src/20180402.zip");
  ASSERT_TRUE(take(first, "a-large"));
  while (!reading) std::this_thread::yield();
  for (const std::string& key : small) ASSERT_TRUE(take(first, key));
  for (const std::string& key : others) ASSERT_TRUE(take(second, key));
  EXPECT_EQ(first->seal().manifest.objects, 4u);
  EXPECT_EQ(second->seal().manifest.objects, 20u);
  crew_->finish();
  EXPECT_TRUE(in_time) << "the only loop waited for the large object's end";
}

}  // namespace
}  // namespace s3c::archive
