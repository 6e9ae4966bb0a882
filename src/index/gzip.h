// The gzip wrapping of one index block, shared by writer and reader. Source: RFC 1952 (gzip), RFC 1951
// (DEFLATE).
//
//   offset   bytes  what
//   0        10     header: 1f 8b, method 8, no flags, no time, no extra flags, system unknown (ff)
//   10       n      raw DEFLATE ending with a full flush (00 00 ff ff), no final block
//   10 + n   2      03 00: an empty final block
//   12 + n   4      CRC-32 of the text, little-endian
//   16 + n   4      length of the text, little-endian
#pragma once

#include <cstddef>
#include <string_view>

namespace s3c::index {

inline constexpr std::string_view kGzipHeader{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10};
inline constexpr std::string_view kDeflateEnd{"\x03\x00", 2};
inline constexpr std::size_t kGzipTailBytes = 10;  // with kDeflateEnd
inline constexpr std::size_t kGzipBytes = kGzipHeader.size() + kGzipTailBytes;
inline constexpr int kRawDeflate = -15;  // zlib's windowBits: largest window, no wrapping

}  // namespace s3c::index
