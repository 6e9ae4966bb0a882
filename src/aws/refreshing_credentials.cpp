#include "aws/refreshing_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

constexpr milliseconds kAdvisory = std::chrono::minutes(15);
constexpr milliseconds kMandatory = std::chrono::minutes(10);
constexpr milliseconds kShortestPause{200};
constexpr milliseconds kLongestPause = std::chrono::minutes(1);
constexpr milliseconds kLongestPauseOfExpired = std::chrono::seconds(5);

bool is_same(const Credentials& a, const Credentials& b) {
  return a.access_key_id == b.access_key_id && a.secret_access_key == b.secret_access_key &&
         a.session_token == b.session_token;
}

}  // namespace

RenewalWindows windows_of(milliseconds life) {
  if (life > kAdvisory) return {kAdvisory, kMandatory};
  return {life / 2, life / 5};
}

BackgroundThread::~BackgroundThread() {
  if (thread_.joinable()) thread_.join();
}

bool BackgroundThread::start(std::function<void()> work) {
  if (thread_.joinable()) thread_.join();
  try {
    thread_ = std::thread(std::move(work));
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

RefreshingCredentials::RefreshingCredentials(CredentialsSource& source, Credentials found, base::Clock& clock,
                                             base::Logger& log, Background& background, std::stop_token stop,
                                             std::stop_token hurry)
    : source_(source),
      clock_(clock),
      log_(log),
      background_(background),
      forward_stop_(std::move(stop), [this] { end_.request_stop(); }),
      hurry_(std::move(hurry)) {
  base::MutexLock lock(mutex_);
  hold(std::move(found));
}

RefreshingCredentials::~RefreshingCredentials() {
  end_.request_stop();
  base::MutexLock lock(mutex_);
  while (is_renewing_) renewed_.wait(mutex_);
}

void RefreshingCredentials::hold(Credentials found) {
  held_ = std::make_shared<const Credentials>(std::move(found));
  held_since_ = clock_.now();
  failures_ = 0;
  not_before_ = {};
  last_error_.reset();
  lost_since_.reset();
}

RefreshingCredentials::Age RefreshingCredentials::age_of_held() const {
  if (!held_->expires_at) return Age::fresh;
  const milliseconds left = *held_->expires_at - clock_.now();
  const RenewalWindows windows = windows_of(*held_->expires_at - held_since_);
  if (left <= milliseconds(0)) return Age::expired;
  if (left <= windows.mandatory) return Age::urgent;
  return left <= windows.advisory ? Age::due : Age::fresh;
}

bool RefreshingCredentials::begin_renewal() {
  if (is_renewing_ || clock_.now() < not_before_) return false;
  is_renewing_ = true;
  return true;
}

std::shared_ptr<const Credentials> RefreshingCredentials::get() {
  for (bool has_tried = false;;) {
    milliseconds pause{0};
    {
      base::MutexLock lock(mutex_);
      while (is_renewing_ && age_of_held() >= Age::urgent) renewed_.wait(mutex_);
      const Age age = age_of_held();
      if (age == Age::fresh || (age == Age::urgent && has_tried)) return held_;
      if (age == Age::due) {
        if (begin_renewal() && !background_.start([this] { renew(); })) is_renewing_ = false;
        return held_;
      }
      if (age == Age::expired && has_tried && !is_worth_waiting()) fail_expired();
      if (!begin_renewal()) {
        if (age == Age::urgent) return held_;
        if (!is_worth_waiting()) fail_expired();
        pause = std::max(not_before_ - clock_.now(), kShortestPause);
      }
    }
    if (pause == milliseconds(0)) {
      renew();
      has_tried = true;
    } else {
      clock_.sleep_for(pause, hurry_.stop_possible() ? hurry_ : end_.get_token());
    }
  }
}

bool RefreshingCredentials::is_worth_waiting() const {
  if (hurry_.stop_requested() || end_.stop_requested()) return false;
  if (!last_error_ || last_error_->kind() == ErrorKind::cancelled) return false;
  return last_error_->worth_retrying() && (!lost_since_ || clock_.now() < *lost_since_ + kPatience);
}

bool RefreshingCredentials::replace(const Credentials& refused) {
  {
    base::MutexLock lock(mutex_);
    while (is_renewing_ && is_same(*held_, refused)) renewed_.wait(mutex_);
    if (!is_same(*held_, refused)) return true;  // another request was faster
    if (!begin_renewal()) return false;
    log_.info("credentials: the store doesn't take those of {} any more: they are renewed", source_.name());
  }
  renew();
  base::MutexLock lock(mutex_);
  return !is_same(*held_, refused);
}

void RefreshingCredentials::renew() {
  Finding found = Passed{};
  std::optional<Error> error;
  try {
    found = source_.find(end_.get_token());
    if (const auto* passed = std::get_if<Passed>(&found)) {
      error.emplace(passed->worth_retrying ? ErrorKind::transient : ErrorKind::access_denied,
                    passed->why.empty() ? "it has none any more" : passed->why);
    }
  } catch (const Error& thrown) {
    error = thrown;
  } catch (const std::exception& thrown) {
    error.emplace(ErrorKind::internal, thrown.what());
  }
  base::MutexLock lock(mutex_);
  is_renewing_ = false;
  if (error) {
    renewal_failed(*std::move(error));
  } else {
    take(std::get<Credentials>(std::move(found)));
  }
  renewed_.notify_all();
}

void RefreshingCredentials::take(Credentials found) {
  const bool is_newer = !is_same(found, *held_) ||
                        (found.expires_at && held_->expires_at && *found.expires_at > *held_->expires_at);
  const bool has_expired = found.expires_at && *found.expires_at <= clock_.now();
  if (is_newer && !has_expired) {
    hold(std::move(found));
    log_.info("credentials: renewed by {}{}", source_.name(),
              held_->expires_at ? ", until " + base::format_iso8601(*held_->expires_at) : "");
    return;
  }
  // Programs keep what they print until shortly before its end.
  last_error_.reset();
  wait_for_next_try();
  log_.info("credentials: {} has {} still", source_.name(),
            is_newer ? "only such that have expired" : "the same ones");
}

void RefreshingCredentials::wait_for_next_try() {
  const base::Timestamp now = clock_.now();
  const milliseconds left = held_->expires_at ? *held_->expires_at - now : milliseconds(0);
  milliseconds pause = std::clamp(left / 8, kShortestPause, kLongestPause);
  if (left <= milliseconds(0)) {
    if (!lost_since_) lost_since_ = now;
    pause = std::clamp((now - *lost_since_) / 2, kShortestPause, kLongestPauseOfExpired);
  }
  not_before_ = now + pause;
}

void RefreshingCredentials::renewal_failed(Error error) {
  wait_for_next_try();
  const std::string text =
      fmt::format("credentials of {} could not be renewed: {}; the old ones are used{}", source_.name(),
                  base::printable(error.what()),
                  held_->expires_at ? " until " + base::format_iso8601(*held_->expires_at) : "");
  last_error_ = std::move(error);
  // Once is enough for people; the next success ends it.
  if (++failures_ == 1) {
    log_.warn("{}", text);
  } else {
    log_.info("{}", text);
  }
}

void RefreshingCredentials::fail_expired() {
  ErrorKind kind = ErrorKind::access_denied;
  std::string why = fmt::format(", and {} has no newer ones", source_.name());
  if (last_error_) {
    why = " and could not be renewed: " + last_error_->message();
    if (last_error_->kind() == ErrorKind::cancelled) {
      kind = ErrorKind::cancelled;
    } else if (last_error_->worth_retrying()) {
      kind = ErrorKind::transient;
    }
  }
  // The code says whose trouble it is: not that of the one object which the request was about.
  throw Error(kind,
              fmt::format("the credentials of {} expired at {}{}", source_.name(),
                          base::format_iso8601(*held_->expires_at), why),
              {.operation = std::string(kFindCredentials),
               .code = std::string(kind == ErrorKind::access_denied ? kExpired
                                   : kind == ErrorKind::transient   ? kNotRenewed
                                                                    : "")});
}

}  // namespace s3c::aws
