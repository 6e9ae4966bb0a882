// Compresses one whole body in memory into a ZIP member. Each compressing thread keeps an encoder of its own,
// because making an encoder costs more than encoding a small body. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "zip/entry_info.h"

struct libdeflate_compressor;

namespace s3c::zip {

/// A member ready to be written: what its local header says (both offsets still 0), and its data.
struct EncodedMember {
  EntryInfo info;
  std::string data;
};

class MemberEncoder {
 public:
  /// level: 0 (store everything) to 12 (smallest), libdeflate's scale. Throws Error invalid_argument for any
  /// other level.
  explicit MemberEncoder(int level);

  /// Uses DEFLATE, or STORED if that is not larger (as for an empty body), and always STORED at level 0.
  /// name: see EntryNamer. The body may be freed afterwards.
  EncodedMember encode(std::string name, std::string_view body, base::Timestamp modified);

  /// The most that encode() holds for a body of size_bytes, besides the body: the result, and as much scratch
  /// space. Of the scratch space the encoder keeps only kKeptScratchBytes.
  static std::uint64_t peak_memory_bytes(std::uint64_t size_bytes) { return 2 * size_bytes; }

  static constexpr std::size_t kKeptScratchBytes = std::size_t{1} << 20;

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  std::size_t deflate(std::string_view body);

  std::unique_ptr<libdeflate_compressor, Free> compressor_;  // null at level 0
  std::unique_ptr<char[]> scratch_;
  std::size_t scratch_size_bytes_ = 0;
};

}  // namespace s3c::zip
