#include "cli/commands/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using testing::archive_request;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::Request;
using testing::request_of;
using testing::Words;

TEST(ArchiveCommand, OriginalUsageWorksWordForWord) {
  const Request request = request_of(
      {"--arch_bucket", "archive-bucket", "--bucket", "source-bucket", "--years", "2018", "--threads", "16"});
  EXPECT_EQ(request.archive.archive_bucket, "archive-bucket");
  EXPECT_EQ(request.archive.selection.bucket, "source-bucket");
  EXPECT_EQ(request.archive.selection.prefixes, catalog::Prefixes{"sources"});
  EXPECT_EQ(request.archive.storage_class, "GLACIER");
  EXPECT_EQ(request.archive.resources.threads, 16);
  EXPECT_TRUE(request.archive.selection.dates.may_contain({2018, 0, 0}));
  EXPECT_FALSE(request.archive.selection.dates.may_contain({2017, 0, 0}));
  EXPECT_FALSE(request.archive.keep_sources);
}

TEST(ArchiveCommand, EveryArchiveFlagReachesItsOption) {
  const Request r = archive_request({"--prefix",
                                     "logs/app/",
                                     "--from",
                                     "2018-01-01",
                                     "--until",
                                     "2018-03-31",
                                     "--threads",
                                     "7",
                                     "--layout",
                                     "{prefix}/{yyyy}/{mm}/",
                                     "--archive-name",
                                     "{bucket}/{yyyy}-{mm}.zip",
                                     "--storage-class",
                                     "deep_archive",
                                     "--include",
                                     "*.xml",
                                     "--include",
                                     "*.json",
                                     "--exclude",
                                     "*/tmp/*",
                                     "--min-age",
                                     "7d",
                                     "--max-objects",
                                     "1000",
                                     "--max-size",
                                     "1GiB",
                                     "--memory",
                                     "256MiB",
                                     "--keep-sources",
                                     "--level",
                                     "12",
                                     "--delete-batch",
                                     "250",
                                     "--sse",
                                     "aws:kms",
                                     "--sse-kms-key-id",
                                     "alias/x",
                                     "--tagging",
                                     "a=1&b=2",
                                     "--store-powers",
                                     "conditional-complete,checksums",
                                     "--dry-run",
                                     "--verify",
                                     "readback"});
  const archive::ArchiveOptions& o = r.archive;
  EXPECT_EQ(o.selection.prefixes, catalog::Prefixes{"logs/app"});
  EXPECT_TRUE(o.readback);
  EXPECT_TRUE(o.selection.dates.may_contain({2018, 3, 31}));
  EXPECT_FALSE(o.selection.dates.may_contain({2018, 4, 1}));
  EXPECT_EQ(o.resources.threads, 7);
  EXPECT_EQ(o.layout.text(), "{prefix}/{yyyy}/{mm}/");
  EXPECT_EQ(o.archive_name.text(), "{bucket}/{yyyy}-{mm}.zip");
  EXPECT_EQ(o.storage_class, "DEEP_ARCHIVE");
  EXPECT_THAT(o.selection.include, ElementsAre("*.xml", "*.json"));
  EXPECT_THAT(o.selection.exclude, ElementsAre("*/tmp/*"));
  EXPECT_EQ(o.selection.min_age, std::chrono::days(7));
  EXPECT_EQ(o.max_objects, 1000U);
  EXPECT_EQ(o.max_size_bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(o.resources.memory_bytes, std::uint64_t{256} << 20);
  EXPECT_TRUE(o.keep_sources);
  EXPECT_FALSE(o.delete_versions);
  EXPECT_EQ(o.level, 12);
  EXPECT_EQ(o.delete_batch, 250);
  EXPECT_EQ(o.encryption.algorithm, "aws:kms");
  EXPECT_EQ(o.encryption.kms_key_id, "alias/x");
  EXPECT_EQ(o.tagging, "a=1&b=2");
  EXPECT_EQ(o.conditional_complete, true);
  EXPECT_EQ(o.additional_checksums, true);
  EXPECT_EQ(o.delete_conditions, archive::DeleteConditions::ignored);
  EXPECT_TRUE(r.dry_run);
  EXPECT_TRUE(archive_request({"--delete-versions"}).archive.delete_versions);
  EXPECT_TRUE(archive_request({"--without-tags"}).archive.without_tags);
  EXPECT_TRUE(archive_request({"--recheck-tags"}).archive.recheck_attributes);
  EXPECT_TRUE(archive_request({"--accept-class"}).archive.accept_class);
}

TEST(ArchiveCommand, TheLockOfTheArchives) {
  const archive::ArchiveLock days =
      archive_request({"--object-lock-mode", "GOVERNANCE", "--retain-days", "30"}).archive.lock;
  const base::Timestamp now = base::parse_iso8601("2026-01-31T10:00:00Z").value();
  EXPECT_EQ(days.at(now), (s3::ObjectLock{"GOVERNANCE", now + std::chrono::days(30), false}));
  const archive::ArchiveLock until =
      archive_request({"--object-lock-mode", "COMPLIANCE", "--retain-until", "2040-12-31", "--legal-hold"})
          .archive.lock;
  EXPECT_EQ(until.at(now),
            (s3::ObjectLock{"COMPLIANCE", base::parse_iso8601("2040-12-31T00:00:00Z").value(), true}));
  EXPECT_EQ(archive_request({"--object-lock-mode", "COMPLIANCE", "--object-lock-retain-until-date",
                             "2040-12-31T12:00:00Z"})
                .archive.lock.retain_until,
            base::parse_iso8601("2040-12-31T12:00:00Z"));
  EXPECT_EQ(archive_request({"--legal-hold"}).archive.lock.at(now), (s3::ObjectLock{.legal_hold = true}));
  EXPECT_TRUE(archive_request({}).archive.lock.at(now).empty());
}

TEST(ArchiveCommand, TagsThatAreNotArchivedCannotBeCompared) {
  EXPECT_THROW(archive_request({"--without-tags", "--recheck-tags"}), UsageError);
}

/// Stores have classes of their own; their names stay as they are.
TEST(ArchiveCommand, OtherClassesThanThoseOfAwsAreTaken) {
  EXPECT_EQ(archive_request({"--storage-class", "Cold-1"}).archive.storage_class, "Cold-1");
  EXPECT_EQ(archive_request({"--storage-class", "glacier_ir"}).archive.storage_class, "GLACIER_IR");
  for (const char* bad : {"a b", "x\n", "\xc3\xbc"})
    EXPECT_THROW(archive_request({"--storage-class", bad}), UsageError);
}

TEST(ArchiveCommand, BucketsAreRequired) {
  EXPECT_THROW(request_of({"--arch-bucket", "a"}), UsageError);
  EXPECT_THROW(request_of({"--bucket", "a"}), UsageError);
}

TEST(ArchiveCommand, ObjectSizesHaveBoundsThatMustNotContradict) {
  const source::Selection s =
      archive_request({"--min-object-size", "4KiB", "--max-object-size", "1MB"}).archive.selection;
  EXPECT_EQ(s.min_object_bytes, 4096U);
  EXPECT_EQ(s.max_object_bytes, 1'000'000U);
  EXPECT_EQ(archive_request({"--min-size", "1B"}).archive.selection.min_object_bytes, 1U);
  EXPECT_EQ(archive_request({"--min-object-size", "0"}).archive.selection.min_object_bytes, 0U);
  EXPECT_NO_THROW(archive_request({"--min-object-size=5B", "--max-object-size=5B"}));
  EXPECT_THROW(archive_request({"--min-object-size=6B", "--max-object-size=5B"}), UsageError);
}

TEST(ArchiveCommand, BucketsAreNamesAndSizesHaveUnits) {
  EXPECT_THAT(refusal_of_archive({"--max-size", "5"}).message(), HasSubstr("--max-size \"5\" is not a size"));
  EXPECT_THAT(refusal_of_archive({"--memory", "1M"}).message(),
              HasSubstr("1MiB is too small: volumes of up to 50GiB"));
  for (const Words& words : {Words{"--bucket", "s3://x/", "--arch-bucket", "a"},
                             Words{"--bucket", "a", "--arch-bucket", "s3://x/"},
                             Words{"ls", "--arch-bucket", "s3://x/"}, Words{"gc", "--arch-bucket", "s3://x/"},
                             Words{"catalog", "forget", "--arch-bucket", "s3://x/", "v.zip"}}) {
    SCOPED_TRACE(::testing::PrintToString(words));
    try {
      request_of(words);
      ADD_FAILURE() << "accepted";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.message(), HasSubstr("write it without s3://, as x"));
    }
  }
}

/// The table tells in --help what counts when a flag isn't given; the core has its own. They must not differ.
TEST(ArchiveCommand, DefaultsAreTheCores) {
  const archive::ArchiveOptions o = archive_request({}).archive;
  const archive::ArchiveOptions core;
  EXPECT_EQ(o.selection.prefixes, core.selection.prefixes);
  EXPECT_EQ(o.selection.min_age, core.selection.min_age);
  EXPECT_EQ(o.selection.min_object_bytes, core.selection.min_object_bytes);
  EXPECT_EQ(o.selection.max_object_bytes, core.selection.max_object_bytes);
  EXPECT_EQ(o.layout.text(), core.layout.text());
  EXPECT_EQ(o.archive_name.text(), core.archive_name.text());
  EXPECT_EQ(o.storage_class, core.storage_class);
  EXPECT_EQ(o.max_objects, core.max_objects);
  EXPECT_EQ(o.max_size_bytes, core.max_size_bytes);
  EXPECT_EQ(o.level, core.level);
  EXPECT_EQ(o.readback, core.readback);
  EXPECT_EQ(o.delete_batch, core.delete_batch);
  EXPECT_EQ(o.gc_age, core.gc_age);
  EXPECT_EQ(o.conditional_complete, core.conditional_complete);
  EXPECT_EQ(o.additional_checksums, core.additional_checksums);
  EXPECT_EQ(o.delete_conditions, core.delete_conditions);
  EXPECT_EQ(o.resources.threads, core.resources.threads);
  EXPECT_EQ(o.resources.memory_bytes, core.resources.memory_bytes);
}

TEST(ArchiveCommand, ThePowersOfOneBucketsStoreWinOverThoseOfBoth) {
  const archive::ArchiveOptions o =
      archive_request({"--source-powers", "none", "--store-powers", "full"}).archive;
  EXPECT_EQ(o.delete_conditions, archive::DeleteConditions::ignored);
  EXPECT_EQ(o.conditional_complete, true);
}

}  // namespace
}  // namespace s3c::cli
