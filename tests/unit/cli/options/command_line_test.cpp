#include "cli/options/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/options/help.h"
#include "cli/version.h"
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
using testing::TemporaryFile;
using testing::Variables;
using testing::Words;

bool contains_year(const Request& request, int year) {
  return request.archive.selection.dates.may_contain({year, 0, 0});
}

TEST(Options, CommandWordMayStandAnywhereAndValuesAreNotCommands) {
  EXPECT_EQ(archive_request({"archive", "--threads", "3"}).archive.resources.threads, 3);
  EXPECT_EQ(archive_request({"--quiet", "archive", "--threads", "3"}).archive.resources.threads, 3);
  EXPECT_EQ(archive_request({"--prefix", "plan"}).archive.selection.prefixes, catalog::Prefixes{"plan"});
  EXPECT_EQ(archive_request({"--prefix=plan"}).archive.selection.prefixes, catalog::Prefixes{"plan"});
}

TEST(Options, EveryGlobalFlagReachesItsOption) {
  const Request r =
      archive_request({"--endpoint-url", "http://127.0.0.1:9000", "--region", "eu-west-1", "--profile", "ops",
                       "--ca-bundle", "ca.pem", "--addressing-style", "virtual", "--max-attempts", "4",
                       "--output", "json", "--quiet", "-vv", "--no-progress"});
  for (const Side side : {Side::source, Side::archive, Side::target}) {
    EXPECT_EQ(r.connection.of(side).endpoint_url, "http://127.0.0.1:9000");
    EXPECT_EQ(r.connection.of(side).region, "eu-west-1");
    EXPECT_EQ(r.connection.of(side).profile, "ops");
    EXPECT_TRUE(r.connection.of(side).is_signed);
  }
  EXPECT_FALSE(r.connection.requester_pays);
  EXPECT_EQ(r.connection.ca_bundle, "ca.pem");
  EXPECT_EQ(r.connection.addressing, Addressing::virtual_host);
  EXPECT_EQ(r.connection.max_attempts, 4);
  EXPECT_EQ(r.output.format, OutputFormat::json);
  EXPECT_TRUE(r.output.quiet);
  EXPECT_EQ(r.output.verbosity, 2);
  EXPECT_FALSE(r.output.progress);
  EXPECT_EQ(archive_request({"-v", "--verbose", "-v"}).output.verbosity, 3);
  EXPECT_EQ(archive_request({"--verbose=2", "-v"}).output.verbosity, 3);
}

TEST(Options, UnderscoresAreDashesInEveryFlag) {
  EXPECT_EQ(archive_request({"--min_age", "1d"}).archive.selection.min_age, std::chrono::days(1));
  EXPECT_EQ(archive_request({"--delete_batch=5"}).archive.delete_batch, 5);
  // Only in the name: values keep theirs.
  EXPECT_EQ(archive_request({"--prefix=a_b"}).archive.selection.prefixes, catalog::Prefixes{"a_b"});
}

TEST(Options, LastOneCountsAndTogglesCanBeTakenBack) {
  EXPECT_EQ(archive_request({"--threads", "4", "--threads", "8"}).archive.resources.threads, 8);
  EXPECT_FALSE(archive_request({"--keep-sources", "--keep-sources=false"}).archive.keep_sources);
  EXPECT_FALSE(archive_request({"--dry-run=false"}, {{"S3COMPRESS_DRY_RUN", "1"}}).dry_run);
}

TEST(Options, YearsAreListsAndMayBeRepeated) {
  for (const Words& arguments :
       {Words{"--years", "2016,2018"}, Words{"--years", "2016", "--years", "2018"}}) {
    const Request request = archive_request(arguments);
    EXPECT_TRUE(contains_year(request, 2016));
    EXPECT_FALSE(contains_year(request, 2017));
    EXPECT_TRUE(contains_year(request, 2018));
  }
  EXPECT_TRUE(contains_year(archive_request({}), 1999)) << "without a limit every year is meant";
}

TEST(Options, ValuesMayStartWithADash) {
  EXPECT_THAT(archive_request({"--exclude", "-old-*"}).archive.selection.exclude, ElementsAre("-old-*"));
}

TEST(Options, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  const TemporaryFile file("threads = 5\nlevel = 2\n[archive]\ndelete_batch = 10\nmin-age = \"2d\"\n");
  const Variables variables = {
      {"S3COMPRESS_CONFIG", file.path()}, {"S3COMPRESS_THREADS", "6"}, {"S3COMPRESS_LEVEL", "3"}};
  const Request r = archive_request({"--threads", "7"}, variables);
  EXPECT_EQ(r.archive.resources.threads, 7);
  EXPECT_EQ(r.archive.level, 3);
  EXPECT_EQ(r.archive.delete_batch, 10);
  EXPECT_EQ(r.archive.selection.min_age, std::chrono::days(2));
  EXPECT_EQ(r.archive.max_objects, archive::ArchiveOptions().max_objects);
}

TEST(Options, EveryFlagIsAnEnvironmentVariable) {
  const Variables samples = {{"years", "2018"},
                             {"from", "2018-01-01"},
                             {"until", "2018-01-01"},
                             {"layout", "{prefix}/{yyyy}/{mm}/{dd}/"},
                             {"min-age", "1d"},
                             {"garbage-age", "1d"},
                             {"archive-name", "{bucket}/{yyyy}{mm}{dd}.zip"},
                             {"storage-class", "GLACIER"},
                             {"max-objects", "1"},
                             {"max-size", "1GiB"},
                             {"min-object-size", "1B"},
                             {"max-object-size", "1B"},
                             {"level", "1"},
                             {"sse", "AES256"},
                             {"sse-kms-key-id", ""},
                             {"bucket-key-enabled", "false"},
                             {"acl", "private"},
                             {"object-lock-mode", ""},
                             {"retain-until", ""},
                             {"retain-days", ""},
                             {"tagging", "a=1"},
                             {"verify", "checksum"},
                             {"shard", "0/1"},
                             {"delete-batch", "1"},
                             {"threads", "1"},
                             {"memory", "1GiB"},
                             {"store-powers", "full"},
                             {"source-powers", "full"},
                             {"archive-powers", "full"},
                             {"addressing-style", "path"},
                             {"max-attempts", "1"},
                             {"request-payer", "requester"},
                             {"no-sign-request", "0"},  // 1 needs keep-sources
                             {"expected-bucket-owner", "123456789012"},
                             {"archive-expected-bucket-owner", "123456789012"},
                             {"source-expected-bucket-owner", "123456789012"},
                             {"metrics-push", "https://gateway"},
                             {"output", "json"},
                             {"inventory", "s3://b/manifest.json"},
                             {"group-by", "last-modified:month"},
                             {"config", ""}};
  for (const Flag& flag : commands().front().flags) {
    if (flag.name == "help" || flag.name == "version") continue;
    const auto sample = samples.find(std::string(flag.name));
    EXPECT_NO_THROW(
        archive_request({}, {{environment_name(flag.name), sample == samples.end() ? "1" : sample->second}}))
        << flag.name;
  }
  const Request r = request_of({}, {{"S3COMPRESS_BUCKET", "a"},
                                    {"S3COMPRESS_ARCH_BUCKET", "b"},
                                    {"S3COMPRESS_EXCLUDE", "x*,y*"},
                                    {"S3COMPRESS_QUIET", "yes"},
                                    {"S3COMPRESS_VERBOSE", "2"},
                                    {"S3COMPRESS_REGION", ""}});
  EXPECT_EQ(r.archive.selection.bucket, "a");
  EXPECT_EQ(r.archive.archive_bucket, "b");
  EXPECT_THAT(r.archive.selection.exclude, ElementsAre("x*", "y*"));
  EXPECT_TRUE(r.output.quiet);
  EXPECT_EQ(r.output.verbosity, 2);
}

TEST(Options, DatesOfTheStrongerPlaceCount) {
  const Request by_line = archive_request({"--from", "2017-06-01"}, {{"S3COMPRESS_YEARS", "2016"}});
  EXPECT_TRUE(contains_year(by_line, 2017));
  EXPECT_FALSE(contains_year(by_line, 2016));
  const Request by_years = archive_request({"--years", "2016"}, {{"S3COMPRESS_FROM", "2017-06-01"}});
  EXPECT_TRUE(contains_year(by_years, 2016));
  EXPECT_FALSE(contains_year(by_years, 2017));
}

struct BadUsage {
  Words arguments;
  std::string message;
  std::string hint;
};

TEST(Options, EveryBadValueIsNamed) {
  const std::vector<BadUsage> table = {
      {{"--thread", "4"}, "unknown flag --thread", "did you mean --threads?"},
      {{"--arch", "x"}, "unknown flag --arch", "did you mean --arch-bucket?"},
      {{"--no-verify-ssl"}, "unknown flag --no-verify-ssl", ""},
      {{"-x"}, "unknown flag -x", ""},
      {{"preview"}, "unknown command \"preview\"", "archive"},
      {{"list"}, "unknown command \"list\"", "did you mean ls?"},
      {{"archve"}, "unknown command \"archve\"", "did you mean archive?"},
      {{"catalog", "rebild"}, "unknown command \"catalog rebild\"", "did you mean catalog rebuild?"},
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
      {{"--years", "2016", "--from", "2016-01-01"}, "--years and --from/--until exclude each other", ""},
      {{"--from", "2018-02-30"}, "--from: \"2018-02-30\" is not a date: the calendar has no such day", ""},
      {{"--until", "yesterday"}, "--until: \"yesterday\" is not a date", ""},
      {{"--from", "2018-02-02", "--until", "2018-02-01"}, "--from and --until: ", ""},
      {{"--layout", "{yyyy}/"}, "--layout: ", ""},
      {{"--archive-name", "x"}, "--archive-name: ", ""},
      {{"--archive-name", "{bucket}/{yyyy}.zip"},
       "--archive-name \"{bucket}/{yyyy}.zip\" and the layout \"{prefix}/{yyyy}/{mm}/{dd}/\" must name the same fields",
       "--archive-name TEMPLATE"},
      {{"--prefix", "s3compress_catalog"}, "--prefix \"s3compress_catalog\" is inside", "--prefix PREFIX"},
      {{"--prefix", "s3compress_catalog/manifest/src"}, "is inside s3compress's own catalog", "--prefix"},
      {{"--prefix", "/x"}, "--prefix \"/x\" must not start or end with", "--prefix PREFIX"},
      {{"--storage-class", "GLACI.AL"}, "--storage-class \"GLACI.AL\" is none of GLACIER, DEEP_ARCHIVE", ""},
      {{"--min-age", "7"}, "--min-age \"7\" is not an age", ""},
      {{"--min-age", "7y"}, "--min-age \"7y\" is not an age", ""},
      {{"--max-objects", "0"}, "--max-objects \"0\" is not a whole number from 1", ""},
      {{"--max-size", "big"}, "--max-size \"big\" is not a size", ""},
      {{"--memory", "1MiB"}, "--memory of 1MiB is too small", "--memory SIZE"},
      {{"--keep-sources", "--delete-versions"},
       "--keep-sources and --delete-versions contradict each other",
       ""},
      {{"--verify", "twice"}, "--verify \"twice\" is none of checksum, readback", ""},
      {{"--request-payer", "owner"}, "--request-payer \"owner\" must be requester", ""},
      {{"--sse", "AES"}, "--sse \"AES\" is none of AES256", ""},
      {{"--sse-kms-key-id", "k"}, "--sse-kms-key-id needs --sse aws:kms", ""},
      {{"--bucket-key-enabled"}, "--bucket-key-enabled needs --sse aws:kms", "no other encryption"},
      {{"--bucket-key-enabled", "--sse", "aws:kms:dsse"}, "--bucket-key-enabled needs --sse aws:kms", ""},
      {{"--acl", "everybody"}, "--acl \"everybody\" is none of private, bucket-owner-full-control", ""},
      {{"--sse-c", "AES256"}, "unknown flag --sse-c", "a key of your own (SSE-C) is not offered"},
      {{"--sse-customer-algorithm=AES256"}, "unknown flag --sse-customer-algorithm", "whoever loses the key"},
      {{"--object-lock-mode", "FOREVER"},
       "--object-lock-mode \"FOREVER\" is none of GOVERNANCE, COMPLIANCE",
       ""},
      {{"--object-lock-mode", "GOVERNANCE"}, "--object-lock-mode needs --retain-until or --retain-days", ""},
      {{"--retain-days", "1"}, "--retain-days needs --object-lock-mode", "add --object-lock-mode"},
      {{"--retain-until", "2040-01-01"}, "--retain-until needs --object-lock-mode", "add --object-lock-mode"},
      {{"--object-lock-mode", "COMPLIANCE", "--retain-days", "1", "--retain-until", "2040-01-01"},
       "--retain-until and --retain-days contradict each other",
       ""},
      {{"--object-lock-mode", "COMPLIANCE", "--retain-days", "0"},
       "--retain-days \"0\" is not a whole number",
       ""},
      {{"--object-lock-mode", "COMPLIANCE", "--retain-days", "36501"}, "--retain-days \"36501\"", ""},
      {{"--object-lock-mode", "COMPLIANCE", "--retain-until", "2040"},
       "--retain-until \"2040\" is neither a day",
       ""},
      {{"--object-lock-mode", "COMPLIANCE", "--retain-until", "2040-02-30"},
       "--retain-until \"2040-02-30\"",
       ""},
      {{"--tagging", "nonsense"}, "--tagging \"nonsense\" is not a list of tags", ""},
      {{"--store-powers", "some"}, "--store-powers \"some\" is none of probe", ""},
      {{"--store-powers", "checksums,condtional-delete"},
       "--store-powers \"checksums,condtional-delete\" has \"condtional-delete\", which is none of probe, full, "
       "none, or a list of conditional-complete, checksums, conditional-delete, conditional-single-delete; did "
       "you mean conditional-delete?",
       ""},
      {{"--store-powers", "checksums,probe"}, "has probe in a list: it stands alone", ""},
      {{"--source-powers", "checksums"}, "has checksums, which is a power of the other bucket's store", ""},
      {{"--output", "xml"}, "--output \"xml\" is none of text, json", ""},
      {{"--addressing-style", "host"}, "--addressing-style \"host\" is none of auto, path, virtual", ""},
      {{"--max-attempts", "0"}, "--max-attempts \"0\" is not a whole number from 1 to 100", ""},
      {{"--config", "/nowhere/s3c.toml"},
       "can't read the config file /nowhere/s3c.toml: No such file",
       "--config"},
      {{"--config", "/"}, "can't read the config file /: ", ""},
  };
  for (const BadUsage& bad : table) {
    const UsageError error = refusal_of_archive(bad.arguments);
    EXPECT_THAT(error.message(), HasSubstr(bad.message));
    EXPECT_THAT(error.hint(), HasSubstr(bad.hint)) << error.message();
  }
}

TEST(Options, HintsTellOfTheCommandsOwnFlag) {
  EXPECT_THAT(refusal_of_archive({"--until", ""}).hint(), HasSubstr("--until DATE"));
  EXPECT_THAT(refusal_of_archive({"restore", "*", "--to", ""}).hint(), HasSubstr("--to PLACE"));
  EXPECT_THAT(refusal_of_archive({"restore", "*", "--to", "-"}).hint(), HasSubstr("s3compress cat"));
  const TemporaryFile file("to = ''\n");
  EXPECT_THAT(refusal_of_archive({"restore", "*", "--config", file.path()}).hint(), HasSubstr("--to PLACE"));
}

TEST(Options, MessagesNameThePlaceTheValueCameFrom) {
  EXPECT_THAT(refusal_of_archive({}, {{"S3COMPRESS_THREADS", "x"}}).message(),
              HasSubstr("S3COMPRESS_THREADS \"x\" is not"));
  // Refused by core code, which knows neither flags nor variables.
  EXPECT_THAT(refusal_of_archive({}, {{"S3COMPRESS_MEMORY", "1MiB"}}).message(),
              HasSubstr("S3COMPRESS_MEMORY of 1MiB is too small"));
  const TemporaryFile file("\nthreads = \"x\"\n");
  EXPECT_THAT(refusal_of_archive({"--config", file.path()}).message(),
              HasSubstr(":2:1: threads \"x\" is not"));
  const TemporaryFile powers("[archive]\nstore-powers = 'checksums,all'\n");
  EXPECT_THAT(refusal_of_archive({"--config", powers.path()}).message(),
              HasSubstr(":2:1: store-powers \"checksums,all\" has \"all\", which is none of probe"));
}

TEST(Options, MistypedVariableIsRefusedBecauseItMightHaveKeptTheSources) {
  const UsageError error = refusal_of_archive({}, {{"S3COMPRESS_KEEP_SOURCE", "1"}});
  EXPECT_THAT(error.message(), HasSubstr("S3COMPRESS_KEEP_SOURCE is no flag"));
  EXPECT_THAT(error.hint(), HasSubstr("S3COMPRESS_KEEP_SOURCES"));
}

TEST(Options, ConfigFileMistakesAreNamedWithTheirLine) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"thread = 4\n", ":1:1: thread is no flag"},
      {"[upload]\nthreads = 4\n", "there is no section [upload]"},
      {"dry-run = {}\n", ":1:1: there is no section [dry-run]"},
      {"[dry-run]\n", ":1:2: there is no section [dry-run]"},
      {"[archive.dry-run]\n", ":1:10: there is no section [archive.dry-run]"},
      {"[archive]\ndry-run = {}\n", ":2:1: there is no section [archive.dry-run]"},
      {"[gc]\n[catalog.rebuild.x.y]\n", ":2:18: there is no section [catalog.rebuild.x]"},
      {"archive.keep-sources.x = {}\n", ":1:9: there is no section [archive.keep-sources]"},
      {"keep-sources = {}\n", ":1:1: there is no section [keep-sources]"},
      {"exclude = {}\n", ":1:1: there is no section [exclude]"},
      {"[nosuch]\n", ":1:2: there is no section [nosuch]"},
      {"nosuch = {}\n", ":1:1: there is no section [nosuch]"},
      {"[[dry-run]]\n", ":1:1: a value is text in quotes"},
      {"[[archive]]\n", ":1:1: a value is text in quotes"},
      {"[archive]\ndry-run = [{}]\n", ":2:12: a value is text in quotes"},
      {"threads = 4\nthreads = 5\n",
       ":2:11: Error while parsing key-value pair: cannot redefine existing integer"},
      {"arch-bucket = 'a'\narch_bucket = 'b'\n", ":2:1: arch_bucket is set a second time"},
      {"threads = [4, 5]\n", ":1:1: threads takes one value"},
      {"exclude = []\n", ":1:1: exclude is an empty list"},
      {"exclude = ['x', '']\n", ":1:1: exclude has an empty value"},
      {"[gc]\nprefix = ''\n", ":2:1: prefix has an empty value"},
      {"dry-run = 2\n", ":1:1: dry-run \"2\" is neither true nor false"},
      {"help = true\n", ":1:1: help can't be set in a config file"},
      {"threads 4\n", ":1:9: Error while parsing key-value pair: expected '='"},
      {"\n\nprefix = logs\n", ":3:10: Error while parsing value"},
      {"prefix = \"logs\n", ":1:15: Error while parsing string"},
      {"threads = 4 5\n", ":1:13: Error while parsing key-value pair: expected a comment"},
      {"years = [2016 2017]\n", ":1:15: Error while parsing array: expected comma"},
      {"years = [2016,\n", ":1:16: Error while parsing array"},
      {"prefix = \"a\\qb\"\n", ":1:13: Error while parsing string: unknown escape"},
      {"threads =\n", ":1:10: Error while parsing key-value pair: expected value"},
      {"threads = 1.5\n", ":1:11: a value is text in quotes, a whole number, a date, true or false"},
      {"exclude = [['x']]\n", ":1:12: a value is text in quotes"},
      {"from = 2018-04-01T00:00:00Z\n", ":1:8: a value is text in quotes"},
      {"\"min age\" = '1d'\n", ":1:1: \"min age\" is no flag's name"},
      {"prefix = '\xff'\n", ":1:"},
  };
  for (const auto& [text, message] : table) {
    const TemporaryFile file(text);
    const UsageError error = refusal_of_archive({"--config", file.path()});
    EXPECT_THAT(error.message(), HasSubstr(message)) << text;
    // Behind the file's name stand line and column.
    EXPECT_THAT(error.message().substr(error.message().find(file.path()) + file.path().size()),
                ::testing::ContainsRegex("^:[0-9]+:[0-9]+: "))
        << text;
  }
}

TEST(Options, AFlagThatIsWrittenAsASectionIsToldToNeedAValue) {
  const auto hint_of = [](const std::string& text) {
    const TemporaryFile file(text);
    return refusal_of_archive({"--config", file.path()}).hint();
  };
  EXPECT_THAT(hint_of("dry-run = {}\n"), HasSubstr("dry-run = true"));
  EXPECT_THAT(hint_of("[archive.min-age]\n"), HasSubstr("min-age = ..."));
  EXPECT_THAT(hint_of("[nosuch]\n"), HasSubstr("flags stand above every section"));
}

TEST(Options, AnEmptySectionOfACommandIsNoMistake) {
  const TemporaryFile file("archive = {}\n[gc]\n[catalog]\n[catalog.rebuild]\n");
  EXPECT_FALSE(archive_request({"--config", file.path()}).archive.keep_sources);
}

TEST(Options, ConfigFileMayUseTheTomlThatFlagsNeed) {
  const TemporaryFile file(
      "# nightly\nthreads = 1_6 # sixteen\nyears = [2016,\n  2018, # not 2017\n]\nprefix = \"a \\\"b\\\" # "
      "c\"\n"
      "exclude = ['x\\*', \"y\"]\r\nkeep-sources = true\n");
  const Request r = archive_request({"--config", file.path()});
  EXPECT_EQ(r.archive.resources.threads, 16);
  EXPECT_TRUE(contains_year(r, 2018));
  EXPECT_FALSE(contains_year(r, 2017));
  EXPECT_EQ(r.archive.selection.prefixes, catalog::Prefixes{"a \"b\" # c"});
  EXPECT_THAT(r.archive.selection.exclude, ElementsAre("x\\*", "y"));
  EXPECT_TRUE(r.archive.keep_sources);
}

TEST(Options, HelpAndVersionNeedNothingElse) {
  const auto printed = [](const Words& words) {
    return parse_command_line(commands(), words, Environment()).print;
  };
  EXPECT_EQ(printed({"--help"}), program_help(commands()));
  EXPECT_EQ(printed({"-h"}), program_help(commands()));
  EXPECT_EQ(printed({"archive", "--help"}), command_help(commands(), commands().front()));
  EXPECT_EQ(printed({"gc", "--help"}), command_help(commands(), *find_command(commands(), "gc")));
  EXPECT_EQ(printed({"catalog", "forget", "-h"}),
            command_help(commands(), *find_command(commands(), "catalog forget")));
  EXPECT_EQ(printed({"catalog", "--yes", "--help"}), group_help(commands(), "catalog"));
  EXPECT_EQ(printed({"--version"}), version_text());
}

TEST(Options, HelpAndVersionAreWordsToo) {
  const auto printed = [](const Words& words) {
    return parse_command_line(commands(), words, Environment()).print;
  };
  EXPECT_EQ(printed({"help"}), program_help(commands()));
  EXPECT_EQ(printed({"help", "ls"}), command_help(commands(), *find_command(commands(), "ls")));
  EXPECT_EQ(printed({"help", "catalog"}), group_help(commands(), "catalog"));
  EXPECT_EQ(printed({"help", "catalog", "forget"}),
            command_help(commands(), *find_command(commands(), "catalog forget")));
  EXPECT_THROW(printed({"help", "lss"}), UsageError);
  EXPECT_THAT(printed({"version"}), HasSubstr("s3compress "));
  EXPECT_EQ(printed({"version"}), printed({"-V"}));
  EXPECT_EQ(printed({"find", "help", "--arch-bucket", "a", "--bucket", "b"}), "") << "a key";
}

TEST(Environment, HasAHomeEvenIfTheProcessHasNone) {
  const char* const before = std::getenv("HOME");
  const std::string home = before == nullptr ? "" : before;
  ::unsetenv("HOME");
  const passwd* const entry = ::getpwuid(::getuid());
  EXPECT_EQ(Environment::of_process().get("HOME"), entry == nullptr ? "" : entry->pw_dir);
  ::setenv("HOME", "/elsewhere", 1);
  EXPECT_EQ(Environment::of_process().get("HOME"), "/elsewhere");
  if (before != nullptr) ::setenv("HOME", home.c_str(), 1);
}

TEST(ErrorStyle, IsFoundWhateverElseIsWrong) {
  struct Case {
    Words words;
    Variables variables;
    std::string command;
    OutputFormat format;
  };
  const OutputFormat text = OutputFormat::text;
  const OutputFormat json = OutputFormat::json;
  const TemporaryFile file("output = \"json\"\nno-such-flag = 1\n");
  const TemporaryFile broken("output = \"json\"\n= what\n");
  const std::vector<Case> table = {
      {{"--no-such-flag"}, {}, "archive", text},
      {{"--no-such-flag", "--output", "json"}, {}, "archive", json},
      {{"ls", "--output=json", "--no-such-flag"}, {}, "ls", json},
      {{"--prefix", "ls", "--output=json"}, {}, "archive", json},
      {{"lss", "--output", "json"}, {}, "", json},
      {{"catalog", "--output", "json"}, {}, "catalog", json},
      {{"find", "--prefix", "--output", "json"}, {}, "find", json},
      {{"--output", "xml"}, {}, "archive", text},
      {{"--output"}, {}, "archive", text},
      {{"--output", "json", "--output", "text"}, {}, "archive", text},
      {{"find", "--", "--output=json"}, {}, "find", text},
      {{"--x"}, {{"S3COMPRESS_OUTPUT", "json"}}, "archive", json},
      {{"--x", "--output=text"}, {{"S3COMPRESS_OUTPUT", "json"}}, "archive", text},
      {{"gc", "--config", file.path()}, {}, "gc", json},
      {{"gc", "--config", broken.path()}, {}, "gc", text},
      {{"gc"}, {{"S3COMPRESS_CONFIG", file.path()}}, "gc", json},
  };
  for (const Case& one : table) {
    SCOPED_TRACE(::testing::PrintToString(one.words));
    const ErrorStyle style = error_style_of(commands(), one.words, Environment(one.variables));
    EXPECT_EQ(style.command, one.command);
    EXPECT_EQ(style.format, one.format);
  }
}

}  // namespace
}  // namespace s3c::cli
