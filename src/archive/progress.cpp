#include "archive/progress.h"

#include <algorithm>

namespace s3c::archive {

RunProgress Progress::snapshot() const {
  base::MutexLock lock(mutex_);
  return totals_;
}

void Progress::group_found() {
  base::MutexLock lock(mutex_);
  ++totals_.groups_found;
}

void Progress::groups_final() {
  base::MutexLock lock(mutex_);
  totals_.groups_final = true;
}

void Progress::group_started(const std::string& prefix) {
  base::MutexLock lock(mutex_);
  totals_.open_groups.emplace_back().prefix = prefix;
}

GroupProgress* Progress::find(const std::string& prefix) {
  auto& open = totals_.open_groups;  // few: at most Resources::open_groups
  const auto found =
      std::find_if(open.begin(), open.end(), [&](const auto& g) { return g.prefix == prefix; });
  return found == open.end() ? nullptr : &*found;
}

void Progress::group_done(const std::string& prefix) {
  base::MutexLock lock(mutex_);
  ++totals_.groups_done;
  std::erase_if(totals_.open_groups, [&](const auto& g) { return g.prefix == prefix; });
}

}  // namespace s3c::archive
