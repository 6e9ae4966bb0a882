// Reads one group as archive's planning does, and tells what a run would do with it. Only reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/archive_size.h"
#include "plan/figures.h"
#include "plan/options.h"
#include "plan/request_forecast.h"
#include "source/group_source.h"

namespace s3c::plan {

struct GroupPlan {
  GroupPlan(const catalog::Group& group, const base::Prices& prices)
      : prefix(group.name()), day(catalog::day_text(group.fields)), found(group), figures(prices) {}

  std::string prefix;    ///< its name, as catalog::Group::name()
  std::string day;       ///< "2018-04-01", or "2018-04", "2018"; empty: its name has no date
  catalog::Group found;  ///< as the search found it
  Figures figures;
  /// The object on which a run would try whether tags may be read: the first that it packs; nullopt: none.
  std::optional<s3::ObjectSummary> first_to_pack;
  /// The object on which it would try the condition of a delete: the last of the first batch.
  std::optional<s3::ObjectSummary> first_to_delete;
  std::vector<std::string> lost;  ///< archives that were committed once and are gone
  std::uint64_t unfinished = 0;   ///< records of volumes that were never committed

  /// All that the selection wants, also what can't be archived and what only has to be deleted.
  ObjectSums wanted() const {
    ObjectSums sums = figures.all;
    for (const ObjectSums* more : {&figures.archived_before, &figures.frozen, &figures.too_large})
      sums.add(*more);
    return sums;
  }
  /// Nothing of the group is selected, and there is nothing else to tell.
  bool is_empty() const { return wanted().objects == 0 && lost.empty(); }
};

/// What all groups are read with. All of it outlives the reading.
struct GroupReading {
  const PlanOptions& options;
  const PlanContext& context;
  source::GroupSource& groups;
  const RequestForecast& forecast;
  const SizeModel& sizes;
  const source::ObjectFilter& wanted;
  base::Timestamp now;  ///< by the source's store
};

/// Blocks; any thread. Throws the store's errors; cancelled after a stop.
GroupPlan read_group(const GroupReading& reading, const catalog::Group& group);

}  // namespace s3c::plan
