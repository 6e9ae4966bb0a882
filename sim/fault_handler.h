// Changes requests and answers as a fault script says. It sits between the server and the store. Faults that
// have no effect never reach the store. With other faults the store handles the request as usual, and the
// answer is lost or damaged. The bill is the store's: it counts what took effect there, and what the store
// itself refused, as S3 would bill it. So a duplicate counts twice, a lost reply and a late request once, and
// an error invented here not at all. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "base/time.h"
#include "sim/fault_listings.h"
#include "sim/fault_rules.h"
#include "sim/request.h"

namespace s3c::sim {

class FaultHandler final : public Handler {
 public:
  using Now = std::function<base::Timestamp()>;

  /// inner must outlive the handler and every LaterEffect of its answers. now: the time for rate limits.
  FaultHandler(Handler& inner, Now now) : inner_(inner), now_(std::move(now)) {}

  /// Replaces the rules and resets all counts.
  void set_script(FaultScript script);

  /// PUT /_sim/faults     a script (fault_script.h); 400 and a line of text when it is invalid
  /// GET /_sim/faults     {"requests": n, "rules": [{"matched": n, "fired": n}, ...], "log": [{"request": n,
  ///                      "operation": "PutObject", "bucket": "b", "key": "k", "fault": "reset"}, ...]}
  ///                      fired: how often the fault happened; it doesn't where it is impossible, such as
  ///                      cutting an empty body
  /// DELETE /_sim/faults  removes all rules
  Response handle(Request request) override;

 private:
  struct Entry {
    std::uint64_t request;
    RequestFacts facts;
    std::string fault;
  };

  Response answer(Request request);
  Response control(const Request& request);
  std::string report() const;

  Handler& inner_;
  Now now_;
  FaultRules rules_;
  LastPages last_pages_;
  std::uint64_t requests_ = 0;
  std::deque<Entry> log_;  // the last ones
};

}  // namespace s3c::sim
