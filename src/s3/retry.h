// When a failed call is tried again, and after how long.
//
// Tried again: errors that error_mapping calls transient (no connection, time-outs, broken or short bodies,
// XML that was cut off, 500/502/503/504, RequestTimeout, InternalError, an <Error> inside a 200) or throttled
// (429, SlowDown and similar codes), and a PutObject that met another conditional write (409
// ConditionalRequestConflict). Every call can be repeated: reads change nothing, writes are whole
// objects or whole parts, and conditions protect the rest. The exceptions are DeleteObjects and DeleteObject:
// their caller says whether they may be repeated (ObjectStore::Resend). Not tried again: errors that would
// come back in the same way (denied, not found, precondition, invalid, unsupported), and corrupt, which a
// person must look at; and credentials that could not be renewed, for which all calls have waited together.
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
  /// The number of tries, the first one included. Ten tries wait 22 s on average and 45 s at most between
  /// them (full jitter, doubling from 0.1 s). That outlasts a gateway's restart and most SlowDown storms, and
  /// a store that is really gone is still reported within a minute. The SDKs' 3 tries give up within 1 s.
  /// That is too early for runs of a million requests, of which none may fail. AWS_MAX_ATTEMPTS overrides it.
  int max_attempts = 10;
  base::Backoff backoff = {};
  /// When this stop is requested (the user pressed Ctrl-C), waits end early, tries are at most 250 ms apart,
  /// and each call gives up with the third try that fails from then on. So a commit can still find out how it
  /// ended.
  std::stop_token hurry = {};
};

/// True when another try may do better.
bool is_retryable(const base::Error& error);

/// The tries of one call.
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

  /// Waits before the next try, at least as long as the store asked for. Returns the time waited.
  /// Throws Error: cancelled when stop is requested meanwhile.
  std::chrono::milliseconds wait(std::optional<std::chrono::milliseconds> at_least);

  /// A try made progress (bytes of a body arrived): the count starts again.
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
