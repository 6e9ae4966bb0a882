#include "cli/output/speed.h"

#include <algorithm>

namespace s3c::cli {

using std::chrono::milliseconds;

void SpeedMeter::add(milliseconds elapsed, const Work& done) {
  samples_.push_back({elapsed, done});
  // One sample that is older than the window stays, so that the samples always cover the whole window.
  while (samples_.size() > 2 && samples_[1].elapsed + window_ <= elapsed) samples_.pop_front();
}

Speed SpeedMeter::speed() const {
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  const auto span = static_cast<double>((last.elapsed - first.elapsed).count());
  if (span <= 0) return {};
  const auto rate = [span](std::uint64_t before, std::uint64_t now) {
    return now < before ? 0 : static_cast<double>(now - before) * 1000 / span;
  };
  return {rate(first.done.objects, last.done.objects), rate(first.done.bytes, last.done.bytes)};
}

std::optional<milliseconds> time_for(const Work& left, const Speed& speed) {
  double seconds = 0;
  for (const auto& [amount, rate] : {std::pair{left.objects, speed.objects}, {left.bytes, speed.bytes}}) {
    if (amount == 0) continue;
    if (rate <= 0) return std::nullopt;
    seconds = std::max(seconds, static_cast<double>(amount) / rate);
  }
  constexpr double kLongest = 1e10;  // three hundred years: nothing moves
  if (seconds > kLongest) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Work work_left(const Work& whole, const Work& done) {
  return {whole.objects - std::min(whole.objects, done.objects),
          whole.bytes - std::min(whole.bytes, done.bytes)};
}

}  // namespace s3c::cli
