#include "sim/fault_answers.h"

#include "sim/xml.h"

namespace s3c::sim {
namespace {

constexpr const char* kRequestId =
    "FAULTFAULTFAULT0";  // the store never saw the request, so it gave it no id

/// Changes the first hex digit of text[from..); false if no such digit comes before the next '<'.
bool change_digit(std::string& text, std::size_t from) {
  const std::size_t at = text.find_first_of("0123456789abcdef<", from);
  // "&quot;" before the ETag has no hex digit.
  if (at == std::string::npos || text[at] == '<') return false;
  text[at] = text[at] == '0' ? '1' : '0';
  return true;
}

}  // namespace

Response error_answer(const Request& request, int status, const std::string& code) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/xml");
  response.headers.add("x-amz-request-id", kRequestId);
  if (request.method == "HEAD") return response;
  XmlWriter xml("Error", false);
  xml.element("Code", code);
  xml.element("Message", "A fault of the script");
  xml.element("Resource", request.raw_path);
  xml.element("RequestId", kRequestId);
  response.body = Payload(xml.finish());
  return response;
}

bool is_xml(const Response& response) {
  return response.headers.get("Content-Type") == "application/xml" && !response.body.empty();
}

Payload with_flipped_bit(const Payload& body, std::uint64_t at_offset, std::uint64_t bit) {
  const Payload byte = body.range(at_offset, 1);
  const auto flipped = static_cast<unsigned char>(byte.contiguous().front()) ^ (1U << bit);
  Payload out = body.range(0, at_offset);
  out.append(Payload(std::string(1, static_cast<char>(flipped))));
  out.append(body.range(at_offset + 1, body.size_bytes() - at_offset - 1));
  return out;
}

bool change_etags(Response& response) {
  bool changed = false;
  if (const std::string* header = response.headers.find("ETag")) {
    std::string etag = *header;
    changed = change_digit(etag, 0);
    response.headers.erase("ETag");
    response.headers.add("ETag", std::move(etag));
  }
  if (!is_xml(response)) return changed;
  constexpr std::string_view kElement = "<ETag>";
  std::string xml = response.body.to_string();
  for (std::size_t at = xml.find(kElement); at != std::string::npos; at = xml.find(kElement, at + 1)) {
    changed = change_digit(xml, at + kElement.size()) || changed;
  }
  response.body = Payload(std::move(xml));
  return changed;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace s3c::sim
