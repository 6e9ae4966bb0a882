// Whether an exchange moves: a server that sends a byte now and then keeps its client for ever otherwise.
// Pure: times are handed in, so tests don't wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/error.h"

namespace s3c::http {

/// How long which silence is borne. There is no limit on a whole exchange: a part may take minutes on a slow
/// line.
struct PaceRules {
  std::uint64_t least_bytes_per_second = 1024;
  /// A body that is under way, in either direction, must move at least that fast over each window. A part of
  /// 8 MiB takes 2 hours at this speed: whoever is slower isn't a line, but a server that keeps us.
  std::chrono::milliseconds window{30'000};
  /// How long not a byte may move, the first byte of the answer included.
  std::chrono::milliseconds longest_silence{60'000};
  /// The same for requests with Request::slow_answer. S3 works for minutes on CompleteMultipartUpload and
  /// sends white space meanwhile; other stores (Ceph RGW) send nothing.
  std::chrono::milliseconds longest_silence_of_slow_answer{300'000};
  /// White space is no sign that the end will come: how long all of a slow answer may take.
  std::chrono::milliseconds longest_slow_answer{1'800'000};
  /// Once it is requested (the user pressed Ctrl-C), nobody waits any more: an exchange ends as cancelled
  /// unless it moves at the least speed over each hurried window.
  std::stop_token hurry = {};
  std::chrono::milliseconds hurried_window{3'000};
};

/// The pace of one exchange. One thread at a time.
///
/// Its clock runs only while the caller waits for the server: what a sink or another exchange of the same
/// event loop takes is not the server's fault.
class Pace {
 public:
  using Time = std::chrono::nanoseconds;  ///< on the clock of waiting; its origin doesn't matter

  /// rules outlive the exchange.
  void begin(const PaceRules& rules, bool slow_answer, Time now);

  struct State {
    std::uint64_t moved_bytes = 0;  ///< sent and received so far
    bool body_under_way = false;    ///< some of a body was sent and more is to come, or an answer has begun
  };
  /// Why the exchange must be given up: transient, or cancelled after a hurry. To be called a few times a
  /// second.
  std::optional<base::Error> check(const State& state, Time now);

 private:
  /// A stretch of time in which so many bytes must move.
  struct Window {
    Time start{};
    std::uint64_t moved_bytes = 0;
  };
  /// Whether window has passed with too few bytes; begins the next one when it has passed.
  bool too_slow(std::optional<Window>& window, std::chrono::milliseconds length, const State& state,
                Time now) const;

  const PaceRules* rules_ = nullptr;
  bool slow_answer_ = false;
  Window last_move_;
  Time begin_{};
  std::optional<Window> body_;
  std::optional<Window> hurried_;
};

}  // namespace s3c::http
