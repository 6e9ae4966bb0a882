// The headers with a body's digests: checks an upload's, writes an object's. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/call.h"

namespace s3c::sim {

/// The checksum of a request's body.
struct BodyChecksum {
  ChecksumAlgorithm algorithm;
  std::string raw;  ///< the value as bytes
  bool was_sent = false;
};
/// Checks Content-MD5 and x-amz-checksum-* against the request's body.
/// asked: the algorithm that the request must use (an upload's). nullopt: the algorithm that the request
/// sends, CRC64NVME by default. Returns the body's checksum; nullopt if the store has no checksums.
/// Throws S3Error: InvalidDigest, BadDigest, InvalidRequest.
std::optional<BodyChecksum> check_digests(const Call& call, std::string_view body_md5,
                                          std::optional<ChecksumAlgorithm> asked);

/// For the requests that S3 refuses without Content-MD5 or x-amz-checksum-*. Throws S3Error: InvalidRequest.
void require_digest(const Call& call);

/// The x-amz-checksum-<algorithm> header; its text isn't checked. Throws S3Error: InvalidRequest for more
/// than one such header.
std::optional<std::pair<ChecksumAlgorithm, std::string>> sent_checksum(const Request& request);

/// x-amz-checksum-* and x-amz-checksum-type.
void write_checksum(Response& response, const Checksum& checksum);

}  // namespace s3c::sim
