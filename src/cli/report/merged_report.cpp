#include "cli/report/merged_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "cli/output/report_fields.h"
#include "source/split_set.h"

namespace s3c::cli {
namespace {

/// As many names as a report of one task has at most.
constexpr std::size_t kMostNames = 1000;
constexpr int kMostDepth = 50;

constexpr std::array<std::string_view, 3> kMergeable = {"archive", "verify", "restore"};
/// Tasks of one job agree in these.
constexpr std::array<std::string_view, 5> kSameInAll = {"dry_run", "bucket", "prefix", "archive_bucket",
                                                        "to"};
/// These tell only of one task.
constexpr std::array<std::string_view, 9> kOfOneTask = {"version", "outcome", "exit_code", "run", "shard",
                                                        "split",   "error",   "ended_by",  "file"};

/// Lists that are not cut.
constexpr std::array<std::string_view, 4> kJoinedWhole = {"groups", "waiting", "by_day", "slowest_groups"};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

[[noreturn]] void refuse_merge(const std::string& message) {
  throw base::Error(base::ErrorKind::invalid_argument, message, {.operation = "report merge"});
}

std::string quoted(const TaskReport& task) {
  return fmt::format("\"{}\"", base::printable(task.file));
}

/// The document of a task that ended with an error before it had a report names no settings.
bool is_report(const Json& document) {
  return document.contains("seconds");
}

/// nullopt: it isn't one that this program has.
std::optional<ExitCode> exit_code_in(const Json& document) {
  const auto found = std::find_if(kExitCodes.begin(), kExitCodes.end(), [&](const ExitCodeMeaning& meaning) {
    return document.value("exit_code", Json()) == static_cast<int>(meaning.code);
  });
  return found == kExitCodes.end() ? std::nullopt : std::optional(found->code);
}

/// nullopt: the text is no whole document, or one that is nested deeper than any report: it would fill the stack. A
/// name that stands twice in an object makes it none, too: no report has that, and readers differ in which counts.
std::optional<Json> parsed_document(std::string_view text) {
  bool is_wrong = false;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::key) is_wrong = is_wrong || !names.back().insert(parsed).second;
    if (event == Json::parse_event_t::object_end) names.pop_back();
    is_wrong = is_wrong || depth > kMostDepth;
    return depth <= kMostDepth;
  };
  Json document = Json::parse(text, look, false);
  if (is_wrong || document.is_discarded() || !document.is_object()) return std::nullopt;
  return document;
}

/// Whether a line may be a whole report, as programs print it that don't indent it. Events, and the lines of other
/// programs, don't have both fields.
bool may_be_report(std::string_view line) {
  return line.starts_with('{') && line.size() > 2 && line.find("\"command\"") != std::string_view::npos &&
         line.find("\"exit_code\"") != std::string_view::npos;
}

/// The last line that may be a report; its data() is nullptr if there is none.
std::string_view last_report_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end_of_before = text.rfind('\n');
    const std::string_view line = text.substr(end_of_before + 1);  // npos + 1 is 0
    if (may_be_report(line)) return line;
    text = text.substr(0, end_of_before == std::string_view::npos ? 0 : end_of_before);
  }
  return {};
}

/// The document that begins last: on a line of its own, or on the line "{", up to the line "}" that ends it, as
/// documents are printed with indents. If there are no such lines, all from the first brace on.
std::string_view last_document(std::string_view text) {
  constexpr std::string_view kBegin = "{\n";
  constexpr std::string_view kEnd = "\n}";
  const std::string_view line = last_report_line(text);
  std::size_t begin = text.rfind("\n{\n");
  begin = begin != std::string_view::npos ? begin + 1 : text.starts_with(kBegin) ? 0 : begin;
  if (text.ends_with("\n{")) begin = text.size() - 1;  // a later one was cut
  if (line.data() != nullptr &&
      (begin == std::string_view::npos || static_cast<std::size_t>(line.data() - text.data()) > begin))
    return line;
  if (begin == std::string_view::npos) begin = text.find('{');
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find(kEnd, begin);
  return end == std::string_view::npos ? text.substr(begin) : text.substr(begin, end + kEnd.size() - begin);
}

// --- adding up

/// What no task found is not found. What one task found was not missed by the others.
void keep_common_names(Json& sum, const Json& more) {
  Json common = Json::array();
  const Json& also = more.at("named");
  for (const Json& name : sum.at("named")) {
    if (std::find(also.begin(), also.end(), name) != also.end()) common.push_back(name);
  }
  // Where more names were missed than are named, the names don't tell how many are missed by all.
  const bool all_named = sum.at("count") == sum.at("named").size() && more.at("count") == also.size();
  const Json least = std::min(sum.at("count").get<std::uint64_t>(), more.at("count").get<std::uint64_t>());
  sum["count"] = all_named ? Json(common.size()) : least;
  sum["named"] = std::move(common);
}

void add(Json& sum, const Json& more, std::string_view name);

void add_fields(Json& sum, const Json& more) {
  for (const auto& [name, value] : more.items()) {
    if (is_one_of(kOfOneTask, name)) continue;
    const auto there = sum.find(name);
    if (there == sum.end()) {
      sum[name] = Json();
      add(sum[name], value, name);
    } else {
      add(*there, value, name);
    }
  }
}

/// What tasks say in different words stands side by side.
void add_words(Json& sum, const Json& more) {
  const auto words = sum.get<std::string>();
  if (words.find(more.get<std::string>()) == std::string::npos) sum = words + ", " + more.get<std::string>();
}

void add_number(Json& sum, const Json& more, std::string_view name) {
  if (name == "seconds") {
    sum = std::max(sum.get<double>(), more.get<double>());
  } else if (sum.is_number_float() || more.is_number_float()) {
    sum = sum.get<double>() + more.get<double>();
  } else {
    // Nothing that is counted is negative, or so much.
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    const bool is_count = sum.is_number_unsigned() && more.is_number_unsigned();
    if (!is_count || sum.get<std::uint64_t>() > kMost - more.get<std::uint64_t>())
      refuse_merge(fmt::format("the field {} of a report is no count", name));
    sum = sum.get<std::uint64_t>() + more.get<std::uint64_t>();
  }
}

/// name: of the field. Throws Json::exception if the two are of different kinds.
void add(Json& sum, const Json& more, std::string_view name) {
  if (more.is_null()) return;
  if (more.is_object()) {
    if (sum.is_null()) sum = Json::object();
    if (name == "not_found" && !sum.empty()) return keep_common_names(sum, more);
    return add_fields(sum, more);
  }
  if (sum.is_null()) {
    sum = more;
  } else if (more.is_array()) {
    for (const Json& one : more) {
      if (is_one_of(kJoinedWhole, name) || sum.size() < kMostNames) sum.push_back(one);
    }
  } else if (more.is_boolean()) {
    sum = sum.get<bool>() && more.get<bool>();
  } else if (more.is_number()) {
    add_number(sum, more, name);
  } else {
    add_words(sum, more);
  }
}

Json total_of(const std::vector<TaskReport>& tasks) {
  Json total = Json::object();
  for (const TaskReport& task : tasks) {
    if (!task.document.is_null() && is_report(task.document)) add_fields(total, task.document);
  }
  if (total.contains("left")) {
    Json& left = total["left"];
    left["all_named"] = left.at("all_named").get<bool>() && left.at("count") == left.at("named").size();
  }
  return total;
}

// --- whether they belong together

void expect_same_settings(const TaskReport& first, const TaskReport& other) {
  for (const std::string_view name : kSameInAll) {
    const Json here = first.document.value(name, Json());
    const Json there = other.document.value(name, Json());
    if (here == there) continue;
    const auto text = [](const Json& value) {
      return value.dump(-1, ' ', true, Json::error_handler_t::replace);
    };
    refuse_merge(fmt::format("{} and {} are not of one job: {} is {} and {}", quoted(first), quoted(other),
                             name, text(here), text(there)));
  }
}

/// What a program may do with a report that this one didn't write as it is: nothing. A number that was guessed would
/// stand in a sum, and nobody would see it there.
void expect_right_fields(const TaskReport& task) {
  std::string wrong = complaint_of_fields(task.document);
  if (wrong.empty()) wrong = contradiction_of_exit_code(task.document);
  if (!wrong.empty()) refuse_merge(fmt::format("{}: {}", quoted(task), wrong));
}

void expect_one_job(const std::vector<TaskReport>& tasks) {
  const TaskReport* first = nullptr;
  std::string of_all;
  for (const TaskReport& task : tasks) {
    if (task.document.is_null()) continue;
    const std::string command = task.document["command"];
    if (!is_one_of(kMergeable, command)) {
      refuse_merge(fmt::format(
          "{} is of the command \"{}\", but only the reports of archive, verify and restore can be "
          "merged",
          quoted(task), base::printable(command)));
    }
    expect_right_fields(task);
    if (of_all.empty()) of_all = command;
    if (command != of_all)
      refuse_merge(fmt::format("the reports are not of one job: some are of {}, {} is of {}", of_all,
                               quoted(task), command));
    if (!is_report(task.document)) continue;
    if (first != nullptr) expect_same_settings(*first, task);
    first = &task;
  }
}

/// The shard that the document names. Its count is 0 if it names none.
catalog::Shard shard_in(const TaskReport& task) {
  const Json shard = task.document.value("shard", Json());
  if (shard.is_null()) return {0, 0};
  const auto index = shard.at("index").get<std::uint64_t>();
  const auto count = shard.at("count").get<std::uint64_t>();
  if (index >= count || count > catalog::kMaxShards)
    refuse_merge(fmt::format("{} names a shard that can't be: {}/{}", quoted(task), index, count));
  return {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(count)};
}

/// Which shards have a document; empty: the documents name no shards.
std::vector<bool> shards_in(const std::vector<TaskReport>& tasks) {
  std::map<std::uint32_t, const TaskReport*> by_index;
  const TaskReport* first = nullptr;
  std::uint32_t count = 0;
  for (const TaskReport& task : tasks) {
    if (task.document.is_null() || !is_report(task.document)) continue;
    const catalog::Shard shard = shard_in(task);
    if (first != nullptr && shard.count != count) {
      refuse_merge(fmt::format("{} and {} are not of one job: one is of {} tasks, the other of {}",
                               quoted(*first), quoted(task), std::max(count, 1u), std::max(shard.count, 1u)));
    }
    first = &task;
    count = shard.count;
    if (count == 0) continue;
    const auto [at, is_new] = by_index.emplace(shard.index, &task);
    if (!is_new) {
      refuse_merge(fmt::format("{} and {} are both of shard {}: give the report of its last run only",
                               quoted(*at->second), quoted(task), shard.text()));
    }
  }
  std::vector<bool> there(count, false);
  for (const auto& [index, task] : by_index) there[index] = true;
  return there;
}

/// The tasks of a split that the document names. The count is 0 if it names none.
source::SplitTasks split_in(const TaskReport& task) {
  const Json split = task.document.value("split", Json());
  source::SplitTasks found;
  if (split.is_null()) return found;
  const auto count = split.at("count").get<std::uint64_t>();
  for (const Json& one : split.at("tasks")) {
    const auto index = one.get<std::uint64_t>();
    if (index >= count || count > std::numeric_limits<std::uint16_t>::max())
      refuse_merge(fmt::format("{} names a task that can't be: {} of {}", quoted(task), index, count));
    found.tasks.push_back(static_cast<std::uint32_t>(index));
  }
  found.count = static_cast<std::uint32_t>(count);
  return found;
}

/// Which tasks of a split have a document; empty: the documents name none.
std::vector<bool> split_tasks_in(const std::vector<TaskReport>& tasks) {
  std::map<std::uint32_t, const TaskReport*> by_index;
  const TaskReport* first = nullptr;
  std::uint32_t count = 0;
  for (const TaskReport& task : tasks) {
    if (task.document.is_null() || !is_report(task.document)) continue;
    const source::SplitTasks split = split_in(task);
    // A task that was stopped before it had read its manifest doesn't know.
    if (split.count == 0 && exit_code_in(task.document) != ExitCode::done) continue;
    if (first != nullptr && split.count != count) {
      refuse_merge(
          fmt::format("{} and {} are not of one job: one has a part of a split into {} tasks, the other {}",
                      quoted(count == 0 ? task : *first), quoted(count == 0 ? *first : task),
                      count == 0 ? split.count : count,
                      count == 0 || split.count == 0 ? "has not" : fmt::format("into {}", split.count)));
    }
    first = &task;
    count = split.count;
    for (const std::uint32_t index : split.tasks) {
      const auto [at, is_new] = by_index.emplace(index, &task);
      if (is_new) continue;
      refuse_merge(fmt::format("{} and {} are both of task {} of {}: give the report of its last run only",
                               quoted(*at->second), quoted(task), index, count));
    }
  }
  std::vector<bool> there(count, false);
  for (const auto& [index, task] : by_index) there[index] = true;
  return there;
}

std::vector<std::uint32_t> missing_in(const std::vector<bool>& there) {
  std::vector<std::uint32_t> missing;
  for (std::uint32_t index = 0; index < there.size(); ++index) {
    if (!there[index]) missing.push_back(index);
  }
  return missing;
}

/// What a run did would be counted twice.
void expect_each_run_once(const std::vector<TaskReport>& tasks) {
  std::map<std::string, const TaskReport*> by_run;
  for (const TaskReport& task : tasks) {
    const Json run = task.document.is_null() ? Json() : task.document.value("run", Json());
    if (!run.is_string() || run.get_ref<const std::string&>().empty()) continue;
    const auto [at, is_new] = by_run.emplace(run.get<std::string>(), &task);
    if (!is_new)
      refuse_merge(fmt::format("{} and {} are of the same run: give each report once", quoted(*at->second),
                               quoted(task)));
  }
}

ExitCode code_of_task(const TaskReport& task) {
  return task.document.is_null() ? ExitCode::failed : *exit_code_in(task.document);
}

bool has_missed_names(const Json& total) {
  return total.contains("not_found") && total.at("not_found").at("count") != 0;
}

}  // namespace

TaskReport task_report_of(std::string file, std::string_view text) {
  const std::optional<Json> document = parsed_document(last_document(text));
  const auto without = [&file](const char* why) { return TaskReport{std::move(file), nullptr, why}; };
  if (!document) return without("it holds no JSON document that is whole");
  if (!document->value("command", Json()).is_string() || !exit_code_in(*document))
    return without("its JSON document is no report of s3compress");
  return {std::move(file), *document, ""};
}

MergedReport merge_reports(std::vector<TaskReport> tasks) {
  MergedReport merged;
  expect_one_job(tasks);
  expect_each_run_once(tasks);
  try {
    const std::vector<bool> shards = shards_in(tasks);
    merged.shards = static_cast<std::uint32_t>(shards.size());
    merged.missing_shards = missing_in(shards);
    const std::vector<bool> of_split = split_tasks_in(tasks);
    merged.split_tasks = static_cast<std::uint32_t>(of_split.size());
    merged.missing_split_tasks = missing_in(of_split);
    merged.total = total_of(tasks);
  } catch (const Json::exception& error) {
    refuse_merge(fmt::format("a report has a field of another kind than this version's: {}", error.what()));
  }
  for (const TaskReport& task : tasks) {
    merged.exit_code = worse(merged.exit_code, code_of_task(task));
    if (!task.document.is_null()) merged.command = task.document["command"];
  }
  if (merged.command.empty()) refuse_merge("no report: " + quoted(tasks[0]) + ": " + tasks[0].problem);
  if (!merged.missing_shards.empty() || !merged.missing_split_tasks.empty())
    merged.exit_code = worse(merged.exit_code, ExitCode::failed);
  if (has_missed_names(merged.total)) merged.exit_code = worse(merged.exit_code, ExitCode::left);
  merged.tasks = std::move(tasks);
  return merged;
}

}  // namespace s3c::cli
