// RestoreObject: makes an archived object readable after the simulator's thaw time, until its days are over.
#include "sim/call.h"
#include "sim/object_access.h"
#include "sim/xml_request.h"

namespace s3c::sim {
namespace {

/// S3 adds the days and rounds up to the next midnight UTC.
base::Timestamp expiry(base::Timestamp ready_at, int days) {
  return std::chrono::ceil<std::chrono::days>(ready_at + std::chrono::days(days));
}

}  // namespace

Response restore_object(const Call& call) {
  Object& object = require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
  const pugi::xml_document document = parse_xml(call.request.body.contiguous(), "RestoreRequest");
  const pugi::xml_node root = document.document_element();
  if (root.child("Type")) throw S3Error(S3Code::NotImplemented, "RestoreObject of type SELECT");
  const int days = root.child("Days").text().as_int();
  if (days < 1) throw S3Error(S3Code::MalformedXML);
  if (!needs_thaw(object.attributes.storage_class)) {
    throw S3Error(S3Code::InvalidObjectState, "Restore is not allowed for the object's current storage class")
        .with("StorageClass", std::string(name(object.attributes.storage_class)));
  }
  std::string_view tier = root.child("GlacierJobParameters").child_value("Tier");
  if (tier.empty()) tier = root.child_value("Tier");
  if (!tier.empty() && tier != "Standard" && tier != "Bulk" && tier != "Expedited") {
    throw S3Error(S3Code::MalformedXML);
  }
  if (tier == "Expedited" && object.attributes.storage_class == StorageClass::deep_archive) {
    throw S3Error(S3Code::InvalidArgument, "Retrieval option is not supported by this storage class")
        .with("ArgumentName", "Tier")
        .with("ArgumentValue", "Expedited");
  }

  Response response;
  if (is_thawed(object, call.now)) {
    object.thaw->expires_at = expiry(call.now, days);
    return response;  // 200: only the days are new
  }
  if (object.thaw && call.now < object.thaw->ready_at) throw S3Error(S3Code::RestoreAlreadyInProgress);
  const base::Timestamp ready_at = call.now + call.options.thaw_time;
  object.thaw = Thaw{ready_at, expiry(ready_at, days)};
  response.status = 202;
  return response;
}

}  // namespace s3c::sim
