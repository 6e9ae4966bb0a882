#include "cli/output/restore_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/prices.h"
#include "cli/output/format.h"
#include "cli/output/summary_parts.h"
#include "restore/restore_plan.h"

namespace s3c::cli {
namespace {

using restore::RestorePlan;
using restore::RestoreReport;
using restore::RestoreVolume;

constexpr std::size_t kMaxNamed = 10;

/// How long S3 takes to thaw the frozen volumes: the time of their slowest class. Empty when none of their
/// classes has this tier.
std::string_view thaw_takes(const RestorePlan& plan, s3::RestoreTier tier) {
  std::string_view takes;
  for (const base::ClassPrices& prices : base::list_prices().classes()) {  // the slowest class stands last
    const base::ThawPrice* const price = prices.find_thaw(to_string(tier));
    if (price == nullptr) continue;
    const bool any = std::any_of(plan.volumes.begin(), plan.volumes.end(), [&](const RestoreVolume& volume) {
      return volume.thaw.kind == s3::ThawState::Kind::frozen && volume.storage_class == prices.storage_class;
    });
    if (any) takes = price->takes;
  }
  return takes;
}

std::string dollars(double amount) {
  if (amount == 0) return "nothing";
  return amount < 0.005 ? "less than $0.01" : fmt::format("about ${:.2f}", amount);
}

std::string place_text(const std::string& to) {
  if (to.empty()) return "their own buckets and keys";
  return (to.starts_with("s3://") ? "" : "the directory ") + base::printable(to);
}

std::string not_restored_text(const RestoreReport& report) {
  if (report.not_restored.empty()) return {};
  std::string text = fmt::format("NOT RESTORED: {}", format_objects(report.not_restored.count()));
  if (report.existing != 0)
    text += fmt::format(", {} because something else is there (--overwrite replaces it)",
                        format_count(report.existing));
  if (report.tied != 0)
    text += fmt::format(", {} because the newest can't be told (--volume takes the one of a volume)",
                        format_count(report.tied));
  if (report.unstorable != 0)
    text += fmt::format(", {} because the place can't hold them", format_count(report.unstorable));
  return text + "\n" + list_text(report.not_restored, kMaxNamed, "    ", [](const restore::NotRestored& one) {
           return fmt::format("{}: {}", base::printable(one.key), base::printable(one.why));
         });
}

std::string_view last_line_of_restore(ExitCode code) {
  switch (code) {
    case ExitCode::left:
      return "finished, but not everything that was asked for is back\n";
    case ExitCode::waiting:
      return "run the same command again when the thaw is over: it goes on from here\n";
    default:
      return last_line(code);
  }
}

Json volume_json(const RestoreVolume& volume) {
  return {{"volume", volume.archive_key},
          {"objects", volume.members},
          {"bytes", volume.member_bytes},
          {"archive_bytes", volume.archive_bytes},
          {"storage_class", volume.storage_class}};
}

}  // namespace

std::string ended_text(const RestoreReport& report) {
  if (!report.ended_by) return {};
  return "ENDED EARLY, because everything that was still to come would have met the same:\n" +
         failure_text(base::printable(report.ended_by->what()), *report.ended_by);
}

std::string failed_volumes_text(const RestoreReport& report) {
  return failures_text(fmt::format("FAILED: {}", format_volumes(report.failures.count())), report.failures);
}

std::string waiting_text(const RestoreReport& report) {
  if (report.waiting.empty()) return {};
  return fmt::format("waiting for a thaw: {}\n", format_volumes(report.waiting.size())) +
         list_text(report.waiting, report.waiting.size(), kMaxNamed, "  ", [](const RestoreVolume& volume) {
           return fmt::format("{}  {}", base::printable(volume.archive_key), format_objects(volume.members));
         });
}

ExitCode exit_code_of(const RestoreReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  base::KindCounts failed = report.failed_by_kind;
  // The volume was readable when it was looked at, and its thaw has ended since. Nobody waits for a new one yet:
  // the same command asks for it.
  const bool froze_again = failed.erase(base::ErrorKind::wrong_state) != 0;
  ExitCode code = worse(exit_code_of(failed), exit_code_of(report.failures.by_kind()));
  if (froze_again) code = worse(code, ExitCode::failed);
  if (report.ended_by) code = worse(code, exit_code_of(*report.ended_by));
  if (!report.waiting.empty()) code = worse(code, ExitCode::waiting);
  return report.not_restored.empty() ? code : worse(code, ExitCode::left);
}

std::vector<std::string> thaw_lines(const catalog::ThawOptions& thaw, const RestorePlan& plan,
                                    std::string_view what) {
  std::vector<std::string> lines;
  if (plan.frozen_volumes != 0) {
    const std::string_view takes = thaw_takes(plan, thaw.tier);
    lines.push_back(fmt::format("thaw: {} ({}), tier {}, readable for {} days{}{}",
                                format_volumes(plan.frozen_volumes), format_bytes(plan.frozen_bytes),
                                to_string(thaw.tier), thaw.days, takes.empty() ? "" : "; takes ", takes));
  }
  if (plan.thawing_volumes != 0)
    lines.push_back(fmt::format("thaw: {} already on the way", format_volumes(plan.thawing_volumes)));
  lines.push_back(fmt::format("costs: {} for {} at S3's list prices", dollars(plan.dollars), what));
  return lines;
}

Json plan_json(const RestorePlan& plan) {
  Json json = {{"volumes", plan.volumes.size()},
               {"objects", plan.members},
               {"bytes", plan.member_bytes},
               {"compressed_bytes", plan.compressed_bytes},
               {"frozen_volumes", plan.frozen_volumes},
               {"frozen_bytes", plan.frozen_bytes},
               {"thawing_volumes", plan.thawing_volumes},
               {"dollars", plan.dollars}};
  if (plan.there)
    json.update({{"there", *plan.there},
                 {"existing", plan.existing},
                 {"unstorable", plan.unstorable},
                 {"to_compare", plan.to_compare}});
  return json;
}

Json ending_json(const RestoreReport& report, const RequestCounts& requests) {
  Json waiting = Json::array();
  for (const RestoreVolume& volume : report.waiting) waiting.push_back(volume_json(volume));
  return {{"thaws_started", report.thaws_started},
          {"waiting", waiting},
          {"failures", failures_json(report.failures)},
          {"ended_by", report.ended_by ? error_json(*report.ended_by) : Json()},
          {"requests", requests_json(requests)}};
}

std::vector<std::string> plan_lines(const RestoreSettings& settings, const RestorePlan& plan) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("restore: {} ({}) out of {}, to {}", format_objects(plan.members),
                              format_bytes(plan.member_bytes), format_volumes(plan.volumes.size()),
                              place_text(settings.to)));
  if (plan.there.value_or(0) != 0)
    lines.push_back(fmt::format("already there, and equal: {}", format_objects(*plan.there)));
  if (plan.existing != 0)
    lines.push_back(
        fmt::format("something else is there: {} (--overwrite replaces it)", format_objects(plan.existing)));
  if (plan.unstorable != 0)
    lines.push_back(fmt::format("can't be stored there: {}", format_objects(plan.unstorable)));
  if (plan.to_compare != 0) {
    lines.push_back(
        fmt::format("something of the same size is there: {} (a run compares the bytes; what differs stays, "
                    "and is named)",
                    format_objects(plan.to_compare)));
  }
  if (!plan.there && plan.members > restore::kMostLookedAt) {
    lines.push_back(fmt::format("what is there already was not looked for: only for up to {} objects",
                                format_count(restore::kMostLookedAt)));
  }
  if (settings.to.empty() && plan.members != plan.there.value_or(0) + plan.existing + plan.unstorable) {
    lines.emplace_back(
        "note: to the next archive run, objects at their own place are new: it archives them again and deletes "
        "them. If you don't want that, give --to, or leave these days out of that run");
  }
  for (std::string& line : thaw_lines(settings.options.thaw, plan, "thaw and requests"))
    lines.push_back(std::move(line));
  return lines;
}

std::string problems_text(const RestoreOutcome& outcome) {
  const RestoreReport& report = outcome.report;
  return not_restored_text(report) + failed_volumes_text(report) + ended_text(report) + waiting_text(report) +
         std::string(last_line_of_restore(outcome.exit_code));
}

std::string text_summary(const RestoreOutcome& outcome) {
  const RestoreReport& report = outcome.report;
  std::string text;
  if (outcome.options.dry_run) {
    for (const std::string& line : plan_lines(outcome.options, outcome.plan)) text += line + "\n";
    return text + "dry run: nothing was thawed or written\n" + problems_text(outcome);
  }
  text +=
      fmt::format("restored: {}, {}\n", format_objects(report.restored), format_bytes(report.restored_bytes));
  if (report.equal != 0) text += fmt::format("already there, and equal: {}\n", format_objects(report.equal));
  if (report.thaws_started != 0)
    text += fmt::format("asked for the thaw of {}\n", format_volumes(report.thaws_started));
  return text + shard_text(outcome.options.options.scope.shard) + requests_text(outcome.requests) +
         time_text(outcome.duration) + problems_text(outcome);
}

/// What comes back of each day; its archive bytes are those that are fetched.
base::DaySums days_of(const RestorePlan& plan) {
  base::DaySums days;
  for (const RestoreVolume& volume : plan.volumes) {
    days.add(catalog::day_text(volume.manifest->group), volume.manifest->group_prefix,
             {volume.members, volume.member_bytes, volume.compressed_bytes});
  }
  return days;
}

Json report_document(const RestoreOutcome& outcome) {
  const RestorePlan& plan = outcome.plan;
  const RestoreReport& report = outcome.report;
  Json named = Json::array();
  for (const restore::NotRestored& one : report.not_restored.named())
    named.push_back({{"key", one.key}, {"why", one.why}});
  Json json = json_head("restore", outcome.exit_code);
  json.update({{"run", outcome.run},
               {"dry_run", outcome.options.dry_run},
               {"to", outcome.options.to},
               {"shard", shard_json(outcome.options.options.scope.shard)},
               {"seconds", static_cast<double>(outcome.duration.count()) / 1000},
               {"plan", plan_json(plan)},
               {"by_day", by_day_json(days_of(plan))},
               {"restored", report.restored},
               {"restored_bytes", report.restored_bytes},
               {"equal", report.equal},
               {"existing", report.existing},
               {"tied", report.tied},
               {"unstorable", report.unstorable},
               {"failed", report.failed},
               {"named", named},
               {"not_found", counted_json(outcome.not_found)}});
  json.update(ending_json(report, outcome.requests));
  return json;
}

std::string json_summary(const RestoreOutcome& outcome) {
  return dumped(report_document(outcome));
}

}  // namespace s3c::cli
