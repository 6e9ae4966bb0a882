#include "sim/checksum.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "base/crc.h"
#include "base/error.h"
#include "base/hash.h"

namespace s3c::sim {
namespace {

struct Names {
  std::string_view name;
  std::string_view header;
  std::string_view element;
  std::size_t raw_size_bytes;
};

constexpr std::array<Names, 5> kNames = {{
    {"CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", 4},
    {"CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4},
    {"CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", 8},
    {"SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", 20},
    {"SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", 32},
}};

const Names& names(ChecksumAlgorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)];
}

template <typename Word>
std::string big_endian(Word value) {
  std::string out;
  for (int shift = static_cast<int>(sizeof(Word)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
  return out;
}

template <typename Word>
Word from_big_endian(std::string_view raw) {
  Word value = 0;
  for (const char c : raw) value = static_cast<Word>((value << 8) | static_cast<unsigned char>(c));
  return value;
}

std::string openssl_digest(const EVP_MD* algorithm, const Payload& payload) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  bool ok = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
  for (const Slice& slice : payload.slices()) {
    ok = ok && EVP_DigestUpdate(context.get(), slice.view().data(), slice.size_bytes) == 1;
  }
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int size_bytes = 0;
  ok =
      ok && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size_bytes) == 1;
  if (!ok) throw base::Error(base::ErrorKind::internal, "OpenSSL refused a digest");
  out.resize(size_bytes);
  return out;
}

}  // namespace

std::string_view name(ChecksumAlgorithm algorithm) {
  return names(algorithm).name;
}
std::string_view header_name(ChecksumAlgorithm algorithm) {
  return names(algorithm).header;
}
std::string_view element_name(ChecksumAlgorithm algorithm) {
  return names(algorithm).element;
}
std::string_view name(ChecksumType type) {
  return type == ChecksumType::composite ? "COMPOSITE" : "FULL_OBJECT";
}
std::size_t raw_size_bytes(ChecksumAlgorithm algorithm) {
  return names(algorithm).raw_size_bytes;
}

std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view text) {
  std::string upper;
  for (const char c : text) upper.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  for (const ChecksumAlgorithm algorithm : kChecksumAlgorithms) {
    if (name(algorithm) == upper) return algorithm;
  }
  return std::nullopt;
}

bool combines(ChecksumAlgorithm algorithm) {
  return algorithm != ChecksumAlgorithm::sha1 && algorithm != ChecksumAlgorithm::sha256;
}

std::string compute_checksum(ChecksumAlgorithm algorithm, const Payload& payload) {
  switch (algorithm) {
    case ChecksumAlgorithm::crc32: {
      std::uint32_t crc = 0;
      for (const Slice& slice : payload.slices()) crc = base::crc32(slice.view(), crc);
      return big_endian(crc);
    }
    case ChecksumAlgorithm::crc32c: {
      std::uint32_t crc = 0;
      for (const Slice& slice : payload.slices()) crc = base::crc32c(slice.view(), crc);
      return big_endian(crc);
    }
    case ChecksumAlgorithm::crc64nvme: {
      std::uint64_t crc = 0;
      for (const Slice& slice : payload.slices()) crc = base::crc64nvme(slice.view(), crc);
      return big_endian(crc);
    }
    case ChecksumAlgorithm::sha1:
      return openssl_digest(EVP_sha1(), payload);
    case ChecksumAlgorithm::sha256:
      return openssl_digest(EVP_sha256(), payload);
  }
  throw base::Error(base::ErrorKind::internal, "unknown checksum algorithm");
}

std::string combine_checksums(ChecksumAlgorithm algorithm, std::string_view raw_a, std::string_view raw_b,
                              std::uint64_t b_size_bytes) {
  const auto a32 = from_big_endian<std::uint32_t>(raw_a);
  const auto b32 = from_big_endian<std::uint32_t>(raw_b);
  switch (algorithm) {
    case ChecksumAlgorithm::crc32:
      return big_endian(base::crc32_combine(a32, b32, b_size_bytes));
    case ChecksumAlgorithm::crc32c:
      return big_endian(base::crc32c_combine(a32, b32, b_size_bytes));
    case ChecksumAlgorithm::crc64nvme:
      return big_endian(base::crc64nvme_combine(from_big_endian<std::uint64_t>(raw_a),
                                                from_big_endian<std::uint64_t>(raw_b), b_size_bytes));
    default:
      throw base::Error(base::ErrorKind::internal, "digests of parts don't combine");
  }
}

std::string md5_of(const Payload& payload) {
  return openssl_digest(EVP_md5(), payload);
}

}  // namespace s3c::sim
