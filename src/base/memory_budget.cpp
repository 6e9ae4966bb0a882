#include "base/memory_budget.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace s3c::base {

MemoryLease::MemoryLease(MemoryLease&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), size_bytes_(std::exchange(other.size_bytes_, 0)) {}

MemoryLease& MemoryLease::operator=(MemoryLease&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

MemoryLease::~MemoryLease() {
  if (budget_ != nullptr) budget_->give_back(size_bytes_);
}

MemoryLease MemoryBudget::lease(std::uint64_t size_bytes, const std::stop_token& stop) {
  if (size_bytes > total_bytes_) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} bytes are needed at once but the memory budget is {} bytes", size_bytes,
                            total_bytes_));
  }
  MutexLock lock(mutex_);
  // Tickets give one caller a turn at a time, in order of arrival. A stopped caller must still pass its turn
  // on: otherwise all callers behind it would wait for ever.
  const std::uint64_t ticket = next_ticket_++;
  while (ticket != now_serving_) changed_.wait(mutex_);
  while (used_bytes_ + size_bytes > total_bytes_ && !stop.stop_requested()) changed_.wait(mutex_, stop);
  const bool granted = used_bytes_ + size_bytes <= total_bytes_;
  if (granted) used_bytes_ += size_bytes;
  ++now_serving_;
  changed_.notify_all();
  if (!granted) throw Error(ErrorKind::cancelled, "stopped while waiting for memory");
  return MemoryLease(*this, size_bytes);
}

std::optional<MemoryLease> MemoryBudget::try_lease(std::uint64_t size_bytes) {
  MutexLock lock(mutex_);
  const bool my_turn = next_ticket_ == now_serving_;
  if (!my_turn || used_bytes_ + size_bytes > total_bytes_) return std::nullopt;
  used_bytes_ += size_bytes;
  return MemoryLease(*this, size_bytes);
}

void MemoryBudget::give_back(std::uint64_t size_bytes) {
  {
    MutexLock lock(mutex_);
    used_bytes_ -= size_bytes;
  }
  changed_.notify_all();
}

}  // namespace s3c::base
