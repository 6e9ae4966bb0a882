// UploadPartCopy: the bytes, the conditions, the limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "sim/call.h"
#include "sim/checksum.h"
#include "sim/object_access.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kMiB = 1 << 20;

std::string quoted_md5(const std::string& bytes) {
  return '"' + base::to_hex(base::md5(bytes)) + '"';
}

class PartCopy : public testing::Test {
 protected:
  PartCopy() : bytes_(6 * kMiB, 'a') {
    bytes_[0] = 'S';
    bytes_.back() = 'E';
    sim_.put("/bucket", "");
    etag_ = sim_.put("/bucket/source", bytes_).headers.get("ETag");
    id_ = sim_.start_upload("/bucket/copy");
  }
  Response copy(SimClient::Fields headers = {}, const std::string& source = "/bucket/source",
                int number = 1) {
    headers.push_back({"x-amz-copy-source", source});
    return sim_.send("PUT", "/bucket/copy", "partNumber=" + std::to_string(number) + "&uploadId=" + id_,
                     headers);
  }
  Response copy_range(const std::string& range, const std::string& source = "/bucket/source") {
    return copy({{"x-amz-copy-source-range", range}}, source);
  }
  std::string parts() {
    std::string out;
    for (const std::string& size : texts(sim_.get("/bucket/copy", "uploadId=" + id_), "Part/Size"))
      out += size + ' ';
    return out;
  }

  SimClient sim_;
  std::string bytes_, etag_, id_;
};

TEST_F(PartCopy, MakesTheSameObjectAsUploadedParts) {
  const Response first = copy_range("bytes=0-5242879");
  ASSERT_EQ(first.status, 200) << first.body.to_string();
  EXPECT_EQ(text(first, "ETag"), quoted_md5(bytes_.substr(0, 5 * kMiB)));
  EXPECT_EQ(text(first, "LastModified"), base::format_iso8601(sim_.now()));
  EXPECT_EQ(
      text(first, "ChecksumCRC64NVME"),
      base::to_base64(compute_checksum(ChecksumAlgorithm::crc64nvme, Payload(bytes_.substr(0, 5 * kMiB)))));
  const Response last = copy({{"x-amz-copy-source-range", "bytes=5242880-6291455"}}, "/bucket/source", 2);
  EXPECT_EQ(text(last, "ETag"), quoted_md5(bytes_.substr(5 * kMiB)));
  auto unquoted = [](std::string etag) { return etag.substr(1, etag.size() - 2); };
  const Response done = sim_.complete(
      "/bucket/copy", id_, {{1, unquoted(text(first, "ETag"))}, {2, unquoted(text(last, "ETag"))}});
  ASSERT_EQ(done.status, 200);
  EXPECT_EQ(sim_.get("/bucket/copy").body.to_string(), bytes_);
  EXPECT_EQ(text(done, "ETag"), '"' +
                                    base::to_hex(base::md5(base::md5(bytes_.substr(0, 5 * kMiB)) +
                                                           base::md5(bytes_.substr(5 * kMiB)))) +
                                    "-2\"");
}

TEST_F(PartCopy, WithoutARangeCopiesAll) {
  EXPECT_EQ(text(copy(), "ETag"), etag_);
  sim_.put("/bucket/empty", "");
  EXPECT_EQ(text(copy({}, "/bucket/empty"), "ETag"), quoted_md5(""));
  EXPECT_EQ(parts(), "0 ");
}

TEST_F(PartCopy, ARangeIsExactOrRefused) {
  for (const char* range :
       {"", "bytes=", "bytes=0", "bytes=-5", "bytes=5-", "0-5", "bytes=5-4", "bytes=0-5,7-9", "bytes=a-b",
        "bytes=0x0-5", "bytes= 0-5", "bytes=0-6291456", "bytes=6291456-6291457"}) {
    const Response refused = copy_range(range);
    EXPECT_EQ(refused.status, 400) << range;
    EXPECT_EQ(error_code(refused), "InvalidArgument") << range;
  }
  EXPECT_EQ(parts(), "") << "a refused copy must leave no part";
  EXPECT_EQ(text(copy_range("bytes=6291455-6291455"), "ETag"), quoted_md5("E"));
  EXPECT_EQ(text(copy_range("bytes=0-0"), "ETag"), quoted_md5("S"));
}

TEST_F(PartCopy, OnlyASourceOfMoreThan5MiBHasRanges) {
  sim_.put("/bucket/small", std::string(5 * kMiB, 'a'));
  EXPECT_EQ(error_code(copy_range("bytes=0-5", "/bucket/small")), "InvalidRequest");
  EXPECT_EQ(copy({}, "/bucket/small").status, 200);
  sim_.put("/bucket/larger", std::string(5 * kMiB + 1, 'a'));
  EXPECT_EQ(copy_range("bytes=0-5", "/bucket/larger").status, 200);
}

TEST_F(PartCopy, ConditionsAreOnTheSource) {
  const std::string other = quoted_md5("other");
  const std::string now = base::format_http_date(sim_.now());
  const std::string before = base::format_http_date(sim_.now() - std::chrono::hours(1));
  auto status = [&](const SimClient::Fields& headers) { return copy(headers).status; };
  EXPECT_EQ(status({{"x-amz-copy-source-if-match", other}}), 412);
  EXPECT_EQ(error_code(copy({{"x-amz-copy-source-if-match", other}})), "PreconditionFailed");
  EXPECT_EQ(status({{"x-amz-copy-source-if-none-match", etag_}}), 412);
  EXPECT_EQ(status({{"x-amz-copy-source-if-unmodified-since", before}}), 412);
  EXPECT_EQ(status({{"x-amz-copy-source-if-modified-since", now}}), 412);
  EXPECT_EQ(parts(), "");
  EXPECT_EQ(status({{"x-amz-copy-source-if-match", etag_}}), 200);
  EXPECT_EQ(status({{"x-amz-copy-source-if-none-match", other}}), 200);
  EXPECT_EQ(
      status({{"x-amz-copy-source-if-match", etag_}, {"x-amz-copy-source-if-unmodified-since", before}}), 200)
      << "If-Match outweighs the date";
  EXPECT_EQ(
      status({{"x-amz-copy-source-if-none-match", etag_}, {"x-amz-copy-source-if-modified-since", before}}),
      412);
}

TEST(Copy, TheLesserStoreIgnoresItsConditions) {
  SimClient sim({.powers = StorePowers::lesser()});
  sim.put("/bucket", "");
  sim.put("/bucket/source", "x");
  sim.put("/bucket/there", "there");
  const SimClient::Fields conditions = {{"x-amz-copy-source", "/bucket/source"},
                                        {"x-amz-copy-source-if-match", quoted_md5("other")},
                                        {"if-none-match", "*"}};
  const std::string id = sim.start_upload("/bucket/copy");
  EXPECT_EQ(sim.send("PUT", "/bucket/copy", "partNumber=1&uploadId=" + id, conditions).status, 200);
  EXPECT_EQ(sim.send("PUT", "/bucket/there", "", conditions).status, 200);
  EXPECT_EQ(sim.get("/bucket/there").body.to_string(), "x") << "it overwrites, as measured";
}

TEST_F(PartCopy, TheSourceMustBeThereReadableAndOurs) {
  EXPECT_EQ(error_code(copy({}, "/bucket/nothing")), "NoSuchKey");
  EXPECT_EQ(error_code(copy({}, "/nowhere/source")), "NoSuchBucket");
  EXPECT_EQ(error_code(copy({}, "source")), "InvalidArgument");
  EXPECT_EQ(error_code(copy({}, "/bucket/source?versionId=nope")), "NoSuchVersion");
  sim_.put("/bucket/cold", "cold", {{"x-amz-storage-class", "DEEP_ARCHIVE"}});
  const Response frozen = copy({}, "/bucket/cold");
  EXPECT_EQ(frozen.status, 403);
  EXPECT_EQ(error_code(frozen), "InvalidObjectState");
  sim_.send("POST", "/bucket/cold", "restore", {}, "<RestoreRequest><Days>1</Days></RestoreRequest>");
  EXPECT_EQ(copy({}, "/bucket/cold").status, 200) << "thawed";
  id_ = "nope";
  EXPECT_EQ(error_code(copy()), "NoSuchUpload");
}

TEST_F(PartCopy, AVersionCanBeNamedAndIsNamed) {
  sim_.send("PUT", "/bucket", "versioning", {},
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
  sim_.put("/bucket/source", "newer");
  const Response old = copy({}, "/bucket/source?versionId=null");
  EXPECT_EQ(text(old, "ETag"), etag_);
  EXPECT_EQ(old.headers.get("x-amz-copy-source-version-id"), "null");
  EXPECT_EQ(text(copy(), "ETag"), quoted_md5("newer"));
}

/// Straight at the operations, on a store whose object is 5 GiB and a byte of one shared chunk: no client
/// could upload that much in a unit test.
class LargeCopy : public testing::Test {
 protected:
  LargeCopy() {
    Object large;
    const Payload chunk(std::string(64 * kMiB, 'x'));
    for (int i = 0; i < 80; ++i) large.body.append(chunk);
    large.body.append(chunk.range(0, 1));
    large.etag = "large";
    bucket_.put("large", std::move(large));
    Upload upload;
    upload.key = "copy";
    upload.id = "id";
    bucket_.add_upload(std::move(upload));
  }
  std::string code(Response (*operation)(const Call&), const std::string& range = {}) {
    Request request;
    request.headers.add("x-amz-copy-source", "/bucket/large");
    if (!range.empty()) request.headers.add("x-amz-copy-source-range", range);
    const Query query("partNumber=1&uploadId=id");
    const Route route{Operation::upload_part_copy, "bucket", "copy"};
    const ServiceOptions options;
    const User user{"OWNER", "", "owner-id", ""};
    try {
      operation({request, query, route, options, store_, &bucket_, user, {}, {}, {}});
    } catch (const S3Error& error) {
      return std::string(name(error.code()));
    }
    return "done";
  }

  Store store_;
  Bucket& bucket_ = store_.add_bucket("bucket", "owner-id", {});
};

TEST_F(LargeCopy, NoMoreThan5GiBAtOnce) {
  EXPECT_EQ(code(upload_part_copy), "InvalidRequest");
  EXPECT_EQ(code(upload_part_copy, "bytes=0-5368709120"), "InvalidRequest");
  EXPECT_EQ(code(copy_object), "InvalidRequest");
  EXPECT_EQ(code(upload_part_copy, "bytes=5368709119-5368709120"), "done");
  EXPECT_NO_THROW(require_copyable_size(5368709120));
}

}  // namespace
}  // namespace s3c::sim
