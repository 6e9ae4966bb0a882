#include "sim/fault_answers.h"

#include "sim/xml.h"

namespace s3c::sim {
namespace {

constexpr const char* kRequestId =
    "FAULTFAULTFAULT0";  // the store never saw it, so it has no id of the store's

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

}  // namespace s3c::sim
