#include "index/index_file.h"

#include <utility>

#include "base/bytes.h"
#include "base/crc.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "index/gzip.h"

namespace s3c::index {

std::vector<std::string_view> IndexFile::deflate_pieces() const {
  std::vector<std::string_view> pieces;
  for (const Block& block : blocks) {
    const std::string_view wrapped = gz.view().substr(block.offset_bytes, block.length_bytes);
    pieces.push_back(wrapped.substr(kGzipHeader.size(), wrapped.size() - kGzipBytes));
  }
  pieces.push_back(kDeflateEnd);
  return pieces;
}

std::uint64_t IndexFile::deflate_size_bytes() const {
  return gz.size() - blocks.size() * kGzipBytes + kDeflateEnd.size();
}

IndexCursor IndexFile::cursor() const {
  return {[this](std::uint64_t offset, std::uint64_t size_bytes) {
            return std::string(gz.view().substr(offset, size_bytes));
          },
          blocks};
}

void IndexFile::add_block(std::string_view deflated, std::string_view text, std::string first_key_of_block,
                          std::uint64_t block_rows) {
  const std::uint32_t crc = base::crc32(text);
  std::string tail(kDeflateEnd);
  base::append_le(tail, crc);
  base::append_le(tail, static_cast<std::uint32_t>(text.size()));
  const std::uint64_t offset = gz.size();
  for (const std::string_view piece : {kGzipHeader, deflated, std::string_view(tail)}) gz.append(piece);
  blocks.push_back({.first_key = std::move(first_key_of_block),
                    .offset_bytes = offset,
                    .length_bytes = gz.size() - offset,
                    .rows = block_rows,
                    .sha256 = base::to_hex(base::sha256(gz.view().substr(offset)))});
  crc32 = base::crc32_combine(crc32, crc, text.size());
  uncompressed_size_bytes += text.size();
}

}  // namespace s3c::index
