#include "plan/archive_size.h"

#include <cmath>

#include "plan/request_forecast.h"
#include "zip/format.h"

namespace s3c::plan {
namespace {

/// What a row of the index takes when it is compressed.
constexpr std::uint64_t kRowBytes = 60;
/// A manifest without blocks, and what each block adds.
constexpr std::uint64_t kManifestBytes = 1'150;
constexpr std::uint64_t kBlockBytes = 250;

}  // namespace

std::uint64_t SizeModel::index_bytes(std::uint64_t members) {
  return members * kRowBytes;
}

std::uint64_t SizeModel::manifest_bytes(std::uint64_t members) {
  return kManifestBytes + index_blocks(members) * kBlockBytes;
}

std::uint64_t SizeModel::archive_bytes(std::uint64_t members, std::uint64_t bytes,
                                       std::uint64_t key_bytes) const {
  const auto compressed = static_cast<std::uint64_t>(std::llround(static_cast<double>(bytes) * ratio));
  return compressed + members * (zip::kLocalHeaderBytes + zip::kCentralHeaderBytes) + 2 * key_bytes +
         index_bytes(members) + zip::kEndBytes;
}

}  // namespace s3c::plan
