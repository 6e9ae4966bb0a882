// The sections about what was not done: what was skipped, and what went wrong.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "archive/report.h"
#include "cli/output/archive_summary.h"
#include "cli/output/format.h"
#include "cli/report/html.h"
#include "cli/report/report_sections.h"

namespace s3c::cli {
namespace {

/// Names in one table. The document has more.
constexpr std::size_t kMostRows = 100;
constexpr std::size_t kMostErrors = 20;

std::string field_text(const Json& object, const char* name) {
  return ReportData::text_in(ReportData::field(object, name));
}

/// The reason in words: the documents have only its name.
std::string reason_text(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(archive::LeftReason::own_archive); ++i) {
    const auto reason = static_cast<archive::LeftReason>(i);
    if (name_of(reason) == name) return std::string(archive::describe(reason));
  }
  return std::string(name);
}

/// Rows for the first names of a list of texts or of objects, which row() makes.
template <typename Row>
std::string named_table(const Json& list, std::uint64_t count, std::string_view what,
                        std::vector<HtmlTable::Column> columns, Row row) {
  HtmlTable table{std::move(columns), {}};
  for (const Json& one : list) {
    if (table.rows.size() == kMostRows) break;
    table.rows.push_back(row(one));
  }
  const std::size_t shown = table.rows.size();
  return table.folded(shown < count ? fmt::format("{}: the first {} of {}", what, shown, format_count(count))
                                    : fmt::format("{}: {}", what, format_count(count)));
}

/// A list as counted_json() makes it; empty if it has nothing.
std::string counted_table(const ReportData& data, const std::string& place, std::string_view what) {
  return named_table(data.at((place + "/named").c_str()), data.count((place + "/count").c_str()), what,
                     {{"name"}},
                     [](const Json& name) { return std::vector<std::string>{ReportData::text_in(name)}; });
}

std::string left_text(const ReportData& data) {
  HtmlTable table{{{"why"}, {"objects", true}}, {}};
  for (const auto& [reason, count] : data.at("/left/by_reason").items())
    table.rows.push_back({reason_text(reason), format_count(ReportData::count_in(count))});
  return table.html("Objects that were left in place") +
         named_table(data.at("/left/named"), data.count("/left/count"), "objects that were left",
                     {{"key"}, {"why"}}, [](const Json& one) {
                       const std::string detail = field_text(one, "detail");
                       return std::vector<std::string>{
                           field_text(one, "key"),
                           reason_text(field_text(one, "reason")) + (detail.empty() ? "" : ": " + detail)};
                     });
}

std::string skipped_counts(const ReportData& data) {
  HtmlTable table{{{"skipped"}, {"count", true}, {"size", true}}, {}};
  const auto add = [&](const char* what, const char* count, const char* bytes) {
    if (data.count(count) == 0) return;
    table.rows.push_back(
        {what, format_count(data.count(count)), bytes[0] == '\0' ? "" : format_bytes(data.count(bytes))});
  };
  add("archived already by an earlier run", "/total/objects_already_archived",
      "/total/bytes_already_archived");
  add("gone before they were read", "/total/objects_vanished", "");
  add("archived already", "/total/already_archived/objects", "/total/already_archived/bytes");
  add("frozen: they must be thawed first", "/total/frozen/objects", "/total/frozen/bytes");
  add("too large for --memory", "/total/too_large/objects", "/total/too_large/bytes");
  add("not wanted: --include, --exclude, --min-age, sizes", "/total/not_selected/objects",
      "/total/not_selected/bytes");
  add("they fit no group of the layout", "/outside_layout/objects", "");
  add("folders that fit no group of the layout", "/outside_layout/folders", "");
  add("rows whose object is gone", "/rows/stale_gone", "");
  add("rows whose object has changed", "/rows/stale_changed", "");
  add("there already, and equal", "/equal", "");
  add("something else is there; --overwrite replaces it", "/existing", "");
  add("the newest can't be told; --volume takes one", "/tied", "");
  add("the place can't hold them", "/unstorable", "");
  return table.html("What was not taken");
}

std::string names_outside(const ReportData& data) {
  const auto row = [](const Json& name) { return std::vector<std::string>{ReportData::text_in(name)}; };
  return named_table(data.at("/outside_layout/named_objects"), data.count("/outside_layout/objects"),
                     "objects that fit no group", {{"key"}}, row) +
         named_table(data.at("/outside_layout/named_folders"), data.count("/outside_layout/folders"),
                     "folders that fit no group", {{"folder"}}, row);
}

/// Where it happened, what happened, and what to do about it.
std::string error_html(const std::string& where, const Json& error) {
  const std::string hint = field_text(error, "hint");
  return fmt::format(
      "<div class=\"error\">\n<p><b>{}</b></p>\n{}{}</div>\n", html_escaped(where),
      paragraph(field_text(error, "message")),
      hint.empty() ? "" : fmt::format("<p class=\"soft\">What to do: {}</p>\n", html_escaped(hint)));
}

std::string errors_text(const ReportData& data) {
  std::string html;
  std::size_t told = 0;
  std::size_t untold = 0;
  const auto add = [&](const std::string& where, const Json& error) {
    if (!error.is_object()) return;
    if (told == kMostErrors) {
      ++untold;
      return;
    }
    ++told;
    html += error_html(where, error);
  };
  add(data.command(), ReportData::field(data.document(), "error"));
  add(data.command(), data.at("/ended_by"));
  for (const Json& group : data.at("/groups"))
    add(field_text(group, "prefix"), ReportData::field(group, "error"));
  for (const Json& error : data.at("/failures/errors")) add(field_text(error, "resource"), error);
  for (const Json& task : ReportData::field(data.document(), "tasks"))
    add(field_text(task, "file"), ReportData::field(task, "error"));
  return untold == 0
             ? html
             : html + paragraph(fmt::format("And {}.", format_count(untold, "more error", "more errors")));
}

std::string damages_table(const ReportData& data) {
  return named_table(data.at("/damages/named"), data.count("/damages/count"), "damages",
                     {{"volume"}, {"key"}, {"what"}}, [](const Json& one) {
                       return std::vector<std::string>{field_text(one, "volume"), field_text(one, "key"),
                                                       field_text(one, "what")};
                     });
}

}  // namespace

std::string skipped_section(const ReportData& data) {
  std::string text = skipped_counts(data) + left_text(data) + names_outside(data);
  text += named_table(data.at("/named"), data.at("/named").size(), "not restored", {{"key"}, {"why"}},
                      [](const Json& one) {
                        return std::vector<std::string>{field_text(one, "key"), field_text(one, "why")};
                      });
  text += named_table(data.at("/waiting"), data.at("/waiting").size(), "volumes that wait for a thaw",
                      {{"volume"}, {"objects", true}}, [](const Json& one) {
                        return std::vector<std::string>{
                            field_text(one, "volume"),
                            format_count(ReportData::count_in(ReportData::field(one, "objects")))};
                      });
  text += counted_table(data, "/not_found", "asked for, and not found");
  text += counted_table(data, "/frozen", "frozen volumes, not read");
  text += counted_table(data, "/unfinished", "unfinished, perhaps still being made");
  text += counted_table(data, "/foreign", "objects at a volume's name that are not ours");
  return section("Skipped, and why", text);
}

std::string problems_section(const ReportData& data) {
  std::string text;
  for (const Json& warning : data.at("/warnings")) text += paragraph(ReportData::text_in(warning));
  text += errors_text(data) + damages_table(data);
  text += counted_table(data, "/lost", "archives that were committed once and are gone");
  text += counted_table(data, "/lost_id", "whole, but without their id: --deep --mend gives it back");
  text += counted_table(data, "/unproven", "not proven without reading: --deep --mend reads them");
  text += counted_table(data, "/unmarked", "without their commit mark: catalog rebuild makes it again");
  text += counted_table(data, "/unrecorded", "without a record: catalog rebuild looks at them");
  text += counted_table(data, "/absent", "neither archive nor record");
  text += counted_table(data, "/garbage", "records of killed runs, which gc removes");
  return section(data.command() == "plan" ? "What speaks against it" : "What went wrong", text);
}

}  // namespace s3c::cli
