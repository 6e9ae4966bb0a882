// What the tests of gc share: the store in memory with an archive run's sources in it, and gc with its clock.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "archive/archive_run.h"
#include "catalog/catalog.h"
#include "support/promise.h"
#include "upkeep/gc_run.h"

namespace s3c::upkeep::testing {

inline constexpr const char* kName = "src/20180401.zip";

inline GcOptions gc_options(std::chrono::seconds min_age = std::chrono::seconds(0)) {
  GcOptions options;
  options.archive_bucket = support::kArchive;
  options.bucket = support::kSource;
  options.min_age = min_age;
  options.threads = 2;
  return options;
}

/// later: than the runs of these tests begin, by the store's clock.
inline GcReport gc(support::FakeStore& store, const GcOptions& options,
                   std::chrono::hours later = std::chrono::hours(0)) {
  store.time = [later] { return support::FakeClock().now() + later; };
  GcProgress progress;
  const auto log = base::make_null_logger();
  return run_gc(options, {store, *log, progress, {}});
}

/// "kind key" of each, in order.
inline std::vector<std::string> names(const GarbageList& list) {
  std::vector<std::string> names;
  for (const Garbage& garbage : list.named())
    names.push_back(std::string(to_string(garbage.kind)) + " " + garbage.key);
  return names;
}

/// What can only be there for committed volumes, and nothing besides.
inline void expect_no_garbage(const support::FakeStore& store) {
  EXPECT_EQ(store.upload_keys(), std::multiset<std::string>());
  std::set<std::string> expected;
  for (const auto& [key, object] : store.objects(support::kArchive)) {
    if (key.starts_with(catalog::kCatalogPrefix)) continue;
    const std::string id = object.metadata.at(catalog::kIdMetadata);
    expected.insert({key, catalog::manifest_key(key, id), catalog::index_key(key, id)});
    // Not there yet if its run was killed right after Complete.
    const std::string mark = catalog::commit_mark_key(key, id);
    if (store.keys(support::kSource).empty() || store.keys(support::kArchive).contains(mark))
      expected.insert(mark);
  }
  EXPECT_EQ(support::keys_but_notes(store), expected);
}

class GcFixture : public ::testing::TestWithParam<bool> {
 protected:
  static support::FakeStore::Powers powers() {
    return {.conditional_complete = GetParam(), .checksums = GetParam(), .conditional_delete = GetParam()};
  }
  GcFixture() : store_(powers()), watch_(store_) { originals_ = support::fill(store_, 3, 1); }
  ~GcFixture() override {
    for (const std::string& broken : watch_.broken()) ADD_FAILURE() << broken;
  }

  static archive::ArchiveOptions options() {
    archive::ArchiveOptions options = support::small_options();
    // Found by the probe, which leaves garbage too.
    options.conditional_complete.reset();
    options.additional_checksums.reset();
    options.delete_conditions.reset();
    // One after the other: then the n-th call is nearly the same one in each run.
    options.resources.threads = 1;
    options.resources.open_groups = 1;
    return options;
  }
  static archive::RunReport try_run(support::FakeStore& store, const archive::ArchiveOptions& options) {
    try {
      return support::run(store, options);
    } catch (const base::Error& error) {
      archive::RunReport report;
      report.failure = error;
      return report;
    }
  }
  /// A run that ends before its first matching call takes effect.
  void kill_at(support::Op op, const std::string& key_part) {
    std::atomic<bool> dead = false;  // groups run side by side
    store_.before = [&, op, key_part](const support::Call& c) {
      if (c.op == op && c.key.find(key_part) != std::string::npos) dead = true;
      if (dead) throw support::store_error(base::ErrorKind::transient, "InternalError");
    };
    try_run(store_, options());
    store_.before = {};
    EXPECT_TRUE(dead);
    store_.forget_journal();
  }
  std::string start_upload(const std::string& key) {
    s3::CreateMultipartUploadRequest request;
    request.bucket = support::kArchive;
    request.key = key;
    return store_.create_multipart_upload(request);
  }
  std::string only_key(std::string_view folder) const {
    std::string found;
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (!key.starts_with(folder)) continue;
      EXPECT_EQ(found, "");
      found = key;
    }
    EXPECT_NE(found, "");
    return found;
  }
  void expect_no_change(const std::set<std::string>& keys_before, std::size_t uploads_before) const {
    EXPECT_EQ(store_.keys(support::kArchive), keys_before);
    EXPECT_EQ(store_.open_uploads(), uploads_before);
    for (const support::Op op : {support::Op::abort, support::Op::del, support::Op::put, support::Op::create,
                                 support::Op::complete}) {
      // A gc that sees no upload starts one of its own, and aborts it.
      EXPECT_EQ(store_.calls(op).size(), store_.calls(op, catalog::kProbeFolder.data()).size())
          << static_cast<int>(op);
    }
  }

  support::FakeStore store_;
  support::PromiseWatch watch_;
  std::map<std::string, std::string> originals_;
};

inline std::string store_name(const ::testing::TestParamInfo<bool>& powers) {
  return powers.param ? "full" : "lesser";
}

}  // namespace s3c::upkeep::testing
