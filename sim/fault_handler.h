// Does to requests and answers what a fault script says. Sits between the server and the store: faults that
// have no effect never reach the store, the others reach it as any request does and lose or spoil its answer.
// The bill is the store's: it counts what took effect there, and what the store refused itself, as S3 would
// bill it. So a duplicate counts twice, a lost reply and a late request once, an error made up here not at
// all. One thread.
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

  /// inner must outlive the handler and every LaterEffect of its answers. now: what rate limits go by.
  FaultHandler(Handler& inner, Now now) : inner_(inner), now_(std::move(now)) {}

  /// Replaces the rules and starts all counts again.
  void set_script(FaultScript script);

  /// PUT /_sim/faults     a script (fault_script.h); 400 and a line of text when it can't be right
  /// GET /_sim/faults     {"requests": n, "rules": [{"matched": n, "fired": n}, ...], "log": [{"request": n,
  ///                      "operation": "PutObject", "bucket": "b", "key": "k", "fault": "reset"}, ...]}
  ///                      fired: the fault was done; it isn't where it can't be, as a cut of a body that is
  ///                      empty
  /// DELETE /_sim/faults  no rules any more
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
