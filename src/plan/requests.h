// Counts of requests, and what S3 bills for them. Values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/prices.h"
#include "s3/request_stats.h"

namespace s3c::plan {

/// What S3 bills for each request of its own, whatever it is about.
inline constexpr std::string_view kStandard = "STANDARD";

class Requests {
 public:
  /// storage_class: of the object that is read or made. The price of some requests depends on it.
  void add(s3::Operation operation, std::uint64_t count = 1, std::string_view storage_class = kStandard);
  /// Bytes that a GET reads out of objects of that class.
  void add_read_bytes(std::uint64_t bytes, std::string_view storage_class);
  void add(const Requests& other);

  /// By S3's name of the call.
  std::map<std::string, std::uint64_t> by_operation() const;
  std::uint64_t count(s3::Operation operation) const;
  /// What the requests cost.
  double dollars(const base::Prices& prices) const;
  /// What reading costs beside the GETs, in classes that bill it.
  double retrieval_dollars(const base::Prices& prices) const;

 private:
  std::map<std::pair<s3::Operation, std::string>, std::uint64_t> counts_;
  std::map<std::string, std::uint64_t, std::less<>> read_bytes_;
};

/// What the requests that a run has sent cost, in dollars. by_operation: counts by S3's name of the call.
/// archive_class: the storage class of the archives, which Complete is billed in. All others count as STANDARD's: a
/// run doesn't know the class of each object that it read.
double request_dollars(const std::map<std::string, std::uint64_t>& by_operation, const base::Prices& prices,
                       std::string_view archive_class);

}  // namespace s3c::plan
