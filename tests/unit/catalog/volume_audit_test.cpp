// A volume read back and compared with its index: the whole one passes, and nothing that is wrong with it
// escapes.
#include "catalog/volume_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "catalog/catalog.h"
#include "catalog/forward_reader.h"
#include "index/index_writer.h"
#include "support/promise.h"

namespace s3c::catalog {
namespace {

using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using ::testing::HasSubstr;

constexpr const char* kAuditedKey = "src/20180401.zip";

/// One volume made by a run of the real thing.
class VolumeAudit : public ::testing::Test {
 protected:
  void make(const std::map<std::string, std::string>& bodies) {
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
    for (const auto& [key, body] : bodies) {
      store_.put(support::kSource, key, body);
      if (edit_source_) store_.edit(support::kSource, key, edit_source_);
    }
    archive::ArchiveOptions options = support::small_options();
    options.max_objects = 1000;
    options.keep_sources = true;
    ASSERT_FALSE(support::run(store_, options).total().failure);
    Catalog catalog(store_, support::kArchive);
    GroupState state = catalog.load_group("src/20180401");
    ASSERT_EQ(state.committed.size(), 1u);
    manifest_ = state.committed.front().manifest();
    index::IndexCursor cursor = catalog.open_index(manifest_);
    while (auto row = cursor.next()) rows_.push_back(*row);
    store_.forget_journal();
  }
  void make_small() {
    make({{support::day_key(1, 0), std::string(300, 'a')},
          {support::day_key(1, 1), "stored"},
          {support::day_key(1, 2), ""}});
  }

  AuditReport audit() {
    index::IndexWriter writer;
    for (const index::Row& row : rows_) writer.add(row);
    const index::IndexFile file = writer.finish();
    index::IndexCursor cursor(
        [gz = std::string(file.gz.view())](std::uint64_t offset, std::uint64_t size) {
          return gz.substr(offset, size);
        },
        file.blocks);
    return audit_volume(store_, {support::kArchive, kAuditedKey, etag_.empty() ? manifest_.etag : etag_},
                        manifest_, std::move(cursor), memory_,
                        [this](std::uint64_t bytes) { read_ += bytes; });
  }
  void damage(const std::function<void(std::string&)>& change) {
    store_.edit(support::kArchive, kAuditedKey, [&](support::StoredObject& object) { change(object.body); });
  }
  static std::string told(const AuditReport& report) {
    std::string text;
    for (const Damage& damage : report.damages.named()) text += damage.key + ": " + damage.what + "\n";
    return text;
  }

  FakeStore store_;
  index::Manifest manifest_;
  std::vector<index::Row> rows_;
  base::MemoryBudget memory_{std::uint64_t{32} << 20};
  std::atomic<std::uint64_t> read_{0};
  std::string etag_;
  std::function<void(support::StoredObject&)> edit_source_;  // before it is archived
};

TEST_F(VolumeAudit, AWholeVolumePasses) {
  make_small();
  const AuditReport report = audit();
  EXPECT_TRUE(report.whole()) << told(report);
  EXPECT_EQ(report.members, 3u);
  for (const Call& get : store_.calls(Op::get)) EXPECT_EQ(get.if_match, manifest_.etag);
}

TEST_F(VolumeAudit, BothChecksumsAreCompared) {
  make_small();
  const index::Manifest good = manifest_;
  manifest_.checksum.value = "AAAAAA==";
  EXPECT_NE(told(audit()).find("CRC-32"), std::string::npos);
  manifest_ = good;
  manifest_.crc64nvme = "AAAAAAAAAAA=";
  EXPECT_NE(told(audit()).find("CRC64NVME"), std::string::npos);
}

TEST_F(VolumeAudit, BytesThatAreNotThoseOfTheETagAreFound) {
  make_small();
  const std::string right = rows_[0].etag;
  rows_[0].etag = std::string(32, '0');
  EXPECT_THAT(told(audit()), HasSubstr(rows_[0].key + ": the bytes have MD5 " + right));
  for (const char* other : {"00000000000000000000000000000000-1", "no MD5 at all", ""}) {
    rows_[0].etag = other;
    EXPECT_EQ(told(audit()).find("MD5"), std::string::npos) << other;
  }
}

TEST_F(VolumeAudit, AnETagThatIsNoMd5BecauseOfItsEncryptionIsNotCompared) {
  edit_source_ = [](support::StoredObject& object) {
    object.etag = std::string(32, '5');
    object.server_side_encryption = "aws:kms";
  };
  make_small();
  EXPECT_EQ(rows_[0].encryption, "aws:kms");
  EXPECT_TRUE(audit().whole()) << told(audit());
  edit_source_ = {};
}

TEST_F(VolumeAudit, TheStoresOwnEncryptionLeavesTheETagAnMd5) {
  edit_source_ = [](support::StoredObject& object) { object.server_side_encryption = "AES256"; };
  make_small();
  EXPECT_EQ(rows_[0].encryption, "");
  EXPECT_TRUE(audit().whole()) << told(audit());
}

TEST_F(VolumeAudit, EveryFlippedBitIsFound) {
  make_small();
  for (std::size_t at = 0; at < manifest_.archive_size_bytes; ++at) {
    const char bit = static_cast<char>(1 << (at % 8));
    damage([&](std::string& body) { body[at] = static_cast<char>(body[at] ^ bit); });
    EXPECT_FALSE(audit().whole()) << "at offset " << at;
    damage([&](std::string& body) { body[at] = static_cast<char>(body[at] ^ bit); });
  }
  EXPECT_TRUE(audit().whole());
}

TEST_F(VolumeAudit, TheDamagedMemberIsNamed) {
  make_small();
  damage([&](std::string& body) { body[rows_[1].data_offset] ^= 1; });
  const AuditReport report = audit();
  EXPECT_EQ(report.damages.count(), 2u) << told(report);  // the member, and the checksum of the whole
  EXPECT_THAT(told(report), HasSubstr(rows_[1].key + ": "));
  EXPECT_THAT(told(report), HasSubstr(": the bytes have CRC-32 "));
}

TEST_F(VolumeAudit, ATruncatedVolumeIsDamaged) {
  make_small();
  damage([](std::string& body) { body.resize(body.size() - 1); });
  // The store has fewer bytes than the manifest says: the last range comes short, and that is no damage yet.
  EXPECT_EQ(error_kind([this] { audit(); }), ErrorKind::precondition_failed);
  --manifest_.archive_size_bytes;
  EXPECT_THAT(told(audit()), HasSubstr("no end record"));
}

TEST_F(VolumeAudit, AnIndexThatDisagreesIsNamedRowByRow) {
  make_small();
  rows_[0].crc32 ^= 1;
  AuditReport report = audit();
  EXPECT_THAT(told(report), HasSubstr(rows_[0].key + ": the index says another"));
  EXPECT_THAT(told(report), HasSubstr("the index in the volume and the one in the catalog differ"));
  rows_[0].crc32 ^= 1;

  const index::Row lost = rows_[1];
  rows_.erase(rows_.begin() + 1);
  EXPECT_THAT(told(audit()), HasSubstr(lost.key + ": the index doesn't have it"));

  rows_.insert(rows_.begin() + 1, lost);
  index::Row extra = lost;
  extra.key += "+";
  extra.offset += 1;
  rows_.insert(rows_.begin() + 2, extra);
  EXPECT_THAT(told(audit()), HasSubstr(extra.key + ": the ZIP has no entry at offset"));
  rows_.erase(rows_.begin() + 2);

  rows_[1].data_offset += 1;
  EXPECT_THAT(told(audit()), HasSubstr(lost.key + ": "));
  rows_[1].data_offset -= 1;

  rows_[1].etag = "another";  // nothing in the ZIP says otherwise, but its own index
  report = audit();
  EXPECT_EQ(report.damages.count(), 1u) << told(report);
  EXPECT_THAT(told(report), HasSubstr("differ"));
}

TEST_F(VolumeAudit, LargeVolumesAreReadInRangesAndOnce) {
  std::map<std::string, std::string> bodies;
  std::uint64_t state = 1;
  const auto noise = [&state](std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes)
      c = static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
    return bytes;
  };
  for (int n = 0; n < 40; ++n) bodies[support::day_key(1, n)] = noise(300'000);
  bodies[support::day_key(1, 40)] = noise(9 << 20);  // streamed, in two ranges and more
  make(bodies);
  const AuditReport report = audit();
  EXPECT_TRUE(report.whole()) << told(report);
  EXPECT_EQ(report.members, 41u);
  const std::uint64_t size = manifest_.archive_size_bytes;
  EXPECT_GT(size, 20u << 20);
  EXPECT_LT(read_, size + size / 100) << "the central directory is read twice, the rest once";
  EXPECT_LT(store_.calls(Op::get).size(), 20u);

  damage([&](std::string& body) { body[rows_[40].data_offset + (8 << 20)] ^= 1; });
  EXPECT_THAT(told(audit()), HasSubstr(rows_[40].key + ": "));
}

TEST_F(VolumeAudit, WhatTheStoreRefusesIsNoDamage) {
  make_small();
  etag_ = "another";
  EXPECT_EQ(error_kind([this] { audit(); }), ErrorKind::precondition_failed);
  etag_.clear();
  int gets = 0;
  store_.before = [&](const Call& call) {
    if (call.op == Op::get && ++gets == 3) throw support::store_error(ErrorKind::corrupt, "Nonsense");
  };
  EXPECT_EQ(error_kind([this] { audit(); }), ErrorKind::corrupt)
      << "an answer that is none is an error, not a finding";
}

TEST_F(VolumeAudit, AStoreThatIgnoresTheConditionIsFoundOut) {
  make_small();
  store_.ignores_if_match = true;
  etag_ = "another";
  EXPECT_EQ(error_kind([this] { audit(); }), ErrorKind::precondition_failed);
}

}  // namespace
}  // namespace s3c::catalog
