// Class and encryption of an archive, compared with what was asked for.
#include <gtest/gtest.h>

#include <string>

#include "archive/open_volume.h"
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
