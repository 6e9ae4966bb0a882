#include "archive/open_uploads.h"

#include <utility>

#include "base/error.h"

namespace s3c::archive {

void for_each_upload(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                     const std::function<bool(const s3::MultipartUpload&)>& visit) {
  std::string key_marker;
  std::string upload_id_marker;
  for (;;) {
    s3::ListMultipartUploadsPage page =
        store.list_multipart_uploads(bucket, prefix, key_marker, upload_id_marker);
    for (const s3::MultipartUpload& upload : page.uploads) {
      if (upload.key.starts_with(prefix) && !visit(upload)) return;
    }
    if (!page.truncated) return;
    // A page that comes again would never end.
    if (page.next_key_marker < key_marker ||
        (page.next_key_marker == key_marker && page.next_upload_id_marker == upload_id_marker)) {
      throw base::Error(base::ErrorKind::corrupt, "the listing of uploads doesn't move on",
                        {.operation = "ListMultipartUploads", .resource = bucket + "/" + prefix});
    }
    key_marker = std::move(page.next_key_marker);
    upload_id_marker = std::move(page.next_upload_id_marker);
  }
}

std::optional<s3::MultipartUpload> find_upload(s3::ObjectStore& store, const std::string& bucket,
                                               const std::string& key, const std::string& upload_id) {
  std::optional<s3::MultipartUpload> found;
  for_each_upload(store, bucket, key, [&](const s3::MultipartUpload& upload) {
    if (upload.key == key && upload.upload_id == upload_id) found = upload;
    return !found && upload.key == key;  // in key order: the name itself comes first
  });
  return found;
}

}  // namespace s3c::archive
