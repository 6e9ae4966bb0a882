// One S3 call from end to end: find the bucket, sign, send, understand the answer, try again where that
// helps. S3Client defines the calls; CallRunner makes each of them. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "http/transport.h"
#include "s3/concurrency_limit.h"
#include "s3/request_stats.h"
#include "s3/retry.h"
#include "s3/store_clock.h"
#include "s3/types.h"

namespace s3c::s3 {

/// Headers that S3 knows and some stores answer with NotImplemented. A request does its work without them, too.
enum class OptionalHeader {
  checksum_mode,   ///< asks GET and HEAD for the stored checksums
  object_size,     ///< has Complete compare the object's size
  restore_status,  ///< asks a listing whether objects are thawed
};

struct Call {
  Operation operation;
  std::string method = {};
  std::string bucket = {};
  std::optional<std::string> key = {};  ///< nullopt: the bucket itself
  std::vector<std::pair<std::string, std::string>> query = {};
  http::Headers headers = {};
  /// With its value. run() leaves it out if the store refuses it.
  std::optional<std::pair<OptionalHeader, std::string>> optional_header = {};
  std::string_view body = {};
  http::BodySink sink = {};
  /// Never send it again once the server may have it.
  bool at_most_once = false;
  /// Called before each try: it throws away what the last try received, or changes the call to ask for the
  /// rest.
  std::function<void(Call&)> before_try = {};

  /// Don't wait for the limit of GETs: calls within the limit may be waiting for this call to end.
  bool beyond_limit = false;

  /// S3's error code of the try before this one; empty: none.
  std::string last_code = {};
  /// Set by the sink when this try brought new bytes: the count of tries starts again.
  bool made_progress = false;
  /// Set by the sink when the receiver of the bytes threw. run() doesn't retry that error.
  bool receiver_failed = false;
};

class CallRunner {
 public:
  struct Config {
    aws::Endpoint endpoint;
    std::string region;
    RetryPolicy retry;
    http::Headers standing_headers = {};                              ///< of every request
    std::function<std::string(const aws::Credentials*)> caller = {};  ///< S3ClientConfig::caller
    std::string denial_note = {};                                     ///< S3ClientConfig::denial_note
    std::string store_note = {};                                      ///< S3ClientConfig::store_note
  };

  /// credentials: nullptr: requests aren't signed.
  CallRunner(Config config, std::shared_ptr<aws::CredentialsProvider> credentials, http::Transport& transport,
             base::Clock& clock, std::shared_ptr<base::Logger> logger, std::stop_token stop);

  /// Makes the call and passes the first successful answer to accept. accept may throw Error to reject the
  /// answer. If the store says that it can't do this, and the call has an optional header, the call is made
  /// once more without it. If the header was the cause, no later call sends it.
  /// failed_try: a first try that was made before. run() counts it, logs it and waits after it as if it had
  /// made the try itself. Throws Error with operation, resource and attempts filled in.
  void run(Call& call, const std::function<void(http::Response&)>& accept,
           std::optional<FailedTry> failed_try = {}) S3C_EXCLUDES(mutex_);

  /// Takes the optional header off a call if the store has refused it before.
  void drop_refused_header(Call& call) const;

  /// One try of a call, signed.
  struct Try {
    http::Request request;
    std::shared_ptr<const aws::BucketAddress> address;
    std::shared_ptr<const aws::Credentials> credentials;  ///< nullptr: unsigned
    std::chrono::milliseconds clock_offset{0};            ///< added to the clock for the request's date
    std::chrono::steady_clock::time_point signed_at = {};
  };
  /// What the tries of one call have learned. Each is learned at most once for each call. Otherwise two
  /// answers that contradict each other would have the call sent for ever.
  struct Learned {
    bool region = false;
    bool redirect = false;
    bool clock = false;
    bool credentials = false;
  };
  /// Signs a request and counts it as sent. The caller sends it now. Throws Error as run().
  Try begin_try(const Call& call) S3C_EXCLUDES(mutex_);
  /// True: a 2xx answer without <Error>. False: the store refused the request before it did anything, because
  /// the region or the clock was wrong, the bucket is elsewhere for now, or the credentials had expired.
  /// accepts() has corrected that: send the call again. For any other answer it throws Error; retry_after is
  /// then how long the store asks us to wait.
  bool accepts(const Call& call, const Try& sent, Learned& learned, const http::Response& answer,
               std::optional<std::chrono::milliseconds>& retry_after) S3C_EXCLUDES(mutex_);

  /// Counts and logs a request that got no whole answer; accepts() does so for those that got one.
  void no_answer(const Call& call, const Try& sent, const base::Error& error);

  http::Transport& transport() { return transport_; }
  /// How many GetObjects may be in flight; the store's refusals set it. PutObjects have a limit of their own. No
  /// other call is limited: all others are few beside these.
  ConcurrencyLimit& gets() { return gets_; }
  const ConcurrencyLimit& gets() const { return gets_; }
  /// Waits for a place of gets().
  ConcurrencyLimit::Place acquire_place() { return gets_.acquire(stop_, config_.retry.hurry); }
  base::Logger& log() { return *logger_; }
  RequestStats& stats() { return stats_; }
  const RequestStats& stats() const { return stats_; }
  const std::stop_token& stop() const { return stop_; }
  const RetryPolicy& retry_policy() const { return config_.retry; }
  base::Clock& clock() { return clock_; }
  /// The time by the store's clock: ObjectStore::now().
  base::Timestamp store_now() const { return store_clock_.at(clock_.now()); }

 private:
  /// Whether the answer has taught what lets the call succeed when it is sent again. Each is learned once.
  bool learn(const Call& call, const Try& sent, Learned& learned, const http::Response& answer,
             const base::Error& error) S3C_EXCLUDES(mutex_);
  void run_with_retries(Call& call, const std::function<void(http::Response&)>& accept,
                        std::optional<FailedTry> failed_try) S3C_EXCLUDES(mutex_);
  void note_refused(OptionalHeader header);
  /// One try. Sends it again when only the region or the clock was wrong.
  http::Response send(const Call& call, std::optional<std::chrono::milliseconds>& retry_after);
  http::Response send_within(ConcurrencyLimit& limit, const Call& call,
                             std::optional<std::chrono::milliseconds>& retry_after);
  void count_end(const Call& call, const Try& sent, int status);
  /// Logs, at debug, a request that was sent and how it ended. No header, no query, no body: those may hold
  /// secrets.
  void log_request(const Call& call, const Try& sent, std::string_view how_it_ended) const;
  http::Request signed_request(const Call& call, const Try& next, const std::string& query);
  /// Whether an answer without a body may mean another region, so that HeadBucket is worth asking. It may as well mean
  /// that credentials have expired or that the clock is wrong: that is looked for before.
  enum class Bare { pass, ask };
  bool learn_region(const Call& call, const aws::BucketAddress& address, const http::Response& answer,
                    const base::Error& error, Bare bare) S3C_EXCLUDES(mutex_);
  /// The region of the call's bucket, by a HeadBucket of its own; empty: the answer doesn't tell.
  std::string ask_region(const Call& call);
  /// Follows the Location of a 307: a bucket that is some hours old has no name in the DNS yet.
  bool learn_redirect(const Call& call, const aws::BucketAddress& address, const http::Response& answer)
      S3C_EXCLUDES(mutex_);
  void remember(const std::string& bucket, aws::BucketAddress address) S3C_EXCLUDES(mutex_);
  /// clock_offset: with which the refused request was dated. Another request may have corrected the clock
  /// since.
  bool learn_clock(const base::Error& error, const http::Response& answer,
                   std::chrono::milliseconds clock_offset);
  bool renew_credentials(const base::Error& error, const http::Response& answer,
                         const aws::Credentials* refused);
  std::shared_ptr<const aws::BucketAddress> address_of(const std::string& bucket) S3C_EXCLUDES(mutex_);

  const Config config_;
  const std::shared_ptr<aws::CredentialsProvider> credentials_;
  http::Transport& transport_;
  base::Clock& clock_;
  const std::shared_ptr<base::Logger> logger_;
  const std::stop_token stop_;
  aws::Signer signer_;
  ConcurrencyLimit gets_;
  ConcurrencyLimit puts_;
  RequestStats stats_;
  StoreClock store_clock_;
  /// Added to the clock to date requests; 0 until the store refuses a request for its date. Other answers
  /// don't change it: a proxy's wrong Date header must not spoil signatures that the right clock makes.
  std::atomic<std::int64_t> clock_offset_ms_{0};
  std::array<std::atomic<bool>, 3> refused_headers_{};  ///< by OptionalHeader
  base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<const aws::BucketAddress>, std::less<>> addresses_
      S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::s3
