// Listings: order, delimiters, paging, encoding, for objects, versions and uploads.
#include "sim/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "sim/xml.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Listing : public testing::Test {
 protected:
  Listing() { sim_.put("/bucket", ""); }

  void put(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      ASSERT_EQ(sim_.put("/bucket/" + base::percent_encode(key, true), "x").status, 200) << key;
    }
  }
  std::vector<std::string> keys(const std::string& query) {
    return texts(sim_.get("/bucket", "list-type=2&" + query), "Contents/Key");
  }
  std::vector<std::string> prefixes(const std::string& query) {
    return texts(sim_.get("/bucket", "list-type=2&" + query), "CommonPrefixes/Prefix");
  }
  /// Every key and common prefix, page by page, in the order they came.
  std::vector<std::string> walk(const std::string& query, int max_keys) {
    std::vector<std::string> all;
    std::string token;
    for (int page = 0; page < 100; ++page) {
      const Response response =
          sim_.get("/bucket", "list-type=2&max-keys=" + std::to_string(max_keys) + "&" + query +
                                  (token.empty() ? "" : "&continuation-token=" + token));
      const auto found = texts(response, "Contents/Key");
      const auto common = texts(response, "CommonPrefixes/Prefix");
      EXPECT_EQ(text(response, "KeyCount"), std::to_string(found.size() + common.size()));
      EXPECT_LE(found.size() + common.size(), static_cast<std::size_t>(max_keys));
      all.insert(all.end(), found.begin(), found.end());
      all.insert(all.end(), common.begin(), common.end());
      if (text(response, "IsTruncated") != "true") return all;
      token = base::percent_encode(text(response, "NextContinuationToken"));
      EXPECT_FALSE(token.empty());
    }
    ADD_FAILURE() << "the listing has no end";
    return all;
  }

  SimClient sim_;
};

TEST_F(Listing, IsInByteOrder) {
  put({"b", "a", "B", "a/b", "a.b", "é", "z", "a\x7f", "\xf0\x9f\x98\x80", "\xef\xbf\xbd"});
  EXPECT_THAT(keys(""), ElementsAre("B", "a", "a.b", "a/b", "a\x7f", "b", "z", "é", "\xef\xbf\xbd",
                                    "\xf0\x9f\x98\x80"));
}

TEST_F(Listing, PrefixAndStartAfter) {
  put({"a/1", "a/2", "a/3", "b"});
  EXPECT_THAT(keys("prefix=a%2F"), ElementsAre("a/1", "a/2", "a/3"));
  EXPECT_THAT(keys("prefix=a%2F&start-after=a%2F1"), ElementsAre("a/2", "a/3"));
  EXPECT_THAT(keys("prefix=a%2F&start-after=a"), ElementsAre("a/1", "a/2", "a/3"));
  EXPECT_THAT(keys("prefix=a%2F&start-after=b"), IsEmpty());
  EXPECT_THAT(keys("start-after=a%2F15"), ElementsAre("a/2", "a/3", "b"));
}

TEST_F(Listing, DelimiterRollsUp) {
  put({"2017/01/a", "2017/02/a", "2017/02/b", "2018/01/a", "top", "2017"});
  EXPECT_THAT(keys("delimiter=%2F"), ElementsAre("2017", "top"));
  EXPECT_THAT(prefixes("delimiter=%2F"), ElementsAre("2017/", "2018/"));
  EXPECT_THAT(prefixes("delimiter=%2F&prefix=2017%2F"), ElementsAre("2017/01/", "2017/02/"));
  EXPECT_THAT(prefixes("delimiter=%2F02%2F"), ElementsAre("2017/02/"));
  EXPECT_THAT(prefixes("delimiter=%2F&prefix=201"), ElementsAre("2017/", "2018/"));
}

TEST_F(Listing, PagesLoseAndRepeatNothing) {
  put({"a", "b/1", "b/2", "b/3", "c", "d/1", "d/2", "e//x", "e//y", "f"});
  for (int max_keys = 1; max_keys <= 11; ++max_keys) {
    EXPECT_THAT(walk("", max_keys),
                ElementsAre("a", "b/1", "b/2", "b/3", "c", "d/1", "d/2", "e//x", "e//y", "f"));
    std::vector<std::string> rolled = walk("delimiter=%2F", max_keys);
    std::sort(rolled.begin(), rolled.end());
    EXPECT_THAT(rolled, ElementsAre("a", "b/", "c", "d/", "e/", "f"));
  }
}

TEST_F(Listing, MaxKeysZeroAndTooMany) {
  put({"a"});
  const Response none = sim_.get("/bucket", "list-type=2&max-keys=0");
  EXPECT_THAT(texts(none, "Contents/Key"), IsEmpty());
  EXPECT_EQ(text(none, "IsTruncated"), "false");
  EXPECT_EQ(text(sim_.get("/bucket", "list-type=2&max-keys=5000"), "MaxKeys"), "1000");
  EXPECT_EQ(error_code(sim_.get("/bucket", "list-type=2&max-keys=-1")), "InvalidArgument");
  EXPECT_EQ(error_code(sim_.get("/bucket", "list-type=2&max-keys=x")), "InvalidArgument");
  EXPECT_EQ(error_code(sim_.get("/bucket", "list-type=2&continuation-token=a")), "InvalidArgument");
}

TEST_F(Listing, UrlEncodingCarriesEveryKey) {
  const std::string odd("a b+c%&\x01/\r\n<é>");
  put({odd});
  const Response response = sim_.get("/bucket", "list-type=2&encoding-type=url&prefix=a%20b%2B");
  EXPECT_EQ(text(response, "Contents/Key"), "a+b%2Bc%25%26%01/%0D%0A%3C%C3%A9%3E");
  EXPECT_EQ(base::percent_decode(text(response, "Contents/Key"), true), odd);
  EXPECT_EQ(text(response, "Prefix"), "a+b%2B");
  EXPECT_EQ(text(response, "EncodingType"), "url");
  EXPECT_EQ(error_code(sim_.get("/bucket", "list-type=2&encoding-type=hex")), "InvalidArgument");
}

TEST_F(Listing, VersionOneUsesMarkers) {
  put({"a", "b/1", "b/2", "c"});
  const Response first = sim_.get("/bucket", "delimiter=%2F&max-keys=2");
  EXPECT_THAT(texts(first, "Contents/Key"), ElementsAre("a"));
  EXPECT_EQ(text(first, "NextMarker"), "b/");
  EXPECT_THAT(texts(sim_.get("/bucket", "delimiter=%2F&marker=b%2F"), "Contents/Key"), ElementsAre("c"));
  EXPECT_THAT(texts(sim_.get("/bucket", "marker=b%2F1"), "Contents/Key"), ElementsAre("b/2", "c"));
  EXPECT_EQ(text(sim_.get("/bucket", "max-keys=1"), "NextMarker"), "");  // S3: only with a delimiter
}

TEST_F(Listing, ADeletedKeyOfAVersionedBucketIsNotListed) {
  sim_.send("PUT", "/bucket", "versioning", {},
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
  put({"d/1", "k", "k2"});
  sim_.send("DELETE", "/bucket/d/1");
  sim_.send("DELETE", "/bucket/k");
  EXPECT_THAT(keys(""), ElementsAre("k2"));
  EXPECT_THAT(prefixes("delimiter=%2F"), IsEmpty());
}

TEST_F(Listing, UploadsByKeyThenId) {
  const std::string a1 = sim_.start_upload("/bucket/a");
  sim_.advance(std::chrono::milliseconds(1));
  const std::string a2 = sim_.start_upload("/bucket/a");
  const std::string b = sim_.start_upload("/bucket/b/x");
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads"), "Upload/UploadId"), ElementsAre(a1, a2, b));
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads&prefix=b"), "Upload/Key"), ElementsAre("b/x"));
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads&delimiter=%2F"), "CommonPrefixes/Prefix"),
              ElementsAre("b/"));
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads&key-marker=a"), "Upload/UploadId"), ElementsAre(b));
  const Response first = sim_.get("/bucket", "uploads&max-uploads=1");
  EXPECT_EQ(text(first, "NextKeyMarker"), "a");
  EXPECT_EQ(text(first, "NextUploadIdMarker"), a1);
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads&key-marker=a&upload-id-marker=" + a1), "Upload/UploadId"),
              ElementsAre(a2, b));
}

TEST(FirstAfterPrefix, CarriesOverTheHighestByte) {
  EXPECT_EQ(first_after_prefix("a/"), "a0");
  EXPECT_EQ(first_after_prefix("a\xff\xff"), "b");
  EXPECT_EQ(first_after_prefix("\xff"), "");
  EXPECT_EQ(first_after_prefix(""), "");
}

TEST(Xml, EscapesMarkupAndControlCharacters) {
  std::string out;
  append_xml_escaped(out, "a<b>&\"\r\x01\n");
  EXPECT_EQ(out, "a&lt;b&gt;&amp;&quot;&#xd;&#x1;\n");
}

}  // namespace
}  // namespace s3c::sim
