#include "sim/xml_request.h"

#include "sim/s3_error.h"

namespace s3c::sim {
namespace {

/// pugixml turns "&#0;" into a NUL, and its C strings end there: the key "a&#0;b" would become "a", another
/// key.
bool has_nul(std::string_view body) {
  if (body.find('\0') != std::string_view::npos) return true;
  for (std::size_t at = body.find("&#"); at != std::string_view::npos; at = body.find("&#", at + 2)) {
    const std::size_t end = body.find(';', at);
    if (end == std::string_view::npos) return false;
    if (body.substr(at + 2, end - at - 2).find_first_not_of("xX0") == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

pugi::xml_document parse_xml(std::string_view body, const char* root) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(
      body.data(), body.size(), pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!result || has_nul(body) || std::string_view(document.document_element().name()) != root) {
    throw S3Error(S3Code::MalformedXML);
  }
  return document;
}

std::string_view unquoted(std::string_view etag) {
  if (etag.starts_with('"')) etag.remove_prefix(1);
  if (etag.ends_with('"')) etag.remove_suffix(1);
  return etag;
}

}  // namespace s3c::sim
