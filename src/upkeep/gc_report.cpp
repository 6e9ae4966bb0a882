#include "upkeep/gc_report.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace s3c::upkeep {

std::string_view to_string(GarbageKind kind) {
  switch (kind) {
    case GarbageKind::upload:
      return "upload";
    case GarbageKind::manifest:
      return "manifest";
    case GarbageKind::index:
      return "index";
    case GarbageKind::mark:
      return "mark";
    case GarbageKind::probe:
      return "probe";
    case GarbageKind::staging:
      return "staging";
  }
  return "unknown";
}

void GarbageList::add(Garbage garbage) {
  size_bytes_ += garbage.size_bytes;
  ++by_kind_[garbage.kind];
  all_.add(std::move(garbage));
}

void GarbageList::sort() {
  std::ranges::sort(all_.edit_named(), [](const Garbage& a, const Garbage& b) {
    return std::tie(a.kind, a.key, a.upload_id) < std::tie(b.kind, b.key, b.upload_id);
  });
}

}  // namespace s3c::upkeep
