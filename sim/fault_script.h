// Fault scripts: which requests go wrong, and how. What the JSON of PUT /_sim/faults says, as values.
//
//   script = {"seed": number, "rules": [rule, ...]}      both may be left out
//   rule   = selectors, then "fault": name and that fault's parameters
//
// A rule takes a request when all its selectors hold. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/request.h"

namespace s3c::sim {

struct Selector {
  std::vector<Operation> operations{};   ///< empty: all
  std::string bucket = "*";              ///< glob
  std::string key = "*";                 ///< glob; see RequestFacts::keys
  std::vector<std::uint64_t> nth{};      ///< of the matching requests, from 1; empty: all
  std::uint64_t from = 1;                ///< the n-th matching request and later
  std::optional<std::uint64_t> times{};  ///< fires at most so often
  std::optional<double> probability{};   ///< 0 to 1
};

/// "error", "error_after"
struct ErrorFault {
  int status = 500;
  std::string code;
  std::optional<std::uint64_t> retry_after_seconds{};
  bool after_effect = false;
};
/// "delay": of the answer; the effect isn't late.
struct DelayFault {
  std::chrono::milliseconds time{0};
};
/// "reset": no effect.
struct ResetFault {};
/// "lost_reply": the effect, no answer.
struct LostReplyFault {
  bool reset = false;  ///< the connection ends with a TCP reset instead of an orderly close
};

using Fault = std::variant<ErrorFault, DelayFault, ResetFault, LostReplyFault>;

struct FaultRule {
  Selector selector{};
  std::string name;  ///< "lost_reply"
  Fault fault;
};

struct FaultScript {
  std::uint64_t seed = 0;
  std::vector<FaultRule> rules{};
};

/// Throws base::Error: invalid_argument, with a sentence that names the rule (from 1) and the field.
FaultScript parse_fault_script(std::string_view json);

}  // namespace s3c::sim
