// docs/decisions/0002: N transfers at a time, by N blocking threads or by event loops.
// usage: bench_get_concurrency --endpoint=URL [--gets=PER_TRANSFER] [--rounds=N]; the server should add
// latency
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <thread>

#include "support/curl_gets.h"
#include "support/measure.h"
#include "support/store_fixture.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

constexpr int kObjects = 6400;
/// As many different ones are fetched again and again, so that the requests signed beforehand stay small.
constexpr int kRequests = 512;
constexpr std::size_t kObjectBytes = 4096;

/// Starts `threads` threads that each call work(number of the thread), and waits.
template <typename Work>
void on_threads(int threads, const Work& work) {
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) running.emplace_back([&work, t] { work(t); });
  for (std::thread& thread : running) thread.join();
}

Sample blocking_threads(const std::vector<http::Request>& requests, int transfers, int gets) {
  const Stopwatch watch;
  on_threads(transfers, [&](int t) { easy_gets(requests, t, transfers, gets / transfers); });
  return watch.stop(gets / transfers * transfers);
}

Sample own_transport(const std::string& endpoint, const std::vector<http::Request>& requests, int transfers,
                     int gets) {
  Client client(endpoint);
  std::atomic<int> next{0};
  const Stopwatch watch;
  on_threads(transfers, [&](int) {
    for (int i = next++; i < gets; i = next++) {
      const auto& request = requests[static_cast<std::size_t>(i) % requests.size()];
      if (client.transport().send(request, {}, std::stop_token{}).status != 200) std::terminate();
    }
  });
  return watch.stop(gets);
}

Sample event_loops(const std::vector<http::Request>& requests, int loops, int transfers, int gets) {
  const Stopwatch watch;
  on_threads(loops, [&](int) { event_loop_gets(requests, transfers / loops, gets / loops); });
  return watch.stop(gets / loops * loops);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string endpoint = option(argc, argv, "endpoint", "");
  const std::string s3compress = option(argc, argv, "s3compress", "");
  const int gets_per_transfer = option(argc, argv, "gets", 30);
  const int rounds = option(argc, argv, "rounds", 3);
  fill_bucket(endpoint, kObjects, kObjectBytes);

  struct Row {
    int transfers;
    const char* how;
  };
  std::vector<Row> rows;
  std::vector<Variant> variants;
  const auto add = [&](int transfers, const char* how, auto run) {
    rows.push_back({transfers, how});
    variants.push_back({fmt::format("{} transfers, {}", transfers, how),
                        [=] { return run(signed_gets(endpoint, kBucket, object_keys(kRequests))); }});
  };
  for (const int n : {64, 256, 512}) {
    const int gets = n * std::max(gets_per_transfer, 3840 / n);
    using Requests = std::vector<http::Request>;
    add(n, "a blocking thread each, libcurl alone",
        [=](const Requests& r) { return blocking_threads(r, n, gets); });
    add(n, "a blocking thread each, our transport",
        [=](const Requests& r) { return own_transport(endpoint, r, n, gets); });
    add(n, "one event loop (multi_socket, epoll)",
        [=](const Requests& r) { return event_loops(r, 1, n, gets); });
    add(n, "two event loops", [=](const Requests& r) { return event_loops(r, 2, n, gets); });
    if (!s3compress.empty())
      add(n, "s3compress, the whole job",
          [=](const Requests&) { return run_s3compress(s3compress, endpoint, n, kObjects); });
  }

  fmt::print("{} GETs of {} bytes per transfer (3,840 in all at least), medians of {} rounds; {}\n\n",
             gets_per_transfer, kObjectBytes, rounds, machine());
  const std::vector<Sample> medians = run_rounds(variants, rounds);
  std::vector<std::vector<std::string>> table{
      {"how", "in flight", "CPU µs per GET", "ratio", "GET/s", "peak memory, MB"}};
  double base = 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Sample& m = medians[i];
    if (m.items == 0) continue;
    const double cost = m.cpu_seconds / m.items;
    if (i == 0 || rows[i].transfers != rows[i - 1].transfers) base = cost;
    table.push_back({rows[i].how, std::to_string(rows[i].transfers), fmt::format("{:.0f}", cost * 1e6),
                     fmt::format("{:.2f}", cost / base), fmt::format("{:.0f}", m.items / m.wall_seconds),
                     fmt::format("{:.0f}", m.peak_bytes / 1e6)});
  }
  print_table(table);
}
