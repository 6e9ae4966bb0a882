#include "archive/group_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/encoding.h"

namespace s3c::archive {

using base::Error;
using base::ErrorKind;

namespace {

/// Of two layouts with one archive name the days of one may be the other's months. Readers who are given one of them
/// would take the other one's volumes for damaged. Other fields may have other names: the keys tell what a volume
/// has.
void refuse_other_layout(const PlanShared& shared, const catalog::Group& group,
                         const index::Manifest& manifest) {
  const auto other = catalog::other_date_in(manifest.group, group.fields);
  if (!other) return;
  throw Error(
      ErrorKind::invalid_argument,
      fmt::format(
          "it was archived with another layout and archive_name: its {} is {} there, and {} in {}. Give "
          "the layout and the archive_name that it has, or an archive_name of its own to this layout",
          other->field, base::printable(other->said), base::printable(other->expected),
          base::printable(group.prefix)),
      {.operation = "plan", .resource = shared.catalog.bucket() + "/" + manifest.archive_key});
}

GroupRecords load_records(PlanShared& shared, const catalog::Group& group, GroupTally& tally) {
  GroupRecords records{shared.catalog.load_group(group.stem), {}};
  catalog::GroupState& state = records.state;
  for (const catalog::CommittedVolume& volume : state.committed) {
    refuse_other_layout(shared, group, volume.manifest());
    records.taken_keys.insert(volume.manifest().archive_key);
  }
  // No new volume takes the name of a lost archive. Otherwise the new archive would look like the lost one
  // at first glance.
  std::vector<std::string> lost_keys;
  for (const catalog::ManifestName& lost : state.lost) {
    records.taken_keys.insert(lost.archive_key);
    lost_keys.push_back(lost.archive_key);
    warn_of_lost(shared.context.log, lost.archive_key);
  }
  tally.set_lost(std::move(lost_keys));
  for (const index::Manifest& volume : state.without_id) {
    shared.context.log.warn("{} lost its id: a deep verify that mends reads it and gives it back",
                            base::printable(volume.archive_key));
  }
  // The names of other sources' volumes stay taken. But their members aren't ours.
  std::erase_if(state.committed, [&](const catalog::CommittedVolume& volume) {
    return !source::is_of_group(volume, shared.options.selection.bucket, group);
  });
  return records;
}

}  // namespace

GroupPlan plan_group(PlanShared& shared, const catalog::Group& group, const std::set<std::string>& skip,
                     GroupTally& tally) {
  GroupPlan plan{group, {}, std::make_unique<GroupObjects>(shared, group, skip, tally)};
  // The listing comes first. A group without objects then costs no request to the catalog.
  if (!plan.objects->at_end()) plan.records = load_records(shared, group, tally);
  plan.objects->join(shared.catalog, plan.records.state.committed);
  return plan;
}

NextName next_name(PlanShared& shared, const catalog::Group& group, const GroupRecords& records) {
  for (int n = 1; n <= shared.options.archive_name.max_volumes(); ++n) {
    NextName name{catalog::ArchiveName::volume_key(group.stem, n), {}};
    if (records.taken_keys.contains(name.archive_key)) continue;
    name.unproven = shared.context.stores.archive.head_object(shared.catalog.bucket(), name.archive_key);
    const bool foreign = name.unproven && catalog::id_of(name.unproven).empty();
    if (!foreign) return name;
  }
  throw Error(
      ErrorKind::invalid_argument,
      fmt::format("its group has {} volumes already, and with this archive name it can have no more: raise "
                  "max_objects or max_size, so that a volume holds more, or archive into another bucket",
                  shared.options.archive_name.max_volumes()),
      {.operation = "name a volume", .resource = shared.catalog.bucket() + "/" + group.stem});
}

bool has_manifest(const GroupRecords& records, const NextName& name) {
  const std::vector<catalog::ManifestName>& listed = records.state.listed;
  return std::find(listed.begin(), listed.end(),
                   catalog::ManifestName{name.archive_key, catalog::id_of(name.unproven)}) != listed.end();
}

Error unproven_archive(const PlanShared& shared, const std::string& archive_key, ErrorKind kind,
                       std::string what) {
  return {kind,
          std::move(what),
          {.operation = "verify", .resource = shared.catalog.bucket() + "/" + archive_key}};
}

void foresee_record(PlanShared& shared, const GroupPlan& plan) {
  const NextName name = next_name(shared, plan.group, plan.records);
  if (!name.unproven) return;
  const catalog::ManifestName record{name.archive_key, catalog::id_of(name.unproven)};
  // Another run may have committed this archive after the plan's look.
  const std::vector<catalog::ManifestName> now = shared.catalog.list_volume(name.archive_key);
  if (std::find(now.begin(), now.end(), record) != now.end()) {
    if (catalog::is_as_sent(shared.catalog.read_manifest(record), name.unproven)) return;
    throw unproven_archive(shared, name.archive_key, ErrorKind::damaged, kNotAsItsManifest);
  }
  if (!name.unproven->thaw.is_readable()) {
    throw unproven_archive(
        shared, name.archive_key, ErrorKind::wrong_state,
        "an archive of this group has no manifest and is frozen, so its record can't be made again. Thaw it, "
        "or put its manifest back, before you archive more of this group");
  }
  shared.context.log.warn(
      "{} has no manifest: a run would make its record again first, and what it holds would not be archived again",
      base::printable(name.archive_key));
}

void count_plan(GroupPlan plan, const ArchiveOptions& options, GroupTally& tally) {
  const bool compare = options.recheck_attributes && !options.keep_sources;
  while (const s3::ObjectSummary* object = plan.objects->next_to_pack()) {
    tally.count_to_archive(*object, compare);
    plan.objects->take();
  }
}

void warn_of_lost(base::Logger& log, const std::string& archive_key) {
  log.warn("the archive of a committed volume is gone or was replaced: {}", base::printable(archive_key));
}

}  // namespace s3c::archive
