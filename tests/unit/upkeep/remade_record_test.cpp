// A record that is made again out of its archive: what is written when, and what a run does by itself.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "archive/archive_run.h"
#include "catalog/catalog.h"
#include "catalog/layout_notes.h"
#include "support/promise.h"
#include "upkeep/rebuild.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;

constexpr const char* kRemadeVolume = "src/20180401.zip";

class RemadeRecord : public ::testing::Test {
 protected:
  RemadeRecord() {
    support::fill(store_, 3, 1);
    archive::ArchiveOptions options = support::small_options();
    options.keep_sources = true;
    support::run(store_, options);
    for (const catalog::ManifestName& name : catalog_.list_group("src/20180401")) {
      if (name.archive_key == kRemadeVolume) id_ = name.id;
      // As after a take-back: the record is gone, and nothing is marked.
      for (const std::string& key :
           {catalog::manifest_key(name.archive_key, name.id), catalog::index_key(name.archive_key, name.id),
            catalog::commit_mark_key(name.archive_key, name.id)})
        store_.erase(support::kArchive, key);
    }
    options_.scope.archive_bucket = support::kArchive;
    options_.scope.bucket = support::kSource;
    options_.tool_version = "test";
    store_.forget_journal();
  }

  Rebuilt rebuild(const std::string& key = kRemadeVolume) {
    return rebuild_records(store_, options_, key, clock_);
  }
  archive::RunReport run(bool makes_records) {
    archive::Progress progress;
    const auto log = base::make_null_logger();
    archive::RunContext context{{store_, store_}, clock_, *log, progress, {}};
    if (makes_records) context.make_record = [this](const std::string& key) { rebuild(key); };
    return archive::run_archive(support::small_options(), context);
  }

  FakeStore store_;
  support::FakeClock clock_;
  catalog::Catalog catalog_{store_, support::kArchive};
  RebuildOptions options_;
  std::string id_;
};

TEST_F(RemadeRecord, TheMarkComesFirstThenALookThenTheRecord) {
  rebuild();
  const auto only = [&](Op op, const std::string& key) {
    const std::vector<Call> calls = store_.calls(op, key);
    EXPECT_EQ(calls.size(), 1u) << key;
    return calls.empty() ? Call{} : calls[0];
  };
  const Call mark = only(Op::put, catalog::commit_mark_key(kRemadeVolume, id_));
  const Call look = only(Op::head, catalog::take_back_mark_key(kRemadeVolume, id_));
  const Call index = only(Op::put, catalog::index_key(kRemadeVolume, id_));
  const Call manifest = only(Op::put, catalog::manifest_key(kRemadeVolume, id_));
  EXPECT_LT(mark.ended, look.began);
  EXPECT_LT(look.ended, index.began);
  EXPECT_LT(index.ended, manifest.began);
}

/// The notes went with the rest of the catalog. Other archives may be without records, and in no note.
TEST_F(RemadeRecord, TheNoteOfItsLayoutComesBeforeTheManifest) {
  const catalog::CatalogScope& scope = options_.scope;
  const std::string note =
      catalog::layout_note({scope.bucket, "sources", scope.layout, scope.archive_name}).key;
  rebuild();
  EXPECT_TRUE(store_.calls(Op::put, std::string(catalog::kLayoutFolder)).empty()) << "it was there";
  for (const std::string& key : store_.keys(support::kArchive)) {
    if (key.starts_with(catalog::kCatalogPrefix)) store_.erase(support::kArchive, key);
  }
  store_.forget_journal();
  rebuild();
  const std::vector<Call> notes = store_.calls(Op::put, std::string(catalog::kLayoutFolder));
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].key, catalog::unknown_note().key);
  EXPECT_EQ(notes[1].key, note);
  const std::vector<Call> manifests = store_.calls(Op::put, catalog::manifest_key(kRemadeVolume, id_));
  ASSERT_EQ(manifests.size(), 1u);
  EXPECT_LT(notes[1].ended, manifests[0].began);
}

TEST_F(RemadeRecord, NothingIsWrittenWhileAnotherProcessTakesItBack) {
  store_.put(support::kArchive, catalog::take_back_mark_key(kRemadeVolume, id_), "{}");
  EXPECT_EQ(error_kind([&] { rebuild(); }), ErrorKind::transient);
  EXPECT_TRUE(store_.calls(Op::put, catalog::kIndexFolder.data()).empty());
  EXPECT_TRUE(store_.calls(Op::put, catalog::kManifestFolder.data()).empty());
}

TEST_F(RemadeRecord, ARunMakesItByItselfAndArchivesNothingTwice) {
  const auto archives = store_.calls(Op::complete).size();
  const archive::RunReport report = run(true);
  EXPECT_FALSE(report.total().failure) << report.total().failure->what();
  EXPECT_TRUE(store_.keys(support::kSource).empty());
  EXPECT_EQ(store_.calls(Op::complete, "src/").size(), archives) << "no archive was made";
}

TEST_F(RemadeRecord, WithoutTheMeansTheGroupEndsWithAnError) {
  const archive::RunReport report = run(false);
  ASSERT_TRUE(report.total().failure);
  EXPECT_EQ(report.total().failure->kind(), ErrorKind::damaged);
  EXPECT_EQ(store_.keys(support::kSource).size(), 3u);
}

TEST_F(RemadeRecord, OfADamagedArchiveNoRecordIsMade) {
  store_.edit(support::kArchive, kRemadeVolume, [](auto& object) { object.body[40] ^= 1; });
  const archive::RunReport report = run(true);
  ASSERT_TRUE(report.total().failure);
  EXPECT_NE(std::string(report.total().failure->what()).find("none could be made of it"), std::string::npos);
  EXPECT_EQ(store_.keys(support::kSource).size(), 3u);
  EXPECT_TRUE(catalog_.list_volume(kRemadeVolume).empty());
}

}  // namespace
}  // namespace s3c::upkeep
