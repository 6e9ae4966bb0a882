#include "s3/object_listing.h"

#include <utility>

namespace s3c::s3 {

std::string key_before(std::string key) {
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (!key.empty() && is_continuation(key.back())) key.pop_back();
  if (!key.empty()) key.pop_back();
  return key;
}

ObjectListing::ObjectListing(ObjectStore& store, const std::string& bucket, const std::string& prefix,
                             const std::string& start_after, Filter filter, bool with_thaw_state)
    : filter_(std::move(filter)),
      pages_(store, {.bucket = bucket,
                     .prefix = prefix,
                     .start_after = start_after,
                     .with_thaw_state = with_thaw_state}) {}

const ObjectSummary* ObjectListing::peek() {
  for (;;) {
    while (next_ < page_.objects.size()) {
      const ObjectSummary& object = page_.objects[next_];
      if (!filter_ || filter_(object)) return &object;
      ++next_;
    }
    if (started_ && !coming_.valid()) return nullptr;
    load_page();
  }
}

std::optional<ObjectListing::Rest> ObjectListing::rest() const {
  if (!started_ || coming_.valid()) return std::nullopt;
  Rest rest;
  for (std::size_t i = next_; i < page_.objects.size(); ++i) {
    ++rest.objects;
    rest.bytes += page_.objects[i].size_bytes;
  }
  return rest;
}

void ObjectListing::load_page() {
  page_ = (coming_.valid() ? coming_.get() : pages_.next()).value_or(ListObjectsPage{});
  started_ = true;
  next_ = 0;
  if (!page_.next_continuation_token) return;
  coming_ = std::async(std::launch::async, [this] { return pages_.next(); });
}

}  // namespace s3c::s3
