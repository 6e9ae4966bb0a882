// Checksums: published check values, combination, and what PutObject does with them.
#include "sim/checksum.h"

#include <gtest/gtest.h>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

std::string noise(std::size_t size) {
  std::string out;
  std::uint32_t state = 1;
  while (out.size() < size) {
    state = state * 1664525 + 1013904223;
    out.push_back(static_cast<char>(state >> 24));
  }
  return out;
}

std::string hex_of(ChecksumAlgorithm algorithm, const std::string& bytes) {
  return base::to_hex(compute_checksum(algorithm, Payload(bytes)));
}

TEST(Crc, CheckValues) {
  EXPECT_EQ(base::crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(base::crc64nvme("123456789"), 0xae8b14860a799888ULL);
  EXPECT_EQ(base::crc32c(std::string(32, '\0')), 0x8a9136aaU);  // RFC 3720 B.4
  EXPECT_EQ(base::crc32c(""), 0U);
  EXPECT_EQ(base::crc64nvme(""), 0U);
}

TEST(Crc, ContinuesAtAnyByte) {
  const std::string bytes = noise(100);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const std::string head = bytes.substr(0, cut);
    const std::string tail = bytes.substr(cut);
    EXPECT_EQ(base::crc32c(tail, base::crc32c(head)), base::crc32c(bytes));
    EXPECT_EQ(base::crc64nvme(tail, base::crc64nvme(head)), base::crc64nvme(bytes));
    EXPECT_EQ(base::crc32c_combine(base::crc32c(head), base::crc32c(tail), tail.size()), base::crc32c(bytes));
    EXPECT_EQ(base::crc64nvme_combine(base::crc64nvme(head), base::crc64nvme(tail), tail.size()),
              base::crc64nvme(bytes));
  }
}

TEST(Checksum, KnownValuesOfEveryAlgorithm) {
  EXPECT_EQ(hex_of(ChecksumAlgorithm::crc32, "123456789"), "cbf43926");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::crc32c, "123456789"), "e3069283");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::crc64nvme, "123456789"), "ae8b14860a799888");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of(ChecksumAlgorithm::sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Checksum, ReadsThroughSlices) {
  Payload payload(std::string("1234"));
  payload.append(Payload(std::string("xx56789")).range(2, 5));
  EXPECT_EQ(payload.size_bytes(), 9U);
  for (const ChecksumAlgorithm algorithm : kChecksumAlgorithms) {
    EXPECT_EQ(base::to_hex(compute_checksum(algorithm, payload)), hex_of(algorithm, "123456789"));
  }
  EXPECT_EQ(payload.range(3, 3).to_string(), "456");
}

class PutChecksum : public testing::Test {
 protected:
  PutChecksum() { sim_.put("/bucket", ""); }
  SimClient sim_;
};

TEST_F(PutChecksum, ASentChecksumIsCheckedKeptAndReturnedWhenAskedFor) {
  EXPECT_EQ(sim_.put("/bucket/k", "123456789", {{"x-amz-checksum-crc32c", "4waSgw=="}}).status, 200);
  const Response asked = sim_.get("/bucket/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(asked.headers.get("x-amz-checksum-crc32c"), "4waSgw==");
  EXPECT_EQ(asked.headers.get("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_FALSE(sim_.get("/bucket/k").headers.contains("x-amz-checksum-crc32c"));
}

TEST_F(PutChecksum, WithoutOneS3ChoosesCrc64Nvme) {
  sim_.put("/bucket/k", "123456789");
  const Response response = sim_.send("HEAD", "/bucket/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(response.headers.get("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
}

TEST_F(PutChecksum, WrongMalformedAndDoubleAreRefusedAndNothingIsStored) {
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "12345678", {{"x-amz-checksum-crc32c", "4waSgw=="}})),
            "BadDigest");
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "x", {{"x-amz-checksum-crc32", "!!"}})), "InvalidRequest");
  EXPECT_EQ(
      error_code(sim_.put("/bucket/k", "123456789",
                          {{"x-amz-checksum-crc32c", "4waSgw=="}, {"x-amz-checksum-crc32", "y/Q5Jg=="}})),
      "InvalidRequest");
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "x", {{"content-md5", base::to_base64(base::md5("y"))}})),
            "BadDigest");
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "x", {{"content-md5", "abc"}})), "InvalidDigest");
  EXPECT_EQ(sim_.get("/bucket/k").status, 404);
}

TEST_F(PutChecksum, TheLesserStoreIgnoresChecksumsButNotContentMd5) {
  SimClient lesser({.powers = StorePowers::lesser()});
  lesser.put("/bucket", "");
  EXPECT_EQ(lesser.put("/bucket/k", "x", {{"x-amz-checksum-crc32c", "4waSgw=="}}).status, 200);
  const Response head = lesser.send("HEAD", "/bucket/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(head.status, 200);
  EXPECT_FALSE(head.headers.contains("x-amz-checksum-crc32c"));
  EXPECT_FALSE(head.headers.contains("x-amz-checksum-crc64nvme"));
  EXPECT_EQ(error_code(lesser.put("/bucket/k", "x", {{"content-md5", base::to_base64(base::md5("y"))}})),
            "BadDigest");
}

TEST_F(PutChecksum, UnsignedChunksWithATrailingChecksum) {
  const std::string body = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32c:4waSgw==\r\n\r\n";
  SimClient::Fields headers = {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                               {"x-amz-decoded-content-length", "9"},
                               {"content-encoding", "aws-chunked,gzip"},
                               {"x-amz-trailer", "x-amz-checksum-crc32c"}};
  EXPECT_EQ(sim_.put("/bucket/k", body, headers).status, 200);
  const Response stored = sim_.get("/bucket/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(stored.body.to_string(), "123456789");
  EXPECT_EQ(stored.headers.get("content-encoding"), "gzip");
  EXPECT_EQ(stored.headers.get("x-amz-checksum-crc32c"), "4waSgw==");

  std::string wrong = body;
  wrong[3] = '0';
  EXPECT_EQ(error_code(sim_.put("/bucket/k2", wrong, headers)), "BadDigest");
  EXPECT_EQ(error_code(sim_.put("/bucket/k2", body.substr(0, 8), headers)), "IncompleteBody");
  headers[1].value = "8";
  EXPECT_EQ(error_code(sim_.put("/bucket/k2", body, headers)), "IncompleteBody");
}

}  // namespace
}  // namespace s3c::sim
