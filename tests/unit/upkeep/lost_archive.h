// One archived volume, and every way to lose its archive.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "support/promise.h"
#include "upkeep/gc_run.h"
#include "upkeep/verify_run.h"

namespace s3c::upkeep {

inline constexpr const char* kVolume = "src/20180401.zip";
inline constexpr const char* kSecond = "src/20180401-2.zip";

class LostArchiveTest : public ::testing::TestWithParam<bool> {
 protected:
  LostArchiveTest()
      : store_(
            {.conditional_complete = GetParam(), .checksums = GetParam(), .conditional_delete = GetParam()}) {
    options_ = support::small_options();
    options_.conditional_complete = options_.additional_checksums = GetParam();
    options_.delete_conditions = support::delete_conditions(GetParam());
    options_.gc_age = {};
    support::fill(store_, 2, 1);
  }

  /// One volume of two objects.
  void archive(bool keep_sources = false) {
    archive::ArchiveOptions options = options_;
    options.keep_sources = keep_sources;
    ASSERT_FALSE(support::run(store_, options).total().failure);
    ASSERT_EQ(store_.keys(support::kSource).empty(), !keep_sources);
    archive_ = store_.objects(support::kArchive).at(kVolume);
    store_.forget_journal();
  }
  /// Committed and not marked: its run was killed between the two. Its sources are there.
  void archive_unmarked() {
    archive(true);
    store_.erase(support::kArchive, catalog::commit_mark_key(kVolume, only_name().id));
    store_.forget_journal();
  }
  /// As a program wrote it that knows no marks. open: its upload is unfinished.
  void make_old(bool open) {
    const catalog::ManifestName name = only_name();
    const std::string key = catalog::manifest_key(kVolume, name.id);
    index::Manifest manifest = catalog_.read_manifest(name);
    manifest.commit_marks = false;
    if (open) {
      s3::CreateMultipartUploadRequest upload;
      upload.bucket = support::kArchive;
      upload.key = kVolume;
      manifest.upload_id = store_.create_multipart_upload(upload);
    }
    store_.put(support::kArchive, key, index::to_json(manifest));
    store_.erase(support::kArchive, catalog::commit_mark_key(kVolume, name.id));
    store_.forget_journal();
  }
  void lose_archive() { store_.erase(support::kArchive, kVolume); }
  /// As a copy from elsewhere, or an undelete, does.
  void bring_archive_back() {
    store_.put(support::kArchive, kVolume, archive_.body);
    store_.edit(support::kArchive, kVolume, [this](support::StoredObject& object) { object = archive_; });
  }
  catalog::ManifestName only_name() {
    const auto names = catalog_.list_volume(kVolume);
    EXPECT_EQ(names.size(), 1u);
    return names.at(0);
  }
  catalog::CommittedVolume proof() {
    return catalog::prove_committed(catalog_.read_manifest(only_name()),
                                    store_.head_object(support::kArchive, kVolume))
        .value();
  }
  bool has(const std::string& key) const { return store_.keys(support::kArchive).contains(key); }
  std::set<std::string> records() const {
    std::set<std::string> keys;
    for (const std::string& key : support::keys_but_notes(store_)) {
      if (key.starts_with(catalog::kCatalogPrefix)) keys.insert(key);
    }
    return keys;
  }
  GcReport gc(bool dry_run = false) {
    GcOptions options;
    options.archive_bucket = support::kArchive;
    options.bucket = support::kSource;
    options.min_age = {};
    options.dry_run = dry_run;
    GcProgress progress;
    return run_gc(options, {store_, *log_, progress, {}});
  }
  VerifyReport verify() {
    VerifyOptions options;
    options.scope = scope();
    VerifyProgress progress;
    return run_verify(options, {store_, *log_, progress, {}});
  }
  static catalog::CatalogScope scope() {
    catalog::CatalogScope scope;
    scope.archive_bucket = support::kArchive;
    scope.bucket = support::kSource;
    return scope;
  }
  /// gc, dry or not, verify and a run with something to do name the volume; the record stays as it is.
  /// packed: objects that the run with something to do packs.
  void expect_it_stays(std::uint64_t packed = 1) {
    const auto before = records();
    for (const bool dry_run : {true, false}) {
      const GcReport report = gc(dry_run);
      EXPECT_EQ(report.removed.count(), 0u);
      ASSERT_EQ(report.damaged.count(), 1u);
      EXPECT_THAT(report.damaged.named()[0].why, ::testing::HasSubstr("catalog forget"));
    }
    EXPECT_EQ(verify().damaged, 1u) << "it was written a moment ago: that is no excuse";
    EXPECT_EQ(records(), before);
    store_.put(support::kSource, support::day_key(1, 7), "late");
    const archive::GroupReport report = support::run(store_, options_).total();
    EXPECT_FALSE(report.failure) << report.failure->what();
    EXPECT_EQ(report.lost, std::vector<std::string>{kVolume});
    std::uint64_t objects = 0;
    for (const archive::VolumeReport& volume : report.volumes) objects += volume.objects;
    EXPECT_EQ(objects, packed);
    EXPECT_TRUE(store_.keys(support::kSource).empty());
    EXPECT_TRUE(has(kSecond)) << "the name of the lost one is taken";
    EXPECT_THAT(records(), ::testing::IsSupersetOf(before));
    EXPECT_EQ(verify().damaged, 1u);
  }
  void expect_it_goes() {
    const auto uploads = store_.open_uploads();
    const GcReport planned = gc(true);
    EXPECT_EQ(store_.open_uploads(), uploads);
    const GcReport report = gc();
    EXPECT_EQ(report.removed.count(), 2 + uploads);
    EXPECT_EQ(planned.removed.count(), report.removed.count());
    EXPECT_EQ(report.damaged.count() + report.left.count() + report.failures.count(), 0u);
    EXPECT_TRUE(records().empty());
    EXPECT_EQ(store_.open_uploads(), 0u);
  }

  support::FakeStore store_;
  support::FakeClock clock_;
  archive::ArchiveOptions options_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  catalog::Catalog catalog_{store_, support::kArchive};
  support::StoredObject archive_;
};

}  // namespace s3c::upkeep
