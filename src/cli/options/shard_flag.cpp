#include "cli/options/shard_flag.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kAuto = "auto";

/// A scheduler that numbers the tasks of an array.
struct Engine {
  std::string_view index;  ///< the variable with the task's number
  std::string_view count;  ///< the variable with the number of tasks; empty: there is none
};

// Sources: sbatch(1), "OUTPUT ENVIRONMENT VARIABLES"; AWS Batch User Guide, "Array job environment variables";
// Kubernetes documentation, "Jobs", "Completion mode".
constexpr Engine kSlurm = {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"};
constexpr std::array<Engine, 3> kEngines = {
    {kSlurm, {"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"}, {"JOB_COMPLETION_INDEX", ""}}};

[[noreturn]] void refuse_shard(const std::string& message) {
  throw base::Error(base::ErrorKind::invalid_argument, message);
}

/// nullopt: the variable isn't set.
std::optional<std::uint32_t> number_in(const Environment& environment, std::string_view variable) {
  const std::string text = environment.get(std::string(variable)).value_or("");
  if (text.empty()) return std::nullopt;
  const auto number = base::parse_number<std::uint32_t>(text);
  if (!number)
    refuse_shard(fmt::format("finds {}=\"{}\", which is no number", variable, base::printable(text)));
  return number;
}

const Engine& engine_of(const Environment& environment) {
  const Engine* found = nullptr;
  for (const Engine& engine : kEngines) {
    if (environment.get(std::string(engine.index)).value_or("").empty()) continue;
    if (found != nullptr)
      refuse_shard(fmt::format("finds both {} and {}: write I/N", found->index, engine.index));
    found = &engine;
  }
  if (found == nullptr) {
    refuse_shard(fmt::format("finds none of {}, {} and {}: this is no task of an array; write I/N",
                             kEngines[0].index, kEngines[1].index, kEngines[2].index));
  }
  return *found;
}

/// Some tasks of an array that are run again are an array of their own, and Slurm tells only of that one.
void refuse_part_of_an_array(const Environment& environment, std::uint32_t count) {
  const std::optional<std::uint32_t> first = number_in(environment, "SLURM_ARRAY_TASK_MIN");
  const std::optional<std::uint32_t> last = number_in(environment, "SLURM_ARRAY_TASK_MAX");
  if (first == 0u && last == count - 1) return;
  refuse_shard(
      fmt::format("finds an array of {} tasks that are not numbered 0 to {} (SLURM_ARRAY_TASK_MIN={}, "
                  "SLURM_ARRAY_TASK_MAX={}): write auto/N, with the N of the whole array",
                  count, count - 1, first ? std::to_string(*first) : "", last ? std::to_string(*last) : ""));
}

std::uint32_t count_of_engine(const Engine& engine, const Environment& environment) {
  const std::optional<std::uint32_t> count =
      engine.count.empty() ? std::nullopt : number_in(environment, engine.count);
  if (!count) {
    refuse_shard(
        fmt::format("finds {}, but nothing that tells how many tasks there are: write auto/N", engine.index));
  }
  if (*count < 2) {
    refuse_shard(fmt::format(
        "finds {}={}: a task of a larger array that is run again alone would take every group; write "
        "auto/N, with the N of the whole array",
        engine.count, *count));
  }
  if (engine.index == kSlurm.index) refuse_part_of_an_array(environment, *count);
  return *count;
}

std::uint32_t parse_total(std::string_view text) {
  const auto count = base::parse_number<std::uint32_t>(text);
  if (!count || *count == 0 || *count > catalog::kMaxShards)
    refuse_shard(fmt::format("has no number of tasks from 1 to {} behind the /", catalog::kMaxShards));
  return *count;
}

/// A total that the array contradicts would leave groups that no task does. AWS Batch tells the size of the whole
/// array, whatever is tried again. Slurm tells only of the tasks that were submitted together, and these may be some
/// of a larger array that are run again; but none of them may lie outside. Kubernetes tells nothing.
void refuse_wrong_total(const Engine& engine, std::uint32_t total, const Environment& environment) {
  if (engine.index == kSlurm.index) {
    const std::optional<std::uint32_t> last = number_in(environment, "SLURM_ARRAY_TASK_MAX");
    if (!last || *last < total) return;
    refuse_shard(fmt::format(
        "names {} tasks, numbered 0 to {}, but the array goes up to {} (SLURM_ARRAY_TASK_MAX): write the "
        "N of the whole array",
        total, total - 1, *last));
  }
  const std::optional<std::uint32_t> size =
      engine.count.empty() ? std::nullopt : number_in(environment, engine.count);
  if (!size || *size == total) return;
  refuse_shard(fmt::format(
      "names {} tasks, but the array has {} ({}): {}; write auto", total, *size, engine.count,
      *size < total ? "nobody would do the groups of the others" : "several would do the same groups"));
}

catalog::Shard shard_of_environment(std::optional<std::uint32_t> total, const Environment& environment) {
  const Engine& engine = engine_of(environment);
  const std::uint32_t index = *number_in(environment, engine.index);
  const std::uint32_t count = total ? *total : count_of_engine(engine, environment);
  if (total) refuse_wrong_total(engine, *total, environment);
  if (index >= count) {
    refuse_shard(
        fmt::format("finds {}={}, but {} tasks are numbered 0 to {}", engine.index, index, count, count - 1));
  }
  return {index, count};
}

}  // namespace

Flag shard_flag(std::string_view group) {
  return {.name = "shard",
          .value = "I/N",
          .group = group,
          .help =
              "do task I of N, from 0 to N-1: only the groups that belong to it; auto takes I and N from the "
              "array job of Slurm or AWS Batch, auto/N takes I from these or Kubernetes",
          .otherwise = "all groups",
          .once = true};
}

catalog::Shard read_shard(const Reader& reader) {
  catalog::Shard shard;
  reader.with("shard", [&](const std::string& text) { shard = parse_shard(text, reader.environment()); });
  return shard;
}

catalog::Shard parse_shard(std::string_view text, const Environment& environment) {
  const std::size_t slash = text.find('/');
  const std::string_view task = text.substr(0, slash);
  std::optional<std::uint32_t> total;
  if (slash != std::string_view::npos) total = parse_total(text.substr(slash + 1));
  if (task == kAuto) return shard_of_environment(total, environment);
  const auto index = base::parse_number<std::uint32_t>(task);
  if (!index || !total) refuse_shard("is neither I/N nor auto nor auto/N");
  if (*index >= *total)
    refuse_shard(fmt::format("names task {}, but {} tasks are numbered 0 to {}", *index, *total, *total - 1));
  return {*index, *total};
}

}  // namespace s3c::cli
