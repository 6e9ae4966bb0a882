#include "plan/figures.h"

#include <algorithm>
#include <chrono>

namespace s3c::plan {
namespace {

/// Source: "Best practices design patterns: optimizing Amazon S3 performance".
constexpr double kGetsPerSecond = 5'500;
constexpr double kDeletesPerSecond = 3'500;

double days_between(base::Timestamp from, base::Timestamp to) {
  return std::chrono::duration<double, std::ratio<86400>>(to - from).count();
}

int whole_days(base::Timestamp from, base::Timestamp to) {
  return static_cast<int>(std::clamp(days_between(from, to), 0.0, double{kAlwaysIdle}));
}

std::size_t step_of(std::uint64_t size_bytes) {
  return static_cast<std::size_t>(std::upper_bound(kSizeSteps.begin(), kSizeSteps.end(), size_bytes) -
                                  kSizeSteps.begin());
}

template <typename Choose>
void choose(std::optional<base::Timestamp>& mine, const std::optional<base::Timestamp>& other,
            Choose better) {
  if (other && (!mine || better(*other, *mine))) mine = other;
}

std::optional<double> break_even(double once, double saved_per_month) {
  if (saved_per_month <= 0) return std::nullopt;
  return once / saved_per_month * kDaysPerMonth;
}

}  // namespace

Figures::Figures(const base::Prices& prices)
    : now(prices), now_archived_before(prices), archived(prices), prices_(&prices) {
  for (const base::ClassPrices& one : prices.classes()) {
    if (one.lifecycle_per_1000) rules.emplace(one.storage_class, prices);
  }
}

void Figures::add_to_archive(const s3::ObjectSummary& object, base::Timestamp time) {
  const base::ClassPrices& prices = prices_->of(object.storage_class);
  all.add(object.size_bytes);
  key_bytes += object.key.size();
  histogram.at(step_of(object.size_bytes)).add(object.size_bytes);
  choose(oldest, object.last_modified, std::less<>());
  choose(newest, object.last_modified, std::greater<>());
  by_class[object.storage_class].add(object.size_bytes);
  if (object.size_bytes < kLeastLifecycleBytes) small.add(object.size_bytes);
  if (object.size_bytes >= kLargeBytes) large.add(object.size_bytes);
  const double penalty =
      base::early_delete_dollars(prices, object.size_bytes, days_between(object.last_modified, time));
  if (penalty > 0) {
    young.add(object.size_bytes);
    early_delete_dollars += penalty;
    choose(young_until, object.last_modified + std::chrono::days(prices.minimum_days), std::greater<>());
  }
  const int idle_days = whole_days(object.last_modified, time);
  now.add(object.storage_class, object.size_bytes, idle_days);
  add_to_rules(object, idle_days);
}

/// A rule moves objects only into classes that stand behind their own in the table, as S3 allows it.
void Figures::add_to_rules(const s3::ObjectSummary& object, int idle_days) {
  const std::string& own = prices_->of(object.storage_class).storage_class;
  bool behind_own = false;
  for (const base::ClassPrices& target : prices_->classes()) {
    const auto rule = rules.find(target.storage_class);
    if (rule != rules.end() && behind_own) {
      rule->second.bill.add(target.storage_class, object.size_bytes, kAlwaysIdle);
      ++rule->second.transitions;
    } else if (rule != rules.end()) {
      rule->second.bill.add(object.storage_class, object.size_bytes, idle_days);
    }
    behind_own = behind_own || target.storage_class == own;
  }
}

void Figures::add_archived(const s3::ObjectSummary& object, base::Timestamp time) {
  archived_before.add(object.size_bytes);
  now_archived_before.add(object.storage_class, object.size_bytes, whole_days(object.last_modified, time));
}

void Figures::add(const Figures& other) {
  all.add(other.all);
  key_bytes += other.key_bytes;
  for (std::size_t i = 0; i < histogram.size(); ++i) histogram.at(i).add(other.histogram.at(i));
  choose(oldest, other.oldest, std::less<>());
  choose(newest, other.newest, std::greater<>());
  for (const auto& [storage_class, sums] : other.by_class) by_class[storage_class].add(sums);
  small.add(other.small);
  large.add(other.large);
  young.add(other.young);
  early_delete_dollars += other.early_delete_dollars;
  choose(young_until, other.young_until, std::greater<>());
  archived_before.add(other.archived_before);
  frozen.add(other.frozen);
  too_large.add(other.too_large);
  not_selected.add(other.not_selected);
  volumes += other.volumes;
  archive_bytes += other.archive_bytes;
  now.add(other.now);
  now_archived_before.add(other.now_archived_before);
  archived.add(other.archived);
  for (const auto& [storage_class, rule] : other.rules) {
    LifecycleRule& mine = rules.at(storage_class);
    mine.bill.add(rule.bill);
    mine.transitions += rule.transitions;
  }
  requests.add(other.requests);
}

Costs costs_of(const Figures& figures, const base::Prices& prices, const std::string& storage_class,
               bool keep_sources) {
  Costs costs;
  costs.request_dollars = figures.requests.dollars(prices);
  costs.retrieval_dollars = figures.requests.retrieval_dollars(prices);
  if (!keep_sources) costs.early_delete_dollars = figures.early_delete_dollars;
  costs.now = figures.now.dollars_per_month();
  costs.archived = figures.archived.dollars_per_month() + (keep_sources ? costs.now : 0);
  costs.archived_before = figures.now_archived_before.dollars_per_month();
  if (const auto rule = figures.rules.find(storage_class); rule != figures.rules.end()) {
    costs.lifecycle = rule->second.bill.dollars_per_month();
    costs.lifecycle_once = static_cast<double>(rule->second.transitions) / 1000 *
                           prices.of(storage_class).lifecycle_per_1000.value_or(0);
  }
  costs.break_even_days = break_even(costs.once(), costs.now - costs.archived);
  return costs;
}

std::vector<RestoreCost> restore_costs(const Figures& figures, const base::Prices& prices,
                                       const std::string& storage_class) {
  const base::ClassPrices& from = prices.of(storage_class);
  const base::ClassPrices& to = prices.standard();
  const double archive_gb = static_cast<double>(figures.archive_bytes) / base::kBilledGb;
  // As restore estimates it: for each object a GET of the archive, a look at the target, and a PUT there.
  const double moving = static_cast<double>(figures.all.objects) / 1000 *
                            (from.get_per_1000 + to.get_per_1000 + to.put_per_1000) +
                        archive_gb * from.retrieval_per_gb;
  if (!from.needs_thaw()) return {{"", "", moving}};
  std::vector<RestoreCost> costs;
  for (const base::ThawPrice& thaw : from.thaws) {
    costs.push_back(
        {thaw.tier, thaw.takes,
         moving + archive_gb * thaw.per_gb + static_cast<double>(figures.volumes) / 1000 * thaw.per_1000});
  }
  return costs;
}

double least_seconds(const Figures& figures, bool keep_sources) {
  const auto objects = static_cast<double>(figures.all.objects);
  return std::max(objects / kGetsPerSecond, keep_sources ? 0 : objects / kDeletesPerSecond);
}

}  // namespace s3c::plan
