#include "source/split_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"
#include "source/row_writer.h"

namespace s3c::source {
namespace {

constexpr std::string_view kOf = "-of-";
constexpr std::string_view kS3Scheme = "s3://";

/// Removes the digits at the start of text. nullopt: there are none, or too many.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = base::parse_number<std::uint32_t>(text.substr(0, end));
  text.remove_prefix(end);
  return number;
}

bool take_text(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

/// The folder with its "/", the same for every way to write it.
std::string folder_of_place(const std::string& place) {
  if (place.starts_with(kS3Scheme)) return place.substr(0, place.rfind('/') + 1);
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(place, error).parent_path();
  return std::filesystem::weakly_canonical(folder, error).string() + "/";
}

base::Error refused_set(const std::string& folder, const std::string& why) {
  return {base::ErrorKind::invalid_argument,
          why,
          {.operation = "read rows", .resource = base::printable(folder)}};
}

}  // namespace

std::string task_file_name(SplitPart part) {
  return fmt::format("{}{:04}{}{:04}{}", kTaskStart, part.task, kOf, part.tasks, kRowFileEnd);
}

std::optional<SplitPart> split_part_of(std::string_view name) {
  if (!take_text(name, kTaskStart)) return std::nullopt;
  const auto task = take_number(name);
  if (!task || !take_text(name, kOf)) return std::nullopt;
  const auto tasks = take_number(name);
  if (!tasks) return std::nullopt;
  return SplitPart{*task, *tasks};
}

void SplitSets::add(const std::string& place) {
  const std::size_t slash = place.rfind('/');
  const auto part = split_part_of(std::string_view(place).substr(slash == std::string::npos ? 0 : slash + 1));
  if (!part || part->task >= part->tasks) return;
  const std::string folder = folder_of_place(place);
  Set& set = by_folder_[folder];
  if (set.count != 0 && set.count != part->tasks) {
    throw refused_set(folder,
                      fmt::format("manifests of two splits are there, one into {} tasks and one into {}: "
                                  "each has all objects. Remove those of one, or name the manifests that "
                                  "you mean",
                                  std::min(set.count, part->tasks), std::max(set.count, part->tasks)));
  }
  set.count = part->tasks;
  set.tasks.insert(part->task);
}

void SplitSets::expect_whole(const std::string& folder) const {
  for (auto at = by_folder_.lower_bound(folder); at != by_folder_.end() && at->first.starts_with(folder);
       ++at) {
    const Set& set = at->second;
    if (set.is_whole()) continue;
    std::uint32_t missing = 0;
    while (set.tasks.contains(missing)) ++missing;
    throw refused_set(
        at->first,
        fmt::format("of the {} manifests of a split only {} {} there, and {} isn't, for one. Nothing was "
                    "done: split again, or name each manifest that you mean",
                    set.count, set.tasks.size(), set.tasks.size() == 1 ? "is" : "are",
                    task_file_name({missing, set.count})));
  }
}

void SplitSets::expect_one_unless_whole() const {
  if (by_folder_.size() < 2) return;
  for (const auto& [folder, set] : by_folder_) {
    if (set.is_whole()) continue;
    throw refused_set(
        folder,
        "some manifests of this split were named beside those of another one. Nothing was done: "
        "run the tasks of each split by themselves");
  }
}

std::optional<SplitTasks> SplitSets::tasks() const {
  for (const auto& [folder, set] : by_folder_) {
    if (!set.is_whole()) return SplitTasks{set.count, {set.tasks.begin(), set.tasks.end()}};
  }
  return std::nullopt;
}

}  // namespace s3c::source
