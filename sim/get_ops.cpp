// GetObject and HeadObject.
#include "sim/call.h"
#include "sim/conditions.h"
#include "sim/digest_headers.h"
#include "sim/object_access.h"
#include "sim/object_headers.h"

namespace s3c::sim {
namespace {

struct Override {
  std::string_view parameter;
  std::string_view header;
};
constexpr Override kOverrides[] = {
    {"response-content-type", "content-type"},
    {"response-content-language", "content-language"},
    {"response-expires", "expires"},
    {"response-cache-control", "cache-control"},
    {"response-content-disposition", "content-disposition"},
    {"response-content-encoding", "content-encoding"},
};

}  // namespace

Response get_object(const Call& call) {
  const bool is_head = call.route.operation == Operation::head_object;
  if (call.query.has("partNumber")) throw S3Error(S3Code::NotImplemented, "GetObject by partNumber");
  const Object& object = require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
  check_read_conditions(call, object);
  if (!is_head) require_readable(call, object);

  Response response;
  write_object_headers(response, call, object);
  for (const Override& candidate : kOverrides) {
    if (const std::string* value = call.query.find(candidate.parameter)) {
      response.headers.erase(candidate.header);
      response.headers.add(std::string(candidate.header), *value);
    }
  }

  const std::uint64_t size_bytes = object.body.size_bytes();
  std::optional<ByteRange> range;
  if (const std::string* header = call.find_header("range")) range = parse_range(*header, size_bytes);
  if (range) {
    response.status = 206;
    response.headers.add("Content-Range", "bytes " + std::to_string(range->first_offset) + '-' +
                                              std::to_string(range->first_offset + range->size_bytes - 1) +
                                              '/' + std::to_string(size_bytes));
  } else if (object.checksum && call.header("x-amz-checksum-mode") == "ENABLED") {
    write_checksum(response, *object.checksum);
  }

  if (is_head) {
    response.head_size_bytes = range ? range->size_bytes : size_bytes;
  } else {
    response.retrieval =
        Retrieval{object.attributes.storage_class, std::nullopt, range ? range->size_bytes : size_bytes};
    response.body = range ? object.body.range(range->first_offset, range->size_bytes) : object.body;
  }
  return response;
}

}  // namespace s3c::sim
