#include "base/storage_bill.h"

#include <algorithm>

namespace s3c::base {
namespace {

double gb(std::uint64_t bytes) {
  return static_cast<double>(bytes) / kBilledGb;
}

double dollars_of(const std::vector<StorageStep>& steps, double all_gb) {
  double sum = 0;
  double below = 0;
  for (const StorageStep& step : steps) {
    const double up_to = step.up_to_gb ? std::min(*step.up_to_gb, all_gb) : all_gb;
    if (up_to > below) sum += (up_to - below) * step.per_gb_month;
    below = std::max(below, up_to);
  }
  return sum;
}

}  // namespace

std::uint64_t billed_bytes(const ClassPrices& prices, std::uint64_t size_bytes) {
  return std::max(size_bytes, prices.minimum_bytes);
}

StorageBill::ClassBytes& StorageBill::of(const ClassPrices& prices) {
  return by_class_[prices.storage_class];
}

void StorageBill::add(std::string_view storage_class, std::uint64_t size_bytes, int idle_days,
                      std::uint64_t objects) {
  const ClassPrices& prices = prices_->of(storage_class);
  ClassBytes& sums = of(prices);
  const std::uint64_t bytes = objects * (billed_bytes(prices, size_bytes) + prices.overhead_bytes);
  if (prices.overhead_standard_bytes != 0)
    of(prices_->standard()).bytes += objects * prices.overhead_standard_bytes;
  if (!prices.monitoring || size_bytes < prices.monitoring->from_bytes) {
    sums.bytes += bytes;
    return;
  }
  const std::vector<IdleStep>& idle = prices.monitoring->idle;
  sums.monitored += objects;
  sums.idle_bytes.resize(idle.size());
  std::size_t steps = 0;
  while (steps < idle.size() && idle_days >= idle[steps].days) ++steps;
  (steps == 0 ? sums.bytes : sums.idle_bytes[steps - 1]) += bytes;
}

void StorageBill::add(const StorageBill& other) {
  for (const auto& [storage_class, sums] : other.by_class_) {
    ClassBytes& mine = by_class_[storage_class];
    mine.bytes += sums.bytes;
    mine.monitored += sums.monitored;
    mine.idle_bytes.resize(std::max(mine.idle_bytes.size(), sums.idle_bytes.size()));
    for (std::size_t i = 0; i < sums.idle_bytes.size(); ++i) mine.idle_bytes[i] += sums.idle_bytes[i];
  }
}

double StorageBill::dollars_per_month() const {
  double sum = 0;
  for (const auto& [storage_class, sums] : by_class_) {
    const ClassPrices& prices = prices_->of(storage_class);
    sum += dollars_of(prices.storage, gb(sums.bytes));
    if (!prices.monitoring) continue;
    sum += static_cast<double>(sums.monitored) / 1000 * prices.monitoring->per_1000_month;
    for (std::size_t i = 0; i < sums.idle_bytes.size(); ++i)
      sum += gb(sums.idle_bytes[i]) * prices.monitoring->idle[i].per_gb_month;
  }
  return sum;
}

double early_delete_dollars(const ClassPrices& prices, std::uint64_t size_bytes, double age_days) {
  const double missing_days = prices.minimum_days - std::max(age_days, 0.0);
  if (missing_days <= 0) return 0;
  return gb(billed_bytes(prices, size_bytes) + prices.overhead_bytes) * prices.per_gb_month() * missing_days /
         kDaysPerMonth;
}

}  // namespace s3c::base
