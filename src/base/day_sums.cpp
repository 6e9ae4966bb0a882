#include "base/day_sums.h"

#include <algorithm>
#include <utility>

namespace s3c::base {
namespace {

constexpr std::size_t kMonthDigits = 7;
constexpr std::size_t kYearDigits = 4;

}  // namespace

void DaySums::add(const std::string& day, const std::string& group, const Sums& sums) {
  if (day.empty()) {
    const auto found = by_group_.find(group);
    const bool has_bar = found != by_group_.end() || by_group_.size() < kMost;
    (has_bar ? by_group_[group] : others_).add(sums);
    return;
  }
  // A group of a month has no day, so there are bars of months only.
  while (day.size() < day_digits_ && day_digits_ > kYearDigits) join_days();
  by_day_[day.substr(0, day_digits_)].add(sums);
  while (by_day_.size() > kMost && day_digits_ > kYearDigits) join_days();
  // More than a hundred years: the earliest ones share a bar.
  while (by_day_.size() > kMost) {
    const auto earliest = by_day_.extract(by_day_.begin());
    by_day_.begin()->second.add(earliest.mapped());
  }
}

void DaySums::join_days() {
  day_digits_ = day_digits_ > kMonthDigits ? kMonthDigits : kYearDigits;
  for (const auto& [day, sums] : std::exchange(by_day_, {})) by_day_[day.substr(0, day_digits_)].add(sums);
}

std::vector<DaySums::Bar> DaySums::bars() const {
  std::vector<Bar> bars;
  for (const auto& [day, sums] : by_day_) bars.push_back({day, "", sums});
  for (const auto& [group, sums] : by_group_) bars.push_back({"", group, sums});
  if (others_.objects != 0) bars.push_back({"", "", others_});
  return bars;
}

}  // namespace s3c::base
