// The unfinished multipart uploads of a bucket, as a stream.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "s3/object_store.h"

namespace s3c::catalog {

/// Calls visit for every unfinished upload to a key that starts with prefix, until visit
/// returns false. Holds one page in memory. visit may abort uploads: that doesn't disturb the listing. Throws
/// the store's errors, and corrupt for a listing that doesn't move on. Blocks; any thread.
void for_each_upload(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                     const std::function<bool(const s3::MultipartUpload&)>& visit);

/// The unfinished upload of that id; nullopt when it was completed or aborted. Lists the uploads to that
/// exact name. The answer of an abort would prove nothing: many stores always, and S3 for hours, answer
/// success for a completed upload too. Throws as for_each_upload() does.
std::optional<s3::MultipartUpload> find_upload(s3::ObjectStore& store, const std::string& bucket,
                                               const std::string& key, const std::string& upload_id);

}  // namespace s3c::catalog
