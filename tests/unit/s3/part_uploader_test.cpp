#include "s3/part_uploader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

/// A store of which only the part uploads work. They can be held back, and made to fail.
class PartStore final : public ObjectStore {
 public:
  UploadedPart upload_part(const UploadPartRequest& request) override {
    std::string etag;
    {
      base::MutexLock lock(mutex_);
      ++in_flight_;
      most_in_flight_ = std::max(most_in_flight_, in_flight_);
      changed_.notify_all();
      while (held_) changed_.wait(mutex_);
      --in_flight_;
      if (fail_part_ == request.part_number) throw Error(ErrorKind::access_denied, "this part fails");
      parts_[request.part_number] = std::string(request.body);
      EXPECT_EQ(request.md5, base::md5(request.body));
      crcs_sent_ += request.crc32.has_value();
      EXPECT_EQ(request.crc32.value_or(base::crc32(request.body)), base::crc32(request.body));
      etag = kms_ ? "0123456789abcdef0123456789abcdef" : base::to_hex(request.md5);
      changed_.notify_all();
    }
    return {request.part_number, etag, request.crc32};
  }
  void abort_multipart_upload(const std::string&, const std::string&, const std::string& upload_id) override {
    base::MutexLock lock(mutex_);
    EXPECT_EQ(in_flight_, 0) << "aborted while a part was on its way";
    aborted_ = upload_id;
  }

  void hold(bool held) {
    base::MutexLock lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void wait_for_in_flight(int count) {
    base::MutexLock lock(mutex_);
    while (in_flight_ < count) changed_.wait(mutex_);
  }
  void fail_part(int number) {
    base::MutexLock lock(mutex_);
    fail_part_ = number;
  }
  void encrypt_with_kms() {
    base::MutexLock lock(mutex_);
    kms_ = true;
  }
  int most_in_flight() {
    base::MutexLock lock(mutex_);
    return most_in_flight_;
  }
  std::map<int, std::string> parts() {
    base::MutexLock lock(mutex_);
    return parts_;
  }
  int crcs_sent() {
    base::MutexLock lock(mutex_);
    return crcs_sent_;
  }
  std::string aborted() {
    base::MutexLock lock(mutex_);
    return aborted_;
  }

  // Never called here.
  base::Timestamp now() const override { std::abort(); }
  void head_bucket(const std::string&) override { std::abort(); }
  ListObjectsPage list_objects(const ListObjectsRequest&) override { std::abort(); }
  GetObjectResult get_object(const GetObjectRequest&) override { std::abort(); }
  void get_objects(GetObjectSource&, std::size_t) override { std::abort(); }
  ObjectHead read_object(const GetObjectRequest&, const BodySink&) override { std::abort(); }
  std::optional<ObjectHead> head_object(const std::string&, const std::string&) override { std::abort(); }
  std::map<std::string, std::string> get_object_tagging(const std::string&, const std::string&,
                                                        const std::string&) override {
    std::abort();
  }
  RestoreOutcome restore_object(const RestoreObjectRequest&) override { std::abort(); }
  std::string put_object(const PutObjectRequest&, std::string_view) override { std::abort(); }
  std::string create_multipart_upload(const CreateMultipartUploadRequest&) override { std::abort(); }
  UploadedPart upload_part_copy(const UploadPartCopyRequest&) override { std::abort(); }
  std::string complete_multipart_upload(const CompleteMultipartUploadRequest&) override { std::abort(); }
  ListMultipartUploadsPage list_multipart_uploads(const std::string&, const std::string&, const std::string&,
                                                  const std::string&) override {
    std::abort();
  }
  std::vector<DeleteResult> delete_objects(const std::string&, const std::vector<DeleteItem>&,
                                           Resend) override {
    std::abort();
  }
  bool completes_atomically() const override { std::abort(); }
  bool tells_tag_counts() const override { std::abort(); }
  DeleteResult delete_object(const std::string&, const DeleteItem&, Resend) override { std::abort(); }
  ListObjectVersionsPage list_object_versions(const ListObjectVersionsRequest&) override { std::abort(); }

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool held_ S3C_GUARDED_BY(mutex_) = false;
  bool kms_ S3C_GUARDED_BY(mutex_) = false;
  int fail_part_ S3C_GUARDED_BY(mutex_) = 0;
  int in_flight_ S3C_GUARDED_BY(mutex_) = 0;
  int most_in_flight_ S3C_GUARDED_BY(mutex_) = 0;
  int crcs_sent_ S3C_GUARDED_BY(mutex_) = 0;
  std::map<int, std::string> parts_ S3C_GUARDED_BY(mutex_);
  std::string aborted_ S3C_GUARDED_BY(mutex_);
};

PartUploaderConfig config(std::uint64_t part_size_bytes, bool send_crc32 = true) {
  return {.bucket = "b",
          .key = "k",
          .upload_id = "u",
          .part_size_bytes = part_size_bytes,
          .send_crc32 = send_crc32};
}

std::string some_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>((i * 2654435761u) >> 13);
  return bytes;
}

TEST(PartUploader, CutsEqualPartsWhateverTheAppendsAre) {
  const std::string whole = some_bytes(10'250);
  for (const std::size_t step : {1ul, 7ul, 1000ul, 2500ul, 100'000ul}) {
    SCOPED_TRACE(step);
    PartStore store;
    base::Slots slots(3);
    PartUploader uploader(store, slots, config(1000), {});
    for (std::size_t at = 0; at < whole.size(); at += step)
      uploader.append(std::string_view(whole).substr(at, step));
    const UploadedParts result = uploader.finish();

    std::string joined, md5s;
    int number = 0;
    for (const auto& [at, bytes] : store.parts()) {
      EXPECT_EQ(at, ++number);
      EXPECT_EQ(bytes.size(), number <= 10 ? 1000u : 250u);
      joined += bytes;
      md5s += base::md5(bytes);
    }
    EXPECT_EQ(joined, whole);
    EXPECT_EQ(result.size_bytes, whole.size());
    EXPECT_EQ(result.crc32, base::crc32(whole));
    EXPECT_EQ(result.crc64nvme, base::crc64nvme(whole));
    EXPECT_EQ(result.expected_etag, base::to_hex(base::md5(md5s)) + "-11");
    ASSERT_EQ(result.parts.size(), 11u);
    for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(result.parts[i].part_number, static_cast<int>(i) + 1);
    EXPECT_LE(store.most_in_flight(), 3);
    EXPECT_EQ(store.crcs_sent(), 11);
  }
}

TEST(PartUploader, WholePartsLeaveNoEmptyTail) {
  PartStore store;
  base::Slots slots(2);
  PartUploader uploader(store, slots, config(100, false), {});
  uploader.append(some_bytes(200));
  EXPECT_EQ(uploader.finish().parts.size(), 2u);
  EXPECT_EQ(store.crcs_sent(), 0);
}

TEST(PartUploader, AnObjectWithoutBytesGetsOneEmptyPart) {
  PartStore store;
  base::Slots slots(1);
  PartUploader uploader(store, slots, config(100), {});
  const UploadedParts result = uploader.finish();
  EXPECT_EQ(result.parts.size(), 1u);
  EXPECT_EQ(result.size_bytes, 0u);
  EXPECT_EQ(store.parts().at(1), "");
}

TEST(PartUploader, UnderKmsTheEtagIsStillOfOurOwnMd5s) {
  PartStore store;
  store.encrypt_with_kms();
  base::Slots slots(1);
  PartUploader uploader(store, slots, config(100), {});
  uploader.append("x");
  EXPECT_EQ(uploader.finish().expected_etag, base::to_hex(base::md5(base::md5("x"))) + "-1");
}

TEST(PartUploader, SlotsBoundTheUploadsOfAllUploaders) {
  PartStore store;
  base::Slots slots(2);
  PartUploader first(store, slots, config(10), {});
  PartUploader second(store, slots, config(10), {});
  store.hold(true);
  first.append(some_bytes(10));   // takes a slot
  second.append(some_bytes(10));  // takes the other
  first.append(some_bytes(9));    // fills buffers: needs none
  second.append(some_bytes(9));
  store.wait_for_in_flight(2);
  std::atomic<bool> appended = false;
  std::thread appender([&] {
    first.append("x");  // full: must wait for a slot
    appended = true;
  });
  std::this_thread::yield();
  EXPECT_FALSE(appended);
  store.hold(false);
  appender.join();
  EXPECT_EQ(first.finish().parts.size(), 2u);
  EXPECT_EQ(second.finish().parts.size(), 2u);
  EXPECT_EQ(store.most_in_flight(), 2);
}

TEST(PartUploader, AFailedPartSurfaces) {
  PartStore store;
  store.fail_part(2);
  base::Slots slots(1);
  PartUploader uploader(store, slots, config(10), {});
  try {
    for (int i = 0; i < 100; ++i) uploader.append(some_bytes(10));
    uploader.finish();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::access_denied);
  }
  EXPECT_THROW(uploader.append("x"), Error);
  EXPECT_THROW(uploader.finish(), Error);
  uploader.abort();
  EXPECT_EQ(store.aborted(), "u");
  // The slot came back.
  PartUploader next(store, slots, config(10), {});
  next.append("x");
  EXPECT_EQ(next.finish().parts.size(), 1u);
}

TEST(PartUploader, AFailureOfTheLastPartSurfacesInFinish) {
  PartStore store;
  store.fail_part(1);
  base::Slots slots(1);
  PartUploader uploader(store, slots, config(10), {});
  uploader.append("x");
  EXPECT_THROW(uploader.finish(), Error);
}

TEST(PartUploader, AbortWaitsForPartsOnTheirWay) {
  PartStore store;
  base::Slots slots(2);
  PartUploader uploader(store, slots, config(10), {});
  store.hold(true);
  uploader.append(some_bytes(20));
  store.wait_for_in_flight(2);
  std::thread release([&] { store.hold(false); });
  uploader.abort();  // the store checks that nothing is in flight
  release.join();
  EXPECT_EQ(store.aborted(), "u");
}

TEST(PartUploader, StopEndsTheWaitForASlot) {
  PartStore store;
  base::Slots slots(1);
  std::stop_source stop;
  const base::Slots::Slot taken = slots.acquire({});
  PartUploader uploader(store, slots, config(10), stop.get_token());
  std::thread stopper([&] { stop.request_stop(); });
  try {
    uploader.append(some_bytes(10));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
  stopper.join();
}

TEST(PartUploader, TenThousandPartsAreTheEnd) {
  PartStore store;
  base::Slots slots(4);
  PartUploader uploader(store, slots, config(1), {});
  uploader.append(some_bytes(10'000));
  try {
    uploader.append("x");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  }
}

}  // namespace
}  // namespace s3c::s3
