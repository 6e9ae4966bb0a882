// docs/decisions/0001: what one GET of a small object costs its client in CPU, by client.
// usage: bench_get_cost --endpoint=URL [--objects=N] [--threads=N] [--rounds=N] [--boto3=SCRIPT]
// [--aws=PROGRAM]
//        [--scratch=FOLDER]
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <thread>

#include "base/encoding.h"
#include "base/hash.h"
#include "s3/body_check.h"
#include "support/bodies.h"
#include "support/curl_gets.h"
#include "support/measure.h"
#include "support/store_fixture.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

constexpr std::size_t kObjectBytes = 4096;

struct Options {
  std::string endpoint, s3compress, boto3, aws, scratch;
  int objects = 0;
  int threads = 0;
};

/// Calls work(i) for every object, from several threads.
template <typename Work>
void on_threads(const Options& options, const Work& work) {
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < options.threads; ++t) {
    threads.emplace_back([&] {
      try {
        for (int i = next++; i < options.objects; i = next++) work(i);
      } catch (...) {
        std::fprintf(stderr, "a GET failed\n");
        std::terminate();  // the child's end is the variant's end
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

Sample bare_curl(const Options& options) {
  const std::vector<http::Request> requests =
      signed_gets(options.endpoint, kBucket, object_keys(options.objects));
  std::vector<std::thread> threads;
  const Stopwatch watch;
  for (int t = 0; t < options.threads; ++t) {
    threads.emplace_back(
        [&, t] { easy_gets(requests, t, options.threads, options.objects / options.threads); });
  }
  for (std::thread& thread : threads) thread.join();
  return watch.stop(options.objects);
}

Sample own_transport(const Options& options) {
  const std::vector<http::Request> requests =
      signed_gets(options.endpoint, kBucket, object_keys(options.objects));
  Client client(options.endpoint);
  const Stopwatch watch;
  on_threads(options, [&](int i) {
    const http::Response answer =
        client.transport().send(requests[static_cast<std::size_t>(i)], {}, std::stop_token{});
    if (answer.body.size() != kObjectBytes) throw std::runtime_error("a short body");
  });
  return watch.stop(options.objects);
}

Sample own_client(const Options& options, bool check_bodies) {
  Client client(options.endpoint);
  const Stopwatch watch;
  on_threads(options, [&](int i) {
    const s3::GetObjectResult got = client.store().get_object(
        {.bucket = kBucket, .key = object_key(i), .expected_size_bytes = kObjectBytes});
    if (!check_bodies) return;
    s3::BodyCheck check(got.head);
    check.update(got.body);
    if (check.complaint(base::crc32(got.body))) throw std::runtime_error("a wrong body");
  });
  return watch.stop(options.objects);
}

/// What the objects cost beyond the start, the listing and the end of a program.
Sample difference(const Sample& with, const Sample& without, double items) {
  return {.cpu_seconds = with.cpu_seconds - without.cpu_seconds,
          .wall_seconds = with.wall_seconds - without.wall_seconds,
          .items = items,
          .peak_bytes = with.peak_bytes};
}

/// The slow ones get fewer objects, and what they need to start and to list is taken off.
constexpr int kSlowRounds = 3;
constexpr int kBoto3Objects = 1000;
constexpr int kAwsObjects = 300;
constexpr const char* kAwsPattern = "sources/2017/02/10/00/0[0-4]*";  // five minutes of object_key()

Sample boto3(const Options& options) {
  const auto gets = [&](int count) {
    return run_program({"/usr/bin/python3", options.boto3, options.endpoint, kBucket, std::to_string(count),
                        std::to_string(options.threads)},
                       count);
  };
  return difference(gets(kBoto3Objects), gets(0), kBoto3Objects);
}

Sample aws_cli(const Options& options) {
  const std::string folder = options.scratch + "/aws";
  const std::string source = fmt::format("s3://{}/", kBucket);
  std::vector<std::string> copy{options.aws, "--endpoint-url", options.endpoint, "s3", "cp", source, folder};
  copy.insert(copy.end(), {"--recursive", "--only-show-errors", "--exclude", "*"});
  const Sample without = run_program(copy, 0);
  copy.insert(copy.end(), {"--include", kAwsPattern});
  const Sample with = run_program(copy, kAwsObjects);
  std::filesystem::remove_all(folder);
  return difference(with, without, kAwsObjects);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options{.endpoint = option(argc, argv, "endpoint", ""),
                        .s3compress = option(argc, argv, "s3compress", ""),
                        .boto3 = option(argc, argv, "boto3", ""),
                        .aws = option(argc, argv, "aws", ""),
                        .scratch = option(argc, argv, "scratch", "."),
                        .objects = option(argc, argv, "objects", 3200),
                        .threads = option(argc, argv, "threads", 16)};
  const int rounds = option(argc, argv, "rounds", 9);
  fill_bucket(options.endpoint, options.objects, kObjectBytes);

  std::vector<Variant> variants{
      {"libcurl alone, requests signed beforehand", [&] { return bare_curl(options); }},
      {"our transport, requests signed beforehand", [&] { return own_transport(options); }},
      {"S3Client::get_object", [&] { return own_client(options, false); }},
      {"the same, MD5 and CRC-32 of the body checked", [&] { return own_client(options, true); }},
  };
  if (!options.s3compress.empty())
    variants.push_back({"s3compress: list, GET, check, pack, upload", [&] {
                          return run_s3compress(options.s3compress, options.endpoint, options.threads,
                                                options.objects);
                        }});
  if (!options.boto3.empty()) variants.push_back({"boto3", [&] { return boto3(options); }, kSlowRounds});
  if (!options.aws.empty())
    variants.push_back({"aws s3 cp --recursive", [&] { return aws_cli(options); }, kSlowRounds});

  fmt::print(
      "{} GETs of {} bytes, {} threads (aws: its own 10), medians of {} rounds (boto3, aws: {}); {}\n\n",
      options.objects, kObjectBytes, options.threads, rounds, kSlowRounds, machine());
  const std::vector<Sample> medians = run_rounds(variants, rounds);
  const double base = medians[0].cpu_seconds / medians[0].items;
  std::vector<std::vector<std::string>> table{{"client", "CPU µs per object", "ratio", "objects/s"}};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Sample& m = medians[i];
    if (m.items == 0) continue;
    table.push_back({variants[i].name, fmt::format("{:.0f}", m.cpu_seconds / m.items * 1e6),
                     fmt::format("{:.2f}", m.cpu_seconds / m.items / base),
                     fmt::format("{:.0f}", m.items / m.wall_seconds)});
  }
  print_table(table);
}
