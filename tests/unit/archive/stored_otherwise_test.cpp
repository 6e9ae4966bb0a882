// Class and encryption of an archive, compared with what was asked for.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "archive/open_volume.h"
#include "base/time.h"
#include "catalog/catalog_keys.h"
#include "support/promise.h"

namespace s3c::archive {
namespace {

TEST(StoredOtherwise, ClassAndEncryptionAreCompared) {
  ArchiveOptions options;
  s3::ObjectHead head;
  head.storage_class = "GLACIER";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "");
  head.server_side_encryption = "AES256";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "") << "nothing was asked for";
  options.encryption = {"aws:kms", "1234"};
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "encryption AES256 instead of aws:kms");
  head.server_side_encryption = "aws:kms";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "") << "the store doesn't tell the key";
  head.kms_key_id = "arn:aws:kms:eu-west-1:1:key/1234";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "");
  head.kms_key_id = "arn:aws:kms:eu-west-1:1:key/91234";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head),
            "KMS key arn:aws:kms:eu-west-1:1:key/91234 instead of 1234");
  options.encryption.kms_key_id = "arn:aws:kms:eu-west-1:1:key/91234";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "");
  options.encryption.kms_key_id = "alias/x";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "") << "an alias can't be compared";
  head = {};
  head.storage_class = "STANDARD";
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head),
            "storage class STANDARD instead of GLACIER, encryption none instead of aws:kms");
}

TEST(StoredOtherwise, TheLockIsCompared) {
  const auto at = [](const char* text) { return base::parse_iso8601(text).value(); };
  ArchiveOptions options;
  options.lock = {.mode = "GOVERNANCE", .retain_until = {}, .retain_days = 10};
  s3::ObjectHead head;
  head.storage_class = "GLACIER";
  head.last_modified = at("2026-01-01T12:00:00Z");
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head),
            "retention none instead of GOVERNANCE until 2026-01-10T12:00:00.000Z")
      << "the store dropped it, or doesn't tell it";
  head.lock = {"GOVERNANCE", at("2026-01-11T10:00:00Z"), false};
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "") << "the upload was made two hours before its end";
  head.lock.mode = "COMPLIANCE";
  head.lock.retain_until = at("2040-01-01T00:00:00Z");
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "") << "more than was asked for";
  head.lock.retain_until = at("2026-01-09T00:00:00Z");
  EXPECT_NE(stored_otherwise(options, "GLACIER", head), "");

  options.lock = {.mode = "COMPLIANCE", .retain_until = at("2030-01-01T00:00:00Z"), .legal_hold = true};
  head.lock = {"GOVERNANCE", at("2030-01-01T00:00:00Z"), false};
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head),
            "retention GOVERNANCE until 2030-01-01T00:00:00.000Z instead of COMPLIANCE until "
            "2030-01-01T00:00:00.000Z, legal hold none instead of ON");
  head.lock = {"COMPLIANCE", at("2030-01-01T00:00:00Z"), true};
  EXPECT_EQ(stored_otherwise(options, "GLACIER", head), "");
}

/// The archives are locked, and nothing else is: records, marks, probes and copies to be read back must stay
/// removable.
TEST(ArchiveLock, OnlyTheArchivesGetIt) {
  for (const bool readback : {false, true}) {
    support::FakeStore store;
    support::fill(store, 2, 2);
    std::set<std::string> removed_and_locked;
    ArchiveOptions options = support::small_options();
    options.readback = readback;
    options.lock = {.mode = "GOVERNANCE", .retain_until = {}, .retain_days = 30, .legal_hold = true};
    store.on_loss = [&](const std::map<std::string, support::Bucket>& buckets, const std::string& bucket,
                        const std::string& key) {
      if (!buckets.at(bucket).at(key).lock.empty()) removed_and_locked.insert(key);
    };
    const GroupReport report = support::run(store, options).total();
    EXPECT_FALSE(report.failure);
    EXPECT_EQ(report.otherwise_stored.size(), 0u);
    int archives = 0;
    for (const auto& [key, object] : store.objects(support::kArchive)) {
      const bool is_archive = !key.starts_with(catalog::kCatalogPrefix);
      archives += is_archive ? 1 : 0;
      EXPECT_EQ(object.lock.mode, is_archive ? "GOVERNANCE" : "") << key;
      EXPECT_EQ(object.lock.legal_hold, is_archive) << key;
    }
    EXPECT_GE(archives, 2);
    EXPECT_TRUE(removed_and_locked.empty()) << *removed_and_locked.begin();
  }
}

/// The bytes are proven, so the sources go; but it is named.
TEST(StoredOtherwise, TheSourcesAreDeletedAndTheArchiveIsNamed) {
  for (const bool accepted : {false, true}) {
    support::FakeStore store;
    support::fill(store, 2, 1);
    store.alter_head = [](const std::string& key, s3::ObjectHead& head) {
      if (key == "src/20180401.zip") head.storage_class = "STANDARD";
    };
    ArchiveOptions options = support::small_options();
    options.accept_class = accepted;
    const GroupReport report = support::run(store, options).total();
    EXPECT_FALSE(report.failure);
    EXPECT_EQ(report.deleted, 2u);
    ASSERT_EQ(report.otherwise_stored.size(), accepted ? 0u : 1u);
    if (accepted) continue;
    EXPECT_EQ(report.otherwise_stored[0].archive_key, "src/20180401.zip");
    EXPECT_EQ(report.otherwise_stored[0].difference, "storage class STANDARD instead of GLACIER");
  }
}

/// The run that archived them kept the sources. The run that deletes them says the same as that one.
TEST(StoredOtherwise, AVolumeOfAnEarlierRunIsNamedToo) {
  support::FakeStore store;
  support::fill(store, 2, 1);
  store.alter_head = [](const std::string& key, s3::ObjectHead& head) {
    if (key == "src/20180401.zip") head.storage_class = "STANDARD";
  };
  ArchiveOptions options = support::small_options();
  options.keep_sources = true;
  EXPECT_EQ(support::run(store, options).total().otherwise_stored.size(), 1u);
  options.keep_sources = false;
  options.storage_class = "STANDARD_IA";  // of new archives: the old one was asked to be GLACIER
  const GroupReport report = support::run(store, options).total();
  EXPECT_EQ(report.deleted, 2u);
  ASSERT_EQ(report.otherwise_stored.size(), 1u);
  EXPECT_EQ(report.otherwise_stored[0].difference, "storage class STANDARD instead of GLACIER");
}

}  // namespace
}  // namespace s3c::archive
