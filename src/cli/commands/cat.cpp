#include "cli/commands/cat.h"

#include <fmt/format.h>

#include <optional>

#include "base/encoding.h"
#include "base/error.h"
#include "base/time.h"
#include "catalog/member_reader.h"
#include "catalog/member_search.h"
#include "catalog/newest.h"
#include "cli/commands/member_names.h"
#include "cli/commands/named_volumes.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/options/values.h"
#include "cli/output/archive_summary.h"
#include "cli/output/scope_text.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kCatProse =
    R"(Writes one member's bytes to standard output. It reads them with one ranged GET of the volume, and checks
their size and CRC-32. A member of up to 64 MiB is checked before its first byte is written. If several
objects had this key in the course of time, cat takes the one with the newest last-modified; find shows
all of them, and --volume takes another one. If the volume is still frozen, the exit code is 4.
)";

constexpr std::string_view kCatExamples = R"(  One object back:
    s3compress cat --arch-bucket archive-bucket --bucket source-bucket \
               sources/2018/04/01/0/6/my_file.xml > my_file.xml

  As it was before it was overwritten:
    s3compress cat --arch-bucket archive-bucket --bucket source-bucket \
               --volume source-bucket/20180401.zip sources/2018/04/01/0/6/my_file.xml
)";

struct CatOptions {
  catalog::CatalogScope scope;
  std::string key;
  std::string volume;  ///< empty: the volume that holds the newest member
  int threads = 0;
  std::string retyped;  ///< the flags that thaw takes too, as they were given
};

std::vector<Flag> cat_flags() {
  return {
      volume_flag("take the object in this volume, if several objects had this key", "the newest"),
      threads_flag("catalog objects read at the same time", "16"),
  };
}

CatOptions read_cat(Reader& reader) {
  CatOptions options;
  options.scope = read_scope(reader);
  options.key = reader.single_operand();
  options.volume = reader.text("volume");
  options.threads = reader.number("threads");
  options.retyped = reader.retyped(joined({scope_flags(), connection_flags()}));
  constexpr std::string_view kExample =
      "cat --arch-bucket archive-bucket --bucket source-bucket sources/2018/04/01/x.xml";
  if (options.key.empty())
    throw UsageError("cat needs a key", fmt::format("for example: s3compress {}", kExample));
  refuse_unless_valid(reader, options.scope.archive_bucket.empty(), kExample,
                      [&] { validate(options.scope); });
  return options;
}

/// A member up to this size is decoded and checked before its first byte is printed. A larger member is
/// printed while it arrives.
constexpr std::uint64_t kCheckedFirstBytes = std::uint64_t{64} << 20;

void print_member(Session& session, const std::string& archive_bucket, const catalog::FoundMember& found) {
  std::string held;
  const bool hold = found.row.size_bytes <= kCheckedFirstBytes;
  catalog::read_member(session.store(Side::archive), archive_bucket, *found.manifest, found.row,
                       [&](std::string_view bytes) {
                         if (hold) {
                           held.append(bytes);
                         } else {
                           print(bytes, session.stop());
                         }
                       });
  print(held, session.stop());
}

/// Tells how far the thaw of the volume is, so that the user knows when to try again, or the command that
/// asks for it.
void tell_frozen(const CatOptions& options, const std::string& archive_key, Session& session) {
  const auto head = session.store(Side::archive).head_object(options.scope.archive_bucket, archive_key);
  const bool coming = head && head->thaw.kind == s3::ThawState::Kind::in_progress;
  session.terminal().write_line(fmt::format(
      "s3compress: {} is frozen in class {}: {}", base::printable(archive_key),
      head ? head->storage_class : "?",
      coming ? "its thaw has begun, run the same command again later"
             : "this command thaws it (with --dry-run it only tells the costs, with --wait it waits):"));
  if (!coming) {
    session.terminal().write_line(
        fmt::format("  s3compress thaw {} --volume {}", options.retyped, shell_word(archive_key)));
  }
}

/// Prints the members when nothing tells which of them is the newest.
void tell_tie(const std::vector<const catalog::FoundMember*>& tied, Terminal& terminal) {
  terminal.write_line(
      fmt::format("s3compress: the newest object of {} can't be told. These are equally new; --volume "
                  "takes one of them:",
                  base::printable(tied.front()->row.key)));
  for (const catalog::FoundMember* member : tied) {
    terminal.write_line(fmt::format("  {} in {}", base::format_iso8601(member->row.last_modified),
                                    base::printable(member->manifest->archive_key)));
  }
}

/// With --output json: why nothing was written, as for every other error. REQUIRES: nothing was written.
ExitCode end_without_bytes(const Error& error, ExitCode code, Session& session) {
  if (session.prints_json()) print(json_failure("cat", error, code), session.stop());
  return code;
}

/// Prints the member. Returns ExitCode::waiting if its volume is frozen.
ExitCode print_or_wait(const CatOptions& options, const catalog::FoundMember& wanted, Session& session) {
  try {
    print_member(session, options.scope.archive_bucket, wanted);
  } catch (const Error& error) {
    if (error.kind() != base::ErrorKind::wrong_state) throw;
    tell_frozen(options, wanted.manifest->archive_key, session);
    return end_without_bytes(error, ExitCode::waiting, session);
  }
  return ExitCode::done;
}

[[noreturn]] void throw_not_found(const CatOptions& options) {
  std::string hint = hint_for_key(options.key);
  const std::string find = "s3compress find --arch-bucket " + shell_word(options.scope.archive_bucket);
  if (hint.empty() && options.key.find_first_of("*?[") != std::string::npos) {
    hint = fmt::format("cat takes a key and no glob: {} {} tells the keys", find, shell_word(options.key));
  } else if (hint.empty() && options.key.find('/') == std::string::npos) {
    hint = fmt::format("a key is written with its folders: {} {} looks in every folder", find,
                       shell_word("*/" + options.key));
  }
  throw Error(ErrorKind::not_found,
              "no volume holds this key; looked in " + scope_text(options.scope, options.volume) +
                  (hint.empty() ? "" : "; ") + hint,
              {.operation = "cat", .resource = base::printable(options.key)});
}

ExitCode run_cat_command(const CatOptions& given, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  CatOptions options = given;
  options.volume = volume_meant(given.volume, options.scope.archive_bucket, session.store(Side::archive));
  const catalog::MemberQuery query({options.key}, {});
  std::vector<catalog::FoundMember> found;
  const catalog::SearchReport report = catalog::search_members(
      session.store(Side::archive), {options.scope, query, options.volume, options.threads}, session.stop(),
      [&](catalog::FoundKey&& key) {  // called once, or once for each source bucket
        for (catalog::FoundMember& member : key.members) found.push_back(std::move(member));
      });
  // A volume that could not be searched may hold a newer member. Then nothing is printed: an older member
  // would pass for the newest.
  if (const ExitCode code = tell_failures(report, session.terminal()); code != ExitCode::done)
    return end_without_bytes(report.failures.named().front(), code, session);
  if (found.empty()) throw_not_found(options);
  const std::vector<const catalog::FoundMember*> newest = catalog::newest_of(found);
  if (newest.size() > 1) {
    tell_tie(newest, session.terminal());
    return end_without_bytes({ErrorKind::not_found,
                              "nothing tells which object of this key is the newest: name a volume",
                              {.operation = "cat", .resource = base::printable(options.key)}},
                             ExitCode::left, session);
  }
  const catalog::FoundMember& wanted = *newest.front();
  if (found.size() > 1) {
    session.log().info("{} objects had this key; this is the one of {} in {}", found.size(),
                       base::format_iso8601(wanted.row.last_modified), wanted.manifest->archive_key);
  }
  return print_or_wait(options, wanted, session);
}

}  // namespace

Command cat_command() {
  return {.name = "cat",
          .usage = "--arch-bucket BUCKET --bucket BUCKET",
          .operands = "KEY",
          .summary = "write one member's bytes to standard output",
          .prose = kCatProse,
          .examples = kCatExamples,
          .flags = joined({scope_flags(), cat_flags(), connection_flags(), output_flags()}),
          .read = bind_options<read_cat, run_cat_command>};
}

}  // namespace s3c::cli
