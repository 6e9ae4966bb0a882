#include "cli/output/run_counts.h"

namespace s3c::cli {
namespace {

std::uint64_t value_of(const base::LiveValues::Values& live, const char* name) {
  const auto found = live.find({name});
  return found == live.end() ? 0 : found->second;
}

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

}  // namespace

Json counts_json(const RunCounts& counts, const base::LiveValues::Values& live) {
  std::uint64_t verified = 0;
  for (const auto& [result, volumes] : counts.verified) verified += volumes;
  std::uint64_t removed = 0;
  for (const auto& [what, garbage] : counts.garbage) {
    if (what.second == "removed") removed += garbage.objects;
  }
  return {{"groups", counts.groups},
          {"groups_failed", counts.groups_failed},
          {"volumes_committed", counts.volumes},
          {"objects_archived", counts.objects},
          {"source_bytes", counts.source_bytes},
          {"archive_bytes", counts.archive_bytes},
          {"objects_deleted", counts.deleted},
          {"objects_left", counts.left},
          {"objects_restored", value_of(live, "objects_restored_total")},
          {"thaws_asked", counts.thaws},
          {"volumes_verified", verified},
          {"damages", counts.damages},
          {"records_made", counts.records},
          {"garbage_removed", removed},
          {"warnings", counts.warnings},
          {"errors", counts.errors}};
}

Samples counts_as_samples(const RunCounts& counts, std::string_view command) {
  Samples samples = {{{"messages_total", "warning"}, number(counts.warnings)},
                     {{"messages_total", "error"}, number(counts.errors)},
                     {{"retry_storms_total", ""}, number(counts.storms)}};
  if (command == "archive") {
    samples[{"groups", "failed"}] = number(counts.groups_failed);
    samples[{"volumes_committed_total", ""}] = number(counts.volumes);
    samples[{"objects_left", ""}] = number(counts.left);
  } else if (command == "restore" || command == "thaw") {
    samples[{"thaws_asked_total", ""}] = number(counts.thaws);
  } else if (command == "verify") {
    samples[{"damages", ""}] = number(counts.damages);
    for (const auto& [result, volumes] : counts.verified)
      samples[{"volumes_verified_total", result}] = number(volumes);
  } else if (command == "catalog rebuild") {
    samples[{"records_made_total", ""}] = number(counts.records);
  } else if (command == "gc") {
    // Zeros, too: otherwise an alert could not see that the garbage grows from nothing.
    for (const char* kind : {"upload", "manifest", "index", "mark", "probe", "staging"}) {
      for (const char* result : {"removed", "would_remove", "left", "waiting", "damaged", "without_id"}) {
        const auto found = counts.garbage.find({kind, result});
        const RunCounts::Garbage garbage =
            found == counts.garbage.end() ? RunCounts::Garbage{} : found->second;
        const std::string labels = std::string("kind=") + kind + ",result=" + result;
        samples[{"garbage_objects", labels}] = number(garbage.objects);
        samples[{"garbage_bytes", labels}] = number(garbage.bytes);
      }
    }
  }
  return samples;
}

}  // namespace s3c::cli
