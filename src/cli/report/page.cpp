#include "cli/report/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options/command.h"
#include "cli/output/format.h"
#include "cli/report/html.h"
#include "cli/report/report_sections.h"
#include "cli/report/style.h"
#include "cli/version.h"

namespace s3c::cli {
namespace {

/// The browser itself refuses everything that isn't in the page.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

constexpr std::string_view kPageStart = "<!DOCTYPE html>";
constexpr std::string_view kTitleStart = "s3compress ";

std::string_view color_of(std::string_view outcome) {
  if (outcome == name_of(ExitCode::done)) return "good";
  const bool is_soft = outcome == name_of(ExitCode::waiting) || outcome == name_of(ExitCode::left) ||
                       outcome == name_of(ExitCode::interrupted);
  return is_soft ? "plain" : "bad";
}

std::string_view meaning_of(std::string_view outcome) {
  if (outcome == name_of(ExitCode::done)) return {};  // its name says it
  const auto found = std::find_if(kExitCodes.begin(), kExitCodes.end(),
                                  [&](const ExitCodeMeaning& code) { return code.name == outcome; });
  return found == kExitCodes.end() ? "" : found->meaning;
}

std::string title_of(const ReportData& data) {
  std::string title = std::string(kTitleStart) + data.command();
  if (data.is_merged())
    title += fmt::format(": {}",
                         format_count(ReportData::field(data.document(), "tasks").size(), "task", "tasks"));
  return data.is_dry_run() ? title + ", dry run" : title;
}

std::string buckets_of(const ReportData& data) {
  const std::string source = data.text("/bucket");
  const std::string archive = data.text("/archive_bucket");
  if (source.empty() && archive.empty()) return {};
  return source.empty() || archive.empty() ? source + archive : source + " \u2192 " + archive;
}

std::string minutes_text(base::Timestamp time) {
  const std::string text = base::format_iso8601(time);  // 2018-04-08T01:00:00.000Z
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string header(const ReportData& data, const ReportFacts& facts) {
  const std::string outcome = ReportData::text_in(ReportData::field(data.document(), "outcome"));
  const Json& seconds = data.at("/seconds");
  const auto took = seconds.is_number()
                        ? std::chrono::milliseconds(static_cast<std::int64_t>(seconds.get<double>() * 1000))
                        : std::chrono::duration_cast<std::chrono::milliseconds>(facts.ended - facts.started);
  std::string html = fmt::format("<header>\n<h1>{}</h1>\n", html_escaped(title_of(data)));
  if (const std::string buckets = buckets_of(data); !buckets.empty()) html += paragraph(buckets);
  html += fmt::format("<p><span class=\"badge {}\">{}</span> <span class=\"soft\">{}</span></p>\n",
                      color_of(outcome), html_escaped(outcome), html_escaped(meaning_of(outcome)));
  html += fmt::format(
      "<p class=\"soft\">{}, {}{}</p>\n</header>\n", html_escaped(minutes_text(facts.started)),
      data.is_merged() ? "the slowest task took " : "took ", html_escaped(format_duration(took, true)));
  return html;
}

std::string command_section(const ReportFacts& facts) {
  std::string text = fmt::format("<pre>{}</pre>\n", html_escaped(facts.command_line));
  HtmlTable settings{{{"setting"}}, {}};
  for (const std::string& setting : facts.settings) settings.rows.push_back({setting});
  text += settings.html("From the environment or a config file:");
  std::string lines;
  std::size_t begin = 0;
  while (begin < facts.version_text.size()) {
    const std::size_t end = std::min(facts.version_text.find('\n', begin), facts.version_text.size());
    lines += html_escaped(std::string_view(facts.version_text).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return section("The command",
                 text + fmt::format("<details><summary>version {}</summary>\n<pre>{}</pre>\n</details>\n",
                                    html_escaped(version()), lines));
}

std::string whole_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "{}\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<main>\n{}</main>\n</body>\n</html>\n",
      kPageStart, kPolicy, html_escaped(title), kReportStyle, body);
}

}  // namespace

std::string report_page(const Json& document, const ReportFacts& facts) {
  const ReportData data(document);
  std::string body = header(data, facts) + tiles(data) + problems_section(data) + days_section(data) +
                     sizes_section(data) + costs_section(data) + skipped_section(data) +
                     slowest_section(data) + requests_section(data, facts.history) + tasks_section(data) +
                     command_section(facts);
  return whole_page(title_of(data), body);
}

std::string unfinished_page(std::string_view command, base::Timestamp started, std::string_view run) {
  const std::string title = fmt::format("{}{}", kTitleStart, first_word(command));
  return whole_page(
      title,
      fmt::format("<header>\n<h1>{}</h1>\n</header>\n", html_escaped(title)) +
          paragraph(fmt::format("The run that began on {} is not over. It writes its page here when it ends. "
                                "If no such process is there any more, it was killed: nothing is lost by "
                                "that, and the same command goes on where it stopped.",
                                minutes_text(started))) +
          paragraph(fmt::format("Its id is {}.", run)));
}

bool is_report_page(std::string_view text) {
  constexpr std::size_t kHead = 1024;  // the title stands in it
  return text.starts_with(kPageStart) &&
         text.substr(0, kHead).find(fmt::format("<title>{}", kTitleStart)) != std::string_view::npos;
}

}  // namespace s3c::cli
