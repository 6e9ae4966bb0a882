// What a plan says of one group, or of all of them: objects, sizes, requests, storage. Values whose size doesn't
// depend on the number of objects.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/prices.h"
#include "base/storage_bill.h"
#include "base/time.h"
#include "plan/requests.h"
#include "s3/types.h"

namespace s3c::plan {

using base::kAlwaysIdle;
using base::kDaysPerMonth;
using base::StorageBill;

struct ObjectSums {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;

  void add(std::uint64_t size_bytes) {
    ++objects;
    bytes += size_bytes;
  }
  void add(const ObjectSums& other) {
    objects += other.objects;
    bytes += other.bytes;
  }
};

/// The upper ends of the histogram's steps, each not included; the last step has no end.
inline constexpr std::array<std::uint64_t, 6> kSizeSteps = {std::uint64_t{1} << 10,  std::uint64_t{4} << 10,
                                                            std::uint64_t{16} << 10, std::uint64_t{128} << 10,
                                                            std::uint64_t{1} << 20,  std::uint64_t{64} << 20};
using Histogram = std::array<ObjectSums, kSizeSteps.size() + 1>;

/// Lifecycle rules skip smaller objects, unless the rule has a size of its own.
inline constexpr std::uint64_t kLeastLifecycleBytes = std::uint64_t{128} << 10;
/// Packing saves next to nothing on an object of this size: what S3 bills for each object is small beside it.
inline constexpr std::uint64_t kLargeBytes = std::uint64_t{1} << 20;

/// What one lifecycle rule would do: it moves each object on its own into another class.
struct LifecycleRule {
  explicit LifecycleRule(const base::Prices& prices) : bill(prices) {}

  StorageBill bill;               ///< afterwards; of all objects, moved or not
  std::uint64_t transitions = 0;  ///< objects that are moved
};

struct Figures {
  /// prices outlives it.
  explicit Figures(const base::Prices& prices);

  /// Adds an object that would be archived. now: by the store's clock.
  void add_to_archive(const s3::ObjectSummary& object, base::Timestamp now);
  /// Adds an object that is archived already; its source would be deleted.
  void add_archived(const s3::ObjectSummary& object, base::Timestamp now);
  void add(const Figures& other);

  ObjectSums all;               ///< to archive
  std::uint64_t key_bytes = 0;  ///< their names
  Histogram histogram = {};
  std::optional<base::Timestamp> oldest, newest;
  std::map<std::string, ObjectSums> by_class;
  ObjectSums small;  ///< of them, smaller than kLeastLifecycleBytes
  ObjectSums large;  ///< of them, of kLargeBytes at least
  /// Of them, younger than the minimum of their class. They are billed until then, although they are deleted.
  ObjectSums young;
  double early_delete_dollars = 0;
  std::optional<base::Timestamp> young_until;  ///< when the last of them is old enough

  ObjectSums archived_before;  ///< archived already, and still there
  ObjectSums frozen;           ///< can't be read before a thaw, so they would be left
  ObjectSums too_large;        ///< need more memory than is allowed, so they would be left
  ObjectSums not_selected;     ///< seen in the groups, and not wanted

  std::uint64_t volumes = 0;
  std::uint64_t archive_bytes = 0;  ///< estimated
  StorageBill now;                  ///< of the objects to archive
  StorageBill now_archived_before;
  StorageBill archived;                        ///< of the archives and their records
  std::map<std::string, LifecycleRule> rules;  ///< by the class that a rule moves objects into
  Requests requests;                           ///< of the run

 private:
  void add_to_rules(const s3::ObjectSummary& object, int idle_days);

  const base::Prices* prices_;
};

/// What the figures come to, in dollars. docs/costs.md has the formulas.
struct Costs {
  double request_dollars = 0;
  double retrieval_dollars = 0;
  double early_delete_dollars = 0;
  double once() const { return request_dollars + retrieval_dollars + early_delete_dollars; }

  double now = 0;  ///< a month
  double archived = 0;
  /// A month with a lifecycle rule into the class of the archives; nullopt: no rule goes there.
  std::optional<double> lifecycle;
  std::optional<double> lifecycle_once;
  /// What the sources of archived objects cost a month that are still there.
  double archived_before = 0;
  /// nullopt: the archives never pay.
  std::optional<double> break_even_days;
};

/// keep_sources: the sources stay, and their storage too.
Costs costs_of(const Figures& figures, const base::Prices& prices, const std::string& storage_class,
               bool keep_sources);

/// What bringing everything back would cost.
struct RestoreCost {
  std::string tier;  ///< of the thaw; empty: the class needs none
  std::string takes;
  double dollars = 0;
};
std::vector<RestoreCost> restore_costs(const Figures& figures, const base::Prices& prices,
                                       const std::string& storage_class);

/// The least time that S3 allows, in seconds, with all keys under one prefix: 5,500 GETs and 3,500 deletes a second.
double least_seconds(const Figures& figures, bool keep_sources);

}  // namespace s3c::plan
