#include "restore/restore_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/error.h"
#include "base/in_order.h"
#include "base/prices.h"
#include "base/time.h"
#include "catalog/member_search.h"
#include "catalog/newest.h"
#include "catalog/record_names.h"
#include "restore/restore_tally.h"
#include "restore/thaw_states.h"

namespace s3c::restore {
namespace {

/// Blocks of rows that are read ahead; each takes some 3 MB.
constexpr int kMostReaders = 16;

double thaw_dollars(const RestoreVolume& volume, s3::RestoreTier tier) {
  const base::ThawPrice* const price =
      base::list_prices().of(volume.storage_class).find_thaw(to_string(tier));
  if (price == nullptr) return 0;
  return static_cast<double>(volume.archive_bytes) / base::kBilledGb * price->per_gb + price->per_1000 / 1000;
}

RestoreVolume volume_of(const std::shared_ptr<const index::Manifest>& of_volume) {
  const index::Manifest& manifest = *of_volume;
  RestoreVolume volume;
  volume.manifest = of_volume;
  volume.archive_key = manifest.archive_key;
  volume.id = manifest.id;
  volume.storage_class = manifest.storage_class;
  volume.archive_bytes = manifest.archive_size_bytes;
  return volume;
}

/// Names the members of a key that are equally new.
std::string tie_text(const std::vector<const catalog::FoundMember*>& tied) {
  std::string text = "nothing tells which of its objects is the newest:";
  for (const catalog::FoundMember* member : tied) {
    text += fmt::format("{} {} holds one of {}", member == tied.front() ? "" : ",",
                        base::printable(member->manifest->archive_key),
                        base::format_iso8601(member->row.last_modified));
  }
  return text + "; name the volume whose object is to come back";
}

/// The member of a key that is restored. nullptr: none; the plan then names the key.
const catalog::FoundMember* choose(const catalog::FoundKey& found, RestorePlan& plan) {
  const std::string& key = found.members.front().row.key;
  if (!found.unsearched.empty()) {
    ++plan.withheld;
    plan.not_restored.add({key, fmt::format("{} could not be searched and may hold a newer object of this "
                                            "key; name a volume to restore its object all the same",
                                            base::printable(found.unsearched))});
    return nullptr;
  }
  const std::vector<const catalog::FoundMember*> newest = catalog::newest_of(found.members);
  if (newest.size() == 1) return newest.front();
  ++plan.tied;
  plan.not_restored.add({key, tie_text(newest)});
  return nullptr;
}

/// Rows of members, as long as there are few of them.
class FewMembers {
 public:
  void add(const catalog::FoundMember& member) {
    ++count_;
    if (count_ <= kMostLookedAt) {
      members_.push_back(member);
    } else {
      members_.clear();
    }
  }
  /// Looks which of the members are at their target already, and takes them off the volumes' missing ones. A
  /// member that can't be looked at counts as missing, and is named.
  void look(const RestoreOptions& options, const RestoreContext& context, RestorePlan& plan) {
    if (count_ > kMostLookedAt) return;
    auto next = members_.begin();
    std::uint64_t there = 0;
    base::in_order<const catalog::FoundMember*, Look>(
        options.threads,
        [&]() -> std::optional<const catalog::FoundMember*> {
          if (context.stop.stop_requested())
            throw base::Error(base::ErrorKind::cancelled, "stopped while planning");
          return next == members_.end() ? std::nullopt : std::optional<const catalog::FoundMember*>(&*next++);
        },
        [&](const catalog::FoundMember*& member) { return look_at(context, *member); },
        [&](Look&& look) {
          const catalog::FoundMember& member = *look.member;
          if (look.must_compare) ++plan.to_compare;
          if (look.unlooked) {
            ++plan.unlooked_by_kind[*look.unlooked];
            plan.unlooked.add({member.row.key, look.why});
          }
          if (look.is_missing) return;
          if (look.landing == Landing::equal) {
            ++there;
          } else {
            ++(look.landing ? plan.existing : plan.unstorable);
            plan.left_out.add({member.row.key, look.why});
          }
          for (RestoreVolume& volume : plan.volumes) {
            if (volume.archive_key == member.manifest->archive_key && volume.id == member.manifest->id)
              --volume.missing;
          }
        });
    plan.there = there;
  }

 private:
  /// What is at a member's target.
  struct Look {
    const catalog::FoundMember* member = nullptr;
    bool is_missing = true;          ///< a run writes it, or finds out why not
    std::optional<Landing> landing;  ///< unless it is missing; nullopt: the target can't hold it
    bool must_compare = false;       ///< Sight::must_compare
    std::optional<base::ErrorKind> unlooked = {};  ///< missing as far as we know: looking failed
    std::string why = {};                          ///< it will not be there, or could not be looked at
  };

  static Look look_at(const RestoreContext& context, const catalog::FoundMember& member) {
    try {
      const Sight sight = context.target_of(member.manifest->source_bucket).look(member.row);
      if (!sight.landing) return {&member, true, std::nullopt, sight.must_compare};
      return {.member = &member,
              .is_missing = false,
              .landing = sight.landing,
              .why = *sight.landing == Landing::exists ? kSomethingElseIsThere : ""};
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::cancelled) throw;
      if (is_refused_by_target(error))
        return {.member = &member, .is_missing = false, .landing = std::nullopt, .why = error.what()};
      return {.member = &member, .landing = std::nullopt, .unlooked = error.kind(), .why = error.what()};
    }
  }

  std::uint64_t count_ = 0;
  std::vector<catalog::FoundMember> members_;
};

/// What the requests cost that move the members: none is sent where nothing is written.
double request_dollars(const RestorePlan& plan, const RestoreContext& context) {
  if (!context.target_of) return 0;
  const base::ClassPrices& prices = base::list_prices().standard();
  double dollars = 0;
  for (const RestoreVolume& volume : plan.volumes) {
    const bool bills = context.target_of(volume.manifest->source_bucket).bills_requests();
    const auto members = static_cast<double>(volume.members);
    const auto missing = static_cast<double>(volume.missing);
    dollars += missing * prices.get_per_1000 / 1000;  // of the archive
    if (bills) dollars += (members * prices.get_per_1000 + missing * prices.put_per_1000) / 1000;
  }
  return dollars;
}

/// What the volumes hold and what their thaws cost, into the plan.
void sum_up(RestorePlan& plan, s3::RestoreTier tier) {
  for (const RestoreVolume& volume : plan.volumes) {
    plan.members += volume.members;
    plan.member_bytes += volume.member_bytes;
    plan.compressed_bytes += volume.compressed_bytes;
    if (volume.missing == 0) continue;  // nothing of it has to be read
    if (volume.thaw.kind == s3::ThawState::Kind::in_progress) ++plan.thawing_volumes;
    if (volume.thaw.kind == s3::ThawState::Kind::frozen) {
      ++plan.frozen_volumes;
      plan.frozen_bytes += volume.archive_bytes;
      plan.dollars += thaw_dollars(volume, tier);
    }
  }
}

}  // namespace

void expect_usable_targets(const RestorePlan& plan, const RestoreContext& context,
                           RestoreTarget::Trial trial) {
  if (!context.target_of) return;
  std::set<RestoreTarget*> tried;  // several source buckets may share one
  for (const RestoreVolume& volume : plan.volumes) {
    RestoreTarget& target = context.target_of(volume.manifest->source_bucket);
    if (tried.insert(&target).second) target.expect_usable(trial);
  }
}

void ContestedKeys::decide(const std::string& source_bucket, const std::string& key,
                           const catalog::FoundMember* winner) {
  winners_[source_bucket].emplace(key, winner == nullptr ? nullptr : winner->manifest);
}

bool ContestedKeys::bring_back(const index::Manifest& manifest, const std::string& key) const {
  const auto bucket = winners_.find(manifest.source_bucket);
  if (bucket == winners_.end()) return true;
  const auto found = bucket->second.find(key);
  if (found == bucket->second.end()) return true;
  const std::shared_ptr<const index::Manifest>& winner = found->second;
  return winner != nullptr && winner->archive_key == manifest.archive_key && winner->id == manifest.id;
}

RestorePlan plan_restore(const RestoreOptions& options, const RestoreContext& context) {
  RestorePlan plan;
  plan.listed_at = context.clock.now();
  const int readers = std::min(options.threads, kMostReaders);
  FewMembers few;
  std::map<std::pair<std::string, std::string>, RestoreVolume> volumes;  // by archive key and id
  catalog::SearchReport report = catalog::search_members(
      context.store,
      {.scope = options.scope,
       .query = options.query,
       .volume = options.volume,
       .threads = readers,
       .look_at_archives = false,
       .keep_records = context.target_of && options.volume.empty()},
      context.stop, [&](catalog::FoundKey&& found) {
        const std::string& key = found.members.front().row.key;
        if (context.found) context.found(key);
        const catalog::FoundMember* winner = choose(found, plan);
        if (found.members.size() > 1 || winner == nullptr)
          plan.contested.decide(found.members.front().manifest->source_bucket, key, winner);
        if (winner == nullptr) return;
        const index::Manifest& manifest = *winner->manifest;
        RestoreVolume& volume =
            volumes.try_emplace({manifest.archive_key, manifest.id}, volume_of(winner->manifest))
                .first->second;
        ++volume.members;
        ++volume.missing;
        if (context.target_of) few.add(*winner);
        volume.member_bytes += winner->row.size_bytes;
        volume.compressed_bytes += winner->row.compressed_size_bytes;
        context.progress.add(&RestoreCounts::members);
        context.progress.add(&RestoreCounts::member_bytes, winner->row.size_bytes);
      });
  plan.records = std::move(report.records);
  plan.failures = report.failures;
  plan.query = report.query;
  plan.other_shards = report.other_shards;
  for (auto& [name, volume] : volumes) plan.volumes.push_back(std::move(volume));
  expect_usable_targets(plan, context, RestoreTarget::Trial::look);
  if (context.target_of) few.look(options, context, plan);
  for (const UnaskedVolume& unasked :
       find_thaw_states(context.store, options.scope.archive_bucket, readers, plan.volumes)) {
    plan.failures.add(unasked.error);
  }
  sum_up(plan, options.thaw.tier);
  plan.dollars += request_dollars(plan, context);
  return plan;
}

RestoreReport begin_report(const RestorePlan& plan) {
  RestoreReport report;
  report.failures = plan.failures;
  report.tied = plan.tied;
  report.failed = plan.withheld;
  report.not_restored = plan.not_restored;
  return report;
}

RestoreReport foresee_restore(const RestorePlan& plan) {
  RestoreReport report = begin_report(plan);
  report.existing = plan.existing;
  report.unstorable = plan.unstorable;
  report.not_restored.add_all(plan.left_out);
  report.failed += plan.unlooked.count();
  for (const auto& [kind, count] : plan.unlooked_by_kind) report.failed_by_kind[kind] += count;
  report.not_restored.add_all(plan.unlooked);
  return report;
}

}  // namespace s3c::restore
