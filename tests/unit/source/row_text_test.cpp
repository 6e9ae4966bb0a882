#include "source/row_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "source/gunzip.h"
#include "source/inventory.h"
#include "support/promise.h"

namespace s3c::source {
namespace {

using base::ErrorKind;
using support::error_kind;

struct Rows {
  std::vector<ObjectRow> rows;
  int others = 0;

  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const ObjectRow& row : rows) keys.push_back(row.object.key);
    return keys;
  }
};

/// In pieces of that many bytes, because files come in pieces.
Rows rows_of(std::string_view text, std::size_t piece = 1, std::vector<RowColumn> columns = {}) {
  Rows rows;
  RowReader reader(
      {.columns = columns, .encoded_keys = !columns.empty(), .bucket = "b", .place = "f"},
      [&](ObjectRow row) { rows.rows.push_back(std::move(row)); }, [&] { ++rows.others; });
  for (std::size_t at = 0; at < text.size(); at += piece) reader.read(text.substr(at, piece));
  reader.finish();
  return rows;
}

std::string refusal_of_rows(std::string_view text, std::vector<RowColumn> columns = {}) {
  try {
    rows_of(text, 7, std::move(columns));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_EQ(error.context().resource, "f");
    return error.message();
  }
  return "accepted";
}

const std::vector<RowColumn> kInventoryColumns = {
    RowColumn::bucket,           RowColumn::key,  RowColumn::version_id,    RowColumn::is_latest,
    RowColumn::is_delete_marker, RowColumn::size, RowColumn::last_modified, RowColumn::etag,
    RowColumn::storage_class};

TEST(RowText, InventoryRowsAreReadAsS3WritesThem) {
  const std::string text =
      R"("b","sources/a+b%2Bc%25/%C3%BC%22.xml","","true","false","12","2018-04-01T12:00:00.000Z","d41d8cd98f00b204e9800998ecf8427e","STANDARD")"
      "\n"
      R"("b","sources/old","v1","false","false","12","2018-04-01T12:00:00.000Z","aa","STANDARD")"
      "\n"
      R"("b","sources/marker","v2","true","true","","2018-04-01T12:00:00.000Z","","")"
      "\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, text.size()}) {
    const Rows rows = rows_of(text, piece, kInventoryColumns);
    ASSERT_EQ(rows.rows.size(), 1u);
    EXPECT_EQ(rows.others, 2);
    const s3::ObjectSummary& object = rows.rows[0].object;
    EXPECT_EQ(object.key, "sources/a b+c%/\xc3\xbc\".xml");
    EXPECT_EQ(object.size_bytes, 12u);
    EXPECT_EQ(object.etag, "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(object.storage_class, "STANDARD");
    EXPECT_EQ(base::format_iso8601(object.last_modified), "2018-04-01T12:00:00.000Z");
    EXPECT_TRUE(rows.rows[0].is_whole());
  }
}

TEST(RowText, QuotesAreThoseOfRfc4180) {
  EXPECT_EQ(rows_of("bucket,key\r\n\"b\",\"a,b\"\r\nb,plain\r\n\"b\",\"say \"\"hi\"\"\nthere\"\r\n\r\nb,last")
                .keys(),
            (std::vector<std::string>{"a,b", "plain", "say \"hi\"\nthere", "last"}));
  EXPECT_EQ(rows_of("bucket,key\nb,a+b%20").keys(), std::vector<std::string>{"a+b%20"})
      << "a header: keys are plain";
}

TEST(RowText, WithoutAHeaderKeysAreEncodedAsForBatchOperations) {
  EXPECT_EQ(rows_of("b,a+b%20%2B\nb,c\n").keys(), (std::vector<std::string>{"a b +", "c"}));
  EXPECT_EQ(rows_of("\xef\xbb\xbf\nb,c,v1\n").keys(), std::vector<std::string>{"c"});
}

TEST(RowText, JsonLinesAndAnyNamesOfColumns) {
  const Rows rows = rows_of(
      R"({"bucket":"b","key":"a+b%20","size":5,"etag":"\"abc\"","last_modified":"2018-04-01T12:00:00+00:00","extra":[1]})"
      "\n\n"
      R"({"Bucket":"b","Key":"c","Size":"7","e_tag":"x","LastModifiedDate":"2018-04-01 12:00:00.123 UTC","IsLatest":true})"
      "\r\n"
      R"({"bucket":"b","key":"d","is_latest":false})"
      "\n"
      R"({"bucket":"b","key":"e","size":null})");
  EXPECT_EQ(rows.keys(), (std::vector<std::string>{"a+b%20", "c", "e"}));
  EXPECT_EQ(rows.others, 1);
  EXPECT_EQ(rows.rows[0].object.etag, "abc");
  EXPECT_EQ(base::format_iso8601(rows.rows[1].object.last_modified), "2018-04-01T12:00:00.123Z");
  EXPECT_TRUE(rows.rows[0].is_whole() && rows.rows[1].is_whole());
  EXPECT_FALSE(rows.rows[2].is_whole());
}

TEST(RowText, VersionIdsAreKept) {
  EXPECT_EQ(rows_of("b,c,v1\n").rows.at(0).object.version_id, "v1");
  EXPECT_EQ(rows_of("bucket,key,version\nb,c,v2\n").rows.at(0).object.version_id, "v2");
  EXPECT_EQ(rows_of(R"({"bucket":"b","key":"c","VersionId":"v3"})").rows.at(0).object.version_id, "v3");
  EXPECT_EQ(rows_of("b,c\n").rows.at(0).object.version_id, "");
}

TEST(RowText, TruthIsReadAsProgramsWriteItAndNothingElseIsFalse) {
  for (const char* yes : {"true", "True", "TRUE", "1", "t", "yes", "Y", ""})
    EXPECT_EQ(rows_of(std::string("bucket,key,is_latest\nb,k,") + yes + "\n").rows.size(), 1u) << yes;
  for (const char* no : {"false", "False", "FALSE", "0", "f", "no", "N"})
    EXPECT_EQ(rows_of(std::string("bucket,key,is_latest\nb,k,") + no + "\n").others, 1) << no;
  for (const char* yes : {"true", "1", "T"})
    EXPECT_EQ(rows_of(std::string("bucket,key,is_delete_marker\nb,k,") + yes + "\n").others, 1) << yes;
  for (const char* json : {"true", "1", "\"yes\"", "null"})
    EXPECT_EQ(rows_of(std::string(R"({"bucket":"b","key":"k","is_latest":)") + json + "}").rows.size(), 1u)
        << json;
  for (const char* neither : {"maybe", "x", "2", "null", "n/a"}) {
    for (const char* column : {"is_latest", "IsDeleteMarker"}) {
      EXPECT_NE(refusal_of_rows(std::string("bucket,key,") + column + "\nb,k," + neither + "\n")
                    .find(std::string("\"") + neither + "\", neither true nor false"),
                std::string::npos);
    }
  }
  for (const char* json : {"[]", "{}", "1.0", "-1"})
    EXPECT_NE(refusal_of_rows(std::string(R"({"bucket":"b","key":"k","is_latest":)") + json + "}"),
              "accepted")
        << json;
}

TEST(RowText, ColumnsOfOneMeaningAreRefused) {
  for (const char* names : {"bucket,key,key", "key,bucket,Bucket", "bucket,key,version,version_id",
                            "bucket,key,etag,e_tag", "bucket,key,last_modified,LastModifiedDate"})
    EXPECT_NE(refusal_of_rows(std::string(names) + "\n").find("two columns mean the same"), std::string::npos)
        << names;
  EXPECT_EQ(rows_of("bucket,key,colour,colour\nb,k,red,blue\n").keys(), std::vector<std::string>{"k"});
}

TEST(RowText, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(refusal_of_rows("bucket,key\nb,x\nother,y\n"),
            "line 3: it names bucket \"other\", but the sources are in \"b\"");
  EXPECT_EQ(refusal_of_rows("b,\"x\ny\"\nb,%zz\n"),
            "line 3: the key \"%zz\" is not URL-encoded, as S3 encodes keys");
  EXPECT_EQ(refusal_of_rows("bucket,key,size\nb,x,-1\n"), "line 2: \"-1\" is no size");
  EXPECT_EQ(refusal_of_rows("bucket,key,last_modified\nb,x,yesterday\n"),
            "line 2: \"yesterday\" is no time; write it as 2018-04-01T12:00:00.000Z");
  EXPECT_EQ(refusal_of_rows("bucket,key\nb,x,y\n"), "line 2: it has 3 values, and there are 2 columns");
  EXPECT_EQ(refusal_of_rows("bucket,key\nb,\n"), "line 2: it has no key");
  EXPECT_EQ(
      refusal_of_rows("only\n"),
      "line 1: it has 1 values: without a line that names the columns there must be bucket, key and maybe version");
  EXPECT_EQ(refusal_of_rows("bucket,key\nb,\"x\"y\n"), "line 2: a value goes on after its quotes");
  EXPECT_EQ(refusal_of_rows("bucket,key\nb,\"x"), "line 2: a quote has no end");
  EXPECT_EQ(refusal_of_rows("{\"key\":\"x\"}"), "line 1: it names no bucket");
  EXPECT_NE(refusal_of_rows("{\"bucket\":\"b\",\"key\":\"x\"}\n{"), "accepted");
  EXPECT_NE(refusal_of_rows("{\"bucket\":\"b\",\"key\":\"x\",\"Key\":\"y\"}"), "accepted");
  EXPECT_NE(refusal_of_rows("bucket,key\nb," + std::string(1025, 'x')), "accepted");
  EXPECT_NE(refusal_of_rows("bucket,key\nb," + std::string(100'000, 'x')), "accepted");
  EXPECT_NE(refusal_of_rows("{\"bucket\":\"b\",\"key\":\"" + std::string(100'000, 'x')), "accepted");
  EXPECT_EQ(
      refusal_of_rows(std::string(100'000, '\n') + "b"),
      "line 100001: it has 1 values: without a line that names the columns there must be bucket, key and maybe "
      "version");
}

constexpr std::string_view kInventory = R"({"sourceBucket":"b","destinationBucket":"arn:aws:s3:::inventories",
  "version":"2016-11-30","creationTimestamp":"1514944800000","fileFormat":"CSV",
  "fileSchema":"Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, ReplicationStatus",
  "files":[{"key":"b/daily/data/1.csv.gz","size":2147483647,"MD5checksum":"F11166069f1990abeb9c97ace9cdfabc"}]})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kInventory);
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(Inventory, IsReadAsS3WritesIt) {
  const Inventory inventory = parse_inventory(kInventory, "b");
  EXPECT_EQ(inventory.bucket, "inventories");
  EXPECT_EQ(inventory.columns,
            (std::vector{RowColumn::bucket, RowColumn::key, RowColumn::version_id, RowColumn::is_latest,
                         RowColumn::is_delete_marker, RowColumn::size, RowColumn::last_modified,
                         RowColumn::etag, RowColumn::other}));
  ASSERT_EQ(inventory.files.size(), 1u);
  EXPECT_EQ(inventory.files[0].key, "b/daily/data/1.csv.gz");
  EXPECT_EQ(inventory.files[0].md5, "f11166069f1990abeb9c97ace9cdfabc");
}

TEST(Inventory, OfAnotherBucketOrFormatIsRefused) {
  EXPECT_EQ(error_kind([] { parse_inventory(kInventory, "other"); }), ErrorKind::invalid_argument);
  for (const char* format : {"Parquet", "ORC"}) {
    try {
      parse_inventory(with("CSV", format), "b");
      ADD_FAILURE() << format;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unsupported);
      EXPECT_NE(error.message().find("UNLOAD (SELECT bucket, key"), std::string::npos) << error.message();
    }
  }
  for (const auto& [from, to] :
       std::vector<std::pair<const char*, const char*>>{{"Bucket, Key", "Bucket"},
                                                        {"Bucket, Key", "Bucket, Key, Key"},
                                                        {"Bucket, Key", "Bucket, Key, ETag"},
                                                        {"Bucket, Key", "Bucket, Key, Last_Modified"},
                                                        {"F11166069f1990abeb9c97ace9cdfabc", "x"},
                                                        {"\"files\"", "\"file\""},
                                                        {"CSV", "TSV"},
                                                        {"2147483647", "-1"},
                                                        {"]}", "]"}}) {
    EXPECT_EQ(error_kind([&, f = from, t = to] { parse_inventory(with(f, t), "b"); }),
              ErrorKind::invalid_argument)
        << from << " " << to;
  }
}

TEST(GunzipTest, RefusesWhatIsNoWholeGzip) {
  // "b,k" and a line end.
  const std::string one(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\xd2\xc9\xe6\x02\x00\x62\x04\xe0\xe7\x04\x00\x00\x00", 24);
  const auto gunzip = [](std::string_view bytes, std::size_t piece) {
    std::string text;
    Gunzip stream([&](std::string_view more) { text += more; });
    for (std::size_t at = 0; at < bytes.size(); at += piece) stream.read(bytes.substr(at, piece));
    stream.finish();
    return text;
  };
  ASSERT_TRUE(is_gzip(one));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, 2 * one.size()})
    EXPECT_EQ(gunzip(one + one, piece), "b,k\nb,k\n");
  for (std::size_t size = 1; size < one.size(); ++size)
    EXPECT_EQ(error_kind([&] { gunzip(std::string_view(one).substr(0, size), 5); }), ErrorKind::corrupt)
        << size;
  EXPECT_EQ(error_kind([&] { gunzip(one + "x", 5); }), ErrorKind::corrupt);
  const std::string padding(1000, '\0');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, one.size() + 3, std::size_t{5000}}) {
    EXPECT_EQ(gunzip(one + padding, piece), "b,k\n") << "as gzip does";
    EXPECT_EQ(error_kind([&] { gunzip(one + padding + one, piece); }), ErrorKind::corrupt);
  }
  EXPECT_EQ(error_kind([&] { gunzip(padding, 5); }), ErrorKind::corrupt);
}

TEST(RowText, NothingAtAllIsNoManifest) {
  for (const char* nothing : {"", "\n", " \r\n\n", "\xEF\xBB\xBF"})
    EXPECT_NE(refusal_of_rows(nothing).find("it is empty"), std::string::npos) << nothing;
  EXPECT_EQ(rows_of("bucket,key\n").rows.size(), 0u) << "a task that has nothing to do";
  EXPECT_EQ(rows_of("", 1, kInventoryColumns).rows.size(), 0u) << "an inventory's files have no such line";
}

}  // namespace
}  // namespace s3c::source
