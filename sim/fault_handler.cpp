#include "sim/fault_handler.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "sim/control.h"
#include "sim/fault_effects.h"
#include "sim/route.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kMaxLogEntries = 10'000;

}  // namespace

void FaultHandler::set_script(FaultScript script) {
  rules_ = FaultRules(std::move(script));
  last_pages_ = {};
  requests_ = 0;
  log_.clear();
}

Response FaultHandler::handle(Request request) {
  if (is_control(request)) {
    return is_control(request, "faults") ? control(request) : inner_.handle(std::move(request));
  }
  ++requests_;
  return rules_.empty() ? inner_.handle(std::move(request)) : answer(std::move(request));
}

Response FaultHandler::answer(Request request) {
  RequestFacts facts = facts_of(request);
  std::optional<FaultRules::Chosen> chosen = rules_.choose(facts, now_());
  if (!chosen) {
    Response response = inner_.handle(std::move(request));
    last_pages_.remember(facts, response);
    return response;
  }
  FaultOutcome outcome =
      apply_fault(chosen->rule->fault, {inner_, std::move(request), facts, chosen->dice, last_pages_});
  if (outcome.done) {
    rules_.count_fired(*chosen);
    log_.push_back({requests_, std::move(facts), chosen->rule->name});
    if (log_.size() > kMaxLogEntries) log_.pop_front();
  }
  return std::move(outcome.response);
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
  // Keys may be any bytes.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace s3c::sim
