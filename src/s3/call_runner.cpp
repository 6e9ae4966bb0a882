#include "s3/call_runner.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "s3/error_mapping.h"
#include "s3/xml.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

/// S3 accepts 15 minutes of skew. If the Date of a bare 403 is closer to our clock than this constant, the
/// clock isn't the cause.
constexpr milliseconds kTolerableSkew = std::chrono::minutes(4);

/// What a request's fields have in all, in bytes, so that most of them never grow.
constexpr std::size_t kUsualHeaderBytes = 640;

std::string_view name_of(OptionalHeader header) {
  switch (header) {
    case OptionalHeader::checksum_mode:
      return "x-amz-checksum-mode";
    case OptionalHeader::object_size:
      return "x-amz-mp-object-size";
    case OptionalHeader::restore_status:
      return "x-amz-optional-object-attributes";
  }
  return "";
}

std::string resource_of(const Call& call) {
  return call.key ? call.bucket + "/" + *call.key : call.bucket;
}

/// What went wrong, without where: "503 SlowDown: reduce your request rate".
std::string retry_text(const Error& error) {
  const base::ErrorContext& context = error.context();
  if (context.http_status == 0) return base::printable(error.message());  // no answer: the code isn't S3's
  const std::string code = context.code.empty() ? "" : context.code + ": ";
  return base::printable(fmt::format("{} {}{}", context.http_status, code, error.message()));
}

bool is_success(const http::Response& answer) {
  return answer.status >= 200 && answer.status < 300;
}

/// S3 answers these calls when the work is done, and sends white space until then. Source: Amazon S3 API
/// Reference, CompleteMultipartUpload and UploadPartCopy.
bool works_for_minutes(Operation operation) {
  return operation == Operation::complete_multipart_upload || operation == Operation::upload_part_copy;
}

bool has_body_checksum(const http::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (http::equal_ignoring_case(name, "Content-MD5") || name.starts_with("x-amz-checksum-crc")) return true;
  }
  return false;
}

}  // namespace

CallRunner::CallRunner(Config config, std::shared_ptr<aws::CredentialsProvider> credentials,
                       http::Transport& transport, base::Clock& clock, std::shared_ptr<base::Logger> logger,
                       std::stop_token stop)
    : config_(std::move(config)),
      credentials_(std::move(credentials)),
      transport_(transport),
      clock_(clock),
      logger_(std::move(logger)),
      stop_(std::move(stop)) {}

std::shared_ptr<const aws::BucketAddress> CallRunner::address_of(const std::string& bucket) {
  {
    base::MutexLock lock(mutex_);
    if (const auto found = addresses_.find(bucket); found != addresses_.end()) return found->second;
  }
  auto located = std::make_shared<const aws::BucketAddress>(config_.endpoint.locate(bucket, config_.region));
  base::MutexLock lock(mutex_);
  return addresses_.emplace(bucket, std::move(located)).first->second;
}

http::Request CallRunner::signed_request(const Call& call, const Try& next, const std::string& query) {
  const aws::BucketAddress& address = *next.address;
  http::Request request;
  request.method = call.method;
  request.body = call.body;
  request.at_most_once = call.at_most_once;
  request.slow_answer = works_for_minutes(call.operation);
  std::string path = address.path_root;
  if (call.key) {
    path += base::percent_encode(*call.key, true);
  } else if (path.size() > 1) {
    path.pop_back();  // "/bucket" is the bucket; "/" (its own host) stays
  }
  request.url.reserve(address.origin.size() + path.size() + query.size() + 1);
  request.url.append(address.origin).append(path);
  if (!query.empty()) request.url.append("?").append(query);
  request.headers.reserve(call.headers.size() + 7, kUsualHeaderBytes);
  for (const auto& [name, value] : config_.standing_headers) request.headers.add(name, value);
  for (const auto& [name, value] : call.headers) request.headers.add(name, value);
  if (call.optional_header)
    request.headers.add(name_of(call.optional_header->first), call.optional_header->second);
  if (!next.credentials) return request;

  std::string payload_hash;  // of a body
  if (!call.body.empty()) {
    // TLS protects the bytes on the way, and a checksum in a signed header proves them. Hashing them as well
    // would cost more than compressing them.
    payload_hash = address.tls && has_body_checksum(call.headers) ? std::string(aws::kUnsignedPayload)
                                                                  : base::to_hex(base::sha256(call.body));
  }
  const base::Timestamp now = clock_.now() + next.clock_offset;
  signer_.sign({.method = request.method,
                .host = address.host,
                .path = path,
                .query = query,
                .payload_hash = call.body.empty() ? aws::kEmptyPayloadHash : payload_hash,
                .headers = nullptr},
               request.headers, *next.credentials, address.region, now);
  return request;
}

std::string CallRunner::ask_region(const Call& call) {
  const Call head{.operation = Operation::head_bucket, .method = "HEAD", .bucket = call.bucket};
  const Try asked = begin_try(head);
  try {
    const http::Response answer = transport_.send(asked.request, {}, stop_);
    count_end(head, asked, answer.status);
    return region_hint(answer);
  } catch (const Error& error) {
    count_end(head, asked, 0);
    if (error.kind() == ErrorKind::cancelled) throw;
    return {};  // the answer that made us ask stands
  }
}

void CallRunner::remember(const std::string& bucket, aws::BucketAddress address) {
  auto located = std::make_shared<const aws::BucketAddress>(std::move(address));
  base::MutexLock lock(mutex_);
  addresses_[bucket] = std::move(located);
}

bool CallRunner::learn_region(const Call& call, const aws::BucketAddress& address,
                              const http::Response& answer, const Error& error, Bare bare) {
  if (answer.status != 301 && answer.status != 307 && answer.status != 400 && answer.status != 403)
    return false;
  std::string region = region_hint(answer);
  const std::string& code = error.context().code;
  // An answer to HEAD has no body, so no code; then the status has to do.
  const bool is_elsewhere = bare == Bare::ask
                                ? answer.body.empty() && (answer.status == 301 || answer.status == 400)
                                : code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" ||
                                      code == "IllegalLocationConstraintException";
  if (region.empty() && is_elsewhere && call.operation != Operation::head_bucket) region = ask_region(call);
  if (region.empty() || region == address.region) return false;
  aws::BucketAddress located = config_.endpoint.locate(call.bucket, region);
  // An access point's ARN names its region; an end point's URL may do so too.
  if (located.region == address.region) return false;
  logger_->info("bucket {} is in region {}, not {}", call.bucket, base::printable(region), address.region);
  remember(call.bucket, std::move(located));
  return true;
}

bool CallRunner::learn_redirect(const Call& call, const aws::BucketAddress& address,
                                const http::Response& answer) {
  if (answer.status != 307) return false;
  const auto location = answer.headers.find("Location");
  if (!location) return false;
  auto redirected = config_.endpoint.redirected(call.bucket, address, *location);
  if (!redirected) {
    logger_->info("bucket {}: a redirect to {} is not followed", call.bucket,
                  base::printable(aws::url_to_show(*location)));
    return false;
  }
  logger_->info("bucket {}: from now on at {}", call.bucket, redirected->origin);
  remember(call.bucket, *std::move(redirected));
  return true;
}

bool CallRunner::learn_clock(const Error& error, const http::Response& answer, milliseconds clock_offset) {
  const bool said =
      error.context().code == "RequestTimeTooSkewed" || error.context().code == "RequestExpired";
  const bool possible = answer.status == 403 && answer.body.empty();  // HEAD: no body, so no code
  if (!said && !possible) return false;
  const auto server_now = base::parse_http_date(answer.headers.find("Date").value_or(""));
  if (!server_now) return false;
  const milliseconds offset = *server_now - clock_.now();
  if (std::chrono::abs(offset - clock_offset) < kTolerableSkew) return false;
  const milliseconds before(clock_offset_ms_.exchange(offset.count(), std::memory_order_relaxed));
  if (std::chrono::abs(offset - before) >= kTolerableSkew) {
    logger_->warn(
        "this machine's clock is {} s off the store's clock: from now on requests carry the store's time",
        offset.count() / 1000);
  }
  return true;
}

bool CallRunner::renew_credentials(const Error& error, const http::Response& answer,
                                   const aws::Credentials* refused) {
  if (refused == nullptr) return false;
  const std::string& code = error.context().code;
  const bool said = code == "ExpiredToken" || code == "ExpiredTokenException" || code == "InvalidToken";
  // HEAD: S3 answers expired credentials with a bare 400.
  const bool possible = answer.status == 400 && answer.body.empty() && !refused->session_token.empty();
  return (said || possible) && credentials_->replace(*refused);
}

CallRunner::Try CallRunner::begin_try(const Call& call) {
  if (call.key && call.key->empty()) {
    // Without a key the request would be for the whole bucket.
    throw Error(ErrorKind::invalid_argument, "an object's key can't be empty",
                {.operation = std::string(to_string(call.operation)), .resource = call.bucket + "/"});
  }
  Try next;
  next.address = address_of(call.bucket);
  next.clock_offset = milliseconds(clock_offset_ms_.load(std::memory_order_relaxed));
  if (credentials_) {
    next.credentials = credentials_->get();
    stats_.note_expiry(next.credentials->expires_at);
  }
  next.request = signed_request(call, next, aws::encode_query(call.query));
  next.signed_at = std::chrono::steady_clock::now();
  stats_.count_request(call.operation, call.body.size());
  return next;
}

bool CallRunner::learn(const Call& call, const Try& sent, Learned& learned, const http::Response& answer,
                       const Error& error) {
  if (!learned.region && learn_region(call, *sent.address, answer, error, Bare::pass)) {
    learned.region = true;
    return true;
  }
  if (!learned.redirect && learn_redirect(call, *sent.address, answer)) {
    learned.redirect = true;
    return true;
  }
  if (!learned.clock && learn_clock(error, answer, sent.clock_offset)) {
    learned.clock = true;
    return true;
  }
  if (!learned.credentials && renew_credentials(error, answer, sent.credentials.get())) {
    learned.credentials = true;
    return true;
  }
  if (!learned.region && learn_region(call, *sent.address, answer, error, Bare::ask)) {
    learned.region = true;
    return true;
  }
  return false;
}

bool CallRunner::accepts(const Call& call, const Try& sent, Learned& learned, const http::Response& answer,
                         std::optional<milliseconds>& retry_after_time) {
  stats_.count_received(answer.body.size());
  count_end(call, sent, answer.status);
  if (logger_->should_log(spdlog::level::debug)) {
    log_request(call, sent,
                fmt::format("{}, request id {}", answer.status,
                            base::printable(answer.headers.find("x-amz-request-id").value_or("none"))));
  }
  if (!store_clock_.hear(answer.headers.find("Date"), clock_.now()))
    logger_->warn("the store's answers don't tell its time: ages are counted by this machine's clock");
  if (is_success(answer) && !parse_error(answer.body)) return true;
  Error error = error_from_answer(to_string(call.operation), resource_of(call), answer);
  if (!learn(call, sent, learned, answer, error)) {
    retry_after_time = retry_after(answer);
    if (error.kind() == ErrorKind::throttled) stats_.count_throttled(call.operation);
    if (error.kind() == ErrorKind::no_bucket || error.kind() == ErrorKind::access_denied)
      error = with_caller(error, {}, config_.store_note);
    if (!is_denial(error)) throw error;
    std::function<std::string()> caller;
    if (config_.caller)
      caller = [ask = config_.caller, signed_by = sent.credentials] { return ask(signed_by.get()); };
    throw with_caller(error, std::move(caller), config_.denial_note);
  }
  stats_.count_retry(call.operation);
  return false;
}

http::Response CallRunner::send(const Call& call, std::optional<milliseconds>& retry_after_time) {
  Learned learned;
  for (;;) {
    const Try next = begin_try(call);
    http::Response answer;
    try {
      answer = transport_.send(next.request, call.sink, stop_);
    } catch (const Error& error) {
      no_answer(call, next, error);
      throw;
    }
    if (accepts(call, next, learned, answer, retry_after_time)) return answer;
  }
}

void CallRunner::log_request(const Call& call, const Try& sent, std::string_view how_it_ended) const {
  const auto took = std::chrono::steady_clock::now() - sent.signed_at;
  logger_->debug("{}: {} {}: {}, {} ms", to_string(call.operation), call.method,
                 base::printable(resource_of(call)), how_it_ended,
                 std::chrono::duration_cast<milliseconds>(took).count());
}

void CallRunner::count_end(const Call& call, const Try& sent, int status) {
  stats_.count_end(call.operation, status, std::chrono::steady_clock::now() - sent.signed_at);
}

void CallRunner::no_answer(const Call& call, const Try& sent, const Error& error) {
  count_end(call, sent, 0);
  if (!logger_->should_log(spdlog::level::debug)) return;
  log_request(call, sent, "no whole answer (" + base::printable(error.message()) + ")");
}

http::Response CallRunner::send_within(ConcurrencyLimit& limit, const Call& call,
                                       std::optional<milliseconds>& retry_after_time) {
  ConcurrencyLimit::Place place =
      call.beyond_limit ? limit.acquire_beyond() : limit.acquire(stop_, config_.retry.hurry);
  try {
    http::Response answer = send(call, retry_after_time);
    place.answered(ConcurrencyLimit::Answer::taken);
    return answer;
  } catch (const Error& error) {
    place.answered(ConcurrencyLimit::answer_of(error));
    throw;
  }
}

void CallRunner::drop_refused_header(Call& call) const {
  if (call.optional_header && refused_headers_.at(static_cast<std::size_t>(call.optional_header->first)))
    call.optional_header.reset();
}

void CallRunner::note_refused(OptionalHeader header) {
  if (refused_headers_.at(static_cast<std::size_t>(header)).exchange(true)) return;
  logger_->info("the store doesn't know the header {}: it is left out from now on", name_of(header));
}

void CallRunner::run(Call& call, const std::function<void(http::Response&)>& accept,
                     std::optional<FailedTry> failed_try) {
  drop_refused_header(call);
  std::optional<Error> refusal;
  try {
    return run_with_retries(call, accept, std::move(failed_try));
  } catch (const Error& error) {
    // The store's own answer: an error of accept has no status.
    const bool is_answer = error.context().http_status != 0;
    if (!call.optional_header || error.kind() != ErrorKind::unsupported || !is_answer) throw;
    refusal = error;
  }
  const OptionalHeader header = std::exchange(call.optional_header, std::nullopt)->first;
  try {
    run_with_retries(call, accept, std::nullopt);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unsupported) throw *refusal;  // the header was not the cause
    note_refused(header);
    throw;
  }
  note_refused(header);
}

void CallRunner::run_with_retries(Call& call, const std::function<void(http::Response&)>& accept,
                                  std::optional<FailedTry> failed_try) {
  RetryLoop loop(config_.retry, clock_, stop_);
  for (;;) {
    if (failed_try) {
      call.last_code = failed_try->error.context().code;
      const bool again = loop.try_again_after(failed_try->error);
      const Error error = with_context(failed_try->error, to_string(call.operation), resource_of(call),
                                       loop.total_failures());
      if (!again || (call.at_most_once && error.context().code != http::kNotSent)) throw error;
      stats_.note_retry({call.operation, retry_text(failed_try->error), loop.failures()});
      const milliseconds waited = loop.wait(failed_try->retry_after);
      logger_->info("{}; tried again after {} ms", error.what(), waited.count());
      stats_.count_retry(call.operation);
    }
    std::optional<milliseconds> at_least;
    try {
      if (call.before_try) call.before_try(call);
      ConcurrencyLimit* const limit = call.operation == Operation::get_object   ? &gets_
                                      : call.operation == Operation::put_object ? &puts_
                                                                                : nullptr;
      http::Response answer = limit != nullptr ? send_within(*limit, call, at_least) : send(call, at_least);
      accept(answer);
      return;
    } catch (const Error& error) {
      if (call.receiver_failed) throw;
      if (std::exchange(call.made_progress, false)) loop.progressed();
      failed_try = FailedTry{error, at_least};
    }
  }
}

}  // namespace s3c::s3
