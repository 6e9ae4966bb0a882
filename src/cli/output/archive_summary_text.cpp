#include <fmt/format.h>

#include "base/encoding.h"
#include "cli/output/archive_summary.h"
#include "cli/output/format.h"
#include "cli/output/hints.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

using archive::GroupReport;
using archive::LeftObject;
using archive::LeftReason;
using archive::RunReport;
using archive::VolumeReport;

constexpr std::size_t kMaxNames = 20;
constexpr std::size_t kMaxVolumes = 10;
constexpr std::size_t kMaxOutside = 5;

std::string groups(std::uint64_t count) {
  return format_count(count, "group", "groups");
}

std::string where(const archive::ArchiveOptions& options) {
  return base::printable(source::places_of(options.selection));
}

std::string volumes_text(const RunOutcome& outcome, const std::vector<VolumeReport>& volumes) {
  return list_text(volumes, volumes.size(), kMaxVolumes, "  ", [&](const VolumeReport& volume) {
    return fmt::format("{}/{}  {}, {}", base::printable(outcome.options.archive_bucket),
                       base::printable(volume.archive_key), format_objects(volume.objects),
                       format_bytes(volume.archive_bytes));
  });
}

/// What the run did with versions, in a bucket that keeps them.
std::string versions_text(const archive::ArchiveOptions& options, const GroupReport& total) {
  std::string text;
  const auto versions = [](std::uint64_t count) { return format_count(count, "version", "versions"); };
  if (total.markers > 0) {
    text += fmt::format("markers:  {} added, as the source bucket keeps versions\n",
                        format_count(total.markers, "delete marker was", "delete markers were"));
  }
  if (total.markers > 0 && total.versions_kept == 0 && !options.delete_versions) {
    text +=
        "versions: older ones, if there are any, stay under the markers, stored and billed, until a lifecycle "
        "rule removes them\n";
  }
  if (total.versions_deleted > 0)
    text += fmt::format("versions: {} deleted for ever\n", versions(total.versions_deleted));
  if (total.versions_kept > 0) {
    text += fmt::format(
        "versions: {} ({}) under delete markers {} stored and billed{}\n", versions(total.versions_kept),
        format_bytes(total.versions_kept_bytes), total.versions_kept == 1 ? "stays" : "stay",
        options.delete_versions
            ? ""
            : ", with any older ones, until --delete-versions or a lifecycle rule removes them");
  }
  return text;
}

/// What the rows of an inventory or of manifests were. Rows are stale if their objects are gone or others now; only
/// a run that reads the objects finds that out.
std::string rows_text(const RunReport& report, const GroupReport& total) {
  const auto changed = total.left.by_reason().find(LeftReason::stale);
  const std::uint64_t others = changed == total.left.by_reason().end() ? 0 : changed->second;
  const std::uint64_t gone = report.rows.gone + total.vanished;
  std::string text = fmt::format("rows:     {} read", format_count(report.rows.rows));
  if (report.rows.elsewhere > 0)
    text += fmt::format(", {} of other prefixes, days or shards", format_count(report.rows.elsewhere));
  if (report.rows.versions > 0)
    text += fmt::format(", {} of older versions and delete markers", format_count(report.rows.versions));
  if (gone + others > 0) {
    text += fmt::format(", {} stale: {} gone, {} changed since", format_count(gone + others),
                        format_count(gone), format_count(others));
  }
  if (report.dry_run) text += "; a dry run doesn't look whether their objects are still there";
  return text + "\n";
}

std::string archived_text(const RunOutcome& outcome, const GroupReport& total) {
  const archive::VolumeSums archived = total.archived();
  std::string text =
      total.volumes.empty()
          ? fmt::format("archived: nothing new in {}\n", groups(outcome.report.group_reports.size()))
          : fmt::format("archived: {} of {}, in {}\n", format_objects(archived.objects),
                        groups(outcome.report.group_reports.size()),
                        format_count(total.volumes.size(), "volume", "volumes"));
  text += volumes_text(outcome, total.volumes);
  if (archived.objects > 0) {
    text += fmt::format("bytes:    {} -> {} ({})\n", format_bytes(archived.source_bytes),
                        format_bytes(archived.archive_bytes),
                        format_ratio(archived.source_bytes, archived.archive_bytes));
  }
  if (total.already_archived > 0) {
    text += fmt::format("before:   {} had been archived by an earlier run\n",
                        format_objects(total.already_archived));
  }
  if (total.lost_races > 0) {
    text += fmt::format("races:    {} committed by another run first\n",
                        format_count(total.lost_races, "volume was", "volumes were"));
  }
  if (outcome.options.keep_sources) {
    text += "deleted:  nothing (--keep-sources)\n";
  } else {
    text += fmt::format("deleted:  {}\n", format_count(total.deleted, "source object", "source objects"));
  }
  text += versions_text(outcome.options, total);
  if (const auto conditions = outcome.report.delete_conditions;
      conditions && *conditions != archive::DeleteConditions::in_batches) {
    text += fmt::format("store:    {} {}\n", base::printable(outcome.options.selection.bucket),
                        describe(*conditions));
  }
  if (outcome.options.without_tags && archived.objects > 0)
    text += "tags:     not archived (--without-tags)\n";
  if (const std::uint64_t asked = outcome.report.untold_tag_requests; asked > 0) {
    text += fmt::format(
        "tags:     asked for by {}, as the store doesn't tell which objects have some (--without-tags saves "
        "that)\n",
        format_count(asked, "request", "requests"));
  }
  if (outcome.options.rows) {
    text += rows_text(outcome.report, total);
  } else if (total.vanished > 0) {
    text += fmt::format("vanished: {} deleted by another process during the run, not archived\n",
                        format_count(total.vanished, "object was", "objects were"));
  }
  return text;
}

/// What fits no group. No listing looks into its folders, so the objects in them aren't counted.
std::string outside_text(const RunOutcome& outcome) {
  const source::OutsideLayout& outside = outcome.report.outside;
  if (outside.empty()) return {};
  const auto lines = [](const base::Counted<std::string>& names) {
    return list_text(names, kMaxOutside, "  ", [](const std::string& name) { return base::printable(name); });
  };
  return fmt::format("outside:  {} under {} {} no group of the layout {}; nothing there was touched\n",
                     outside.describe(), where(outcome.options),
                     outside.objects.count() + outside.folders.count() == 1 ? "fits" : "fit",
                     outcome.options.layout.text()) +
         lines(outside.objects) + lines(outside.folders);
}

/// file: names every left object; empty: there is none.
std::string left_text(const archive::LeftObjects& left, const std::string& file) {
  if (left.count() == 0) return {};
  std::string text = fmt::format("LEFT IN PLACE: {}\n", format_objects(left.count()));
  for (const auto& [reason, count] : left.by_reason()) {
    const char* const flag = reason == archive::LeftReason::too_large ? " (--memory)"
                             : reason == archive::LeftReason::tags_not_archived
                                 ? " (--without-tags deletes it)"
                                 : "";
    text += fmt::format("  {}{}: {}\n", archive::describe(reason), flag, format_count(count));
  }
  text += list_text(left, kMaxNames, "    ", [](const LeftObject& object) {
    std::string line = fmt::format("{}: {}", base::printable(object.key), archive::describe(object.reason));
    if (!object.detail.empty()) line += fmt::format(" ({})", base::printable(object.detail));
    return line;
  });
  if (!file.empty()) text += fmt::format("  all of them are named in {}\n", base::printable(file));
  return text;
}

/// What to do about deletes that the store denies key by key, in an answer of 200. One is told for all.
std::string denied_deletes_text(const RunOutcome& outcome, const archive::LeftObjects& left) {
  for (const LeftObject& object : left.named()) {
    const bool is_denied = object.reason == archive::LeftReason::not_deleted &&
                           object.detail.find("AccessDenied") != std::string::npos;
    if (!is_denied) continue;
    const base::Error error(base::ErrorKind::access_denied, object.detail,
                            {.operation = "DeleteObjects", .resource = outcome.options.selection.bucket});
    return fmt::format("    hint: {}\n", hint_for(error));
  }
  return {};
}

std::string lost_text(const RunOutcome& outcome, const std::vector<std::string>& lost) {
  if (lost.empty()) return {};
  const std::string heading = fmt::format(
      "LOST: {} gone or replaced; the records stay until catalog forget removes them\n",
      format_count(lost.size(), "archive of a committed volume is", "archives of committed volumes are"));
  return heading + list_text(lost, lost.size(), kMaxNames, "  ", [&](const std::string& archive_key) {
           return fmt::format("{}/{}", base::printable(outcome.options.archive_bucket),
                              base::printable(archive_key));
         });
}

std::string otherwise_text(const std::vector<archive::OtherwiseStored>& volumes) {
  if (volumes.empty()) return {};
  return fmt::format(
             "STORED OTHERWISE: {} another class, encryption or lock than asked for (--accept-class accepts that)\n",
             format_count(volumes.size(), "archive has", "archives have")) +
         list_text(volumes, volumes.size(), kMaxNames, "  ", [](const archive::OtherwiseStored& volume) {
           return fmt::format("{}: {}", base::printable(volume.archive_key),
                              base::printable(volume.difference));
         });
}

std::string failed_groups_text(const RunReport& report) {
  base::Counted<const GroupReport*, kMaxNames> failed;
  for (const GroupReport& group : report.group_reports) {
    if (group.failure) failed.add(&group);
  }
  if (failed.empty()) return {};
  std::string text = fmt::format("FAILED: {}\n", groups(failed.count()));
  for (const GroupReport* group : failed.named()) {
    text += failure_text(
        fmt::format("{}: {}", base::printable(group->prefix), base::printable(group->failure->what())),
        *group->failure);
  }
  return text + and_more(failed.named().size(), failed.count(), "  ");
}

std::string failed_search_text(const RunReport& report) {
  if (!report.failure) return {};
  return "FAILED: not every group was found\n" +
         failure_text(base::printable(report.failure->what()), *report.failure);
}

std::string failed_file_text(const RunReport& report) {
  if (!report.left_failure) return {};
  return fmt::format("FAILED: {} doesn't name every object that was left\n",
                     report.left_file.empty() ? "the file" : base::printable(report.left_file)) +
         failure_text(base::printable(report.left_failure->what()), *report.left_failure);
}

std::string time_and_speed_text(const RunOutcome& outcome, const GroupReport& total) {
  std::string text = fmt::format("time:     {}", format_duration(outcome.duration, true));
  const archive::VolumeSums done = total.archived();
  const double seconds = static_cast<double>(outcome.duration.count()) / 1000;
  if (done.objects == 0 || seconds <= 0) return text + "\n";
  const auto each_second = static_cast<std::uint64_t>(static_cast<double>(done.objects) / seconds);
  // Of large objects there may be none in a second.
  text += ", " + (each_second == 0 ? format_byte_rate(static_cast<double>(done.source_bytes) / seconds)
                                   : format_count(each_second) + " objects/s");
  return text + "\n";
}

/// What a run in earnest would delete, and of that, what is archived already.
std::string would_delete_text(const RunOutcome& outcome, const GroupReport& total) {
  if (outcome.options.keep_sources) return "would delete nothing: the sources are kept\n";
  const archive::ObjectSums to_delete = total.to_delete();
  std::string text =
      fmt::format("would delete {} ({}){}", format_objects(to_delete.objects), format_bytes(to_delete.bytes),
                  outcome.options.delete_versions ? ", for ever where the bucket keeps versions" : "");
  if (total.already_archived > 0) {
    text += fmt::format(": {} ({}) after archiving them, {} ({}) that are archived already",
                        format_count(total.to_archive), format_bytes(total.to_archive_bytes),
                        format_count(total.already_archived), format_bytes(total.already_archived_bytes));
  } else if (total.to_archive > 0) {
    text += " after archiving them";
  }
  text += "\n";
  if (total.to_compare > 0) {
    text += fmt::format(
        "of these, {} would first be compared with the tags and metadata that were archived, and stay if "
        "they differ; a dry run doesn't compare\n",
        format_count(total.to_compare));
  }
  if (total.versions_to_delete > 0) {
    text += fmt::format("would delete for ever {} ({}) that are archived and lie under delete markers\n",
                        format_count(total.versions_to_delete, "version", "versions"),
                        format_bytes(total.versions_to_delete_bytes));
  }
  return text;
}

constexpr std::string_view kNotForeseen =
    "not foreseen: objects that a run leaves in place after it has read them (archives of this program, for example),\n"
    "and archives that the store keeps otherwise than asked for (class, encryption, lock)\n";

std::string dry_run_text(const RunOutcome& outcome) {
  std::string text;
  GroupReport total = outcome.report.total();
  for (const GroupReport& group : outcome.report.group_reports) {
    text += fmt::format("  {}  {} ({})", base::printable(group.prefix), format_objects(group.to_archive),
                        format_bytes(group.to_archive_bytes));
    if (group.already_archived > 0)
      text += fmt::format(", {} archived already", format_count(group.already_archived));
    text += "\n";
  }
  return fmt::format("dry run: would archive {} ({}) of {}; nothing was changed\n",
                     format_objects(total.to_archive), format_bytes(total.to_archive_bytes),
                     groups(outcome.report.group_reports.size())) +
         would_delete_text(outcome, total) + text +
         (outcome.options.rows ? rows_text(outcome.report, total) : "") +
         std::string(total.to_archive > 0 ? kNotForeseen : "");
}

std::string_view last_line_of_archive(const GroupReport& total, ExitCode code) {
  if (code != ExitCode::left) return last_line(code);
  return total.left.count() > 0 ? "finished, with objects left in place\n"
                                : "finished, with archives stored otherwise than asked\n";
}

}  // namespace

ExitCode exit_code_of(const RunReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  ExitCode code = ExitCode::done;
  const auto count = [&](const std::optional<base::Error>& failure) {
    if (failure) code = worse(code, exit_code_of_run_error(*failure));
  };
  count(report.failure);  // there may be groups that were not found
  count(report.left_failure);
  for (const GroupReport& group : report.group_reports) {
    count(group.failure);
    if (!group.lost.empty()) code = worse(code, ExitCode::damaged);
    if (group.left.count() > 0 || !group.otherwise_stored.empty()) code = worse(code, ExitCode::left);
  }
  return code;
}

std::string problems_text(const RunOutcome& outcome) {
  const GroupReport total = outcome.report.total();
  const RunReport& report = outcome.report;
  return left_text(total.left, report.left_failure ? "" : report.left_file) +
         denied_deletes_text(outcome, total.left) + lost_text(outcome, total.lost) +
         otherwise_text(total.otherwise_stored) + failed_groups_text(outcome.report) +
         failed_search_text(report) + failed_file_text(report) +
         std::string(last_line_of_archive(total, outcome.exit_code));
}

std::string text_summary(const RunOutcome& outcome) {
  const GroupReport total = outcome.report.total();
  const bool nothing = outcome.report.group_reports.empty();
  if (nothing && !outcome.report.interrupted && !outcome.report.failure && !outcome.report.left_failure) {
    return fmt::format(
               "nothing to do: no objects under {} match (layout {}, and the other flags under \"Which objects\" in "
               "--help)\n",
               where(outcome.options), outcome.options.layout.text()) +
           (outcome.options.rows ? rows_text(outcome.report, total) : "") +
           shard_text(outcome.options.selection.shard) + split_part_text(outcome.report.rows.split) +
           outside_text(outcome);
  }
  std::string text = outcome.report.dry_run ? dry_run_text(outcome) : archived_text(outcome, total);
  text += outside_text(outcome) + shard_text(outcome.options.selection.shard) +
          split_part_text(outcome.report.rows.split);
  if (!outcome.report.dry_run) text += requests_text(outcome.requests) + time_and_speed_text(outcome, total);
  return text + problems_text(outcome);
}

std::string error_text(const base::Error& error) {
  std::string text = fmt::format("s3compress: {}\n", base::printable(error.what()));
  if (const std::string hint = hint_for(error); !hint.empty()) text += fmt::format("hint: {}\n", hint);
  return text;
}

}  // namespace s3c::cli
