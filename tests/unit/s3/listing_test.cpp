// Listings that don't end: each is found out at the second step that brings nothing, or after a bound.
#include "s3/listing.h"

#include <gtest/gtest.h>

#include "tests/unit/s3/fakes.h"

namespace s3c::s3::test {
namespace {

using base::Error;
using base::ErrorKind;

std::string objects_page(const std::vector<std::string>& keys, const std::string& token,
                         const std::vector<std::string>& prefixes = {}) {
  std::string xml =
      "<ListBucketResult><IsTruncated>" + std::string(token.empty() ? "false" : "true") + "</IsTruncated>";
  if (!token.empty()) xml += "<NextContinuationToken>" + token + "</NextContinuationToken>";
  for (const std::string& key : keys) {
    xml += "<Contents><Key>" + key +
           "</Key><Size>1</Size><ETag>\"e\"</ETag><LastModified>2018-04-01T00:00:00.000Z</LastModified></"
           "Contents>";
  }
  for (const std::string& prefix : prefixes)
    xml += "<CommonPrefixes><Prefix>" + prefix + "</Prefix></CommonPrefixes>";
  return xml + "</ListBucketResult>";
}

std::string uploads_page(const std::string& key_marker, const std::string& id_marker) {
  return "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>" + key_marker +
         "</NextKeyMarker><NextUploadIdMarker>" + id_marker +
         "</NextUploadIdMarker></ListMultipartUploadsResult>";
}

class ListingTest : public S3ClientTest {
 protected:
  /// The pages that were taken before the listing was refused; fails if it wasn't.
  template <typename Pages>
  std::size_t taken_before_refusal(Pages pages) {
    std::size_t taken = 0;
    try {
      while (pages.next()) ++taken;
      ADD_FAILURE() << "the listing ended";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt) << error.what();
      EXPECT_NE(std::string(error.what()).find("doesn't move on"), std::string::npos) << error.what();
    }
    return taken;
  }
  std::size_t objects(const std::vector<std::string>& pages) {
    for (const std::string& page : pages) transport_.add(answer(200, page));
    return taken_before_refusal(ObjectPages(*client_, {.bucket = "b"}));
  }
  std::size_t uploads(const std::vector<std::string>& pages) {
    for (const std::string& page : pages) transport_.add(answer(200, page));
    return taken_before_refusal(UploadPages(*client_, "b", "p"));
  }
};

TEST_F(ListingTest, PagesComeUntilTheLast) {
  transport_.add(answer(200, objects_page({"a", "b"}, "t1")));
  transport_.add(answer(200, objects_page({}, "t2")));
  transport_.add(answer(200, objects_page({}, "t3", {"c/"})));
  transport_.add(answer(200, objects_page({"d"}, "")));
  ObjectPages pages(*client_, {.bucket = "b"});
  std::size_t count = 0;
  while (pages.next()) ++count;
  EXPECT_EQ(count, 4U);
  EXPECT_FALSE(pages.next()) << "it stays ended";
  EXPECT_NE(transport_.sent.at(3).request.url.find("continuation-token=t3"), std::string::npos);
}

TEST_F(ListingTest, TheSameTokenAgain) {
  EXPECT_EQ(objects({objects_page({}, "t"), objects_page({}, "t")}), 1U);
  EXPECT_EQ(objects({objects_page({"a"}, "t"), objects_page({"b"}, "t")}), 1U);
}

TEST_F(ListingTest, TokensInTurns) {
  EXPECT_EQ(objects({objects_page({}, "t1"), objects_page({}, "t2"), objects_page({}, "t1")}), 2U);
  std::vector<std::string> long_way;
  for (int i = 0; i < 227; ++i) long_way.push_back(objects_page({}, "t" + std::to_string(i % 100)));
  EXPECT_EQ(objects(long_way), 226U) << "found at most two rounds after the round began";
}

TEST_F(ListingTest, KeysThatDoNotAdvance) {
  EXPECT_EQ(objects({objects_page({"a", "b"}, "t1"), objects_page({"a", "b"}, "t2")}), 1U);
}

TEST_F(ListingTest, KeysAndPrefixesThatGoBack) {
  EXPECT_EQ(objects({objects_page({"b"}, "t1"), objects_page({"a"}, "t2")}), 1U);

  EXPECT_EQ(objects({objects_page({}, "t1", {"b/"}), objects_page({}, "t2", {"a/"})}), 1U);
}

/// U+FF21 comes before U+1F600 in the order of bytes, and after it in that of UTF-16.
TEST_F(ListingTest, AnOrderOfTheStoresOwnIsNoDamage) {
  const std::string pair = "😀";
  const std::string wide = "Ａ";
  transport_.add(answer(200, objects_page({pair, wide}, "")));
  EXPECT_EQ(error_of([&] { ObjectPages(*client_, {.bucket = "b"}).next(); }).kind(), ErrorKind::unsupported);

  for (const char* const token : {"", "t2"}) {
    transport_.add(answer(200, objects_page({pair}, "t1")));
    transport_.add(answer(200, objects_page({wide}, token)));
    transport_.add(answer(200, objects_page({wide}, "")));  // what comes after the one
    transport_.add(answer(200, objects_page({}, "")));      // and after the other
    ObjectPages pages(*client_, {.bucket = "b"});
    EXPECT_TRUE(pages.next());
    EXPECT_EQ(error_of([&] { pages.next(); }).kind(), ErrorKind::unsupported);
    EXPECT_TRUE(transport_.played_to_the_end());
  }
}

TEST_F(ListingTest, APageThatComesAgainIsDamage) {
  const auto kind = [&](const std::string& after_last, const std::string& after_first) {
    transport_.add(answer(200, objects_page({"a", "b"}, "t1")));
    transport_.add(answer(200, objects_page({"a", "b"}, "t2")));
    transport_.add(answer(200, objects_page({after_last}, "")));
    if (after_last == "a") transport_.add(answer(200, objects_page({after_first}, "")));
    ObjectPages pages(*client_, {.bucket = "b"});
    EXPECT_TRUE(pages.next());
    return error_of([&] { pages.next(); }).kind();
  };
  EXPECT_EQ(kind("c", ""), ErrorKind::corrupt);
  EXPECT_EQ(kind("a", "a"), ErrorKind::corrupt) << "a store that ignores where it is asked to begin";
  EXPECT_TRUE(transport_.played_to_the_end());
}

TEST_F(ListingTest, VersionsToo) {
  const auto page = [](const std::vector<std::string>& keys) {
    std::string xml = "<ListVersionsResult><IsTruncated>false</IsTruncated>";
    for (const std::string& key : keys) {
      xml += "<DeleteMarker><Key>" + key +
             "</Key><VersionId>v</VersionId><IsLatest>true</IsLatest><LastModified>2018-04-01T00:00:00.000Z</"
             "LastModified></DeleteMarker>";
    }
    return xml + "</ListVersionsResult>";
  };
  transport_.add(answer(200, page({"a", "a", "b"})));
  EXPECT_TRUE(VersionPages(*client_, {.bucket = "b"}).next());
  transport_.add(answer(200, page({"b", "a"})));
  EXPECT_EQ(error_of([&] { VersionPages(*client_, {.bucket = "b"}).next(); }).kind(), ErrorKind::unsupported);
}

TEST_F(ListingTest, EmptyPagesHaveABound) {
  ListingProgress progress(ListingProgress::Names::once, {});
  std::size_t pages = 0;
  EXPECT_THROW(
      {
        for (;; ++pages) progress.page("", std::to_string(pages));
      },
      Error);
  EXPECT_EQ(pages, ListingProgress::kMaxEmptyPages);
}

TEST_F(ListingTest, UploadsThatDoNotMoveOn) {
  EXPECT_EQ(uploads({uploads_page("k", "u"), uploads_page("k", "u")}), 1U);

  EXPECT_EQ(uploads({uploads_page("k", "u1"), uploads_page("k", "u2"), uploads_page("k", "u1")}), 2U);

  EXPECT_EQ(uploads({uploads_page("k", "u1"), uploads_page("j", "u2")}), 1U);
}

TEST_F(ListingTest, OneKeyMayHaveUploadsOnManyPages) {
  for (const char* id : {"u3", "u1", "u2"}) transport_.add(answer(200, uploads_page("k", id)));
  UploadPages pages(*client_, "b", "p");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pages.next());
}

}  // namespace
}  // namespace s3c::s3::test
