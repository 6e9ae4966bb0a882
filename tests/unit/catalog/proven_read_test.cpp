// What is read wrong from a catalog: only what is wrong twice in the same way is called damage. What changes between
// two reads is the network's fault, and worth another run.
#include "catalog/proven_read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::Error;
using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using ::testing::HasSubstr;

/// Makes one answer wrong; n counts the wrong ones, from 1.
using Spoil = std::function<void(std::string& body, int n)>;

class ProvenReadTest : public ::testing::Test {
 protected:
  ProvenReadTest() {
    support::fill(store_, 3, 1);
    archive::ArchiveOptions options = support::small_options();
    options.max_objects = 100;
    EXPECT_FALSE(support::run(store_, options).total().failure);
    manifest_ = catalog_.load_group("src/20180401").committed.at(0).manifest();
    name_ = {manifest_.archive_key, manifest_.id};
    store_.forget_journal();
  }

  void read_manifest() { EXPECT_EQ(catalog_.read_manifest(name_), manifest_); }
  void read_block() { EXPECT_EQ(catalog_.read_block(manifest_, manifest_.blocks.at(0), {}).size(), 3u); }
  void read_rows() {
    index::IndexCursor cursor = catalog_.open_index(manifest_);
    int rows = 0;
    while (cursor.next()) ++rows;
    EXPECT_EQ(rows, 3);
  }
  void expect_index() { catalog_.expect_index(manifest_); }

  /// The next answers are wrong, as many as times says.
  void spoil(int times, const Spoil& how) {
    auto wrong = std::make_shared<int>(0);
    const auto next = [wrong, times, how](const std::string& key, std::string& body) {
      if (key.starts_with(kCatalogPrefix) && *wrong < times) how(body, ++*wrong);
    };
    store_.alter_get = [next](const std::string& key, s3::GetObjectResult& got) { next(key, got.body); };
    store_.alter_read = next;
  }
  /// Each of the readers' outcome; they must agree.
  void expect_all(std::optional<ErrorKind> kind, int times, const Spoil& how) {
    const std::vector<std::function<void()>> readers = {[this] { read_manifest(); }, [this] { read_block(); },
                                                        [this] { read_rows(); }, [this] { expect_index(); }};
    for (std::size_t i = 0; i < readers.size(); ++i) {
      spoil(times, how);
      EXPECT_EQ(error_kind(readers[i]), kind) << i;
    }
    spoil(0, {});
  }

  FakeStore store_;
  Catalog catalog_{store_, support::kArchive};
  index::Manifest manifest_;
  ManifestName name_;
};

void flip(std::string& body, int) {
  body.at(body.size() / 2) ^= 1;
}
void flip_another(std::string& body, int n) {
  body.at(body.size() / 2) ^= static_cast<char>(n);
}
void cut(std::string& body, int) {
  body.resize(body.size() - 3);
}
void cut_more(std::string& body, int n) {
  body.resize(body.size() - static_cast<std::size_t>(n));
}

TEST_F(ProvenReadTest, WhatIsRightIsReadOnce) {
  read_manifest();
  read_block();
  read_rows();
  EXPECT_EQ(store_.calls(Op::get).size(), 3u);
  expect_index();
  EXPECT_EQ(store_.journal().size(), 4u);
}

TEST_F(ProvenReadTest, OneWrongAnswerIsReadAgain) {
  for (const Spoil& how : {Spoil(flip), Spoil(cut)}) expect_all(std::nullopt, 1, how);
}

TEST_F(ProvenReadTest, TwoAnswersThatAreWrongInTheSameWayAreDamage) {
  for (const Spoil& how : {Spoil(flip), Spoil(cut)}) expect_all(ErrorKind::damaged, 2, how);
}

TEST_F(ProvenReadTest, AnswersThatChangeAreNoDamage) {
  for (const Spoil& how : {Spoil(flip_another), Spoil(cut_more)}) {
    expect_all(std::nullopt, 2, how);
    expect_all(ErrorKind::corrupt, 3, how);
  }
}

TEST_F(ProvenReadTest, AnAnswerWhoseHeadCannotBeReadIsNoDamage) {
  for (const int times : {1, 99}) {
    int left = times;
    store_.before = [&left](const Call& call) {
      if (call.op == Op::get && left-- > 0) throw Error(ErrorKind::corrupt, "no Content-Length");
    };
    const std::optional<ErrorKind> kind = times == 1 ? std::nullopt : std::optional(ErrorKind::corrupt);
    EXPECT_EQ(error_kind([this] { read_manifest(); }), kind);
    left = times;
    EXPECT_EQ(error_kind([this] { read_block(); }), kind);
    left = times;
    EXPECT_EQ(error_kind([this] { read_rows(); }), kind);
  }
}

TEST_F(ProvenReadTest, AnEmptiedIndexIsDamage) {
  store_.put(support::kArchive, manifest_.index_key, "");
  for (const std::function<void()>& read : std::vector<std::function<void()>>{
           [this] { read_block(); }, [this] { read_rows(); }, [this] { expect_index(); }}) {
    EXPECT_EQ(error_kind(read), ErrorKind::damaged);
  }
}

TEST_F(ProvenReadTest, ANewerFormatStaysUnsupported) {
  const std::string key = manifest_key(name_.archive_key, name_.id);
  store_.edit(support::kArchive, key, [](support::StoredObject& object) {
    object.body.replace(object.body.find("\"format\": 1"), 11, "\"format\": 2");
    object.etag.clear();
    object.checksums.clear();
  });
  EXPECT_EQ(error_kind([this] { read_manifest(); }), ErrorKind::unsupported);
}

}  // namespace
}  // namespace s3c::catalog
