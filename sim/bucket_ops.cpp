// Operations on buckets, apart from listings.
#include "sim/call.h"
#include "sim/object_lock.h"
#include "sim/xml.h"
#include "sim/xml_request.h"

namespace s3c::sim {
Response xml_response(std::string document) {
  Response response;
  response.headers.add("Content-Type", "application/xml");
  response.body = Payload(std::move(document));
  return response;
}

Response list_buckets(const Call& call) {
  XmlWriter xml("ListAllMyBucketsResult");
  xml.open("Owner");
  xml.element("ID", call.user.canonical_id);
  xml.element("DisplayName", call.user.access_key);
  xml.close();
  xml.open("Buckets");
  for (const auto& [name, bucket] : call.store.buckets()) {
    if (bucket.owner_id() != call.user.canonical_id) continue;
    xml.open("Bucket");
    xml.element("Name", name);
    xml.element("CreationDate", base::format_iso8601(bucket.created()));
    xml.close();
  }
  return xml_response(xml.finish());
}

Response create_bucket(const Call& call) {
  const std::string& name = call.route.bucket;
  if (!is_bucket_name(name)) throw S3Error(S3Code::InvalidBucketName).with("BucketName", name);
  if (const Bucket* existing = call.store.bucket(name)) {
    // us-east-1 answers 200 when the owner creates the bucket again; other regions answer
    // BucketAlreadyOwnedByYou.
    if (existing->owner_id() != call.user.canonical_id) {
      throw S3Error(S3Code::BucketAlreadyExists).with("BucketName", name);
    }
  } else {
    Bucket& bucket = call.store.add_bucket(name, call.user.canonical_id, call.now);
    if (is_true(call.header("x-amz-bucket-object-lock-enabled"))) bucket.enable_object_lock();
  }
  Response response;
  response.headers.add("Location", "/" + name);
  return response;
}

Response head_bucket(const Call& call) {
  Response response;
  response.headers.add("x-amz-bucket-region", call.options.region);
  return response;
}

Response delete_bucket(const Call& call) {
  if (!call.bucket().empty()) throw S3Error(S3Code::BucketNotEmpty).with("BucketName", call.route.bucket);
  call.store.remove_bucket(call.route.bucket);
  Response response;
  response.status = 204;
  return response;
}

Response get_bucket_location(const Call& call) {
  // For us-east-1 the element is empty.
  std::string document =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  if (call.options.region != "us-east-1") append_xml_escaped(document, call.options.region);
  return xml_response(document + "</LocationConstraint>");
}

Response get_bucket_versioning(const Call& call) {
  XmlWriter xml("VersioningConfiguration");
  if (call.bucket().versioning() == Versioning::enabled) xml.element("Status", "Enabled");
  if (call.bucket().versioning() == Versioning::suspended) xml.element("Status", "Suspended");
  return xml_response(xml.finish());
}

Response put_bucket_versioning(const Call& call) {
  const pugi::xml_document document = parse_xml(call.request.body.contiguous(), "VersioningConfiguration");
  const std::string_view status = document.document_element().child_value("Status");
  if (status == "Enabled") {
    call.bucket().set_versioning(Versioning::enabled);
  } else if (status == "Suspended") {
    if (call.bucket().has_object_lock()) {
      throw S3Error(S3Code::InvalidBucketState,
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot "
                    "be changed.");
    }
    call.bucket().set_versioning(Versioning::suspended);
  } else {
    throw S3Error(S3Code::IllegalVersioningConfigurationException);
  }
  return {};
}

}  // namespace s3c::sim
