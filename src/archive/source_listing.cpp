#include "archive/source_listing.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::archive {
namespace {

bool matches_any(const std::vector<std::string>& globs, const std::string& key) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return ::fnmatch(glob.c_str(), key.c_str(), 0) == 0; });
}

}  // namespace

ObjectFilter::ObjectFilter(const Selection& selection, base::Timestamp now)
    : include_(selection.include),
      exclude_(selection.exclude),
      newest_(selection.min_age.count() == 0 ? base::Timestamp::max() : now - selection.min_age),
      min_bytes_(selection.min_object_bytes),
      max_bytes_(selection.max_object_bytes) {}

bool ObjectFilter::wants(const s3::ObjectSummary& object) const {
  if (object.last_modified > newest_) return false;
  if (object.size_bytes < min_bytes_ || object.size_bytes > max_bytes_) return false;
  if (!include_.empty() && !matches_any(include_, object.key)) return false;
  return !matches_any(exclude_, object.key);
}

std::string key_before(std::string key) {
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (!key.empty() && is_continuation(key.back())) key.pop_back();
  if (!key.empty()) key.pop_back();
  return key;
}

SourceListing::SourceListing(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                             const std::string& start_after, const ObjectFilter& filter, bool with_thaw_state)
    : bucket_(bucket),
      prefix_(prefix),
      filter_(filter),
      pages_(store, {.bucket = bucket,
                     .prefix = prefix,
                     .start_after = start_after,
                     .with_thaw_state = with_thaw_state}) {}

const s3::ObjectSummary* SourceListing::peek() {
  for (;;) {
    while (next_ < page_.objects.size()) {
      const s3::ObjectSummary& object = page_.objects[next_];
      if (filter_.wants(object)) return &object;
      ++next_;
    }
    if (started_ && !coming_.valid()) return nullptr;
    load_page();
  }
}

std::optional<SourceListing::Rest> SourceListing::rest() const {
  if (!started_ || coming_.valid()) return std::nullopt;
  Rest rest;
  for (std::size_t i = next_; i < page_.objects.size(); ++i) {
    ++rest.objects;
    rest.bytes += page_.objects[i].size_bytes;
  }
  return rest;
}

void SourceListing::load_page() {
  page_ = (coming_.valid() ? coming_.get() : pages_.next()).value_or(s3::ListObjectsPage{});
  started_ = true;
  next_ = 0;
  for (const s3::ObjectSummary& object : page_.objects) {
    if (object.key <= last_key_ || !object.key.starts_with(prefix_)) {
      throw base::Error(base::ErrorKind::corrupt,
                        fmt::format("the listing is not in key order: \"{}\" came after \"{}\"",
                                    base::printable(object.key), base::printable(last_key_)),
                        {.operation = "ListObjectsV2", .resource = bucket_ + "/" + prefix_});
    }
    last_key_ = object.key;
  }
  if (!page_.next_continuation_token) return;
  coming_ = std::async(std::launch::async, [this] { return pages_.next(); });
}

}  // namespace s3c::archive
