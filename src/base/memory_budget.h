// The bound on memory: a caller leases bytes before it needs them, and they come back when the lease is
// destroyed. Leases are granted in the order of the requests, so that a stream of small ones can't starve a
// large one. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/mutex.h"

namespace s3c::base {

class MemoryBudget;

/// Bytes taken from a budget; given back on destruction. Moved, not copied.
class MemoryLease {
 public:
  MemoryLease() = default;
  MemoryLease(MemoryLease&& other) noexcept;
  MemoryLease& operator=(MemoryLease&& other) noexcept;
  ~MemoryLease();

  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  friend class MemoryBudget;
  MemoryLease(MemoryBudget& budget, std::uint64_t size_bytes) : budget_(&budget), size_bytes_(size_bytes) {}

  MemoryBudget* budget_ = nullptr;
  std::uint64_t size_bytes_ = 0;
};

class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t total_bytes) : total_bytes_(total_bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  std::uint64_t total_bytes() const { return total_bytes_; }
  /// How much of it is leased now.
  std::uint64_t used_bytes() const S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return used_bytes_;
  }

  /// Waits until size_bytes are free and it is the caller's turn.
  /// Throws Error: invalid_argument when size_bytes is more than the whole budget, cancelled when stop is
  /// requested.
  MemoryLease lease(std::uint64_t size_bytes, const std::stop_token& stop = {}) S3C_EXCLUDES(mutex_);
  /// Doesn't wait. nullopt when less than size_bytes are free, or when lease() has waiting callers.
  std::optional<MemoryLease> try_lease(std::uint64_t size_bytes) S3C_EXCLUDES(mutex_);

 private:
  friend class MemoryLease;
  void give_back(std::uint64_t size_bytes) S3C_EXCLUDES(mutex_);

  const std::uint64_t total_bytes_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::uint64_t used_bytes_ S3C_GUARDED_BY(mutex_) = 0;
  std::uint64_t next_ticket_ S3C_GUARDED_BY(mutex_) = 0;
  std::uint64_t now_serving_ S3C_GUARDED_BY(mutex_) = 0;
};

}  // namespace s3c::base
