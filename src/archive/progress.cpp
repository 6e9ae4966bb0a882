#include "archive/progress.h"

#include <algorithm>

namespace s3c::archive {

GroupProgress* RunProgress::find(const std::string& prefix) {
  // Few: at most Resources::open_groups.
  const auto found = std::find_if(open_groups.begin(), open_groups.end(),
                                  [&](const GroupProgress& group) { return group.prefix == prefix; });
  return found == open_groups.end() ? nullptr : &*found;
}

void Progress::groups_final() {
  update([](RunProgress& run) { run.groups_final = true; });
}

void Progress::group_started(const std::string& prefix) {
  update([&](RunProgress& run) { run.open_groups.emplace_back().prefix = prefix; });
}

void Progress::group_done(const std::string& prefix, bool stopped) {
  update([&](RunProgress& run) {
    const GroupProgress* done = run.find(prefix);
    const bool whole = done != nullptr && done->listing_done && done->packed >= done->listed;
    if (!stopped || whole) ++run.groups_done;
    ++run.ended_groups;
    if (done != nullptr) {
      run.ended_objects += done->listed;
      run.ended_bytes += done->listed_bytes;
    }
    std::erase_if(run.open_groups, [&](const GroupProgress& group) { return group.prefix == prefix; });
  });
}

}  // namespace s3c::archive
