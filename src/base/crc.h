// The two CRCs that S3 has and our libraries don't: CRC32C (Castagnoli) and CRC64NVME, and the combination of
// two CRCs. In the form that S3 uses: bit-reflected, started and ended with all ones. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace s3c::base {

/// Continued from crc (0 to start). Source: RFC 3720 appendix B.4.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);
/// Continued from crc (0 to start). Source: NVM Express NVM Command Set Specification, 64b CRC.
std::uint64_t crc64nvme(std::string_view bytes, std::uint64_t crc = 0);

/// The CRC of A followed by B, from crc(A), crc(B) and B's length in bytes.
std::uint32_t crc32c_combine(std::uint32_t crc_a, std::uint32_t crc_b, std::uint64_t b_size_bytes);
std::uint64_t crc64nvme_combine(std::uint64_t crc_a, std::uint64_t crc_b, std::uint64_t b_size_bytes);

/// The bytes of a CRC, most significant first: the form S3 encodes in base64.
std::string crc32c_bytes(std::uint32_t crc);
std::string crc64nvme_bytes(std::uint64_t crc);

}  // namespace s3c::base
