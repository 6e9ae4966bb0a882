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
                                             base::Logger& log, Background& background, std::stop_token stop)
    : source_(source),
      clock_(clock),
      log_(log),
      background_(background),
      forward_stop_(std::move(stop), [this] { end_.request_stop(); }) {
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
  last_error_ = nullptr;
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
  {
    base::MutexLock lock(mutex_);
    const Age age = age_of_held();
    if (age == Age::fresh) return held_;
    if (age == Age::due) {
      if (begin_renewal() && !background_.start([this] { renew(); })) is_renewing_ = false;
      return held_;
    }
    if (!begin_renewal()) {
      while (is_renewing_) renewed_.wait(mutex_);
      if (age_of_held() == Age::expired) fail_expired();
      return held_;
    }
  }
  renew();
  base::MutexLock lock(mutex_);
  if (age_of_held() == Age::expired) fail_expired();
  return held_;
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
  Finding found = Passed{"it has none any more"};
  std::exception_ptr error;
  std::string why;
  try {
    found = source_.find(end_.get_token());
    if (const auto* passed = std::get_if<Passed>(&found)) why = passed->why;
  } catch (const std::exception& thrown) {
    error = std::current_exception();
    why = thrown.what();
  }
  base::MutexLock lock(mutex_);
  is_renewing_ = false;
  if (auto* credentials = std::get_if<Credentials>(&found); credentials != nullptr && !error) {
    const bool is_newer = !is_same(*credentials, *held_) || (credentials->expires_at && held_->expires_at &&
                                                             *credentials->expires_at > *held_->expires_at);
    if (is_newer) {
      hold(std::move(*credentials));
      log_.info("credentials: renewed by {}{}", source_.name(),
                held_->expires_at ? ", until " + base::format_iso8601(*held_->expires_at) : "");
    } else {
      // Programs keep what they print until shortly before its end.
      wait_for_next_try();
      log_.info("credentials: {} has the same ones still", source_.name());
    }
  } else {
    renewal_failed(why, error);
  }
  renewed_.notify_all();
}

void RefreshingCredentials::wait_for_next_try() {
  const base::Timestamp now = clock_.now();
  const milliseconds left = held_->expires_at ? *held_->expires_at - now : milliseconds(0);
  not_before_ = now + std::clamp(left / 8, kShortestPause, kLongestPause);
}

void RefreshingCredentials::renewal_failed(const std::string& why, std::exception_ptr error) {
  last_error_ = std::move(error);
  wait_for_next_try();
  const std::string text = fmt::format(
      "credentials of {} could not be renewed: {}; the old ones are used{}", source_.name(),
      base::printable(why), held_->expires_at ? " until " + base::format_iso8601(*held_->expires_at) : "");
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
    try {
      std::rethrow_exception(last_error_);
    } catch (const Error& error) {
      why = " and could not be renewed: " + error.message();
      if (error.worth_retrying())
        kind = error.kind() == ErrorKind::cancelled ? ErrorKind::cancelled : ErrorKind::transient;
    } catch (const std::exception& error) {
      why = fmt::format(" and could not be renewed: {}", error.what());
    }
  }
  // The code says whose trouble it is: not that of the one object which the request was about.
  throw Error(kind,
              fmt::format("the credentials of {} expired at {}{}", source_.name(),
                          base::format_iso8601(*held_->expires_at), why),
              {.operation = std::string(kFindCredentials),
               .code = kind == ErrorKind::access_denied ? std::string(kExpired) : ""});
}

}  // namespace s3c::aws
