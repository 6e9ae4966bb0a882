#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "tests/contract/store_under_test.h"

namespace s3c::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Listing : public Contract {
 protected:
  static std::vector<std::string> keys_of(const s3::ListObjectsPage& page) {
    std::vector<std::string> keys;
    for (const auto& object : page.objects) keys.push_back(object.key);
    return keys;
  }
};

TEST_P(Listing, AnEmptyBucket) {
  const auto page = client().list_objects({.bucket = bucket_});
  EXPECT_THAT(page.objects, IsEmpty());
  EXPECT_FALSE(page.next_continuation_token);
}

TEST_P(Listing, ShowsWhatWasJustPut) {
  for (int i = 0; i < 20; ++i) {
    const std::string key = "k" + std::to_string(i);
    const std::string etag = put(key, "body of " + key);
    const auto page = client().list_objects({.bucket = bucket_, .prefix = key});
    ASSERT_FALSE(page.objects.empty());
    EXPECT_EQ(page.objects[0].key, key);
    EXPECT_EQ(page.objects[0].etag, etag);
    EXPECT_EQ(page.objects[0].size_bytes, 8 + key.size());
    EXPECT_EQ(page.objects[0].storage_class, "STANDARD");
    const auto head = client().head_object(bucket_, key);
    EXPECT_LT(std::chrono::abs(page.objects[0].last_modified - head->last_modified), std::chrono::seconds(1))
        << "the listing's milliseconds and the header's seconds are one time";
  }
}

TEST_P(Listing, OddKeysComeBackAsTheyWere) {
  if (!powers().key_encodings) GTEST_SKIP() << kNoOddKeys;
  std::vector<std::string> keys = odd_keys();
  for (const std::string& key : keys) put(key, key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(all_keys(), keys) << "in byte order";
  EXPECT_EQ(all_keys("", 5), keys) << "over pages too";
  for (const std::string& key : keys) {
    SCOPED_TRACE(base::printable(key));
    EXPECT_EQ(client().get_object({.bucket = bucket_, .key = key}).body, key);
    ASSERT_TRUE(client().head_object(bucket_, key));
    EXPECT_THAT(all_keys(key), testing::Contains(key)) << "found by itself as prefix";
  }
}

TEST_P(Listing, StartAfterAnyKeyIsExclusive) {
  if (!powers().key_encodings) GTEST_SKIP() << kNoOddKeys;
  std::vector<std::string> keys = odd_keys();
  for (const std::string& key : keys) put(key, key);
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    const auto page = client().list_objects({.bucket = bucket_, .start_after = key});
    EXPECT_EQ(keys_of(page),
              std::vector<std::string>(std::upper_bound(keys.begin(), keys.end(), key), keys.end()))
        << base::printable(key);
  }
  const auto between = client().list_objects({.bucket = bucket_, .start_after = "plaim"});
  ASSERT_FALSE(between.objects.empty());
  EXPECT_EQ(between.objects[0].key, "plain");
}

TEST_P(Listing, DelimiterRollsUp) {
  for (const char* key : {"a/1", "a/2", "b", "c/x/1", "c/x/2", "c/y", "c/"}) put(key, "");
  const auto top = client().list_objects({.bucket = bucket_, .delimiter = "/"});
  EXPECT_THAT(keys_of(top), ElementsAre("b"));
  EXPECT_THAT(top.common_prefixes, ElementsAre("a/", "c/"));
  const auto below = client().list_objects({.bucket = bucket_, .prefix = "c/", .delimiter = "/"});
  EXPECT_THAT(keys_of(below), ElementsAre("c/", "c/y"));
  EXPECT_THAT(below.common_prefixes, ElementsAre("c/x/"));
}

TEST_P(Listing, PagesOfPrefixesLoseNothing) {
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) {
    put("p" + std::to_string(i) + "/a", "");
    put("p" + std::to_string(i) + "/b", "");
    expected.push_back("p" + std::to_string(i) + "/");
  }
  std::vector<std::string> seen;
  s3::ListObjectsRequest request{.bucket = bucket_, .delimiter = "/", .max_keys = 3};
  for (;;) {
    const auto page = client().list_objects(request);
    seen.insert(seen.end(), page.common_prefixes.begin(), page.common_prefixes.end());
    if (!page.next_continuation_token) break;
    request.continuation_token = *page.next_continuation_token;
  }
  EXPECT_EQ(seen, expected);
}

TEST_P(Listing, PagesAreExactAtTheirEdges) {
  for (int i = 0; i < 6; ++i) put("k" + std::to_string(i), "");
  for (const int size : {1, 2, 3, 5, 6, 7}) EXPECT_EQ(all_keys("", size).size(), 6u) << size;
}

TEST_P(Listing, VersionsOfAKeyComeNewestFirst) {
  if (!powers().versions) GTEST_SKIP() << kNoVersions;
  const std::string etag = put("k", "from before");
  const auto only = client().list_object_versions({.bucket = bucket_}).versions;
  ASSERT_EQ(only.size(), 1u);
  EXPECT_EQ(only[0].version_id, "null") << "the bucket keeps no versions yet";
  EXPECT_EQ(only[0].object.etag, etag);
  EXPECT_TRUE(only[0].is_latest);

  enable_versioning();
  put("k", "newer");
  put("dir/x", "");
  const std::string newer = client().head_object(bucket_, "k")->version_id;
  const auto deleted = client().delete_objects(bucket_, {{.key = "k"}}, s3::ObjectStore::Resend::forbidden);
  const auto page = client().list_object_versions({.bucket = bucket_, .delimiter = "/"});
  EXPECT_FALSE(page.truncated);
  EXPECT_THAT(page.common_prefixes, ElementsAre("dir/"));
  ASSERT_EQ(page.versions.size(), 3u);
  const std::vector<std::string> ids = {deleted.at(0).marker_version_id.value_or("no marker"), newer, "null"};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(page.versions[i].object.key, "k");
    EXPECT_EQ(page.versions[i].version_id, ids[i]) << i;
    EXPECT_EQ(page.versions[i].is_latest, i == 0) << i;
    EXPECT_EQ(page.versions[i].is_delete_marker, i == 0) << i;
  }
  EXPECT_EQ(page.versions[1].object.size_bytes, 5u);
  EXPECT_EQ(page.versions[2].object.etag, etag);
  EXPECT_EQ(client().get_object({.bucket = bucket_, .key = "k", .version_id = "null"}).body, "from before");

  const auto below = client().list_object_versions({.bucket = bucket_, .prefix = "dir/"}).versions;
  ASSERT_EQ(below.size(), 1u);
  // Leave nothing that would keep the bucket from being removed.
  std::vector<s3::DeleteItem> items = {{.key = "dir/x", .version_id = below[0].version_id}};
  for (const std::string& id : ids) items.push_back({.key = "k", .version_id = id});
  client().delete_objects(bucket_, items, s3::ObjectStore::Resend::forbidden);
  EXPECT_THAT(client().list_object_versions({.bucket = bucket_}).versions, IsEmpty());
}

S3C_CONTRACT(Listing);

}  // namespace
}  // namespace s3c::contract
