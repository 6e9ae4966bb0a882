#include "s3/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "base/error.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

template <typename Call>
ErrorKind kind_thrown_by(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::internal;
}

std::string listing(const std::string& inner,
                    const std::string& truncated = "<IsTruncated>false</IsTruncated>") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
         "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" +
         truncated + inner + "</ListBucketResult>";
}

std::string contents(const std::string& key) {
  return "<Contents><Key>" + key +
         "</Key><LastModified>2018-04-01T12:00:00.123Z</LastModified><ETag>&quot;e1&quot;</ETag><Size>12</"
         "Size>"
         "<StorageClass>GLACIER</StorageClass></Contents>";
}

constexpr const char* kUrl = "<EncodingType>url</EncodingType>";

TEST(ParseListObjects, RowsPrefixesAndToken) {
  const auto page = parse_list_objects(listing(
      kUrl + contents("a%2Fb+c%2B%01%C3%BC") + "<CommonPrefixes><Prefix>p%2F</Prefix></CommonPrefixes>",
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t+%2F=</NextContinuationToken>"));
  ASSERT_EQ(page.objects.size(), 1u);
  const ObjectSummary& row = page.objects[0];
  EXPECT_EQ(row.key, "a/b c+\x01ü");
  EXPECT_EQ(row.size_bytes, 12u);
  EXPECT_EQ(row.etag, "e1");
  EXPECT_EQ(base::format_iso8601(row.last_modified), "2018-04-01T12:00:00.123Z");
  EXPECT_EQ(row.storage_class, "GLACIER");
  EXPECT_EQ(row.thaw, std::nullopt) << "not asked for";
  EXPECT_EQ(page.common_prefixes, std::vector<std::string>{"p/"});
  EXPECT_EQ(page.next_continuation_token, "t+%2F=") << "the token isn't encoded";
}

TEST(ParseListObjects, NotDecodedUnlessTheStoreSaysItEncoded) {
  EXPECT_EQ(parse_list_objects(listing(contents("100%+ sure"))).objects[0].key, "100%+ sure");
}

TEST(ParseListObjects, WhiteSpaceKeysSurvive) {
  EXPECT_EQ(parse_list_objects(listing(contents(" "))).objects[0].key, " ");
  EXPECT_EQ(parse_list_objects(listing(contents("a\r\nb &amp; &#13;"))).objects[0].key, "a\r\nb & \r");
}

TEST(ParseListObjects, AKeyIsAllOfItsText) {
  const auto key = [](const std::string& text) {
    return parse_list_objects(listing(contents(text))).objects[0].key;
  };
  EXPECT_EQ(key("a<!-- x -->b"), "ab") << "another object's key otherwise";
  EXPECT_EQ(key("a<!-- x --> "), "a ");
  EXPECT_EQ(key("a<![CDATA[&amp;<b>]]>c"), "a&amp;<b>c");
  EXPECT_EQ(key("a&#0;b"), std::string("a\0b", 3)) << "stores write NUL so, and it is no end";
  EXPECT_EQ(key("&#x1;&#65;&apos;&quot;&lt;&gt;&#xE9;&#x20AC;&#128512;"),
            "\x01"
            "A'\"<>é€😀");
}

TEST(ParseListObjects, WhatIsNoKeyIsCorrupt) {
  for (const char* text : {"a<b>c</b>", "a&b", "&unknown;", "&#;", "&#x;", "&#xD800;", "&#x110000;",
                           "&#4294967361;", "&#-1;", "&#+1;", "a&amp"}) {
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(kUrl + contents(text))); }), ErrorKind::corrupt)
        << text;
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(contents(text))); }), ErrorKind::unsupported)
        << text << ": the store was asked to encode it";
  }
  const std::string bomb = "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
  EXPECT_EQ(kind_thrown_by([&] {
              parse_list_objects(bomb + "<ListBucketResult>" + kUrl + "<IsTruncated>false</IsTruncated>" +
                                 contents("&b;") + "</ListBucketResult>");
            }),
            ErrorKind::corrupt)
      << "entities of its own are not resolved";
}

TEST(ParseListObjects, AStoreThatIgnoresTheEncodingIsNotTriedAgain) {
  const std::string raw = std::string("a\0b", 3);
  EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(contents(raw))); }), ErrorKind::unsupported);
  EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(contents("a<b"))); }), ErrorKind::unsupported);
  EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(kUrl + contents(raw))); }), ErrorKind::transient)
      << "it was encoded, so this is damage";
}

TEST(ParseListObjects, WithoutAnEtagNothingIsListed) {
  const std::string etag = "<ETag>&quot;e1&quot;</ETag>";
  for (const char* instead : {"", "<ETag/>", "<ETag>\"\"</ETag>"}) {
    std::string row = contents("a");
    row.replace(row.find(etag), etag.size(), instead);
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(row)); }), ErrorKind::unsupported) << instead;
  }
}

TEST(ParseCopyPart, AllThatStoresAnswer) {
  EXPECT_EQ(parse_copy_part("<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>").crc32, std::nullopt);
  const CopiedPart part = parse_copy_part(
      "<CopyObjectResult><ETag>\"e\"</ETag><ChecksumCRC32>AQIDBA==</ChecksumCRC32></CopyObjectResult>");
  EXPECT_EQ(part.etag, "e");
  EXPECT_EQ(part.crc32, 0x01020304u);
  for (const char* wrong : {"AQID", "x", "AQIDBAU="}) {
    EXPECT_EQ(kind_thrown_by([&] {
                parse_copy_part("<CopyPartResult><ETag>\"e\"</ETag><ChecksumCRC32>" + std::string(wrong) +
                                "</ChecksumCRC32></CopyPartResult>");
              }),
              ErrorKind::corrupt)
        << wrong;
  }
}

TEST(ParseListObjects, WhatIsThereTwiceIsCorrupt) {
  for (const char* twice : {"<Size>12</Size>", "<Key>a</Key>", "<StorageClass>STANDARD</StorageClass>"}) {
    std::string row = contents("a");
    row.insert(row.find("</Contents>"), twice);
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(listing(row)); }), ErrorKind::corrupt) << twice;
  }
  EXPECT_EQ(kind_thrown_by([] { parse_list_objects(listing("<IsTruncated>true</IsTruncated>")); }),
            ErrorKind::corrupt);
}

TEST(ParseListObjects, OneDocumentAndNothingBehindIt) {
  const std::string whole = listing(contents("a"));
  EXPECT_EQ(parse_list_objects(whole + "\n<!-- the end -->\n").objects.size(), 1u);
  EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(whole + listing(contents("b"))); }),
            ErrorKind::transient);
  EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(whole + std::string("\0<Contents/>", 12)); }),
            ErrorKind::transient);
}

TEST(ParseListObjects, RestoreStatus) {
  using Kind = ThawState::Kind;
  const base::Timestamp expiry = *base::parse_iso8601("2018-04-02T00:00:00Z");
  const base::Timestamp before = expiry - std::chrono::seconds(1);
  auto thaw = [](const std::string& storage_class, const std::string& status, base::Timestamp now) {
    std::string row = contents("k");
    row.replace(row.find("GLACIER"), 7, storage_class);
    if (!status.empty()) row.insert(row.find("</Contents>"), "<RestoreStatus>" + status + "</RestoreStatus>");
    return parse_list_objects(listing(row), now).objects[0].thaw;
  };
  const std::string begun = "<IsRestoreInProgress>true</IsRestoreInProgress>";
  const std::string done =
      "<IsRestoreInProgress>false</IsRestoreInProgress>"
      "<RestoreExpiryDate>2018-04-02T00:00:00.000Z</RestoreExpiryDate>";
  EXPECT_EQ(thaw("GLACIER", "", before), ThawState{Kind::frozen});
  EXPECT_EQ(thaw("GLACIER", begun, before), ThawState{Kind::in_progress});
  EXPECT_EQ(thaw("DEEP_ARCHIVE", done, before), (ThawState{Kind::thawed, expiry}));
  EXPECT_EQ(thaw("DEEP_ARCHIVE", done, expiry), ThawState{Kind::frozen});
  EXPECT_EQ(thaw("GLACIER_IR", "", before), ThawState{Kind::not_frozen});
  EXPECT_EQ(thaw("STANDARD", begun, before), ThawState{Kind::not_frozen});
  EXPECT_EQ(thaw("INTELLIGENT_TIERING", "", before), std::nullopt) << "a listing doesn't name the tier";
  EXPECT_EQ(thaw("INTELLIGENT_TIERING", begun, before), ThawState{Kind::in_progress});
  for (const std::string& malformed :
       {std::string("<RestoreExpiryDate>2018-04-02T00:00:00.000Z</RestoreExpiryDate>"),
        std::string("<IsRestoreInProgress>perhaps</IsRestoreInProgress>"),
        std::string("<IsRestoreInProgress>false</IsRestoreInProgress>"
                    "<RestoreExpiryDate>soon</RestoreExpiryDate>")}) {
    EXPECT_EQ(kind_thrown_by([&] { thaw("GLACIER", malformed, before); }), ErrorKind::corrupt) << malformed;
  }
}

TEST(ParseListObjects, ATruncatedDocumentIsNeverAShorterListing) {
  const std::string whole = listing(kUrl + contents("a") + contents("b"));
  ASSERT_EQ(parse_list_objects(whole).objects.size(), 2u);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(whole.substr(0, length)); }), ErrorKind::transient)
        << length;
  }
}

TEST(ParseListObjects, MissingFieldsAreCorrupt) {
  const std::string row = contents("a");
  const std::vector<std::string> broken = {
      listing(row, ""),  // no IsTruncated
      listing(row, "<IsTruncated>maybe</IsTruncated>"),
      listing(row, "<IsTruncated>true</IsTruncated>"),                          // no token
      listing(row, "<IsTruncated>true</IsTruncated><NextContinuationToken/>"),  // empty token
      listing("<Contents><Key>a</Key></Contents>"),
      listing(contents("")),
      listing(kUrl + contents("%zz")),
      listing("<EncodingType>rot13</EncodingType>" + row),
      "<html><body>Welcome to the hotel's network</body></html>",
      "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>",
  };
  for (const std::string& text : broken) {
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(text); }), ErrorKind::corrupt) << text;
  }
  for (const char* size : {"", "-1", "1x", "99999999999999999999999"}) {
    std::string text = listing(row);
    text.replace(text.find("<Size>12"), 8, std::string("<Size>") + size);
    EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(text); }), ErrorKind::corrupt) << size;
  }
}

TEST(ParseListObjectVersions, VersionsAndMarkersInTheirOrder) {
  const std::string marker =
      "<DeleteMarker><Key>a+b</Key><VersionId>m</VersionId><IsLatest>true</IsLatest>"
      "<LastModified>2018-04-02T00:00:00Z</LastModified></DeleteMarker>";
  const std::string version =
      "<Version><Key>a+b</Key><VersionId>null</VersionId><IsLatest>false</IsLatest>"
      "<LastModified>2018-04-01T00:00:00Z</LastModified><ETag>\"e\"</ETag><Size>3</Size></Version>";
  const ListObjectVersionsPage page = parse_list_object_versions(
      "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextKeyMarker>a+b</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>" +
      marker + version + "<CommonPrefixes><Prefix>c%2F</Prefix></CommonPrefixes></ListVersionsResult>");
  ASSERT_EQ(page.versions.size(), 2u);
  EXPECT_TRUE(page.versions[0].is_delete_marker);
  EXPECT_TRUE(page.versions[0].is_latest);
  EXPECT_EQ(page.versions[0].object.key, "a b");
  EXPECT_EQ(page.versions[0].version_id, "m");
  EXPECT_FALSE(page.versions[1].is_delete_marker);
  EXPECT_FALSE(page.versions[1].is_latest);
  EXPECT_EQ(page.versions[1].version_id, "null");
  EXPECT_EQ(page.versions[1].object.etag, "e");
  EXPECT_EQ(page.versions[1].object.size_bytes, 3u);
  EXPECT_EQ(page.common_prefixes, std::vector<std::string>{"c/"});
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(page.next_key_marker, "a b");
  EXPECT_EQ(page.next_version_id_marker, "null");
}

TEST(ParseListObjectVersions, WhatLacksSomethingIsNotBelieved) {
  const auto kind = [](const std::string& inner) {
    return kind_thrown_by(
        [&] { parse_list_object_versions("<ListVersionsResult>" + inner + "</ListVersionsResult>"); });
  };
  EXPECT_EQ(kind(""), ErrorKind::corrupt) << "a listing that lost its end must not look like a shorter one";
  EXPECT_EQ(kind("<IsTruncated>true</IsTruncated>"), ErrorKind::corrupt);
  EXPECT_EQ(
      kind("<IsTruncated>false</IsTruncated><DeleteMarker><Key>a</Key><VersionId/><IsLatest>true</IsLatest>"
           "<LastModified>2018-04-02T00:00:00Z</LastModified></DeleteMarker>"),
      ErrorKind::corrupt);
}

TEST(ParseListMultipartUploads, PageAndMarkers) {
  const auto page = parse_list_multipart_uploads(
      "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextKeyMarker>a%20b</NextKeyMarker><NextUploadIdMarker>u2</NextUploadIdMarker>"
      "<Upload><Key>a%20b</Key><UploadId>u1</UploadId><Initiated>2018-04-01T12:00:00.000Z</Initiated></"
      "Upload>"
      "</ListMultipartUploadsResult>");
  ASSERT_EQ(page.uploads.size(), 1u);
  EXPECT_EQ(page.uploads[0].key, "a b");
  EXPECT_EQ(page.uploads[0].upload_id, "u1");
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(page.next_key_marker, "a b");
  EXPECT_EQ(page.next_upload_id_marker, "u2");
  EXPECT_EQ(kind_thrown_by([] { parse_list_multipart_uploads("<ListMultipartUploadsResult/>"); }),
            ErrorKind::corrupt);
}

TEST(ParseCompleteMultipartUpload, WhiteSpaceBeforeTheDocument) {
  EXPECT_EQ(parse_complete_multipart_upload(
                "  \n\n <?xml version=\"1.0\"?>\n<CompleteMultipartUploadResult><ETag>\"x-2\"</ETag>"
                "</CompleteMultipartUploadResult>"),
            "x-2");
}

TEST(ParseError, OnlyErrorDocuments) {
  const auto error = parse_error(
      " \n<?xml "
      "version=\"1.0\"?><Error><Code>SlowDown</Code><Message>m</Message><RequestId>r</RequestId></Error>");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "SlowDown");
  EXPECT_EQ(error->request_id, "r");
  EXPECT_FALSE(parse_error("<DeleteResult><Error><Code>x</Code></Error></DeleteResult>"));
  EXPECT_FALSE(parse_error(""));
  EXPECT_EQ(parse_error("<Error><Message>a &lt;b&gt;</Message></Error>")->message, "a <b>");
  EXPECT_EQ(parse_error("<Error><Message>a & b</Message></Error>")->message, "a & b") << "better than none";
}

TEST(ParseTagging, Tags) {
  EXPECT_EQ(parse_tagging("<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value/"
                          "></Tag></TagSet></Tagging>"),
            (std::map<std::string, std::string>{{"a", "1"}, {"b", ""}}));
  EXPECT_EQ(kind_thrown_by([] { parse_tagging("<Tagging/>"); }), ErrorKind::corrupt);
  EXPECT_EQ(kind_thrown_by([] {
              parse_tagging(
                  "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag>"
                  "<Tag><Key>a</Key><Value>2</Value></Tag></TagSet></Tagging>");
            }),
            ErrorKind::corrupt);
}

TEST(WriteDeleteObjects, EveryCarriableKeySurvivesAParser) {
  const std::vector<std::string> keys = {
      "a&b<c>\"d'", " lead and trail ", "tab\there", "cr\rlf\ncrlf\r\n", "ü/漢字/😀", "]]>", "a//b/../c"};
  std::vector<DeleteItem> items;
  for (const std::string& key : keys) {
    EXPECT_TRUE(xml_can_carry(key)) << key;
    items.push_back({key, "v", "e"});
  }
  std::vector<const DeleteItem*> pointers;
  for (const DeleteItem& item : items) pointers.push_back(&item);
  // A parser with the line-end rules of XML: that is what the other side has.
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(write_delete_objects(pointers).c_str(),
                                   pugi::parse_default | pugi::parse_ws_pcdata_single));
  std::vector<std::string> seen;
  for (const auto node : document.child("Delete").children("Object")) {
    seen.emplace_back(node.child("Key").text().get());
    EXPECT_STREQ(node.child("VersionId").text().get(), "v");
    EXPECT_STREQ(node.child("ETag").text().get(), "\"e\"");
  }
  EXPECT_EQ(seen, keys);
}

TEST(XmlCanCarry, NotWhatXml10HasNoWayToWrite) {
  for (const char* key : {"\x01", "a\x1f", "\x0b", "\xef\xbf\xbe", "a\xef\xbf\xbf", "\xff", "\xed\xa0\x80"}) {
    EXPECT_FALSE(xml_can_carry(key)) << key;
  }
  EXPECT_FALSE(xml_can_carry(std::string_view("a\0b", 3)));
  EXPECT_TRUE(xml_can_carry("\x7f"));
}

TEST(WriteComplete, PartsInOrderWithChecksums) {
  const std::string text = write_complete_multipart_upload({{1, "aa", 0x01020304u}, {2, "bb", std::nullopt}});
  EXPECT_THAT(text, testing::HasSubstr("<Part><PartNumber>1</PartNumber><ETag>&quot;aa&quot;</"
                                       "ETag><ChecksumCRC32>AQIDBA==</ChecksumCRC32></Part>"
                                       "<Part><PartNumber>2</PartNumber><ETag>&quot;bb&quot;</ETag></Part>"));
}

TEST(Xml, AnAnswerOfNothingButElementsIsRefused) {
  std::string text = "<ListBucketResult>";
  for (int i = 0; i < 100'000; ++i) text += "<a></a>";
  EXPECT_EQ(kind_thrown_by([&] { parse_list_objects(text + "</ListBucketResult>", std::nullopt); }),
            ErrorKind::corrupt);
  EXPECT_FALSE(parse_error("<Error>" + text + "</ListBucketResult></Error>"));
}

}  // namespace
}  // namespace s3c::s3
