#include "archive/source_deleter.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "archive/archived_members.h"
#include "base/backoff.h"
#include "base/bounded_queue.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/task_group.h"
#include "s3/error_mapping.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using Outcome = s3::DeleteResult::Outcome;

/// One DeleteObjects of 1,000 keys takes S3 some 300 ms: four at a time keep up with what four cores pack.
constexpr int kThreads = 4;
/// How often keys that the store did not manage to delete are tried, each time after looking again.
constexpr int kRounds = 5;

/// A start-after that comes before key: the key without its last character (not byte: half a character is no
/// UTF-8). What lies between is listed in vain and skipped.
std::string before(std::string key) {
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (!key.empty() && is_continuation(key.back())) key.pop_back();
  if (!key.empty()) key.pop_back();
  return key;
}

bool is_unchanged(const s3::ObjectSummary& then, const s3::ObjectSummary& now) {
  return then.etag == now.etag && then.size_bytes == now.size_bytes &&
         then.last_modified == now.last_modified;
}

/// Per-key errors that say "not now" rather than "no".
bool is_passing(const std::string& code) {
  const auto kind = s3::kind_of_code(code);
  return kind == ErrorKind::throttled || kind == ErrorKind::transient;
}

}  // namespace

DeleteReport SourceDeleter::delete_members(const CommittedVolume& volume, CommittedBy by,
                                           const ObjectFilter& filter,
                                           const std::function<void(std::uint64_t)>& on_deleted) {
  const index::Manifest& manifest = volume.manifest();
  // From here on the record outlives its archive, whatever happens to that.
  s_.catalog.put_commit_mark(volume);
  DeleteReport report;
  base::Mutex mutex;  // guards report
  base::BoundedQueue<Batch> batches(1);
  base::TaskGroup workers([&] { batches.cancel(); });
  for (int i = 0; i < kThreads; ++i) {
    workers.spawn([&](const std::stop_token&) {
      while (std::optional<Batch> batch = batches.pop()) {
        const DeleteReport one = delete_batch(manifest, *std::move(batch));
        on_deleted(one.deleted);
        base::MutexLock lock(mutex);
        report.deleted += one.deleted;
        report.left.add(one.left);
      }
    });
  }
  try {
    SourceListing listing(s_.store, manifest.source_bucket, manifest.group_prefix, before(manifest.first_key),
                          filter);
    MemberCursor members(s_.catalog, volume);
    Batch batch;
    bool open = true;
    for (const s3::ObjectSummary* object = listing.peek();
         open && object != nullptr && object->key <= manifest.last_key; object = listing.peek()) {
      if (const index::Row* row = members.row_of(object->key)) {
        Doomed doomed{*object, s_.options.delete_versions ? row->version_id : std::string()};
        if (is_same_object(*row, *object)) {
          batch.push_back(std::move(doomed));
        } else if (by == CommittedBy::this_run) {
          base::MutexLock lock(mutex);
          leave(report, doomed, LeftReason::overwritten, "");
        }
      }
      listing.pop();
      if (batch.size() == static_cast<std::size_t>(s_.options.delete_batch)) {
        open = batches.push(std::exchange(batch, {}));
      }
    }
    if (open && !batch.empty()) open = batches.push(std::move(batch));
    batches.close();
  } catch (...) {
    batches.cancel();
    throw;
  }
  workers.wait();
  return report;
}

bool SourceDeleter::is_conditional(const Doomed& doomed) const {
  // A version id names the archived bytes for ever and needs no condition, but for "null": that one is
  // replaced by every PUT while versioning is suspended.
  return doomed.version_id.empty() || doomed.version_id == "null";
}

DeleteReport SourceDeleter::delete_batch(const index::Manifest& manifest, Batch batch) {
  DeleteReport report;
  std::minstd_rand random{std::random_device{}()};
  // Where the store ignores the condition only a look right before the delete saves an object that was
  // overwritten since the listing, and this batch may have waited long behind others.
  if (!s_.powers.conditional_delete &&
      std::any_of(batch.begin(), batch.end(), [&](const Doomed& d) { return is_conditional(d); })) {
    batch = still_there(manifest, batch, report);
  }
  for (int round = 1; !batch.empty(); ++round) {
    std::vector<s3::DeleteItem> items;
    for (const Doomed& doomed : batch) {
      const bool conditional = s_.powers.conditional_delete && is_conditional(doomed);
      items.push_back(
          {doomed.object.key, doomed.version_id, conditional ? doomed.object.etag : std::string()});
    }
    Batch again;
    std::string trouble;
    try {
      const auto resend = s_.powers.conditional_delete ? s3::ObjectStore::Resend::allowed
                                                       : s3::ObjectStore::Resend::forbidden;
      const std::vector<s3::DeleteResult> results =
          s_.store.delete_objects(manifest.source_bucket, items, resend);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const s3::DeleteResult& result = results.at(i);
        if (result.outcome == Outcome::deleted || result.outcome == Outcome::not_found) {
          ++report.deleted;
        } else if (result.outcome == Outcome::precondition_failed) {
          leave(report, batch[i], LeftReason::overwritten, "");
        } else if (is_passing(result.code)) {
          trouble = result.code;
          again.push_back(std::move(batch[i]));
        } else {
          leave(report, batch[i], LeftReason::not_deleted, result.code + ": " + result.message);
        }
      }
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::transient && error.kind() != ErrorKind::throttled) throw;
      // No answer: any of them may be gone by now, and a newer object may have taken the key. Look before the
      // next try.
      trouble = error.what();
      again = std::move(batch);
    }
    if (again.empty()) return report;
    if (round == kRounds) {
      for (const Doomed& doomed : again) leave(report, doomed, LeftReason::not_deleted, trouble);
      return report;
    }
    s_.clock.sleep_for(base::Backoff{}.delay(round, random), {});
    batch = still_there(manifest, again, report);
  }
  return report;
}

SourceDeleter::Batch SourceDeleter::still_there(const index::Manifest& manifest, const Batch& batch,
                                                DeleteReport& report) {
  Batch there;
  const ObjectFilter everything(Selection{}, base::Timestamp::max());
  SourceListing listing(s_.store, manifest.source_bucket, manifest.group_prefix,
                        before(batch.front().object.key), everything);
  for (const Doomed& doomed : batch) {
    const s3::ObjectSummary* object = listing.peek();
    while (object != nullptr && object->key < doomed.object.key) {
      listing.pop();
      object = listing.peek();
    }
    if (object == nullptr || object->key != doomed.object.key) {
      ++report.deleted;  // a delete that nobody answered had its effect, or somebody else's
    } else if (is_unchanged(doomed.object, *object)) {
      there.push_back(doomed);
    } else {
      leave(report, doomed, LeftReason::overwritten, "");
    }
  }
  return there;
}

void SourceDeleter::leave(DeleteReport& report, const Doomed& doomed, LeftReason reason,
                          const std::string& detail) {
  s_.log.warn("left in place: {}: {}{}{}", base::printable(doomed.object.key), describe(reason),
              detail.empty() ? "" : ": ", detail);
  report.left.add({doomed.object.key, reason, detail});
}

}  // namespace s3c::archive
