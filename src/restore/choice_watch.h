// Whether the choices of a plan still hold. A plan chooses the newest member of each key. While the restore
// waits for thaws or writes, other runs may archive newer objects of the same keys and delete them from the
// source bucket. Then the older member must not be written: to the next archive run it would be the newest.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "restore/restore_options.h"
#include "restore/restore_report.h"

namespace s3c::restore {

/// Any thread: all of a crew's threads share one.
class ChoiceWatch {
 public:
  /// The arguments outlive it.
  ChoiceWatch(const RestoreOptions& options, const RestorePlan& plan, const RestoreContext& context)
      : options_(options),
        plan_(plan),
        context_(context),
        known_(plan.records.begin(), plan.records.end()),
        look_at_(plan.listed_at + kMoment) {}

  /// Call it right before a member becomes visible. Lists the catalog again unless that was done a moment ago:
  /// 200 ms ago at most, or 20 times as long as the listing took if that is more. Throws Error: transient when
  /// a volume that came since the plan holds the key too; and what the listing throws, because then nothing
  /// tells whether the member is still the newest. Does nothing when the user named the volume.
  void expect_newest(const index::Manifest& manifest, const std::string& key) S3C_EXCLUDES(mutex_);

 private:
  static constexpr std::chrono::milliseconds kMoment{200};
  /// So listing takes a twentieth of the time at most, however many volumes there are.
  static constexpr int kTimesTheLook = 20;

  /// A volume that came since the plan, with the hashes of its wanted keys: it may have millions. Two keys
  /// with one hash only make the user run the same command again.
  struct Newcomer {
    std::string source_bucket;
    std::string archive_key;
    std::unordered_set<std::uint64_t> keys;
  };

  void look() S3C_REQUIRES(mutex_);
  void read(const catalog::ManifestName& name) S3C_REQUIRES(mutex_);
  bool may_concern_plan(const index::Manifest& newcomer) const;

  const RestoreOptions& options_;
  const RestorePlan& plan_;
  const RestoreContext& context_;
  base::Mutex mutex_;
  std::set<catalog::ManifestName> known_ S3C_GUARDED_BY(mutex_);
  std::vector<Newcomer> newcomers_ S3C_GUARDED_BY(mutex_);
  base::Timestamp look_at_ S3C_GUARDED_BY(mutex_);  ///< when the catalog must be listed again
};

}  // namespace s3c::restore
