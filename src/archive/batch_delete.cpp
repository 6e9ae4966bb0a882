#include "archive/batch_delete.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <random>
#include <utility>

#include "archive/at_once.h"
#include "archive/attribute_recheck.h"
#include "base/backoff.h"
#include "base/encoding.h"
#include "base/entropy.h"
#include "base/error.h"
#include "s3/error_mapping.h"
#include "s3/object_listing.h"
#include "s3/xml.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using Outcome = s3::DeleteResult::Outcome;
using Resend = s3::ObjectStore::Resend;

/// How often a key is tried that the store did not manage to delete. Each further try comes after a new look.
constexpr int kRounds = 5;
/// The number of keys in one look, where only the look protects them. The store works on the look and on the
/// delete for some 100 microseconds a key. In that time another process's new object can be lost:
/// docs/safety.md.
constexpr std::size_t kKeysBehindALook = 20;
/// S3's longest page.
constexpr std::size_t kMaxPage = 1000;
/// No object has this ETag.
constexpr const char* kWrongEtag = "00000000000000000000000000000000";

bool is_unchanged(const s3::ObjectSummary& then, const s3::ObjectSummary& now) {
  return then.etag == now.etag && then.size_bytes == now.size_bytes &&
         then.last_modified == now.last_modified;
}

/// HTTP's dates have whole seconds.
bool is_unchanged(const s3::ObjectSummary& then, const s3::ObjectHead& now) {
  using std::chrono::floor;
  using std::chrono::seconds;
  return then.etag == now.etag && then.size_bytes == now.size_bytes &&
         floor<seconds>(then.last_modified) == floor<seconds>(now.last_modified);
}

/// Whether the store may accept the same request later.
bool is_passing(std::optional<ErrorKind> kind) {
  return kind == ErrorKind::throttled || kind == ErrorKind::transient;
}

s3::DeleteItem item_of(const Doomed& doomed, bool conditional) {
  // No version id. So in a bucket that keeps versions the delete adds a marker, and older versions stay
  // hidden under it.
  return {doomed.object.key, "", conditional ? doomed.object.etag : std::string()};
}

/// Whether the archived version is still stored once the marker is there. A marker with the id "null" has
/// replaced the null version.
bool is_kept_under(const std::string& marker_id, const std::string& version_id) {
  return marker_id != "null" || (!version_id.empty() && version_id != "null");
}

/// Moves out of batch the objects whose keys DeleteObjects can't name, because XML can't carry them.
BatchDelete::Batch take_unspeakable(BatchDelete::Batch& batch) {
  const auto rest = std::stable_partition(batch.begin(), batch.end(),
                                          [](const Doomed& d) { return s3::xml_can_carry(d.object.key); });
  BatchDelete::Batch taken(std::make_move_iterator(rest), std::make_move_iterator(batch.end()));
  batch.erase(rest, batch.end());
  return taken;
}

}  // namespace

void DeleteReport::add(const DeleteReport& other) {
  deleted += other.deleted;
  markers += other.markers;
  versions_kept += other.versions_kept;
  versions_kept_bytes += other.versions_kept_bytes;
  left.add(other.left);
}

DeleteReport BatchDelete::run(Batch batch) {
  if (batch.empty()) return {};
  const std::size_t objects = batch.size();
  const std::string first = batch.front().object.key;
  const std::string last = batch.back().object.key;
  const auto log_deletes = [&] {
    s_.log.info("deleted from {}: {} of {} objects, from {} to {}", manifest_.source_bucket, report_.deleted,
                objects, base::printable(first), base::printable(last));
  };
  try {
    delete_all(std::move(batch));
  } catch (...) {
    log_deletes();  // what was deleted before the error is logged, too
    throw;
  }
  log_deletes();
  return std::move(report_);
}

void BatchDelete::delete_all(Batch batch) {
  std::minstd_rand random{base::random_seed()};
  if (s_.looks_first) batch = still_there(batch);
  for (int round = 1; !batch.empty(); ++round) {
    send(with_archived_attributes(std::move(batch)));
    batch = std::exchange(again_, {});
    std::sort(batch.begin(), batch.end(),
              [](const Doomed& a, const Doomed& b) { return a.object.key < b.object.key; });
    if (batch.empty()) break;
    if (round == kRounds || s_.stop.stop_requested()) {
      for (const Doomed& doomed : batch) leave(doomed, LeftReason::not_deleted, trouble_);
      break;
    }
    s_.clock.sleep_for(base::Backoff{}.delay(round, random), s_.stop);
    // Each of these objects may be gone by now, and a newer object may have its key.
    batch = still_there(batch);
  }
}

BatchDelete::Batch BatchDelete::with_archived_attributes(Batch batch) {
  std::vector<std::optional<LeftObject>> changes(batch.size());
  for_each_at_once(batch.size(), [&](std::size_t i) {
    if (batch[i].archived) changes[i] = changed_attributes(s_.stores.source, manifest_, *batch[i].archived);
  });
  Batch unchanged;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (changes[i]) {
      leave(batch[i], changes[i]->reason, changes[i]->detail);
    } else {
      unchanged.push_back(std::move(batch[i]));
    }
  }
  return unchanged;
}

void BatchDelete::send(Batch batch) {
  s_.left.expect_written();
  const Batch unspeakable = take_unspeakable(batch);
  const std::optional<DeleteConditions> known = s_.conditions.get();
  switch (known ? *known : find_conditions(batch)) {
    case DeleteConditions::in_batches:
      delete_in_batches(std::move(batch));
      delete_each(unspeakable, true, true);  // DeleteObject may ignore what DeleteObjects honours
      break;
    case DeleteConditions::one_by_one:
      delete_each(batch, false, true);
      delete_each(unspeakable, false, true);
      break;
    case DeleteConditions::ignored:
      delete_behind_looks(std::move(batch));
      delete_each(unspeakable, true, false);
      break;
  }
}

void BatchDelete::delete_in_batches(Batch batch) {
  if (batch.empty()) return;
  std::vector<s3::DeleteItem> items;
  for (const Doomed& doomed : batch) items.push_back(item_of(doomed, true));
  license_.renew();  // a proof that fails ends the volume's deletes: no key is tried again after that
  try {
    const std::vector<s3::DeleteResult> results = license_.delete_objects(items, Resend::allowed);
    for (std::size_t i = 0; i < batch.size(); ++i) settle(batch[i], results.at(i));
  } catch (const Error& error) {
    if (!is_passing(error.kind())) throw;
    trouble_ = error.what();
    std::move(batch.begin(), batch.end(), std::back_inserter(again_));
  }
}

void BatchDelete::delete_behind_looks(Batch batch) {
  const auto most = std::min(kKeysBehindALook, static_cast<std::size_t>(s_.delete_batch));
  for (std::size_t done = 0; done < batch.size();) {
    license_.renew();  // renewed before the look, so that no HEAD comes between look and delete
    const auto at = batch.begin() + static_cast<std::ptrdiff_t>(done);
    const Batch next(at, at + static_cast<std::ptrdiff_t>(std::min(most, batch.size() - done)));
    const Look look = look_at(next);
    done += look.covered;
    if (look.unchanged.empty()) continue;
    std::vector<s3::DeleteItem> items;
    for (const Doomed& doomed : look.unchanged) items.push_back(item_of(doomed, false));
    try {
      const std::vector<s3::DeleteResult> results = license_.delete_objects(items, Resend::forbidden);
      for (std::size_t i = 0; i < items.size(); ++i) settle(look.unchanged[i], results.at(i));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::unsupported) {  // the store has no DeleteObjects
        Batch rest = look.unchanged;
        rest.insert(rest.end(), batch.begin() + static_cast<std::ptrdiff_t>(done), batch.end());
        return delete_each(rest, true, false);
      }
      if (!is_passing(error.kind())) throw;
      trouble_ = error.what();
      again_.insert(again_.end(), look.unchanged.begin(), look.unchanged.end());
    }
  }
}

void BatchDelete::delete_each(const Batch& batch, bool look, bool conditional) {
  std::vector<s3::DeleteResult> results(batch.size());
  for_each_at_once(batch.size(),
                   [&](std::size_t i) { results[i] = delete_one(batch[i], look, conditional); });
  for (std::size_t i = 0; i < batch.size(); ++i) settle(batch[i], results[i]);
}

s3::DeleteResult BatchDelete::delete_one(const Doomed& doomed, bool look, bool conditional) {
  license_.renew();
  if (look) {
    s3::DeleteResult seen;
    switch (look_at(doomed)) {
      case Seen::gone:
        seen.outcome = Outcome::deleted;  // an unanswered delete of ours, or another process, deleted it
        return seen;
      case Seen::changed:
        seen.outcome = Outcome::precondition_failed;
        return seen;
      case Seen::unchanged:
        break;
    }
  }
  // A delete may be sent again only if the store is known to honour its condition. Otherwise the second
  // delete could hit a newer object.
  return license_.delete_object(item_of(doomed, conditional), look ? Resend::forbidden : Resend::allowed);
}

DeleteConditions BatchDelete::find_conditions(Batch& batch) {
  base::MutexLock lock(s_.conditions.finding);
  if (const auto known = s_.conditions.get()) return *known;
  if (!s_.conditions.not_in_batches()) {
    const std::optional<bool> in_batches = is_honoured(batch, [this](const s3::DeleteItem& item) {
      return license_.delete_objects({item}, Resend::forbidden).at(0);
    });
    if (!in_batches) return DeleteConditions::ignored;
    if (*in_batches) {
      s_.conditions.set(DeleteConditions::in_batches);
      return DeleteConditions::in_batches;
    }
    s_.conditions.set_not_in_batches();
  }
  const std::optional<bool> one_by_one = is_honoured(
      batch, [this](const s3::DeleteItem& item) { return license_.delete_object(item, Resend::forbidden); });
  if (!one_by_one) return DeleteConditions::ignored;
  const auto found = *one_by_one ? DeleteConditions::one_by_one : DeleteConditions::ignored;
  s_.conditions.set(found);
  s_.log.warn("{}: {}", manifest_.source_bucket, describe(found));
  return found;
}

std::optional<bool> BatchDelete::is_honoured(
    Batch& batch, const std::function<s3::DeleteResult(const s3::DeleteItem&)>& send) {
  while (!batch.empty()) {
    const Doomed tried = std::move(batch.back());
    batch.pop_back();
    license_.renew();
    if (!is_there(tried, look_at(tried))) continue;
    s3::DeleteResult result;
    try {
      result = send({tried.object.key, "", kWrongEtag});
    } catch (const Error& error) {
      if (!is_passing(error.kind()) && !s3::is_refusal(error.kind())) throw;
      result.outcome = Outcome::refused;
      result.kind = error.kind();
      result.code = error.what();
    }
    const bool refused = result.outcome == Outcome::refused && result.kind && s3::is_refusal(*result.kind);
    if (refused || result.outcome == Outcome::precondition_failed) {
      batch.push_back(tried);  // it is still there
      return !refused;
    }
    settle(tried, result);
    if (result.outcome == Outcome::deleted) return false;
    if (result.outcome == Outcome::refused) return std::nullopt;
    // Another process has deleted this object meanwhile. The loop tries the next one.
  }
  return std::nullopt;
}

BatchDelete::Look BatchDelete::look_at_each(const Batch& batch) {
  std::vector<Seen> seen(batch.size());
  for_each_at_once(batch.size(), [&](std::size_t i) { seen[i] = look_at(batch[i]); });
  Look look;
  look.covered = batch.size();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (is_there(batch[i], seen[i])) look.unchanged.push_back(batch[i]);
  }
  return look;
}

BatchDelete::Look BatchDelete::look_at(const Batch& batch) {
  if (s_.looks_at_each) return look_at_each(batch);
  s3::ListObjectsRequest request;
  request.bucket = manifest_.source_bucket;
  request.prefix = manifest_.group_prefix;
  request.start_after = s3::key_before(batch.front().object.key);
  request.max_keys = static_cast<int>(std::min(kMaxPage, 2 * batch.size()));
  const s3::ListObjectsPage page = s_.stores.source.list_objects(request);
  const auto by_key = [](const s3::ObjectSummary& a, const s3::ObjectSummary& b) { return a.key < b.key; };
  if (!std::is_sorted(page.objects.begin(), page.objects.end(), by_key)) {
    throw Error(ErrorKind::unsupported,
                "the store doesn't list names in the order of their bytes, as S3 does",
                {.operation = "ListObjectsV2", .resource = request.bucket + "/" + request.prefix});
  }
  Look look;
  for (const Doomed& doomed : batch) {
    const auto found = std::lower_bound(page.objects.begin(), page.objects.end(), doomed.object, by_key);
    if (found == page.objects.end() && page.next_continuation_token) break;  // the page ended before this key
    ++look.covered;
    const bool gone = found == page.objects.end() || found->key != doomed.object.key;
    const Seen seen = gone                                  ? Seen::gone
                      : is_unchanged(doomed.object, *found) ? Seen::unchanged
                                                            : Seen::changed;
    if (is_there(doomed, seen)) look.unchanged.push_back(doomed);
  }
  if (look.covered == 0) {
    look.covered = 1;
    if (is_there(batch.front(), look_at(batch.front()))) look.unchanged.push_back(batch.front());
  }
  return look;
}

BatchDelete::Seen BatchDelete::look_at(const Doomed& doomed) {
  const auto seen = [&](const auto& found) {
    return is_unchanged(doomed.object, found) ? Seen::unchanged : Seen::changed;
  };
  if (const auto head = s_.stores.source.head_object(manifest_.source_bucket, doomed.object.key))
    return seen(*head);
  const auto listed = s3::find_listed(s_.stores.source, manifest_.source_bucket, doomed.object.key);
  return listed ? seen(*listed) : Seen::gone;
}

bool BatchDelete::is_there(const Doomed& doomed, Seen seen) {
  if (seen == Seen::gone) ++report_.deleted;  // an unanswered delete of ours, or another process, deleted it
  if (seen == Seen::changed) leave(doomed, LeftReason::overwritten, "");
  return seen == Seen::unchanged;
}

BatchDelete::Batch BatchDelete::still_there(const Batch& batch) {
  Batch there;
  for (auto at = batch.begin(); at != batch.end();) {
    const Look look = look_at(Batch(at, batch.end()));
    there.insert(there.end(), look.unchanged.begin(), look.unchanged.end());
    at += static_cast<std::ptrdiff_t>(look.covered);
  }
  return there;
}

void BatchDelete::settle(const Doomed& doomed, const s3::DeleteResult& result) {
  switch (result.outcome) {
    case Outcome::not_found:
      // Most likely another process has deleted it. The look of the next round counts it if so.
      trouble_ = s3::listed_but_absent().message();
      again_.push_back(doomed);
      return;
    case Outcome::deleted:
      ++report_.deleted;
      if (!result.marker_version_id) return;
      ++report_.markers;
      if (!is_kept_under(*result.marker_version_id, doomed.version_id)) return;
      ++report_.versions_kept;
      report_.versions_kept_bytes += doomed.object.size_bytes;
      return;
    case Outcome::precondition_failed:
      return leave(doomed, LeftReason::overwritten, "");
    case Outcome::refused:
      break;
  }
  const std::string what = result.message.empty() ? result.code : result.code + ": " + result.message;
  if (!is_passing(result.kind)) return leave(doomed, LeftReason::not_deleted, what);
  trouble_ = what;
  again_.push_back(doomed);
}

void BatchDelete::leave(const Doomed& doomed, LeftReason reason, const std::string& detail) {
  const LeftObject left{doomed.object.key, reason, detail};
  s_.left.tell(left);
  report_.left.add(left);
}

}  // namespace s3c::archive
