// Which requests a script's rules take, and what a script may say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "sim/fault_rules.h"
#include "sim/glob.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The rules of a script, asked request by request.
class Rules {
 public:
  explicit Rules(const std::string& rules, std::uint64_t seed = 7)
      : rules_(parse_fault_script("{\"seed\": " + std::to_string(seed) + ", \"rules\": [" + rules + "]}")) {}

  /// The index of the rule that takes the request, -1 for none.
  int ask(Operation operation, const std::string& key = "k", const std::string& bucket = "b") {
    return ask(RequestFacts{operation, bucket, {key}});
  }
  int ask(const RequestFacts& facts) {
    const auto chosen = rules_.choose(facts, now_);
    if (!chosen) return -1;
    rules_.count_fired(*chosen);
    return static_cast<int>(chosen->index);
  }
  /// Which of n equal requests are taken, from 1.
  std::vector<int> taken(int n, const std::string& key = "k") {
    std::vector<int> numbers;
    for (int i = 1; i <= n; ++i) {
      if (ask(Operation::get_object, key) == 0) numbers.push_back(i);
    }
    return numbers;
  }

  void advance(std::chrono::milliseconds time) { now_ += time; }

 private:
  FaultRules rules_;
  base::Timestamp now_{};
};

TEST(FaultRules, AllSelectorsMustHold) {
  Rules rules(
      R"({"operation": ["GetObject", "HeadObject"], "bucket": "src-*", "key": "a/*.xml", "fault": "reset"})");
  EXPECT_EQ(rules.ask(Operation::get_object, "a/b/c.xml", "src-1"), 0);
  EXPECT_EQ(rules.ask(Operation::head_object, "a/.xml", "src-"), 0);
  EXPECT_EQ(rules.ask(Operation::put_object, "a/b/c.xml", "src-1"), -1);
  EXPECT_EQ(rules.ask(Operation::get_object, "a/b/c.xml", "dst-1"), -1);
  EXPECT_EQ(rules.ask(Operation::get_object, "b/b/c.xml", "src-1"), -1);
  EXPECT_EQ(Rules(R"({"fault": "reset"})").ask(Operation::unknown), 0) << "no selector: every request";
}

TEST(FaultRules, TheFirstRuleThatFiresWins) {
  Rules rules(R"({"key": "x", "fault": "reset"}, {"operation": "GetObject", "nth": 2, "fault": "reset"},
                 {"fault": "lost_reply"})");
  EXPECT_EQ(rules.ask(Operation::get_object, "x"), 0);
  EXPECT_EQ(rules.ask(Operation::get_object, "y"), 1)
      << "every rule counts what it matches: this is its second";
  EXPECT_EQ(rules.ask(Operation::get_object, "y"), 2);
}

TEST(FaultRules, NthFromTimes) {
  EXPECT_THAT(Rules(R"({"nth": 3, "fault": "reset"})").taken(6), ElementsAre(3));
  EXPECT_THAT(Rules(R"({"nth": [5, 3], "fault": "reset"})").taken(6), ElementsAre(3, 5));
  EXPECT_THAT(Rules(R"({"from": 4, "fault": "reset"})").taken(6), ElementsAre(4, 5, 6));
  EXPECT_THAT(Rules(R"({"times": 2, "fault": "reset"})").taken(6), ElementsAre(1, 2));
  EXPECT_THAT(Rules(R"({"from": 3, "times": 2, "fault": "reset"})").taken(6), ElementsAre(3, 4));
  EXPECT_THAT(Rules(R"({"nth": 1, "key": "other", "fault": "reset"})").taken(3), ElementsAre());
}

TEST(FaultRules, ProbabilityIsOfThatSizeAndComesFromTheSeed) {
  const std::string rule = R"({"probability": 0.2, "fault": "reset"})";
  const std::vector<int> taken = Rules(rule).taken(10'000);
  EXPECT_NEAR(static_cast<double>(taken.size()), 2000, 200);
  EXPECT_EQ(Rules(rule).taken(10'000), taken);
  EXPECT_NE(Rules(rule, 8).taken(10'000), taken);
  EXPECT_NE(Rules(R"({"nth": 1000000, "fault": "reset"}, )" + rule).taken(10'000), taken);
  EXPECT_THAT(Rules(R"({"probability": 0, "fault": "reset"})").taken(1000), ElementsAre());
  EXPECT_EQ(Rules(R"({"probability": 1, "fault": "reset"})").taken(1000).size(), 1000U);
}

TEST(FaultRules, ChanceDoesNotDependOnWhatCameBetween) {
  const std::string rule = R"({"probability": 0.3, "fault": "reset"})";
  const std::vector<int> alone = Rules(rule).taken(200, "a");
  Rules mixed(rule);
  std::vector<int> among_others;
  for (int i = 1; i <= 200; ++i) {
    mixed.ask(Operation::get_object, "b");
    if (i % 3 == 0) mixed.ask(Operation::put_object, "a");
    if (mixed.ask(Operation::get_object, "a") == 0) among_others.push_back(i);
  }
  EXPECT_EQ(among_others, alone);
  EXPECT_NE(Rules(rule).taken(200, "b"), alone);
}

TEST(FaultRules, ChanceDoesNotDependOnUlids) {
  const std::string rule = R"({"probability": 0.5, "fault": "reset"})";
  EXPECT_EQ(Rules(rule).taken(200, "m/01ARZ3NDEKTSV4RRFFQ69G5FAV.json"),
            Rules(rule).taken(200, "m/01BX5ZZKBKACTAV9WEVGEMMVRZ.json"));
  EXPECT_NE(Rules(rule).taken(200, "m/01ARZ3NDEKTSV4RRFFQ69G5FA.json"),
            Rules(rule).taken(200, "m/01BX5ZZKBKACTAV9WEVGEMMVR.json"));
}

TEST(FaultRules, ADeleteIsTakenForAnyOfItsKeysAndAListingForItsPrefix) {
  SimClient sim;
  const std::string body =
      "<Delete><Object><Key>a&amp;1</Key></Object><Object><Key>b</Key></Object></Delete>";
  const RequestFacts many = facts_of(sim.signed_request("POST", "/bucket", "delete", {}, body));
  EXPECT_EQ(many.operation, Operation::delete_objects);
  EXPECT_THAT(many.keys, ElementsAre("a&1", "b"));
  EXPECT_EQ(Rules(R"({"key": "b", "fault": "reset"})").ask(many), 0);
  EXPECT_EQ(Rules(R"({"key": "c", "fault": "reset"})").ask(many), -1);
  const RequestFacts listing = facts_of(sim.signed_request("GET", "/bucket", "list-type=2&prefix=a%2Fb"));
  EXPECT_EQ(listing.operation, Operation::list_objects_v2);
  EXPECT_THAT(listing.keys, ElementsAre("a/b"));
  EXPECT_THAT(facts_of(sim.signed_request("GET", "/bucket/a%20b", "")).keys, ElementsAre("a b"));
  EXPECT_EQ(facts_of(sim.signed_request("GET", "/bucket/%zz", "")).operation, Operation::unknown);
}

TEST(Glob, Matches) {
  const auto matches = glob_matches;
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*", "a/b"));
  EXPECT_TRUE(matches("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(matches("?*", "x"));
  EXPECT_FALSE(matches("?*", ""));
  EXPECT_FALSE(matches("a*b", "a-b-"));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_FALSE(matches("ab", "a"));
}

std::string refusal(const std::string& script) {
  try {
    parse_fault_script(script);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "accepted";
}

TEST(FaultScript, SaysWhatIsWrongAndWhere) {
  auto rules = [](const std::string& text) {
    return refusal("{\"rules\": [{\"fault\": \"reset\"}, " + text + "]}");
  };
  EXPECT_THAT(refusal("{"), HasSubstr("isn't JSON"));
  EXPECT_EQ(refusal("[]"), "the script: is not an object");
  EXPECT_EQ(refusal(R"({"rules": 1})"), "the script: \"rules\" is not an array");
  EXPECT_EQ(refusal(R"({"sed": 1})"), "the script: unknown field \"sed\"");
  EXPECT_THAT(refusal(R"({"seed": -1})"), HasSubstr("\"seed\" is -1, must be a whole number"));
  EXPECT_EQ(rules("7"), "rule 2: is not an object");
  EXPECT_EQ(rules("{}"), "rule 2: \"fault\" is missing");
  EXPECT_THAT(rules(R"({"fault": "flop"})"), HasSubstr("rule 2 (flop): s3sim knows no fault \"flop\""));
  EXPECT_THAT(rules(R"({"fault": "reset", "ms": 3})"), HasSubstr("rule 2 (reset): unknown field \"ms\""));
  EXPECT_THAT(rules(R"({"fault": "delay"})"), HasSubstr("\"ms\" is missing"));
  EXPECT_THAT(rules(R"({"fault": "delay", "ms": "3"})"),
              HasSubstr("\"ms\" is \"3\", must be a whole number"));
  EXPECT_THAT(rules(R"({"fault": "delay", "ms": 1.5})"), HasSubstr("\"ms\" is 1.5"));
  EXPECT_THAT(rules(R"({"fault": "error", "status": 200, "code": "X"})"), HasSubstr("from 300 to 599"));
  EXPECT_THAT(rules(R"({"fault": "error", "status": 500})"), HasSubstr("\"code\" is missing"));
  EXPECT_THAT(rules(R"({"fault": "reset", "operation": "GetObjekt"})"),
              HasSubstr("s3sim has no \"GetObjekt\""));
  EXPECT_THAT(rules(R"({"fault": "reset", "operation": []})"), HasSubstr("empty array"));
  EXPECT_THAT(rules(R"({"fault": "reset", "nth": 0})"), HasSubstr("\"nth\" is 0"));
  EXPECT_THAT(rules(R"({"fault": "reset", "nth": [1, "2"]})"), HasSubstr("\"nth\" is \"2\""));
  EXPECT_THAT(rules(R"({"fault": "reset", "probability": 1.1})"), HasSubstr("number from 0 to 1"));
  EXPECT_THAT(rules(R"({"fault": "lost_reply", "reset": 1})"), HasSubstr("true or false"));
  EXPECT_THAT(rules(R"({"fault": "cut_body"})"), HasSubstr("either \"keep_bytes\" or \"keep_ratio\""));
  EXPECT_THAT(rules(R"({"fault": "cut_body", "keep_bytes": 1, "keep_ratio": 0.5})"), HasSubstr("either"));
  EXPECT_THAT(rules(R"({"fault": "short_body", "keep_bytes": 1, "reset": true})"),
              HasSubstr("unknown field \"reset\""));
  EXPECT_THAT(rules(R"({"fault": "flip_byte", "at": "x"})"),
              HasSubstr("\"at\" is \"x\", must be a whole number"));
  EXPECT_THAT(rules(R"({"fault": "drop_headers"})"), HasSubstr("needs \"request\" or \"response\""));
  EXPECT_THAT(rules(R"({"fault": "drop_headers", "response": "ETag"})"), HasSubstr("lower case"));
  EXPECT_THAT(rules(R"({"fault": "rate_limit"})"), HasSubstr("\"per_second\" is missing"));
  EXPECT_THAT(rules(R"({"fault": "rate_limit", "per_second": 0})"), HasSubstr("number from 0.001"));
  EXPECT_EQ(refusal("{}"), "accepted");
}

}  // namespace
}  // namespace s3c::sim
