#include "cli/options/lock_flags.h"

#include <fmt/format.h>

#include "cli/options/values.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kObjectLock = "Object Lock of the archives (the bucket must have it)";
constexpr std::int64_t kMostDays = 36'500;  // S3's limit: a hundred years

}  // namespace

std::vector<Flag> lock_flags() {
  return {
      {.name = "object-lock-mode",
       .value = "MODE",
       .group = kObjectLock,
       .help = "retention: no version of an archive can be deleted before its time; with COMPLIANCE nobody "
               "can shorten that",
       .choices = {"GOVERNANCE", "COMPLIANCE"}},
      {.name = "retain-until",
       .value = "TIME",
       .group = kObjectLock,
       .help = "the retention's end, in UTC: 2030-12-31, 2030-12-31T12:00:00Z",
       .aliases = {"object-lock-retain-until-date"}},
      {.name = "retain-days",
       .value = "DAYS",
       .group = kObjectLock,
       .help = "or its length, from the moment when an archive is begun, 1 to 36500"},
      {.name = "legal-hold",
       .kind = FlagKind::toggle,
       .group = kObjectLock,
       .help = "no version of an archive can be deleted before a person lifts the hold"},
  };
}

archive::ArchiveLock read_lock(const Reader& reader) {
  archive::ArchiveLock lock;
  lock.mode = reader.choice("object-lock-mode");
  reader.with("retain-until", [&](const std::string& text) { lock.retain_until = parse_moment(text); });
  reader.with("retain-days", [&](const std::string& text) {
    lock.retain_days = static_cast<int>(parse_number(text, 1, kMostDays));
  });
  lock.legal_hold = reader.toggle("legal-hold");
  const bool has_end = lock.retain_until || lock.retain_days != 0;
  if (lock.retain_until && lock.retain_days != 0) {
    throw UsageError("--retain-until and --retain-days contradict each other",
                     "an archive has one retention: leave one of them out");
  }
  if (lock.mode.empty() && has_end) {
    throw UsageError(
        fmt::format("{} needs --object-lock-mode", lock.retain_until ? "--retain-until" : "--retain-days"),
        "add --object-lock-mode GOVERNANCE or COMPLIANCE");
  }
  if (!lock.mode.empty() && !has_end) {
    throw UsageError("--object-lock-mode needs --retain-until or --retain-days",
                     "say how long: --retain-days DAYS");
  }
  return lock;
}

void refuse_if_over(const archive::ArchiveLock& lock, base::Timestamp now) {
  if (!lock.retain_until || *lock.retain_until > now) return;
  throw UsageError(fmt::format("--retain-until {} is over", base::format_iso8601(*lock.retain_until)),
                   "give a time in the future");
}

}  // namespace s3c::cli
