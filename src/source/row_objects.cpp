#include "source/row_objects.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "s3/object_listing.h"

namespace s3c::source {
namespace {

/// So many rows of a group are read at once. A group with fewer is known whole, as by one page of a listing.
constexpr std::size_t kPageRows = 1000;

bool is_before(const s3::ObjectSummary& object, const std::string& key) {
  return object.key < key;
}

/// The object of which the row tells, as it is listed now. Where it is another one, what the row tells takes the
/// place of what is listed: no object is like that, so the GET finds that the row is stale. HTTP's times are in whole
/// seconds. No listing tells a version: the GET's answer does.
s3::ObjectSummary meant_by(const ObjectRow& row, s3::ObjectSummary listed) {
  using std::chrono::floor;
  using std::chrono::seconds;
  const s3::ObjectSummary& told = row.object;
  if (!told.etag.empty()) listed.etag = told.etag;
  if (row.tells_size) listed.size_bytes = told.size_bytes;
  const bool same_second = floor<seconds>(told.last_modified) == floor<seconds>(listed.last_modified);
  if (row.tells_time && !same_second) listed.last_modified = told.last_modified;
  listed.version_id = told.version_id;
  return listed;
}

}  // namespace

std::optional<s3::ObjectSummary> LiveLooks::look_at(const std::string& key) {
  if (!covers(key)) load(key);
  // Other keys may fill the page, between where it begins and this key.
  if (!covers(key)) return s3::find_listed(store_, bucket_, key);
  const auto found = std::lower_bound(page_.objects.begin(), page_.objects.end(), key, is_before);
  if (found == page_.objects.end() || found->key != key) return std::nullopt;
  return *found;
}

bool LiveLooks::covers(const std::string& key) const {
  if (!loaded_ || key <= after_) return false;
  return !page_.next_continuation_token || (!page_.objects.empty() && key <= page_.objects.back().key);
}

void LiveLooks::load(const std::string& key) {
  after_ = s3::key_before(key);
  page_ = store_.list_objects({.bucket = bucket_, .prefix = prefix_, .start_after = after_});
  loaded_ = true;
  const auto by_key = [](const s3::ObjectSummary& a, const s3::ObjectSummary& b) { return a.key < b.key; };
  if (!std::is_sorted(page_.objects.begin(), page_.objects.end(), by_key)) {
    throw base::Error(base::ErrorKind::unsupported,
                      "the store doesn't list names in the order of their bytes, as S3 does",
                      {.operation = "ListObjectsV2", .resource = bucket_ + "/" + prefix_});
  }
}

void ListedTimes::saw(base::Timestamp listed) {
  if (is_in_whole_seconds(listed)) {
    ++whole_seconds_seen_;
  } else {
    whole_seconds_seen_ = kNever;
  }
}

bool ListedTimes::is_in_whole_seconds(base::Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time) == time;
}

std::optional<s3::ObjectSummary> RowCompletion::complete(ObjectRow row) {
  const bool is_coarse = ListedTimes::is_in_whole_seconds(row.object.last_modified);
  if (row.is_whole() && !(is_coarse && times_.may_be_finer())) return std::move(row.object);
  std::optional<s3::ObjectSummary> now = looks_.look_at(row.object.key);
  if (!now) return std::nullopt;
  times_.saw(now->last_modified);
  return meant_by(row, *std::move(now));
}

const s3::ObjectSummary* RowObjects::peek() {
  while (!object_ && (at_ < page_.size() || !is_last_page_)) load();
  return object_ ? &*object_ : nullptr;
}

std::optional<s3::ObjectListing::Rest> RowObjects::rest() const {
  if (!is_last_page_) return std::nullopt;
  s3::ObjectListing::Rest rest;
  if (object_) rest = {1, object_->size_bytes};
  for (std::size_t i = at_; i < page_.size(); ++i) {
    if (!page_[i].is_whole()) return std::nullopt;
    ++rest.objects;
    rest.bytes += page_[i].object.size_bytes;
  }
  return rest;
}

void RowObjects::load() {
  if (at_ == page_.size()) return load_page();
  ObjectRow& row = page_[at_++];
  if (completion_) {
    object_ = completion_->complete(std::move(row));
    if (!object_) ++gone_;
  } else {
    object_ = std::move(row.object);
  }
  if (object_ && !filter_(*object_)) object_.reset();
}

void RowObjects::load_page() {
  page_.clear();
  at_ = 0;
  while (page_.size() < kPageRows && !is_last_page_) {
    std::optional<ObjectRow> row = cursor_.next();
    if (row && !period_) period_ = row->period;
    is_last_page_ = !row || row->period != *period_ || !row->object.key.starts_with(group_prefix_);
    if (!is_last_page_) page_.push_back(*std::move(row));
  }
}

}  // namespace s3c::source
