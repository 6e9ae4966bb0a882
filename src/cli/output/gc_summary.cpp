#include "cli/output/gc_summary.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

using upkeep::Garbage;
using upkeep::GarbageKind;
using upkeep::GarbageList;
using upkeep::GcReport;

std::string things(std::uint64_t count) {
  return format_count(count, "thing", "things");
}

/// A heading and a line for each element of list; empty if list is empty.
std::string garbage_text(const std::string& heading, const GarbageList& list) {
  if (list.count() == 0) return {};
  return heading + "\n" + list_text(list, list.named().size(), "  ", [](const Garbage& garbage) {
           return fmt::format("{:<9} {}  {} old: {}", to_string(garbage.kind), base::printable(garbage.key),
                              format_duration(garbage.age), base::printable(garbage.why));
         });
}

std::string removed_text(const GcOutcome& outcome) {
  const GarbageList& removed = outcome.report.removed;
  const bool dry_run = outcome.options.dry_run;
  if (removed.count() == 0) return dry_run ? "dry run: there is nothing to remove\n" : "removed: nothing\n";
  std::string sum = things(removed.count());
  if (removed.size_bytes() > 0) sum += ", " + format_bytes(removed.size_bytes());
  if (removed.by_kind().contains(GarbageKind::upload)) sum += " and the parts of unfinished uploads";
  return garbage_text(fmt::format("{}: {}", dry_run ? "dry run: would remove" : "removed", sum), removed);
}

std::string looked_at_text(const GcOutcome& outcome) {
  const GcReport& report = outcome.report;
  std::string text = fmt::format(
      "looked at: {}, {}, {} of ours", format_count(report.manifests, "manifest", "manifests"),
      format_count(report.indexes, "index", "indexes"), format_count(report.uploads, "upload", "uploads"));
  if (report.young > 0) {
    text += fmt::format("; {} younger than {} left alone", format_count(report.young),
                        format_duration(outcome.options.min_age));
  }
  return text + "\n";
}

std::string hidden_text(const GcReport& report) {
  if (!report.uploads_hidden) return {};
  return "NOT SEEN: this store shows an unfinished upload only to who asks for its whole key. The uploads to "
         "names on record were looked for; others may be there. A lifecycle rule that aborts incomplete "
         "uploads removes them\n";
}

std::string_view last_line_of_gc(const GcReport& report, ExitCode code) {
  if (code != ExitCode::left) return last_line(code);
  if (report.without_id.count() > 0 && report.left.count() == 0 && !report.uploads_hidden)
    return "finished; verify --deep --mend gives archives their ids back\n";
  return report.left.count() > 0 ? "finished, with garbage left in place\n"
                                 : "finished, but not everything could be seen\n";
}

Json list_json(const GarbageList& list) {
  Json by_kind = Json::object();
  for (const auto& [kind, count] : list.by_kind()) by_kind[std::string(to_string(kind))] = count;
  Json named = Json::array();
  for (const Garbage& garbage : list.named()) {
    Json json = {{"kind", to_string(garbage.kind)}, {"key", garbage.key}};
    if (garbage.kind == GarbageKind::upload) {
      json["upload_id"] = garbage.upload_id;
    } else {
      json["bytes"] = garbage.size_bytes;
    }
    json["age_seconds"] = garbage.age.count() / 1000;
    json["why"] = garbage.why;
    named.push_back(std::move(json));
  }
  return {{"count", list.count()}, {"bytes", list.size_bytes()}, {"by_kind", by_kind}, {"named", named}};
}

}  // namespace

ExitCode exit_code_of(const GcReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  ExitCode code = exit_code_of(report.failures.by_kind());
  if (report.damaged.count() > 0) code = worse(code, ExitCode::damaged);
  const bool left = report.left.count() + report.without_id.count() > 0 || report.uploads_hidden;
  return left ? worse(code, ExitCode::left) : code;
}

std::string problems_text(const GcOutcome& outcome) {
  const GcReport& report = outcome.report;
  return garbage_text(fmt::format("LEFT: {} could not be removed", things(report.left.count())),
                      report.left) +
         garbage_text(
             fmt::format("without their archives' ids, not touched: {}", things(report.without_id.count())),
             report.without_id) +
         garbage_text(fmt::format("DAMAGED: {}, not touched", things(report.damaged.count())),
                      report.damaged) +
         hidden_text(report) + failures_text("FAILED: not everything could be looked at", report.failures) +
         std::string(last_line_of_gc(report, outcome.exit_code));
}

std::string text_summary(const GcOutcome& outcome) {
  const GcReport& report = outcome.report;
  return removed_text(outcome) +
         garbage_text(fmt::format("can't be told yet, so it stays: {}", things(report.waiting.count())),
                      report.waiting) +
         looked_at_text(outcome) + requests_text(outcome.requests) + time_text(outcome.duration) +
         problems_text(outcome);
}

std::string json_summary(const GcOutcome& outcome) {
  const GcReport& report = outcome.report;
  Json json = json_head("gc", outcome.exit_code);
  json.update({{"dry_run", outcome.options.dry_run},
               {"archive_bucket", outcome.options.archive_bucket},
               {"bucket", outcome.options.bucket},
               {"min_age_seconds", outcome.options.min_age.count()},
               {"seconds", static_cast<double>(outcome.duration.count()) / 1000},
               {"manifests", report.manifests},
               {"indexes", report.indexes},
               {"uploads", report.uploads},
               {"young", report.young},
               {"uploads_hidden", report.uploads_hidden},
               {"removed", list_json(report.removed)},
               {"left", list_json(report.left)},
               {"damaged", list_json(report.damaged)},
               {"without_id", list_json(report.without_id)},
               {"waiting", list_json(report.waiting)},
               {"failures", failures_json(report.failures)},
               {"requests", requests_json(outcome.requests)}});
  return dumped(json);
}

}  // namespace s3c::cli
