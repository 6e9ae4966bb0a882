// The first half of a restore: which volumes hold what is wanted, and what bringing it back takes.
#include <algorithm>
#include <map>
#include <utility>

#include "archive/catalog.h"
#include "archive/member_search.h"
#include "archive/prices.h"
#include "archive/restore_run.h"
#include "archive/volume_thaw.h"
#include "base/error.h"
#include "base/in_order.h"

namespace s3c::archive {
namespace {

double thaw_dollars(const RestoreVolume& volume, s3::RestoreTier tier) {
  constexpr double kGiB = 1 << 30;
  for (const ThawPrice& price : kThawPrices) {
    if (price.storage_class == volume.storage_class && price.tier == tier)
      return static_cast<double>(volume.archive_bytes) / kGiB * price.per_gib +
             price.per_1000_requests / 1000;
  }
  return 0;
}

}  // namespace

void validate(const RestoreOptions& o) {
  validate(o.scope);
  const auto refuse = [](const char* message) {
    throw base::Error(base::ErrorKind::invalid_argument, message);
  };
  validate(o.thaw);
  if (o.threads < 1 || o.threads > 4096) refuse("--threads must be between 1 and 4096");
  if (o.memory_bytes < std::uint64_t{64} << 20) refuse("--memory must be at least 64MiB");
}

RestorePlan plan_restore(const RestoreOptions& options, const RestoreContext& context) {
  RestorePlan plan;
  std::map<std::pair<std::string, std::string>, RestoreVolume> volumes;  // by archive key and id
  const SearchReport report = search_members(
      context.store, {options.scope, options.query, "", options.threads}, context.stop,
      [&](const std::shared_ptr<const index::Manifest>& manifest, std::vector<index::Row>&& rows) {
        RestoreVolume& volume = volumes[{manifest->archive_key, manifest->id}];
        if (volume.members == 0) {
          volume.archive_key = manifest->archive_key;
          volume.id = manifest->id;
          volume.group = manifest->source_bucket + "/" + manifest->group_prefix;
          volume.created_at = manifest->created_at;
          volume.storage_class = manifest->storage_class;
          volume.archive_bytes = manifest->archive_size_bytes;
        }
        for (const index::Row& row : rows) {
          ++volume.members;
          volume.member_bytes += row.size_bytes;
          volume.compressed_bytes += row.compressed_size_bytes;
          if (context.found) context.found(row.key);
        }
        context.progress.members += rows.size();
      });
  plan.failures = report.failures;
  plan.failed_volumes = report.failed;
  for (auto& [name, volume] : volumes) plan.volumes.push_back(std::move(volume));
  std::stable_sort(plan.volumes.begin(), plan.volumes.end(),
                   [](const RestoreVolume& a, const RestoreVolume& b) {
                     return a.group != b.group ? a.group < b.group : a.created_at > b.created_at;
                   });
  for (base::Error& error :
       find_thaw_states(context.store, options.scope.archive_bucket, options.threads, plan.volumes)) {
    ++plan.failed_volumes;
    if (plan.failures.size() < 20) plan.failures.push_back(std::move(error));
  }
  for (const RestoreVolume& volume : plan.volumes) {
    plan.members += volume.members;
    plan.member_bytes += volume.member_bytes;
    plan.compressed_bytes += volume.compressed_bytes;
    if (volume.thaw.kind == s3::ThawState::Kind::in_progress) ++plan.thawing_volumes;
    if (volume.thaw.kind == s3::ThawState::Kind::frozen) {
      ++plan.frozen_volumes;
      plan.frozen_bytes += volume.archive_bytes;
      plan.dollars += thaw_dollars(volume, options.thaw.tier);
    }
  }
  plan.dollars += static_cast<double>(plan.members) / 1000 * (kPutPer1000 + kGetPer1000);
  return plan;
}

}  // namespace s3c::archive
