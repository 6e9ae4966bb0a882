// A bounded queue between the stages of a pipeline. Any number of producers and consumers; every method may
// be called from any thread. There are two ways to end it: close() lets consumers drain the queue, cancel()
// drops its items.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace s3c::base {

template <typename T>
class BoundedQueue {
 public:
  /// capacity: items, at least one.
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False once the queue is closed or cancelled: the item was not taken.
  [[nodiscard]] bool push(T item) S3C_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      while (items_.size() >= capacity_ && !closed_) not_full_.wait(mutex_);
      if (closed_) return false;
      items_.push_back(std::move(item));
    }
    not_empty_.notify_one();
    return true;
  }

  /// Waits for an item. nullopt once the queue is closed and drained, or cancelled.
  [[nodiscard]] std::optional<T> pop() S3C_EXCLUDES(mutex_) { return pop(true); }

  /// Doesn't wait. nullopt: no item is queued now, or the queue has ended.
  [[nodiscard]] std::optional<T> try_pop() S3C_EXCLUDES(mutex_) { return pop(false); }

  std::size_t size() const S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }

  /// No more pushes. Queued items can still be popped.
  void close() S3C_EXCLUDES(mutex_) { end(false); }

  /// Drops the queued items and wakes all waiting threads.
  void cancel() S3C_EXCLUDES(mutex_) { end(true); }

 private:
  std::optional<T> pop(bool wait) S3C_EXCLUDES(mutex_) {
    std::optional<T> item;
    bool has_room = false;
    {
      MutexLock lock(mutex_);
      while (wait && items_.empty() && !closed_) not_empty_.wait(mutex_);
      if (items_.empty()) return std::nullopt;
      item.emplace(std::move(items_.front()));
      items_.pop_front();
      // Waiting producers are woken when half of the queue is free, not after every item.
      has_room = items_.size() == capacity_ / 2;
    }
    if (has_room) not_full_.notify_all();
    return item;
  }

  void end(bool drop) S3C_EXCLUDES(mutex_) {
    std::deque<T> dropped;  // destroyed outside the lock
    {
      MutexLock lock(mutex_);
      closed_ = true;
      if (drop) dropped.swap(items_);
    }
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  const std::size_t capacity_;
  mutable Mutex mutex_;
  CondVar not_empty_;
  CondVar not_full_;
  std::deque<T> items_ S3C_GUARDED_BY(mutex_);
  bool closed_ S3C_GUARDED_BY(mutex_) = false;
};

}  // namespace s3c::base
