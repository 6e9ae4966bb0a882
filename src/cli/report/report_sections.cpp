#include "cli/report/report_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "cli/output/format.h"
#include "cli/report/charts.h"
#include "cli/report/html.h"

namespace s3c::cli {
namespace {

constexpr std::size_t kMostLyingDays = 8;

std::string seconds_text(double seconds) {
  return format_duration(std::chrono::milliseconds(std::llround(seconds * 1000)), true);
}

struct Tile {
  std::string title, value, more;
};

std::string tiles_html(const std::vector<Tile>& tiles) {
  std::string html = "<dl class=\"tiles\">\n";
  for (const Tile& tile : tiles) {
    html += fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>\n", html_escaped(tile.title),
                        html_escaped(tile.value),
                        tile.more.empty() ? "" : fmt::format("<small>{}</small>", html_escaped(tile.more)));
  }
  return html + "</dl>\n";
}

std::string saved_text(double now, double archived) {
  return archived > now ? "costs " + format_dollars(archived - now) + " more"
                        : format_dollars(now - archived);
}

std::vector<Tile> archive_tiles(const ReportData& data) {
  if (data.is_dry_run()) {
    return {{"would be archived", format_objects(data.count("/total/objects_to_archive")),
             format_bytes(data.count("/total/bytes_to_archive"))},
            {"would be deleted", format_objects(data.count("/total/objects_to_delete")),
             format_bytes(data.count("/total/bytes_to_delete"))},
            {"groups", format_count(data.count("/total/groups")), ""}};
  }
  const std::uint64_t in = data.count("/total/source_bytes");
  const std::uint64_t out = data.count("/total/archive_bytes");
  std::vector<Tile> tiles = {
      {"archived", format_count(data.count("/total/objects_archived")),
       fmt::format("objects of {}, in {}", format_count(data.count("/total/groups"), "group", "groups"),
                   format_volumes(data.count("/total/volumes")))},
      {"size", format_bytes(in), "now " + format_bytes(out)},
      {"ratio", format_ratio(in, out), "before to after"},
      {"deleted", format_count(data.count("/total/objects_deleted")), "objects, whose archives are proven"},
      {"left in place", format_count(data.count("/left/count")), "objects"}};
  if (data.has("/costs/monthly_dollars/now")) {
    tiles.push_back({"saved a month",
                     saved_text(data.number("/costs/monthly_dollars/now"),
                                data.number("/costs/monthly_dollars/archived")),
                     "at list prices"});
  }
  return tiles;
}

/// As the text of plan has it.
std::string days_text(double days) {
  constexpr double kTooFar = 36'500;
  if (days > kTooFar) return "over 100 years";
  if (days < 1) return "less than a day";
  return format_count(static_cast<std::uint64_t>(std::llround(days)), "day", "days");
}

std::vector<Tile> plan_tiles(const ReportData& data) {
  const Json& days = data.at("/total/break_even_days");
  const std::uint64_t in = data.count("/total/bytes");
  const std::uint64_t out = data.count("/total/archive_bytes");
  return {
      {"to archive", format_count(data.count("/total/objects")), "objects, " + format_bytes(in)},
      {"archives", format_bytes(out),
       fmt::format("estimated, in {}", format_volumes(data.count("/total/volumes")))},
      {"ratio", format_ratio(in, out), "estimated"},
      {"saved a month",
       saved_text(data.number("/total/monthly_dollars/now"), data.number("/total/monthly_dollars/archived")),
       "at list prices"},
      {"costs once", format_dollars(data.number("/total/once_dollars")), "requests and fees"},
      {"pays after", days.is_number() ? days_text(days.get<double>()) : "never", ""}};
}

std::vector<Tile> restore_tiles(const ReportData& data) {
  if (data.is_dry_run()) {
    return {{"would come back", format_objects(data.count("/plan/objects")),
             format_bytes(data.count("/plan/bytes"))},
            {"from", format_volumes(data.count("/plan/volumes")),
             fmt::format("{} frozen", format_count(data.count("/plan/frozen_volumes")))},
            {"costs", format_dollars(data.number("/plan/dollars")), "thaw and requests, at list prices"}};
  }
  return {{"restored", format_count(data.count("/restored")),
           "objects, " + format_bytes(data.count("/restored_bytes"))},
          {"already there", format_count(data.count("/equal")), "objects, and equal"},
          {"not restored",
           format_count(data.count("/existing") + data.count("/tied") + data.count("/unstorable") +
                        data.count("/failed")),
           ""},
          {"waiting for a thaw", format_volumes(data.at("/waiting").size()), ""},
          {"costs", format_dollars(data.number("/plan/dollars")), "thaw and requests, at list prices"}};
}

std::vector<Tile> verify_tiles(const ReportData& data) {
  return {
      {"whole", format_volumes(data.count("/whole")), "of " + format_count(data.count("/volumes"))},
      {"objects in them", format_count(data.count("/objects")), format_bytes(data.count("/archive_bytes"))},
      {"read and decoded", format_objects(data.count("/objects_read")),
       data.at("/deep") == true ? "" : "--deep reads them"},
      {"damaged", format_volumes(data.count("/damaged")), ""},
      {"frozen", format_volumes(data.count("/frozen/count")), "not read"}};
}

std::string what_of_days(const ReportData& data) {
  const bool would = data.is_dry_run();
  if (data.command() == "archive") return would ? "Objects that would be archived" : "Objects archived";
  if (data.command() == "plan") return "Objects to archive";
  if (data.command() == "restore") return would ? "Objects that would come back" : "Objects to bring back";
  return "Objects in whole volumes";
}

std::string name_of_bar(const base::DaySums::Bar& bar) {
  return !bar.day.empty() ? bar.day : bar.group.empty() ? "all other groups" : bar.group;
}

/// Months and years are joined days.
std::string unit_of(const std::vector<base::DaySums::Bar>& bars) {
  const std::size_t digits = bars.front().day.size();
  return digits == 10 ? "day" : digits == 7 ? "month" : digits == 4 ? "year" : "group";
}

ChartBar dollar_bar(std::string label, double dollars, std::string_view color) {
  return {std::move(label), dollars, format_dollars(dollars) + " a month", color};
}

}  // namespace

std::string tiles(const ReportData& data) {
  const std::string& command = data.command();
  if (command == "archive" && data.has("/total")) return tiles_html(archive_tiles(data));
  if (command == "plan" && data.has("/total")) return tiles_html(plan_tiles(data));
  if (command == "restore" && data.has("/plan")) return tiles_html(restore_tiles(data));
  if (command == "verify" && data.has("/volumes")) return tiles_html(verify_tiles(data));
  return {};
}

std::string days_section(const ReportData& data) {
  const std::vector<base::DaySums::Bar> days = data.days();
  if (days.empty()) return {};
  const bool has_archive_bytes = !data.is_dry_run() || data.command() != "archive";
  const std::string unit = unit_of(days);
  std::vector<ChartBar> bars;
  HtmlTable table{{{unit}, {"objects", true}, {"size", true}}, {}};
  if (has_archive_bytes) table.columns.push_back({"in the archive", true});
  for (const base::DaySums::Bar& bar : days) {
    const auto objects = static_cast<double>(bar.sums.objects);
    bars.push_back({name_of_bar(bar), objects, format_count(bar.sums.objects)});
    table.rows.push_back(
        {name_of_bar(bar), format_count(bar.sums.objects), format_bytes(bar.sums.source_bytes)});
    if (has_archive_bytes) table.rows.back().push_back(format_bytes(bar.sums.archive_bytes));
  }
  const std::string title = fmt::format("{}, by {}", what_of_days(data), unit);
  return section(title,
                 (bars.size() <= kMostLyingDays ? lying_bars(title, bars) : upright_bars(title, bars)) +
                     table.folded("the same as a table"));
}

std::string sizes_section(const ReportData& data) {
  const bool is_plan = data.command() == "plan";
  if (!is_plan && data.command() != "archive") return {};
  const std::uint64_t in = data.count(is_plan ? "/total/bytes" : "/total/source_bytes");
  const std::uint64_t out = data.count("/total/archive_bytes");
  if (in == 0 || out == 0) return {};
  return section("Size", lying_bars("Size before and after",
                                    {{"the objects", static_cast<double>(in), format_bytes(in), "plain"},
                                     {is_plan ? "their archives, estimated" : "their archives",
                                      static_cast<double>(out), format_bytes(out), "good"}}) +
                             paragraph(fmt::format("Ratio {}.", format_ratio(in, out))));
}

std::string costs_section(const ReportData& data) {
  const bool is_plan = data.command() == "plan";
  const std::string root = is_plan ? "/total" : "/costs";
  if (!data.has((root + "/monthly_dollars/now").c_str()) || data.is_dry_run()) return {};
  std::vector<ChartBar> bars = {
      dollar_bar("before: the objects", data.number((root + "/monthly_dollars/now").c_str()), "plain")};
  if (data.has("/total/monthly_dollars/lifecycle")) {
    bars.push_back(dollar_bar("with a lifecycle rule, object by object",
                              data.number("/total/monthly_dollars/lifecycle"), "bar"));
  }
  bars.push_back(
      dollar_bar("after: their archives", data.number((root + "/monthly_dollars/archived").c_str()), "good"));
  std::string text = lying_bars("Cost of storage a month, before and after", bars);
  text += paragraph(fmt::format("The requests of {}: {}.", is_plan ? "such a run" : "this run",
                                format_dollars(data.number((root + "/request_dollars").c_str()))));
  const char* prices = is_plan ? "/prices" : "/costs/prices";
  const Json& table = data.at(prices);
  text += fmt::format("<p class=\"soft\">At the prices of {} of {}: {}.</p>\n",
                      html_escaped(ReportData::text_in(ReportData::field(table, "region"))),
                      html_escaped(ReportData::text_in(ReportData::field(table, "date"))),
                      html_escaped(ReportData::text_in(ReportData::field(table, "source"))));
  return section("Cost of storage", text);
}

std::string slowest_section(const ReportData& data) {
  constexpr std::size_t kMost = 10;
  std::vector<const Json*> groups;
  for (const Json& group : data.at("/slowest_groups")) groups.push_back(&group);
  const auto seconds = [](const Json& group) {
    const Json& value = ReportData::field(group, "seconds");
    return value.is_number() ? value.get<double>() : 0;
  };
  std::stable_sort(groups.begin(), groups.end(),
                   [&](const Json* a, const Json* b) { return seconds(*a) > seconds(*b); });
  groups.resize(std::min(groups.size(), kMost));
  HtmlTable table{{{"group"}, {"time", true}, {"objects", true}, {"size", true}}, {}};
  for (const Json* group : groups) {
    const auto count = [group](const char* name) {
      return ReportData::count_in(ReportData::field(*group, name));
    };
    table.rows.push_back({ReportData::text_in(ReportData::field(*group, "prefix")),
                          seconds_text(seconds(*group)), format_count(count("objects")),
                          format_bytes(count("source_bytes"))});
  }
  return section("Slowest groups",
                 table.html("Groups are in work side by side, so their times add up to more than the "
                            "run's."));
}

std::string requests_section(const ReportData& data, const RunHistory& history) {
  const char* root = data.command() == "plan" ? "/own_requests" : "/requests";
  const Json& requests = data.at(root);
  if (!requests.is_object()) return {};
  const auto count = [&](const char* name) {
    return ReportData::count_in(ReportData::field(requests, name));
  };
  std::string text = paragraph(fmt::format(
      "{}, {}. The store asked to slow down {}.", format_count(count("total"), "request", "requests"),
      format_count(count("retries"), "retry", "retries"), format_count(count("throttled"), "time", "times")));
  Course course;
  const double per_second = 1000.0 / static_cast<double>(history.step().count());
  for (const RunHistory::Point& point : history.points()) {
    course.area.push_back(static_cast<double>(point.requests) * per_second);
    course.marks.push_back(static_cast<double>(point.throttled) * per_second);
  }
  course.begin = "start";
  course.middle = format_duration(history.elapsed() / 2);
  course.end = format_duration(history.elapsed());
  if (const std::string chart = course_chart("Requests per second", course); !chart.empty()) {
    text += chart +
            "<p class=\"soft\"><span class=\"key\">requests per second</span> &nbsp; "
            "<span class=\"key red\">of these refused with SlowDown</span></p>\n";
  }
  HtmlTable table{{{"request"}, {"count", true}}, {}};
  const Json& by_operation = ReportData::field(requests, "by_operation");
  for (const auto& [operation, sent] : by_operation.items())
    table.rows.push_back({operation, format_count(ReportData::count_in(sent))});
  return section("Requests and throttling", text + table.folded("by operation"));
}

std::string tasks_section(const ReportData& data) {
  if (!data.is_merged()) return {};
  HtmlTable table{
      {{"task"}, {"result"}, {"time", true}, {"requests", true}, {"throttled", true}, {"version"}}, {}};
  for (const Json& task : ReportData::field(data.document(), "tasks")) {
    const auto text = [&](const char* name) { return ReportData::text_in(ReportData::field(task, name)); };
    const auto count = [&](const char* name) {
      const Json& value = ReportData::field(task, name);
      return value.is_null() ? "" : format_count(ReportData::count_in(value));
    };
    const Json& time = ReportData::field(task, "seconds");
    table.rows.push_back(
        {text("file"), text("problem").empty() ? text("outcome") : text("outcome") + ": " + text("problem"),
         time.is_number() ? seconds_text(time.get<double>()) : "", count("requests"), count("throttled"),
         text("version")});
  }
  std::string lacking;
  for (const auto& [field, one, many] :
       {std::array{"missing_shards", "shard", "shards"},
        std::array{"missing_split_tasks", "task of the split", "tasks of the split"}}) {
    const std::size_t missing = ReportData::field(data.document(), field).size();
    if (missing != 0)
      lacking += paragraph(fmt::format("There is no report of {}.", format_count(missing, one, many)));
  }
  return section("Tasks", lacking + table.html("Each file that was merged."));
}

}  // namespace s3c::cli
