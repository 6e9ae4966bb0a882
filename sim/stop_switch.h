// Stops the world at one request, so that a test can kill its program there: PUT
// /_sim/stop?request=K&when=before (or after) lets K - 1 more S3 requests through and holds the K-th and all
// later ones without an answer. The outermost handler: what it counts are requests that arrived, whatever
// faults make of them. One thread.
#pragma once

#include <cstdint>
#include <limits>

#include "sim/request.h"

namespace s3c::sim {

class StopSwitch final : public Handler {
 public:
  /// inner must outlive the switch.
  explicit StopSwitch(Handler& inner) : inner_(inner) {}

  /// PUT /_sim/stop?request=K&when=before|after  counts from 1 as of now. before: the K-th request has no
  ///                    effect; after: it has, its answer is held. Later ones have none.
  /// GET /_sim/stop     {"requests": n, "stopped": bool, "held": m}
  /// DELETE /_sim/stop  no stop any more; the count goes on. Held requests never get an effect or an answer:
  ///                    their connections are closed, as PUT does too.
  Response handle(Request request) override;

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  Response control(const Request& request);

  Handler& inner_;
  std::uint64_t requests_ = 0;
  std::uint64_t held_ = 0;
  std::uint64_t stop_at_ = kNever;
  bool with_effect_ = false;  ///< of the request stopped at
};

}  // namespace s3c::sim
