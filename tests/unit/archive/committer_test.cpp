// The proof, and steps 5 to 7 of the protocol, call by call.
#include "archive/committer.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/ulid.h"
#include "catalog/catalog.h"
#include "catalog/store_powers.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

using base::Error;
using base::ErrorKind;
using support::Call;
using support::error_kind;
using support::FakeStore;
using support::Op;
using support::store_error;

constexpr const char* kKey = "src/20180401.zip";

index::Manifest manifest_like(const std::string& id) {
  index::Manifest m;
  m.id = id;
  m.archive_bucket = support::kArchive;
  m.archive_key = kKey;
  m.archive_size_bytes = 7;
  m.checksum.value = base::to_base64(base::crc32_bytes(base::crc32("archive")));
  m.etag = base::to_hex(base::md5(base::md5("archive"))) + "-1";
  m.part_size_bytes = 8 << 20;
  m.parts = 1;
  m.storage_class = "GLACIER";
  m.source_bucket = support::kSource;
  m.layout = "{prefix}/{yyyy}/{mm}/{dd}/";
  m.group = {{"yyyy", "2018"}, {"mm", "04"}, {"dd", "01"}};
  m.group_prefix = "sources/2018/04/01/";
  m.objects = 1;
  m.source_size_bytes = 1;
  m.first_key = m.last_key = "sources/2018/04/01/a";
  m.index_key = catalog::index_key(kKey, id);
  m.upload_id = "none";
  m.tool = "s3compressor";
  m.tool_version = "test";
  m.created_at = *base::parse_iso8601("2026-08-01T00:00:00Z");
  m.commit_marks = true;
  index::IndexWriter writer;
  index::Row row;
  row.key = m.first_key;
  row.size_bytes = 1;
  row.etag = "e";
  row.last_modified = m.created_at;
  writer.add(row);
  const index::IndexFile file = writer.finish();
  m.index_size_bytes = file.gz.size();
  m.index_sha256 = base::to_hex(base::sha256(file.gz.view()));
  m.blocks = file.blocks;
  return m;
}

s3::ObjectHead head_like(const index::Manifest& m) {
  s3::ObjectHead head;
  head.size_bytes = m.archive_size_bytes;
  head.etag = m.etag;
  head.metadata = {{catalog::kIdMetadata, m.id}};
  head.checksums = {{"CRC32", m.checksum.value, "FULL_OBJECT"}};
  return head;
}

TEST(Proof, HoldsOnlyWhenEverythingAgrees) {
  const index::Manifest m = manifest_like(base::make_ulid({}));
  struct Case {
    const char* what;
    bool proven;
    std::function<void(s3::ObjectHead&)> change;
  };
  const std::string other = base::to_base64("none");
  for (const Case& c : std::vector<Case>{
           {"as it should be", true, [](auto&) {}},
           {"no id", false, [](auto& h) { h.metadata.clear(); }},
           {"another id", false, [](auto& h) { h.metadata[catalog::kIdMetadata] = "x"; }},
           {"an empty id", false, [](auto& h) { h.metadata[catalog::kIdMetadata] = ""; }},
           {"one byte less", false, [](auto& h) { --h.size_bytes; }},
           {"one byte more", false, [](auto& h) { ++h.size_bytes; }},
           {"another checksum", false, [&](auto& h) { h.checksums[0].value = other; }},
           {"an empty checksum", false, [](auto& h) { h.checksums[0].value = ""; }},
           {"another checksum beside the right ETag", false, [&](auto& h) { h.checksums[0].value = other; }},
           {"no checksum, the right ETag", true, [](auto& h) { h.checksums.clear(); }},
           {"no checksum, another ETag", false,
            [](auto& h) { h.checksums.clear(), h.etag = "00000000000000000000000000000000-1"; }},
           {"neither checksum nor ETag", false, [](auto& h) { h.checksums.clear(), h.etag.clear(); }},
           {"KMS: another ETag, the right checksum", true,
            [](auto& h) { h.etag = "kms", h.server_side_encryption = "aws:kms"; }},
           {"the type left out", true, [](auto& h) { h.checksums[0].type = ""; }},
           {"composite by type, wrong ETag", false,
            [](auto& h) { h.checksums[0].type = "COMPOSITE", h.etag = "x"; }},
           {"composite by type, right ETag", true, [](auto& h) { h.checksums[0].type = "COMPOSITE"; }},
           {"composite by form, wrong ETag", false,
            [](auto& h) {
              h.checksums[0] = {"CRC32", h.checksums[0].value + "-1", ""}, h.etag = "x";
            }},
           {"composite by form, right ETag", true,
            [](auto& h) {
              h.checksums[0] = {"CRC32", h.checksums[0].value + "-1", ""};
            }},
           {"another algorithm, wrong ETag", false,
            [](auto& h) { h.checksums[0].algorithm = "CRC32C", h.etag = "x"; }},
           {"another algorithm, right ETag", true, [](auto& h) { h.checksums[0].algorithm = "CRC32C"; }},
       }) {
    s3::ObjectHead head = head_like(m);
    c.change(head);
    EXPECT_EQ(catalog::prove_committed(m, head).has_value(), c.proven) << c.what;
  }
  EXPECT_FALSE(catalog::prove_committed(m, std::nullopt));
  index::Manifest silent = m;
  silent.etag.clear();
  s3::ObjectHead nothing = head_like(m);
  nothing.checksums.clear();
  nothing.etag.clear();
  EXPECT_FALSE(catalog::prove_committed(silent, nothing)) << "silence on both sides is no agreement";
}

class CommitterTest : public ::testing::TestWithParam<bool> {
 protected:
  CommitterTest()
      : store_(
            {.conditional_complete = GetParam(), .checksums = GetParam(), .conditional_delete = GetParam()}),
        catalog_(store_, support::kArchive),
        watch_(store_) {
    powers_ = {.conditional_complete = GetParam(), .additional_checksums = GetParam()};
    store_.make_bucket(support::kSource);
    store_.make_bucket(support::kArchive);
  }

  /// Everything up to step 5: one part, uploaded.
  SealedVolume seal(const std::string& body = "archive") {
    SealedVolume v;
    v.manifest = manifest_like(base::make_ulid(clock_.now()));
    index::Manifest& m = v.manifest;
    m.archive_size_bytes = body.size();
    v.crc32 = base::crc32(body);
    m.checksum.value = base::to_base64(base::crc32_bytes(v.crc32));
    m.etag = base::to_hex(base::md5(base::md5(body))) + "-1";
    index::IndexWriter writer;
    index::Row row;
    row.key = m.first_key;
    row.size_bytes = 1;
    row.etag = "e";
    row.last_modified = m.created_at;
    writer.add(row);
    v.index = writer.finish();
    s3::CreateMultipartUploadRequest create;
    create.bucket = m.archive_bucket;
    create.key = m.archive_key;
    create.attributes.metadata = {{catalog::kIdMetadata, m.id}};
    create.full_object_crc32 = powers_.additional_checksums;
    m.upload_id = store_.create_multipart_upload(create);
    s3::UploadPartRequest part;
    part.bucket = m.archive_bucket;
    part.key = m.archive_key;
    part.upload_id = m.upload_id;
    part.part_number = 1;
    part.body = body;
    part.md5 = base::md5(body);
    v.parts = {store_.upload_part(part)};
    store_.forget_journal();
    return v;
  }

  std::variant<Commit, LostRace> commit(const SealedVolume& v) {
    return Committer(store_, catalog_, powers_, clock_, *log_).commit(v);
  }
  static bool is_committed(const std::variant<Commit, LostRace>& outcome) {
    return std::holds_alternative<Commit>(outcome);
  }
  bool has_record(const SealedVolume& v) const {
    const auto keys = store_.keys(support::kArchive);
    return keys.contains(catalog::manifest_key(kKey, v.manifest.id)) && keys.contains(v.manifest.index_key);
  }
  bool has_any_record(const SealedVolume& v) const {
    const auto keys = store_.keys(support::kArchive);
    return keys.contains(catalog::manifest_key(kKey, v.manifest.id)) || keys.contains(v.manifest.index_key);
  }
  /// The journal as words: "put index", "put manifest", "list", "get", "head", "abort", "complete", "del …".
  std::vector<std::string> words() const {
    std::vector<std::string> out;
    int last_end = 0;
    for (const Call& c : store_.journal()) {
      EXPECT_LT(last_end, c.began) << "a call began before the one before it was acknowledged";
      std::string word;
      switch (c.op) {
        case Op::put:
          word = "put";
          break;
        case Op::list:
          word = "list";
          break;
        case Op::get:
          word = "get";
          break;
        case Op::head:
          word = "head";
          break;
        case Op::abort:
          word = "abort";
          break;
        case Op::complete:
          word = "complete";
          break;
        case Op::del:
          word = "del";
          break;
        default:
          word = "other";
      }
      if (c.key.find("catalog/index/") != std::string::npos) word += " index";
      if (c.key.find("catalog/manifest/") != std::string::npos) word += " manifest";
      if (c.key.find("catalog/commit/") != std::string::npos) word += " commit";
      if (c.key.find("catalog/take_back/") != std::string::npos) word += " take_back";
      if (c.ended == 0) word += " failed";
      out.push_back(word);
      if (c.ended != 0) last_end = c.ended;
    }
    return out;
  }
  using Words = std::vector<std::string>;

  FakeStore store_;
  support::FakeClock clock_;
  std::shared_ptr<base::Logger> log_ = base::make_null_logger();
  catalog::Catalog catalog_;
  catalog::StorePowers powers_;
  support::PromiseWatch watch_;
};

INSTANTIATE_TEST_SUITE_P(Stores, CommitterTest, ::testing::Bool(),
                         [](const auto& powers) { return powers.param ? "full" : "lesser"; });

TEST_P(CommitterTest, KeepsTheOrder) {
  const SealedVolume v = seal();
  EXPECT_TRUE(is_committed(commit(v)));
  EXPECT_TRUE(has_record(v));
  if (GetParam()) {
    EXPECT_EQ(words(), (Words{"put index", "put manifest", "complete", "head"}));
  } else {
    EXPECT_EQ(words(), (Words{"put index", "put manifest", "list manifest", "head", "complete", "head"}));
  }
  EXPECT_TRUE(store_.last_complete().if_none_match);
  EXPECT_EQ(store_.last_complete().full_object_crc32.has_value(), GetParam());
  EXPECT_EQ(store_.last_complete().object_size_bytes.has_value(), GetParam());
}

/// Deletes may rely on a proof for ten seconds: a slow answer must not make it look younger.
TEST_P(CommitterTest, AProofIsAsOldAsItsQuestion) {
  const base::Timestamp asked = clock_.now();
  store_.after = [this](const Call& c) {
    if (c.op == Op::head && c.key == kKey) clock_.move(std::chrono::seconds(20));
  };
  powers_.conditional_complete = true;  // no fence, which looks too
  const auto outcome = commit(seal());
  ASSERT_TRUE(is_committed(outcome));
  EXPECT_EQ(std::get<Commit>(outcome).looked_at, asked);
}

TEST_P(CommitterTest, ALostAnswerOfCompleteIsNoLoss) {
  const SealedVolume v = seal();
  store_.after = [](const Call& c) {
    if (c.op == Op::complete) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_TRUE(is_committed(commit(v)));
  EXPECT_TRUE(has_record(v));
}

TEST_P(CommitterTest, NoSuchUploadAfterARepeatedCompleteIsNoLossEither) {
  const SealedVolume v = seal();
  store_.before = [&](const Call& c) {
    if (c.op == Op::complete) store_.complete_now(store_.last_complete());  // the client's first try
  };
  EXPECT_TRUE(is_committed(commit(v)));
}

TEST_P(CommitterTest, AFailedCompleteIsTakenBackWhole) {
  const SealedVolume v = seal();
  store_.before = [](const Call& c) {
    if (c.op == Op::complete) throw store_error(ErrorKind::transient, "InternalError");
  };
  const auto outcome = commit(v);
  ASSERT_FALSE(is_committed(outcome));
  EXPECT_EQ(std::get<LostRace>(outcome).error->context().code, "InternalError");
  EXPECT_FALSE(has_any_record(v));
  EXPECT_EQ(store_.open_uploads(), 0u);
  Words w = words();
  w.erase(w.begin(), std::find(w.begin(), w.end(), "complete failed"));
  EXPECT_EQ(w, (Words{"complete failed", "head", "abort", "head", "head commit", "put take_back",
                      "head commit", "del manifest", "del index", "del take_back"}));
}

TEST_P(CommitterTest, TheSlowerOneTakesItsRecordBack) {
  const SealedVolume first = seal();
  const SealedVolume second = seal("another");
  ASSERT_TRUE(is_committed(commit(first)));
  store_.forget_journal();
  const auto outcome = commit(second);
  ASSERT_FALSE(is_committed(outcome));
  EXPECT_EQ(std::get<LostRace>(outcome).winner_id, first.manifest.id);
  EXPECT_FALSE(std::get<LostRace>(outcome).error);
  EXPECT_TRUE(has_record(first));
  EXPECT_FALSE(has_any_record(second));
  EXPECT_EQ(store_.objects(support::kArchive).at(kKey).body, "archive");
  if (GetParam()) {
    EXPECT_EQ(words(),
              (Words{"put index", "put manifest", "complete failed", "head", "abort", "head", "head commit",
                     "put take_back", "head commit", "del manifest", "del index", "del take_back"}));
  } else {
    EXPECT_EQ(words(), (Words{"put index", "put manifest", "list manifest", "get manifest", "head", "head",
                              "abort", "head", "head commit", "put take_back", "head commit", "del manifest",
                              "del index", "del take_back"}));
  }
}

TEST_P(CommitterTest, AForeignArchiveIsNotOverwritten) {
  const SealedVolume v = seal();
  store_.put(support::kArchive, kKey, "somebody's");
  const auto outcome = commit(v);
  ASSERT_FALSE(is_committed(outcome));
  EXPECT_EQ(std::get<LostRace>(outcome).winner_id, "");
  EXPECT_EQ(store_.objects(support::kArchive).at(kKey).body, "somebody's");
}

TEST_P(CommitterTest, ALateCompleteIsSeenByTheSecondHead) {
  const SealedVolume v = seal();
  store_.before = [&](const Call& c) {
    if (c.op == Op::complete) throw store_error(ErrorKind::transient, "InternalError");
    if (c.op == Op::abort) store_.complete_now(store_.last_complete());
  };
  EXPECT_TRUE(is_committed(commit(v)));
  EXPECT_TRUE(has_record(v));
}

TEST_P(CommitterTest, WithoutTheAbortsAcknowledgementTheManifestStays) {
  const SealedVolume v = seal();
  store_.before = [](const Call& c) {
    if (c.op == Op::complete || c.op == Op::abort) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { commit(v); }), ErrorKind::transient);
  EXPECT_TRUE(has_record(v));
  EXPECT_TRUE(store_.calls(Op::del).empty());
}

TEST_P(CommitterTest, WhenTheOutcomeCannotBeFoundOutEverythingStays) {
  const SealedVolume v = seal();
  bool completed = false;
  store_.before = [&](const Call& c) {
    completed = completed || c.op == Op::complete;
    if (completed && c.op == Op::head) throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { commit(v); }), ErrorKind::transient);
  EXPECT_TRUE(has_record(v));
  EXPECT_TRUE(store_.calls(Op::abort).empty());
}

TEST_P(CommitterTest, OurIdWithOtherBytesIsDamageAndTheEvidenceStays) {
  const SealedVolume v = seal();
  store_.alter_head = [](const std::string&, s3::ObjectHead& head) {
    if (head.checksums.empty()) {
      head.etag[0] = head.etag[0] == '0' ? '1' : '0';
    } else {
      head.checksums[0].value = base::to_base64("none");
    }
  };
  EXPECT_EQ(error_kind([&] { commit(v); }), ErrorKind::damaged);
  EXPECT_TRUE(has_record(v));
  EXPECT_TRUE(store_.calls(Op::del).empty());
}

TEST_P(CommitterTest, ASilentStoreIsNotBelieved) {
  const SealedVolume v = seal();
  store_.alter_head = [](const std::string&, s3::ObjectHead& head) {
    head.checksums.clear();
    head.etag.clear();
  };
  EXPECT_EQ(error_kind([&] { commit(v); }), ErrorKind::damaged);
  EXPECT_TRUE(has_record(v));
}

TEST_P(CommitterTest, WithoutARecordThereIsNoComplete) {
  for (const char* what : {"catalog/index/", "catalog/manifest/"}) {
    const SealedVolume v = seal();
    store_.before = [&](const Call& c) {
      if (c.op == Op::put && c.key.find(what) != std::string::npos)
        throw store_error(ErrorKind::transient, "InternalError");
    };
    const auto outcome = commit(v);
    ASSERT_FALSE(is_committed(outcome));
    EXPECT_TRUE(std::get<LostRace>(outcome).error);
    EXPECT_TRUE(store_.calls(Op::complete).empty());
    EXPECT_FALSE(has_any_record(v));
    EXPECT_EQ(store_.open_uploads(), 0u);
    store_.before = {};
  }
}

TEST_P(CommitterTest, AManifestThatMayNotBeRemovedIsAnError) {
  const SealedVolume v = seal();
  store_.put(support::kArchive, kKey, "somebody's");
  store_.alter_delete = [](std::vector<s3::DeleteResult>& results) {
    results[0].outcome = s3::DeleteResult::Outcome::refused;
    results[0].code = "AccessDenied";
  };
  EXPECT_EQ(error_kind([&] { commit(v); }), ErrorKind::access_denied);
}

// 5b, on the store that would let both Completes succeed.

class Fence : public CommitterTest {};
INSTANTIATE_TEST_SUITE_P(Stores, Fence, ::testing::Values(false), [](const auto&) { return "lesser"; });

TEST_P(Fence, AbortsTheOthersBeforeItLooksAndCompletes) {
  const SealedVolume other = seal("another");
  const SealedVolume ours = seal();
  catalog_.put_manifest(other.manifest);  // its run is somewhere between 5 and 6
  store_.forget_journal();
  EXPECT_TRUE(is_committed(commit(ours)));
  EXPECT_EQ(words(), (Words{"put index", "put manifest", "list manifest", "get manifest", "head", "abort",
                            "head", "complete", "head"}));
  EXPECT_EQ(store_.calls(Op::abort).at(0).upload_id, other.manifest.upload_id);
  // The other one comes too late: it finds its upload gone and ours in place, and has lost a race.
  store_.forget_journal();
  const auto outcome = commit(other);
  ASSERT_FALSE(is_committed(outcome));
  EXPECT_FALSE(std::get<LostRace>(outcome).error);
  EXPECT_EQ(store_.objects(support::kArchive).at(kKey).body, "archive");
}

TEST_P(Fence, AFencedUploadHasLostARaceEvenBeforeTheWinnerIsThere) {
  const SealedVolume ours = seal();
  store_.before = [&](const Call& c) {
    if (c.op == Op::complete)
      store_.abort_multipart_upload(support::kArchive, kKey, ours.manifest.upload_id);  // by another's fence
  };
  const auto outcome = commit(ours);
  ASSERT_FALSE(is_committed(outcome));
  EXPECT_FALSE(std::get<LostRace>(outcome).error) << "NoSuchUpload is no failure of ours";
}

TEST_P(Fence, AnAbortWithoutAnswerStopsUs) {
  const SealedVolume other = seal("another");
  const SealedVolume ours = seal();
  catalog_.put_manifest(other.manifest);
  store_.after = [&](const Call& c) {
    if (c.op == Op::abort && c.upload_id == other.manifest.upload_id)
      throw store_error(ErrorKind::transient, "InternalError");
  };
  EXPECT_EQ(error_kind([&] { commit(ours); }), ErrorKind::transient);
  EXPECT_TRUE(store_.calls(Op::complete).empty());
}

TEST_P(Fence, ACompleteThatLandsBeforeTheAbortWins) {
  const SealedVolume other = seal("another");
  const SealedVolume ours = seal();
  catalog_.put_index(other.manifest, other.index.gz.view(), powers_.additional_checksums);
  catalog_.put_manifest(other.manifest);
  s3::CompleteMultipartUploadRequest theirs;
  theirs.bucket = support::kArchive;
  theirs.key = kKey;
  theirs.upload_id = other.manifest.upload_id;
  theirs.parts = other.parts;
  store_.before = [&](const Call& c) {
    if (c.op == Op::abort && c.upload_id == other.manifest.upload_id) store_.complete_now(theirs);
  };
  const auto outcome = commit(ours);
  ASSERT_FALSE(is_committed(outcome));
  EXPECT_EQ(std::get<LostRace>(outcome).winner_id, other.manifest.id);
  EXPECT_EQ(store_.objects(support::kArchive).at(kKey).body, "another");
  EXPECT_TRUE(store_.calls(Op::complete).empty());
  EXPECT_TRUE(watch_.broken().empty());
}

TEST_P(Fence, AManifestThatIsTakenBackMeanwhileIsNoTrouble) {
  const SealedVolume other = seal("another");
  const SealedVolume ours = seal();
  catalog_.put_manifest(other.manifest);
  store_.before = [&](const Call& c) {
    if (c.op == Op::get) store_.erase(support::kArchive, catalog::manifest_key(kKey, other.manifest.id));
  };
  EXPECT_TRUE(is_committed(commit(ours)));
}

}  // namespace
}  // namespace s3c::archive
