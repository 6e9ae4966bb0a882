// Get- and PutObjectLockConfiguration, -ObjectRetention, -ObjectLegalHold.
#include "sim/call.h"
#include "sim/digest_headers.h"
#include "sim/object_access.h"
#include "sim/object_lock.h"
#include "sim/xml.h"
#include "sim/xml_request.h"

namespace s3c::sim {
namespace {

constexpr int kMaxRetentionDays = 36'500;
constexpr int kMaxRetentionYears = 100;

/// The version a lock operation is about.
Object& require_lockable(const Call& call) {
  if (!call.bucket().has_object_lock()) {
    throw S3Error(S3Code::InvalidRequest, "Bucket is missing Object Lock Configuration");
  }
  return require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
}

pugi::xml_document checked_xml(const Call& call, const char* root) {
  require_digest(call);
  check_digests(call, md5_of(call.request.body), std::nullopt);
  return parse_xml(call.request.body.contiguous(), root);
}

DefaultRetention parse_default_retention(const pugi::xml_node& node) {
  const std::optional<LockMode> mode = parse_lock_mode(node.child_value("Mode"));
  const bool has_days = static_cast<bool>(node.child("Days"));
  if (!mode || has_days == static_cast<bool>(node.child("Years"))) throw S3Error(S3Code::MalformedXML);
  const int time = node.child(has_days ? "Days" : "Years").text().as_int();
  if (time < 1 || time > (has_days ? kMaxRetentionDays : kMaxRetentionYears)) {
    throw S3Error(S3Code::InvalidArgument,
                  "Default retention period must be a positive integer value, of at most 100 years");
  }
  return {*mode, has_days ? time : 0, has_days ? 0 : time};
}

/// A retention that still runs may always be extended. For any other change, GOVERNANCE needs a bypass, and
/// COMPLIANCE allows none.
void require_changeable(const Call& call, const std::optional<Retention>& now,
                        const std::optional<Retention>& wanted) {
  if (!now || call.now >= now->until) return;
  if (wanted && wanted->mode == now->mode && wanted->until >= now->until) return;
  if (now->mode == LockMode::governance && bypasses_governance(call)) return;
  throw S3Error(S3Code::AccessDenied, "Access Denied because object protected by object lock.");
}

}  // namespace

Response get_object_lock_configuration(const Call& call) {
  if (!call.bucket().has_object_lock()) {
    throw S3Error(S3Code::ObjectLockConfigurationNotFoundError).with("BucketName", call.route.bucket);
  }
  XmlWriter xml("ObjectLockConfiguration");
  xml.element("ObjectLockEnabled", "Enabled");
  if (const std::optional<DefaultRetention>& retention = call.bucket().default_retention()) {
    xml.open("Rule");
    xml.open("DefaultRetention");
    xml.element("Mode", name(retention->mode));
    if (retention->days > 0) xml.element("Days", static_cast<std::uint64_t>(retention->days));
    if (retention->years > 0) xml.element("Years", static_cast<std::uint64_t>(retention->years));
  }
  return xml_response(xml.finish());
}

Response put_object_lock_configuration(const Call& call) {
  const pugi::xml_document document = checked_xml(call, "ObjectLockConfiguration");
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.child_value("ObjectLockEnabled")) != "Enabled")
    throw S3Error(S3Code::MalformedXML);
  std::optional<DefaultRetention> retention;
  if (const pugi::xml_node rule = root.child("Rule"))
    retention = parse_default_retention(rule.child("DefaultRetention"));
  if (call.bucket().versioning() != Versioning::enabled) {
    throw S3Error(S3Code::InvalidBucketState,
                  "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
  }
  call.bucket().enable_object_lock();
  call.bucket().set_default_retention(retention);
  return {};
}

Response get_object_retention(const Call& call) {
  const std::optional<Retention>& retention = require_lockable(call).attributes.lock.retention;
  if (!retention) throw S3Error(S3Code::NoSuchObjectLockConfiguration);
  XmlWriter xml("Retention");
  xml.element("Mode", name(retention->mode));
  xml.element("RetainUntilDate", base::format_iso8601(retention->until));
  return xml_response(xml.finish());
}

Response put_object_retention(const Call& call) {
  Object& object = require_lockable(call);
  const pugi::xml_document document = checked_xml(call, "Retention");
  const pugi::xml_node root = document.document_element();
  std::optional<Retention> wanted;
  if (root.first_child()) {  // an empty <Retention/> removes the retention
    const std::optional<LockMode> mode = parse_lock_mode(root.child_value("Mode"));
    const std::optional<base::Timestamp> until = base::parse_iso8601(root.child_value("RetainUntilDate"));
    if (!mode || !until) throw S3Error(S3Code::MalformedXML);
    if (*until <= call.now)
      throw S3Error(S3Code::InvalidArgument, "The retain until date must be in the future!");
    wanted = Retention{*mode, *until};
  }
  require_changeable(call, object.attributes.lock.retention, wanted);
  object.attributes.lock.retention = wanted;
  return {};
}

Response get_object_legal_hold(const Call& call) {
  const std::optional<bool> legal_hold = require_lockable(call).attributes.lock.legal_hold;
  if (!legal_hold) throw S3Error(S3Code::NoSuchObjectLockConfiguration);
  XmlWriter xml("LegalHold");
  xml.element("Status", *legal_hold ? "ON" : "OFF");
  return xml_response(xml.finish());
}

Response put_object_legal_hold(const Call& call) {
  Object& object = require_lockable(call);
  const pugi::xml_document document = checked_xml(call, "LegalHold");
  const std::string_view status = document.document_element().child_value("Status");
  if (status != "ON" && status != "OFF") throw S3Error(S3Code::MalformedXML);
  object.attributes.lock.legal_hold = status == "ON";
  return {};
}

}  // namespace s3c::sim
