// When a failed call is tried again, and after how long.
//
// Tried again: whatever error_mapping calls transient (no connection, time-outs, broken or short bodies, XML
// that was cut off, 500/502/503/504, RequestTimeout, InternalError, an <Error> inside a 200) or throttled
// (429, SlowDown and its kin). Every call of ours can be repeated: reads change nothing, writes are whole
// objects or whole parts, and conditions protect the rest; DeleteObjects is the exception and says so itself
// (ObjectStore::Resend). Not tried again: everything that would fail in the same way (denied, not found,
// precondition, invalid, unsupported), and corrupt, which someone must look at.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/error.h"

namespace s3c::s3 {

struct RetryPolicy {
  /// The first try included. Ten tries wait 22 s on average and 45 s at most between them (full jitter,
  /// doubling from 0.1 s): enough to outlast a gateway's restart and most SlowDown storms, and a store that
  /// is really gone is still reported within a minute. The SDKs' 3 tries give up inside 1 s, too early for
  /// runs of a million requests, of which none may fail. AWS_MAX_ATTEMPTS overrides it.
  int max_attempts = 10;
  base::Backoff backoff = {};
  /// Once it is requested (the user pressed Ctrl-C), nobody waits for better times: waits end, and a call
  /// gets two more tries at most, a moment apart, so that a commit can still find out how it ended.
  std::stop_token hurry = {};
};

/// True when another try may do better.
bool is_retryable(const base::Error& error);

/// The tries of one call; lives on the caller's stack.
class RetryLoop {
 public:
  RetryLoop(const RetryPolicy& policy, base::Clock& clock, const std::stop_token& stop)
      : policy_(policy), clock_(clock), stop_(stop) {}

  /// How many tries have failed since the last progress.
  int failures() const { return failures_; }
  /// How many tries have failed in all.
  int total_failures() const { return total_failures_; }

  /// Counts a failed try. False when there is nothing left to try.
  [[nodiscard]] bool try_again_after(const base::Error& error);

  /// Waits before the next try; at least as long as the store asked for. Returns how long.
  /// Throws Error: cancelled when stop is requested meanwhile.
  std::chrono::milliseconds wait(std::optional<std::chrono::milliseconds> at_least);

  /// Something was achieved (bytes of a body arrived): the count starts again.
  void progressed() { failures_ = 0; }

 private:
  const RetryPolicy& policy_;
  base::Clock& clock_;
  const std::stop_token& stop_;
  int failures_ = 0;
  int total_failures_ = 0;
  int hurried_failures_ = 0;
};

}  // namespace s3c::s3
