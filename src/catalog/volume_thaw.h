// Asking S3 to make a frozen volume readable.
#pragma once

#include <string>

#include "s3/object_store.h"

namespace s3c::catalog {

struct ThawOptions {
  s3::RestoreTier tier = s3::RestoreTier::bulk;
  int days = 3;  ///< how long a thawed copy stays, 1 to 30,000
};

/// Throws base::Error (invalid_argument) naming the option when a value can't work.
void validate(const ThawOptions& options);

/// Asks for the thaw of one archive. True: this started one. False: one is on its way or over. Blocks. Throws
/// the store's errors.
bool ask_for_thaw(s3::ObjectStore& store, const std::string& archive_bucket, const std::string& archive_key,
                  const ThawOptions& options);

}  // namespace s3c::catalog
