// What the tests of restoring to a bucket share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "restore/restore_target.h"
#include "support/fake_store.h"
#include "support/promise.h"

namespace s3c::restore::testing {

inline constexpr const char* kBucket = "target";
inline constexpr std::size_t kMiB = std::size_t{1} << 20;

inline index::Row row_of_object(const std::string& key, const std::string& body) {
  index::Row row;
  row.key = key;
  row.size_bytes = body.size();
  row.etag = base::to_hex(base::md5(body));
  row.crc32 = base::crc32(body);
  return row;
}

inline std::string noise(std::size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  std::uint64_t state = 7;
  for (char& c : bytes)
    c = static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
  return bytes;
}

class BucketTargetTest : public ::testing::Test {
 protected:
  BucketTargetTest() { store_.make_bucket(kBucket); }

  std::unique_ptr<RestoreTarget> target(bool overwrite = false, const std::string& prefix = "") {
    return make_bucket_target(store_, slots_, kBucket, prefix, overwrite);
  }
  /// As a run does it.
  static Landing restore(RestoreTarget& target, const index::Row& row, const std::string& body) {
    const auto seen = target.look(row).landing;
    return seen ? *seen : target.write(row, body);
  }
  static Landing stream(RestoreTarget& target, const index::Row& row, const std::string& body) {
    return target.write_streamed(row, [&body](const RestoreTarget::Sink& sink) {
      for (std::size_t at = 0; at < body.size(); at += kMiB) sink(std::string_view(body).substr(at, kMiB));
    });
  }
  std::vector<support::Op> ops() const {
    std::vector<support::Op> ops;
    for (const support::Call& call : store_.journal()) ops.push_back(call.op);
    return ops;
  }
  support::StoredObject object(const std::string& key) const { return store_.objects(kBucket).at(key); }
  void expect_stays(const std::string& key, const std::string& body) const {
    EXPECT_EQ(object(key).body, body);
    EXPECT_EQ(store_.open_uploads(), 0u);
  }

  support::FakeStore store_;
  base::Slots slots_{2};
};

}  // namespace s3c::restore::testing
