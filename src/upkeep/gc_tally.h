// What a gc has done so far: one report, to which all of its threads add.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
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
  /// options and context outlive it. limit: younger things are left to the runs that made them.
  GcTally(const GcOptions& options, const GcContext& context, const base::AgeLimit& limit)
      : options_(options), context_(context), limit_(limit) {}

  /// Does the work for one thing: plans, or carries a plan out. An error ends only that work: the thing is
  /// noted as left or damaged.
  void attempt(Garbage garbage, const std::function<void(Garbage&)>& work);
  void note(GarbageList GcReport::*list, const Garbage& garbage);
  /// Does the work of one listing. If it fails, the other listings are still searched.
  void list(const std::function<void()>& work);
  void fail(const base::Error& error);
  /// The error because of which nothing may be aborted. It ends the run: throw_abort_failure().
  void set_abort_failure(const base::Error& error);
  void throw_abort_failure();

  /// False when it is younger than the limit. Then it is counted as young.
  bool is_old_enough(base::Timestamp made);
  std::chrono::milliseconds age_of(base::Timestamp made) const { return limit_.age_of(made); }

  void count(const catalog::CatalogRecord& record);
  void count_upload();
  void note_hidden_uploads();
  Garbage garbage_of(const s3::MultipartUpload& upload) const;
  /// Counts an upload that was aborted because of a record, once. A dry run aborts nothing, so it meets the
  /// upload again: with another record of the same name, or in the listing of uploads (is_noted()).
  void note_aborted(const s3::MultipartUpload& upload);
  bool is_noted(const s3::MultipartUpload& upload);

  GcReport finish();

 private:
  const GcOptions& options_;
  const GcContext& context_;
  const base::AgeLimit limit_;
  base::Mutex mutex_;
  GcReport report_ S3C_GUARDED_BY(mutex_);
  /// The upload ids of removed records. Their number grows with the garbage, not with the catalog.
  std::set<std::string> told_uploads_ S3C_GUARDED_BY(mutex_);
  std::optional<base::Error> abort_failure_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::upkeep
