#include "s3/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::s3 {

using base::Error;
using base::ErrorKind;

namespace {

base::ErrorContext about(const ListObjectsRequest& request) {
  return {.operation = "ListObjectsV2", .resource = request.bucket + "/" + request.prefix};
}

base::ErrorContext about(const ListObjectVersionsRequest& request) {
  return {.operation = "ListObjectVersions", .resource = request.bucket + "/" + request.prefix};
}

}  // namespace

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

/// A page may go back because the store sorts in another way, or because it came again. In the first case the
/// store itself says that the name follows the last one, and it moves on from there.
bool ListingOrder::is_stores_order(const std::string& name) const {
  if (!is_first_of_page_) return name != last_;
  if (!first_after_) return false;
  try {
    return first_after_(last_) == name && first_after_(name) != name;
  } catch (const Error&) {
    return false;  // unknown; the error to report is that of the page
  }
}

void ListingOrder::name(const std::string& name) {
  if (!name.starts_with(prefix_)) {
    throw Error(ErrorKind::unsupported,
                fmt::format("the store lists \"{}\", which doesn't begin with the prefix that was asked for",
                            base::printable(name)),
                about_);
  }
  const bool may_repeat = names_ == ListingProgress::Names::repeated && name == last_;
  if (name <= last_ && !may_repeat) {
    const bool own = is_stores_order(name);
    throw Error(own ? ErrorKind::unsupported : ErrorKind::corrupt,
                fmt::format("the {}: \"{}\" came after \"{}\"",
                            own ? "store doesn't list names in the order of their bytes, as S3 does"
                                : "listing doesn't move on",
                            base::printable(name), base::printable(last_)),
                about_);
  }
  last_ = name;
  is_first_of_page_ = false;
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
      keys_(ListingProgress::Names::once, request_.prefix, about(request_),
            [this](const std::string& key) { return first_key_after(key); }),
      prefixes_(ListingProgress::Names::once, request_.prefix, about(request_), {}),
      progress_(ListingProgress::Names::once, about(request_)) {}

std::string ObjectPages::first_key_after(const std::string& key) {
  ListObjectsRequest request;
  request.bucket = request_.bucket;
  request.prefix = request_.prefix;
  request.start_after = key;
  request.max_keys = 1;
  const ListObjectsPage page = store_.list_objects(request);
  return page.objects.empty() ? "" : page.objects.front().key;
}

std::optional<ListObjectsPage> ObjectPages::next() {
  if (at_end_) return std::nullopt;
  ListObjectsPage page = store_.list_objects(request_);
  keys_.begin_page();
  for (const ObjectSummary& object : page.objects) keys_.name(object.key);
  prefixes_.begin_page();
  for (const std::string& prefix : page.common_prefixes) prefixes_.name(prefix);
  at_end_ = !page.next_continuation_token;
  if (at_end_) return page;
  std::string_view greatest;
  if (!page.objects.empty()) greatest = page.objects.back().key;
  if (!page.common_prefixes.empty())
    greatest = std::max<std::string_view>(greatest, page.common_prefixes.back());
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
      keys_(ListingProgress::Names::repeated, request_.prefix, about(request_),
            [this](const std::string& key) { return first_key_after(key); }),
      prefixes_(ListingProgress::Names::once, request_.prefix, about(request_), {}),
      progress_(ListingProgress::Names::repeated, about(request_)) {}

std::string VersionPages::first_key_after(const std::string& key) {
  ListObjectVersionsRequest request;
  request.bucket = request_.bucket;
  request.prefix = request_.prefix;
  request.key_marker = key;
  const ListObjectVersionsPage page = store_.list_object_versions(request);
  return page.versions.empty() ? "" : page.versions.front().object.key;
}

std::optional<ListObjectVersionsPage> VersionPages::next() {
  if (at_end_) return std::nullopt;
  ListObjectVersionsPage page = store_.list_object_versions(request_);
  keys_.begin_page();
  for (const ObjectVersion& version : page.versions) keys_.name(version.object.key);
  prefixes_.begin_page();
  for (const std::string& prefix : page.common_prefixes) prefixes_.name(prefix);
  at_end_ = !page.truncated;
  if (at_end_) return page;
  progress_.page(page.next_key_marker, page.next_key_marker + '\0' + page.next_version_id_marker);
  request_.key_marker = page.next_key_marker;
  request_.version_id_marker = page.next_version_id_marker;
  return page;
}

}  // namespace s3c::s3
