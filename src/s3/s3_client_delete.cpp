// S3Client: DeleteObjects, which answers for each key, and DeleteObject for the keys that XML can't carry.
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "s3/error_mapping.h"
#include "s3/s3_client.h"
#include "s3/xml.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;
using Outcome = DeleteResult::Outcome;

constexpr std::size_t kMaxItems = 1000;  // Source: S3 API, DeleteObjects

Outcome outcome_of(std::optional<ErrorKind> kind, std::string_view code) {
  if (code == "ConditionalRequestConflict") return Outcome::refused;  // the object may be there or not
  if (kind == ErrorKind::precondition_failed) return Outcome::precondition_failed;
  if (kind == ErrorKind::not_found) return Outcome::not_found;
  return Outcome::refused;
}

DeleteResult result_of(const DeleteItem& item, const DeleteAnswer& answer) {
  DeleteResult result{item.key, item.version_id, Outcome::deleted, answer.code, answer.message, {}, {}};
  if (answer.code.empty()) {
    // For an item with a version id, it means that the version was a marker, not that a marker was added.
    if (item.version_id.empty()) result.marker_version_id = answer.marker_version_id;
    return result;
  }
  // "PreconditionFailed" may also come as a bare "412".
  const auto kind = answer.code == "412" ? ErrorKind::precondition_failed : kind_of_code(answer.code);
  result.kind = kind;
  result.outcome = outcome_of(kind, answer.code);
  return result;
}

/// Finds each item's answer by key and version, whatever their order.
class Answers {
 public:
  /// answers and items outlive it.
  Answers(const std::vector<DeleteAnswer>& answers, const std::vector<const DeleteItem*>& items) {
    for (const DeleteItem* item : items) ++items_of_key_[item->key];
    for (const DeleteAnswer& answer : answers) {
      auto [at, added] = by_name_.try_emplace(Name(answer.key, answer.version_id), &answer);
      // If there are two answers for one item, the error counts.
      if (!added && at->second->code.empty()) at->second = &answer;
    }
  }

  DeleteResult find(const DeleteItem& item) const {
    if (const auto exact = by_name_.find(Name(item.key, item.version_id)); exact != by_name_.end()) {
      return result_of(item, *exact->second);
    }
    // An answer may name the version that it deleted although the item named none, and an error may leave out
    // the version. Such an answer is taken only if it can't be for another item.
    const auto first = by_name_.lower_bound(Name(item.key, ""));
    if (first != by_name_.end() && first->first.first == item.key && items_of_key_.at(item.key) == 1) {
      const auto next = std::next(first);
      const bool only = next == by_name_.end() || next->first.first != item.key;
      const DeleteAnswer& answer = *first->second;
      if (only && (item.version_id.empty() || (answer.version_id.empty() && !answer.code.empty()))) {
        return result_of(item, answer);
      }
    }
    return {item.key,
            item.version_id,
            Outcome::refused,
            "NoAnswer",
            "the store's answer doesn't mention this key",
            {},
            {}};
  }

 private:
  using Name = std::pair<std::string_view, std::string_view>;  ///< key and version

  std::map<std::string_view, int> items_of_key_;
  std::map<Name, const DeleteAnswer*> by_name_;
};

/// True for SlowDown and InternalError for single keys, inside a 200.
bool worth_another_try(const DeleteResult& result) {
  const auto kind = kind_of_code(result.code);
  return result.outcome == Outcome::refused && (kind == ErrorKind::throttled || kind == ErrorKind::transient);
}

/// Whether a refused DeleteObjects says that the store has no such call. Some stores take it for another call
/// with invalid arguments. With ETags, the cause may also be that the store doesn't know conditions.
bool tells_of_no_batches(const Error& error, const std::vector<const DeleteItem*>& sent) {
  if (error.kind() == ErrorKind::unsupported) return true;
  return error.kind() == ErrorKind::invalid_argument &&
         std::none_of(sent.begin(), sent.end(), [](const DeleteItem* item) { return !item->etag.empty(); });
}

}  // namespace

std::vector<DeleteResult> S3Client::delete_objects(const std::string& bucket,
                                                   const std::vector<DeleteItem>& items, Resend resend) {
  if (items.size() > kMaxItems)
    throw Error(ErrorKind::invalid_argument, "more than 1,000 keys in one DeleteObjects");
  // If resend is forbidden, the fallback would be many single requests, each sent at most once and each with
  // its own wait. The caller must choose that itself.
  if (!has_delete_objects_ && resend == Resend::forbidden)
    throw Error(ErrorKind::unsupported, "the store has no DeleteObjects");
  std::vector<DeleteResult> results(items.size());
  std::vector<std::size_t> batch;   // indexes into items
  std::vector<std::size_t> single;  // of keys that XML can't carry, or all without DeleteObjects
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].key.empty()) throw Error(ErrorKind::invalid_argument, "an object's key can't be empty");
    (has_delete_objects_ && xml_can_carry(items[i].key) ? batch : single).push_back(i);
  }

  RetryLoop loop(runner_.retry_policy(), runner_.clock(), runner_.stop());
  while (!batch.empty()) {
    std::vector<const DeleteItem*> sent;
    sent.reserve(batch.size());
    for (const std::size_t i : batch) sent.push_back(&items[i]);
    std::vector<DeleteResult> answers;
    try {
      answers = delete_batch(bucket, sent, resend);
    } catch (const Error& error) {
      if (resend == Resend::forbidden || !tells_of_no_batches(error, sent)) throw;
      has_delete_objects_ = false;
      single.insert(single.end(), batch.begin(), batch.end());
      break;
    }
    std::vector<std::size_t> again;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (worth_another_try(answers[i])) again.push_back(batch[i]);
      results[batch[i]] = std::move(answers[i]);
    }
    batch = std::move(again);
    if (batch.empty() || resend == Resend::forbidden) break;
    if (!loop.try_again_after(Error(ErrorKind::throttled, "the store has not deleted some keys yet"))) break;
    runner_.stats().note_retry(
        {Operation::delete_objects, "the store has not deleted some keys yet", loop.failures()});
    loop.wait(std::nullopt);
    runner_.stats().count_retry(Operation::delete_objects);
  }
  for (const std::size_t i : single) results[i] = delete_object(bucket, items[i], resend);
  return results;
}

std::vector<DeleteResult> S3Client::delete_batch(const std::string& bucket,
                                                 const std::vector<const DeleteItem*>& items, Resend resend) {
  const std::string body = write_delete_objects(items);
  Call call{.operation = Operation::delete_objects, .method = "POST", .bucket = bucket};
  call.query = {{"delete", ""}};
  call.body = body;
  call.headers.add("Content-MD5", base::to_base64(base::md5(body)));
  call.headers.add("Content-Type", "application/xml");
  call.at_most_once = resend == Resend::forbidden;
  std::vector<DeleteResult> results;
  runner_.run(call, [&](http::Response& answer) {
    const std::vector<DeleteAnswer> parsed = parse_delete_objects(answer.body);
    const Answers answers(parsed, items);
    results.clear();
    results.reserve(items.size());
    for (const DeleteItem* item : items) results.push_back(answers.find(*item));
  });
  return results;
}

DeleteResult S3Client::delete_object(const std::string& bucket, const DeleteItem& item, Resend resend) {
  Call call{.operation = Operation::delete_object, .method = "DELETE", .bucket = bucket, .key = item.key};
  if (!item.version_id.empty()) call.query.emplace_back("versionId", item.version_id);
  if (!item.etag.empty()) call.headers.add("If-Match", "\"" + item.etag + "\"");
  call.at_most_once = resend == Resend::forbidden;
  DeleteResult result{item.key, item.version_id, Outcome::deleted, "", "", {}, {}};
  try {
    runner_.run(call, [&](http::Response& answer) {
      if (item.version_id.empty() && answer.headers.find("x-amz-delete-marker") == "true")
        result.marker_version_id = std::string(answer.headers.find("x-amz-version-id").value_or(""));
    });
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    // Not rethrown: that would lose the results of the other keys.
    result.code = error.context().code.empty() ? to_string(error.kind()) : error.context().code;
    result.message = error.what();
    result.kind = error.kind();
    result.outcome = outcome_of(error.kind(), result.code);
  }
  return result;
}

}  // namespace s3c::s3
