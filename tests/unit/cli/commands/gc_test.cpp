#include "cli/commands/gc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using testing::archive_request;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::Request;
using testing::request_of;
using testing::TemporaryFile;
using testing::Variables;
using testing::Words;

Request parse_gc(Words arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), {"gc", "--arch-bucket", "archive-bucket"});
  return request_of(arguments, variables);
}

TEST(GcCommand, GcHasFlagsOfItsOwn) {
  const Request plain = parse_gc({});
  EXPECT_EQ(plain.command, "gc");
  EXPECT_EQ(plain.gc.archive_bucket, "archive-bucket");
  EXPECT_EQ(plain.gc.bucket, "");
  EXPECT_EQ(plain.gc.min_age, std::chrono::days(7));
  EXPECT_FALSE(plain.gc.dry_run);
  const Request full =
      parse_gc({"--bucket", "b", "--prefix", "logs/", "--layout", "{prefix}/{yyyy}/", "--archive-name",
                "{yyyy}.zip", "--garbage-age", "0", "--dry-run", "--threads", "3"});
  EXPECT_EQ(full.gc.bucket, "b");
  EXPECT_EQ(full.gc.prefixes, catalog::Prefixes{"logs"});
  EXPECT_EQ(full.gc.layout.text(), "{prefix}/{yyyy}/");
  EXPECT_EQ(full.gc.archive_name.text(), "{yyyy}.zip");
  EXPECT_EQ(full.gc.min_age, std::chrono::seconds(0));
  EXPECT_TRUE(full.gc.dry_run);
  EXPECT_EQ(full.gc.threads, 3);
  EXPECT_EQ(archive_request({}).command, "archive");
  EXPECT_EQ(archive_request({}).archive.gc_age, std::chrono::days(7));
  EXPECT_EQ(archive_request({"--garbage-age", "2d"}).archive.gc_age, std::chrono::days(2));
}

TEST(GcCommand, GcReadsItsPartOfEnvironmentAndFile) {
  const TemporaryFile file(
      "bucket = 'b'\nlevel = 2\n[gc]\ngarbage-age = '3d'\nthreads = 5\n[archive]\nmin-age = '1d'\nthreads = "
      "9\n");
  const Request r =
      parse_gc({"--config", file.path()}, {{"S3COMPRESS_LEVEL", "3"}, {"S3COMPRESS_DRY_RUN", "1"}});
  EXPECT_EQ(r.gc.bucket, "b");
  EXPECT_EQ(r.gc.min_age, std::chrono::days(3));
  EXPECT_EQ(r.gc.threads, 5);
  EXPECT_TRUE(r.gc.dry_run);
  const Request archive = archive_request({"--config", file.path()});
  EXPECT_EQ(archive.archive.selection.min_age, std::chrono::days(1));
  EXPECT_EQ(archive.archive.resources.threads, 9);
}

TEST(GcCommand, GcMistakesAreNamed) {
  const auto message = [](const Words& arguments) {
    try {
      parse_gc(arguments);
    } catch (const UsageError& error) {
      return std::string(error.what()) + "; " + error.hint();
    }
    return std::string("was accepted");
  };
  EXPECT_THAT(message({"--level", "3"}), HasSubstr("--level is no flag of gc"));
  EXPECT_THAT(message({"--garbage-agee", "3"}), HasSubstr("did you mean --garbage-age?"));
  EXPECT_THAT(message({"--layout", "{prefix}/{yyyy}/"}), HasSubstr("--layout needs --bucket"));
  EXPECT_THAT(message({"--bucket", "b", "--layout", "{prefix}/{yyyy}/"}), HasSubstr("same fields"));
  EXPECT_THAT(message({"--bucket", "b", "--prefix", "/x"}), HasSubstr("must not start or end"));
  EXPECT_THAT(message({"--garbage-age", "7y"}), HasSubstr("is not an age"));
  EXPECT_THAT(message({"--threads", "0"}), HasSubstr("from 1 to 4096"));
  EXPECT_THROW(request_of({"gc"}), UsageError);
  EXPECT_THAT(refusal_of_archive({"--garbage-age", "7"}).message(),
              HasSubstr("--garbage-age \"7\" is not an age"));
  const TemporaryFile file("[gc]\nlevel = 3\n");
  EXPECT_THAT(refusal_of_archive({"--config", file.path()}).message(),
              HasSubstr(":2:1: level is no flag of s3compress gc"));
}

TEST(GcCommand, DefaultsAreTheCores) {
  const upkeep::GcOptions o = parse_gc({}).gc;
  const upkeep::GcOptions core;
  EXPECT_EQ(o.prefixes, core.prefixes);
  EXPECT_EQ(o.layout.text(), core.layout.text());
  EXPECT_EQ(o.archive_name.text(), core.archive_name.text());
  EXPECT_EQ(o.min_age, core.min_age);
  EXPECT_EQ(o.threads, core.threads);
}

}  // namespace
}  // namespace s3c::cli
