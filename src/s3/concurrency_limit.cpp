#include "s3/concurrency_limit.h"

#include <algorithm>

#include "base/error.h"

namespace s3c::s3 {
namespace {

/// Each step up may cost a few refusals. With 8 windows between steps, well below 1 % of the requests are
/// refused.
constexpr int kQuietWindowsForOneMore = 8;

}  // namespace

ConcurrencyLimit::Place ConcurrencyLimit::acquire(const std::stop_token& stop, const std::stop_token& hurry) {
  base::MutexLock lock(mutex_);
  ++waiting_;
  while (!take_place()) {
    if (stop.stop_requested()) {
      --waiting_;
      throw base::Error(base::ErrorKind::cancelled, "stopped while waiting for its turn");
    }
    if (hurry.stop_requested()) {
      ++in_flight_;
      break;
    }
    changed_.wait(mutex_, hurry.stop_possible() ? hurry : stop);
  }
  --waiting_;
  return Place(*this);
}

std::optional<ConcurrencyLimit::Place> ConcurrencyLimit::try_acquire() {
  base::MutexLock lock(mutex_);
  if (waiting_ != 0 || !take_place()) return std::nullopt;
  return Place(*this);
}

ConcurrencyLimit::Place ConcurrencyLimit::acquire_beyond() {
  base::MutexLock lock(mutex_);
  ++in_flight_;
  return Place(*this);
}

bool ConcurrencyLimit::take_place() {
  const bool full = in_flight_ >= static_cast<int>(limit_);
  was_full_ = was_full_ || full;
  if (!full) ++in_flight_;
  return !full;
}

void ConcurrencyLimit::give_back(std::optional<Answer> answer) {
  base::MutexLock lock(mutex_);
  --in_flight_;
  const int before = static_cast<int>(limit_);
  if (answer) {
    ++answers_;
    if (answer == Answer::throttled) ++throttled_;
    if (answers_ >= before) end_window();
  }
  if (waiting_ == 0) return;
  if (static_cast<int>(limit_) > before) {
    changed_.notify_all();
  } else {
    changed_.notify_one();
  }
}

void ConcurrencyLimit::end_window() {
  if (throttled_ > 0) {
    const double share = static_cast<double>(throttled_) / answers_;
    limit_ = std::max(1.0, std::min(limit_ - 1, limit_ * (1 - share / 2)));
    searching_ = false;
    quiet_windows_ = 0;
  } else if (was_full_ && searching_) {
    limit_ *= 2;
  } else if (was_full_ && ++quiet_windows_ >= kQuietWindowsForOneMore) {
    limit_ += 1;
    quiet_windows_ = 0;
  }
  answers_ = throttled_ = 0;
  was_full_ = false;
}

int ConcurrencyLimit::limit() const {
  base::MutexLock lock(mutex_);
  return static_cast<int>(limit_);
}

int ConcurrencyLimit::waiting() const {
  base::MutexLock lock(mutex_);
  return waiting_;
}

}  // namespace s3c::s3
