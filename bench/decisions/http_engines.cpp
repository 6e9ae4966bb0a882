// docs/decisions/0007: the same GETs by one event loop, with HTTP by libcurl, by the loop itself, and by nothing but
// sockets.
// usage: bench_http_engines --endpoint=URL [--tls-endpoint=URL --ca-bundle=FILE] [--gets=N] [--in-flight=N] [--rounds=N]
// The endpoints are the same server. Each variant is a process of its own; connections are opened in it.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/bare_gets.h"
#include "support/curl_gets.h"
#include "support/measure.h"
#include "support/store_fixture.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

constexpr int kObjects = 512;
constexpr std::size_t kObjectBytes = 4096;

/// count GETs, going round; each must bring the whole object.
class Gets final : public http::ExchangeSource {
 public:
  Gets(const std::vector<http::Request>& requests, int count) : requests_(requests), left_(count) {}

  std::optional<http::Exchange> next(std::size_t) override {
    if (left_ == 0) return std::nullopt;
    const http::Request& request = requests_[static_cast<std::size_t>(--left_) % requests_.size()];
    return http::Exchange{request,
                          [this](const http::Response&, std::string_view bytes) { bytes_ += bytes.size(); }};
  }
  std::optional<http::Exchange> try_next(std::size_t slot) override { return next(slot); }
  void ended(std::size_t, http::Outcome outcome) override {
    answered_ += std::get<http::Response>(outcome).status == 200;
  }

  void check(int count) const {
    if (answered_ != count || bytes_ != kObjectBytes * static_cast<std::size_t>(count))
      throw std::runtime_error("not every GET brought its object");
  }

 private:
  const std::vector<http::Request>& requests_;
  int left_;
  int answered_ = 0;
  std::size_t bytes_ = 0;
};

struct Setup {
  std::string endpoint, ca_bundle;
  int gets = 0;
  int in_flight = 0;
};

Sample by_loop(const Setup& setup, std::vector<http::Request> requests, bool by_libcurl) {
  // libcurl writes this field itself, so the loop leaves to libcurl a request that has it.
  if (by_libcurl)
    for (http::Request& request : requests) request.headers.add("Accept", "*/*");
  const http::CurlGlobal global;
  http::CurlTransport transport(global, {.ca_bundle = setup.ca_bundle});
  Gets gets(requests, setup.gets);
  const Stopwatch watch;
  transport.send_many(gets, static_cast<std::size_t>(setup.in_flight), {});
  const Sample sample = watch.stop(setup.gets);
  gets.check(setup.gets);
  if (transport.direct_counts().answered != (by_libcurl ? 0U : static_cast<unsigned>(setup.gets)))
    throw std::runtime_error("another engine than the one to be measured");
  return sample;
}

}  // namespace

int main(int argc, char** argv) {
  Setup plain{.endpoint = option(argc, argv, "endpoint", ""),
              .ca_bundle = "",
              .gets = option(argc, argv, "gets", 20'000),
              .in_flight = option(argc, argv, "in-flight", 64)};
  Setup tls = plain;
  tls.endpoint = option(argc, argv, "tls-endpoint", "");
  tls.ca_bundle = option(argc, argv, "ca-bundle", "");
  const int rounds = option(argc, argv, "rounds", 5);
  fill_bucket(plain.endpoint, kObjects, kObjectBytes);

  std::vector<Variant> variants;
  const auto add = [&](const std::string& how, const Setup& setup, auto run) {
    variants.push_back(
        {how, [=] { return run(setup, signed_gets(setup.endpoint, kBucket, object_keys(kObjects))); }});
  };
  using Requests = std::vector<http::Request>;
  for (const Setup& setup : {plain, tls}) {
    if (setup.endpoint.empty()) continue;
    const std::string over = setup.endpoint.starts_with("https") ? ", TLS" : ", plain";
    if (!setup.endpoint.starts_with("https"))
      add("libcurl alone, multi interface and epoll" + over, setup,
          [](const Setup& s, const Requests& requests) {
            const Stopwatch watch;
            event_loop_gets(requests, s.in_flight, s.gets);
            return watch.stop(s.gets);
          });
    add("our loop, HTTP by libcurl" + over, setup,
        [](const Setup& s, const Requests& r) { return by_loop(s, r, true); });
    add("our loop, HTTP by itself" + over, setup,
        [](const Setup& s, const Requests& r) { return by_loop(s, r, false); });
    add("epoll and OpenSSL alone" + over, setup, [](const Setup& s, const Requests& requests) {
      const Stopwatch watch;
      bare_gets(requests, s.in_flight, s.gets);
      return watch.stop(s.gets);
    });
  }

  fmt::print("{} GETs of {} bytes, {} in flight on one thread, medians of {} rounds; {}\n\n", plain.gets,
             kObjectBytes, plain.in_flight, rounds, machine());
  const std::vector<Sample> medians = run_rounds(variants, rounds);
  std::vector<std::vector<std::string>> table{{"how", "CPU µs per GET", "GET/s", "peak memory, MB"}};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Sample& m = medians[i];
    if (m.items == 0) continue;
    table.push_back({variants[i].name, fmt::format("{:.1f}", m.cpu_seconds / m.items * 1e6),
                     fmt::format("{:.0f}", m.items / m.wall_seconds),
                     fmt::format("{:.0f}", m.peak_bytes / 1e6)});
  }
  print_table(table);
}
