#include "cli/report/merged_metrics.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/version.h"

namespace s3c::cli {
namespace {

/// 0 if there is no such number.
double number_in(const Json& total, const char* place) {
  const Json value = total.value(Json::json_pointer(place), Json());
  return value.is_number() ? value.get<double>() : 0;
}

std::string text_in(const Json& total, const char* name) {
  const Json value = total.value(name, Json());
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : "";
  std::string joined;  // several prefixes, as a run's label has them
  for (const Json& one : value) {
    if (one.is_string()) joined += (joined.empty() ? "" : ",") + one.get<std::string>();
  }
  return joined;
}

Samples samples_of(const std::string& command, const Json& total) {
  const auto at = [&total](const char* place) { return number_in(total, place); };
  if (command == "archive") {
    const double failed = at("/total/groups_failed");
    return {{{"groups", "found"}, at("/total/groups")},
            {{"groups", "done"}, at("/total/groups") - failed},
            {{"groups", "failed"}, failed},
            {{"objects_packed_total", ""}, at("/total/objects_archived")},
            {{"packed_source_bytes_total", ""}, at("/total/source_bytes")},
            {{"packed_archive_bytes_total", ""}, at("/total/archive_bytes")},
            {{"volumes_committed_total", ""}, at("/total/volumes")},
            {{"objects_deleted_total", ""}, at("/total/objects_deleted")},
            {{"objects_left", ""}, at("/total/objects_left")}};
  }
  if (command == "restore") {
    return {{{"objects_restored_total", ""}, at("/restored") + at("/equal")},
            {{"restored_bytes_total", ""}, at("/restored_bytes")},
            {{"thaws_asked_total", ""}, at("/thaws_started")}};
  }
  return {{{"volumes_verified_total", "whole"}, at("/whole")},
          {{"volumes_verified_total", "damaged"}, at("/damaged")},
          {{"damages", ""}, at("/damages/count")}};
}

/// "command="archive",bucket="b"": the labels of the run that the text is of; empty if it is of none.
std::string_view labels_in(std::string_view text) {
  const std::string start = fmt::format("\n{}{}{{", kMetricPrefix, kLastExitCode);
  const std::size_t at = text.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view line = text.substr(at + start.size(), text.find('\n', at + 1) - at - start.size());
  const std::size_t end = line.rfind("} ");
  return end == std::string_view::npos ? std::string_view() : line.substr(0, end);
}

}  // namespace

std::string merged_metrics_text(const MergedReport& report, base::Timestamp now, std::string_view before) {
  const Json& total = report.total;
  const WatchSubject subject{report.command, text_in(total, "bucket"), text_in(total, "archive_bucket"),
                             text_in(total, "prefix"), total.value("dry_run", Json()) == true};
  const auto longest = std::chrono::milliseconds(std::llround(number_in(total, "/seconds") * 1000));
  MetricsNow metrics{.subject = subject,
                     .version = std::string(version()),
                     .running = false,
                     .started = now - longest,
                     .now = now,
                     .stores = {},
                     .live = {},
                     .counts = samples_of(report.command, total),
                     .lasting = lasting_values_in(before, subject)};
  const double end = static_cast<double>(now.time_since_epoch().count()) / 1000;
  metrics.lasting[std::string(kLastEnd)] = end;
  metrics.lasting[std::string(kLastExitCode)] = static_cast<double>(report.exit_code);
  if (report.exit_code == ExitCode::done) metrics.lasting[std::string(kLastSuccess)] = end;
  if (number_in(total, "/total/volumes") != 0) metrics.lasting[std::string(kLastVolume)] = end;
  return metrics_text(metrics);
}

std::string refused_metrics_text(ExitCode code, base::Timestamp now, std::string_view before) {
  const std::string labels(labels_in(before));
  MetricsNow metrics{.subject = {},
                     .version = std::string(version()),
                     .running = false,
                     .started = now,
                     .now = now,
                     .stores = {},
                     .live = {},
                     .counts = {},
                     .lasting = lasting_values_in(before, labels)};
  metrics.lasting[std::string(kLastEnd)] = static_cast<double>(now.time_since_epoch().count()) / 1000;
  metrics.lasting[std::string(kLastExitCode)] = static_cast<double>(code);
  return metrics_text(metrics, labels);
}

}  // namespace s3c::cli
