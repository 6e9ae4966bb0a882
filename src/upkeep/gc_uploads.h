// Finds and aborts unfinished uploads that killed runs left in an archive bucket.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/mutex.h"
#include "catalog/abort_probe.h"
#include "s3/types.h"
#include "upkeep/gc_crew.h"
#include "upkeep/gc_options.h"
#include "upkeep/gc_tally.h"

namespace s3c::upkeep {

/// Any thread.
class GcUploads {
 public:
  /// All arguments outlive it.
  GcUploads(const GcOptions& options, const GcContext& context, GcTally& tally);

  /// Finds the uploads below the catalog and those whose keys are archives' names. Aborts them on the crew.
  void find(GcCrew& crew);
  /// Aborts all uploads to that name. False: one of them is too young to be a killed run's, and stays.
  bool abort_all_to(const std::string& archive_key);
  /// Asks the store before the first abort (catalog::AbortProbe). Throws what that throws. After that
  /// throw_abort_failure() throws the same error.
  void expect_harmless_aborts();
  /// Throws the error because of which uploads were left alone, if there is one.
  void throw_abort_failure();
  /// Whether the object at key belongs to the probe that asks the store.
  bool owns(std::string_view key) const { return abort_probe_.owns(key); }

 private:
  bool is_archive_name(const std::string& key) const;
  void end_upload(const s3::MultipartUpload& upload);
  void abort(const s3::MultipartUpload& upload);

  const GcOptions& options_;
  const GcContext& context_;
  GcTally& tally_;
  catalog::AbortProbe abort_probe_;
  base::Mutex mutex_;
  std::optional<base::Error> abort_failure_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::upkeep
