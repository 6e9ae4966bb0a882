// Credentials that are renewed while they are used. Requests ask for them one by one; in the window before
// they expire, the first that asks starts one renewal beside them, and all go on with the old ones meanwhile.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "aws/credentials.h"
#include "aws/credentials_source.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"

namespace s3c::aws {

/// How long before their end credentials are renewed.
struct RenewalWindows {
  std::chrono::milliseconds advisory;   ///< from then on beside the requests
  std::chrono::milliseconds mandatory;  ///< from then on requests wait for the renewal
};

/// 15 and 10 minutes, as the AWS CLI. Credentials that live shorter than that are renewed at half their life,
/// and waited for in its last fifth.
RenewalWindows windows_of(std::chrono::milliseconds life);

/// How long requests wait for the renewal of credentials that have expired. As long as ten tries of a request take.
inline constexpr std::chrono::seconds kPatience{30};

/// Runs a function beside the caller. Tests pass their own.
class Background {
 public:
  virtual ~Background() = default;
  /// The last run has ended when this is called again. False: it can't be run beside now.
  virtual bool start(std::function<void()> work) = 0;
};

/// Each run on a thread of its own. The destructor waits for the last one.
class BackgroundThread final : public Background {
 public:
  ~BackgroundThread() override;
  bool start(std::function<void()> work) override;

 private:
  std::thread thread_;
};

class RefreshingCredentials final : public CredentialsProvider {
 public:
  /// found: what source found just now. stop: ends a renewal. hurry: ends the wait for a next one. All but found
  /// outlive the object.
  RefreshingCredentials(CredentialsSource& source, Credentials found, base::Clock& clock, base::Logger& log,
                        Background& background, std::stop_token stop, std::stop_token hurry = {});
  /// Stops a renewal that is under way, and waits for its end.
  ~RefreshingCredentials() override;

  /// When credentials have expired and their source is in trouble, all requests wait together: one after the other
  /// asks the source again, each time after a longer pause. After kPatience they are given up: from then on each call
  /// throws at once, or asks the source if the pause is over.
  std::shared_ptr<const Credentials> get() override S3C_EXCLUDES(mutex_);
  bool replace(const Credentials& refused) override S3C_EXCLUDES(mutex_);

 private:
  /// The state of what is held, at one moment.
  enum class Age { fresh, due, urgent, expired };
  Age age_of_held() const S3C_REQUIRES(mutex_);
  void hold(Credentials found) S3C_REQUIRES(mutex_);
  bool begin_renewal() S3C_REQUIRES(mutex_);
  /// Holds what a renewal found, if it is of use.
  void take(Credentials found) S3C_REQUIRES(mutex_);
  /// The renewal itself, without the lock. Ends what begin_renewal() began.
  void renew() S3C_EXCLUDES(mutex_);
  void renewal_failed(base::Error error) S3C_REQUIRES(mutex_);
  void wait_for_next_try() S3C_REQUIRES(mutex_);
  /// Whether a later renewal may do better, and isn't too late.
  bool is_worth_waiting() const S3C_REQUIRES(mutex_);
  [[noreturn]] void fail_expired() S3C_REQUIRES(mutex_);

  CredentialsSource& source_;
  base::Clock& clock_;
  base::Logger& log_;
  Background& background_;
  std::stop_source end_;  ///< of renewals
  const std::stop_callback<std::function<void()>> forward_stop_;
  const std::stop_token hurry_;

  mutable base::Mutex mutex_;
  base::CondVar renewed_;
  std::shared_ptr<const Credentials> held_ S3C_GUARDED_BY(mutex_);
  base::Timestamp held_since_ S3C_GUARDED_BY(mutex_);
  bool is_renewing_ S3C_GUARDED_BY(mutex_) = false;
  base::Timestamp not_before_ S3C_GUARDED_BY(mutex_){};  ///< after a renewal that failed
  int failures_ S3C_GUARDED_BY(mutex_) = 0;              ///< since the last one that didn't
  std::optional<base::Error> last_error_ S3C_GUARDED_BY(mutex_);
  /// When the first renewal failed that came after the end of what is held.
  std::optional<base::Timestamp> lost_since_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::aws
