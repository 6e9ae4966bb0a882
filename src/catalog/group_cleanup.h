// Step 2 of the protocol: clears what killed runs left of a group, before the group is packed again.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "base/age_limit.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// One object for all groups of a run; any thread.
class GroupCleanup {
 public:
  GroupCleanup(s3::ObjectStore& store, Catalog& catalog, base::Logger& log, std::chrono::seconds min_age,
               bool staging, bool lists_uploads_by_prefix)
      : store_(store),
        catalog_(catalog),
        log_(log),
        min_age_(min_age),
        staging_(staging),
        lists_uploads_by_prefix_(lists_uploads_by_prefix) {}

  /// Takes back the uncommitted manifests of state, except those with a young upload. Aborts old uploads to
  /// the names of stem's volumes. If this run makes staging copies, also aborts old uploads to staging keys
  /// and removes old copies. Old means older than min_age. Never throws base::Error: what can't be cleared is
  /// harmless garbage, and is logged as a warning.
  void clean(const std::string& stem, const GroupState& state);

 private:
  using Uploads = std::vector<s3::MultipartUpload>;

  /// Unfinished uploads to the names of the group's volumes and, if this run makes staging copies, to those.
  Uploads find_uploads(const std::string& stem, const GroupState& state);
  /// The same for a store that doesn't list by prefix: by the names on record, and the first free one. Uploads
  /// to staging keys can't be found there.
  Uploads find_uploads_by_name(const std::string& stem, const GroupState& state);
  void take_back(const index::Manifest& manifest);
  void abort(const s3::MultipartUpload& upload);
  void remove_old_copies(const std::string& stem, const base::AgeLimit& limit);

  s3::ObjectStore& store_;
  Catalog& catalog_;
  base::Logger& log_;
  const std::chrono::seconds min_age_;
  const bool staging_;  ///< false: copies are left to gc, which saves two listings per group
  const bool lists_uploads_by_prefix_;
  std::atomic<bool> may_list_uploads_{true};  ///< false after the store forbade it: one request, one warning
};

}  // namespace s3c::catalog
