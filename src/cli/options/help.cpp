#include "cli/options/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "cli/options/flags.h"

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
  const std::string letter = flag.traits.letter == '\0' ? "" : fmt::format("-{}, ", flag.traits.letter);
  return fmt::format("{}--{}{}{}", letter, flag.name, flag.value.empty() ? "" : " ", flag.value);
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
  In the file, lines above every section are for all commands, lines below [archive] for that one.
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
  3  finished, but something was skipped, left in place or not found; it is named
  4  a volume must be thawed first: run the same command again later
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
unfinished uploads, and the small objects of store probes. Archives and their records are never touched,
nor is the record of an archive that is lost: it is named, and only catalog forget removes it.
Safe beside running jobs: before a record goes, its upload is aborted and the archive looked at once more.

Only what is provably ours goes: what lies in s3compress_catalog/, the uploads that its records name, and,
with --bucket, unfinished uploads whose key is an archive's name. To find these, give --prefix, --layout
and --archive-name as they were given to archive. In a versioned bucket what goes leaves delete markers.
)";

constexpr std::string_view kLsIntroduction =
    R"(usage: s3compress ls --arch-bucket BUCKET [--bucket BUCKET] [VOLUME] [flags]

Lists the volumes of an archive bucket: objects, bytes, ratio, storage class, thawed or not, created;
or, given a volume's key, its members. From the catalog alone: nothing is thawed. Lines come as they are
found; with --output json each is one JSON document.
)";

constexpr std::string_view kLsExamples = R"(
Examples:
  The volumes of 2018:
    s3compress ls --arch-bucket archive-bucket --bucket source-bucket --years 2018

  What is in one of them, with sizes, dates and ETags:
    s3compress ls --arch-bucket archive-bucket -l source-bucket/20180401.zip

  Every volume of the archive bucket, for another program:
    s3compress ls --arch-bucket archive-bucket --output json
)";

constexpr std::string_view kFindIntroduction =
    R"(usage: s3compress find --arch-bucket BUCKET --bucket BUCKET KEY|GLOB ... [flags]

Tells which volumes hold these members: a line for each, the volume's key, a tab, the member's. From the
catalog alone: nothing is thawed. A key whose day the layout tells costs three requests, whatever the
archive's size; a glob is looked for in every volume in scope. * and ? match / too. With --output json
each line is a JSON document with all that is known of the member. Where several volumes hold a key, all
lines but the newest object's end in a tab and "older" (or "?" where the newest can't be told). A key that
is in no volume, or whose newest object can't be told, makes the exit code 3.
)";

constexpr std::string_view kFindExamples = R"(
Examples:
  Where one object went:
    s3compress find --arch-bucket archive-bucket --bucket source-bucket sources/2018/04/01/0/6/my_file.xml

  Everything of one kind in April:
    s3compress find --arch-bucket archive-bucket --bucket source-bucket \
               --from 2018-04-01 --to 2018-04-30 '*.xml'

  A list of keys, one a line:
    s3compress find --arch-bucket archive-bucket --bucket source-bucket --keys-from keys.txt
)";

constexpr std::string_view kCatIntroduction =
    R"(usage: s3compress cat --arch-bucket BUCKET --bucket BUCKET KEY [flags]

Writes one member's bytes to standard output, by one ranged GET of its volume. Its size and CRC-32 are
checked, before the first byte is written if it has no more than 64 MiB. Of several objects that had this
key in the course of time the newest is taken, by the last-modified that the store told; find shows them
all, --volume takes another one. From a volume that is still frozen: exit code 4.
)";

constexpr std::string_view kCatExamples = R"(
Examples:
  One object back:
    s3compress cat --arch-bucket archive-bucket --bucket source-bucket \
               sources/2018/04/01/0/6/my_file.xml > my_file.xml

  As it was before it was overwritten:
    s3compress cat --arch-bucket archive-bucket --bucket source-bucket \
               --volume source-bucket/20180401.zip sources/2018/04/01/0/6/my_file.xml
)";

constexpr std::string_view kRestoreIntroduction =
    R"(usage: s3compress restore --arch-bucket BUCKET [--bucket BUCKET] [KEY|GLOB ...] [flags]

Brings members back, with their content type, other system headers, metadata and tags: to the bucket and
key they came from, to another bucket, or as files. Finds their volumes, asks for the thaw of those that
are frozen, and goes on past those that are thawed or on the way. Every member's size and CRC-32 is
checked before it is written. Nothing that is there is overwritten, what is back already is skipped: the
same command again goes on where the last one stopped. Of several objects that had one key the newest
comes back, by the last-modified that the store told; --volume takes another one. Without keys and globs
everything of the days, or of the volume, given comes back.
)";

constexpr std::string_view kRestoreExamples = R"(
Examples:
  What it would thaw and cost to get April back:
    s3compress restore --arch-bucket archive-bucket --bucket source-bucket \
               --from 2018-04-01 --until 2018-04-30 --dry-run

  One day, waiting for the thaw:
    s3compress restore --arch-bucket archive-bucket --bucket source-bucket \
               --from 2018-04-01 --until 2018-04-01 --tier Standard --wait

  Some objects as files:
    s3compress restore --arch-bucket archive-bucket --bucket source-bucket --to ./out '*/my_file.xml'

  A list of keys to another bucket:
    s3compress restore --arch-bucket archive-bucket --bucket source-bucket --keys-from keys.txt \
               --to s3://other-bucket/restored/ --yes
)";

constexpr std::string_view kVerifyIntroduction =
    R"(usage: s3compress verify --arch-bucket BUCKET [--bucket BUCKET] [VOLUME ...] [flags]

Compares each volume with its manifest: it exists, is the one that was committed, has its size and its
checksum, and its index has its own. By what the store tells, so without a thaw. With --deep every volume
is read whole, every member decoded and compared with the index, and the volume's own index with the
catalog's; --thaw asks for the thaw of those that are frozen. With --bucket, archives without a record are
found too. Damage is named, and the exit code is 1; 4 when all that is missing is the thaw of volumes that
--deep could not read.

An archive that was copied (to another storage class, by replication, in a console) can lose its id. It is
named, and the exit code is 3. --deep --mend reads it whole, and only then copies it onto itself inside
the store, with its id. In a Glacier class it is frozen again after that.
)";

constexpr std::string_view kVerifyExamples = R"(
Examples:
  All volumes of a bucket:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket

  Every byte of one volume; while it is frozen its thaw is asked for, and a later run reads it:
    s3compress verify --arch-bucket archive-bucket --deep --thaw source-bucket/20180401.zip

  An archive that lost its id gets it back:
    s3compress verify --arch-bucket archive-bucket --deep --mend source-bucket/20180401.zip

  One year, the result as JSON:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket --years 2018 --output json
)";

constexpr std::string_view kCatalogIntroduction =
    R"(usage: s3compress catalog rebuild --arch-bucket BUCKET --bucket BUCKET VOLUME ... [flags]
       s3compress catalog forget --arch-bucket BUCKET VOLUME ... [--yes]

rebuild makes manifest and index of a volume again out of the volume itself, whose last entry is its
index: for when the catalog, or a part of it, was lost. The volume is read whole and every member
decoded; records are only written if everything agrees, and never over what is there. A frozen volume
must be thawed first (exit code 4).

Records are also made of a foreign archive, a ZIP of the original program: ls, find, cat, restore and
verify then work on it. Its objects have the names that they have in the ZIP: their keys can't be known
any more (a/b_c and a_b/c are both a_b_c), nor ETags, content types, metadata, tags and exact times. By
such records nothing is ever deleted.

forget removes the record of a volume that was committed and whose archive is gone or was replaced: the
last trace of its objects. No other command does, and verify names such a volume until then. If the
archive can be brought back, do that instead. Refused as long as the archive is there.
)";

constexpr std::string_view kCatalogExamples = R"(
Examples:
  The records of one volume:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20180401.zip

  Those of an archive that the original program made, the same way:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20170210.zip

  Which volumes lack theirs, or their archive:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket

  The record of an archive that is lost for good:
    s3compress catalog forget --arch-bucket archive-bucket source-bucket/20180401.zip
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

struct CommandText {
  std::string_view command;
  std::string_view introduction;
  std::string_view examples;
};

const CommandText& text_of(std::string_view command) {
  static constexpr std::array<CommandText, 8> kTexts = {{{"archive", kArchiveIntroduction, kArchiveExamples},
                                                         {"ls", kLsIntroduction, kLsExamples},
                                                         {"find", kFindIntroduction, kFindExamples},
                                                         {"cat", kCatIntroduction, kCatExamples},
                                                         {"restore", kRestoreIntroduction, kRestoreExamples},
                                                         {"verify", kVerifyIntroduction, kVerifyExamples},
                                                         {"catalog", kCatalogIntroduction, kCatalogExamples},
                                                         {"gc", kGcIntroduction, kGcExamples}}};
  return *std::find_if(kTexts.begin(), kTexts.end(),
                       [&](const CommandText& text) { return text.command == command; });
}

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
  const CommandText& about = text_of(command);
  std::string text(about.introduction);
  text += flag_lines(flags_of(command));
  text += flag_lines(global_flags());
  text += kSettings;
  text += kExitCodes;
  text += about.examples;
  return text;
}

}  // namespace s3c::cli
