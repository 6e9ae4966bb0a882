// The promise, checked by somebody who knows only the buckets: decodes every archive and compares bytes. And
// the small job that the tests of this folder run.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "archive/archive_run.h"
#include "base/log.h"
#include "support/fake_store.h"

namespace s3c::support {

inline constexpr const char* kSource = "src";
inline constexpr const char* kArchive = "arch";

/// Tests that disturb a job at each of its calls go on by this many calls. Under a sanitizer, where starting
/// the job's threads takes ten times as long, they take every seventh: the build without one takes them all.
#if defined(S3C_SANITIZED)
inline constexpr int kStride = 7;
#else
inline constexpr int kStride = 1;
#endif

/// The keys in the archive bucket, without the layout notes: those are never removed.
std::set<std::string> keys_but_notes(const FakeStore& store);

/// Every member of every committed volume: key to the bodies that volumes hold of it (more than one when it
/// was overwritten and archived again). Throws what decoding a damaged archive throws.
std::multimap<std::string, std::string> archived_members(const std::map<std::string, Bucket>& buckets);
std::multimap<std::string, std::string> archived_members(const FakeStore& store);

/// Watches a store for as long as it lives: no source object goes that no committed volume holds, nothing in
/// the archive bucket is ever replaced, no archive or record of a committed volume goes.
class PromiseWatch {
 public:
  explicit PromiseWatch(FakeStore& store);
  std::vector<std::string> broken() const;

 private:
  /// Whether a committed volume holds the object. Archives are decoded once: that they don't change is
  /// watched as well.
  bool is_archived(const Bucket& archive_bucket, const std::string& key, const std::string& body);

  std::map<std::string, std::map<std::string, std::string>>
      decoded_;  // by archive; the store's lock guards it
  mutable base::Mutex mutex_;
  std::vector<std::string> broken_ S3C_GUARDED_BY(mutex_);
};

/// Every body of originals is, byte for byte, in the source or in a committed volume.
void expect_nothing_lost(const FakeStore& store, const std::map<std::string, std::string>& originals);
/// No key and body in two volumes.
void expect_nothing_twice(const FakeStore& store);
/// Every archive has a manifest that proves it, and nothing unfinished lies about.
void expect_every_archive_has_its_manifest(const FakeStore& store);

/// All of these, and what the watch saw.
void expect_promise(const FakeStore& store, const PromiseWatch& watch,
                    const std::map<std::string, std::string>& originals);

/// Of a store that honours all of them, or none.
inline archive::DeleteConditions delete_conditions(bool honoured) {
  return honoured ? archive::DeleteConditions::in_batches : archive::DeleteConditions::ignored;
}

archive::ArchiveOptions small_options();
/// Runs the job on the store with a clock that doesn't sleep, or with the given one.
archive::RunReport run(FakeStore& store, const archive::ArchiveOptions& options, std::stop_token stop = {});
archive::RunReport run(FakeStore& store, const archive::ArchiveOptions& options, base::Clock& clock,
                       std::stop_token stop = {});
/// A dry run.
archive::RunReport plan(FakeStore& store, const archive::ArchiveOptions& options);
/// Puts bodies under sources/2018/04/01/ and …/02/; returns them all by key.
std::map<std::string, std::string> fill(FakeStore& store, int objects_a_day, int days = 2);
std::string day_key(int day, int n);

inline std::optional<base::ErrorKind> failure_kind(const archive::RunReport& report) {
  const auto total = report.total();
  return total.failure ? std::optional(total.failure->kind()) : std::nullopt;
}

template <typename Work>
std::optional<base::ErrorKind> error_kind(Work&& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

}  // namespace s3c::support
