#include "cli/commands/split_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/commands/archive_flags.h"
#include "cli/options/connection.h"
#include "cli/options/output_options.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"
#include "plan/split.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kSplit = "split";
constexpr std::string_view kOut = "out";

/// The flags that a task gets as the plan got them: not those that say where the objects come from, because its
/// manifest does, and none that name a file that the tasks would share.
std::vector<Flag> flags_of_a_task() {
  std::vector<Flag> flags = archive_flags();
  const std::vector<Flag> own = joined({watch_flags(), {report_flag()}, output_flags()});
  std::erase_if(flags, [&own](const Flag& flag) {
    return flag.name == "inventory" || flag.name == "manifest" || flag.name == "shard" ||
           find_flag(own, flag.name) != nullptr;
  });
  return flags;
}

void refuse_other_flags(const Reader& reader) {
  const bool split = reader.find(kSplit) != nullptr;
  if (split != (reader.find(kOut) != nullptr)) {
    throw UsageError(split ? "--split needs --out" : "--out needs --split",
                     "give both: --split 20 --out s3://bucket/prefix/");
  }
  if (const Setting* shard = reader.find("shard"); split && shard != nullptr) {
    throw UsageError(fmt::format("--split and {} exclude each other", shard->origin),
                     "the manifests say which task does which groups");
  }
}

}  // namespace

std::vector<Flag> split_flags(std::string_view group) {
  return {
      {.name = kSplit,
       .value = "TASKS",
       .group = group,
       .help = "write so many manifests, each for one task with about the same work: archive --manifest "
               "takes them, at once or one after the other; a group is never divided; needs --out",
       .otherwise = "nothing is written",
       .range = {1, static_cast<int>(plan::kMaxSplitTasks)}},
      {.name = kOut,
       .value = "PLACE",
       .group = group,
       .help = "where --split writes them: s3://bucket/prefix/, with the credentials of the source bucket, "
               "or a directory that is there; no manifests of an earlier split may be there",
       .is_added_to = true}};
}

void read_split(const Reader& reader, PlanSettings& settings) {
  refuse_other_flags(reader);
  if (reader.find(kSplit) == nullptr) return;
  settings.options.split = static_cast<std::uint32_t>(reader.number(kSplit));
  settings.split.out = reader.text(kOut);
  std::optional<BucketPlace> place;
  reader.with(kOut, [&](const std::string& text) { place = parse_folder(text); });
  if (place) {
    if (!source_is_signed(reader)) {
      throw UsageError(
          "--out s3://... needs the credentials of the source bucket, and --no-sign-request is on",
          "give a directory: --out manifests");
    }
    refuse_unless_valid(reader, false, "",
                        [&] { plan::validate_split_place(settings.options, place->bucket, place->prefix); });
    settings.split.out = fmt::format("s3://{}/{}", place->bucket, place->prefix);
  }
  settings.split.command =
      fmt::format("s3compress archive {} --manifest ", reader.retyped(flags_of_a_task()));
}

std::unique_ptr<plan::SplitPlace> open_split_place(const SplitSettings& split, Session& session) {
  if (split.out.empty()) return nullptr;
  if (std::optional<BucketPlace> place = parse_folder(split.out)) {
    return plan::split_in_bucket(session.connection(Side::source).folder(), std::move(place->bucket),
                                 std::move(place->prefix));
  }
  return plan::split_in_directory(split.out);
}

}  // namespace s3c::cli
