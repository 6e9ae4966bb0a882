#include "sim/stop_switch.h"

#include <nlohmann/json.hpp>

#include "sim/control.h"
#include "sim/query.h"
#include "sim/s3_error.h"

namespace s3c::sim {
namespace {

constexpr int kMaxRequest = 1'000'000'000;

}  // namespace

Response StopSwitch::handle(Request request) {
  if (is_control(request)) {
    return is_control(request, "stop") ? control(request) : inner_.handle(std::move(request));
  }
  if (++requests_ < stop_at_) return inner_.handle(std::move(request));
  Response response;
  if (requests_ == stop_at_ && with_effect_) response = inner_.handle(std::move(request));
  response.delivery = {Delivery::How::held};
  ++held_;
  return response;
}

Response StopSwitch::control(const Request& request) {
  if (request.method == "GET") {
    return control_json(nlohmann::ordered_json{
        {"requests", requests_},
        {"stopped", requests_ >= stop_at_},
        {"held", held_}}.dump());
  }
  std::uint64_t stop_at = kNever;
  bool with_effect = false;
  if (request.method == "PUT") {
    try {
      const Query query(request.raw_query);
      const std::string_view when = query.get("when");
      const int number = query.get_number("request", kMaxRequest).value_or(0);
      if (number < 1 || (when != "before" && when != "after")) {
        return control_error(400, "PUT /_sim/stop?request=K&when=before|after: K counts from 1");
      }
      stop_at = static_cast<std::uint64_t>(number);
      with_effect = when == "after";
    } catch (const S3Error& error) {
      return control_error(400, error.message());
    }
    requests_ = 0;
  } else if (request.method != "DELETE") {
    return control_error(405, "/_sim/stop takes GET, PUT and DELETE");
  }
  stop_at_ = stop_at;
  with_effect_ = with_effect;
  held_ = 0;
  Response response = control_done();
  response.releases_held = true;
  return response;
}

}  // namespace s3c::sim
