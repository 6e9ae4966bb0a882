// Step 2 of the protocol clears what killed runs left of a group, before the group is packed again.
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

/// One for all groups of a run; any thread.
class GroupCleanup {
 public:
  GroupCleanup(s3::ObjectStore& store, Catalog& catalog, base::Logger& log, std::chrono::seconds min_age,
               bool staging)
      : store_(store), catalog_(catalog), log_(log), min_age_(min_age), staging_(staging) {}

  /// Takes back the uncommitted manifests of state but those whose upload is still young, aborts the uploads
  /// at volume names of stem, and removes staging copies if this run makes such, as far as they are old
  /// enough. Never throws base::Error: what can't be cleared is garbage that harms nobody, and is logged as a
  /// warning.
  void clean(const std::string& stem, const GroupState& state);

 private:
  using Uploads = std::vector<s3::MultipartUpload>;

  /// To the names of the group's volumes, and to their staging copies if this run makes such.
  Uploads find_uploads(const std::string& stem);
  void take_back(const index::Manifest& manifest);
  void abort(const s3::MultipartUpload& upload);
  void remove_old_copies(const std::string& stem, const base::AgeLimit& limit);

  s3::ObjectStore& store_;
  Catalog& catalog_;
  base::Logger& log_;
  const std::chrono::seconds min_age_;
  const bool staging_;  ///< a run without readback leaves copies to gc: that saves it two listings a group
  std::atomic<bool> may_list_uploads_{true};  ///< false once that was forbidden: it is asked, and told, once
};

}  // namespace s3c::catalog
