// The S3 protocol over the store: routes, authenticates, authorizes, runs the operation, turns errors into
// XML, keeps the bill. One thread.
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

  /// now: the time of day, handed in for tests.
  S3Service(ServiceOptions options, Now now);

  /// Every user may make buckets and sees only its own.
  void add_user(std::string access_key, std::string secret_key);

  /// A bucket of computed objects, which belongs to the user of that access key. Objects can be read and
  /// deleted; everything else that would change the bucket answers NotImplemented.
  /// Throws base::Error: invalid_argument when there is a bucket of that name. REQUIRES: the user was added.
  void add_synthetic_bucket(const SyntheticSpec& spec, std::string_view owner_access_key);

  /// Besides S3, without signatures: GET /_sim/bill, POST /_sim/bill/reset, PUT and DELETE
  /// /_sim/read-only/BUCKET, PUT /_sim/clock?skew_seconds=N: signatures and the Date header go by a clock
  /// that runs N seconds ahead (negative: behind) of the one objects get their time from; PUT
  /// /_sim/thaw-clock?advance_seconds=N: thaws, and the days of thawed copies, are N seconds further on.
  Response handle(Request request) override;

 private:
  Response control(const Request& request);
  Response set_clock(const Request& request);
  Response advance_thaw_clock(const Request& request);
  Response answer(Request& request, Operation& operation);
  Response error_response(const S3Error& error, const Request& request, const std::string& request_id) const;
  std::string next_request_id();

  ServiceOptions options_;
  Now now_;
  Authenticator authenticator_;
  std::chrono::seconds clock_skew_{0};
  std::chrono::seconds thaw_clock_ahead_{0};
  Store store_;
  Bill bill_;
  std::uint64_t request_count_ = 0;
};

}  // namespace s3c::sim
