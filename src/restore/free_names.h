// What a bucket target knows of the names that it is to write: which are free, and whether the store refuses to
// replace an object. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "index/row.h"
#include "s3/object_store.h"

namespace s3c::restore {

/// The keys that look() found free, each until write() asks for it. For a key that isn't here write() sends a
/// HEAD of its own. So a key may be forgotten safely, and write() may be called without look(), or twice. Any
/// thread.
class FreeKeys {
 public:
  void note(const std::string& key) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    if (keys_.size() < kMaxKeys) keys_.insert(key);
  }
  /// True if the key was noted. The key is then forgotten.
  bool take(const std::string& key) S3C_EXCLUDES(mutex_) {
    base::MutexLock lock(mutex_);
    return keys_.erase(key) != 0;
  }
  void forget(const std::string& key) S3C_EXCLUDES(mutex_) { take(key); }

 private:
  // Members that were looked at and never written (their bytes were wrong) stay here: 16 MiB of keys at most.
  static constexpr std::size_t kMaxKeys = 16 * 1024;
  base::Mutex mutex_;
  std::unordered_set<std::string> keys_ S3C_GUARDED_BY(mutex_);
};

/// Whether the store has shown that it refuses to replace an object under If-None-Match. Then a name that a listing
/// has shown free needs no HEAD. Any thread.
class ReplacementGuard {
 public:
  bool is_proven() const { return state_ == State::refuses; }
  /// An object was written. True once in a run, when enough were that a proof pays: the caller then sends the
  /// same object again and tells what came of it.
  bool must_try() {
    if (state_ != State::unknown || ++written_ < kWorthATry) return false;
    State unknown = State::unknown;
    return state_.compare_exchange_strong(unknown, State::replaces);  // until it has shown otherwise
  }
  void refused() { state_ = State::refuses; }

 private:
  enum class State { unknown, replaces, refuses };
  static constexpr int kWorthATry = 12;
  std::atomic<State> state_ = State::unknown;
  std::atomic<int> written_ = 0;
};

/// For each row, whether no object is at prefix and its key. False also where the listing can't tell cheaply: few
/// rows cost less by one HEAD each, and so do rows between which many other objects lie. One LIST for each thousand
/// objects that lie between the first key and the last. Throws nothing of the store's: a HEAD finds out why nothing
/// is known.
std::vector<bool> find_free_names(s3::ObjectStore& store, const std::string& bucket,
                                  const std::string& prefix, const std::vector<index::Row>& rows);

}  // namespace s3c::restore
