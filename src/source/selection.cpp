#include "source/selection.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

namespace s3c::source {
namespace {

bool matches_any(const std::vector<std::string>& globs, const std::string& key) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return ::fnmatch(glob.c_str(), key.c_str(), 0) == 0; });
}

}  // namespace

std::string places_of(const Selection& selection) {
  std::string text;
  for (const std::string& prefix : selection.prefixes)
    text += fmt::format("{}{}/{}/", text.empty() ? "" : ", ", selection.bucket, prefix);
  return text;
}

ObjectFilter::ObjectFilter(const Selection& selection, base::Timestamp now)
    : include_(selection.include),
      exclude_(selection.exclude),
      newest_(selection.min_age.count() == 0 ? base::Timestamp::max() : now - selection.min_age),
      min_bytes_(selection.min_object_bytes),
      max_bytes_(selection.max_object_bytes) {}

bool ObjectFilter::operator()(const s3::ObjectSummary& object) const {
  if (object.last_modified > newest_) return false;
  if (object.size_bytes < min_bytes_ || object.size_bytes > max_bytes_) return false;
  if (!include_.empty() && !matches_any(include_, object.key)) return false;
  return !matches_any(exclude_, object.key);
}

}  // namespace s3c::source
