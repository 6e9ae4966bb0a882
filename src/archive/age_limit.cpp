#include "archive/age_limit.h"

#include <algorithm>

#include "base/ulid.h"

namespace s3c::archive {

std::chrono::milliseconds AgeLimit::age_of(base::Timestamp made) const {
  return std::max(std::chrono::milliseconds(0), std::chrono::milliseconds(now_ - made));
}

base::Timestamp made_at(std::string_view id, base::Timestamp last_modified) {
  return std::max(base::ulid_time(id).value_or(last_modified), last_modified);
}

}  // namespace s3c::archive
