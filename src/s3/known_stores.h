// What we know of a store by its host name, because no request can find it out. Pure functions, any thread.
#pragma once

#include "aws/endpoint.h"

namespace s3c::s3 {

/// Whether only one can win if two CompleteMultipartUploads with If-None-Match arrive at once. False for
/// every store that isn't in the table in known_stores.cpp. A store may honour the condition for single
/// requests and still accept two that arrive together.
bool completes_atomically(const aws::EndpointSettings& endpoint);

/// Whether the end point is one of AWS, where what the documentation of Amazon S3 says holds.
bool is_aws(const aws::EndpointSettings& endpoint);

}  // namespace s3c::s3
