// RestoreObject: an archived object becomes readable after its tier's thaw time, until its days have passed.
// A thaw in progress can be changed to a faster tier.
#include <algorithm>

#include "sim/call.h"
#include "sim/object_access.h"
#include "sim/xml_request.h"

namespace s3c::sim {
namespace {

/// S3 adds the days and rounds up to the next midnight UTC.
base::Timestamp expiry(base::Timestamp ready_at, int days) {
  return std::chrono::ceil<std::chrono::days>(ready_at + std::chrono::days(days));
}

/// Throws S3Error: MalformedXML.
RestoreTier read_tier(pugi::xml_node restore_request) {
  std::string_view text = restore_request.child("GlacierJobParameters").child_value("Tier");
  if (text.empty()) text = restore_request.child_value("Tier");
  if (text.empty()) return RestoreTier::standard;
  for (const RestoreTier tier : {RestoreTier::bulk, RestoreTier::standard, RestoreTier::expedited}) {
    if (text == name(tier)) return tier;
  }
  throw S3Error(S3Code::MalformedXML);
}

}  // namespace

Response restore_object(const Call& call) {
  if (!call.options.powers.restores) throw S3Error(S3Code::NotImplemented, "RestoreObject");
  Object& object = require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
  const pugi::xml_document document = parse_xml(call.request.body.contiguous(), "RestoreRequest");
  const pugi::xml_node root = document.document_element();
  if (root.child("Type")) throw S3Error(S3Code::NotImplemented, "RestoreObject of type SELECT");
  const int days = root.child("Days").text().as_int();
  if (days < 1) throw S3Error(S3Code::MalformedXML);
  const RestoreTier tier = read_tier(root);
  const StorageClass storage_class = object.attributes.storage_class;
  if (!needs_thaw(storage_class)) {
    throw S3Error(S3Code::InvalidObjectState, "Restore is not allowed for the object's current storage class")
        .with("StorageClass", std::string(name(storage_class)));
  }
  if (tier == RestoreTier::expedited && storage_class == StorageClass::deep_archive) {
    throw S3Error(S3Code::InvalidArgument, "Retrieval option is not supported by this storage class")
        .with("ArgumentName", "Tier")
        .with("ArgumentValue", "Expedited");
  }

  const base::Timestamp now = call.thaw_now;
  Response response;
  response.storage_class = storage_class;
  if (is_thawed(object, now)) {  // 200: only the days change, and only the request is charged
    object.thaw->expires_at = expiry(now, days);
    response.retrieval = Retrieval{storage_class, tier, 0};
    return response;
  }
  const bool in_progress = object.thaw && now < object.thaw->ready_at;
  if (in_progress && tier <= object.thaw->tier) throw S3Error(S3Code::RestoreAlreadyInProgress);
  base::Timestamp ready_at = now + call.options.thaw_times.of(tier);
  if (in_progress) ready_at = std::min(ready_at, object.thaw->ready_at);
  object.thaw = Thaw{tier, ready_at, expiry(ready_at, days)};
  response.retrieval = Retrieval{storage_class, tier, object.body.size_bytes()};
  response.status = 202;
  return response;
}

}  // namespace s3c::sim
