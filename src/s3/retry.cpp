#include "s3/retry.h"

#include <algorithm>

#include "aws/credentials.h"
#include "base/entropy.h"
#include "s3/error_mapping.h"
#include "s3/request_stats.h"

namespace s3c::s3 {

bool is_retryable(const base::Error& error) {
  if (error.context().code == aws::kNotRenewed) return false;
  if (is_conflict(error)) return error.context().operation == to_string(Operation::put_object);
  return error.kind() == base::ErrorKind::transient || error.kind() == base::ErrorKind::throttled;
}

namespace {

constexpr int kMaxHurriedFailures = 3;
constexpr std::chrono::milliseconds kHurriedDelay{250};

}  // namespace

bool RetryLoop::try_again_after(const base::Error& error) {
  ++failures_;
  ++total_failures_;
  if (policy_.hurry.stop_requested() && ++hurried_failures_ >= kMaxHurriedFailures) return false;
  return is_retryable(error) && failures_ < policy_.max_attempts;
}

std::chrono::milliseconds RetryLoop::wait(std::optional<std::chrono::milliseconds> at_least) {
  // Seeded once per thread and not once per call: a seed costs a system call.
  thread_local std::minstd_rand random{base::random_seed()};
  auto delay = std::max(policy_.backoff.delay(std::max(failures_, 1), random),
                        at_least.value_or(std::chrono::milliseconds{0}));
  const std::stop_token& hurry = policy_.hurry;
  if (hurry.stop_requested()) {
    delay = std::min(delay, kHurriedDelay);
    clock_.sleep_for(delay, stop_);
  } else {
    clock_.sleep_for(delay, hurry.stop_possible() ? hurry : stop_);
  }
  if (stop_.stop_requested())
    throw base::Error(base::ErrorKind::cancelled, "stopped while waiting to try again");
  return delay;
}

}  // namespace s3c::s3
