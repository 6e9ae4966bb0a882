#include "sim/fault_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/glob.h"
#include "sim/query.h"
#include "sim/route.h"
#include "sim/s3_error.h"
#include "sim/xml_request.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kUlidBytes = 26;

/// A key without the ULIDs in it: they differ in every run.
std::string without_ulids(std::string_view key) {
  auto is_ulid_letter = [](char c) {
    return std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(c) != std::string_view::npos;
  };
  std::string out;
  while (!key.empty()) {
    const auto end =
        static_cast<std::size_t>(std::find_if_not(key.begin(), key.end(), is_ulid_letter) - key.begin());
    if (end != kUlidBytes) out += key.substr(0, end);
    key.remove_prefix(end);
    if (key.empty()) break;
    out += key.front();
    key.remove_prefix(1);
  }
  return out;
}

bool matches(const Selector& selector, const RequestFacts& facts) {
  const auto& operations = selector.operations;
  if (!operations.empty() &&
      std::find(operations.begin(), operations.end(), facts.operation) == operations.end()) {
    return false;
  }
  return glob_matches(selector.bucket, facts.bucket) &&
         std::any_of(facts.keys.begin(), facts.keys.end(),
                     [&](const std::string& key) { return glob_matches(selector.key, key); });
}

/// "a/b/" for two segments of "a/b/c"; all of it when it has no more.
std::string_view first_segments(std::string_view key, std::uint64_t segments) {
  std::size_t end = 0;
  for (; segments > 0 && end != std::string_view::npos; --segments) {
    const std::size_t slash = key.find('/', end);
    end = slash == std::string_view::npos ? slash : slash + 1;
  }
  return key.substr(0, end);
}

/// The keys a DeleteObjects names; none if its body can't be read.
std::vector<std::string> keys_to_delete(const Request& request) {
  std::vector<std::string> keys;
  try {
    const pugi::xml_document document = parse_xml(request.body.contiguous(), "Delete");
    for (const pugi::xml_node& object : document.document_element().children("Object")) {
      keys.emplace_back(object.child_value("Key"));
    }
  } catch (const S3Error&) {
    return {};
  }
  return keys;
}

}  // namespace

RequestFacts facts_of(const Request& request) {
  RequestFacts facts;
  try {
    const Query query(request.raw_query);
    Route route = route_request(request, query);
    facts.operation = route.operation;
    facts.bucket = std::move(route.bucket);
    if (route.operation == Operation::delete_objects) {
      facts.keys = keys_to_delete(request);
    } else if (route.key.empty()) {
      facts.keys.emplace_back(query.get("prefix"));
    } else {
      facts.keys.push_back(std::move(route.key));
    }
  } catch (const S3Error&) {
    // The store will answer with the error. Rules for all requests apply to this one too.
  }
  if (facts.keys.empty()) facts.keys.emplace_back();
  return facts;
}

FaultRules::FaultRules(FaultScript script) : script_(std::move(script)), counts_(script_.rules.size()) {}

std::optional<FaultRules::Chosen> FaultRules::choose(const RequestFacts& facts, base::Timestamp now) {
  const std::uint64_t identity = hash_of(std::string(name(facts.operation)) + '\n' + facts.bucket + '\n' +
                                         without_ulids(facts.keys.front()));
  const std::uint64_t occurrence = ++seen_[identity];
  std::optional<Chosen> chosen;
  for (std::size_t index = 0; index < script_.rules.size(); ++index) {
    if (!matches(script_.rules[index].selector, facts)) continue;
    ++counts_[index].matched;
    if (chosen) continue;
    Dice mixer(script_.seed + index + 1);
    Dice dice(mixer.next() ^ Dice(identity + occurrence).next());
    if (takes(index, facts, now, dice)) chosen = Chosen{&script_.rules[index], index, dice};
  }
  return chosen;
}

bool FaultRules::takes(std::size_t index, const RequestFacts& facts, base::Timestamp now, Dice& dice) {
  const Selector& selector = script_.rules[index].selector;
  const Counts& counts = counts_[index];
  const auto& nth = selector.nth;
  if (!nth.empty() && std::find(nth.begin(), nth.end(), counts.matched) == nth.end()) return false;
  if (counts.matched < selector.from) return false;
  if (selector.times && counts.fired >= *selector.times) return false;
  if (selector.probability && dice.next_fraction() >= *selector.probability) return false;
  const auto* limit = std::get_if<RateLimitFault>(&script_.rules[index].fault);
  return limit == nullptr || exceeds(*limit, index, facts, now);
}

bool FaultRules::exceeds(const RateLimitFault& limit, std::size_t index, const RequestFacts& facts,
                         base::Timestamp now) {
  const double burst = std::max(1.0, limit.per_second);
  const std::string place =
      fmt::format("{} {} {}", index, facts.bucket, first_segments(facts.keys.front(), limit.prefix_segments));
  TokenBucket& bucket = token_buckets_.try_emplace(place, TokenBucket{burst, now}).first->second;
  const std::chrono::duration<double> passed = now - bucket.filled_at;
  bucket.tokens = std::min(burst, bucket.tokens + std::max(0.0, passed.count()) * limit.per_second);
  bucket.filled_at = now;
  if (bucket.tokens < 1) return true;
  bucket.tokens -= 1;
  return false;
}

}  // namespace s3c::sim
