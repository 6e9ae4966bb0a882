#include "zip/pending_directory.h"

#include <fmt/format.h>
#include <zstd.h>

#include <new>

#include "base/error.h"

namespace s3c::zip {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr int kLevel = 3;

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result) != 0) {
    throw base::Error(base::ErrorKind::internal, fmt::format("zstd: {}", ZSTD_getErrorName(result)));
  }
  return result;
}

}  // namespace

void PendingDirectory::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

PendingDirectory::PendingDirectory() : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::bad_alloc();
}

PendingDirectory::~PendingDirectory() = default;

void PendingDirectory::append(std::string_view record) {
  open_chunk_.append(record);
  ++entries_;
  size_bytes_ += record.size();
  if (open_chunk_.size() >= kChunkBytes) compress_open_chunk();
}

void PendingDirectory::compress_open_chunk() {
  scratch_.resize(ZSTD_compressBound(open_chunk_.size()));
  const std::size_t size = checked(ZSTD_compressCCtx(context_.get(), scratch_.data(), scratch_.size(),
                                                     open_chunk_.data(), open_chunk_.size(), kLevel));
  chunks_.append(std::string_view(scratch_).substr(0, size));
  chunk_sizes_.push_back(size);
  open_chunk_.clear();
}

void PendingDirectory::drain(const std::function<void(std::string_view)>& sink) {
  context_.reset();
  std::string_view rest = chunks_.view();
  for (const std::size_t size : chunk_sizes_) {
    scratch_.resize(ZSTD_getFrameContentSize(rest.data(), size));
    checked(ZSTD_decompress(scratch_.data(), scratch_.size(), rest.data(), size));
    rest.remove_prefix(size);
    sink(scratch_);
  }
  chunks_ = {};
  chunk_sizes_ = {};
  if (!open_chunk_.empty()) sink(open_chunk_);
  open_chunk_ = {};
  scratch_ = {};
}

std::uint64_t PendingDirectory::memory_bytes() const {
  return chunks_.size() + chunk_sizes_.capacity() * sizeof(std::size_t) + open_chunk_.capacity() +
         scratch_.capacity();
}

}  // namespace s3c::zip
