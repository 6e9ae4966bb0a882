#include "catalog/open_uploads.h"

#include <optional>

#include "s3/listing.h"

namespace s3c::catalog {

void for_each_upload(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                     const std::function<bool(const s3::MultipartUpload&)>& visit) {
  s3::UploadPages pages(store, bucket, prefix);
  while (const std::optional<s3::ListMultipartUploadsPage> page = pages.next()) {
    for (const s3::MultipartUpload& upload : page->uploads) {
      if (upload.key.starts_with(prefix) && !visit(upload)) return;
    }
  }
}

std::optional<s3::MultipartUpload> find_upload(s3::ObjectStore& store, const std::string& bucket,
                                               const std::string& key, const std::string& upload_id) {
  std::optional<s3::MultipartUpload> found;
  for_each_upload(store, bucket, key, [&](const s3::MultipartUpload& upload) {
    if (upload.key == key && upload.upload_id == upload_id) found = upload;
    return !found;
  });
  return found;
}

}  // namespace s3c::catalog
