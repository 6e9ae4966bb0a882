#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "cli/output/archive_summary.h"
#include "cli/output/summary_parts.h"
#include "plan/requests.h"

namespace s3c::cli {
namespace {

using archive::GroupReport;
using archive::LeftReason;
using archive::VolumeReport;

/// Public API. Null: nothing was deleted, or too little to know.
Json conditions_json(std::optional<archive::DeleteConditions> conditions) {
  if (!conditions) return nullptr;
  switch (*conditions) {
    case archive::DeleteConditions::in_batches:
      return "in_batches";
    case archive::DeleteConditions::one_by_one:
      return "one_by_one";
    case archive::DeleteConditions::ignored:
      return "ignored";
  }
  return nullptr;
}

}  // namespace

std::string_view name_of(LeftReason reason) {
  switch (reason) {
    case LeftReason::changed:
      return "changed";
    case LeftReason::unreadable:
      return "unreadable";
    case LeftReason::frozen:
      return "frozen";
    case LeftReason::damaged:
      return "damaged";
    case LeftReason::too_large:
      return "too_large";
    case LeftReason::not_deleted:
      return "not_deleted";
    case LeftReason::overwritten:
      return "overwritten";
    case LeftReason::not_restorable:
      return "not_restorable";
    case LeftReason::stale:
      return "stale";
    case LeftReason::own_archive:
      return "own_archive";
    case LeftReason::tags_not_archived:
      return "tags_not_archived";
    case LeftReason::attributes_changed:
      return "attributes_changed";
  }
  return "unknown";
}

namespace {

double seconds_of(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

archive::ObjectSums to_delete_of(const archive::ArchiveOptions& options, const GroupReport& group) {
  return options.keep_sources ? archive::ObjectSums() : group.to_delete();
}

Json volume_json(const std::string& bucket, const VolumeReport& volume) {
  return {{"bucket", bucket},
          {"key", volume.archive_key},
          {"objects", volume.objects},
          {"source_bytes", volume.source_bytes},
          {"archive_bytes", volume.archive_bytes}};
}

Json left_json(const archive::RunReport& report) {
  const archive::LeftObjects left = report.total().left;
  const std::string& file = report.left_file;
  Json by_reason = Json::object();
  for (const auto& [reason, count] : left.by_reason()) by_reason[std::string(name_of(reason))] = count;
  Json named = Json::array();
  for (const archive::LeftObject& object : left.named()) {
    named.push_back({{"key", object.key}, {"reason", name_of(object.reason)}, {"detail", object.detail}});
  }
  return {{"count", left.count()},
          {"by_reason", by_reason},
          {"named", named},
          {"all_named", left.named().size() == left.count() && !report.left_failure},
          {"file", file.empty() ? Json(nullptr) : Json(file)}};
}

Json otherwise_json(const GroupReport& group) {
  Json volumes = Json::array();
  for (const archive::OtherwiseStored& volume : group.otherwise_stored)
    volumes.push_back({{"key", volume.archive_key}, {"difference", volume.difference}});
  return volumes;
}

Json group_json(const RunOutcome& outcome, const GroupReport& group) {
  Json volumes = Json::array();
  for (const VolumeReport& volume : group.volumes)
    volumes.push_back(volume_json(outcome.options.archive_bucket, volume));
  Json json = {{"prefix", group.prefix},
               {"listed", group.listed},
               {"listed_bytes", group.listed_bytes},
               {"already_archived", group.already_archived},
               {"already_archived_bytes", group.already_archived_bytes},
               {"volumes", volumes},
               {"deleted", group.deleted},
               {"delete_markers", group.markers},
               {"versions_deleted", group.versions_deleted},
               {"versions_kept", group.versions_kept},
               {"versions_kept_bytes", group.versions_kept_bytes},
               {"vanished", group.vanished},
               {"lost_races", group.lost_races},
               {"lost", group.lost},
               {"stored_otherwise", otherwise_json(group)},
               {"left", group.left.count()},
               {"day", group.day.empty() ? Json(nullptr) : Json(group.day)},
               {"seconds", seconds_of(group.duration)},
               {"error", group.failure ? error_json(*group.failure) : Json(nullptr)}};
  if (outcome.report.dry_run) {
    const archive::ObjectSums to_delete = to_delete_of(outcome.options, group);
    json["to_archive"] = group.to_archive;
    json["to_archive_bytes"] = group.to_archive_bytes;
    json["to_delete"] = to_delete.objects;
    json["to_delete_bytes"] = to_delete.bytes;
    json["to_compare"] = group.to_compare;
    json["versions_to_delete"] = group.versions_to_delete;
    json["versions_to_delete_bytes"] = group.versions_to_delete_bytes;
  }
  return json;
}

Json total_json(const RunOutcome& outcome) {
  const archive::RunReport& report = outcome.report;
  const GroupReport total = report.total();
  const archive::VolumeSums archived = total.archived();
  std::uint64_t failed = 0;
  for (const GroupReport& group : report.group_reports) failed += group.failure ? 1 : 0;
  Json json = {{"groups", report.group_reports.size()},
               {"groups_failed", failed},
               {"volumes", total.volumes.size()},
               {"objects_listed", total.listed},
               {"objects_already_archived", total.already_archived},
               {"bytes_already_archived", total.already_archived_bytes},
               {"objects_archived", archived.objects},
               {"objects_deleted", total.deleted},
               {"delete_markers", total.markers},
               {"versions_deleted", total.versions_deleted},
               {"versions_kept", total.versions_kept},
               {"versions_kept_bytes", total.versions_kept_bytes},
               {"objects_vanished", total.vanished},
               {"objects_left", total.left.count()},
               {"source_bytes", archived.source_bytes},
               {"archive_bytes", archived.archive_bytes},
               {"lost_races", total.lost_races},
               {"volumes_lost", total.lost.size()},
               {"volumes_stored_otherwise", total.otherwise_stored.size()}};
  if (report.dry_run) {
    json["objects_to_archive"] = total.to_archive;
    json["bytes_to_archive"] = total.to_archive_bytes;
    const archive::ObjectSums to_delete = to_delete_of(outcome.options, total);
    json["objects_to_delete"] = to_delete.objects;
    json["bytes_to_delete"] = to_delete.bytes;
    json["objects_to_compare"] = total.to_compare;
    json["versions_to_delete"] = total.versions_to_delete;
    json["version_bytes_to_delete"] = total.versions_to_delete_bytes;
  }
  return json;
}

/// Of an inventory or of manifests. Stale rows: their objects are gone or are others now.
Json rows_json(const archive::RunReport& report) {
  const GroupReport total = report.total();
  const auto changed = total.left.by_reason().find(archive::LeftReason::stale);
  return {{"rows", report.rows.rows},
          {"elsewhere", report.rows.elsewhere},
          {"versions", report.rows.versions},
          {"stale_gone", report.rows.gone + total.vanished},
          {"stale_changed", changed == total.left.by_reason().end() ? 0 : changed->second}};
}

Json by_day_of(const archive::RunReport& report) {
  base::DaySums days;
  for (const GroupReport& group : report.group_reports) {
    const archive::VolumeSums archived = group.archived();
    if (report.dry_run) {
      days.add(group.day, group.prefix, {group.to_archive, group.to_archive_bytes, 0});
    } else if (archived.objects != 0) {
      days.add(group.day, group.prefix, {archived.objects, archived.source_bytes, archived.archive_bytes});
    }
  }
  return by_day_json(days);
}

/// Groups are in work side by side: together they take longer than the run.
Json slowest_json(const archive::RunReport& report) {
  constexpr std::size_t kMost = 20;
  std::multimap<std::chrono::milliseconds, const GroupReport*, std::greater<>> slowest_first;
  for (const GroupReport& group : report.group_reports) {
    slowest_first.emplace(group.duration, &group);
    if (slowest_first.size() > kMost) slowest_first.erase(std::prev(slowest_first.end()));
  }
  Json slowest = Json::array();
  for (const auto& [duration, group] : slowest_first) {
    const archive::VolumeSums archived = group->archived();
    slowest.push_back({{"prefix", group->prefix},
                       {"seconds", seconds_of(duration)},
                       {"objects", archived.objects},
                       {"source_bytes", archived.source_bytes},
                       {"deleted", group->deleted}});
  }
  return slowest;
}

/// What storing costs a month, before and after, and what the requests of the run cost. docs/costs.md.
Json costs_json(const RunOutcome& outcome) {
  const archive::Bills& bills = outcome.report.bills;
  const base::Prices& prices = *outcome.options.prices;
  const double now = bills.sources.dollars_per_month();
  const double archived = bills.archives.dollars_per_month() + (outcome.options.keep_sources ? now : 0);
  return {{"prices", prices_json(prices)},
          {"request_dollars",
           plan::request_dollars(outcome.requests.by_operation, prices, outcome.options.storage_class)},
          {"monthly_dollars", {{"now", now}, {"archived", archived}}}};
}

/// groups: those of the report, or only some.
Json document_of(const RunOutcome& outcome, Json groups) {
  const archive::RunReport& report = outcome.report;
  const std::optional<base::Error>& error = report.failure ? report.failure : report.left_failure;
  Json json = json_head("archive", outcome.exit_code);
  json.update({{"run", outcome.run},
               {"dry_run", report.dry_run},
               {"bucket", outcome.options.selection.bucket},
               {"prefix", prefixes_json(outcome.options.selection.prefixes)},
               {"archive_bucket", outcome.options.archive_bucket},
               {"shard", shard_json(outcome.options.selection.shard)},
               {"split", split_part_json(report.rows.split)},
               {"seconds", seconds_of(outcome.duration)},
               {"delete_conditions", conditions_json(report.delete_conditions)},
               {"tags_archived", !outcome.options.without_tags},
               {"untold_tag_requests", report.untold_tag_requests},
               {"total", total_json(outcome)},
               {"costs", costs_json(outcome)},
               {"by_day", by_day_of(report)},
               {"slowest_groups", slowest_json(report)},
               {"groups", std::move(groups)},
               {"outside_layout", outside_json(report.outside)},
               {"rows", outcome.options.rows ? rows_json(report) : Json(nullptr)},
               {"error", error ? error_json(*error) : Json(nullptr)},
               {"left", left_json(report)},
               {"requests", requests_json(outcome.requests)}});
  return json;
}

}  // namespace

std::string json_summary(const RunOutcome& outcome) {
  Json groups = Json::array();
  for (const GroupReport& group : outcome.report.group_reports) groups.push_back(group_json(outcome, group));
  return dumped(document_of(outcome, std::move(groups)));
}

Json report_document(const RunOutcome& outcome) {
  constexpr std::size_t kMostFailed = 1000;
  Json failed = Json::array();
  for (const GroupReport& group : outcome.report.group_reports) {
    if (group.failure && failed.size() < kMostFailed) failed.push_back(group_json(outcome, group));
  }
  return document_of(outcome, std::move(failed));
}

std::string json_failure(std::string_view command, const base::Error& error, ExitCode exit_code) {
  Json json = json_head(command, exit_code);
  json["error"] = error_json(error);
  return dumped(json);
}

}  // namespace s3c::cli
