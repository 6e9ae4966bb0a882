// CopyObject. The copy shares the source's bytes.
#include <algorithm>

#include "base/encoding.h"
#include "sim/call.h"
#include "sim/conditions.h"
#include "sim/object_access.h"
#include "sim/object_headers.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

/// "COPY" (the default) or "REPLACE". Throws S3Error: InvalidArgument.
bool replaces(const Call& call, std::string_view header) {
  const std::string* directive = call.find_header(header);
  if (directive == nullptr || *directive == "COPY") return false;
  if (*directive == "REPLACE") return true;
  throw S3Error(S3Code::InvalidArgument, "A directive must be COPY or REPLACE")
      .with("ArgumentName", std::string(header))
      .with("ArgumentValue", *directive);
}

Attributes copied_attributes(const Call& call, const Object& source) {
  Attributes attributes = read_attributes(call);
  if (!replaces(call, "x-amz-tagging-directive")) attributes.tags = source.attributes.tags;
  if (!replaces(call, "x-amz-metadata-directive")) {
    // The storage class and the redirect aren't copied. The request may ask for another encryption.
    std::erase_if(attributes.headers, [](const Header& field) {
      return !field.name.starts_with("x-amz-server-side-encryption") &&
             field.name != "x-amz-website-redirect-location";
    });
    for (const Header& field : source.attributes.headers) {
      if (field.name == "x-amz-website-redirect-location" ||
          field.name.starts_with("x-amz-server-side-encryption")) {
        continue;
      }
      attributes.headers.push_back(field);
    }
  }
  return attributes;
}

/// The copy is one piece, so a composite checksum becomes one over the full object.
std::optional<Checksum> copied_checksum(const Call& call, const Object& source) {
  if (!call.options.powers.checksums) return std::nullopt;
  ChecksumAlgorithm algorithm = source.checksum ? source.checksum->algorithm : ChecksumAlgorithm::crc64nvme;
  if (const std::string* asked = call.find_header("x-amz-checksum-algorithm")) {
    const std::optional<ChecksumAlgorithm> known = parse_checksum_algorithm(*asked);
    if (!known) throw S3Error(S3Code::InvalidRequest, "Checksum algorithm provided is unsupported.");
    algorithm = *known;
  }
  const bool same = source.checksum && source.checksum->algorithm == algorithm &&
                    source.checksum->type == ChecksumType::full_object;
  if (same) return source.checksum;
  return Checksum{algorithm, ChecksumType::full_object,
                  base::to_base64(compute_checksum(algorithm, source.body))};
}

void refuse_copy_onto_itself(const Call& call, const CopySource& source) {
  const bool same_key = source.bucket == &call.bucket() && source.key == call.key();
  const bool changes = replaces(call, "x-amz-metadata-directive") ||
                       replaces(call, "x-amz-tagging-directive") ||
                       call.request.headers.contains("x-amz-storage-class") ||
                       call.request.headers.contains("x-amz-website-redirect-location") ||
                       call.request.headers.contains("x-amz-server-side-encryption") ||
                       source.object != call.bucket().current(call.key());
  if (same_key && !changes) {
    throw S3Error(
        S3Code::InvalidRequest,
        "This copy request is illegal because it is trying to copy an object to itself without changing the "
        "object's metadata, storage class, website redirect location or encryption attributes.");
  }
}

}  // namespace

Response copy_object(const Call& call) {
  const CopySource source = require_copy_source(call);
  refuse_copy_onto_itself(call, source);
  require_copyable_size(source.object->body.size_bytes());
  if (call.options.powers.conditional_copy) check_write_conditions(call, call.bucket().current(call.key()));

  Object copy;
  copy.attributes = copied_attributes(call, *source.object);
  copy.checksum = copied_checksum(call, *source.object);
  copy.body = source.object->body;
  const bool etag_is_md5 = source.object->etag.find('-') == std::string::npos;
  copy.etag = etag_is_md5 ? source.object->etag : base::to_hex(md5_of(copy.body));
  copy.last_modified = call.now;
  const std::string source_version_id = source.object->version_id;
  const bool source_is_versioned = source.bucket->versioning() != Versioning::never;
  const Object& stored =
      call.bucket().put(call.key(), std::move(copy));  // source.object may dangle from here

  XmlWriter xml("CopyObjectResult");
  xml.element("LastModified", base::format_iso8601(stored.last_modified));
  xml.element("ETag", '"' + stored.etag + '"');
  if (stored.checksum) {
    xml.element(element_name(stored.checksum->algorithm), stored.checksum->text);
    xml.element("ChecksumType", name(stored.checksum->type));
  }
  Response response = xml_response(xml.finish());
  response.storage_class = stored.attributes.storage_class;
  write_version(response, call.bucket(), stored);
  if (source_is_versioned) response.headers.add("x-amz-copy-source-version-id", source_version_id);
  return response;
}

}  // namespace s3c::sim
