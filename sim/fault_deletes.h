// DeleteObjects calls in which some valid keys are refused. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/request.h"

namespace s3c::sim {

struct RefusedKey {
  std::string key;
  std::optional<std::string> version_id{};
};
struct KeysRefused {
  std::vector<RefusedKey> keys{};
  bool any_left = false;  ///< the request still has other keys
};

/// Removes the keys that match a glob from a DeleteObjects, after its signature was checked. A malformed body
/// stays unchanged.
KeysRefused refuse_keys(Request& request, const std::string& glob);

/// The answer to a DeleteObjects that deleted nothing.
Response empty_delete_result();

/// Adds the refused keys to an answer. False, and no change, if the answer isn't a success.
bool add_delete_errors(Response& response, const std::vector<RefusedKey>& keys, const std::string& code);

}  // namespace s3c::sim
