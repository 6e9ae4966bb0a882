// What a gc has done so far: one report, told by all of its threads.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "base/age_limit.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/time.h"
#include "catalog/catalog_listing.h"
#include "s3/types.h"
#include "upkeep/gc_options.h"
#include "upkeep/gc_report.h"

namespace s3c::upkeep {

/// Any thread.
class GcTally {
 public:
  /// Both outlive it. limit: what is younger is left to the run that made it.
  GcTally(const GcOptions& options, const GcContext& context, const base::AgeLimit& limit)
      : options_(options), context_(context), limit_(limit) {}

  /// Does work about one thing. An error ends that work, not the rest: the thing is noted as left or damaged.
  void attempt(Garbage garbage, const std::function<void(Garbage&)>& work);
  void note(GarbageList GcReport::*list, const Garbage& garbage);
  /// Does the work of one listing. One that fails doesn't keep the others from being searched.
  void list(const std::function<void()>& work);
  void fail(const base::Error& error);

  /// False, and counted, when it is younger than the limit.
  bool is_old_enough(base::Timestamp made);
  std::chrono::milliseconds age_of(base::Timestamp made) const { return limit_.age_of(made); }

  void count(const catalog::CatalogRecord& record);
  void count_upload();
  Garbage garbage_of(const s3::MultipartUpload& upload) const;
  /// An upload that went with its record. A dry run will find it once more: is_told().
  void tell_upload(const s3::MultipartUpload& upload);
  bool is_told(const s3::MultipartUpload& upload);

  GcReport finish();

 private:
  const GcOptions& options_;
  const GcContext& context_;
  const base::AgeLimit limit_;
  base::Mutex mutex_;
  GcReport report_ S3C_GUARDED_BY(mutex_);
  /// Of records that went, by upload id: as many as there was garbage.
  std::set<std::string> told_uploads_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::upkeep
