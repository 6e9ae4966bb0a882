// PutObject.
#include "base/encoding.h"
#include "sim/call.h"
#include "sim/conditions.h"
#include "sim/digest_headers.h"
#include "sim/object_headers.h"
#include "sim/object_lock.h"

namespace s3c::sim {

Response put_object(const Call& call) {
  Object object;
  object.attributes = read_attributes(call);
  require_digest_for_lock(call, object.attributes.lock);
  object.last_modified = call.put_now;
  const std::string md5 = md5_of(call.request.body);
  const std::optional<BodyChecksum> checksum = check_digests(call, md5, std::nullopt);
  check_write_conditions(call, call.bucket().current(call.key()));

  object.etag = base::to_hex(md5);
  object.body = call.request.body;
  if (checksum) {
    object.checksum =
        Checksum{checksum->algorithm, ChecksumType::full_object, base::to_base64(checksum->raw)};
  }
  const Object& stored = call.bucket().put(call.key(), std::move(object));

  Response response;
  response.storage_class = stored.attributes.storage_class;
  response.headers.add("ETag", '"' + stored.etag + '"');
  if (stored.checksum) write_checksum(response, *stored.checksum);
  for (const Header& field : stored.attributes.headers) {
    if (field.name.starts_with("x-amz-server-side-encryption")) response.headers.add(field.name, field.value);
  }
  write_version(response, call.bucket(), stored);
  return response;
}

}  // namespace s3c::sim
