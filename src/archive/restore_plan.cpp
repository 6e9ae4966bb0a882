// The first half of a restore: which volumes hold what is wanted, and what bringing it back takes.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "archive/catalog.h"
#include "archive/member_search.h"
#include "archive/prices.h"
#include "archive/restore_run.h"
#include "archive/volume_thaw.h"
#include "base/error.h"
#include "base/in_order.h"
#include "base/ulid.h"

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

RestoreVolume volume_of(const std::shared_ptr<const index::Manifest>& of_volume) {
  const index::Manifest& manifest = *of_volume;
  RestoreVolume volume;
  volume.manifest = of_volume;
  volume.archive_key = manifest.archive_key;
  volume.id = manifest.id;
  volume.source_bucket = manifest.source_bucket;
  volume.group = manifest.source_bucket + "/" + manifest.group_prefix;
  volume.created_at = manifest.created_at;
  volume.storage_class = manifest.storage_class;
  volume.archive_bytes = manifest.archive_size_bytes;
  return volume;
}

/// Whether an archive of that name may belong to the volume's group: where the names don't tell, it may.
bool may_share_group(const CatalogScope& scope, const RestoreVolume& volume, const std::string& archive_key) {
  const auto stem_of = [&](const std::string& key) {
    const auto named = scope.archive_name.volume_of(volume.source_bucket, scope.prefix, key);
    return named ? std::optional(named->stem) : std::nullopt;
  };
  const std::optional<std::string> stem = stem_of(volume.archive_key);
  return !stem || stem == stem_of(archive_key);
}

/// Keeps the groups that the unreadable record may belong to from being restored as if it weren't there.
void block_groups_of(const ManifestName& unread, const CatalogScope& scope, RestorePlan& plan) {
  const base::Timestamp made_at = base::ulid_time(unread.id).value_or(base::Timestamp::max());
  for (const RestoreVolume& volume : plan.volumes) {
    if (may_share_group(scope, volume, unread.archive_key)) block(plan.blocked, volume.group, made_at);
  }
}

}  // namespace

void block(std::map<std::string, base::Timestamp>& blocked, const std::string& group,
           base::Timestamp made_at) {
  base::Timestamp& newest = blocked.try_emplace(group, made_at).first->second;
  newest = std::max(newest, made_at);
}

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
        RestoreVolume& volume =
            volumes.try_emplace({manifest->archive_key, manifest->id}, volume_of(manifest)).first->second;
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
  // Of a volume whose index can't be read in part, the rest is restored; it stands here even if nothing of it
  // was found, for it has the last word on its keys.
  for (const UnsearchedVolume& unsearched : report.unsearched) {
    if (!unsearched.manifest) continue;
    volumes.try_emplace({unsearched.name.archive_key, unsearched.name.id}, volume_of(unsearched.manifest));
  }
  for (auto& [name, volume] : volumes) plan.volumes.push_back(std::move(volume));
  std::stable_sort(plan.volumes.begin(), plan.volumes.end(),
                   [](const RestoreVolume& a, const RestoreVolume& b) {
                     return a.group != b.group ? a.group < b.group : a.created_at > b.created_at;
                   });
  for (const UnsearchedVolume& unsearched : report.unsearched) {
    if (!unsearched.manifest) block_groups_of(unsearched.name, options.scope, plan);
  }
  for (UnaskedVolume& unasked :
       find_thaw_states(context.store, options.scope.archive_bucket, options.threads, plan.volumes)) {
    // Where there is no such archive nothing newer can be in it.
    if (unasked.error.kind() != base::ErrorKind::not_found)
      block(plan.blocked, unasked.volume.group, unasked.volume.created_at);
    ++plan.failed_volumes;
    if (plan.failures.size() < 20) plan.failures.push_back(std::move(unasked.error));
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
