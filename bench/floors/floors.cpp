// The floors under s3compress in scripts/bench: what the two libraries that do most of its work cost on the
// same objects in the same run, with nothing of this project around them.
//   sockets      one GET an object, signed beforehand, the body dropped, with epoll and a parser of Content-Length and
//                nothing else; with OpenSSL over TLS, unverified. One event loop for each core
//   libcurl      the same GETs; blocking threads, and one event loop for each core
//   libdeflate   one member an object, at level 6 and at level 1, one compressor for all, nothing written;
//   and how
//                large zlib at level 6, which is Python's zipfile, makes the same members
// usage: bench_floors --endpoint=URL [--tls-endpoint=URL] --bucket=NAME [--prefix=P] [--objects=N] [--in-flight=N]
// endpoint is without TLS; tls-endpoint is the same store with TLS.
// Prints one JSON object: by name, microseconds of CPU (user and system) per object, and bytes per member.
// Fails with 1.
#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "support/bare_gets.h"
#include "support/curl_gets.h"
#include "support/measure.h"
#include "support/store_fixture.h"

namespace {

using namespace s3c;
using namespace s3c::bench;

struct Options {
  std::string endpoint, tls_endpoint, bucket, prefix;
  int objects = 0;
  int in_flight = 0;
};

std::vector<std::string> first_keys(const Options& options) {
  Client client(options.endpoint);
  s3::ListObjectsRequest request{.bucket = options.bucket, .prefix = options.prefix};
  std::vector<std::string> keys;
  for (;;) {
    const s3::ListObjectsPage page = client.store().list_objects(request);
    for (const s3::ObjectSummary& object : page.objects) {
      keys.push_back(object.key);
      if (keys.size() == static_cast<std::size_t>(options.objects)) return keys;
    }
    if (!page.next_continuation_token) return keys;
    request.continuation_token = *page.next_continuation_token;
  }
}

/// work(t) on each of count threads. Throws the first error of one of them.
template <typename Work>
void on_threads(int count, const Work& work) {
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) {
    threads.emplace_back([&, t] {
      try {
        work(t);
      } catch (...) {
        errors[static_cast<std::size_t>(t)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

Sample blocking_gets(const Options& options, const std::vector<std::string>& keys) {
  const auto requests = signed_gets(options.endpoint, options.bucket, keys);
  const int each = std::max(1, static_cast<int>(keys.size()) / options.in_flight);
  const Stopwatch watch;
  on_threads(options.in_flight, [&](int t) { easy_gets(requests, t, options.in_flight, each); });
  return watch.stop(each * options.in_flight);
}

Sample looped_gets(const Options& options, const std::vector<std::string>& keys) {
  const auto requests = signed_gets(options.endpoint, options.bucket, keys);
  const int loops = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int each = std::max(1, static_cast<int>(keys.size()) / loops);
  const Stopwatch watch;
  on_threads(loops, [&](int) { event_loop_gets(requests, std::max(1, options.in_flight / loops), each); });
  return watch.stop(each * loops);
}

Sample bare(const Options& options, const std::string& endpoint, const std::vector<std::string>& keys) {
  // The connections are opened within the measured stretch: of so many GETs that is little.
  constexpr int kTimesRound = 3;
  const auto requests = signed_gets(endpoint, options.bucket, keys);
  const int loops = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int each = std::max(1, kTimesRound * static_cast<int>(keys.size()) / loops);
  const Stopwatch watch;
  on_threads(loops, [&](int) { bare_gets(requests, std::max(1, options.in_flight / loops), each); });
  return watch.stop(each * loops);
}

std::vector<std::string> bodies(const Options& options, const std::vector<std::string>& keys) {
  Client client(options.endpoint);
  std::vector<std::string> all(keys.size());
  on_threads(16, [&](int t) {
    for (std::size_t i = static_cast<std::size_t>(t); i < keys.size(); i += 16)
      all[i] = client.store().get_object({.bucket = options.bucket, .key = keys[i]}).body;
  });
  return all;
}

std::size_t compress_all(const std::vector<std::string>& objects, int level) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  std::string member;
  std::size_t compressed = 0;
  for (const std::string& object : objects) {
    member.resize(libdeflate_deflate_compress_bound(compressor.get(), object.size()));
    compressed += libdeflate_deflate_compress(compressor.get(), object.data(), object.size(), member.data(),
                                              member.size());
  }
  return compressed;
}

Sample members(const std::vector<std::string>& objects, int level) {
  const Stopwatch watch;
  if (compress_all(objects, level) == 0) throw std::runtime_error("nothing was compressed");
  return watch.stop(static_cast<double>(objects.size()));
}

std::size_t zlib_bytes(const std::vector<std::string>& objects) {
  constexpr uLong kWrapping = 6;  // compress2() puts a zlib header and a checksum around what a ZIP has bare
  std::string member;
  std::size_t compressed = 0;
  for (const std::string& object : objects) {
    uLongf size = compressBound(object.size());
    member.resize(size);
    if (compress2(reinterpret_cast<Bytef*>(member.data()), &size,
                  reinterpret_cast<const Bytef*>(object.data()), object.size(), 6) != Z_OK)
      throw std::runtime_error("zlib failed");
    compressed += size - kWrapping;
  }
  return compressed;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options{.endpoint = option(argc, argv, "endpoint", ""),
                        .tls_endpoint = option(argc, argv, "tls-endpoint", ""),
                        .bucket = option(argc, argv, "bucket", ""),
                        .prefix = option(argc, argv, "prefix", ""),
                        .objects = option(argc, argv, "objects", 20'000),
                        .in_flight = option(argc, argv, "in-flight", 256)};
  try {
    const std::vector<std::string> keys = first_keys(options);
    if (keys.empty()) throw std::runtime_error("there are no objects");
    const std::vector<std::string> some(keys.begin(), keys.begin() + std::min<long>(5000, std::ssize(keys)));
    const std::vector<std::string> objects = bodies(options, some);
    std::vector<Variant> variants{
        {"sockets alone, event loops", [&] { return bare(options, options.endpoint, keys); }},
        {"libcurl alone, blocking threads", [&] { return blocking_gets(options, keys); }},
        {"libcurl alone, event loops", [&] { return looped_gets(options, keys); }},
        {"libdeflate alone, level 6", [&] { return members(objects, 6); }},
        {"libdeflate alone, level 1", [&] { return members(objects, 1); }},
    };
    if (!options.tls_endpoint.empty()) {
      variants.push_back({"sockets and OpenSSL alone, event loops",
                          [&] { return bare(options, options.tls_endpoint, keys); }});
    }
    const std::vector<Sample> medians = run_rounds(variants, 3);
    nlohmann::ordered_json cpu_us;
    for (std::size_t i = 0; i < variants.size(); ++i) {
      if (medians[i].items == 0) throw std::runtime_error(variants[i].name + " failed");
      cpu_us[variants[i].name] = medians[i].cpu_seconds / medians[i].items * 1e6;
    }
    const auto each = [&](std::size_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(objects.size());
    };
    const nlohmann::ordered_json floors{
        {"cpu_us_per_object", cpu_us},
        {"bytes_per_member",
         {{"libdeflate, level 6", each(compress_all(objects, 6))},
          {"libdeflate, level 1", each(compress_all(objects, 1))},
          {"zlib, level 6", each(zlib_bytes(objects))}}},
    };
    fmt::print("{}\n", floors.dump());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_floors: %s\n", error.what());
    return 1;
  }
}
