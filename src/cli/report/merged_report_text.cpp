#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "base/encoding.h"
#include "cli/output/format.h"
#include "cli/report/merged_report.h"

namespace s3c::cli {
namespace {

constexpr std::size_t kMostTasks = 50;
constexpr std::size_t kMostShards = 20;

/// A number that is somewhere in the report; 0: it isn't there.
std::uint64_t number_at(const Json& total, const char* pointer) {
  const Json::json_pointer place(pointer);
  return total.contains(place) && total[place].is_number() ? total[place].get<std::uint64_t>() : 0;
}

std::string archived_lines(const Json& total) {
  const auto count = [&total](const char* pointer) { return number_at(total, pointer); };
  if (total.value("dry_run", false)) {
    return fmt::format("dry run: would archive {} ({}) of {}, would delete {}; nothing was changed\n",
                       format_objects(count("/total/objects_to_archive")),
                       format_bytes(count("/total/bytes_to_archive")),
                       format_count(count("/total/groups"), "group", "groups"),
                       format_objects(count("/total/objects_to_delete")));
  }
  std::string text = fmt::format(
      "archived: {} of {}, in {}\nbytes:    {} -> {} ({})\ndeleted:  {}\n",
      format_objects(count("/total/objects_archived")),
      format_count(count("/total/groups"), "group", "groups"), format_volumes(count("/total/volumes")),
      format_bytes(count("/total/source_bytes")), format_bytes(count("/total/archive_bytes")),
      format_ratio(count("/total/source_bytes"), count("/total/archive_bytes")),
      format_count(count("/total/objects_deleted"), "source object", "source objects"));
  if (const auto lost = count("/total/lost_races"); lost != 0)
    text += fmt::format("races:    {} committed by another run first\n",
                        format_count(lost, "volume was", "volumes were"));
  if (const auto left = count("/left/count"); left != 0)
    text += fmt::format("left:     {} in place\n", format_objects(left));
  if (const auto lost = count("/total/volumes_lost"); lost != 0)
    text += fmt::format("LOST:     {}\n", format_volumes(lost));
  const auto objects = count("/outside_layout/objects");
  const auto folders = count("/outside_layout/folders");
  if (objects + folders != 0)
    text += fmt::format("outside:  {} and {} fit no group of the layout\n", format_objects(objects),
                        format_count(folders, "folder", "folders"));
  return text;
}

std::string verified_lines(const Json& total) {
  std::string text =
      fmt::format("whole: {} of {}, {} in {}\n", format_count(number_at(total, "/whole")),
                  format_volumes(number_at(total, "/volumes")), format_objects(number_at(total, "/objects")),
                  format_bytes(number_at(total, "/archive_bytes")));
  if (const auto damaged = number_at(total, "/damaged"); damaged != 0)
    text += fmt::format("DAMAGED: {}\n", format_volumes(damaged));
  if (const auto frozen = number_at(total, "/frozen/count"); frozen != 0)
    text += fmt::format("not read, frozen: {}\n", format_volumes(frozen));
  return text;
}

std::string restored_lines(const Json& total) {
  std::string text = fmt::format("restored: {}, {}\n", format_objects(number_at(total, "/restored")),
                                 format_bytes(number_at(total, "/restored_bytes")));
  if (const auto equal = number_at(total, "/equal"); equal != 0)
    text += fmt::format("already there, and equal: {}\n", format_objects(equal));
  if (const auto thaws = number_at(total, "/thaws_started"); thaws != 0)
    text += fmt::format("asked for the thaw of {}\n", format_volumes(thaws));
  if (total.contains("waiting") && !total["waiting"].empty())
    text += fmt::format("waiting for a thaw: {}\n", format_volumes(total["waiting"].size()));
  return text;
}

ExitCode code_in(const TaskReport& task) {
  return task.document.is_null() ? ExitCode::failed
                                 : static_cast<ExitCode>(task.document.at("exit_code").get<int>());
}

/// "3/8"; empty: the document names none.
std::string shard_of(const TaskReport& task) {
  const Json shard = task.document.is_null() ? Json() : task.document.value("shard", Json());
  if (shard.is_null()) return {};
  return fmt::format("{}/{}", shard.at("index").get<std::uint64_t>(), shard.at("count").get<std::uint64_t>());
}

/// The message of what ended the task; empty: its report tells more than one line can.
std::string message_of(const TaskReport& task) {
  if (task.document.is_null()) return task.problem;
  for (const char* pointer : {"/error/message", "/ended_by/message"}) {
    const Json::json_pointer place(pointer);
    if (task.document.contains(place)) return task.document[place].get<std::string>();
  }
  return {};
}

std::string tasks_text(const MergedReport& report) {
  std::vector<const TaskReport*> told;
  for (const TaskReport& task : report.tasks) {
    if (code_in(task) != ExitCode::done) told.push_back(&task);
  }
  if (told.empty()) return {};
  const auto line = [](const TaskReport* task) {
    const std::string shard = shard_of(*task);
    const std::string message = message_of(*task);
    return fmt::format("{}{}{}: {} (exit code {}){}{}", shard, shard.empty() ? "" : "  ",
                       base::printable(task->file), name_of(code_in(*task)), static_cast<int>(code_in(*task)),
                       message.empty() ? "" : ": ", base::printable(message));
  };
  return fmt::format("not done: {}\n", format_count(told.size(), "task", "tasks")) +
         list_text(told, told.size(), kMostTasks, "  ", line);
}

/// what: "shards".
std::string missing_text(const std::vector<std::uint32_t>& missing, std::uint32_t count,
                         std::string_view what) {
  if (missing.empty()) return {};
  const std::vector<std::uint32_t> named(
      missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(std::min(missing.size(), kMostShards)));
  return fmt::format("NO REPORT of {} of {} {}: {}{}\n", missing.size(), count, what, fmt::join(named, ", "),
                     named.size() == missing.size() ? "" : ", ...");
}

std::string not_found_text(const MergedReport& report) {
  const Json::json_pointer place("/not_found/named");
  if (number_at(report.total, "/not_found/count") == 0) return {};
  const auto names = report.total[place].get<std::vector<std::string>>();
  return "not found by any task:\n" +
         list_text(names, number_at(report.total, "/not_found/count"), kMostTasks, "  ", base::printable);
}

/// Null if the task has no such number.
Json number_in(const TaskReport& task, const char* place) {
  return task.document.is_null() ? Json() : task.document.value(Json::json_pointer(place), Json());
}

Json task_json(const TaskReport& task) {
  const auto field = [&task](const char* name) {
    return task.document.is_null() ? Json() : task.document.value(name, Json());
  };
  const Json ended_by = field("ended_by");
  return {{"file", task.file},
          {"shard", field("shard")},
          {"split", field("split")},
          {"outcome", name_of(code_in(task))},
          {"exit_code", static_cast<int>(code_in(task))},
          {"version", field("version")},
          {"seconds", field("seconds")},
          {"requests", number_in(task, "/requests/total")},
          {"throttled", number_in(task, "/requests/throttled")},
          {"error", ended_by.is_null() ? field("error") : ended_by},
          {"problem", task.problem.empty() ? Json() : Json(task.problem)}};
}

}  // namespace

std::string problems_text(const MergedReport& report) {
  return tasks_text(report) + missing_text(report.missing_shards, report.shards, "shards") +
         missing_text(report.missing_split_tasks, report.split_tasks, "tasks of the split") +
         not_found_text(report) + std::string(last_line(report.exit_code));
}

std::string text_summary(const MergedReport& report) {
  std::string text =
      fmt::format("{} of {}\n", report.command, format_count(report.tasks.size(), "task", "tasks"));
  text += report.command == "archive"  ? archived_lines(report.total)
          : report.command == "verify" ? verified_lines(report.total)
                                       : restored_lines(report.total);
  text += fmt::format("requests: {}, {}\n", format_count(number_at(report.total, "/requests/total")),
                      format_count(number_at(report.total, "/requests/retries"), "retry", "retries"));
  const double seconds = report.total.value("seconds", 0.0);
  text += fmt::format(
      "time:     {}, the slowest task\n",
      format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)), true));
  return text + problems_text(report);
}

Json report_document(const MergedReport& report) {
  Json tasks = Json::array();
  for (const TaskReport& task : report.tasks) tasks.push_back(task_json(task));
  Json json = json_head("report", report.exit_code);
  json.update({{"of", report.command},
               {"shards", report.shards == 0 ? Json() : Json(report.shards)},
               {"missing_shards", report.missing_shards},
               {"split_tasks", report.split_tasks == 0 ? Json() : Json(report.split_tasks)},
               {"missing_split_tasks", report.missing_split_tasks},
               {"tasks", tasks},
               {"total", report.total}});
  return json;
}

std::string json_summary(const MergedReport& report) {
  return dumped(report_document(report));
}

}  // namespace s3c::cli
