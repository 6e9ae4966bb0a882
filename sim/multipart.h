// What the multipart operations share. One thread.
#pragma once

#include "sim/call.h"

namespace s3c::sim {

/// The upload that ?uploadId names on this key. Throws S3Error: NoSuchUpload.
Upload& require_upload(const Call& call);

}  // namespace s3c::sim
