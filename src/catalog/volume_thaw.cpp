#include "catalog/volume_thaw.h"

#include "base/error.h"

namespace s3c::catalog {

void validate(const ThawOptions& options) {
  if (options.days < 1 || options.days > 30'000)
    throw base::Error(base::ErrorKind::invalid_argument, "days must be between 1 and 30000");
}

bool ask_for_thaw(s3::ObjectStore& store, const std::string& archive_bucket, const std::string& archive_key,
                  const ThawOptions& options) {
  s3::RestoreObjectRequest request;
  request.bucket = archive_bucket;
  request.key = archive_key;
  request.days = options.days;
  request.tier = options.tier;
  return store.restore_object(request) == s3::RestoreOutcome::started;
}

}  // namespace s3c::catalog
