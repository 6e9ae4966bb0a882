// The objects of one group out of sorted rows, and what the store says now of single objects.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "catalog/layout.h"
#include "s3/object_store.h"
#include "source/object_stream.h"
#include "source/row_sorter.h"
#include "source/selection.h"

namespace s3c::source {

/// What the store says now of single objects, asked in key order. Neighbours come with one page of a listing. One
/// thread.
class LiveLooks {
 public:
  /// store and bucket outlive it. prefix: of all keys.
  LiveLooks(s3::ObjectStore& store, const std::string& bucket, std::string prefix)
      : store_(store), bucket_(bucket), prefix_(std::move(prefix)) {}

  /// nullopt: there is no such object. Throws the store's errors.
  std::optional<s3::ObjectSummary> look_at(const std::string& key);

 private:
  bool covers(const std::string& key) const;
  void load(const std::string& key);

  s3::ObjectStore& store_;
  const std::string& bucket_;
  const std::string prefix_;
  bool loaded_ = false;
  std::string after_;  // the page has what comes after it
  s3::ListObjectsPage page_;
};

/// Whether the store lists times with milliseconds. Amazon S3 lists whole seconds. Where the store knows more, a row
/// in whole seconds was rounded: its time is not the one that the store tells, by which the newest object is chosen.
/// Any thread.
class ListedTimes {
 public:
  /// False: rows in whole seconds are as exact as the store is. True until that is known.
  bool may_be_finer() const { return whole_seconds_seen_ < kEnough; }
  void saw(base::Timestamp listed);
  static bool is_in_whole_seconds(base::Timestamp time);

 private:
  static constexpr std::int64_t kEnough = 3;  // by chance, one of a thousand times has no milliseconds
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 2;
  std::atomic<std::int64_t> whole_seconds_seen_{0};
};

/// Asks the store where a row doesn't tell all. One thread; times may be shared.
class RowCompletion {
 public:
  /// All arguments but prefix outlive it.
  RowCompletion(s3::ObjectStore& store, const std::string& bucket, const std::string& prefix,
                ListedTimes& times)
      : looks_(store, bucket, prefix), times_(times) {}

  /// The object of the row, completed by what the store tells. If the row tells of another object, the GET finds
  /// that it is stale. nullopt: it is gone. REQUIRES: rows come in key order. Throws the store's errors.
  std::optional<s3::ObjectSummary> complete(ObjectRow row);

 private:
  LiveLooks looks_;
  ListedTimes& times_;
};

/// Counts and reads ahead as a listing does.
class RowObjects final : public ObjectStream {
 public:
  /// completion: nullptr if all rows are known to be complete. gone: counts the rows whose objects aren't there.
  /// rows, filter and gone outlive it.
  RowObjects(const SortedRows& rows, const catalog::Group& group, const ObjectFilter& filter,
             std::optional<RowCompletion> completion, std::atomic<std::uint64_t>& gone)
      : cursor_(rows.from(group.place)),
        group_prefix_(group.prefix),
        filter_(filter),
        completion_(std::move(completion)),
        gone_(gone) {}

  const s3::ObjectSummary* peek() override;
  void pop() override { object_.reset(); }
  std::optional<s3::ObjectListing::Rest> rest() const override;

 private:
  /// Moves on by one row.
  void load();
  void load_page();

  SortedRows::Cursor cursor_;
  const std::string group_prefix_;
  const ObjectFilter& filter_;
  std::optional<RowCompletion> completion_;
  std::atomic<std::uint64_t>& gone_;
  std::optional<std::int64_t> period_;  // of the group's rows, once the first was read
  std::vector<ObjectRow> page_;
  std::size_t at_ = 0;  // of the next row in page_
  bool is_last_page_ = false;
  std::optional<s3::ObjectSummary> object_;
};

}  // namespace s3c::source
