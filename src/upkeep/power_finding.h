// What a check has found out about one power of a store.
#pragma once

#include <string>

#include "s3/power.h"

namespace s3c::upkeep {

struct PowerFinding {
  enum class Found { yes, no, unknown };
  s3::Power power;
  std::string bucket;  ///< where it was tried
  Found found = Found::unknown;
  std::string detail = {};  ///< what was seen, or why nothing is known; may be empty
  /// Of the source's store; false: of the archive's.
  bool of_source = false;
};

}  // namespace s3c::upkeep
