// Decides which rule of a fault script applies to a request. Deterministic: the same requests in the same
// order get the same faults. A run of many threads can be replayed too: chance depends on the script's seed,
// on the rule, and on how many requests with the same operation, bucket and key came before. It doesn't
// depend on other requests in between. One thread.
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

/// What selectors are compared with.
struct RequestFacts {
  Operation operation = Operation::unknown;  ///< also for requests that aren't S3 requests
  std::string bucket;
  /// The key; or the prefix that a listing asks for; or every key of a DeleteObjects. At least one.
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

  /// The first rule that takes this request. Every rule counts all requests that it matches, even those that
  /// an earlier rule took. Rate limits count only the requests that no earlier rule took.
  std::optional<Chosen> choose(const RequestFacts& facts, base::Timestamp now);
  /// Call it when the chosen rule's fault was done to the request.
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
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  // requests, by hash of operation, bucket, key
  std::map<std::string, TokenBucket> token_buckets_;       // by rule, bucket and prefix
};

}  // namespace s3c::sim
