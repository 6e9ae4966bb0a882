// The tags of source objects, and whether the store's answers tell which objects have some. An answer to GET
// has the number of tags only if the store tells it and the credentials may read tags. A run that believed a
// missing number would archive objects without their tags and then delete them.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>

#include "archive/options.h"
#include "archive/stores.h"
#include "base/log.h"
#include "base/mutex.h"
#include "s3/types.h"

namespace s3c::archive {

/// One for all groups of a run; any thread.
class SourceTags {
 public:
  /// All arguments outlive it.
  SourceTags(const Stores& stores, const ArchiveOptions& options, base::Logger& log, std::stop_token stop)
      : stores_(stores), options_(options), log_(log), stop_(std::move(stop)) {}

  /// Asks for the tags of an object that the run is to archive, and finds out whether the store tells which
  /// objects have tags. Only the first call of a run does something; other threads wait for it. Asks again if
  /// that object was gone. Blocks. Throws base::Error: access_denied when the credentials may not read tags;
  /// and what the store throws.
  void check(const s3::ObjectSummary& object) S3C_EXCLUDES(mutex_);
  /// The same for a dry run: finds out nothing about the store, because that takes a write.
  void foresee_check(const s3::ObjectSummary& object) S3C_EXCLUDES(mutex_);

  /// Whether the tags of an object must be asked for. got: the answer to its GET.
  bool must_ask(const s3::ObjectHead& got) const {
    return !options_.without_tags && (got.tag_count > 0 || !store_tells_);
  }
  /// Asks for the tags of an object. Returns none without asking if the run archives without tags. head: the
  /// answer to its GET or HEAD. Throws the store's errors, and precondition_failed when the store lists
  /// another number of tags than head tells.
  std::map<std::string, std::string> read(const std::string& key, const s3::ObjectHead& head);

  /// The requests that were sent only because the store doesn't tell which objects have tags.
  std::uint64_t untold_requests() const { return untold_requests_; }

 private:
  bool may_be_read(const s3::ObjectSummary& object);
  std::map<std::string, std::string> ask(const std::string& key, const std::string& version_id);
  bool find_out_whether_store_tells();

  const Stores stores_;
  const ArchiveOptions& options_;
  base::Logger& log_;
  const std::stop_token stop_;
  std::atomic<bool> store_tells_{false};
  std::atomic<std::uint64_t> untold_requests_{0};
  base::Mutex mutex_;  ///< held during check()
  bool checked_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::archive
