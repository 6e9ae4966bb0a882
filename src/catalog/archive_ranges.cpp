#include "catalog/archive_ranges.h"

#include <utility>

namespace s3c::catalog {

zip::Reader::ReadAt ranges_of(s3::ObjectStore& store, std::string archive_bucket, std::string archive_key,
                              std::string etag) {
  s3::GetObjectRequest request;
  request.bucket = std::move(archive_bucket);
  request.key = std::move(archive_key);
  request.if_match = std::move(etag);
  return [&store, of_archive = std::move(request)](std::uint64_t offset, std::uint64_t size_bytes) {
    s3::GetObjectRequest part = of_archive;
    part.range = s3::ByteRange{offset, size_bytes};
    part.expected_size_bytes = size_bytes;
    return store.get_object(part).body;
  };
}

}  // namespace s3c::catalog
