// DeleteObjects of which some keys are refused though nothing is wrong with them. Pure functions.
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
  bool any_left = false;  ///< the request still asks for something
};

/// Takes the keys that match a glob out of a DeleteObjects once its signature was checked. Nothing is taken
/// out of a body that can't be read.
KeysRefused refuse_keys(Request& request, const std::string& glob);

/// The answer to a DeleteObjects that deleted nothing.
Response empty_delete_result();

/// Adds the refused keys to an answer. False, and no change: it isn't the answer of a success.
bool add_delete_errors(Response& response, const std::vector<RefusedKey>& keys, const std::string& code);

}  // namespace s3c::sim
