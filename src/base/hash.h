// Digests and checksums, all from libraries: OpenSSL (MD5, SHA-256, HMAC), libdeflate and zlib (CRC-32).
// Results are raw bytes; to_hex and to_base64 (base/encoding.h) print them.
// Free functions: any thread. Objects: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;
struct evp_md_st;

namespace s3c::base {

/// An incremental digest. Source: FIPS 180-4, RFC 1321.
class Digest {
 public:
  static Digest md5();
  static Digest sha1();
  static Digest sha256();

  /// A copy continues from the same bytes.
  Digest(const Digest& other);
  Digest& operator=(const Digest&) = delete;
  Digest(Digest&&) noexcept = default;
  Digest& operator=(Digest&&) noexcept = default;

  void update(std::string_view bytes);
  /// The digest of everything so far, as raw bytes (16 for MD5, 20 for SHA-1, 32 for SHA-256). REQUIRES:
  /// called once, last.
  std::string finish();

 private:
  explicit Digest(const evp_md_st* algorithm);
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string md5(std::string_view bytes);
std::string sha256(std::string_view bytes);
/// RFC 2104 with SHA-256; 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// CRC-32 as ZIP, gzip and S3's CRC32 use it (polynomial 0xEDB88320), continued from crc (0 to start).
std::uint32_t crc32(std::string_view bytes, std::uint32_t crc = 0);
/// CRC-32 of A followed by B, from crc(A), crc(B) and B's length in bytes.
std::uint32_t crc32_combine(std::uint32_t crc_a, std::uint32_t crc_b, std::uint64_t b_size_bytes);
/// The four bytes of a CRC-32, most significant first: the form S3 encodes in base64.
std::string crc32_bytes(std::uint32_t crc);

}  // namespace s3c::base
