// S3's additional checksums: their names, their values, and how a multipart object's is computed. Pure
// functions. Source: S3 User Guide, "Checking object integrity".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/payload.h"

namespace s3c::sim {

enum class ChecksumAlgorithm { crc32, crc32c, crc64nvme, sha1, sha256 };
inline constexpr ChecksumAlgorithm kChecksumAlgorithms[] = {
    ChecksumAlgorithm::crc32, ChecksumAlgorithm::crc32c, ChecksumAlgorithm::crc64nvme,
    ChecksumAlgorithm::sha1, ChecksumAlgorithm::sha256};

enum class ChecksumType { full_object, composite };

struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc64nvme;
  ChecksumType type = ChecksumType::full_object;
  std::string text;  ///< as in the header: base64; a composite one ends in "-N"
};

/// "CRC64NVME", as in x-amz-checksum-algorithm and <ChecksumAlgorithm>.
std::string_view name(ChecksumAlgorithm algorithm);
/// "x-amz-checksum-crc64nvme"
std::string_view header_name(ChecksumAlgorithm algorithm);
/// "ChecksumCRC64NVME", the XML element.
std::string_view element_name(ChecksumAlgorithm algorithm);
/// "FULL_OBJECT" or "COMPOSITE".
std::string_view name(ChecksumType type);
/// Parses a name in any case; nullopt if S3 doesn't know it.
std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view name);

/// The size of a raw value in bytes: 4 to 32.
std::size_t raw_size_bytes(ChecksumAlgorithm algorithm);
/// True for the CRCs: their full-object value can be computed from the parts' values.
bool combines(ChecksumAlgorithm algorithm);

/// The raw value, most significant byte first.
std::string compute_checksum(ChecksumAlgorithm algorithm, const Payload& payload);
/// The raw value of A followed by B. REQUIRES: combines(algorithm), both of raw_size_bytes().
std::string combine_checksums(ChecksumAlgorithm algorithm, std::string_view raw_a, std::string_view raw_b,
                              std::uint64_t b_size_bytes);

/// MD5 of a payload, raw.
std::string md5_of(const Payload& payload);

}  // namespace s3c::sim
