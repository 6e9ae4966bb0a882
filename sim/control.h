// Requests to the simulator itself, below /_sim/. They are unsigned, never billed, and never subject to
// faults or stops. Each handler of the chain answers its own requests and passes the others on. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "sim/request.h"

namespace s3c::sim {

/// "_sim" can't be a bucket's name.
inline bool is_control(const Request& request) {
  return request.raw_path.starts_with("/_sim/");
}

/// True for /_sim/<what>.
bool is_control(const Request& request, std::string_view what);

/// 204.
Response control_done();
/// 200 with a JSON document.
Response control_json(std::string document);
/// An error: one line of text.
Response control_error(int status, std::string line);

}  // namespace s3c::sim
