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
  ++count_;
  size_bytes_ += garbage.size_bytes;
  ++by_kind_[garbage.kind];
  if (named_.size() < kMaxNamed) named_.push_back(std::move(garbage));
}

void GarbageList::sort() {
  std::sort(named_.begin(), named_.end(), [](const Garbage& a, const Garbage& b) {
    return std::tie(a.kind, a.key, a.upload_id) < std::tie(b.kind, b.key, b.upload_id);
  });
}

void GcFailures::add(const base::Error& error) {
  ++count_;
  refused_ = refused_ || !error.worth_retrying();
  if (kept_.size() < kMaxKept) kept_.push_back(error);
}

}  // namespace s3c::upkeep
