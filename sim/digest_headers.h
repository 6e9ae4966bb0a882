// The headers that carry a body's digests: checking an upload's, writing an object's. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/call.h"

namespace s3c::sim {

/// Checks Content-MD5 and x-amz-checksum-* against the request's body.
/// asked: the algorithm that must be used (an upload's), or nullopt for what the request sends, CRC64NVME by
/// default. Returns the body's checksum, raw, with its algorithm; nullopt where the store has no checksums.
/// Throws S3Error: InvalidDigest, BadDigest, InvalidRequest.
struct BodyChecksum {
  ChecksumAlgorithm algorithm;
  std::string raw;
  bool was_sent = false;
};
std::optional<BodyChecksum> check_digests(const Call& call, std::string_view body_md5,
                                          std::optional<ChecksumAlgorithm> asked);

/// For the requests S3 doesn't take without Content-MD5 or x-amz-checksum-*. Throws S3Error: InvalidRequest.
void require_digest(const Call& call);

/// The one x-amz-checksum-<algorithm> header, its text unchecked. Throws S3Error: InvalidRequest for more
/// than one.
std::optional<std::pair<ChecksumAlgorithm, std::string>> sent_checksum(const Request& request);

/// x-amz-checksum-* and x-amz-checksum-type.
void write_checksum(Response& response, const Checksum& checksum);

}  // namespace s3c::sim
