#include "cli/output/verify_summary.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/output/scope_text.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

using upkeep::VerifyReport;
using upkeep::VolumeDamage;

constexpr std::size_t kMaxProblems = 50;

std::string damages_text(const VerifyReport& report) {
  if (report.damaged == 0) return {};
  return fmt::format("DAMAGED: {}\n", format_volumes(report.damaged)) +
         list_text(report.damages, kMaxProblems, "  ", [](const VolumeDamage& damage) {
           return fmt::format("{}: {}{}{}", base::printable(damage.archive_key), base::printable(damage.key),
                              damage.key.empty() ? "" : ": ", base::printable(damage.what));
         });
}

/// A heading and the first names; empty if there are none.
std::string names_text(const std::string& heading, const upkeep::VolumeNames& names) {
  if (names.empty()) return {};
  return heading + "\n" + list_text(names, kMaxProblems, "  ", base::printable);
}

std::string thaws_text(const VerifyReport& report) {
  if (report.thaws_started == 0) return {};
  return fmt::format("asked for the thaw of {}\n", format_volumes(report.thaws_started));
}

std::string mended_text(const VerifyReport& report) {
  return names_text(fmt::format("got their id back: {}", format_volumes(report.mended.count())),
                    report.mended);
}

std::string lost_ids_text(const VerifyReport& report) {
  return names_text(fmt::format("whole, but without their id, which --deep --mend gives back: {}",
                                format_volumes(report.lost_id.count())),
                    report.lost_id) +
         names_text(fmt::format("can't be proven without reading, which --deep --mend does: {}",
                                format_volumes(report.unproven.count())),
                    report.unproven);
}

std::string others_text(const VerifyReport& report) {
  return names_text(fmt::format("unfinished, perhaps still being made: {}",
                                format_volumes(report.unfinished.count())),
                    report.unfinished) +
         names_text(fmt::format("records of killed runs, which gc removes: {}",
                                format_count(report.garbage.count())),
                    report.garbage) +
         names_text(fmt::format("not ours, at a volume's name: {}",
                                format_count(report.foreign.count(), "object", "objects")),
                    report.foreign);
}

std::string_view verdict(const VerifyOutcome& outcome) {
  switch (outcome.exit_code) {
    case ExitCode::left:
      return "not everything is as it must be: see above\n";
    case ExitCode::waiting:
      return outcome.options.thaw
                 ? "frozen volumes were compared by their checksums only: run the same command again "
                   "when they are thawed\n"
                 : "frozen volumes were compared by their checksums only: --thaw asks for their thaw\n";
    case ExitCode::interrupted:
      return "interrupted: not every volume was looked at\n";
    default:
      return last_line(outcome.exit_code);
  }
}

}  // namespace

ExitCode exit_code_of(const VerifyReport& report) {
  if (report.interrupted) return ExitCode::interrupted;
  ExitCode code = exit_code_of(report.failures.by_kind());
  if (report.damaged != 0) code = worse(code, ExitCode::damaged);
  if (!report.frozen.empty()) code = worse(code, ExitCode::waiting);
  const bool left = !report.lost_id.empty() || !report.unproven.empty() || !report.absent.empty() ||
                    !report.unmarked.empty() || !report.unrecorded.empty() || report.foreign_was_named;
  return left || report.nothing_verified() ? worse(code, ExitCode::left) : code;
}

std::string problems_text(const VerifyOutcome& outcome) {
  const VerifyReport& report = outcome.report;
  std::string text;
  if (report.interrupted) {
    if (report.volumes == 0) text += "NOTHING VERIFIED: it was interrupted before the first volume\n";
  } else if (report.nothing_verified() && report.absent.empty()) {
    text += fmt::format("NOTHING VERIFIED: no volume with a record was found in {}\n",
                        scope_text(outcome.options.scope));
  }
  return text + damages_text(report) +
         names_text(fmt::format("NOT FOUND in archive bucket \"{}\": {}, neither an archive nor a record",
                                base::printable(outcome.options.scope.archive_bucket),
                                format_volumes(report.absent.count())),
                    report.absent) +
         names_text(fmt::format("not read, frozen: {}", format_volumes(report.frozen.count())),
                    report.frozen) +
         lost_ids_text(report) +
         names_text(
             fmt::format("WITHOUT A RECORD and without an id, but perhaps volumes: {}. catalog rebuild makes "
                         "records of what another program made, and says of the others what to do",
                         format_count(report.unrecorded.count())),
             report.unrecorded) +
         names_text(
             fmt::format("without their commit mark, which catalog rebuild makes again, and so does the next "
                         "run of archive that finds objects of their groups: {}",
                         format_volumes(report.unmarked.count())),
             report.unmarked) +
         failures_text(
             fmt::format("FAILED: {} could not be looked at", format_volumes(report.failures.count())),
             report.failures) +
         std::string(verdict(outcome));
}

std::string text_summary(const VerifyOutcome& outcome) {
  const VerifyReport& report = outcome.report;
  std::string text =
      fmt::format("whole: {} of {}, {} in {}\n", format_count(report.whole), format_volumes(report.volumes),
                  format_count(report.objects, "object", "objects"), format_bytes(report.archive_bytes));
  if (outcome.options.deep)
    text += fmt::format("read and decoded: {}\n", format_count(report.members_read, "object", "objects"));
  return text + thaws_text(report) + mended_text(report) + others_text(report) +
         shard_text(outcome.options.scope.shard) + requests_text(outcome.requests) +
         time_text(outcome.duration) + problems_text(outcome);
}

Json report_document(const VerifyOutcome& outcome) {
  const VerifyReport& report = outcome.report;
  Json named = Json::array();
  for (const VolumeDamage& damage : report.damages.named())
    named.push_back({{"volume", damage.archive_key}, {"key", damage.key}, {"what", damage.what}});
  Json json = json_head("verify", outcome.exit_code);
  json.update({{"run", outcome.run},
               {"deep", outcome.options.deep},
               {"shard", shard_json(outcome.options.scope.shard)},
               {"seconds", static_cast<double>(outcome.duration.count()) / 1000},
               {"volumes", report.volumes},
               {"whole", report.whole},
               {"objects", report.objects},
               {"archive_bytes", report.archive_bytes},
               {"objects_read", report.members_read},
               {"by_day", by_day_json(report.by_day)},
               {"damaged", report.damaged},
               {"damages", {{"count", report.damages.count()}, {"named", named}}},
               {"frozen", counted_json(report.frozen)},
               {"thaws_started", report.thaws_started},
               {"mended", counted_json(report.mended)},
               {"lost_id", counted_json(report.lost_id)},
               {"unproven", counted_json(report.unproven)},
               {"unmarked", counted_json(report.unmarked)},
               {"unfinished", counted_json(report.unfinished)},
               {"garbage", counted_json(report.garbage)},
               {"unrecorded", counted_json(report.unrecorded)},
               {"foreign", counted_json(report.foreign)},
               {"absent", counted_json(report.absent)},
               {"failures", failures_json(report.failures)},
               {"requests", requests_json(outcome.requests)}});
  return json;
}

std::string json_summary(const VerifyOutcome& outcome) {
  return dumped(report_document(outcome));
}

}  // namespace s3c::cli
