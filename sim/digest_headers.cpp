#include "sim/digest_headers.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace s3c::sim {
namespace {

S3Error bad_digest(std::string_view algorithm) {
  return S3Error(S3Code::BadDigest,
                 fmt::format("The {} you specified did not match the calculated checksum.", algorithm));
}

void check_content_md5(const Request& request, std::string_view body_md5) {
  const std::string* header = request.headers.find("content-md5");
  if (header == nullptr) return;
  const std::optional<std::string> sent = base::from_base64(*header);
  if (!sent || sent->size() != 16) throw S3Error(S3Code::InvalidDigest).with("Content-MD5", *header);
  if (*sent != body_md5) {
    throw S3Error(S3Code::BadDigest, "The Content-MD5 you specified did not match what we received.")
        .with("ExpectedDigest", *header)
        .with("CalculatedDigest", base::to_base64(body_md5));
  }
}

}  // namespace

std::optional<std::pair<ChecksumAlgorithm, std::string>> sent_checksum(const Request& request) {
  std::optional<std::pair<ChecksumAlgorithm, std::string>> sent;
  for (const ChecksumAlgorithm algorithm : kChecksumAlgorithms) {
    const std::string* text = request.headers.find(header_name(algorithm));
    if (text == nullptr) continue;
    if (sent) {
      throw S3Error(S3Code::InvalidRequest,
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    sent.emplace(algorithm, *text);
  }
  return sent;
}

void require_digest(const Call& call) {
  if (call.request.headers.contains("content-md5") || sent_checksum(call.request)) return;
  throw S3Error(S3Code::InvalidRequest,
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
}

std::optional<BodyChecksum> check_digests(const Call& call, std::string_view body_md5,
                                          std::optional<ChecksumAlgorithm> asked) {
  check_content_md5(call.request, body_md5);
  if (!call.options.powers.checksums) return std::nullopt;

  const auto sent = sent_checksum(call.request);
  if (!sent && call.request.headers.contains("x-amz-sdk-checksum-algorithm")) {
    throw S3Error(
        S3Code::InvalidRequest,
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
        "headers were found.");
  }
  if (sent && asked && sent->first != *asked) {
    throw S3Error(
        S3Code::InvalidRequest,
        fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                    name(*asked), name(sent->first)));
  }
  BodyChecksum checksum{
      sent ? sent->first : asked.value_or(ChecksumAlgorithm::crc64nvme), {}, sent.has_value()};
  checksum.raw = compute_checksum(checksum.algorithm, call.request.body);
  if (sent) {
    const std::optional<std::string> raw = base::from_base64(sent->second);
    if (!raw || raw->size() != raw_size_bytes(sent->first)) {
      throw S3Error(S3Code::InvalidRequest,
                    fmt::format("Value for {} header is invalid.", header_name(sent->first)));
    }
    if (*raw != checksum.raw) throw bad_digest(name(sent->first));
  }
  return checksum;
}

void write_checksum(Response& response, const Checksum& checksum) {
  response.headers.add(std::string(header_name(checksum.algorithm)), checksum.text);
  response.headers.add("x-amz-checksum-type", std::string(name(checksum.type)));
}

}  // namespace s3c::sim
