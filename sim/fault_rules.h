// Which rule of a fault script a request falls under. Deterministic: the same requests in the same order get
// the same faults. And more than that, so that a run of many threads can be replayed: chance depends on the
// script's seed, the rule, and the how-manieth request of the same operation, bucket and key this is, not on
// what other requests came between. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "sim/dice.h"
#include "sim/fault_script.h"
#include "sim/request.h"

namespace s3c::sim {

/// What selectors look at.
struct RequestFacts {
  Operation operation = Operation::unknown;  ///< also for what isn't an S3 request at all
  std::string bucket;
  /// The key; the prefix asked for by a listing; every key of a DeleteObjects. At least one.
  std::vector<std::string> keys;
};
RequestFacts facts_of(const Request& request);

class FaultRules {
 public:
  struct Counts {
    std::uint64_t matched = 0;  ///< operation, bucket and key
    std::uint64_t fired = 0;
  };
  struct Chosen {
    const FaultRule* rule;
    std::size_t index;
    Dice dice;
  };

  FaultRules() = default;
  explicit FaultRules(FaultScript script);

  bool empty() const { return script_.rules.empty(); }
  const std::vector<Counts>& counts() const { return counts_; }

  /// The first rule that takes this request. Every rule counts the requests it matches, whether or not an
  /// earlier one took them; rate limits count those that no earlier one took.
  std::optional<Chosen> choose(const RequestFacts& facts, base::Timestamp now);
  /// To be called when the chosen rule's fault could be done to the request.
  void count_fired(const Chosen& chosen) { ++counts_[chosen.index].fired; }

 private:
  struct TokenBucket {
    double tokens;
    base::Timestamp filled_at;
  };

  bool takes(std::size_t index, const RequestFacts& facts, base::Timestamp now, Dice& dice);
  bool exceeds(const RateLimitFault& limit, std::size_t index, const RequestFacts& facts,
               base::Timestamp now);

  FaultScript script_;
  std::vector<Counts> counts_;                             // one for each rule
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  // requests by the hash of who they are
  std::map<std::string, TokenBucket> token_buckets_;       // by rule, bucket and prefix
};

}  // namespace s3c::sim
