// Multipart uploads: what Complete accepts, what it refuses, what it makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "sim/checksum.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kPartBytes = 5 << 20;

class Multipart : public testing::Test {
 protected:
  Multipart() : first_(kPartBytes, 'a'), last_("the end") { sim_.put("/bucket", ""); }

  /// An upload with two good parts.
  void start(const SimClient::Fields& headers = {}) {
    id_ = sim_.start_upload(kPath, headers);
    etag1_ = sim_.upload_part(kPath, id_, 1, first_);
    etag2_ = sim_.upload_part(kPath, id_, 2, last_);
  }
  Response complete(const SimClient::Fields& headers = {}) {
    return sim_.complete(kPath, id_, {{1, etag1_}, {2, etag2_}}, headers);
  }

  static constexpr const char* kPath = "/bucket/archive.zip";
  SimClient sim_;
  std::string first_, last_;
  std::string id_, etag1_, etag2_;
};

TEST_F(Multipart, MakesTheObjectWithItsAttributes) {
  start({{"x-amz-meta-s3compress-id", "X"}, {"x-amz-storage-class", "STANDARD_IA"}});
  EXPECT_EQ(sim_.get(kPath).status, 404) << "visible before Complete";
  const Response done = complete();
  ASSERT_EQ(done.status, 200);
  const std::string expected = base::to_hex(base::md5(base::md5(first_) + base::md5(last_))) + "-2";
  EXPECT_EQ(text(done, "ETag"), '"' + expected + '"');
  const Response got = sim_.get(kPath);
  EXPECT_EQ(got.body.to_string(), first_ + last_);
  EXPECT_EQ(got.headers.get("x-amz-meta-s3compress-id"), "X");
  EXPECT_EQ(got.headers.get("x-amz-storage-class"), "STANDARD_IA");
  EXPECT_EQ(sim_.get(kPath, "", {{"range", "bytes=5242878-5242882"}}).body.to_string(), "aathe");
}

TEST_F(Multipart, PartRules) {
  start();
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {{2, etag2_}, {1, etag1_}})), "InvalidPartOrder");
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {{1, etag1_}, {1, etag1_}})), "InvalidPartOrder");
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {{1, etag2_}, {2, etag2_}})), "InvalidPart");
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {{1, etag1_}, {3, etag2_}})), "InvalidPart");
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {})), "MalformedXML");
  const std::string etag3 = sim_.upload_part(kPath, id_, 3, last_);
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {{1, etag1_}, {2, etag2_}, {3, etag3}})), "EntityTooSmall");
  EXPECT_EQ(sim_.upload_part(kPath, id_, 10001, last_), "InvalidArgument");
  EXPECT_EQ(sim_.upload_part(kPath, id_, 0, last_), "InvalidArgument");
  EXPECT_EQ(sim_.upload_part(kPath, "nope", 1, last_), "NoSuchUpload");
  EXPECT_EQ(complete().status, 200) << "the refusals must not have ended the upload";
}

TEST_F(Multipart, AStoreOfEvenPartsTakesOnlyAShorterLastOne) {
  ServiceOptions options;
  options.powers.uneven_parts = false;
  SimClient sim(options);
  sim.put("/bucket", "");
  const std::string id = sim.start_upload(kPath);
  const std::string small = sim.upload_part(kPath, id, 1, first_);
  const std::string large = sim.upload_part(kPath, id, 2, first_ + "b");
  const std::string last = sim.upload_part(kPath, id, 3, last_);
  const Response uneven = sim.complete(kPath, id, {{1, small}, {2, large}, {3, last}});
  EXPECT_EQ(uneven.status, 400);
  EXPECT_EQ(error_code(uneven), "InvalidPart");
  EXPECT_EQ(error_code(sim.complete(kPath, id, {{1, small}, {2, large}})), "InvalidPart")
      << "a longer last one";
  EXPECT_EQ(sim.complete(kPath, id, {{1, small}, {3, last}}).status, 200);
}

TEST_F(Multipart, AbortOfACompletedUpload) {
  struct Case {
    AbortOfCompleted mode;
    int abort_status;
    int status_afterwards;
  };
  for (const Case& c :
       {Case{AbortOfCompleted::refused, 404, 200}, Case{AbortOfCompleted::acknowledged, 204, 200},
        Case{AbortOfCompleted::removes_object, 204, 404}}) {
    SimClient sim({.abort_of_completed = c.mode});
    sim.put("/bucket", "");
    const std::string id = sim.start_upload(kPath);
    const std::string etag = sim.upload_part(kPath, id, 1, last_);
    ASSERT_EQ(sim.complete(kPath, id, {{1, etag}}).status, 200);
    EXPECT_EQ(sim.send("DELETE", kPath, "uploadId=" + id).status, c.abort_status);
    EXPECT_EQ(sim.get(kPath).status, c.status_afterwards);
  }
}

TEST_F(Multipart, AStoreWhoseAbortsRemoveObjectsDoesSoForUnfinishedUploadsToo) {
  SimClient sim({.abort_of_completed = AbortOfCompleted::removes_object});
  sim.put("/bucket", "");
  sim.put(kPath, "finished");
  EXPECT_EQ(sim.send("DELETE", kPath, "uploadId=" + sim.start_upload(kPath)).status, 204);
  EXPECT_EQ(sim.get(kPath).status, 404);
}

TEST_F(Multipart, APartSentAgainReplacesTheFirst) {
  start();
  const std::string again = sim_.upload_part(kPath, id_, 2, "another end");
  EXPECT_EQ(error_code(complete()), "InvalidPart");
  EXPECT_EQ(sim_.complete(kPath, id_, {{1, etag1_}, {2, again}}).status, 200);
}

TEST_F(Multipart, IfNoneMatchRefusesToOverwrite) {
  start();
  sim_.put(kPath, "somebody was faster");
  const Response lost = complete({{"if-none-match", "*"}});
  EXPECT_EQ(lost.status, 412);
  EXPECT_EQ(error_code(lost), "PreconditionFailed");
  EXPECT_EQ(sim_.get(kPath).body.to_string(), "somebody was faster");
  EXPECT_EQ(sim_.send("DELETE", kPath, "uploadId=" + id_).status, 204) << "a lost upload can be aborted";
}

TEST_F(Multipart, TheLesserStoreOverwrites) {
  SimClient lesser({.powers = StorePowers::lesser()});
  lesser.put("/bucket", "");
  const std::string id = lesser.start_upload(kPath);
  const std::string etag = lesser.upload_part(kPath, id, 1, "mine");
  EXPECT_EQ(lesser.put(kPath, "theirs", {{"if-none-match", "*"}}).status, 200);
  EXPECT_EQ(lesser.put(kPath, "theirs", {{"if-none-match", "*"}}).status, 412) << "PutObject does honour it";
  EXPECT_EQ(lesser.complete(kPath, id, {{1, etag}}, {{"if-none-match", "*"}}).status, 200);
  EXPECT_EQ(lesser.get(kPath).body.to_string(), "mine");
}

TEST_F(Multipart, ARepeatedCompleteAnswersTheSameWhileTheObjectIsStillItsOwn) {
  start();
  const Response first = complete({{"if-none-match", "*"}});
  const Response again = complete({{"if-none-match", "*"}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(text(again, "ETag"), text(first, "ETag"));
  EXPECT_EQ(error_code(sim_.complete(kPath, id_, {{1, etag1_}})), "NoSuchUpload") << "other parts";
  sim_.put(kPath, "overwritten");
  EXPECT_EQ(error_code(complete()), "NoSuchUpload");
}

TEST_F(Multipart, AnAbortedUploadIsGone) {
  start();
  EXPECT_EQ(sim_.send("DELETE", kPath, "uploadId=" + id_).status, 204);
  EXPECT_EQ(error_code(sim_.send("DELETE", kPath, "uploadId=" + id_)), "NoSuchUpload");
  EXPECT_EQ(error_code(complete()), "NoSuchUpload");
  EXPECT_EQ(error_code(sim_.get(kPath, "uploadId=" + id_)), "NoSuchUpload");
}

TEST_F(Multipart, ExpectedSizeIsChecked) {
  start();
  EXPECT_EQ(error_code(complete({{"x-amz-mp-object-size", "5"}})), "InvalidRequest");
  EXPECT_EQ(complete({{"x-amz-mp-object-size", std::to_string(first_.size() + last_.size())}}).status, 200);
}

TEST_F(Multipart, FullObjectChecksumsAreCombinedAndChecked) {
  for (const ChecksumAlgorithm algorithm :
       {ChecksumAlgorithm::crc32, ChecksumAlgorithm::crc32c, ChecksumAlgorithm::crc64nvme}) {
    start(
        {{"x-amz-checksum-algorithm", std::string(name(algorithm))}, {"x-amz-checksum-type", "FULL_OBJECT"}});
    const std::string header(header_name(algorithm));
    const std::string right = base::to_base64(compute_checksum(algorithm, Payload(first_ + last_)));
    const std::string wrong = base::to_base64(compute_checksum(algorithm, Payload(last_ + first_)));
    EXPECT_EQ(error_code(complete({{header, wrong}})), "BadDigest") << header;
    EXPECT_EQ(complete({{header, right}, {"x-amz-checksum-type", "FULL_OBJECT"}}).status, 200) << header;
    const Response head = sim_.send("HEAD", kPath, "", {{"x-amz-checksum-mode", "ENABLED"}});
    EXPECT_EQ(head.headers.get(header), right);
    EXPECT_EQ(head.headers.get("x-amz-checksum-type"), "FULL_OBJECT");
  }
}

TEST_F(Multipart, CompositeNeedsEveryPartsChecksum) {
  start({{"x-amz-checksum-algorithm", "SHA256"}});
  EXPECT_EQ(error_code(complete()), "InvalidRequest");
  const std::string sha1 = base::sha256(first_);
  const std::string sha2 = base::sha256(last_);
  auto body = [&](const std::string& second) {
    return "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag1_ +
           "</ETag><ChecksumSHA256>" + base::to_base64(sha1) +
           "</ChecksumSHA256></Part><Part><PartNumber>2</PartNumber><ETag>" + etag2_ +
           "</ETag><ChecksumSHA256>" + base::to_base64(second) +
           "</ChecksumSHA256></Part></CompleteMultipartUpload>";
  };
  EXPECT_EQ(error_code(sim_.send("POST", kPath, "uploadId=" + id_, {}, body(sha1))), "InvalidPart");
  const Response done = sim_.send("POST", kPath, "uploadId=" + id_, {}, body(sha2));
  EXPECT_EQ(text(done, "ChecksumSHA256"), base::to_base64(base::sha256(sha1 + sha2)) + "-2");
  EXPECT_EQ(text(done, "ChecksumType"), "COMPOSITE");
}

TEST_F(Multipart, AlgorithmAndTypeMustFit) {
  auto start_with = [&](const std::string& algorithm, const std::string& type) {
    return error_code(sim_.send("POST", kPath, "uploads",
                                {{"x-amz-checksum-algorithm", algorithm}, {"x-amz-checksum-type", type}}));
  };
  EXPECT_EQ(start_with("SHA256", "FULL_OBJECT"), "InvalidRequest");
  EXPECT_EQ(start_with("CRC64NVME", "COMPOSITE"), "InvalidRequest");
  EXPECT_EQ(start_with("CRC32", "FULL_OBJECT"), "");
  EXPECT_EQ(start_with("MD5", "FULL_OBJECT"), "InvalidRequest");
  EXPECT_EQ(error_code(sim_.send("POST", kPath, "uploads", {{"x-amz-checksum-type", "FULL_OBJECT"}})),
            "InvalidRequest");
}

TEST_F(Multipart, PartsAreListed) {
  id_ = sim_.start_upload(kPath);
  sim_.upload_part(kPath, id_, 1, "234");
  sim_.upload_part(kPath, id_, 7, "x");
  const Response listed = sim_.get(kPath, "uploadId=" + id_);
  EXPECT_THAT(texts(listed, "Part/PartNumber"), testing::ElementsAre("1", "7"));
  EXPECT_THAT(texts(listed, "Part/Size"), testing::ElementsAre("3", "1"));
  EXPECT_THAT(texts(sim_.get(kPath, "uploadId=" + id_ + "&part-number-marker=1"), "Part/PartNumber"),
              testing::ElementsAre("7"));
  EXPECT_EQ(text(sim_.get(kPath, "uploadId=" + id_ + "&max-parts=1"), "NextPartNumberMarker"), "1");
}

}  // namespace
}  // namespace s3c::sim
