// An index decides what counts as archived and is deleted. One that isn't the manifest's, byte for byte, must
// license nothing: whole or in part, at once or swapped in between two reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "catalog/catalog.h"
#include "index/index_writer.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::Call;
using support::day_key;
using support::FakeStore;
using support::Op;
using ::testing::HasSubstr;

enum class Age { today, before_block_digests };

class IndexProof : public ::testing::TestWithParam<Age> {
 protected:
  /// A committed volume whose sources are still there, and one of these was overwritten since: its new bytes
  /// are in no archive.
  void archive() {
    originals_ = support::fill(store_, 20, 1);
    options_.max_objects = 100;
    options_.keep_sources = true;
    ASSERT_FALSE(support::run(store_, options_).total().failure);
    options_.keep_sources = false;
    Catalog catalog(store_, support::kArchive);
    manifest_ = catalog.load_group("src/20180401").committed.at(0).manifest();
    if (GetParam() == Age::before_block_digests) {
      manifest_.crc64nvme.clear();
      for (index::Block& block : manifest_.blocks) block.sha256.clear();
      store_.put(support::kArchive, manifest_key(manifest_.archive_key, manifest_.id),
                 index::to_json(manifest_));
    }
    index::IndexCursor cursor = catalog.open_index(manifest_);
    while (auto row = cursor.next()) rows_.push_back(*row);
  }

  /// An index of the same length which says that the new bytes are archived.
  std::string forge() {
    const std::string key = day_key(1, 7);
    for (int n = 0; n < 5000; ++n) {
      originals_[key] = fmt::format("never archived {}", n);
      store_.put(support::kSource, key, originals_[key]);
      const support::StoredObject object = store_.objects(support::kSource).at(key);
      index::IndexWriter writer;
      for (index::Row row : rows_) {
        if (row.key == key) {
          row.etag = object.etag;
          row.size_bytes = object.body.size();
          row.last_modified = object.last_modified;
        }
        writer.add(row);
      }
      const std::string gz(writer.finish().gz.view());
      if (gz.size() == manifest_.index_size_bytes) return gz;
    }
    ADD_FAILURE() << "no forgery has the index's length";
    return {};
  }

  void expect_nothing_deleted(const archive::RunReport& report) {
    const auto failure = report.total().failure;
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->kind(), ErrorKind::damaged);
    EXPECT_THAT(failure->what(), HasSubstr("SHA-256"));
    EXPECT_THAT(failure->what(), HasSubstr(manifest_.index_key)) << "which one";
    EXPECT_EQ(store_.keys(support::kSource).size(), originals_.size());
    EXPECT_TRUE(store_.calls(Op::del, "sources/").empty());
  }

  FakeStore store_;
  archive::ArchiveOptions options_ = support::small_options();
  index::Manifest manifest_;
  std::vector<index::Row> rows_;
  std::map<std::string, std::string> originals_;
};

INSTANTIATE_TEST_SUITE_P(Manifests, IndexProof, ::testing::Values(Age::today, Age::before_block_digests),
                         [](const auto& age) { return age.param == Age::today ? "today" : "old"; });

TEST_P(IndexProof, TheRightOneLicensesDeletes) {
  archive();
  EXPECT_FALSE(support::run(store_, options_).total().failure);
  EXPECT_TRUE(store_.keys(support::kSource).empty());
}

TEST_P(IndexProof, AReplacedIndexLicensesNothing) {
  archive();
  store_.put(support::kArchive, manifest_.index_key, forge());
  expect_nothing_deleted(support::run(store_, options_));
}

/// The index is right when it is looked at first, and another one when it is read for the deletes.
TEST_P(IndexProof, AnIndexThatIsSwappedBetweenTwoReadsLicensesNothing) {
  archive();
  const std::string forged = forge();
  bool swapped = false;
  store_.after = [&](const Call& c) {
    if (c.key != manifest_.index_key || (c.op != Op::read && c.op != Op::get) || swapped) return;
    swapped = true;
    store_.put(support::kArchive, manifest_.index_key, forged);
  };
  const auto failure = support::run(store_, options_).total().failure;
  store_.after = {};
  EXPECT_TRUE(swapped);
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->what(), HasSubstr("SHA-256"));
  support::expect_nothing_lost(store_, originals_);
}

TEST_P(IndexProof, TheStoreKeepsItsSha256) {
  archive();
  const auto head = store_.head_object(support::kArchive, manifest_.index_key);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->whole_checksum("SHA256"), index_checksum(manifest_));
  EXPECT_EQ(base::to_hex(*base::from_base64(index_checksum(manifest_))), manifest_.index_sha256);
}

TEST_P(IndexProof, EveryBlockIsComparedWhenItIsReadAlone) {
  archive();
  Catalog catalog(store_, support::kArchive);
  store_.put(support::kArchive, manifest_.index_key, forge());
  const auto read = [&] { catalog.read_block(manifest_, manifest_.blocks.at(0), {}); };
  if (GetParam() == Age::today) {
    EXPECT_EQ(support::error_kind(read), ErrorKind::damaged);
  } else {
    EXPECT_FALSE(support::error_kind(read)) << "there is nothing to compare one block with";
  }
  EXPECT_EQ(support::error_kind([&] { catalog.open_index(manifest_).next(); }), ErrorKind::damaged);
}

}  // namespace
}  // namespace s3c::catalog
