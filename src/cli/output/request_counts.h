// How many requests and bytes were sent to the store, and how many bytes received. A value.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace s3c::cli {

struct RequestCounts {
  std::map<std::string, std::uint64_t> by_operation;  ///< by S3's name of the call; retries are counted too
  std::uint64_t retries = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t throttled = 0;  ///< answers by which the store asked to slow down

  void add(const RequestCounts& other) {
    for (const auto& [operation, count] : other.by_operation) by_operation[operation] += count;
    retries += other.retries;
    sent_bytes += other.sent_bytes;
    received_bytes += other.received_bytes;
    throttled += other.throttled;
  }

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& [operation, count] : by_operation) sum += count;
    return sum;
  }
};

}  // namespace s3c::cli
