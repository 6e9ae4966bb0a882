#include "sim/control.h"

namespace s3c::sim {

bool is_control(const Request& request, std::string_view what) {
  return is_control(request) && std::string_view(request.raw_path).substr(6) == what;
}

Response control_done() {
  Response response;
  response.status = 204;
  return response;
}

Response control_json(std::string document) {
  Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = Payload(std::move(document) + '\n');
  return response;
}

Response control_error(int status, std::string line) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = Payload(std::move(line) + '\n');
  return response;
}

}  // namespace s3c::sim
