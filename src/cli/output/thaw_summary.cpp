#include "cli/output/thaw_summary.h"

#include <fmt/format.h>

#include "cli/output/format.h"
#include "cli/output/restore_summary.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

std::string_view last_line_of_thaw(ExitCode code) {
  if (code == ExitCode::waiting)
    return "not everything can be read yet: the same command tells later whether it can\n";
  return last_line(code);
}

}  // namespace

std::vector<std::string> plan_lines(const ThawSettings& settings, const restore::RestorePlan& plan) {
  std::vector<std::string> lines = {fmt::format("thaw for {} ({}) in {}", format_objects(plan.members),
                                                format_bytes(plan.member_bytes),
                                                format_volumes(plan.volumes.size()))};
  for (std::string& line : thaw_lines(settings.options.thaw, plan, "the thaw"))
    lines.push_back(std::move(line));
  return lines;
}

std::string problems_text(const ThawOutcome& outcome) {
  const restore::RestoreReport& report = outcome.report;
  return failed_volumes_text(report) + ended_text(report) + waiting_text(report) +
         std::string(last_line_of_thaw(outcome.exit_code));
}

std::string text_summary(const ThawOutcome& outcome) {
  const restore::RestoreReport& report = outcome.report;
  std::string text;
  if (outcome.options.dry_run) {
    for (const std::string& line : plan_lines(outcome.options, outcome.plan)) text += line + "\n";
    return text + "dry run: nothing was thawed\n" + problems_text(outcome);
  }
  const std::uint64_t waiting = report.waiting.size();
  const std::uint64_t readable =
      outcome.plan.volumes.size() - std::min<std::uint64_t>(waiting, outcome.plan.volumes.size());
  if (report.thaws_started != 0)
    text += fmt::format("asked for the thaw of {}\n", format_volumes(report.thaws_started));
  if (waiting == 0 && report.failures.empty() && !outcome.plan.volumes.empty())
    text += fmt::format("can be read now: {}\n", format_volumes(readable));
  return text + requests_text(outcome.requests) + time_text(outcome.duration) + problems_text(outcome);
}

std::string json_summary(const ThawOutcome& outcome) {
  const restore::RestoreReport& report = outcome.report;
  Json json = json_head("thaw", outcome.exit_code);
  json.update({{"dry_run", outcome.options.dry_run},
               {"seconds", static_cast<double>(outcome.duration.count()) / 1000},
               {"plan", plan_json(outcome.plan)},
               {"not_found", counted_json(outcome.not_found)}});
  json.update(ending_json(report, outcome.requests));
  return dumped(json);
}

}  // namespace s3c::cli
