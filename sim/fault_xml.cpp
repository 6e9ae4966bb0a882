#include "sim/fault_xml.h"

#include <sstream>

#include "sim/fault_answers.h"

namespace s3c::sim {

std::optional<pugi::xml_document> parse_answer(const Response& response) {
  if (!is_xml(response)) return std::nullopt;
  const std::string body = response.body.to_string();
  pugi::xml_document document;
  const unsigned int options = pugi::parse_default | pugi::parse_ws_pcdata_single;
  if (!document.load_buffer(body.data(), body.size(), options, pugi::encoding_utf8)) return std::nullopt;
  return document;
}

Payload to_payload(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
  return Payload(std::move(out).str());
}

}  // namespace s3c::sim
