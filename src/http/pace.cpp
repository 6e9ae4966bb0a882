#include "http/pace.h"

#include <fmt/format.h>

namespace s3c::http {

using base::Error;
using base::ErrorKind;

namespace {

bool is_kept(const Pace::State& state) {
  return state.answer == Pace::Answer::kept || state.answer == Pace::Answer::error;
}

std::int64_t seconds(std::chrono::milliseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

void Pace::begin(const PaceRules& rules, bool slow_answer, Time now) {
  *this = Pace{};
  rules_ = &rules;
  slow_answer_ = slow_answer;
  begin_ = now;
  last_move_ = {now, 0};
}

bool Pace::too_slow(std::optional<Window>& window, std::chrono::milliseconds length, const State& state,
                    Time now) const {
  if (!window) window = Window{now, state.moved_bytes};
  if (now - window->start < length) return false;
  const std::uint64_t moved_bytes = state.moved_bytes - window->moved_bytes;
  const auto wanted_ms = static_cast<std::uint64_t>(length.count());
  window = Window{now, state.moved_bytes};
  return moved_bytes * 1000 < rules_->least_bytes_per_second * wanted_ms;
}

bool Pace::is_late_in_hurry(const State& state, Time now) {
  if (!hurried_since_) hurried_since_ = now;
  if (too_slow(hurried_, rules_->hurried_window, state, now)) return true;
  return is_kept(state) && now - *hurried_since_ >= rules_->hurried_window;
}

std::optional<Error> Pace::check(const State& state, Time now) {
  if (state.moved_bytes != last_move_.moved_bytes) last_move_ = {now, state.moved_bytes};

  if (is_kept(state) && !kept_since_) kept_since_ = now;
  if (!rules_->hurry.stop_requested()) return overdue(state, now);
  // What has run out of time now would otherwise be tried again, and take a second hurried window.
  if (!is_late_in_hurry(state, now) && !overdue(state, now)) return std::nullopt;
  return Error(ErrorKind::cancelled, "stopped: the store did not answer in time");
}

std::optional<Error> Pace::overdue(const State& state, Time now) {
  if (state.answer == Answer::error && now - *kept_since_ >= rules_->longest_error_answer) {
    return Error(ErrorKind::transient, fmt::format("the store's error answer has not ended in {} s",
                                                   seconds(rules_->longest_error_answer)));
  }

  const auto longest_silence =
      slow_answer_ ? rules_->longest_silence_of_slow_answer : rules_->longest_silence;
  if (now - last_move_.start >= longest_silence) {
    return Error(ErrorKind::transient,
                 fmt::format("the store has been silent for {} s", seconds(longest_silence)));
  }
  if (slow_answer_) {
    if (now - begin_ < rules_->longest_slow_answer) return std::nullopt;
    return Error(ErrorKind::transient,
                 fmt::format("the store has not finished in {} s", seconds(rules_->longest_slow_answer)));
  }
  if (is_kept(state) && now - *kept_since_ >= rules_->longest_kept_answer) {
    return Error(ErrorKind::transient, fmt::format("the store's answer has not ended in {} s",
                                                   seconds(rules_->longest_kept_answer)));
  }
  if (!state.body_under_way) {
    body_.reset();
  } else if (too_slow(body_, rules_->window, state, now)) {
    return Error(ErrorKind::transient,
                 fmt::format("the connection is too slow: less than {} bytes per second over {} s",
                             rules_->least_bytes_per_second, seconds(rules_->window)));
  }
  return std::nullopt;
}

}  // namespace s3c::http
