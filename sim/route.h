// Which S3 operation a request is, on which bucket and key. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/query.h"
#include "sim/request.h"

namespace s3c::sim {

struct Route {
  Operation operation = Operation::unknown;
  std::string bucket;  ///< "" for the service itself
  std::string key;     ///< decoded; "" for a bucket
};

/// Source: S3 User Guide, "General purpose buckets naming rules".
bool is_bucket_name(std::string_view name);

/// "GetObject"; S3's name of the operation.
std::string_view name(Operation operation);
/// The reverse; nullopt for names that s3sim doesn't have, "Unknown" included.
std::optional<Operation> parse_operation(std::string_view name);
/// True for operations that a read-only bucket refuses.
bool mutates(Operation operation);

/// Takes bucket and key from the path or from the Host header (bucket.localhost, bucket.s3.localhost), and
/// the operation from method, query and headers. Parameters that S3 doesn't know are ignored, as S3 does. If
/// the query has a sub-resource that S3 knows and s3sim doesn't, the operation is unknown. Throws S3Error:
/// InvalidURI (bad escapes, keys that aren't UTF-8), KeyTooLongError.
Route route_request(const Request& request, const Query& query);

}  // namespace s3c::sim
