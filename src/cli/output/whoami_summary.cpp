#include "cli/output/whoami_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

/// Seconds are enough, and every reader of RFC 3339 takes them.
std::string time_of(base::Timestamp time) {
  std::string text = base::format_iso8601(time);
  return text.replace(text.find('.'), std::string::npos, "Z");
}

std::string setting_line(std::string_view name, const std::optional<WhoamiReport::Setting>& setting) {
  if (!setting) return fmt::format("{:<13}unknown\n", name);
  return fmt::format("{:<13}{} ({})\n", name, base::printable(setting->value),
                     base::printable(setting->source));
}

Json setting_json(const std::optional<WhoamiReport::Setting>& setting) {
  if (!setting) return nullptr;
  return {{"value", setting->value}, {"source", setting->source}};
}

Json tried_json(const std::vector<WhoamiReport::Tried>& tried) {
  Json list = Json::array();
  for (const auto& [source, result] : tried) list.push_back({{"source", source}, {"result", result}});
  return list;
}

std::string text_of(const WhoamiReport& report) {
  std::string text = "credentials  none\n";
  if (const auto& found = report.credentials) {
    text = fmt::format("credentials  {}, access key {}{}\n", found->source,
                       base::printable(found->access_key_id),
                       found->expires_at ? ", until " + time_of(*found->expires_at) : "");
  }
  text += setting_line("profile", report.profile);
  text += setting_line("region", report.region);
  text += setting_line("endpoint", report.endpoint);
  if (report.identity) {
    text += fmt::format("identity     {} (account {})\n", base::printable(report.identity->arn),
                        base::printable(report.identity->account));
  } else if (report.credentials) {
    text += "identity     unknown\n";
  }
  if (report.tried.empty()) return text;
  std::size_t width = 0;
  for (const auto& tried : report.tried) width = std::max(width, tried.source.size());
  text += "\ntried, in this order:\n";
  for (const auto& [source, result] : report.tried)
    text += fmt::format("  {:<{}}  {}\n", source, width, base::printable(result));
  return text;
}

Json json_of(const WhoamiReport& report) {
  Json json;
  json["credentials"] = nullptr;
  if (const auto& found = report.credentials) {
    json["credentials"] = {{"source", found->source},
                           {"access_key_id", found->access_key_id},
                           {"expires_at", nullptr},
                           {"tried", tried_json(report.tried)}};
    if (found->expires_at) json["credentials"]["expires_at"] = time_of(*found->expires_at);
  }
  json["profile"] = setting_json(report.profile);
  json["region"] = setting_json(report.region);
  json["endpoint"] = setting_json(report.endpoint);
  json["identity"] = nullptr;
  if (report.identity)
    json["identity"] = {{"account", report.identity->account}, {"arn", report.identity->arn}};
  if (report.error) {
    json["error"] = error_json(*report.error);
    json["tried"] = tried_json(report.tried);
  }
  return json;
}

}  // namespace

std::string whoami_text(const WhoamiReports& reports) {
  if (!reports.archive) return text_of(reports.source);
  return fmt::format("The source bucket's store\n\n{}\nThe archive bucket's store\n\n{}",
                     text_of(reports.source), text_of(*reports.archive));
}

std::string whoami_json(const WhoamiReports& reports, ExitCode code) {
  Json json = json_head("whoami", code);
  json.update(reports.archive
                  ? Json{{"source", json_of(reports.source)}, {"archive", json_of(*reports.archive)}}
                  : json_of(reports.source));
  return dumped(json);
}

}  // namespace s3c::cli
