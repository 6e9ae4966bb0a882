#include "base/age_limit.h"

#include <algorithm>

namespace s3c::base {

std::chrono::milliseconds AgeLimit::age_of(base::Timestamp made) const {
  return std::max(std::chrono::milliseconds(0), std::chrono::milliseconds(now_ - made));
}

}  // namespace s3c::base
