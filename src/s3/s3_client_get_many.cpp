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

  std::optional<http::Exchange> next(std::size_t slot) override {
    // The object comes first: a place that is held during the wait would be missing for other requests.
    while (std::optional<GetObjectRequest> request = source_.next(slot)) {
      if (auto exchange = begin(slot, *std::move(request), std::nullopt)) return exchange;
    }
    return std::nullopt;
  }

  std::optional<http::Exchange> try_next(std::size_t slot) override {
    for (;;) {
      // The place comes first: an object without a place would have to be kept for later.
      std::optional<ConcurrencyLimit::Place> place = runner_.gets().try_acquire();
      if (!place) return std::nullopt;
      std::optional<GetObjectRequest> request = source_.try_next(slot);
      if (!request) return std::nullopt;
      if (auto exchange = begin(slot, *std::move(request), std::move(place))) return exchange;
    }
  }

  void ended(std::size_t slot, http::Outcome outcome) override {
    Get& get = gets_.at(slot);
    ConcurrencyLimit::Place place = *std::exchange(get.place, std::nullopt);
    get.request.failed_try.reset();
    std::optional<std::chrono::milliseconds> retry_after;
    bool accepted = false;
    try {
      if (const auto* thrown = std::get_if<std::exception_ptr>(&outcome)) fail(get, *thrown);
      const auto& answer = std::get<http::Response>(outcome);
      CallRunner::Learned learned;
      if (runner_.accepts(get.call, get.sent, learned, answer, retry_after)) {
        get.body->finish(answer);
        accepted = true;
      }
    } catch (const Error& error) {
      get.request.failed_try = FailedTry{error, retry_after};
    } catch (const std::exception&) {
      // Out of memory, as in begin().
    }
    const std::optional<FailedTry>& failed_try = get.request.failed_try;
    place.answered(failed_try ? ConcurrencyLimit::answer_of(failed_try->error)
                              : ConcurrencyLimit::Answer::taken);
    if (accepted) {
      source_.got(slot, get.body->result());
    } else {
      source_.not_got(slot, std::move(get.request));
    }
  }

 private:
  struct Get;
  [[noreturn]] void fail(const Get& get, const std::exception_ptr& thrown) const {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      runner_.no_answer(get.call, get.sent, error);
      throw;
    }
  }

  struct Get {
    GetObjectRequest request;
    Call call{.operation = Operation::get_object};
    CallRunner::Try sent;
    std::optional<WholeBody> body;
    std::optional<ConcurrencyLimit::Place> place;  ///< while it is in flight
  };

  /// place: nullopt: waits for one. Returns nullopt if the object went back to the source.
  std::optional<http::Exchange> begin(std::size_t slot, GetObjectRequest request,
                                      std::optional<ConcurrencyLimit::Place> place) {
    Get& get = gets_.at(slot);
    get.request = std::move(request);
    try {
      if (!place) place.emplace(runner_.acquire_place());
      get.body.emplace(get.request, runner_);
      get.call = get_call(get.request, get.request.range, get.request.if_match);
      runner_.drop_refused_header(get.call);
      get.sent = runner_.begin_try(get.call);
      const auto take = [&body = *get.body](const http::Response& head, std::string_view bytes) {
        body.take(head, bytes);
      };
      http::Exchange exchange{std::move(get.sent.request), take};
      get.place = std::move(place);
      return exchange;
    } catch (const Error& error) {
      get.request.failed_try = FailedTry{error};
    } catch (const std::exception&) {
      // Out of memory: if that lasts, get_object() meets the error again and reports it.
    }
    place.reset();  // not_got() may block
    source_.not_got(slot, std::move(get.request));
    return std::nullopt;
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
