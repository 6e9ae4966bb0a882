#include "zip/member_encoder.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <new>

#include "base/error.h"
#include "base/hash.h"

namespace s3c::zip {

void MemberEncoder::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

MemberEncoder::MemberEncoder(int level) {
  if (level < 0 || level > 12) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      fmt::format("compression level {} is not 0 to 12", level));
  }
  if (level == 0) return;
  compressor_.reset(libdeflate_alloc_compressor(level));
  if (!compressor_) throw std::bad_alloc();
}

EncodedMember MemberEncoder::encode(std::string name, std::string_view body, base::Timestamp modified) {
  EncodedMember member;
  member.info.name = std::move(name);
  member.info.crc32 = base::crc32(body);
  member.info.size_bytes = body.size();
  member.info.modified = modified;
  if (const std::size_t deflated_size = deflate(body); deflated_size > 0) {
    member.info.method = Method::deflate;
    member.data.assign(scratch_.get(), deflated_size);
  } else {
    member.data.assign(body);
  }
  member.info.compressed_size_bytes = member.data.size();
  if (scratch_size_bytes_ > kKeptScratchBytes) {
    scratch_.reset();
    scratch_size_bytes_ = 0;
  }
  return member;
}

/// Deflates body into scratch_ and returns the size; 0 if DEFLATE isn't smaller.
std::size_t MemberEncoder::deflate(std::string_view body) {
  if (!compressor_ || body.size() < 2) return 0;
  const std::size_t room = body.size() - 1;  // libdeflate returns 0 when the result doesn't fit
  if (scratch_size_bytes_ < room) {
    // The scratch space is not zeroed. The result is copied once its size is known: that costs less than
    // clearing all the space.
    scratch_.reset(new char[room]);
    scratch_size_bytes_ = room;
  }
  return libdeflate_deflate_compress(compressor_.get(), body.data(), body.size(), scratch_.get(), room);
}

}  // namespace s3c::zip
