// What S3 bills a month for storing objects. Values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/prices.h"

namespace s3c::base {

/// S3 bills a month as 730 hours.
inline constexpr double kDaysPerMonth = 730.0 / 24;
/// Idle for as long as it takes: what an object costs in the end that nobody reads.
inline constexpr int kAlwaysIdle = 36'500;

/// Adds objects up by what they are billed for, so that it stays small for any number of objects.
class StorageBill {
 public:
  /// prices outlives it.
  explicit StorageBill(const Prices& prices = list_prices()) : prices_(&prices) {}

  /// Adds objects of size_bytes each. idle_days: for how long nobody has read them; it counts for
  /// INTELLIGENT_TIERING only.
  void add(std::string_view storage_class, std::uint64_t size_bytes, int idle_days,
           std::uint64_t objects = 1);
  void add(const StorageBill& other);

  const Prices& prices() const { return *prices_; }
  double dollars_per_month() const;

 private:
  struct ClassBytes {
    std::uint64_t bytes = 0;                ///< at the price of the class
    std::uint64_t monitored = 0;            ///< objects
    std::vector<std::uint64_t> idle_bytes;  ///< by step
  };

  ClassBytes& of(const ClassPrices& prices);

  const Prices* prices_;
  std::map<std::string, ClassBytes, std::less<>> by_class_;
};

/// What S3 bills for an object that is deleted before its class's minimum: the storage of the days that are
/// missing. 0 if it is old enough.
double early_delete_dollars(const ClassPrices& prices, std::uint64_t size_bytes, double age_days);

/// What S3 bills as an object's size in that class: at least the class's minimum.
std::uint64_t billed_bytes(const ClassPrices& prices, std::uint64_t size_bytes);

}  // namespace s3c::base
