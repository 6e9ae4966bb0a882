// Fault scripts: which requests go wrong, and how. The JSON of PUT /_sim/faults, as values.
//
//   script = {"seed": number, "rules": [rule, ...]}      both are optional
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
  std::optional<std::uint64_t> times{};  ///< the fault happens at most so often
  std::optional<double> probability{};   ///< 0 to 1
};

/// "error", "error_after"
struct ErrorFault {
  int status = 500;
  std::string code;
  std::optional<std::uint64_t> retry_after_seconds{};
  bool after_effect = false;
};
/// "error_in_200": status 200 and a body of <Error>.
struct ErrorIn200Fault {
  std::string code;
  bool after_effect = false;
};
/// "delay": the answer is late; the effect isn't.
struct DelayFault {
  std::chrono::milliseconds time{0};
};
/// "stall": sends after_bytes of the body, but at least one byte less than all of it; if the body is empty,
/// sends nothing at all.
struct StallFault {
  std::uint64_t after_bytes = 0;
  std::chrono::milliseconds time{0};  ///< of silence, then the connection is closed
};
/// "reset": no effect.
struct ResetFault {};
/// "lost_reply": the effect, no answer.
struct LostReplyFault {
  bool reset = false;  ///< the connection ends with a TCP reset instead of an orderly close
};
/// "late": the connection is closed at once; the effect comes later.
struct LateFault {
  std::chrono::milliseconds time{0};
};
/// "duplicate": the effect happens twice; the answer is the first one's.
struct DuplicateFault {
  std::optional<std::chrono::milliseconds> time{};  ///< between the two; absent: none
};
/// "cut_body", "short_body": the body ends early; at least one byte of it is missing.
struct CutFault {
  std::optional<std::uint64_t> keep_bytes{};  ///< either this
  std::optional<double> keep_ratio{};         ///< or this
  bool honest_length = false;                 ///< Content-Length is the number of bytes sent
  bool reset = false;                         ///< as in LostReplyFault
};
/// "flip_byte": one bit of the answer's body is changed.
struct FlipFault {
  std::optional<std::int64_t> at{};  ///< offset in bytes, from the end if negative; absent: anywhere
};
/// "truncate_xml": the first half of an XML answer, with the right Content-Length.
struct TruncateXmlFault {};
/// "skip_page": the answer is the page after the requested one.
struct SkipPageFault {};
/// "repeat_page": the answer to a request for a further page is the page before it again.
struct RepeatPageFault {};
/// "omit_key": a listing lacks some keys.
struct OmitKeyFault {
  std::string match;  ///< glob
};
/// "delete_errors": some keys of a DeleteObjects are refused.
struct DeleteErrorsFault {
  std::string match;  ///< glob
  std::string code;
};
/// "wrong_etag": every ETag of the answer, in header and XML, is changed.
struct WrongEtagFault {};
/// "drop_headers": globs of header names in lower case.
struct DropHeadersFault {
  std::vector<std::string> request{};   ///< hidden from the store, although the client signed them
  std::vector<std::string> response{};  ///< missing in the answer
};
/// "rate_limit": a token bucket for each bucket and first segments of the key; 503 SlowDown when it is empty.
struct RateLimitFault {
  double per_second = 0;  ///< also the most tokens that the bucket can hold, but at least one
  std::uint64_t prefix_segments = 0;
};

using Fault =
    std::variant<ErrorFault, ErrorIn200Fault, DelayFault, StallFault, ResetFault, LostReplyFault, LateFault,
                 DuplicateFault, CutFault, FlipFault, TruncateXmlFault, SkipPageFault, RepeatPageFault,
                 OmitKeyFault, DeleteErrorsFault, WrongEtagFault, DropHeadersFault, RateLimitFault>;

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
