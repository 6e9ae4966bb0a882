// Single objects: keys, attributes, conditions, ranges, copies, deletes, tags, versions, archives, routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "base/encoding.h"
#include "base/hash.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Objects : public testing::Test {
 protected:
  Objects() { sim_.put("/bucket", ""); }

  void enable_versioning(const std::string& status = "Enabled") {
    sim_.send("PUT", "/bucket", "versioning", {},
              "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>");
  }
  static std::string etag(const std::string& body) { return '"' + base::to_hex(base::md5(body)) + '"'; }

  SimClient sim_;
};

TEST_F(Objects, KeysAreBytesNotPaths) {
  for (const std::string key :
       {"/lead", "a//b", "../x", "a/../b", "./c", "sp ace", "p+l", "50%", "\x01", "é", "q?x=1"}) {
    const std::string path = "/bucket/" + base::percent_encode(key, true);
    ASSERT_EQ(sim_.put(path, key).status, 200) << key;
    EXPECT_EQ(sim_.get(path).body.to_string(), key);
  }
  EXPECT_EQ(sim_.get("/bucket/b").status, 404);
  EXPECT_EQ(sim_.get("/bucket/lead").status, 404);
}

TEST_F(Objects, KeyLimits) {
  EXPECT_EQ(sim_.put("/bucket/" + std::string(1024, 'k'), "x").status, 200);
  EXPECT_EQ(error_code(sim_.put("/bucket/" + std::string(1025, 'k'), "x")), "KeyTooLongError");
  EXPECT_EQ(error_code(sim_.put("/bucket/%FF", "x")), "InvalidURI");
  EXPECT_EQ(error_code(sim_.put("/bucket/%zz", "x")), "InvalidURI");
}

TEST_F(Objects, AttributesComeBack) {
  sim_.put("/bucket/k", "x",
           {{"content-type", "text/xml"},
            {"cache-control", "no-store"},
            {"x-amz-meta-a", "1"},
            {"x-amz-tagging", "t=1"}});
  const Response head = sim_.send("HEAD", "/bucket/k");
  EXPECT_EQ(head.headers.get("content-type"), "text/xml");
  EXPECT_EQ(head.headers.get("cache-control"), "no-store");
  EXPECT_EQ(head.headers.get("x-amz-meta-a"), "1");
  EXPECT_EQ(head.headers.get("x-amz-tagging-count"), "1");
  EXPECT_EQ(head.headers.get("ETag"), etag("x"));
  EXPECT_EQ(head.head_size_bytes, 1U);
  EXPECT_FALSE(head.headers.contains("x-amz-storage-class"));
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "x", {{"x-amz-meta-a", std::string(2048, 'v')}})),
            "MetadataTooLarge");
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "x", {{"x-amz-storage-class", "COLD"}})), "InvalidStorageClass");
}

TEST_F(Objects, EncryptionAndAclsThatS3DoesNotHaveAreRefused) {
  const std::string kSse = "x-amz-server-side-encryption";
  const std::vector<std::pair<std::string, std::vector<Header>>> cases = {
      {"", {{kSse, "AES256"}}},
      {"", {{kSse, "aws:kms"}, {kSse + "-aws-kms-key-id", "k"}, {kSse + "-bucket-key-enabled", "true"}}},
      {"", {{kSse, "aws:kms:dsse"}}},
      {"", {{"x-amz-acl", "bucket-owner-full-control"}}},
      {"InvalidEncryptionAlgorithmError", {{kSse, "ROT13"}}},
      {"InvalidArgument", {{kSse + "-aws-kms-key-id", "k"}}},
      {"InvalidArgument", {{kSse, "AES256"}, {kSse + "-aws-kms-key-id", "k"}}},
      {"InvalidRequest", {{kSse, "aws:kms:dsse"}, {kSse + "-bucket-key-enabled", "true"}}},
      {"InvalidArgument", {{"x-amz-acl", "everybody"}}},
  };
  for (const auto& [code, headers] : cases) {
    const Response answer = sim_.put("/bucket/k", "x", headers);
    EXPECT_EQ(answer.status == 200 ? "" : error_code(answer), code) << code;
  }
}

TEST_F(Objects, WriteConditions) {
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "1", {{"if-match", etag("1")}})), "NoSuchKey");
  EXPECT_EQ(sim_.put("/bucket/k", "1", {{"if-none-match", "*"}}).status, 200);
  EXPECT_EQ(sim_.put("/bucket/k", "2", {{"if-none-match", "*"}}).status, 412);
  EXPECT_EQ(sim_.put("/bucket/k", "2", {{"if-match", etag("0")}}).status, 412);
  EXPECT_EQ(sim_.get("/bucket/k").body.to_string(), "1");
  EXPECT_EQ(sim_.put("/bucket/k", "2", {{"if-match", etag("1")}}).status, 200);
  EXPECT_EQ(sim_.put("/bucket/k", "2", {{"if-none-match", etag("1")}}).status, 501);
}

TEST_F(Objects, ReadConditions) {
  sim_.put("/bucket/k", "1");
  const std::string before = base::format_http_date(sim_.now() - std::chrono::hours(1));
  const std::string then = base::format_http_date(sim_.now());
  auto status = [&](const char* header, const std::string& value) {
    return sim_.get("/bucket/k", "", {{header, value}}).status;
  };
  EXPECT_EQ(status("if-match", etag("1")), 200);
  EXPECT_EQ(status("if-match", "\"other\", " + etag("1")), 200);
  EXPECT_EQ(status("if-match", "*"), 200);
  EXPECT_EQ(status("if-match", etag("2")), 412);
  EXPECT_EQ(status("if-none-match", etag("1")), 304);
  EXPECT_EQ(status("if-none-match", etag("2")), 200);
  EXPECT_EQ(status("if-modified-since", before), 200);
  EXPECT_EQ(status("if-modified-since", then), 304);
  EXPECT_EQ(status("if-unmodified-since", before), 412);
  EXPECT_EQ(status("if-unmodified-since", then), 200);
}

TEST_F(Objects, Ranges) {
  sim_.put("/bucket/k", "0123456789");
  auto range = [&](const std::string& value) { return sim_.get("/bucket/k", "", {{"range", value}}); };
  EXPECT_EQ(range("bytes=2-4").body.to_string(), "234");
  EXPECT_EQ(range("bytes=2-4").status, 206);
  EXPECT_EQ(range("bytes=2-4").headers.get("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(range("bytes=8-").body.to_string(), "89");
  EXPECT_EQ(range("bytes=8-100").body.to_string(), "89");
  EXPECT_EQ(range("bytes=-3").body.to_string(), "789");
  EXPECT_EQ(range("bytes=-30").body.to_string(), "0123456789");
  EXPECT_EQ(range("bytes=10-").status, 416);
  EXPECT_EQ(range("bytes=-0").status, 416);
  EXPECT_EQ(range("bytes=4-2").status, 200);
  EXPECT_EQ(range("bytes=0-1,3-4").status, 200);
  EXPECT_EQ(sim_.send("HEAD", "/bucket/k", "", {{"range", "bytes=2-4"}}).head_size_bytes, 3U);
}

TEST_F(Objects, CopyTakesAttributesAlongButNotTheStorageClass) {
  sim_.put("/bucket/a%20b", "body", {{"x-amz-meta-m", "1"}, {"x-amz-storage-class", "STANDARD_IA"}});
  const SimClient::Fields source = {{"x-amz-copy-source", "/bucket/a%20b"}};
  EXPECT_EQ(text(sim_.send("PUT", "/bucket/copy", "", source), "ETag"), etag("body"));
  const Response copy = sim_.get("/bucket/copy");
  EXPECT_EQ(copy.body.to_string(), "body");
  EXPECT_EQ(copy.headers.get("x-amz-meta-m"), "1");
  EXPECT_FALSE(copy.headers.contains("x-amz-storage-class"));
  EXPECT_EQ(error_code(sim_.send("PUT", "/bucket/a%20b", "", source)), "InvalidRequest");
  auto with = [&](const char* name, const std::string& value) {
    SimClient::Fields fields = source;
    fields.push_back({name, value});
    return sim_.send("PUT", "/bucket/copy", "", fields).status;
  };
  EXPECT_EQ(with("if-none-match", "*"), 412);
  EXPECT_EQ(with("x-amz-copy-source-if-match", etag("other")), 412);
  EXPECT_EQ(with("x-amz-storage-class", "GLACIER"), 200);
  EXPECT_EQ(sim_.send("PUT", "/bucket/c", "", {{"x-amz-copy-source", "/bucket/nothing"}}).status, 404);
  EXPECT_EQ(with("if-none-match", "*"), 412) << "the copy is there";
}

TEST_F(Objects, ConditionalDelete) {
  sim_.put("/bucket/k", "1");
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k", "", {{"if-match", etag("2")}}).status, 412);
  EXPECT_EQ(sim_.get("/bucket/k").status, 200);
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k", "", {{"if-match", etag("1")}}).status, 204);
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k", "", {{"if-match", etag("1")}}).status, 404);
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k").status, 204);
}

TEST_F(Objects, DeleteObjectsAnswersPerKey) {
  sim_.put("/bucket/same", "1");
  sim_.put("/bucket/changed", "2");
  sim_.put("/bucket/plain", "3");
  const Response response = sim_.delete_objects(
      "/bucket",
      "<Delete><Object><Key>same</Key><ETag>" + etag("1") +
          "</ETag></Object><Object><Key>changed</Key><ETag>" + etag("1") +
          "</ETag></Object><Object><Key>gone</Key><ETag>" + etag("1") +
          "</ETag></Object><Object><Key>plain</Key></Object><Object><Key>never</Key></Object></Delete>");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(texts(response, "Deleted/Key"), ElementsAre("same", "plain", "never"));
  EXPECT_THAT(texts(response, "Error/Key"), ElementsAre("changed", "gone"));
  EXPECT_THAT(texts(response, "Error/Code"), ElementsAre("PreconditionFailed", "NoSuchKey"));
  EXPECT_EQ(sim_.get("/bucket/changed").status, 200);
  EXPECT_EQ(sim_.get("/bucket/same").status, 404);
}

TEST_F(Objects, DeleteObjectsRules) {
  sim_.put("/bucket/k", "1");
  const std::string one = "<Delete><Object><Key>k</Key></Object></Delete>";
  EXPECT_EQ(error_code(sim_.send("POST", "/bucket", "delete", {}, one)), "InvalidRequest") << "no digest";
  EXPECT_EQ(error_code(sim_.send("POST", "/bucket", "delete",
                                 {{"content-md5", base::to_base64(base::md5("x"))}}, one)),
            "BadDigest");
  EXPECT_EQ(sim_.get("/bucket/k").status, 200);
  std::string many = "<Delete><Quiet>true</Quiet>";
  for (int i = 0; i < 1000; ++i) many += "<Object><Key>k</Key></Object>";
  EXPECT_EQ(error_code(sim_.delete_objects("/bucket", many + "<Object><Key>k</Key></Object></Delete>")),
            "MalformedXML");
  const Response quiet = sim_.delete_objects("/bucket", many + "</Delete>");
  EXPECT_EQ(quiet.status, 200);
  EXPECT_THAT(texts(quiet, "Deleted/Key"), IsEmpty());
  EXPECT_EQ(error_code(sim_.delete_objects("/bucket", "<Delete/>")), "MalformedXML");
  EXPECT_EQ(error_code(sim_.delete_objects("/bucket", "<Delete><Object>")), "MalformedXML");
  EXPECT_EQ(error_code(sim_.delete_objects("/bucket", "<Delete><Object><Key>k&#0;x</Key></Object></Delete>")),
            "MalformedXML");
}

TEST_F(Objects, DeleteObjectsTakesOddKeys) {
  sim_.put("/bucket/%20", "1");
  sim_.put("/bucket/a%0Db%01", "1");
  sim_.delete_objects(
      "/bucket", "<Delete><Object><Key> </Key></Object><Object><Key>a&#xD;b&#x1;</Key></Object></Delete>");
  EXPECT_THAT(texts(sim_.get("/bucket", "list-type=2"), "Contents/Key"), IsEmpty());
}

TEST_F(Objects, TheLesserStoreIgnoresDeleteConditions) {
  SimClient lesser({.powers = StorePowers::lesser()});
  lesser.put("/bucket", "");
  lesser.put("/bucket/a", "1");
  lesser.put("/bucket/b", "1");
  EXPECT_EQ(lesser.send("DELETE", "/bucket/a", "", {{"if-match", etag("2")}}).status, 204);
  lesser.delete_objects("/bucket", "<Delete><Object><Key>b</Key><ETag>x</ETag></Object></Delete>");
  EXPECT_EQ(lesser.get("/bucket/a").status, 404);
  EXPECT_EQ(lesser.get("/bucket/b").status, 404);
}

TEST_F(Objects, VersionsAndDeleteMarkers) {
  enable_versioning();
  const std::string v1(sim_.put("/bucket/k", "1").headers.get("x-amz-version-id"));
  const std::string v2(sim_.put("/bucket/k", "2").headers.get("x-amz-version-id"));
  const Response deleted = sim_.send("DELETE", "/bucket/k");
  const std::string marker(deleted.headers.get("x-amz-version-id"));
  EXPECT_EQ(deleted.headers.get("x-amz-delete-marker"), "true");

  const Response gone = sim_.get("/bucket/k");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.headers.get("x-amz-delete-marker"), "true");
  EXPECT_EQ(sim_.get("/bucket/k", "versionId=" + v1).body.to_string(), "1");
  EXPECT_EQ(sim_.get("/bucket/k", "versionId=" + marker).status, 405);
  EXPECT_EQ(error_code(sim_.get("/bucket/k", "versionId=nope")), "NoSuchVersion");
  EXPECT_EQ(sim_.put("/bucket/k", "3", {{"if-none-match", "*"}}).status, 200)
      << "a delete marker counts as absent";

  const Response listed = sim_.get("/bucket", "versions");
  EXPECT_THAT(texts(listed, "Version/IsLatest"), ElementsAre("true", "false", "false"));
  EXPECT_THAT(texts(listed, "DeleteMarker/VersionId"), ElementsAre(marker));
  const Response page = sim_.get("/bucket", "versions&max-keys=2");
  EXPECT_EQ(text(page, "NextVersionIdMarker"), marker);
  EXPECT_THAT(
      texts(sim_.get("/bucket", "versions&key-marker=k&version-id-marker=" + marker), "Version/VersionId"),
      ElementsAre(v2, v1));
  EXPECT_THAT(texts(sim_.get("/bucket", "versions&key-marker=k"), "Version/VersionId"), IsEmpty());
}

TEST_F(Objects, AVersionDeletedByIdUncoversTheOneBelow) {
  enable_versioning();
  sim_.put("/bucket/k", "1");
  const std::string v2(sim_.put("/bucket/k", "2").headers.get("x-amz-version-id"));
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k", "versionId=" + v2).status, 204);
  EXPECT_EQ(sim_.get("/bucket/k").body.to_string(), "1");
  EXPECT_EQ(error_code(sim_.send("DELETE", "/bucket")), "BucketNotEmpty");
}

TEST_F(Objects, SuspendedVersioningOverwritesOnlyTheNullVersion) {
  sim_.put("/bucket/k", "before");
  enable_versioning();
  const std::string v1(sim_.put("/bucket/k", "1").headers.get("x-amz-version-id"));
  enable_versioning("Suspended");
  EXPECT_EQ(sim_.put("/bucket/k", "after").headers.get("x-amz-version-id"), "null");
  EXPECT_EQ(sim_.get("/bucket/k", "versionId=null").body.to_string(), "after");
  EXPECT_EQ(sim_.get("/bucket/k", "versionId=" + v1).body.to_string(), "1");
  EXPECT_THAT(texts(sim_.get("/bucket", "versions"), "Version/VersionId"), ElementsAre("null", v1));
}

TEST_F(Objects, Tags) {
  sim_.put("/bucket/k", "x", {{"x-amz-tagging", "a=1&b=two%20words"}});
  EXPECT_THAT(texts(sim_.get("/bucket/k", "tagging"), "TagSet/Tag/Value"), ElementsAre("1", "two words"));
  auto put_tags = [&](const std::string& tags) {
    return sim_.send("PUT", "/bucket/k", "tagging", {}, "<Tagging><TagSet>" + tags + "</TagSet></Tagging>");
  };
  EXPECT_EQ(put_tags("<Tag><Key>c</Key><Value>3</Value></Tag>").status, 200);
  EXPECT_THAT(texts(sim_.get("/bucket/k", "tagging"), "TagSet/Tag/Key"), ElementsAre("c"));
  EXPECT_EQ(error_code(put_tags("<Tag><Key>c</Key></Tag><Tag><Key>c</Key></Tag>")), "InvalidTag");
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k", "tagging").status, 204);
  EXPECT_THAT(texts(sim_.get("/bucket/k", "tagging"), "TagSet/Tag/Key"), IsEmpty());
}

TEST_F(Objects, WhatIsNotImplementedSaysSo) {
  EXPECT_EQ(sim_.get("/bucket", "acl").status, 501);
  EXPECT_EQ(sim_.get("/bucket", "lifecycle").status, 501);
  EXPECT_EQ(sim_.send("PUT", "/bucket/k", "acl").status, 501);
  EXPECT_EQ(sim_.send("POST", "/bucket/k", "select&select-type=2").status, 501);
  EXPECT_EQ(sim_.send("PATCH", "/bucket/k").status, 501);
  EXPECT_EQ(error_code(sim_.get("/bucket/k", "tagging&uploadId=1")), "NotImplemented");
}

TEST_F(Objects, ErrorsAreShapedLikeS3s) {
  const Response missing = sim_.get("/bucket/no%20such");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(text(missing, "Code"), "NoSuchKey");
  EXPECT_EQ(text(missing, "Resource"), "/bucket/no such");
  EXPECT_EQ(text(missing, "RequestId"), missing.headers.get("x-amz-request-id"));
  EXPECT_TRUE(sim_.send("HEAD", "/bucket/no").body.empty());
  EXPECT_EQ(error_code(sim_.get("/nobucket/k")), "NoSuchBucket");
  EXPECT_EQ(error_code(sim_.put("/No_Bucket", "")), "InvalidBucketName");
}

TEST_F(Objects, VirtualHostsNameTheBucket) {
  sim_.put("/bucket/k", "x");
  EXPECT_EQ(sim_.get("/k", "", {{"host", "bucket.localhost:9000"}}).body.to_string(), "x");
  EXPECT_EQ(sim_.get("/k", "", {{"host", "bucket.s3.localhost"}}).body.to_string(), "x");
  EXPECT_EQ(sim_.get("/bucket/k", "", {{"host", "s3.localhost:9000"}}).body.to_string(), "x");
}

TEST(ReadOnlyBucket, RefusesChangesOnly) {
  SimClient sim({.read_only_buckets = {"locked"}});
  sim.put("/locked", "");
  EXPECT_EQ(error_code(sim.put("/locked/k", "x")), "AccessDenied");
  EXPECT_EQ(error_code(sim.send("DELETE", "/locked/k")), "AccessDenied");
  EXPECT_EQ(error_code(sim.send("POST", "/locked/k", "uploads")), "AccessDenied");
  EXPECT_EQ(sim.get("/locked").status, 200);
  EXPECT_EQ(sim.send_unsigned("DELETE", "/_sim/read-only/locked").status, 204);
  EXPECT_EQ(sim.put("/locked/k", "x").status, 200);
  EXPECT_EQ(sim.send_unsigned("PUT", "/_sim/read-only/locked").status, 204);
  EXPECT_EQ(error_code(sim.send("DELETE", "/locked/k")), "AccessDenied");
  EXPECT_EQ(sim.send_unsigned("GET", "/_sim/else").status, 404);
}

TEST(PublicBucket, LetsEverybodyListAndReadAndNothingElse) {
  SimClient sim({.public_buckets = {"open"}});
  for (const char* bucket : {"/open", "/closed"}) {
    sim.put(bucket, "");
    sim.put(std::string(bucket) + "/k", "x");
  }
  EXPECT_EQ(sim.send_unsigned("GET", "/open/k").body.to_string(), "x");
  EXPECT_EQ(sim.send_unsigned("HEAD", "/open/k").status, 200);
  EXPECT_EQ(sim.send_unsigned("HEAD", "/open").status, 200);
  EXPECT_EQ(text(sim.send_unsigned("GET", "/open", "list-type=2"), "Contents/Key"), "k");
  for (const auto& [method, path, query] :
       std::vector<std::tuple<const char*, const char*, const char*>>{{"GET", "/closed/k", ""},
                                                                      {"GET", "/closed", "list-type=2"},
                                                                      {"GET", "/", ""},
                                                                      {"GET", "/open", "versions"},
                                                                      {"GET", "/open/k", "tagging"},
                                                                      {"GET", "/open/k", "versionId=null"},
                                                                      {"PUT", "/open/k", ""},
                                                                      {"DELETE", "/open/k", ""},
                                                                      {"POST", "/open/k", "uploads"}}) {
    EXPECT_EQ(error_code(sim.send_unsigned(method, path, query)), "AccessDenied")
        << method << path << '?' << query;
  }
  EXPECT_EQ(sim.send_unsigned("DELETE", "/_sim/public/open").status, 204);
  EXPECT_EQ(sim.send_unsigned("HEAD", "/open/k").status, 403);
}

TEST(RequesterPaysBucket, RefusesWhoDoesNotSaySo) {
  SimClient sim({.public_buckets = {"paid"}});
  sim.put("/paid", "");
  sim.put("/paid/k", "x");
  EXPECT_EQ(sim.send_unsigned("PUT", "/_sim/requester-pays/paid").status, 204);
  EXPECT_EQ(error_code(sim.get("/paid/k")), "AccessDenied");
  EXPECT_EQ(error_code(sim.get("/paid", "list-type=2")), "AccessDenied");
  EXPECT_EQ(error_code(sim.send_unsigned("GET", "/paid/k")), "AccessDenied");
  const Response paid = sim.get("/paid/k", "", {{"x-amz-request-payer", "requester"}});
  EXPECT_EQ(paid.status, 200);
  EXPECT_EQ(paid.headers.get("x-amz-request-charged"), "requester");
}

TEST_F(Objects, AnotherOwnerThanExpectedIsRefused) {
  sim_.put("/bucket/k", "x");
  const auto code = [this](const char* method, const std::string& owner) {
    return error_code(sim_.send(method, "/bucket/k", "", {{"x-amz-expected-bucket-owner", owner}}));
  };
  EXPECT_EQ(code("GET", "111111111111"), "");
  EXPECT_EQ(code("GET", "222222222222"), "AccessDenied");
  EXPECT_EQ(code("DELETE", "222222222222"), "AccessDenied");
  EXPECT_EQ(code("GET", "me"), "InvalidBucketOwnerAWSAccountID");
  EXPECT_EQ(error_code(sim_.put("/bucket/copy", "",
                                {{"x-amz-copy-source", "/bucket/k"},
                                 {"x-amz-source-expected-bucket-owner", "222222222222"}})),
            "AccessDenied");
  EXPECT_EQ(sim_.get("/bucket/k").status, 200);
}

TEST_F(Objects, TheBillCountsByClass) {
  sim_.send_unsigned("POST", "/_sim/bill/reset");
  sim_.put("/bucket/k", "12345", {{"x-amz-storage-class", "GLACIER"}});
  const std::string id = sim_.start_upload("/bucket/m", {{"x-amz-storage-class", "GLACIER"}});
  const std::string part = sim_.upload_part("/bucket/m", id, 1, "x");
  sim_.complete("/bucket/m", id, {{1, part}});
  sim_.send("HEAD", "/bucket/k");
  sim_.send("DELETE", "/bucket/k");
  sim_.send_unsigned("GET", "/bucket/k");
  const std::string bill = sim_.send_unsigned("GET", "/_sim/bill").body.to_string();
  EXPECT_NE(
      bill.find(
          R"("classes":{"put_copy_post_list":2,"get_select_head":1,"delete_cancel":1,"glacier_put":2})"),
      std::string::npos)
      << bill;
  EXPECT_NE(bill.find(R"("glacier_put":6e-05)"), std::string::npos) << bill;  // dollars: 2 x 0.03 / 1000
}

}  // namespace
}  // namespace s3c::sim
