#include "cli/help.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "cli/flags.h"

namespace s3c::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kHelpColumn = 28;

/// text in lines of at most kWidth columns, all but the first indented to kHelpColumn.
std::string wrapped(std::string_view text) {
  std::string result;
  std::size_t column = kHelpColumn;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (column != kHelpColumn && column + 1 + word.size() > kWidth) {
      result += "\n" + std::string(kHelpColumn, ' ');
      column = kHelpColumn;
    } else if (column != kHelpColumn) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return result;
}

std::string spelling(const Flag& flag) {
  if (flag.name == "verbose") return "-v, --verbose";
  if (flag.name == "help") return "-h, --help";
  return fmt::format("--{}{}{}", flag.name, flag.value.empty() ? "" : " ", flag.value);
}

std::string flag_lines(const std::vector<Flag>& flags) {
  std::string text;
  std::string_view group;
  for (const Flag& flag : flags) {
    if (flag.group != group) text += fmt::format("\n{}:\n", flag.group);
    group = flag.group;
    std::string head = "  " + spelling(flag);
    // A name too long for the column stands on a line of its own.
    if (head.size() + 2 > kHelpColumn) {
      text += head + "\n";
      head.clear();
    }
    head.resize(kHelpColumn, ' ');
    text += head + wrapped(flag.help) + "\n";
  }
  return text;
}

constexpr std::string_view kSettings = R"(
Settings:
  Every flag can also be an environment variable (--min-age: S3COMPRESS_MIN_AGE) or a line of the
  --config file (min-age = "7d"). The command line wins over the environment, that over the file.
  In the file, lines above every section are for all commands, lines below [archive] or [gc] for that one.
  A toggle is taken back by --flag=false. Lists in the environment are separated by commas.
  Sizes: K, M, G, T and KiB, MiB, GiB, TiB are powers of 1024; KB, MB, GB, TB powers of 1000.
  Credentials, regions and profiles are found where the AWS CLI finds them: AWS_ACCESS_KEY_ID and
  AWS_SECRET_ACCESS_KEY, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL_S3, ~/.aws/config, ~/.aws/credentials.
)";

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0  done, also when there was nothing to do
  1  failed, worth retrying: run the same command again
  2  usage, configuration or permission: retrying won't help
  3  finished, but something was skipped or left in place; the summary names it
  130  interrupted; the same command goes on where this one stopped
)";

constexpr std::string_view kArchiveIntroduction =
    R"(usage: s3compress [archive] --bucket BUCKET --arch-bucket BUCKET [flags]

Packs the objects of each day (or other group, see --layout) into one ZIP archive, has the store confirm
its size and checksum, and then deletes the objects it holds. Safe to kill and to run again at any time.
)";

constexpr std::string_view kGcIntroduction =
    R"(usage: s3compress gc --arch-bucket BUCKET [--bucket BUCKET] [flags]

Removes from an archive bucket what killed runs left there: records of volumes that were never committed,
unfinished uploads, and the small objects of store probes. Archives and their records are never touched.
Safe beside running jobs: before a record goes, its upload is aborted and the archive looked at once more.

Only what is provably ours goes: what lies in s3compress_catalog/, the uploads that its records name, and,
with --bucket, unfinished uploads whose key is an archive's name. To find these, give --prefix, --layout
and --archive-name as they were given to archive. In a versioned bucket what goes leaves delete markers.
)";

constexpr std::string_view kGcExamples = R"(
Examples:
  See what would go, without changing anything:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --dry-run

  Remove what is older than a week, the result as JSON:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --output json

  No job runs, and everything unfinished is to go at once:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --min-age 0

  Of archives that were named otherwise:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --prefix logs \
               --layout '{prefix}/day={yyyy}-{mm}-{dd}/{hh}/' \
               --archive-name '{bucket}/{yyyy}{mm}{dd}-{hh}.zip'
)";

constexpr std::string_view kArchiveExamples = R"(
Examples:
  Archive every day of 2018 under sources/2018/MM/DD/, then delete what was archived:
    s3compress --arch_bucket archive-bucket --bucket source-bucket --years 2018 --threads 16

  See first what that would do, without changing anything:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --years 2018 --dry-run

  One quarter, to the cheapest class, keeping the sources for now:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --from 2018-01-01 --to 2018-03-31 \
               --storage-class DEEP_ARCHIVE --keep-sources

  A nightly job: everything older than a week, the result as JSON:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --min-age 7d --output json

  One archive an hour, from keys such as logs/day=2018-04-01/13/x.json:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --prefix logs \
               --layout '{prefix}/day={yyyy}-{mm}-{dd}/{hh}/' \
               --archive-name '{bucket}/{yyyy}{mm}{dd}-{hh}.zip'

  On a store of your own:
    s3compress --endpoint-url https://s3.example.com --bucket source-bucket --arch-bucket archive-bucket
)";

}  // namespace

std::string program_help() {
  std::string text =
      "s3compress packs the many small objects of a bucket, day by day, into ZIP archives in another "
      "bucket,\n"
      "has the store confirm each archive, and only then deletes the objects it holds.\n"
      "\n"
      "usage: s3compress [archive] --bucket BUCKET --arch-bucket BUCKET [flags]\n"
      "\nCommands:\n";
  for (const CommandInfo& command : commands()) {
    std::string head = "  " + std::string(command.name);
    head.resize(kHelpColumn, ' ');
    text += head + std::string(command.summary) + "\n";
  }
  text += "\n\"s3compress COMMAND --help\" lists every flag of that command.\n";
  text += flag_lines(global_flags());
  text += kSettings;
  text += kExitCodes;
  text += kArchiveExamples;
  return text;
}

std::string command_help(std::string_view command) {
  std::string text(command == "gc" ? kGcIntroduction : kArchiveIntroduction);
  text += flag_lines(flags_of(command));
  text += flag_lines(global_flags());
  text += kSettings;
  text += kExitCodes;
  text += command == "gc" ? kGcExamples : kArchiveExamples;
  return text;
}

}  // namespace s3c::cli
