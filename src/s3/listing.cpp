#include "s3/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace s3c::s3 {

using base::Error;
using base::ErrorKind;

void ListingProgress::fail(const char* why) const {
  throw Error(ErrorKind::corrupt, fmt::format("the listing doesn't move on: {}", why), about_);
}

void ListingProgress::page(std::string_view greatest_name, std::string next) {
  if (next == kept_) fail("the store sends us to the same page again");
  if (++pages_since_kept_ == keep_for_) {
    kept_ = std::move(next);
    keep_for_ *= 2;
    pages_since_kept_ = 0;
  }
  if (greatest_name > greatest_name_) {
    greatest_name_ = greatest_name;
    pages_without_new_name_ = 0;
    return;
  }
  const bool may_stay =
      greatest_name.empty() || (greatest_name == greatest_name_ && names_ == Names::repeated);
  if (!may_stay) fail("a page brings only names that were listed before");
  if (++pages_without_new_name_ > kMaxEmptyPages) fail("too many pages in a row bring nothing new");
}

void check_bucket(ObjectStore& store, const std::string& bucket, std::string_view prefix) {
  ListObjectsRequest request;
  request.bucket = bucket;
  request.prefix = prefix;
  request.max_keys = 1;
  store.list_objects(request);
}

ObjectPages::ObjectPages(ObjectStore& store, ListObjectsRequest request)
    : store_(store),
      request_(std::move(request)),
      progress_(ListingProgress::Names::once,
                {.operation = "ListObjectsV2", .resource = request_.bucket + "/" + request_.prefix}) {}

std::optional<ListObjectsPage> ObjectPages::next() {
  if (at_end_) return std::nullopt;
  ListObjectsPage page = store_.list_objects(request_);
  at_end_ = !page.next_continuation_token;
  if (at_end_) return page;
  std::string_view greatest;
  for (const ObjectSummary& object : page.objects)
    greatest = std::max<std::string_view>(greatest, object.key);
  for (const std::string& prefix : page.common_prefixes)
    greatest = std::max<std::string_view>(greatest, prefix);
  progress_.page(greatest, *page.next_continuation_token);
  request_.continuation_token = *page.next_continuation_token;
  return page;
}

UploadPages::UploadPages(ObjectStore& store, std::string bucket, std::string prefix)
    : store_(store),
      bucket_(std::move(bucket)),
      prefix_(std::move(prefix)),
      progress_(ListingProgress::Names::repeated,
                {.operation = "ListMultipartUploads", .resource = bucket_ + "/" + prefix_}) {}

std::optional<ListMultipartUploadsPage> UploadPages::next() {
  if (at_end_) return std::nullopt;
  ListMultipartUploadsPage page =
      store_.list_multipart_uploads(bucket_, prefix_, key_marker_, upload_id_marker_);
  at_end_ = !page.truncated;
  if (at_end_) return page;
  // The next page begins after that upload, so its key is a name of this page.
  progress_.page(page.next_key_marker, page.next_key_marker + '\0' + page.next_upload_id_marker);
  key_marker_ = page.next_key_marker;
  upload_id_marker_ = page.next_upload_id_marker;
  return page;
}

VersionPages::VersionPages(ObjectStore& store, ListObjectVersionsRequest request)
    : store_(store),
      request_(std::move(request)),
      progress_(ListingProgress::Names::repeated,
                {.operation = "ListObjectVersions", .resource = request_.bucket + "/" + request_.prefix}) {}

std::optional<ListObjectVersionsPage> VersionPages::next() {
  if (at_end_) return std::nullopt;
  ListObjectVersionsPage page = store_.list_object_versions(request_);
  at_end_ = !page.truncated;
  if (at_end_) return page;
  progress_.page(page.next_key_marker, page.next_key_marker + '\0' + page.next_version_id_marker);
  request_.key_marker = page.next_key_marker;
  request_.version_id_marker = page.next_version_id_marker;
  return page;
}

}  // namespace s3c::s3
