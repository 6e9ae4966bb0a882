#include "s3/known_stores.h"

#include <gtest/gtest.h>

#include <string>

namespace s3c::s3 {
namespace {

TEST(KnownStores, OnlyThoseInTheTableCompleteAtomically) {
  EXPECT_TRUE(completes_atomically({}));
  EXPECT_TRUE(is_aws({}));
  for (const char* url :
       {"https://s3.eu-west-1.amazonaws.com", "https://S3.AmazonAWS.com:443/x",
        "https://bucket.vpce-1.s3.us-east-1.vpce.amazonaws.com", "https://s3.cn-north-1.amazonaws.com.cn",
        "https://s3.dualstack.us-east-1.api.aws"}) {
    EXPECT_TRUE(completes_atomically({.url = url})) << url;
    EXPECT_TRUE(is_aws({.url = url})) << url;
    EXPECT_TRUE(tells_tag_counts({.url = url})) << url;
  }
  for (const char* url :
       {"http://127.0.0.1:9000", "https://notamazonaws.com", "https://amazonaws.com.example.org",
        "https://minio.example.org/amazonaws.com", "https://storage.googleapis.com"}) {
    EXPECT_FALSE(completes_atomically({.url = url})) << url;
    EXPECT_FALSE(is_aws({.url = url})) << url;
    EXPECT_FALSE(tells_tag_counts({.url = url})) << url;
  }
}

TEST(KnownStores, AreFoundByTheirHostNames) {
  const auto name_at = [](const char* url) {
    const KnownStore* store = find_known_store({.url = url});
    return store == nullptr ? "" : std::string(store->name);
  };
  EXPECT_EQ(name_at(""), "Amazon S3");
  EXPECT_EQ(name_at("https://0123abcd.eu.r2.cloudflarestorage.com"), "Cloudflare R2");
  EXPECT_EQ(name_at("https://s3.us-west-004.backblazeb2.com/"), "Backblaze B2");
  EXPECT_EQ(name_at("https://s3.eu-central-1.wasabisys.com:443"), "Wasabi");
  EXPECT_EQ(name_at("https://storage.googleapis.com"), "Google Cloud Storage");
  EXPECT_EQ(name_at("https://notbackblazeb2.com"), "");
  EXPECT_EQ(name_at("http://127.0.0.1:9000"), "") << "nobody's host name";
}

}  // namespace
}  // namespace s3c::s3
