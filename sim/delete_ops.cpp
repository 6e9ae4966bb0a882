// DeleteObject and DeleteObjects.
#include <optional>
#include <vector>

#include "sim/call.h"
#include "sim/conditions.h"
#include "sim/digest_headers.h"
#include "sim/object_lock.h"
#include "sim/xml.h"
#include "sim/xml_request.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kMaxDeleteKeys = 1000;

struct DeleteTarget {
  std::string key;
  std::optional<std::string> version_id;
  std::optional<std::string> etag;  ///< the condition
};

/// A condition is checked against the current version. If there is none, or it is a delete marker, the answer
/// is Not Found.
/// Throws S3Error: NoSuchKey, PreconditionFailed.
void check_delete_condition(const Call& call, const DeleteTarget& target) {
  if (!target.etag) return;
  const Object* current = call.bucket().current(target.key);
  if (current == nullptr) throw S3Error(S3Code::NoSuchKey).with("Key", target.key);
  if (!etag_matches(*target.etag, current->etag)) {
    throw S3Error(S3Code::PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
        .with("Condition", "If-Match");
  }
}

/// Throws S3Error: as above; AccessDenied for a version that is locked.
Removal remove(const Call& call, const DeleteTarget& target) {
  check_delete_condition(call, target);
  if (!target.version_id) return call.bucket().remove(target.key, call.now);
  const Object* version = call.bucket().version(target.key, *target.version_id);
  if (version != nullptr) require_deletable(call, *version);
  return call.bucket().remove_version(target.key, *target.version_id);
}

std::vector<DeleteTarget> parse_targets(const pugi::xml_node& root) {
  std::vector<DeleteTarget> targets;
  for (const pugi::xml_node& node : root.children("Object")) {
    DeleteTarget target;
    target.key = node.child_value("Key");
    if (target.key.empty()) throw S3Error(S3Code::MalformedXML);
    if (const pugi::xml_node version = node.child("VersionId")) target.version_id = version.child_value();
    if (const pugi::xml_node etag = node.child("ETag")) target.etag = etag.child_value();
    if (node.child("Size") || node.child("LastModifiedTime")) {
      throw S3Error(S3Code::NotImplemented,
                    "Conditions on Size and LastModifiedTime are for directory buckets");
    }
    targets.push_back(std::move(target));
  }
  if (targets.empty() || targets.size() > kMaxDeleteKeys) throw S3Error(S3Code::MalformedXML);
  return targets;
}

void write_deleted(XmlWriter& xml, const DeleteTarget& target, const Removal& removal) {
  xml.open("Deleted");
  xml.element("Key", target.key);
  if (target.version_id) xml.element("VersionId", *target.version_id);
  if (removal.delete_marker) {
    xml.flag("DeleteMarker", true);
    xml.element("DeleteMarkerVersionId", removal.version_id);
  }
  xml.close();
}

void write_error(XmlWriter& xml, const DeleteTarget& target, const S3Error& error) {
  xml.open("Error");
  xml.element("Key", target.key);
  if (target.version_id) xml.element("VersionId", *target.version_id);
  xml.element("Code", name(error.code()));
  xml.element("Message", error.message());
  xml.close();
}

}  // namespace

Response delete_object(const Call& call) {
  DeleteTarget target{call.key(), std::nullopt, std::nullopt};
  if (const std::string* version_id = call.query.find("versionId")) target.version_id = *version_id;
  if (const std::string* if_match = call.find_header("if-match");
      if_match != nullptr && call.options.powers.conditional_delete) {
    target.etag = *if_match;
  }
  const Removal removal = remove(call, target);

  Response response;
  response.status = 204;
  if (removal.delete_marker) response.headers.add("x-amz-delete-marker", "true");
  if (!removal.version_id.empty()) response.headers.add("x-amz-version-id", removal.version_id);
  return response;
}

Response delete_objects(const Call& call) {
  if (!call.options.powers.batch_delete) throw S3Error(S3Code::NotImplemented);
  require_digest(call);
  check_digests(call, md5_of(call.request.body), std::nullopt);
  const pugi::xml_document document = parse_xml(call.request.body.contiguous(), "Delete");
  std::vector<DeleteTarget> targets = parse_targets(document.document_element());
  if (!call.options.powers.conditional_batch_delete) {
    for (DeleteTarget& target : targets) target.etag.reset();
  }
  const bool quiet = std::string_view(document.document_element().child_value("Quiet")) == "true";

  XmlWriter xml("DeleteResult");
  for (const DeleteTarget& target : targets) {
    try {
      const Removal removal = remove(call, target);
      if (!quiet) write_deleted(xml, target, removal);
    } catch (const S3Error& error) {
      write_error(xml, target, error);
    }
  }
  return xml_response(xml.finish());
}

}  // namespace s3c::sim
