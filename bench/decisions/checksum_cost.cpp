// docs/decisions/0005: CPU cost of the checksums an archive and its parts could carry.
// usage: bench_checksum_cost [--rounds=N]
#include <fmt/format.h>

#include <cstdio>
#include <random>
#include <stdexcept>

#include "base/crc.h"
#include "base/hash.h"
#include "base/md5_lanes.h"
#include "support/measure.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Keeps the compiler from dropping work whose result nobody reads.
volatile std::uint64_t result_sink;

struct Algorithm {
  const char* name;
  std::uint64_t (*run)(std::string_view);
  int inputs = 1;  ///< that one call takes
};

std::uint64_t first_byte(const std::string& digest) {
  return static_cast<unsigned char>(digest.at(0));
}

constexpr Algorithm kAlgorithms[] = {
    {"CRC-32 (libdeflate)", [](std::string_view b) { return std::uint64_t{base::crc32(b)}; }},
    {"CRC64NVME (base/crc.h)", [](std::string_view b) { return base::crc64nvme(b); }},
    {"CRC32C (base/crc.h)", [](std::string_view b) { return std::uint64_t{base::crc32c(b)}; }},
    {"MD5 (OpenSSL)", [](std::string_view b) { return first_byte(base::md5(b)); }},
    {"MD5, eight in step (base/md5_lanes.h)",
     [](std::string_view b) {
       const std::vector<std::string_view> bodies(base::kMd5Lanes, b);
       return first_byte(base::md5_of_each(bodies).front());
     },
     base::kMd5Lanes},
    {"SHA-256 (OpenSSL)", [](std::string_view b) { return first_byte(base::sha256(b)); }},
};

Sample run(const Algorithm& algorithm, std::size_t size, int times) {
  const std::string bytes = random_bytes(size);
  const Stopwatch watch;
  for (int i = 0; i < times; i += algorithm.inputs) result_sink = algorithm.run(bytes);
  return watch.stop(times);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::size_t kPart = std::size_t{8} << 20;
  constexpr std::size_t kSmall = 4096;
  const int rounds = option(argc, argv, "rounds", 5);
  std::vector<Variant> variants;
  for (const Algorithm& algorithm : kAlgorithms) {
    variants.push_back({std::string(algorithm.name) + ", part", [&] { return run(algorithm, kPart, 8); }});
    variants.push_back(
        {std::string(algorithm.name) + ", small", [&] { return run(algorithm, kSmall, 10'000); }});
  }
  fmt::print("Parts of 8 MiB and objects of 4 KiB, medians of {} rounds; {}\n\n", rounds, machine());
  const std::vector<Sample> medians = run_rounds(variants, rounds);
  std::vector<std::vector<std::string>> table{
      {"checksum", "CPU s per GB", "ratio", "CPU µs per 4 KiB object"}};
  const double base = medians[0].cpu_seconds / medians[0].items;
  for (std::size_t i = 0; i < std::size(kAlgorithms); ++i) {
    const double part = medians[2 * i].cpu_seconds / medians[2 * i].items;
    const double small = medians[2 * i + 1].cpu_seconds / medians[2 * i + 1].items;
    table.push_back({kAlgorithms[i].name, fmt::format("{:.3f}", part / kPart * 1e9),
                     fmt::format("{:.1f}", part / base), fmt::format("{:.2f}", small * 1e6)});
  }
  print_table(table);
}
