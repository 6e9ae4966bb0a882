// Archives that lost their id: what of them is proven by the store's word, what readers make of it, and that
// mending copies proven bytes and nothing else.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/crc.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "catalog/committed_volume.h"
#include "catalog/member_reader.h"
#include "catalog/member_search.h"
#include "catalog/take_back.h"
#include "catalog/volume_mend.h"
#include "catalog/volume_state.h"
#include "restore/restore_plan.h"
#include "restore/restore_run.h"
#include "support/promise.h"
#include "upkeep/gc_run.h"
#include "upkeep/verify_run.h"

namespace s3c::upkeep {
namespace {

using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::StoredObject;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kArchiveKey = "src/20180401.zip";
constexpr const char* kOtherEtag = "0123456789abcdef0123456789abcdef-7";

std::string crc64_of(std::string_view bytes) {
  return base::to_base64(base::crc64nvme_bytes(base::crc64nvme(bytes)));
}

TEST(Identity, WhatTheStoreTellsDecides) {
  const std::string bytes = "the archive";
  index::Manifest m;
  m.id = base::make_ulid({});
  m.archive_size_bytes = bytes.size();
  m.checksum.value = base::to_base64(base::crc32_bytes(base::crc32(bytes)));
  m.crc64nvme = crc64_of(bytes);
  m.parts = 2;
  m.etag = "00000000000000000000000000000000-2";
  index::Manifest one_part = m;
  one_part.parts = 1;
  one_part.etag = base::to_hex(base::md5(base::md5(bytes))) + "-1";
  index::Manifest old = m;  // from before it
  old.crc64nvme.clear();

  using Identity = catalog::ArchiveIdentity;
  struct Case {
    const char* what;
    Identity without_id;
    Identity with_id;
    const index::Manifest& manifest;
    std::string etag;
    std::vector<s3::Checksum> checksums = {};
    std::string encryption = {};
  };
  const s3::Checksum crc32{"CRC32", m.checksum.value, "FULL_OBJECT"};
  const s3::Checksum crc64{"CRC64NVME", m.crc64nvme, "FULL_OBJECT"};
  const s3::Checksum wrong64{"CRC64NVME", crc64_of("another"), "FULL_OBJECT"};
  for (const Case& c : std::vector<Case>{
           {"the CRC-32", Identity::lost_id, Identity::as_sent, m, kOtherEtag, {crc32}},
           {"the CRC64NVME", Identity::lost_id, Identity::as_sent, m, kOtherEtag, {crc64}},
           {"one right, one wrong", Identity::other, Identity::replaced, m, m.etag, {crc32, wrong64}},
           {"a wrong one, the right ETag", Identity::other, Identity::replaced, m, m.etag, {wrong64}},
           {"the ETag alone", Identity::lost_id, Identity::as_sent, m, m.etag},
           {"other parts' ETag", Identity::unproven, Identity::unproven, m, kOtherEtag},
           {"other parts' ETag, as many", Identity::unproven, Identity::unproven, m,
            "1111111111111111111111111111111f-2"},
           {"a checksum of parts",
            Identity::unproven,
            Identity::unproven,
            m,
            kOtherEtag,
            {{"CRC32", m.checksum.value, "COMPOSITE"}, {"CRC64NVME", m.crc64nvme + "-7", ""}}},
           {"a checksum that the manifest hasn't",
            Identity::unproven,
            Identity::unproven,
            old,
            kOtherEtag,
            {crc64}},
           {"an unknown algorithm",
            Identity::unproven,
            Identity::unproven,
            m,
            kOtherEtag,
            {{"SHA256", "x", ""}}},
           {"one PUT of the same bytes", Identity::lost_id, Identity::as_sent, one_part,
            base::to_hex(base::md5(bytes))},
           {"one PUT of other bytes", Identity::other, Identity::replaced, one_part,
            base::to_hex(base::md5("another"))},
           {"one part of other bytes", Identity::other, Identity::replaced, one_part,
            base::to_hex(base::md5("another")) + "-1"},
           {"an ETag that is no MD5",
            Identity::unproven,
            Identity::unproven,
            one_part,
            base::to_hex(base::md5("another")),
            {},
            "aws:kms"},
           {"no ETag", Identity::unproven, Identity::unproven, m, ""},
       }) {
    s3::ObjectHead head;
    head.size_bytes = bytes.size();
    head.etag = c.etag;
    head.checksums = c.checksums;
    head.server_side_encryption = c.encryption;
    EXPECT_EQ(catalog::identify(c.manifest, head), c.without_id) << c.what;
    EXPECT_FALSE(catalog::prove_committed(c.manifest, head)) << "no id, no licence to delete: " << c.what;
    head.metadata[catalog::kIdMetadata] = m.id;
    EXPECT_EQ(catalog::identify(c.manifest, head), c.with_id) << c.what;
    EXPECT_EQ(catalog::prove_committed(c.manifest, head).has_value(), c.with_id == Identity::as_sent)
        << c.what;
    head.metadata[catalog::kIdMetadata] = base::make_ulid({});
    EXPECT_EQ(catalog::identify(c.manifest, head), Identity::other) << "another archive: " << c.what;
    head.metadata.clear();
    ++head.size_bytes;
    EXPECT_EQ(catalog::identify(c.manifest, head), Identity::other) << "another size: " << c.what;
  }
  EXPECT_EQ(catalog::identify(m, std::nullopt), Identity::other);
}

class LostId : public ::testing::TestWithParam<bool> {
 protected:
  LostId()
      : store_(
            {.conditional_complete = GetParam(), .checksums = GetParam(), .conditional_delete = GetParam()}) {
  }

  /// One volume of three objects, a month old.
  void archive() {
    support::fill(store_, 3, 1);
    archive::ArchiveOptions options = support::small_options();
    options.max_objects = 10;
    options.storage_class = "GLACIER";
    options.tagging = "owner=ops";
    options.conditional_complete = options.additional_checksums = GetParam();
    options.delete_conditions = support::delete_conditions(GetParam());
    ASSERT_FALSE(support::run(store_, options).total().failure);
    for (const std::string& key : store_.keys(support::kArchive)) {
      if (const auto name = catalog::parse_manifest_key(key)) name_ = *name;
    }
    store_.forget_journal();
    clock_.move(std::chrono::days(30));
  }
  /// What a copy in parts leaves of it.
  void lose_id(const std::vector<s3::Checksum>& checksums, const std::string& etag = kOtherEtag) {
    store_.edit(support::kArchive, kArchiveKey, [&](StoredObject& object) {
      object.metadata = {{"by", "somebody"}};
      object.system_headers = {{"Cache-Control", "no-cache"}};
      object.server_side_encryption = "AES256";
      object.lock = {"GOVERNANCE", store_.now() + std::chrono::days(1), true};
      object.checksums = checksums;
      object.etag = etag;
    });
  }
  s3::Checksum crc64() const { return {"CRC64NVME", crc64_of(archive_bytes()), "FULL_OBJECT"}; }
  std::string archive_bytes() const { return store_.objects(support::kArchive).at(kArchiveKey).body; }
  index::Manifest manifest() { return catalog::Catalog(store_, support::kArchive).read_manifest(name_); }
  /// As it was written before there were CRC64NVMEs and digests of blocks.
  void make_manifest_old() {
    index::Manifest m = manifest();
    m.crc64nvme.clear();
    for (index::Block& block : m.blocks) block.sha256.clear();
    store_.put(support::kArchive, catalog::manifest_key(kArchiveKey, m.id), index::to_json(m));
  }
  catalog::VolumeInfo state() {
    catalog::CatalogScope scope;
    scope.archive_bucket = support::kArchive;
    scope.bucket = support::kSource;
    catalog::VolumeListing listing(store_, scope);
    catalog::Catalog catalog(store_, support::kArchive);
    return catalog::find_state(store_, catalog, listing.next().value());
  }
  VerifyReport verify(bool deep = false, bool mend = false) {
    VerifyOptions options;
    options.scope.archive_bucket = support::kArchive;
    options.scope.bucket = support::kSource;
    options.memory_bytes = 64 << 20;
    options.deep = deep;
    options.mend = mend;
    VerifyProgress progress;
    const auto log = base::make_null_logger();
    return run_verify(options, {store_, *log, progress, {}});
  }
  /// Its first member's bytes, as cat reads them.
  std::string cat() {
    const index::Manifest m = manifest();
    catalog::Catalog catalog(store_, support::kArchive);
    index::IndexCursor rows = catalog.open_index(m);
    const index::Row row = rows.next().value();
    std::string bytes;
    catalog::read_member(store_, support::kArchive, m, row,
                         [&bytes](std::string_view piece) { bytes += piece; });
    return bytes;
  }
  std::string cat_error() {
    try {
      cat();
    } catch (const base::Error& error) {
      return error.what();
    }
    return {};
  }
  void expect_mended(const StoredObject& before) {
    const StoredObject after = store_.objects(support::kArchive).at(kArchiveKey);
    EXPECT_EQ(after.body, before.body);
    EXPECT_EQ(after.storage_class, "GLACIER");
    EXPECT_EQ(after.content_type, before.content_type);
    EXPECT_EQ(after.system_headers, before.system_headers);
    EXPECT_EQ(after.server_side_encryption, before.server_side_encryption);
    EXPECT_EQ(after.lock, before.lock);
    EXPECT_EQ(after.tags, (std::map<std::string, std::string>{{"owner", "ops"}}));
    EXPECT_EQ(after.metadata,
              (std::map<std::string, std::string>{{"by", "somebody"}, {catalog::kIdMetadata, name_.id}}));
    EXPECT_TRUE(catalog::prove_committed(manifest(), head_of(after)));
    EXPECT_EQ(store_.open_uploads(), 0u);
    EXPECT_EQ(verify().whole, 1u);
    EXPECT_EQ(verify(true).whole, 1u);
  }

  FakeStore store_;
  support::FakeClock clock_;
  catalog::ManifestName name_;
};

INSTANTIATE_TEST_SUITE_P(Stores, LostId, ::testing::Bool(),
                         [](const auto& full) { return full.param ? "full" : "lesser"; });

TEST_P(LostId, WhatIsProvenByItsChecksumIsReadAndTold) {
  archive();
  EXPECT_EQ(state().state, catalog::VolumeState::committed);
  const std::string body = cat();
  lose_id({crc64()});
  EXPECT_EQ(state().state, catalog::VolumeState::lost_id);
  EXPECT_THAT(state().detail, HasSubstr("a deep verify that mends"));
  EXPECT_EQ(to_string(catalog::VolumeState::lost_id), "lost_id");
  store_.forget_journal();
  EXPECT_EQ(cat(), body);
  EXPECT_EQ(store_.calls(Op::head, kArchiveKey).size(), 1u) << "a range tells no checksum";

  for (const bool deep : {false, true}) {
    const VerifyReport report = verify(deep);
    EXPECT_EQ(report.volumes, 1u);
    EXPECT_EQ(report.whole, 0u);
    EXPECT_EQ(report.damaged, 0u);
    EXPECT_THAT(report.lost_id.named(), ElementsAre(kArchiveKey));
    EXPECT_EQ(report.members_read, deep ? 3u : 0u);
  }
  EXPECT_TRUE(store_.calls(Op::create, "src/").empty()) << "only --mend changes anything";
}

/// A copy with equal parts keeps the ETag, which a listing shows: it tells nothing of the id.
TEST_P(LostId, TheSameETagHidesNothing) {
  archive();
  const std::string body = cat();
  lose_id({}, manifest().etag);
  EXPECT_EQ(state().state, catalog::VolumeState::lost_id);
  EXPECT_EQ(verify().lost_id.count(), 1u);
  store_.forget_journal();
  EXPECT_EQ(cat(), body);
  EXPECT_TRUE(store_.calls(Op::head, kArchiveKey).empty()) << "the range's own ETag proves it";
}

TEST_P(LostId, WhereNothingCanBeComparedReadersSaySo) {
  archive();
  make_manifest_old();
  lose_id({crc64()});
  EXPECT_EQ(state().state, catalog::VolumeState::unproven);
  EXPECT_THAT(verify().unproven.named(), ElementsAre(kArchiveKey));
  EXPECT_EQ(verify().lost_id.count(), 0u);
  EXPECT_THAT(cat_error(), HasSubstr("can't be proven without reading"));
  EXPECT_THAT(cat_error(), HasSubstr("A deep verify that mends"));

  restore::RestoreOptions options;
  options.scope.archive_bucket = support::kArchive;
  options.scope.bucket = support::kSource;
  restore::RestoreProgress progress;
  const auto log = base::make_null_logger();
  const restore::RestorePlan plan =
      restore::plan_restore(options, {store_, clock_, *log, progress, {}, {}, {}});
  ASSERT_EQ(plan.failures.named().size(), 1u);
  EXPECT_THAT(plan.failures.named()[0].what(), HasSubstr("can't be proven without reading"));
  EXPECT_EQ(plan.failures.count(), 1u);

  EXPECT_THAT(verify(true).lost_id.named(), ElementsAre(kArchiveKey)) << "read whole, that is proven";
  const StoredObject before = store_.objects(support::kArchive).at(kArchiveKey);
  EXPECT_THAT(verify(true, true).mended.named(), ElementsAre(kArchiveKey));
  expect_mended(before);
  EXPECT_FALSE(cat().empty());
}

TEST_P(LostId, WhereAnAbortRemovesTheObjectNothingIsMended) {
  archive();
  lose_id({crc64()});
  store_.after = [&](const support::Call& c) {
    if (c.op == Op::abort) store_.erase(c.bucket, c.key);
  };
  EXPECT_EQ(verify(true, true).mended.count(), 0u);
  store_.after = {};
  EXPECT_TRUE(store_.calls(Op::part_copy).empty());
  EXPECT_TRUE(store_.keys(support::kArchive).contains(kArchiveKey));
}

TEST_P(LostId, MendingCopiesTheProvenBytesAndKeepsTheRest) {
  archive();
  lose_id({crc64()});
  const StoredObject before = store_.objects(support::kArchive).at(kArchiveKey);
  store_.forget_journal();
  const VerifyReport report = verify(true, true);
  EXPECT_EQ(report.whole, 1u);
  EXPECT_EQ(report.lost_id.count(), 0u);
  EXPECT_THAT(report.mended.named(), ElementsAre(kArchiveKey));
  ASSERT_EQ(store_.calls(Op::part_copy).size(), 1u);
  EXPECT_EQ(store_.calls(Op::part_copy)[0].if_match, kOtherEtag) << "of the very object that was read";
  EXPECT_EQ(store_.last_complete().if_match, kOtherEtag);
  EXPECT_EQ(store_.last_complete().full_object_crc32, base::crc32(before.body));
  EXPECT_EQ(store_.last_complete().object_size_bytes, before.body.size());
  EXPECT_LT(store_.calls(Op::read, ".jsonl.gz").at(0).number, store_.calls(Op::create, "src/").at(0).number);
  expect_mended(before);
  store_.forget_journal();
  EXPECT_EQ(verify(true, true).mended.count(), 0u);
  EXPECT_TRUE(store_.calls(Op::create, "src/").empty()) << "what has its id is left alone";
}

/// A store refuses it.
TEST_P(LostId, ARetentionThatIsOverIsNotCopied) {
  archive();
  lose_id({crc64()});
  store_.edit(support::kArchive, kArchiveKey,
              [&](StoredObject& object) { object.lock.retain_until = store_.now(); });
  EXPECT_THAT(verify(true, true).mended.named(), ElementsAre(kArchiveKey));
  const s3::ObjectLock lock = store_.objects(support::kArchive).at(kArchiveKey).lock;
  EXPECT_EQ(lock.mode, "");
  EXPECT_TRUE(lock.legal_hold);
}

/// The archive is damaged, but the store doesn't know: nothing that it tells speaks against it.
TEST_P(LostId, WhatIsNotWholeIsNotMended) {
  archive();
  lose_id({});
  store_.edit(support::kArchive, kArchiveKey, [](StoredObject& object) { object.body[90] ^= 1; });
  EXPECT_EQ(verify().unproven.count(), 1u);
  const VerifyReport report = verify(true, true);
  EXPECT_EQ(report.damaged, 1u);
  EXPECT_EQ(report.mended.count(), 0u);
  EXPECT_TRUE(store_.calls(Op::create, "src/").empty());
}

TEST_P(LostId, AFrozenOneWaitsForItsThaw) {
  archive();
  lose_id({crc64()});
  store_.edit(support::kArchive, kArchiveKey,
              [](StoredObject& object) { object.thaw.kind = s3::ThawState::Kind::frozen; });
  const VerifyReport report = verify(true, true);
  EXPECT_EQ(report.frozen.count(), 1u);
  EXPECT_EQ(report.lost_id.count(), 1u);
  EXPECT_TRUE(store_.calls(Op::create, "src/").empty());
}

/// Somebody writes another archive at that name, at every moment of a mend: it stays.
TEST_P(LostId, AnArchiveThatIsReplacedMeanwhileIsNeverOverwritten) {
  struct Moment {
    Op op;
    bool after = false;
  };
  archive();
  for (const auto& [moment, after] :
       {Moment{Op::head}, Moment{Op::tagging}, Moment{Op::create}, Moment{Op::part_copy},
        Moment{Op::part_copy, true}, Moment{Op::complete}}) {
    SCOPED_TRACE(fmt::format("{} {}", after ? "after" : "before", static_cast<int>(moment)));
    FakeStore& store = store_;
    if (moment == Op::complete && !GetParam()) continue;  // the window of stores that ignore the condition
    const StoredObject good = store.objects(support::kArchive).at(kArchiveKey);
    lose_id({crc64()});
    store.forget_journal();
    std::atomic<bool> read{false};  // by several threads
    (after ? store.after : store.before) = [&, op = moment](const Call& c) {
      if (c.key != kArchiveKey) return;
      if (c.op == Op::get) read = true;
      if (c.op != op || !read) return;
      store.edit(support::kArchive, kArchiveKey, [](StoredObject& object) {
        object.body = "a newer archive";
        object.etag = "fedcba9876543210fedcba9876543210-1";
      });
    };
    const VerifyReport report = verify(true, true);
    store.before = store.after = {};
    EXPECT_EQ(report.failures.count(), 1u);
    ASSERT_EQ(report.failures.named().size(), 1u);
    EXPECT_EQ(report.failures.named()[0].kind(), ErrorKind::precondition_failed);
    EXPECT_EQ(archive_bytes(), "a newer archive");
    EXPECT_EQ(store.calls(Op::create).empty(), moment == Op::head) << "nothing is written that can't be used";
    EXPECT_EQ(store.open_uploads(), 0u);
    store.edit(support::kArchive, kArchiveKey, [&](StoredObject& object) { object = good; });
  }
}

/// Each call of a mend fails, or has its effect and goes unanswered: the archive stays whole, and the same
/// command again ends it.
TEST_P(LostId, AMendThatBreaksOffHarmsNothing) {
  archive();
  const StoredObject good = store_.objects(support::kArchive).at(kArchiveKey);
  for (const bool takes_effect : {false, true}) {
    for (const Op broken : {Op::create, Op::part_copy, Op::complete, Op::abort}) {
      store_.edit(support::kArchive, kArchiveKey, [&](StoredObject& object) { object = good; });
      lose_id({crc64()});
      const auto fail = [&](const Call& c) {
        if (c.op == broken && c.key.starts_with("src/"))
          throw support::store_error(ErrorKind::transient, "InternalError");
      };
      (takes_effect ? store_.after : store_.before) = fail;
      store_.forget_journal();
      verify(true, true);
      store_.before = store_.after = {};
      if (takes_effect && broken == Op::complete) {
        EXPECT_TRUE(store_.calls(Op::abort, "src/").empty()) << "what is proven needs no abort";
      }
      EXPECT_EQ(archive_bytes(), good.body);
      EXPECT_EQ(verify(true, true).whole, 1u);
      EXPECT_TRUE(catalog::prove_committed(manifest(), store_.head_object(support::kArchive, kArchiveKey)));
    }
  }
}

TEST_P(LostId, WhatAnotherProcessHasMendedIsLeftAlone) {
  archive();
  const StoredObject good = store_.objects(support::kArchive).at(kArchiveKey);
  lose_id({}, manifest().etag);
  std::atomic<bool> read{false};
  store_.before = [&](const Call& c) {
    if (c.key != kArchiveKey) return;
    if (c.op == Op::get) read = true;
    if (c.op == Op::head && read)
      store_.edit(support::kArchive, kArchiveKey, [&](StoredObject& object) { object = good; });
  };
  store_.forget_journal();
  EXPECT_EQ(verify(true, true).whole, 1u);
  EXPECT_TRUE(store_.calls(Op::create).empty());
}

/// Complete fails, and takes effect when it is given up, right before the abort.
TEST_P(LostId, ACompleteThatLandsLateHasMended) {
  archive();
  lose_id({crc64()});
  const StoredObject before = store_.objects(support::kArchive).at(kArchiveKey);
  store_.before = [&](const Call& c) {
    if (c.key != kArchiveKey) return;
    if (c.op == Op::complete) throw support::store_error(ErrorKind::transient, "InternalError");
    if (c.op == Op::abort) store_.complete_now(store_.last_complete());
  };
  EXPECT_THAT(verify(true, true).mended.named(), ElementsAre(kArchiveKey));
  store_.before = {};
  expect_mended(before);
}

/// The store acknowledges everything, and then shows no archive with that id: that is told.
TEST_P(LostId, ACopyThatTheStoreDoesNotConfirmIsNoMend) {
  archive();
  lose_id({crc64()});
  store_.after = [&](const Call& c) {
    if (c.op == Op::complete && c.key == kArchiveKey)
      store_.edit(support::kArchive, kArchiveKey, [](StoredObject& object) { object.metadata.clear(); });
  };
  const VerifyReport report = verify(true, true);
  store_.after = {};
  EXPECT_EQ(report.mended.count(), 0u);
  EXPECT_EQ(report.whole, 0u);
  ASSERT_EQ(report.failures.named().size(), 1u);
  EXPECT_EQ(report.failures.named()[0].kind(), ErrorKind::corrupt);
}

/// The checksum that proves the bytes is that of the object that they came from.
TEST_P(LostId, AnotherObjectsChecksumProvesNoBytes) {
  archive();
  lose_id({crc64()});
  store_.before = [&](const Call& c) {
    if (c.op != Op::head || c.key != kArchiveKey) return;
    store_.edit(support::kArchive, kArchiveKey,
                [](StoredObject& object) { object.etag = "fedcba9876543210fedcba9876543210-7"; });
  };
  EXPECT_THAT(cat_error(), HasSubstr("not the one in the catalog"));
}

TEST_P(LostId, WhereNothingWouldProveTheCopyNothingIsChanged) {
  if (!GetParam()) return;  // without checksums and ETags nothing is ever committed
  store_.kms = true;        // ETags say nothing …
  archive();
  lose_id({});  // … and the store has forgotten its checksum
  store_.edit(support::kArchive, kArchiveKey,
              [](StoredObject& object) { object.server_side_encryption = "aws:kms"; });
  const VerifyReport report = verify(true, true);
  ASSERT_EQ(report.failures.named().size(), 1u);
  EXPECT_EQ(report.failures.named()[0].kind(), ErrorKind::unsupported);
  EXPECT_TRUE(store_.calls(Op::complete, "src/").empty());
  EXPECT_EQ(store_.open_uploads(), 0u);
}

TEST_P(LostId, NobodyRemovesItsRecord) {
  archive();
  const std::string commit_mark = catalog::commit_mark_key(kArchiveKey, name_.id);
  // Without its mark, only the archive tells that it was committed.
  for (const bool marked : {true, false}) {
    if (!marked) store_.erase(support::kArchive, commit_mark);
    for (const bool proven : {true, false}) {
      SCOPED_TRACE(fmt::format("marked {}, proven {}", marked, proven));
      lose_id(proven ? std::vector{crc64()} : std::vector<s3::Checksum>{});
      const auto keys = store_.keys(support::kArchive);
      catalog::Catalog catalog(store_, support::kArchive);
      EXPECT_EQ(error_kind([&] { catalog::take_back(store_, catalog, manifest()); }), ErrorKind::damaged);
      const catalog::GroupState group = catalog.load_group("src/20180401");
      EXPECT_EQ(group.without_id.size(), 1u) << "a run names it";
      EXPECT_TRUE(group.uncommitted.empty()) << "and takes nothing back";
      for (const bool dry_run : {true, false}) {
        GcOptions options;
        options.archive_bucket = support::kArchive;
        options.min_age = std::chrono::seconds(0);
        options.dry_run = dry_run;
        GcProgress progress;
        const auto log = base::make_null_logger();
        const GcReport report = run_gc(options, {store_, *log, progress, {}});
        EXPECT_EQ(report.removed.count(), 0u);
        EXPECT_EQ(report.damaged.count(), 0u) << "verify doesn't call it damaged either";
        ASSERT_EQ(report.without_id.count(), 1u);
        EXPECT_THAT(report.without_id.named()[0].why, HasSubstr("a deep verify that mends"));
        EXPECT_EQ(report.without_id.named()[0].why.starts_with("its archive is whole"), proven);
      }
      EXPECT_EQ(store_.keys(support::kArchive), keys);
    }
  }
}

/// A run that lost a race left its manifest, and the winner's archive lost its id: find reads the winner's.
TEST_P(LostId, OfSeveralRecordsTheOneThatItFitsIsRead) {
  archive();
  lose_id({crc64()});
  index::Manifest loser = manifest();
  loser.id = base::make_ulid(clock_.now());
  loser.checksum.value = base::to_base64(base::crc32_bytes(1));
  loser.crc64nvme = crc64_of("another");
  loser.index_key = catalog::index_key(kArchiveKey, loser.id);
  store_.put(support::kArchive, catalog::manifest_key(kArchiveKey, loser.id), index::to_json(loser));
  catalog::CatalogScope scope;
  scope.archive_bucket = support::kArchive;
  scope.bucket = support::kSource;
  std::set<std::string> ids;
  const catalog::MemberQuery everything;
  const catalog::SearchReport report =
      catalog::search_members(store_, {scope, everything}, {}, [&](catalog::FoundKey&& found) {
        for (const catalog::FoundMember& member : found.members) ids.insert(member.manifest->id);
      });
  EXPECT_EQ(report.failures.count(), 0u);
  EXPECT_THAT(ids, ElementsAre(name_.id));

  // The store tells no checksum: then what may be its record is read, and no other.
  lose_id({});
  --loser.archive_size_bytes;
  store_.put(support::kArchive, catalog::manifest_key(kArchiveKey, loser.id), index::to_json(loser));
  ids.clear();
  catalog::search_members(store_, {scope, everything}, {}, [&](catalog::FoundKey&& found) {
    for (const catalog::FoundMember& member : found.members) ids.insert(member.manifest->id);
  });
  EXPECT_THAT(ids, ElementsAre(name_.id));
}

}  // namespace
}  // namespace s3c::upkeep
