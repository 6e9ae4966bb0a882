#include "cli/options/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/options/flags.h"
#include "cli/options/help.h"
#include "cli/options/usage_error.h"
#include "tests/unit/cli/temporary_file.h"

namespace s3c::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFile;
using Arguments = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

/// With the two buckets, which every run needs.
Request parse(Arguments arguments, const Variables& variables = {}) {
  arguments.insert(arguments.end(), {"--bucket", "source-bucket", "--arch-bucket", "archive-bucket"});
  return parse_command_line(arguments, Environment(variables));
}

UsageError refusal(const Arguments& arguments, const Variables& variables = {}) {
  try {
    parse(arguments, variables);
  } catch (const UsageError& error) {
    return error;
  }
  ADD_FAILURE() << "was accepted: " << ::testing::PrintToString(arguments);
  return UsageError("");
}

bool contains_year(const Request& request, int year) {
  return request.archive.selection.dates.may_contain({year, 0, 0});
}

TEST(Options, OriginalUsageWorksWordForWord) {
  const Request request = parse_command_line(
      {"--arch_bucket", "archive-bucket", "--bucket", "source-bucket", "--years", "2018", "--threads", "16"},
      Environment());
  EXPECT_EQ(request.archive.archive_bucket, "archive-bucket");
  EXPECT_EQ(request.archive.selection.bucket, "source-bucket");
  EXPECT_EQ(request.archive.selection.prefix, "sources");
  EXPECT_EQ(request.archive.storage_class, "GLACIER");
  EXPECT_EQ(request.archive.resources.threads, 16);
  EXPECT_TRUE(contains_year(request, 2018));
  EXPECT_FALSE(contains_year(request, 2017));
  EXPECT_FALSE(request.archive.keep_sources);
}

TEST(Options, CommandWordMayStandAnywhereAndValuesAreNotCommands) {
  EXPECT_EQ(parse({"archive", "--threads", "3"}).archive.resources.threads, 3);
  EXPECT_EQ(parse({"--quiet", "archive", "--threads", "3"}).archive.resources.threads, 3);
  EXPECT_EQ(parse({"--prefix", "plan"}).archive.selection.prefix, "plan");
  EXPECT_EQ(parse({"--prefix=plan"}).archive.selection.prefix, "plan");
}

TEST(Options, EveryArchiveFlagReachesItsOption) {
  const Request r = parse({"--prefix",
                           "logs/app/",
                           "--from",
                           "2018-01-01",
                           "--to",
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
  EXPECT_EQ(o.selection.prefix, "logs/app");
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
  EXPECT_TRUE(o.dry_run);
  EXPECT_TRUE(parse({"--delete-versions"}).archive.delete_versions);
}

TEST(Options, EveryGlobalFlagReachesItsOption) {
  const Request r = parse({"--endpoint-url", "http://127.0.0.1:9000", "--region", "eu-west-1", "--profile",
                           "ops", "--ca-bundle", "ca.pem", "--addressing-style", "virtual", "--max-attempts",
                           "4", "--output", "json", "--quiet", "-vv", "--no-progress"});
  EXPECT_EQ(r.connection.endpoint_url, "http://127.0.0.1:9000");
  EXPECT_EQ(r.connection.region, "eu-west-1");
  EXPECT_EQ(r.connection.profile, "ops");
  EXPECT_EQ(r.connection.ca_bundle, "ca.pem");
  EXPECT_EQ(r.connection.addressing, Addressing::virtual_host);
  EXPECT_EQ(r.connection.max_attempts, 4);
  EXPECT_EQ(r.output.format, OutputFormat::json);
  EXPECT_TRUE(r.output.quiet);
  EXPECT_EQ(r.output.verbosity, 2);
  EXPECT_FALSE(r.output.progress);
  EXPECT_EQ(parse({"-v", "--verbose", "-v"}).output.verbosity, 3);
  EXPECT_EQ(parse({"--verbose=2", "-v"}).output.verbosity, 3);
}

TEST(Options, UnderscoresAreDashesInEveryFlag) {
  EXPECT_EQ(parse({"--min_age", "1d"}).archive.selection.min_age, std::chrono::days(1));
  EXPECT_EQ(parse({"--delete_batch=5"}).archive.delete_batch, 5);
  // Only in the name: values keep theirs.
  EXPECT_EQ(parse({"--prefix=a_b"}).archive.selection.prefix, "a_b");
}

TEST(Options, LastOneCountsAndTogglesCanBeTakenBack) {
  EXPECT_EQ(parse({"--threads", "4", "--threads", "8"}).archive.resources.threads, 8);
  EXPECT_FALSE(parse({"--keep-sources", "--keep-sources=false"}).archive.keep_sources);
  EXPECT_FALSE(parse({"--dry-run=false"}, {{"S3COMPRESS_DRY_RUN", "1"}}).archive.dry_run);
}

TEST(Options, YearsAreListsAndMayBeRepeated) {
  for (const Arguments& arguments :
       {Arguments{"--years", "2016,2018"}, Arguments{"--years", "2016", "--years", "2018"}}) {
    const Request request = parse(arguments);
    EXPECT_TRUE(contains_year(request, 2016));
    EXPECT_FALSE(contains_year(request, 2017));
    EXPECT_TRUE(contains_year(request, 2018));
  }
  EXPECT_TRUE(contains_year(parse({}), 1999)) << "without a limit every year is meant";
}

TEST(Options, ValuesMayStartWithADash) {
  EXPECT_THAT(parse({"--exclude", "-old-*"}).archive.selection.exclude, ElementsAre("-old-*"));
}

TEST(Options, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  const TemporaryFile file("threads = 5\nlevel = 2\n[archive]\ndelete_batch = 10\nmin-age = \"2d\"\n");
  const Variables variables = {
      {"S3COMPRESS_CONFIG", file.path()}, {"S3COMPRESS_THREADS", "6"}, {"S3COMPRESS_LEVEL", "3"}};
  const Request r = parse({"--threads", "7"}, variables);
  EXPECT_EQ(r.archive.resources.threads, 7);
  EXPECT_EQ(r.archive.level, 3);
  EXPECT_EQ(r.archive.delete_batch, 10);
  EXPECT_EQ(r.archive.selection.min_age, std::chrono::days(2));
  EXPECT_EQ(r.archive.max_objects, archive::ArchiveOptions().max_objects);
}

TEST(Options, EveryFlagIsAnEnvironmentVariable) {
  const Variables samples = {{"years", "2018"},
                             {"from", "2018-01-01"},
                             {"to", "2018-01-01"},
                             {"layout", "{prefix}/{yyyy}/{mm}/{dd}/"},
                             {"min-age", "1d"},
                             {"gc-age", "1d"},
                             {"archive-name", "{bucket}/{yyyy}{mm}{dd}.zip"},
                             {"storage-class", "GLACIER"},
                             {"max-objects", "1"},
                             {"max-size", "1GiB"},
                             {"level", "1"},
                             {"sse", "AES256"},
                             {"sse-kms-key-id", ""},
                             {"tagging", "a=1"},
                             {"verify", "checksum"},
                             {"delete-batch", "1"},
                             {"threads", "1"},
                             {"memory", "1GiB"},
                             {"store-powers", "full"},
                             {"source-powers", "full"},
                             {"archive-powers", "full"},
                             {"addressing-style", "path"},
                             {"max-attempts", "1"},
                             {"output", "json"},
                             {"config", ""}};
  for (const Flag& flag : all_flags("archive")) {
    if (flag.name == "help" || flag.name == "version") continue;
    const auto sample = samples.find(std::string(flag.name));
    EXPECT_NO_THROW(parse({}, {{environment_name(flag), sample == samples.end() ? "1" : sample->second}}))
        << flag.name;
  }
  const Request r = parse_command_line({}, Environment({{"S3COMPRESS_BUCKET", "a"},
                                                        {"S3COMPRESS_ARCH_BUCKET", "b"},
                                                        {"S3COMPRESS_EXCLUDE", "x*,y*"},
                                                        {"S3COMPRESS_QUIET", "yes"},
                                                        {"S3COMPRESS_VERBOSE", "2"},
                                                        {"S3COMPRESS_REGION", ""}}));
  EXPECT_EQ(r.archive.selection.bucket, "a");
  EXPECT_EQ(r.archive.archive_bucket, "b");
  EXPECT_THAT(r.archive.selection.exclude, ElementsAre("x*", "y*"));
  EXPECT_TRUE(r.output.quiet);
  EXPECT_EQ(r.output.verbosity, 2);
}

Request parse_gc(Arguments arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), {"gc", "--arch-bucket", "archive-bucket"});
  return parse_command_line(arguments, Environment(variables));
}

TEST(Options, GcHasFlagsOfItsOwn) {
  const Request plain = parse_gc({});
  EXPECT_EQ(plain.command, "gc");
  EXPECT_EQ(plain.gc.archive_bucket, "archive-bucket");
  EXPECT_EQ(plain.gc.bucket, "");
  EXPECT_EQ(plain.gc.min_age, std::chrono::days(7));
  EXPECT_FALSE(plain.gc.dry_run);
  const Request full =
      parse_gc({"--bucket", "b", "--prefix", "logs/", "--layout", "{prefix}/{yyyy}/", "--archive-name",
                "{yyyy}.zip", "--min-age", "0", "--dry-run", "--threads", "3"});
  EXPECT_EQ(full.gc.bucket, "b");
  EXPECT_EQ(full.gc.prefix, "logs");
  EXPECT_EQ(full.gc.layout.text(), "{prefix}/{yyyy}/");
  EXPECT_EQ(full.gc.archive_name.text(), "{yyyy}.zip");
  EXPECT_EQ(full.gc.min_age, std::chrono::seconds(0));
  EXPECT_TRUE(full.gc.dry_run);
  EXPECT_EQ(full.gc.threads, 3);
  EXPECT_EQ(parse({}).command, "archive");
  EXPECT_EQ(parse({}).archive.gc_age, std::chrono::days(7));
  EXPECT_EQ(parse({"--gc-age", "2d"}).archive.gc_age, std::chrono::days(2));
}

TEST(Options, GcReadsItsPartOfEnvironmentAndFile) {
  const TemporaryFile file(
      "bucket = 'b'\nlevel = 2\n[gc]\nmin-age = '3d'\nthreads = 5\n[archive]\nmin-age = '1d'\nthreads = 9\n");
  const Request r =
      parse_gc({"--config", file.path()}, {{"S3COMPRESS_LEVEL", "3"}, {"S3COMPRESS_DRY_RUN", "1"}});
  EXPECT_EQ(r.gc.bucket, "b");
  EXPECT_EQ(r.gc.min_age, std::chrono::days(3));
  EXPECT_EQ(r.gc.threads, 5);
  EXPECT_TRUE(r.gc.dry_run);
  const Request archive = parse({"--config", file.path()});
  EXPECT_EQ(archive.archive.selection.min_age, std::chrono::days(1));
  EXPECT_EQ(archive.archive.resources.threads, 9);
}

TEST(Options, GcMistakesAreNamed) {
  const auto message = [](const Arguments& arguments) {
    try {
      parse_gc(arguments);
    } catch (const UsageError& error) {
      return std::string(error.what()) + "; " + error.hint();
    }
    return std::string("was accepted");
  };
  EXPECT_THAT(message({"--level", "3"}), HasSubstr("--level is no flag of gc"));
  EXPECT_THAT(message({"--min-agee", "3"}), HasSubstr("did you mean --min-age?"));
  EXPECT_THAT(message({"--layout", "{prefix}/{yyyy}/"}), HasSubstr("--layout needs --bucket"));
  EXPECT_THAT(message({"--bucket", "b", "--layout", "{prefix}/{yyyy}/"}), HasSubstr("same date fields"));
  EXPECT_THAT(message({"--bucket", "b", "--prefix", "/x"}), HasSubstr("must not start or end"));
  EXPECT_THAT(message({"--min-age", "7y"}), HasSubstr("is not an age"));
  EXPECT_THAT(message({"--threads", "0"}), HasSubstr("from 1 to 4096"));
  EXPECT_THROW(parse_command_line({"gc"}, Environment()), UsageError);
  EXPECT_THAT(refusal({"--gc-age", "7"}).message(), HasSubstr("--gc-age \"7\" is not an age"));
  const TemporaryFile file("[gc]\nlevel = 3\n");
  EXPECT_THAT(refusal({"--config", file.path()}).message(),
              HasSubstr(":2: level is no flag of s3compress gc"));
}

TEST(Options, DatesOfTheStrongerPlaceCount) {
  const Request by_line = parse({"--from", "2017-06-01"}, {{"S3COMPRESS_YEARS", "2016"}});
  EXPECT_TRUE(contains_year(by_line, 2017));
  EXPECT_FALSE(contains_year(by_line, 2016));
  const Request by_years = parse({"--years", "2016"}, {{"S3COMPRESS_FROM", "2017-06-01"}});
  EXPECT_TRUE(contains_year(by_years, 2016));
  EXPECT_FALSE(contains_year(by_years, 2017));
}

struct BadUsage {
  Arguments arguments;
  std::string message;
  std::string hint;
};

TEST(Options, EveryBadValueIsNamed) {
  const std::vector<BadUsage> table = {
      {{"--thread", "4"}, "unknown flag --thread", "did you mean --threads?"},
      {{"--arch", "x"}, "unknown flag --arch", "did you mean --arch-bucket?"},
      {{"--no-verify-ssl"}, "unknown flag --no-verify-ssl", ""},
      {{"-x"}, "unknown flag -x", ""},
      {{"plan"}, "unknown command \"plan\"", "archive"},
      {{"archve"}, "unknown command \"archve\"", "did you mean archive?"},
      {{"archive", "more"}, "unexpected argument \"more\"", "flag"},
      {{"--prefix", "--dry-run"}, "--prefix needs a value", "PREFIX"},
      {{"--prefix", "--dryrun"}, "--prefix needs a value", "--prefix=PREFIX"},
      {{"--exclude", ""}, "--exclude has an empty value", "GLOB"},
      {{"--exclude="}, "--exclude has an empty value", "GLOB"},
      {{"--years", "2016", "--years", " "}, "--years has an empty value", ""},
      {{"archive", ""}, "argument 2 is empty", "variable"},
      {{""}, "argument 1 is empty", "variable"},
      {{"-vx"}, "unknown flag -vx", ""},
      {{"-"}, "unknown flag -", ""},
      {{"-l"}, "-l is no flag of archive", ""},
      {{"--dry-run="}, "--dry-run has an empty value", ""},
      {{"--dry-run", "false"}, "unknown command \"false\"", ""},
      {{"--no-dry-run"}, "unknown flag --no-dry-run", "did you mean --dry-run?"},
      {{"--help=maybe"}, "--help \"maybe\" is neither true nor false", ""},
      {{"--dry-run=maybe"}, "--dry-run \"maybe\" is neither true nor false", ""},
      {{"--threads", "abc"}, "--threads \"abc\" is not a whole number from 1 to 4096", "--threads COUNT"},
      {{"--threads", "0"}, "from 1 to 4096", ""},
      {{"--threads", "5000"}, "from 1 to 4096", ""},
      {{"--level", "13"}, "--level \"13\" is not a whole number from 0 to 12", ""},
      {{"--delete-batch", "1001"}, "from 1 to 1000", ""},
      {{"--years", "18"}, "--years \"18\" is not a list of years", ""},
      {{"--years", "2016,,2017"}, "--years \"2016,,2017\" has an empty part", ""},
      {{"--years", "2016", "--from", "2016-01-01"}, "--years and --from/--to exclude each other", ""},
      {{"--from", "2018-02-30"}, "--from: \"2018-02-30\" is not a date", ""},
      {{"--to", "yesterday"}, "--to: \"yesterday\" is not a date", ""},
      {{"--from", "2018-02-02", "--to", "2018-02-01"}, "--from and --to: ", ""},
      {{"--layout", "{yyyy}/"}, "--layout: ", ""},
      {{"--archive-name", "x"}, "--archive-name: ", ""},
      {{"--archive-name", "{bucket}/{yyyy}.zip"}, "must name the same date fields", ""},
      {{"--storage-class", "GLACIAL"}, "--storage-class \"GLACIAL\" is none of GLACIER, DEEP_ARCHIVE", ""},
      {{"--min-age", "7"}, "--min-age \"7\" is not an age", ""},
      {{"--min-age", "7y"}, "--min-age \"7y\" is not an age", ""},
      {{"--max-objects", "0"}, "--max-objects \"0\" is not a whole number from 1", ""},
      {{"--max-size", "big"}, "--max-size \"big\" is not a size", ""},
      {{"--memory", "1MiB"}, "--memory", ""},
      {{"--keep-sources", "--delete-versions"}, "contradict each other", ""},
      {{"--verify", "twice"}, "--verify \"twice\" is none of checksum, readback", ""},
      {{"--sse", "AES"}, "--sse \"AES\" is none of AES256", ""},
      {{"--sse-kms-key-id", "k"}, "--sse-kms-key-id needs --sse aws:kms", ""},
      {{"--tagging", "nonsense"}, "--tagging \"nonsense\" is not a list of tags", ""},
      {{"--store-powers", "some"}, "--store-powers \"some\" is none of probe", ""},
      {{"--output", "xml"}, "--output \"xml\" is none of text, json", ""},
      {{"--addressing-style", "host"}, "--addressing-style \"host\" is none of auto, path, virtual", ""},
      {{"--max-attempts", "0"}, "--max-attempts \"0\" is not a whole number from 1 to 100", ""},
      {{"--config", "/nowhere/s3c.toml"},
       "can't read the config file /nowhere/s3c.toml: No such file",
       "--config"},
      {{"--config", "/"}, "can't read the config file /: ", ""},
  };
  for (const BadUsage& bad : table) {
    const UsageError error = refusal(bad.arguments);
    EXPECT_THAT(error.message(), HasSubstr(bad.message));
    EXPECT_THAT(error.hint(), HasSubstr(bad.hint)) << error.message();
  }
}

TEST(Options, HintsTellOfTheCommandsOwnFlag) {
  EXPECT_THAT(refusal({"--to", ""}).hint(), HasSubstr("--to DATE"));
  EXPECT_THAT(refusal({"restore", "*", "--to", ""}).hint(), HasSubstr("--to PLACE"));
  const TemporaryFile file("to = ''\n");
  EXPECT_THAT(refusal({"restore", "*", "--config", file.path()}).hint(), HasSubstr("--to PLACE"));
}

TEST(Options, MessagesNameThePlaceTheValueCameFrom) {
  EXPECT_THAT(refusal({}, {{"S3COMPRESS_THREADS", "x"}}).message(),
              HasSubstr("S3COMPRESS_THREADS \"x\" is not"));
  const TemporaryFile file("\nthreads = \"x\"\n");
  EXPECT_THAT(refusal({"--config", file.path()}).message(), HasSubstr(":2: threads \"x\" is not"));
}

TEST(Options, MistypedVariableIsRefusedBecauseItMightHaveKeptTheSources) {
  const UsageError error = refusal({}, {{"S3COMPRESS_KEEP_SOURCE", "1"}});
  EXPECT_THAT(error.message(), HasSubstr("S3COMPRESS_KEEP_SOURCE is no flag"));
  EXPECT_THAT(error.hint(), HasSubstr("S3COMPRESS_KEEP_SOURCES"));
}

TEST(Options, BucketsAreRequired) {
  EXPECT_THROW(parse_command_line({"--arch-bucket", "a"}, Environment()), UsageError);
  EXPECT_THROW(parse_command_line({"--bucket", "a"}, Environment()), UsageError);
}

TEST(Options, ConfigFileMistakesAreNamedWithTheirLine) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"thread = 4\n", ":1: thread is no flag"},
      {"[upload]\nthreads = 4\n", "there is no section [upload]"},
      {"threads = 4\nthreads = 5\n", ":2: threads is set a second time"},
      {"arch-bucket = 'a'\narch_bucket = 'b'\n", ":2: arch_bucket is set a second time"},
      {"threads = [4, 5]\n", ":1: threads takes one value"},
      {"exclude = []\n", ":1: exclude is an empty list"},
      {"exclude = ['x', '']\n", ":1: exclude has an empty value"},
      {"[gc]\nprefix = ''\n", ":2: prefix has an empty value"},
      {"dry-run = 2\n", ":1: dry-run \"2\" is neither true nor false"},
      {"help = true\n", ":1: help can't be set in a config file"},
      {"threads 4\n", ":1: \"=\" is missing after threads"},
      {"\n\nprefix = logs\n", ":3: text must stand in quotes"},
      {"prefix = \"logs\n", ":1: the closing quote is missing"},
      {"threads = 4 5\n", ":1: unexpected text after the value"},
      {"years = [2016 2017]\n", ":1: \",\" or \"]\" is missing"},
      {"years = [2016,\n", ":2: a value is missing"},
      {"prefix = \"a\\qb\"\n", ":1: unknown escape"},
      {"threads =\n", ":1: a value is missing"},
  };
  for (const auto& [text, message] : table) {
    const TemporaryFile file(text);
    EXPECT_THAT(refusal({"--config", file.path()}).message(), HasSubstr(message)) << text;
  }
}

TEST(Options, ConfigFileMayUseTheTomlThatFlagsNeed) {
  const TemporaryFile file(
      "# nightly\nthreads = 1_6 # sixteen\nyears = [2016,\n  2018, # not 2017\n]\nprefix = \"a \\\"b\\\" # "
      "c\"\n"
      "exclude = ['x\\*', \"y\"]\r\nkeep-sources = true\n");
  const Request r = parse({"--config", file.path()});
  EXPECT_EQ(r.archive.resources.threads, 16);
  EXPECT_TRUE(contains_year(r, 2018));
  EXPECT_FALSE(contains_year(r, 2017));
  EXPECT_EQ(r.archive.selection.prefix, "a \"b\" # c");
  EXPECT_THAT(r.archive.selection.exclude, ElementsAre("x\\*", "y"));
  EXPECT_TRUE(r.archive.keep_sources);
}

TEST(Options, HelpAndVersionNeedNothingElse) {
  EXPECT_EQ(parse_command_line({"--help"}, Environment()).print, program_help());
  EXPECT_EQ(parse_command_line({"-h"}, Environment()).print, program_help());
  EXPECT_EQ(parse_command_line({"archive", "--help"}, Environment()).print, command_help("archive"));
  EXPECT_EQ(parse_command_line({"gc", "--help"}, Environment()).print, command_help("gc"));
  EXPECT_EQ(parse_command_line({"--version"}, Environment()).print, "s3compress " S3C_VERSION "\n");
}

TEST(Options, ForgetTakesNoScope) {
  for (const char* flag : {"--bucket=other", "--years=2019", "--from=2018-01-01", "--until=2018-01-01"}) {
    EXPECT_THROW(parse_command_line({"catalog", "forget", "--arch-bucket", "a", flag, "b/20180401.zip"},
                                    Environment(Variables{})),
                 UsageError)
        << flag;
  }
  EXPECT_NO_THROW(parse_command_line({"catalog", "forget", "--arch-bucket", "a", "b/20180401.zip"},
                                     Environment(Variables{})));
}

}  // namespace
}  // namespace s3c::cli
