#include "archive/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/limits.h"
#include "catalog/ambiguity.h"
#include "catalog/catalog.h"
#include "catalog/volume_size.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::invalid_argument, message);
}

/// An access point has other names than its bucket: an ARN, or an alias.
bool is_access_point(const std::string& bucket) {
  return bucket.starts_with("arn:") || bucket.ends_with("-s3alias");
}

bool may_be_one_bucket(const std::string& a, const std::string& b) {
  return a == b || is_access_point(a) || is_access_point(b);
}

void validate_names_and_dates(const ArchiveOptions& o) {
  const source::Selection& selection = o.selection;
  catalog::validate_names(selection.bucket, selection.prefixes, o.layout, o.archive_name);
  if (selection.dates.is_limited() && !o.layout.has_date()) {
    refuse(fmt::format("layout \"{}\" has no {{yyyy}}: nothing tells which of its groups are of {}",
                       o.layout.text(), selection.dates.text()));
  }
  for (const std::string& prefix : selection.prefixes) {
    if (o.layout.root(prefix).starts_with(catalog::kCatalogPrefix))
      refuse(fmt::format("prefix \"{}\" is inside s3compress's own catalog: what lies there is no source",
                         prefix));
    if (!may_be_one_bucket(selection.bucket, o.archive_bucket)) continue;
    for (const std::string& other : selection.prefixes) {
      const auto name = o.archive_name.stem_template().with(selection.bucket, other);
      if (catalog::can_begin_with(name, o.layout.root(prefix))) {
        refuse(
            "archive_name puts the archives among their own sources: choose another name or another "
            "archive bucket");
      }
    }
  }
}

void validate_lock(const ArchiveLock& lock) {
  if (lock.retain_until && lock.retain_days != 0)
    refuse("retain_until and retain_days contradict each other: an archive has one retention");
  if (lock.mode.empty() && lock.retain_until) refuse("retain_until needs object_lock_mode");
  if (lock.mode.empty() && lock.retain_days != 0) refuse("retain_days needs object_lock_mode");
  if (!lock.mode.empty() && !lock.retain_until && lock.retain_days == 0)
    refuse("object_lock_mode needs retain_until or retain_days");
  if (lock.retain_days < 0) refuse("retain_days must be at least 1");
}

}  // namespace

s3::ObjectLock ArchiveLock::at(base::Timestamp now) const {
  s3::ObjectLock lock{.mode = mode, .legal_hold = legal_hold};
  if (!mode.empty()) lock.retain_until = retain_until.value_or(now + std::chrono::days(retain_days));
  return lock;
}

void validate(const ArchiveOptions& o) {
  if (o.selection.bucket.empty()) refuse("bucket is missing: the bucket whose objects are to be archived");
  if (o.archive_bucket.empty()) refuse("arch_bucket is missing: the bucket that the archives go to");
  validate_names_and_dates(o);
  if (o.rows) source::validate(*o.rows);
  base::require_threads(o.resources.threads);
  if (o.level < 0 || o.level > 12) refuse("level must be between 0 and 12");
  if (o.max_objects < 1) refuse("max_objects must be at least 1");
  if (o.max_size_bytes < 1) refuse("max_size must be at least 1 byte");
  if (o.delete_batch < 1 || o.delete_batch > 1000) refuse("delete_batch must be between 1 and 1000");
  if (o.keep_sources && o.delete_versions) refuse("keep_sources and delete_versions contradict each other");
  if (o.layout.period() && o.delete_versions) {
    refuse(
        "group_by and delete_versions exclude each other: the groups share their prefix, so to find what lies under "
        "delete markers, each group would list all versions. Let a lifecycle rule expire them");
  }
  if (o.without_tags && o.recheck_attributes)
    refuse("without_tags and recheck_tags contradict each other: there are no archived tags to compare");
  validate_lock(o.lock);
  if (o.resources.open_groups < 1 || o.resources.upload_slots < 1)
    refuse("at least one group and one upload must be in work at once");
  const std::uint64_t least =
      catalog::least_memory_bytes(catalog::part_size_bytes(o.max_size_bytes, o.max_objects),
                                  static_cast<std::uint64_t>(o.resources.upload_slots));
  if (o.resources.memory_bytes < least) {
    refuse(fmt::format("memory of {} is too small: volumes of up to {} in {} objects need at least {}",
                       base::size_text(o.resources.memory_bytes), base::size_text(o.max_size_bytes),
                       o.max_objects, base::size_text((least + kMiB - 1) / kMiB * kMiB)));
  }
}

}  // namespace s3c::archive
