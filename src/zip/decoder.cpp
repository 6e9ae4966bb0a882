#include "zip/decoder.h"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "base/hash.h"
#include "zip/failure.h"
#include "zip/format.h"

namespace s3c::zip {
namespace {

constexpr std::size_t kInflatedBytes = std::size_t{256} << 10;
constexpr std::uint64_t kMaxExpansion = 1032;  // 258 bytes for the two bits of a length and a distance code

[[noreturn]] void undecodable(const std::string& what) {
  throw failure(base::ErrorKind::corrupt, what, "decode member");
}

void check_crc32(std::uint32_t actual, std::uint32_t expected) {
  if (actual != expected)
    undecodable(fmt::format("the CRC-32 is {:08x}, but it must be {:08x}", actual, expected));
}

}  // namespace

void check_sizes(Method method, std::uint64_t compressed_size_bytes, std::uint64_t size_bytes) {
  const bool possible = method == Method::stored
                            ? compressed_size_bytes == size_bytes
                            : size_bytes / kMaxExpansion <= compressed_size_bytes &&
                                  compressed_size_bytes / 2 <= size_bytes / 2 + size_bytes / 512 + 512;
  if (!possible) {
    undecodable(fmt::format("{} bytes can't be {} bytes {}", size_bytes, compressed_size_bytes,
                            method == Method::stored ? "stored" : "deflated"));
  }
}

std::string decode_member(Method method, std::string_view compressed, std::uint64_t size_bytes,
                          std::uint32_t crc32) {
  check_sizes(method, compressed.size(), size_bytes);
  std::string body;
  if (method == Method::stored) {
    body = compressed;
  } else {
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!decompressor) throw std::bad_alloc();
    body.resize(size_bytes);
    std::size_t used = 0;
    std::size_t produced = 0;
    const libdeflate_result result = libdeflate_deflate_decompress_ex(
        decompressor.get(), compressed.data(), compressed.size(), body.data(), body.size(), &used, &produced);
    if (result != LIBDEFLATE_SUCCESS || used != compressed.size() || produced != size_bytes) {
      undecodable(
          fmt::format("{} bytes of DEFLATE data don't decode to {} bytes", compressed.size(), size_bytes));
    }
  }
  check_crc32(base::crc32(body), crc32);
  return body;
}

MemberDecoder::MemberDecoder(Method method, std::uint64_t size_bytes, std::uint32_t crc32, Sink sink)
    : method_(method), size_bytes_(size_bytes), crc32_(crc32), sink_(std::move(sink)) {
  if (method_ == Method::stored) return;
  inflate_ = std::make_unique<z_stream>();
  output_.reset(new char[kInflatedBytes]);
  if (inflateInit2(inflate_.get(), kRawDeflate) != Z_OK) throw std::bad_alloc();
}

MemberDecoder::~MemberDecoder() {
  if (inflate_) inflateEnd(inflate_.get());
}

void MemberDecoder::write(std::string_view compressed) {
  if (method_ == Method::stored) return emit(compressed);
  constexpr std::size_t kMaxPiece = std::numeric_limits<uInt>::max();
  for (; !compressed.empty(); compressed.remove_prefix(std::min(compressed.size(), kMaxPiece))) {
    inflate(compressed.substr(0, kMaxPiece));
  }
}

void MemberDecoder::inflate(std::string_view compressed) {
  if (stream_ended_) undecodable("data behind the end of the DEFLATE stream");
  inflate_->next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));  // zlib doesn't write to it
  inflate_->avail_in = static_cast<uInt>(compressed.size());
  do {
    inflate_->next_out = reinterpret_cast<Bytef*>(output_.get());
    inflate_->avail_out = kInflatedBytes;
    const int result = ::inflate(inflate_.get(), Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      undecodable("not a DEFLATE stream");
    stream_ended_ = result == Z_STREAM_END;
    emit({output_.get(), kInflatedBytes - inflate_->avail_out});
  } while (!stream_ended_ && inflate_->avail_out == 0);
  if (stream_ended_ && inflate_->avail_in > 0) undecodable("data behind the end of the DEFLATE stream");
}

void MemberDecoder::emit(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > size_bytes_ - seen_bytes_)
    undecodable(fmt::format("more than {} bytes come out", size_bytes_));
  seen_bytes_ += bytes.size();
  seen_crc32_ = base::crc32(bytes, seen_crc32_);
  sink_(bytes);
}

void MemberDecoder::finish() {
  if (inflate_ && !stream_ended_) undecodable("the DEFLATE stream is cut off");
  if (seen_bytes_ != size_bytes_)
    undecodable(fmt::format("{} bytes come out instead of {}", seen_bytes_, size_bytes_));
  check_crc32(seen_crc32_, crc32_);
}

}  // namespace s3c::zip
