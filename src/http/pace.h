// Whether an exchange moves. Without this check, a server that sends a byte now and then would keep its
// client for ever. Pure: times are passed in, so tests don't wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/error.h"

namespace s3c::http {

/// How long each kind of silence is accepted. A whole exchange has no time limit, unless its answer is slow
/// (longest_slow_answer): a part may take minutes on a slow line.
struct PaceRules {
  std::uint64_t least_bytes_per_second = 1024;
  /// A body that is being sent or received must move at least that fast over each window. At this speed a
  /// part of 8 MiB takes 2 hours. A slower exchange is the server's fault and not a slow line.
  std::chrono::milliseconds window{30'000};
  /// The longest time in which no byte moves, the wait for the first byte of the answer included.
  std::chrono::milliseconds longest_silence{60'000};
  /// The same for requests with Request::slow_answer. S3 works for minutes on CompleteMultipartUpload and
  /// sends white space meanwhile; other stores (Ceph RGW) send nothing.
  std::chrono::milliseconds longest_silence_of_slow_answer{300'000};
  /// How long all of a slow answer may take. White space that keeps coming doesn't prove that the end will
  /// come.
  std::chrono::milliseconds longest_slow_answer{1'800'000};
  /// How long the head of an answer and a body that is kept in memory may take, from the first byte on. The
  /// largest is a page of a listing, of 4 MB.
  std::chrono::milliseconds longest_kept_answer{300'000};
  /// The same for the answer to a request that failed: a document of a few hundred bytes.
  std::chrono::milliseconds longest_error_answer{10'000};
  /// When this stop is requested (the user pressed Ctrl-C), an exchange ends as cancelled unless it moves at
  /// the least speed over each hurried window. An answer that is kept must end within one such window, however
  /// fast it moves.
  std::stop_token hurry = {};
  std::chrono::milliseconds hurried_window{3'000};
};

/// The pace of one exchange. One thread at a time.
///
/// Its clock runs only while the caller waits for the server. Time that a sink or another exchange of the
/// same event loop takes is not the server's fault.
class Pace {
 public:
  using Time = std::chrono::nanoseconds;  ///< on the clock of waiting; its origin doesn't matter

  /// rules outlive the exchange.
  void begin(const PaceRules& rules, bool slow_answer, Time now);

  /// What of the answer has begun.
  enum class Answer {
    none,
    streamed,  ///< a body that goes to a sink: it may be large
    kept,      ///< the head, or a body that is kept in memory
    error,     ///< the body of an unsuccessful answer
  };
  struct State {
    std::uint64_t moved_bytes = 0;  ///< sent and received so far
    bool body_under_way = false;    ///< part of a body was sent and more will come, or an answer has begun
    Answer answer = Answer::none;
  };
  /// Returns the reason why the exchange must be given up, else nullopt: transient, or cancelled after a
  /// hurry. Call it a few times per second.
  std::optional<base::Error> check(const State& state, Time now);

 private:
  /// A period of time in which enough bytes must move.
  struct Window {
    Time start{};
    std::uint64_t moved_bytes = 0;
  };
  /// True when window has ended and too few bytes moved in it. When it has ended, the next window begins.
  bool too_slow(std::optional<Window>& window, std::chrono::milliseconds length, const State& state,
                Time now) const;

  bool is_late_in_hurry(const State& state, Time now);
  std::optional<base::Error> overdue(const State& state, Time now);

  const PaceRules* rules_ = nullptr;
  bool slow_answer_ = false;
  Window last_move_;
  Time begin_{};
  std::optional<Window> body_;
  std::optional<Window> hurried_;
  std::optional<Time> hurried_since_;
  std::optional<Time> kept_since_;  ///< the begin of an answer that is kept
};

}  // namespace s3c::http
