// What each fault does to one request: before the store gets it, to the store's answer, or instead of it. One
// thread.
#pragma once

#include "sim/fault_listings.h"
#include "sim/fault_rules.h"
#include "sim/fault_script.h"
#include "sim/request.h"

namespace s3c::sim {

/// A request to which a rule applies.
struct FaultedRequest {
  Handler& store;
  Request request;
  const RequestFacts& facts;
  Dice dice;
  LastPages& last_pages;
};

struct FaultOutcome {
  Response response;
  bool done = true;  ///< false: the fault is impossible here; response is the store's own
};

FaultOutcome apply_fault(const Fault& fault, FaultedRequest call);

}  // namespace s3c::sim
