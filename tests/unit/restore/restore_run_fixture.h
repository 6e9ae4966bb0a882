// What the tests of restore runs share: a target in memory, and archives made by runs of the real thing.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "restore/restore_plan.h"
#include "restore/restore_run.h"
#include "support/promise.h"

namespace s3c::restore::testing {

using base::ErrorKind;
using support::Call;
using support::FakeStore;
using support::Op;

/// Keeps what is written.
class MapTarget final : public RestoreTarget {
 public:
  void expect_usable(Trial trial) override {
    if (unusable && *unusable == trial) throw base::Error(ErrorKind::no_bucket, "no such bucket");
  }
  bool bills_requests() const override { return true; }
  std::vector<bool> find_free(const std::vector<index::Row>& rows) override {
    base::MutexLock lock(mutex_);
    std::vector<bool> free(rows.size(), false);
    for (std::size_t i = 0; refuses && i < rows.size(); ++i) free[i] = !bodies_.contains(rows[i].key);
    return free;
  }
  Sight look(const index::Row& row) override {
    base::MutexLock lock(mutex_);
    ++looks_;
    if (row.key == unlookable) throw base::Error(ErrorKind::access_denied, "access denied");
    if (row.key == unclear) return {.must_compare = true};
    return {what_is_there(row)};
  }
  Landing write(const index::Row& row, std::string_view body) override {
    base::MutexLock lock(mutex_);
    ++writes_;
    if (before_write) before_write(row.key);
    if (row.key == refused) throw base::Error(refusal, "not here", {.operation = kRestoreFile});
    if (refuses) {
      if (const auto there = what_is_there(row)) return *there;
    }
    bodies_[row.key] = body;
    return Landing::written;
  }
  Landing write_streamed(const index::Row& row, const std::function<void(const Sink&)>& produce) override {
    std::string body;
    produce([&body](std::string_view bytes) { body.append(bytes); });
    base::MutexLock lock(mutex_);
    ++streamed_;
    bodies_[row.key] = std::move(body);
    return Landing::written;
  }
  std::string name_of(const index::Row& row) const override { return row.key; }

  std::map<std::string, std::string> bodies() const {
    base::MutexLock lock(mutex_);
    return bodies_;
  }
  int streamed() const {
    base::MutexLock lock(mutex_);
    return streamed_;
  }
  int looks() const {
    base::MutexLock lock(mutex_);
    return looks_;
  }
  void put(const std::string& key, const std::string& body) {
    base::MutexLock lock(mutex_);
    bodies_[key] = body;
  }
  void clear() {
    base::MutexLock lock(mutex_);
    bodies_.clear();
  }

  int writes() const {
    base::MutexLock lock(mutex_);
    return writes_;
  }

  std::function<void(const std::string& key)> before_write = {};  ///< of write(); may throw
  std::string refused;
  std::string unlookable;  ///< its look is denied
  std::string unclear;     ///< something of its size is there
  ErrorKind refusal = ErrorKind::access_denied;
  std::optional<Trial> unusable;  ///< where this shows
  bool refuses = false;           ///< to replace what is there

 private:
  std::optional<Landing> what_is_there(const index::Row& row) const S3C_REQUIRES(mutex_) {
    const auto found = bodies_.find(row.key);
    if (found == bodies_.end()) return std::nullopt;
    return found->second.size() == row.size_bytes ? Landing::equal : Landing::exists;
  }

  mutable base::Mutex mutex_;
  std::map<std::string, std::string> bodies_ S3C_GUARDED_BY(mutex_);
  int writes_ S3C_GUARDED_BY(mutex_) = 0;
  int streamed_ S3C_GUARDED_BY(mutex_) = 0;
  int looks_ S3C_GUARDED_BY(mutex_) = 0;
};

class RestoreRunTest : public ::testing::Test {
 protected:
  RestoreRunTest() { options_.scope.bucket = support::kSource; }
  void archive(const std::map<std::string, std::string>& bodies, std::uint64_t max_objects = 1000) {
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
    for (const auto& [key, body] : bodies) {
      store_.put(support::kSource, key, body);
      if (at_) store_.edit(support::kSource, key, [this](auto& object) { object.last_modified = *at_; });
      originals_[key] = body;
    }
    archive::ArchiveOptions options = support::small_options();
    options.layout = catalog::Layout::parse(layout_.first);
    options.archive_name = catalog::ArchiveName::parse(layout_.second);
    options.max_objects = max_objects;
    options.storage_class = "GLACIER";
    clock_.move(std::chrono::hours(1));
    const auto log = base::make_null_logger();
    archive::Progress progress;
    ASSERT_FALSE(
        archive::run_archive(options, {{store_, store_}, clock_, *log, progress, {}}).total().failure);
    store_.forget_journal();
  }
  RestorePlan plan() {
    RestoreProgress progress;
    return plan_restore(options_, context(progress));
  }
  RestoreReport restore() {
    RestoreProgress progress;
    const RestoreContext all = context(progress);
    return run_restore(options_, plan_restore(options_, all), all);
  }
  RestoreContext context(RestoreProgress& progress) {
    options_.scope.archive_bucket = support::kArchive;
    options_.memory_bytes = 64 << 20;
    options_.threads = 3;
    return {store_,
            clock_,
            *log_,
            progress,
            {},
            {},
            [this](const std::string&) -> RestoreTarget& { return target_; }};
  }
  /// GETs of archives.
  std::vector<Call> fetches() { return store_.calls(Op::get, ".zip"); }

  FakeStore store_;
  support::FakeClock clock_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  RestoreOptions options_;
  std::pair<std::string_view, std::string_view> layout_{catalog::kDefaultLayout,
                                                        catalog::kDefaultArchiveName};
  std::optional<base::Timestamp> at_;  // last-modified of what is archived; nullopt: as the store tells it
  MapTarget target_;
  std::map<std::string, std::string> originals_;
};

}  // namespace s3c::restore::testing
