// Deletes up to a thousand members from the source, with the strongest condition that its store honours.
// Where the store honours none, a look (a listing or a HEAD) comes right before each delete, and covers only
// what that request deletes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/delete_conditions.h"
#include "archive/delete_license.h"
#include "archive/left_log.h"
#include "archive/report.h"
#include "archive/stores.h"
#include "base/clock.h"
#include "base/log.h"
#include "index/manifest.h"
#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::archive {

struct DeleteReport {
  std::uint64_t deleted = 0;  ///< by this run, or gone before its delete came
  std::uint64_t markers = 0;  ///< of these: hidden by a delete marker, because the bucket keeps versions
  std::uint64_t versions_kept = 0;  ///< archived versions that stay under these markers
  std::uint64_t versions_kept_bytes = 0;
  LeftObjects left;

  void add(const DeleteReport& other);
};

/// A source object to delete.
struct Doomed {
  s3::ObjectSummary object;
  std::string version_id;  ///< the version that was archived; empty: the bucket keeps none
  /// Compared with the object's tags and metadata before the delete; nullptr: they aren't compared.
  std::shared_ptr<const index::Row> archived = {};
};

/// One batch of one volume. Used once, by one thread.
class BatchDelete {
 public:
  using Batch = std::vector<Doomed>;

  struct Setup {
    Stores stores;
    KnownDeleteConditions& conditions;
    int delete_batch;  ///< the most keys in one DeleteObjects
    base::Clock& clock;
    base::Logger& log;
    LeftLog& left;
    bool looks_first = false;    ///< the objects were not listed right before, so run() begins with a look
    bool looks_at_each = false;  ///< a look is a HEAD of each object: keys of other groups would fill a page
    std::stop_token stop = {};   ///< after it, no key is tried again
  };
  BatchDelete(const Setup& setup, const index::Manifest& manifest, DeleteLicense& license)
      : s_(setup), manifest_(manifest), license_(license) {}

  /// batch: in key order. With looks_first, looks at all of it first. Deletes each object that is still the one that
  /// was listed. An object that is not deleted is in the report, with the reason. Logs one line that says what was
  /// deleted. Throws base::Error: what the license throws, what a look throws, and what LeftLog::expect_written()
  /// throws. What happens to single keys is in the report.
  DeleteReport run(Batch batch);
  /// What was done before run() threw.
  const DeleteReport& so_far() const { return report_; }

 private:
  enum class Seen { unchanged, changed, gone };
  struct Look {
    std::size_t covered = 0;  ///< how many objects the look covers, from the first one on; at least one
    Batch unchanged;          ///< the covered objects that are unchanged
  };

  void delete_all(Batch batch);
  /// Leaves, and takes out of batch, each object whose tags or metadata changed since it was archived.
  Batch with_archived_attributes(Batch batch);
  // These functions try each object once. Afterwards again_ has the objects to try again.
  void send(Batch batch);
  void delete_in_batches(Batch batch);
  void delete_behind_looks(Batch batch);
  /// One request for each object, several at a time.
  void delete_each(const Batch& batch, bool look, bool conditional);
  s3::DeleteResult delete_one(const Doomed& doomed, bool look, bool conditional);

  /// Finds out what the store does with conditions: sends deletes for members of batch with an ETag that no
  /// object has. Some members may be gone afterwards. That is safe: they are archived, and were looked at
  /// just before. What can't be found out counts as ignored, for this batch only.
  DeleteConditions find_conditions(Batch& batch);
  /// nullopt: it can't be found out.
  std::optional<bool> is_honoured(Batch& batch,
                                  const std::function<s3::DeleteResult(const s3::DeleteItem&)>& send);

  /// Uses one page of a listing that begins right before the first object; or a HEAD for each object.
  Look look_at(const Batch& batch);
  Look look_at_each(const Batch& batch);
  Seen look_at(const Doomed& doomed);
  /// True: the object is still the one we know. Otherwise counts it as deleted, or leaves it and reports why.
  bool is_there(const Doomed& doomed, Seen seen);
  Batch still_there(const Batch& batch);

  void settle(const Doomed& doomed, const s3::DeleteResult& result);
  void leave(const Doomed& doomed, LeftReason reason, const std::string& detail);

  const Setup s_;
  const index::Manifest& manifest_;
  DeleteLicense& license_;
  DeleteReport report_;
  Batch again_;          ///< objects that may still be there, and may be tried again
  std::string trouble_;  ///< why they are tried again
};

}  // namespace s3c::archive
