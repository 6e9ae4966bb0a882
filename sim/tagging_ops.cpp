// Get-, Put- and DeleteObjectTagging.
#include "sim/call.h"
#include "sim/digest_headers.h"
#include "sim/object_access.h"
#include "sim/object_headers.h"
#include "sim/xml.h"
#include "sim/xml_request.h"

namespace s3c::sim {

Response get_object_tagging(const Call& call) {
  const Object& object = require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
  XmlWriter xml("Tagging");
  xml.open("TagSet");
  for (const Tag& tag : object.attributes.tags) {
    xml.open("Tag");
    xml.element("Key", tag.key);
    xml.element("Value", tag.value);
    xml.close();
  }
  Response response = xml_response(xml.finish());
  write_version(response, call.bucket(), object);
  return response;
}

Response put_object_tagging(const Call& call) {
  Object& object = require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
  check_digests(call, md5_of(call.request.body), std::nullopt);
  const pugi::xml_document document = parse_xml(call.request.body.contiguous(), "Tagging");
  std::vector<Tag> tags;
  for (const pugi::xml_node& node : document.document_element().child("TagSet").children("Tag")) {
    tags.push_back({node.child_value("Key"), node.child_value("Value")});
  }
  check_tags(tags);
  object.attributes.tags = std::move(tags);
  Response response;
  write_version(response, call.bucket(), object);
  return response;
}

Response delete_object_tagging(const Call& call) {
  Object& object = require_object(call, call.bucket(), call.key(), call.query.find("versionId"));
  object.attributes.tags.clear();
  Response response;
  response.status = 204;
  write_version(response, call.bucket(), object);
  return response;
}

}  // namespace s3c::sim
