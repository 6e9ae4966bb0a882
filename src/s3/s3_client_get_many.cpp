// S3Client: reads many small objects on one thread.
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "s3/get_call.h"
#include "s3/s3_client.h"

namespace s3c::s3 {
namespace {

using base::Error;

/// Turns objects into HTTP exchanges and their outcomes into results. Each object gets one try, and nothing
/// waits here. An object that would have to wait for its next try goes back to the source.
class ManyGets final : public http::ExchangeSource {
 public:
  ManyGets(CallRunner& runner, GetObjectSource& source, std::size_t max_in_flight)
      : runner_(runner), source_(source), gets_(max_in_flight) {}

  std::optional<http::Exchange> next(std::size_t slot, bool may_wait) override {
    for (;;) {
      // Take the place first: an object without a place would have to be kept for later. But next(may_wait)
      // may block, and a place held meanwhile would be missing for other requests. So then the place comes
      // second.
      std::optional<ConcurrencyLimit::Place> place;
      if (!may_wait) {
        place = runner_.gets().try_acquire();
        if (!place) return std::nullopt;
      }
      std::optional<GetObjectRequest> request = source_.next(slot, may_wait);
      if (!request) return std::nullopt;
      std::optional<FailedTry> failed;
      try {
        if (!place) place.emplace(runner_.gets().acquire(runner_.stop()));
        return begin(gets_.at(slot), *std::move(request), *std::move(place));
      } catch (const Error& error) {
        failed = FailedTry{error};
      } catch (const std::exception&) {
        // Out of memory: if that lasts, get_object() meets the error again and reports it.
      }
      place.reset();
      source_.not_got(slot, std::move(failed));
    }
  }

  void ended(std::size_t slot, http::Outcome outcome) override {
    Get& get = gets_.at(slot);
    ConcurrencyLimit::Place place = *std::exchange(get.place, std::nullopt);
    std::optional<FailedTry> failed;
    std::optional<std::chrono::milliseconds> retry_after;
    bool accepted = false;
    try {
      if (const auto* thrown = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*thrown);
      const auto& answer = std::get<http::Response>(outcome);
      CallRunner::Learned learned;
      if (runner_.accepts(get.call, get.sent, learned, answer, retry_after)) {
        get.body->finish(answer);
        accepted = true;
      }
    } catch (const Error& error) {
      failed = FailedTry{error, retry_after};
    } catch (const std::exception&) {
      // Out of memory, as in next().
    }
    place.answered(failed ? ConcurrencyLimit::answer_of(failed->error) : ConcurrencyLimit::Answer::taken);
    if (accepted) {
      source_.got(slot, get.body->result());
    } else {
      source_.not_got(slot, std::move(failed));
    }
  }

 private:
  struct Get {
    GetObjectRequest request;
    Call call{.operation = Operation::get_object};
    CallRunner::Try sent;
    std::optional<WholeBody> body;
    std::optional<ConcurrencyLimit::Place> place;  ///< while it is in flight
  };

  http::Exchange begin(Get& get, GetObjectRequest request, ConcurrencyLimit::Place place) {
    get.request = std::move(request);
    get.body.emplace(get.request, runner_);
    get.call = get_call(get.request, get.request.range, get.request.if_match);
    get.sent = runner_.begin_try(get.call);
    get.place.emplace(std::move(place));
    const auto take = [&body = *get.body](const http::Response& head, std::string_view bytes) {
      body.take(head, bytes);
    };
    return {std::move(get.sent.request), take};
  }

  CallRunner& runner_;
  GetObjectSource& source_;
  std::vector<Get> gets_;  // by slot
};

}  // namespace

void S3Client::get_objects(GetObjectSource& source, std::size_t max_in_flight) {
  ManyGets gets(runner_, source, max_in_flight);
  runner_.transport().send_many(gets, max_in_flight, runner_.stop());
}

}  // namespace s3c::s3
