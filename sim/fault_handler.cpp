#include "sim/fault_handler.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "sim/control.h"
#include "sim/fault_answers.h"
#include "sim/route.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kMaxLogEntries = 10'000;

/// One request that a rule has taken: one function for each kind of fault.
struct Application {
  Handler& inner;
  Request& request;

  Response operator()(const ErrorFault& fault) {
    if (fault.after_effect) inner.handle(request);
    Response response = error_answer(request, fault.status, fault.code);
    if (fault.retry_after_seconds) {
      response.headers.add("Retry-After", std::to_string(*fault.retry_after_seconds));
    }
    return response;
  }

  Response operator()(const DelayFault& fault) {
    Response response = inner.handle(std::move(request));
    response.delay += fault.time;
    return response;
  }

  Response operator()(const ResetFault&) {
    Response response;
    response.delivery = {.how = Delivery::How::nothing, .reset = true};
    return response;
  }

  Response operator()(const LostReplyFault& fault) {
    Response response = inner.handle(std::move(request));
    response.delivery = {.how = Delivery::How::nothing, .reset = fault.reset};
    return response;
  }
};

}  // namespace

void FaultHandler::set_script(FaultScript script) {
  rules_ = FaultRules(std::move(script));
  requests_ = 0;
  log_.clear();
}

Response FaultHandler::handle(Request request) {
  if (is_control(request)) {
    return is_control(request, "faults") ? control(request) : inner_.handle(std::move(request));
  }
  ++requests_;
  if (rules_.empty()) return inner_.handle(std::move(request));
  const RequestFacts facts = facts_of(request);
  const std::optional<FaultRules::Chosen> chosen = rules_.choose(facts);
  if (!chosen) return inner_.handle(std::move(request));

  Response response = std::visit(Application{inner_, request}, chosen->rule->fault);
  rules_.count_fired(*chosen);
  log_.push_back({requests_, facts, chosen->rule->name});
  if (log_.size() > kMaxLogEntries) log_.pop_front();
  return response;
}

Response FaultHandler::control(const Request& request) {
  if (request.method == "GET") return control_json(report());
  if (request.method == "PUT") {
    try {
      set_script(parse_fault_script(request.body.contiguous()));
    } catch (const base::Error& error) {
      return control_error(400, error.message());
    }
    return control_done();
  }
  if (request.method == "DELETE") {
    set_script({});
    return control_done();
  }
  return control_error(405, "/_sim/faults takes GET, PUT and DELETE");
}

std::string FaultHandler::report() const {
  nlohmann::ordered_json json;
  json["requests"] = requests_;
  json["rules"] = nlohmann::ordered_json::array();
  for (const FaultRules::Counts& counts : rules_.counts()) {
    json["rules"].push_back({{"matched", counts.matched}, {"fired", counts.fired}});
  }
  json["log"] = nlohmann::ordered_json::array();
  for (const Entry& entry : log_) {
    json["log"].push_back({{"request", entry.request},
                           {"operation", name(entry.facts.operation)},
                           {"bucket", entry.facts.bucket},
                           {"key", entry.facts.keys.front()},
                           {"fault", entry.fault}});
  }
  return json.dump(-1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace);  // keys may be any bytes
}

}  // namespace s3c::sim
