#include "sim/fault_effects.h"

#include <algorithm>

#include "sim/fault_answers.h"
#include "sim/fault_deletes.h"
#include "sim/glob.h"

namespace s3c::sim {
namespace {

bool any_matches(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return glob_matches(glob, text); });
}

Response no_answer(bool reset) {
  Response response;
  response.delivery = {.how = Delivery::How::nothing, .reset = reset};
  return response;
}

/// One function for each kind of fault.
struct Application {
  FaultedRequest& call;

  Response answer_of_store() { return call.store.handle(std::move(call.request)); }

  FaultOutcome operator()(const ErrorFault& fault) {
    if (fault.after_effect) call.store.handle(call.request);
    Response response = error_answer(call.request, fault.status, fault.code);
    if (fault.retry_after_seconds) {
      response.headers.add("Retry-After", std::to_string(*fault.retry_after_seconds));
    }
    return {std::move(response)};
  }

  FaultOutcome operator()(const ErrorIn200Fault& fault) {
    if (fault.after_effect) call.store.handle(call.request);
    return {error_answer(call.request, 200, fault.code)};
  }

  FaultOutcome operator()(const DelayFault& fault) {
    Response response = answer_of_store();
    response.delay += fault.time;
    return {std::move(response)};
  }

  FaultOutcome operator()(const StallFault& fault) {
    Response response = answer_of_store();
    const std::uint64_t size_bytes = response.body.size_bytes();
    if (size_bytes == 0) {
      response.delivery = {.how = Delivery::How::nothing, .silence = fault.time};
    } else {
      response.delivery = {.how = Delivery::How::cut,
                           .body_bytes = std::min(fault.after_bytes, size_bytes - 1),
                           .silence = fault.time};
    }
    return {std::move(response)};
  }

  FaultOutcome operator()(const ResetFault&) { return {no_answer(true)}; }

  FaultOutcome operator()(const LostReplyFault& fault) {
    answer_of_store();
    return {no_answer(fault.reset)};
  }

  FaultOutcome operator()(const LateFault& fault) {
    Response response = no_answer(false);
    response.later = {fault.time,
                      [&store = call.store, request = std::move(call.request)] { store.handle(request); }};
    return {std::move(response)};
  }

  FaultOutcome operator()(const DuplicateFault& fault) {
    Response first = call.store.handle(call.request);
    if (fault.time) {
      first.later = {*fault.time,
                     [&store = call.store, request = std::move(call.request)] { store.handle(request); }};
    } else {
      answer_of_store();
    }
    return {std::move(first)};
  }

  FaultOutcome operator()(const CutFault& fault) {
    Response response = answer_of_store();
    const std::uint64_t size_bytes = response.body.size_bytes();
    if (size_bytes == 0) return {std::move(response), false};
    const auto wanted =
        fault.keep_bytes
            ? *fault.keep_bytes
            : static_cast<std::uint64_t>(static_cast<double>(size_bytes) * fault.keep_ratio.value());
    const std::uint64_t kept = std::min(wanted, size_bytes - 1);
    if (fault.honest_length) {
      response.body = response.body.range(0, kept);
    } else {
      response.delivery = {.how = Delivery::How::cut, .body_bytes = kept, .reset = fault.reset};
    }
    return {std::move(response)};
  }

  FaultOutcome operator()(const FlipFault& fault) {
    Response response = answer_of_store();
    const auto size_bytes = static_cast<std::int64_t>(response.body.size_bytes());
    if (size_bytes == 0) return {std::move(response), false};
    std::int64_t at =
        fault.at.value_or(static_cast<std::int64_t>(call.dice.next() % response.body.size_bytes()));
    if (at < 0) at += size_bytes;
    if (at < 0 || at >= size_bytes) return {std::move(response), false};
    response.body = with_flipped_bit(response.body, static_cast<std::uint64_t>(at), call.dice.next() % 8);
    return {std::move(response)};
  }

  FaultOutcome operator()(const TruncateXmlFault&) {
    Response response = answer_of_store();
    if (!is_xml(response)) return {std::move(response), false};
    response.body = response.body.range(0, response.body.size_bytes() / 2);
    return {std::move(response)};
  }

  FaultOutcome operator()(const SkipPageFault&) {
    Response page = call.store.handle(call.request);
    std::optional<Request> next = request_for_next_page(call.facts, std::move(call.request), page);
    if (!next) return {std::move(page), false};
    return {call.store.handle(std::move(*next))};
  }

  FaultOutcome operator()(const RepeatPageFault&) {
    const Response* before = call.last_pages.before(call.facts, call.request);
    if (before != nullptr) return {*before};
    Response page = answer_of_store();
    call.last_pages.remember(call.facts, page);
    return {std::move(page), false};
  }

  FaultOutcome operator()(const OmitKeyFault& fault) {
    Response page = answer_of_store();
    const bool done = omit_keys(page, fault.match);
    return {std::move(page), done};
  }

  FaultOutcome operator()(const DeleteErrorsFault& fault) {
    if (call.facts.operation != Operation::delete_objects) return {answer_of_store(), false};
    KeysRefused refused = refuse_keys(call.request, fault.match);
    if (refused.keys.empty()) return {answer_of_store(), false};
    Response response = refused.any_left ? answer_of_store() : empty_delete_result();
    const bool done = add_delete_errors(response, refused.keys, fault.code);
    return {std::move(response), done};
  }

  FaultOutcome operator()(const WrongEtagFault&) {
    Response response = answer_of_store();
    const bool done = change_etags(response);
    return {std::move(response), done};
  }

  FaultOutcome operator()(const DropHeadersFault& fault) {
    const auto& sent = call.request.headers;
    bool done = std::any_of(sent.begin(), sent.end(),
                            [&](const Header& field) { return any_matches(fault.request, field.name); });
    call.request.after_signature = [&fault](Request& request) {
      request.headers.erase_if([&](const std::string& name) { return any_matches(fault.request, name); });
    };
    Response response = answer_of_store();
    const std::size_t dropped = response.headers.erase_if(
        [&](const std::string& name) { return any_matches(fault.response, lower_case(name)); });
    done = done || dropped > 0;
    return {std::move(response), done};
  }

  FaultOutcome operator()(const RateLimitFault&) { return {error_answer(call.request, 503, "SlowDown")}; }
};

}  // namespace

FaultOutcome apply_fault(const Fault& fault, FaultedRequest call) {
  return std::visit(Application{call}, fault);
}

}  // namespace s3c::sim
