#include "cli/output/check_store_summary.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

using upkeep::LeftBehind;
using upkeep::PowerFinding;
using upkeep::StoreCheckReport;

std::string_view to_string(PowerFinding::Found found) {
  switch (found) {
    case PowerFinding::Found::yes:
      return "yes";
    case PowerFinding::Found::no:
      return "no";
    case PowerFinding::Found::unknown:
      return "unknown";
  }
  return "";
}

/// The last column: what was seen, and if the power isn't there, what that costs.
std::string remark(const PowerFinding& finding) {
  std::string detail = base::printable(finding.detail);
  if (finding.found == PowerFinding::Found::yes) return detail;
  const std::string cost = fmt::format("without it: {}", text_of(finding.power).without);
  return detail.empty() ? cost : fmt::format("{}; {}", detail, cost);
}

/// One row of the table, without blanks at its end.
std::string power_line(const PowerFinding& finding) {
  std::string line = fmt::format("  {:<26} {:<8} {}", text_of(finding.power).name, to_string(finding.found),
                                 remark(finding));
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string table_text(const StoreCheckReport& report) {
  std::string text;
  const PowerFinding* last = nullptr;
  for (const PowerFinding& finding : report.findings) {
    if (last == nullptr || last->of_source != finding.of_source) {
      text += fmt::format("{} bucket {}\n  {:<26} found\n", finding.of_source ? "source" : "archive",
                          finding.bucket, "power");
    }
    last = &finding;
    text += power_line(finding);
  }
  return text;
}

std::string left_text(const StoreCheckReport& report) {
  if (report.left.empty()) return {};
  std::string text = fmt::format("LEFT BEHIND: {} could not be removed\n",
                                 format_count(report.left.size(), "thing", "things"));
  for (const LeftBehind& left : report.left) {
    text += fmt::format("  {}/{}", left.bucket, base::printable(left.key));
    if (!left.version_id.empty()) text += fmt::format(" version {}", base::printable(left.version_id));
    if (!left.upload_id.empty()) text += fmt::format(" upload {}", base::printable(left.upload_id));
    text += left.why.empty() ? "\n" : fmt::format(": {}\n", base::printable(left.why));
  }
  return text;
}

std::string last_line_of_check(const CheckStoreOutcome& outcome) {
  if (outcome.exit_code == ExitCode::interrupted) return "interrupted: not everything was tried\n";
  std::string names;
  for (const s3::Power power : outcome.report.missing())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", text_of(power).name);
  if (!names.empty()) return fmt::format("NOT SAFE: don't run archive here, the store lacks {}\n", names);
  return std::string(last_line(outcome.exit_code));
}

Json finding_json(const PowerFinding& finding) {
  const s3::PowerText& power = text_of(finding.power);
  return {{"power", power.name},        {"role", finding.of_source ? "source" : "archive"},
          {"bucket", finding.bucket},   {"found", to_string(finding.found)},
          {"required", power.required}, {"detail", finding.detail},
          {"meaning", power.meaning},   {"without", power.without}};
}

Json left_json(const LeftBehind& left) {
  return {{"bucket", left.bucket},
          {"key", left.key},
          {"version_id", left.version_id},
          {"upload_id", left.upload_id},
          {"why", left.why}};
}

}  // namespace

ExitCode exit_code_of(const StoreCheckReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  ExitCode code = exit_code_of(report.failures.by_kind());
  if (!report.missing().empty()) code = worse(code, ExitCode::refused);
  return report.left.empty() ? code : worse(code, ExitCode::left);
}

std::string problems_text(const CheckStoreOutcome& outcome) {
  return left_text(outcome.report) +
         failures_text("FAILED: not everything could be tried", outcome.report.failures) +
         last_line_of_check(outcome);
}

std::string text_summary(const CheckStoreOutcome& outcome) {
  std::string text = table_text(outcome.report);
  if (outcome.options.dry_run) {
    text += "dry run: the buckets can be listed; nothing was written, and no power was tried\n";
  } else if (outcome.report.left.empty()) {
    text += "nothing stays behind\n";
  }
  text += requests_text(outcome.requests) + time_text(outcome.duration) + problems_text(outcome);
  if (outcome.exit_code == ExitCode::done && !outcome.options.dry_run)
    text += "archive can run safely here\n";
  return text;
}

std::string json_summary(const CheckStoreOutcome& outcome) {
  const StoreCheckReport& report = outcome.report;
  Json powers = Json::array();
  for (const PowerFinding& finding : report.findings) powers.push_back(finding_json(finding));
  Json left = Json::array();
  for (const LeftBehind& thing : report.left) left.push_back(left_json(thing));
  Json json = json_head("check-store", outcome.exit_code);
  json.update({{"dry_run", outcome.options.dry_run},
               {"archive_bucket", outcome.options.archive_bucket},
               {"bucket", outcome.options.bucket},
               {"seconds", static_cast<double>(outcome.duration.count()) / 1000},
               {"powers", std::move(powers)},
               {"left", std::move(left)},
               {"failures", failures_json(report.failures)},
               {"requests", requests_json(outcome.requests)}});
  return dumped(json);
}

}  // namespace s3c::cli
