// How fast a run is, and how long the rest will take. Uses no clock. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace s3c::cli {

/// An amount of work: what is done, or what is left. Small objects take their time each, large ones by their
/// bytes, so both are counted.
struct Work {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

/// Per second.
struct Speed {
  double objects = 0;
  double bytes = 0;
};

/// The speed over the last seconds: what the run does now.
class SpeedMeter {
 public:
  /// window: a display shows a short one; what tells the time that is left needs a longer one, or it jumps about.
  explicit SpeedMeter(std::chrono::milliseconds window) : window_(window) {}

  /// done: since the start. elapsed: since the start, never less than in the call before.
  void add(std::chrono::milliseconds elapsed, const Work& done);
  Speed speed() const;

 private:
  struct Sample {
    std::chrono::milliseconds elapsed{0};
    Work done;
  };
  const std::chrono::milliseconds window_;
  std::deque<Sample> samples_{Sample{}};  // nothing was done at the start
};

inline constexpr std::chrono::seconds kShownWindow{15};
inline constexpr std::chrono::seconds kForecastWindow{60};

/// The time for the rest at this speed: as long as the objects take, or the bytes, whichever is longer. nullopt: nothing
/// moves.
std::optional<std::chrono::milliseconds> time_for(const Work& left, const Speed& speed);

/// whole less done, never below 0.
Work work_left(const Work& whole, const Work& done);

}  // namespace s3c::cli
