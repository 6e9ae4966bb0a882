// What plan says of the manifests that it wrote for tasks: --split.
#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "cli/options/values.h"
#include "cli/output/format.h"
#include "cli/output/plan_summary.h"

namespace s3c::cli {
namespace {

using plan::SplitTask;

std::string objects_and_bytes(std::uint64_t objects, std::uint64_t bytes) {
  return fmt::format("{} ({})", format_objects(objects), format_bytes(bytes));
}

/// Not all of them: a part of a split must not be taken for the whole.
std::string broken_off_text(const PlanOutcome& outcome, const std::vector<SplitTask>& written) {
  const std::string of_all = format_count(outcome.options.options.split, "manifest", "manifests");
  if (written.empty()) return fmt::format("split:    none of {} was written\n", of_all);
  return fmt::format("split:    only {} of {} {} written to {}: remove {} before you split again\n",
                     format_count(written.size()), of_all, written.size() == 1 ? "was" : "were",
                     base::printable(outcome.options.split.out), written.size() == 1 ? "it" : "them");
}

}  // namespace

std::string split_text(const PlanOutcome& outcome) {
  const std::optional<plan::SplitReport>& split = outcome.report.report.split;
  if (!split) return {};
  const std::vector<SplitTask>& tasks = split->tasks;
  const std::uint32_t count = outcome.options.options.split;
  if (tasks.size() < count) return broken_off_text(outcome, tasks);
  if (outcome.report.report.failure) return {};  // it says that they can't be used
  const SplitTask& largest = *std::max_element(
      tasks.begin(), tasks.end(), [](const SplitTask& a, const SplitTask& b) { return a.cost() < b.cost(); });
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  for (const SplitTask& task : tasks) {
    objects += task.objects;
    bytes += task.bytes;
  }
  const auto idle = static_cast<std::uint64_t>(
      std::count_if(tasks.begin(), tasks.end(), [](const SplitTask& task) { return task.groups == 0; }));
  std::string text = fmt::format(
      "split:    {} of {} on average, {} the largest; in {}\n", format_count(count, "task", "tasks"),
      objects_and_bytes(objects / count, bytes / count), objects_and_bytes(largest.objects, largest.bytes),
      base::printable(outcome.options.split.out));
  if (idle != 0) {
    text += fmt::format("          {} nothing to do: a group is never divided\n",
                        format_count(idle, "task has", "tasks have"));
  }
  return text +
         fmt::format("one task: {}{}\n", outcome.options.split.command, shell_word(tasks.front().file));
}

Json split_json(const PlanOutcome& outcome) {
  const std::optional<plan::SplitReport>& split = outcome.report.report.split;
  if (!split) return Json::object();
  Json tasks = Json::array();
  for (const SplitTask& task : split->tasks) {
    tasks.push_back(
        {{"file", task.file}, {"groups", task.groups}, {"objects", task.objects}, {"bytes", task.bytes}});
  }
  return {{"split", {{"out", outcome.options.split.out}, {"tasks", std::move(tasks)}}}};
}

}  // namespace s3c::cli
