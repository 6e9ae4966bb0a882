#include "sim/fault_deletes.h"

#include "base/encoding.h"
#include "sim/checksum.h"
#include "sim/fault_xml.h"
#include "sim/glob.h"
#include "sim/s3_error.h"
#include "sim/xml.h"
#include "sim/xml_request.h"

namespace s3c::sim {

KeysRefused refuse_keys(Request& request, const std::string& glob) {
  pugi::xml_document document;
  try {
    document = parse_xml(request.body.contiguous(), "Delete");
  } catch (const S3Error&) {
    return {};
  }
  KeysRefused refused;
  std::vector<pugi::xml_node> taken_out;
  pugi::xml_node root = document.document_element();
  for (const pugi::xml_node& object : root.children("Object")) {
    const std::string key = object.child_value("Key");
    if (!glob_matches(glob, key)) {
      refused.any_left = true;
      continue;
    }
    RefusedKey& one = refused.keys.emplace_back(RefusedKey{key});
    if (const pugi::xml_node version = object.child("VersionId")) one.version_id = version.child_value();
    taken_out.push_back(object);
  }
  for (const pugi::xml_node& object : taken_out) root.remove_child(object);
  request.after_signature = [body = to_payload(document)](Request& signed_request) {
    signed_request.body = body;
    signed_request.headers.erase_if([](const std::string& name) {
      return name == "content-md5" || name == "x-amz-sdk-checksum-algorithm" ||
             name.starts_with("x-amz-checksum-");
    });
    signed_request.headers.add("content-md5", base::to_base64(md5_of(body)));
  };
  return refused;
}

Response empty_delete_result() {
  Response response;
  response.headers.add("Content-Type", "application/xml");
  response.body = Payload(XmlWriter("DeleteResult").finish());
  return response;
}

bool add_delete_errors(Response& response, const std::vector<RefusedKey>& keys, const std::string& code) {
  std::optional<pugi::xml_document> document = parse_answer(response);
  if (response.status != 200 || !document) return false;
  for (const RefusedKey& refused : keys) {
    pugi::xml_node error = document->document_element().append_child("Error");
    auto add = [&](const char* element, const std::string& text) {
      error.append_child(element).text().set(text.c_str());
    };
    add("Key", refused.key);
    if (refused.version_id) add("VersionId", *refused.version_id);
    add("Code", code);
    add("Message", "A fault of the script");
  }
  response.body = to_payload(*document);
  return true;
}

}  // namespace s3c::sim
