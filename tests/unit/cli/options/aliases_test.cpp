// Spellings that flags had before: they work in every place, and no flag has two meanings.
#include <gmock/gmock.h>

#include "tests/unit/cli/request.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using testing::archive_request;
using ::testing::HasSubstr;
using testing::refusal_of_archive;
using testing::Request;
using testing::request_of;
using testing::TemporaryFile;
using testing::Variables;
using testing::Words;

Request gc_request(Words words, const Variables& variables = {}) {
  words.insert(words.begin(), {"gc", "--arch-bucket", "archive-bucket"});
  return request_of(words, variables);
}

/// The settings of a command, by its flags' own names.
Reader settings_of(const Words& words, const Variables& variables = {}) {
  return read_settings(commands(), words, Environment(variables));
}

TEST(Aliases, WorkOnTheCommandLine) {
  EXPECT_EQ(archive_request({"--gc-age", "2d"}).archive.gc_age, days(2));
  EXPECT_EQ(archive_request({"--gc_age=2d"}).archive.gc_age, days(2));
  EXPECT_EQ(gc_request({"--min-age", "0"}).gc.min_age, seconds(0));
  EXPECT_EQ(settings_of({"verify", "--min-age", "0"}).text("garbage-age"), "0");
  for (const char* command : {"archive", "ls", "find", "cat", "verify"}) {
    EXPECT_EQ(settings_of({command, "--to", "2018-01-31"}).text("until"), "2018-01-31") << command;
    EXPECT_EQ(settings_of({"--to", "2018-01-31", command}).text("until"), "2018-01-31") << command;
  }
  const Request request = archive_request({"--from", "2018-01-01", "--to", "2018-01-31"});
  EXPECT_FALSE(request.archive.selection.dates.may_contain({2018, 2, 1}));
}

TEST(Aliases, WorkInEnvironmentAndFile) {
  EXPECT_EQ(archive_request({}, {{"S3COMPRESS_GC_AGE", "2d"}}).archive.gc_age, days(2));
  EXPECT_EQ(settings_of({"ls"}, {{"S3COMPRESS_TO", "2018-01-31"}}).text("until"), "2018-01-31");
  const TemporaryFile file("to = 2018-01-31\n[archive]\ngc_age = '3d'\n[gc]\nmin-age = '4d'\n");
  const Request archive = archive_request({"--config", file.path()});
  EXPECT_EQ(archive.archive.gc_age, days(3));
  EXPECT_FALSE(archive.archive.selection.dates.may_contain({2018, 2, 1}));
  EXPECT_EQ(gc_request({"--config", file.path()}).gc.min_age, days(4));
}

TEST(Aliases, AFlagsOwnNameIsNeverAnotherOnesAlias) {
  EXPECT_EQ(settings_of({"--to", "s3://b/", "restore", "*"}).text("to"), "s3://b/");
  EXPECT_EQ(settings_of({"restore", "*"}, {{"S3COMPRESS_TO", "s3://b/"}}).find("until"), nullptr);
  EXPECT_EQ(archive_request({"--min-age", "2d"}).archive.selection.min_age, days(2));
  EXPECT_EQ(archive_request({"--min-age", "2d"}).archive.gc_age, days(7));
  EXPECT_EQ(archive_request({"--garbage-age", "2d"}).archive.selection.min_age, seconds(0));
  EXPECT_THAT(refusal_of_archive({"restore", "*", "--to", "2018-01-31"}).message(),
              HasSubstr("the last day is --until"));
}

TEST(Aliases, AnObjectsAgeThatIsSetForArchiveIsNoAgeOfGarbage) {
  const Variables variables = {{"S3COMPRESS_MIN_AGE", "1s"}};
  const TemporaryFile file("min-age = '1s'\n");
  for (const char* command : {"gc", "verify"}) {
    EXPECT_EQ(settings_of({command}, variables).text("garbage-age"), "7d") << command;
    EXPECT_EQ(settings_of({command, "--config", file.path()}).text("garbage-age"), "7d") << command;
  }
  EXPECT_EQ(archive_request({}, variables).archive.selection.min_age, seconds(1));
  EXPECT_EQ(archive_request({"--config", file.path()}).archive.selection.min_age, seconds(1));
}

TEST(Aliases, GiveWayToTheFlagsOwnName) {
  const Variables both = {{"S3COMPRESS_MIN_AGE", "1d"}, {"S3COMPRESS_GARBAGE_AGE", "2d"}};
  EXPECT_EQ(gc_request({}, both).gc.min_age, days(2));
  EXPECT_EQ(archive_request({}, both).archive.selection.min_age, days(1));
  EXPECT_EQ(archive_request({}, both).archive.gc_age, days(2));
  for (const char* text : {"min-age = '1d'\ngarbage-age = '2d'\n", "garbage-age = '2d'\nmin_age = '1d'\n",
                           "min-age = '1d'\n[gc]\ngarbage-age = '2d'\n[archive]\ngarbage-age = '2d'\n"}) {
    const TemporaryFile file(text);
    EXPECT_EQ(gc_request({"--config", file.path()}).gc.min_age, days(2)) << text;
    EXPECT_EQ(archive_request({"--config", file.path()}).archive.selection.min_age, days(1)) << text;
  }
}

TEST(Aliases, AreASecondTimeOnlyWhereTheyCanMeanNothingElse) {
  const TemporaryFile in_section("[gc]\nmin-age = '1d'\ngarbage-age = '2d'\n");
  EXPECT_THROW(gc_request({"--config", in_section.path()}), UsageError);
  const TemporaryFile twice("min-age = '1d'\nmin_age = '1d'\n");
  EXPECT_THROW(archive_request({"--config", twice.path()}), UsageError);
  const TemporaryFile file("gc-age = '1d'\ngarbage-age = '2d'\n");
  EXPECT_THAT(refusal_of_archive({"--config", file.path()}).message(),
              HasSubstr(":2:1: garbage-age is set a second time"));
}

TEST(Aliases, MessagesNameTheFlagAsItWasGiven) {
  EXPECT_THAT(refusal_of_archive({"--gc-age", "7"}).message(), HasSubstr("--gc-age \"7\" is not an age"));
  EXPECT_THAT(refusal_of_archive({"--garbage-age", "1d", "--gc-age", "7"}).message(), HasSubstr("--gc-age"));
  EXPECT_THAT(refusal_of_archive({"--to", "yesterday"}).message(),
              HasSubstr("--to: \"yesterday\" is not a date"));
  EXPECT_THAT(refusal_of_archive({"--to", ""}).hint(), HasSubstr("--until DATE"));
  EXPECT_THAT(refusal_of_archive({}, {{"S3COMPRESS_GC_AGE", "x"}}).message(), HasSubstr("S3COMPRESS_GC_AGE"));
}

}  // namespace
}  // namespace s3c::cli
