#include "s3/object_listing.h"

#include <utility>

namespace s3c::s3 {

std::string key_before(std::string key) {
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (!key.empty() && is_continuation(key.back())) key.pop_back();
  if (!key.empty()) key.pop_back();
  return key;
}

std::optional<ObjectSummary> find_listed(ObjectStore& store, const std::string& bucket,
                                         const std::string& key) {
  ListObjectsRequest request;
  request.bucket = bucket;
  request.prefix = key;
  request.max_keys = 1;  // of all keys with this prefix, the key itself comes first
  ListObjectsPage page = store.list_objects(request);
  if (page.objects.empty() || page.objects.front().key != key) return std::nullopt;
  return std::move(page.objects.front());
}

base::Error listed_but_absent(base::ErrorContext context) {
  return {base::ErrorKind::transient, "the store lists it, but answers that it isn't there",
          std::move(context)};
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
