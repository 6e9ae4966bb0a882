// docs/decisions/0003: ZIP entries in completion order or in key order.
//
// A simulation in virtual time: `workers` fetch objects, admitted in key order, whose answers take as long as
// a store's do. In completion order a member is written when it arrives, and only its index row waits for the
// rows before it; in key order the member itself waits, and takes memory from those that could be fetched
// meanwhile. Then the completion order of one simulation goes through the real VolumeBuilder. usage:
// bench_member_order [--objects=N] [--workers=N]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <queue>
#include <random>
#include <vector>

#include "archive/volume_builder.h"
#include "support/bodies.h"
#include "support/measure.h"
#include "support/store_fixture.h"
#include "zip/member_encoder.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

constexpr double kMiB = 1 << 20;
/// Half of the program's default --memory.
constexpr double kBodiesBytes = 96 * kMiB;
/// VolumeBuilder's bound on rows that wait.
constexpr std::size_t kWindow = 16'384;
constexpr double kRowBytes = 400;
/// What a connection carries beyond the first byte's latency.
constexpr double kBytesPerSecond = 100e6;

struct Store {
  const char* name;
  double slow_share, slow_from_s, slow_to_s;
};
constexpr Store kUsual{"1 in 100 takes 1-2 s", 0.01, 1, 2};
constexpr Store kThrottling{"and 1 in 10,000 takes 20 s", 0.01, 1, 2};

double latency_s(const Store& store, double size_bytes, std::mt19937_64& random) {
  std::lognormal_distribution<double> usual(std::log(0.020), 0.35);
  std::uniform_real_distribution<double> uniform(0, 1);
  const double moving = size_bytes / kBytesPerSecond;
  if (&store == &kThrottling && uniform(random) < 0.0001) return 20 + moving;
  if (uniform(random) < store.slow_share)
    return moving + store.slow_from_s + (store.slow_to_s - store.slow_from_s) * uniform(random);
  return moving + usual(random);
}

enum class Order { completion, key };

struct Setup {
  Store const* store;
  double size_bytes;
  Order order;
  double memory_bytes;  // for bodies and for what is held back
  std::size_t window;   // completion order: objects admitted from the oldest one missing on
  int objects;
  int workers;
};

struct Outcome {
  double seconds = 0;
  std::size_t peak_waiting = 0;  // members, or rows in completion order
  double peak_waiting_bytes = 0;
  std::vector<int> completed;  // object numbers
};

Outcome simulate(const Setup& setup) {
  std::mt19937_64 random(1);
  const double lease = 4096 + 3 * setup.size_bytes;  // MemberPacker's, per object in flight
  const double held = setup.order == Order::key ? setup.size_bytes / 4 + kRowBytes : kRowBytes;
  struct Arrival {
    double time;
    int object;
    bool operator>(const Arrival& other) const { return time > other.time; }
  };
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> in_flight;
  std::vector<bool> arrived(static_cast<std::size_t>(setup.objects));
  Outcome outcome;
  double now = 0;
  int next = 0;    // to be admitted
  int oldest = 0;  // not arrived yet
  std::size_t waiting = 0;
  const auto may_admit = [&] {
    if (next == setup.objects || static_cast<int>(in_flight.size()) == setup.workers) return false;
    if (in_flight.empty()) return true;
    const double used = static_cast<double>(in_flight.size()) * lease +
                        (setup.order == Order::key ? static_cast<double>(waiting) * held : 0);
    const bool window = setup.order == Order::key || static_cast<std::size_t>(next - oldest) < setup.window;
    return window && used + lease <= setup.memory_bytes;
  };
  while (next < setup.objects || !in_flight.empty()) {
    while (may_admit()) in_flight.push({now + latency_s(*setup.store, setup.size_bytes, random), next++});
    const Arrival arrival = in_flight.top();
    in_flight.pop();
    now = arrival.time;
    outcome.completed.push_back(arrival.object);
    arrived[static_cast<std::size_t>(arrival.object)] = true;
    ++waiting;
    while (oldest < next && arrived[static_cast<std::size_t>(oldest)]) {
      ++oldest;
      --waiting;
    }
    outcome.peak_waiting = std::max(outcome.peak_waiting, waiting);
  }
  outcome.seconds = now;
  outcome.peak_waiting_bytes = static_cast<double>(outcome.peak_waiting) * held;
  return outcome;
}

void print_simulations(int objects, int workers) {
  std::vector<std::vector<std::string>> table{{"objects", "store", "completion order: objects/s",
                                               "rows waiting", "window of 65,536: objects/s",
                                               "key order: objects/s", "ratio", "unbounded it holds, MB"}};
  for (const double size : {4.0 * 1024, 64.0 * 1024, kMiB}) {
    for (const Store* store : {&kUsual, &kThrottling}) {
      const auto run = [&](Order order, double memory, std::size_t window) {
        return simulate({store, size, order, memory, window, objects, workers});
      };
      const Outcome completion = run(Order::completion, kBodiesBytes, kWindow);
      const Outcome wider = run(Order::completion, kBodiesBytes, 4 * kWindow);
      const Outcome key = run(Order::key, kBodiesBytes, 0);
      const Outcome unbounded = run(Order::key, 1e15, 0);
      table.push_back(
          {fmt::format("{:.0f} KiB", size / 1024), store->name,
           fmt::format("{:.0f}", objects / completion.seconds), std::to_string(completion.peak_waiting),
           fmt::format("{:.0f}", objects / wider.seconds), fmt::format("{:.0f}", objects / key.seconds),
           fmt::format("{:.2f}", completion.seconds / key.seconds),
           fmt::format("{:.0f}", unbounded.peak_waiting_bytes / 1e6)});
    }
  }
  print_table(table);
}

struct Built {
  archive::VolumeBuilder::Contents contents;
  std::vector<std::uint64_t> offsets;  // by object
};

/// Members go to the real builder in this order.
Built build(const std::vector<int>& order) {
  constexpr int kBodies = 256;
  zip::MemberEncoder encoder(6);
  std::vector<std::string> bodies;
  for (int i = 0; i < kBodies; ++i) bodies.push_back(xml_body(static_cast<std::uint64_t>(i), 4096));
  std::uint64_t written = 0;
  archive::VolumeBuilder builder([&](std::string_view bytes) { written += bytes.size(); });
  Built built;
  built.offsets.resize(order.size());
  std::vector<archive::VolumeBuilder::Admission> admitted(order.size());
  std::size_t next = 0;
  std::mt19937_64 random(2);
  for (const int object : order) {
    const auto number = static_cast<std::size_t>(object);
    for (; next <= number; ++next) admitted[next] = builder.admit(object_key(static_cast<int>(next)));
    const std::string& body = bodies[number % kBodies];
    index::Row row;
    row.key = object_key(object);
    row.size_bytes = body.size();
    row.etag = fmt::format("{:016x}{:016x}", random(), random());
    row.last_modified = base::Timestamp(std::chrono::milliseconds(1'486'684'800'000 + object * 1000));
    row.content_type = "application/xml";
    built.offsets[number] = written;
    builder.add(admitted[number].sequence,
                encoder.encode(admitted[number].entry_name, body, row.last_modified), std::move(row));
  }
  built.contents = builder.finish();
  return built;
}

/// Archive bytes from the first to the last of 1,000 members with neighbouring keys, over what they are
/// themselves: the price of reading a stretch of keys with one ranged GET. The median stretch.
double spread(const Built& built) {
  constexpr std::size_t kStretch = 1000;
  const double members = static_cast<double>(built.offsets.size());
  const double member =
      static_cast<double>(*std::max_element(built.offsets.begin(), built.offsets.end())) / (members - 1);
  std::vector<double> spreads;
  for (std::size_t i = 0; i + kStretch <= built.offsets.size(); i += kStretch) {
    const auto first = built.offsets.begin() + static_cast<std::ptrdiff_t>(i);
    const auto [low, high] = std::minmax_element(first, first + kStretch);
    spreads.push_back((static_cast<double>(*high - *low) + member) / (member * kStretch));
  }
  return median(std::move(spreads));
}

void print_real(int workers) {
  constexpr int kObjects = 50'000;
  std::vector<int> in_key_order(kObjects);
  for (int i = 0; i < kObjects; ++i) in_key_order[static_cast<std::size_t>(i)] = i;
  const std::vector<int> in_completion_order =
      simulate({&kUsual, 4096, Order::completion, kBodiesBytes, kWindow, kObjects, workers}).completed;
  std::vector<std::vector<std::string>> table{{"order", "archive bytes per member", "index bytes per row",
                                               "1,000 neighbours span", "CPU µs per member"}};
  for (const auto& [name, order] : {std::pair{"completion", &in_completion_order}, {"key", &in_key_order}}) {
    const Stopwatch watch;
    const Built built = build(*order);
    const Sample cost = watch.stop(kObjects);
    table.push_back(
        {name, fmt::format("{:.1f}", static_cast<double>(built.contents.archive_bytes) / kObjects),
         fmt::format("{:.1f}", static_cast<double>(built.contents.index.gz.size()) / kObjects),
         fmt::format("{:.2f}", spread(built)), fmt::format("{:.0f}", cost.cpu_seconds / kObjects * 1e6)});
  }
  print_table(table);
}

}  // namespace

int main(int argc, char** argv) {
  const int objects = option(argc, argv, "objects", 200'000);
  const int workers = option(argc, argv, "workers", 64);
  fmt::print("Simulated: {} objects, {} at a time, latency log-normal around 20 ms\n\n", objects, workers);
  print_simulations(objects, workers);
  fmt::print("VolumeBuilder, 50,000 XML documents of 4 KiB; {}\n\n", machine());
  print_real(workers);
}
