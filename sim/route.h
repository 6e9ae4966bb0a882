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
/// The reverse; nullopt for names s3sim doesn't have. "Unknown" isn't one.
std::optional<Operation> parse_operation(std::string_view name);
/// True for what a read-only bucket refuses.
bool mutates(Operation operation);

/// Bucket and key from the path, or from the Host header (bucket.localhost, bucket.s3.localhost); the
/// operation from method, query and headers. Parameters that S3 doesn't know are ignored, as S3 does;
/// sub-resources it knows and we don't make the operation unknown. Throws S3Error: InvalidURI (bad escapes,
/// keys that aren't UTF-8), KeyTooLongError.
Route route_request(const Request& request, const Query& query);

}  // namespace s3c::sim
