// The S3 protocol over the store: routes, authenticates, authorizes, runs the operation, turns errors into
// XML, and counts the bill. One thread.
#pragma once

#include <functional>
#include <string>

#include "base/time.h"
#include "sim/auth.h"
#include "sim/bill.h"
#include "sim/call.h"
#include "sim/request.h"
#include "sim/store.h"
#include "sim/synthetic_spec.h"

namespace s3c::sim {

class S3Service final : public Handler {
 public:
  using Now = std::function<base::Timestamp()>;

  /// now: returns the time; passed in for tests.
  S3Service(ServiceOptions options, Now now);

  /// Every user may make buckets and sees only its own buckets.
  void add_user(std::string access_key, std::string secret_key);

  /// The session token holds for that time from now; see Authenticator::hold_session_token().
  void hold_session_token(std::string token, std::chrono::milliseconds life);

  /// Adds a bucket of computed objects that belongs to the user of that access key. Objects can be read and
  /// deleted; every other operation that would change the bucket answers NotImplemented.
  /// Throws base::Error: invalid_argument when there is a bucket of that name. REQUIRES: the user was added.
  void add_synthetic_bucket(const SyntheticSpec& spec, std::string_view owner_access_key);

  /// Answers S3 requests, and these without signatures:
  /// GET /_sim/bill
  /// POST /_sim/bill/reset
  /// PUT, DELETE /_sim/read-only/BUCKET, /_sim/public/BUCKET, /_sim/requester-pays/BUCKET
  /// PUT /_sim/clock?skew_seconds=N             signatures and the Date header use a clock that is N seconds
  ///                                            ahead of (negative: behind) the clock for objects' times
  /// PUT /_sim/session-token?token=T&milliseconds=N
  ///                                            the token holds for that time from now; others don't
  /// PUT /_sim/put-clock?behind_seconds=N       what PutObject writes from now on was last modified N seconds ago
  /// PUT /_sim/thaw-clock?advance_seconds=N     thaws, and the days of thawed copies, advance by N seconds
  Response handle(Request request) override;

 private:
  Response control(const Request& request);
  Response set_clock(const Request& request);
  Response set_put_clock(const Request& request);
  Response advance_thaw_clock(const Request& request);
  Response set_session_token(const Request& request);
  Response answer(Request& request, Operation& operation);
  /// Throws S3Error: AccessDenied.
  void permit_unsigned(const Route& route, const Query& query) const;
  /// Whose the bucket must be, who pays, and whether it may change. Throws S3Error.
  void check_bucket_rules(const Bucket& bucket, const Request& request, Operation operation) const;
  Response error_response(const S3Error& error, const Request& request, const std::string& request_id) const;
  std::string next_request_id();

  ServiceOptions options_;
  Now now_;
  Authenticator authenticator_;
  std::chrono::seconds clock_skew_{0};
  std::chrono::seconds put_clock_behind_{0};
  std::chrono::seconds thaw_clock_ahead_{0};
  Store store_;
  Bill bill_;
  std::uint64_t request_count_ = 0;
};

}  // namespace s3c::sim
