// What is known of a store by its host name, because no request can find it out. Pure function, any thread.
#pragma once

#include "aws/endpoint.h"

namespace s3c::s3 {

/// Whether of two CompleteMultipartUploads with If-None-Match that arrive at once only one can win. False for
/// every store that the table in known_stores.cpp doesn't have: a store may honour the condition for one
/// request at a time, and still let two through that come together.
bool completes_atomically(const aws::EndpointSettings& endpoint);

}  // namespace s3c::s3
