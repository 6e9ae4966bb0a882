// Checks a request's body against what was signed, and removes the aws-chunked framing.
// Source: S3 API reference, "Signature calculations: transferring payload in multiple chunks" and "... with
// trailing headers".
//
//   body     = *chunk last-chunk trailer
//   chunk    = hex-size [";chunk-signature=" 64hex] CRLF size*OCTET CRLF
//   last     = "0" [";chunk-signature=" 64hex] CRLF
//   trailer  = *(name ":" value CRLF) ["x-amz-trailer-signature:" 64hex CRLF] CRLF
#pragma once

#include "sim/auth.h"
#include "sim/request.h"

namespace s3c::sim {

/// Afterwards request.body holds the object's bytes, request.headers also holds the trailing headers, and
/// Content-Encoding has no "aws-chunked". Throws S3Error: XAmzContentSHA256Mismatch, SignatureDoesNotMatch (a
/// chunk), IncompleteBody, InvalidRequest.
void check_payload(Request& request, const Authenticated& authenticated);

}  // namespace s3c::sim
