// Stops the server at one request, so that a test can kill its program there. PUT
// /_sim/stop?request=K&when=before (or after) lets K - 1 more S3 requests through, and holds the K-th and all
// later ones without an answer. This is the outermost handler: it counts the requests that arrive, whatever
// faults do to them. One thread.
#pragma once

#include <cstdint>
#include <limits>

#include "sim/request.h"

namespace s3c::sim {

class StopSwitch final : public Handler {
 public:
  /// inner must outlive the switch.
  explicit StopSwitch(Handler& inner) : inner_(inner) {}

  /// PUT /_sim/stop?request=K&when=before|after  starts the count again: the next request is number 1.
  ///                    before: the K-th request has no effect; after: it has its effect, and its answer is
  ///                    held. Later requests have no effect.
  /// GET /_sim/stop     {"requests": n, "stopped": bool, "held": m}
  /// DELETE /_sim/stop  removes the stop; the count goes on. Held requests get no further effect and no
  ///                    answer: their connections are closed. PUT closes them too.
  Response handle(Request request) override;

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  Response control(const Request& request);

  Handler& inner_;
  std::uint64_t requests_ = 0;
  std::uint64_t held_ = 0;
  std::uint64_t stop_at_ = kNever;
  bool with_effect_ = false;  ///< of the K-th request
};

}  // namespace s3c::sim
