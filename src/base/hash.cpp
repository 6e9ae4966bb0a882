#include "base/hash.h"

#include <libdeflate.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include "base/error.h"

namespace s3c::base {
namespace {

[[noreturn]] void openssl_failed(const char* what) {
  throw Error(ErrorKind::internal, std::string("OpenSSL refused ") + what);
}

}  // namespace

void Digest::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Digest::Digest(const evp_md_st* algorithm) : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1) openssl_failed("a digest");
}

Digest Digest::md5() {
  return Digest(EVP_md5());
}
Digest Digest::sha1() {
  return Digest(EVP_sha1());
}
Digest Digest::sha256() {
  return Digest(EVP_sha256());
}

void Digest::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) openssl_failed("digest input");
}

std::string Digest::finish() {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(out.data()), &size) != 1) {
    openssl_failed("to finish a digest");
  }
  out.resize(size);
  return out;
}

std::string md5(std::string_view bytes) {
  Digest digest = Digest::md5();
  digest.update(bytes);
  return digest.finish();
}

std::string sha256(std::string_view bytes) {
  Digest digest = Digest::sha256();
  digest.update(bytes);
  return digest.finish();
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string out(32, '\0');
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(out.data()), &size) == nullptr) {
    openssl_failed("HMAC-SHA256");
  }
  return out;
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t crc) {
  return libdeflate_crc32(crc, bytes.data(), bytes.size());
}

std::uint32_t crc32_combine(std::uint32_t crc_a, std::uint32_t crc_b, std::uint64_t b_size_bytes) {
  return static_cast<std::uint32_t>(::crc32_combine64(crc_a, crc_b, static_cast<z_off64_t>(b_size_bytes)));
}

std::string crc32_bytes(std::uint32_t crc) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>((crc >> shift) & 0xff));
  return out;
}

}  // namespace s3c::base
