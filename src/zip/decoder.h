// Turns the data of one member back into its bytes and proves them, all at once or piece by piece. The sizes
// in the headers are claims: they are checked, and memory is never allocated because of them alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "zip/entry_info.h"

struct z_stream_s;

namespace s3c::zip {

/// Throws Error corrupt when DEFLATE can't make size_bytes out of compressed_size_bytes (it expands by 1,032
/// at most), or when our writers would never have made the data that long. Any thread.
void check_sizes(Method method, std::uint64_t compressed_size_bytes, std::uint64_t size_bytes);

/// Decodes one member from its bytes alone (a ranged GET of [data_offset, data_offset + compressed size)).
/// Throws Error corrupt unless the result has exactly size_bytes and this CRC-32. Takes size_bytes of memory,
/// but only if that many bytes can come out of compressed. Any thread.
std::string decode_member(Method method, std::string_view compressed, std::uint64_t size_bytes,
                          std::uint32_t crc32);

/// Decodes in pieces of any size and in constant memory (256 KiB). So it also decodes a member larger than
/// memory while it arrives as the body of a GET. Until finish() has returned, the bytes that sink got are
/// unproven. One thread at a time.
class MemberDecoder {
 public:
  using Sink = std::function<void(std::string_view)>;

  MemberDecoder(Method method, std::uint64_t size_bytes, std::uint32_t crc32, Sink sink);
  ~MemberDecoder();
  MemberDecoder(const MemberDecoder&) = delete;
  MemberDecoder& operator=(const MemberDecoder&) = delete;

  /// Throws Error corrupt as soon as the data can't be right any more; what sink throws passes through.
  void write(std::string_view compressed);
  /// Throws Error corrupt unless exactly size_bytes with the right CRC-32 came out.
  void finish();

 private:
  void emit(std::string_view bytes);
  void inflate(std::string_view compressed);

  const Method method_;
  const std::uint64_t size_bytes_;
  const std::uint32_t crc32_;
  Sink sink_;
  std::unique_ptr<z_stream_s> inflate_;  // null when stored
  std::unique_ptr<char[]> output_;
  bool stream_ended_ = false;
  std::uint64_t seen_bytes_ = 0;
  std::uint32_t seen_crc32_ = 0;
};

}  // namespace s3c::zip
