#include "cli/commands/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/encoding.h"
#include "catalog/member_search.h"
#include "cli/commands/member_names.h"
#include "cli/commands/named_volumes.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/output/format.h"
#include "cli/output/member_lines.h"
#include "cli/output/scope_text.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kFindProse =
    R"(Tells which volumes hold these members. Each line has the volume's key, a tab and the member's key. Only
the catalog is read, so nothing has to be thawed. If the layout tells the day of a key, find needs three
requests, whatever the archive's size. A name with *, ? or [ means the key of just that name if there is
one; otherwise it is a glob, and is searched in every volume in scope. A glob has to match the whole key,
and * and ? match / too. With --output json each line is a JSON document with all that is known of the
member. If several volumes hold a key, the lines of all but the newest object end in a tab and "older" (or
"?" if the newest can't be told). The exit code is 3 if a key is in no volume, or if its
newest object can't be told.
)";

constexpr std::string_view kFindExamples = R"(  Where one object went:
    s3compress find --arch-bucket archive-bucket --bucket source-bucket sources/2018/04/01/0/6/my_file.xml

  Everything of one kind in April:
    s3compress find --arch-bucket archive-bucket --bucket source-bucket \
               --from 2018-04-01 --until 2018-04-30 '*.xml'

  A list of keys, one per line:
    s3compress find --arch-bucket archive-bucket --bucket source-bucket --keys-from keys.txt
)";

constexpr std::string_view kFindKeysFrom =
    "also look for the keys in this file: one per line, separated by NUL bytes, or as find --output json "
    "prints them; - is standard input";

struct FindOptions {
  catalog::CatalogScope scope;
  MemberNames names;
  std::string volume;  ///< only members of this volume; empty: of all volumes in scope
  int threads = 0;
};

std::vector<Flag> find_flags() {
  return {
      volume_flag("only in this volume", "in all of them"),
      threads_flag("catalog objects read at the same time", "16"),
  };
}

FindOptions read_find(Reader& reader) {
  FindOptions options;
  options.scope = read_scope(reader);
  options.names = read_member_names(reader);
  options.volume = reader.text("volume");
  options.threads = reader.number("threads");
  if (options.names.empty()) {
    throw UsageError("find needs a key or a glob",
                     "for example: s3compress find --arch-bucket archive-bucket --bucket source-bucket "
                     "'sources/2018/04/*'");
  }
  refuse_unless_valid(reader, options.scope.archive_bucket.empty(),
                      "find --arch-bucket archive-bucket --bucket source-bucket 'sources/2018/04/*'",
                      [&] { validate(options.scope); });
  return options;
}

/// Tells of each member of a key whether it is the newest, by the order of catalog/newest.h.
class Ages {
 public:
  explicit Ages(const catalog::FoundKey& found)
      : newest_(newest_of(found.members)), known_(found.unsearched.empty()) {}

  bool is_tied() const { return known_ && newest_.size() > 1; }
  MemberAge of(const catalog::FoundMember& member) const {
    if (std::find(newest_.begin(), newest_.end(), &member) == newest_.end()) return MemberAge::older;
    return known_ && newest_.size() == 1 ? MemberAge::newest : MemberAge::unknown;
  }

 private:
  std::vector<const catalog::FoundMember*> newest_;
  bool known_;
};

/// The line has a third column if the member is older than another one, or if the newest can't be told.
std::string found_line(const catalog::FoundMember& member, MemberAge age) {
  const std::string_view column = age == MemberAge::newest ? "" : age == MemberAge::older ? "\tolder" : "\t?";
  return fmt::format("{}\t{}{}\n", base::printable(member.manifest->archive_key),
                     base::printable(member.row.key), column);
}

/// Prints a line for each member found. Adds to tied the number of keys whose newest member can't be told.
catalog::SearchReport print_found(const FindOptions& options, const catalog::MemberQuery& query,
                                  Session& session, MissedKeys& missed, std::uint64_t& tied) {
  const auto display = session.show_requests_beside_results();
  ResultLines lines(session.stop());
  catalog::SearchReport report = catalog::search_members(
      session.store(Side::archive), {options.scope, query, options.volume, options.threads, true},
      session.stop(), [&](catalog::FoundKey&& found) {
        const Ages ages(found);
        missed.found(found.members.front().row.key);
        tied += ages.is_tied();
        for (const catalog::FoundMember& member : found.members) {
          const MemberAge age = ages.of(member);
          lines.write(session.prints_json() ? found_json(member, age) : found_line(member, age));
        }
      });
  lines.finish();
  return report;
}

ExitCode run_find_command(const FindOptions& given, const SessionSettings& settings) {
  const catalog::MemberQuery query = read_query(given.names);
  Session session(settings, OnInterrupt::Then::end);
  FindOptions options = given;
  options.volume = volume_meant(given.volume, options.scope.archive_bucket, session.store(Side::archive));
  MissedKeys missed(query);
  std::uint64_t tied = 0;
  catalog::SearchReport report = print_found(options, query, session, missed, tied);
  const ExitCode failures =
      worse(tell_failures(report, session.terminal()), tell_damages(report, session.terminal()));
  const ExitCode unfound =
      missed.tell(report.members != 0, scope_text(options.scope, options.volume), session.terminal());
  if (tied != 0) {
    session.terminal().write_line(fmt::format(
        "the newest object of {} can't be told: their lines end in \"?\"; --volume takes the one of a "
        "volume",
        format_count(tied, "key", "keys")));
  }
  return worse(failures, tied != 0 ? ExitCode::left : unfound);
}

}  // namespace

Command find_command() {
  return {.name = "find",
          .usage = "--arch-bucket BUCKET --bucket BUCKET",
          .operands = "KEY|GLOB ...",
          .summary = "tell which volumes hold these members",
          .prose = kFindProse,
          .examples = kFindExamples,
          .flags = joined({scope_flags(), member_name_flags(kFindKeysFrom), find_flags(), connection_flags(),
                           output_flags()}),
          .read = bind_options<read_find, run_find_command>};
}

}  // namespace s3c::cli
