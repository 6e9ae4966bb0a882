#include "cli/commands/ls.h"

#include <fmt/format.h>

#include <cstdint>
#include "base/encoding.h"
#include "base/error.h"
#include "base/in_order.h"
#include "catalog/member_search.h"
#include "catalog/volume_listing.h"
#include "catalog/volume_state.h"
#include "cli/commands/member_names.h"
#include "cli/commands/named_volumes.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/output/member_lines.h"
#include "cli/output/scope_text.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;
using catalog::ListedVolume;
using catalog::VolumeInfo;

constexpr std::string_view kLsProse =
    R"(Lists the volumes of an archive bucket, each with its objects, size, storage class and state of the thaw;
with -l also the bytes of its objects, the ratio and the time of creation. With the name of a source
bucket, lists the volumes of that bucket, as --bucket does. With the key of a volume (it ends in .zip),
lists the members of that volume; the archive bucket may stand before the key, as the summary of archive
prints it. Only the catalog is read, so nothing has to be thawed. Lines are printed as they are found;
with --output json each line is a JSON document. The exit code is 3 if there is no such volume, or no
volume at all.
)";

constexpr std::string_view kLsExamples = R"(  The volumes of 2018:
    s3compress ls --arch-bucket archive-bucket --bucket source-bucket --years 2018

  What is in one of them, with sizes, dates and ETags:
    s3compress ls --arch-bucket archive-bucket -l source-bucket/20180401.zip

  Every volume of the archive bucket, for another program:
    s3compress ls --arch-bucket archive-bucket --output json
)";

struct LsOptions {
  catalog::CatalogScope scope;
  std::string volume;  ///< as named: list its members; empty: list the volumes
  bool long_format = false;
  int threads = 0;
};

std::vector<Flag> ls_flags() {
  return {
      {.name = "long",
       .kind = FlagKind::toggle,
       .group = "What is shown",
       .help = "also show bytes, ratio and date of volumes; size, date and ETag of members",
       .letter = 'l'},
      threads_flag("manifests read at the same time", "16"),
  };
}

/// All keys of volumes end in this.
constexpr std::string_view kVolumeEnd = ".zip";

/// Narrows the scope to the source bucket that text names: BUCKET, or s3://BUCKET/ as other programs write it,
/// or with the archive bucket before it, below which the bucket's volumes lie. The archive bucket alone leaves
/// the scope as it is. Throws UsageError.
void narrow_to_bucket(catalog::CatalogScope& scope, const std::string& text) {
  std::string name = text.starts_with("s3://") ? text.substr(5) : text;
  while (name.ends_with('/')) name.pop_back();
  if (name == scope.archive_bucket) return;
  if (name.starts_with(scope.archive_bucket + "/")) name.erase(0, scope.archive_bucket.size() + 1);
  if (name.empty() || name.find('/') != std::string::npos) {
    throw UsageError(fmt::format("\"{}\" names neither a volume nor a source bucket", base::printable(text)),
                     "the key of a volume ends in .zip; dates are given by --years, --from and --until");
  }
  if (!scope.bucket.empty() && scope.bucket != name) {
    throw UsageError(fmt::format("--bucket \"{}\" and \"{}\" are two source buckets",
                                 base::printable(scope.bucket), base::printable(name)),
                     "give one of them");
  }
  scope.bucket = name;
}

LsOptions read_ls(Reader& reader) {
  LsOptions options;
  options.scope = read_scope(reader);
  if (const std::string named = reader.single_operand(); named.ends_with(kVolumeEnd)) {
    options.volume = named;
  } else if (!named.empty()) {
    narrow_to_bucket(options.scope, named);
  }
  options.long_format = reader.toggle("long");
  options.threads = reader.number("threads");
  refuse_unless_valid(reader, options.scope.archive_bucket.empty(),
                      "ls --arch-bucket archive-bucket --bucket source-bucket",
                      [&] { validate(options.scope); });
  return options;
}

ExitCode list_volumes(const LsOptions& options, Session& session, ResultLines& lines) {
  const bool json = session.prints_json();
  catalog::Catalog catalog(session.store(), options.scope.archive_bucket);
  catalog::VolumeListing listing(session.store(), options.scope);
  bool any = false;
  std::uint64_t unreadable = 0;
  std::uint64_t vanished = 0;
  base::in_order<ListedVolume, VolumeInfo>(
      options.threads,
      [&] {
        if (session.stop().stop_requested()) throw Error(ErrorKind::cancelled, "stopped while listing");
        return listing.next();
      },
      [&](ListedVolume& volume) { return catalog::find_state(session.store(), catalog, volume); },
      [&](VolumeInfo&& volume) {
        if (volume.manifest && !options.scope.holds(*volume.manifest)) return;
        if (volume.state == catalog::VolumeState::unreadable) ++unreadable;
        if (volume.state == catalog::VolumeState::vanished) ++vanished;
        if (!any && !json && !session.output().quiet) lines.write(volume_heading(options.long_format));
        any = true;
        lines.write(json ? volume_json(volume) : volume_line(volume, options.long_format));
      });
  if (!any) session.terminal().write_line("not found: no volume in " + scope_text(options.scope));
  if (vanished != 0) {
    session.terminal().write_line(
        fmt::format("manifests that the store lists but answers 404 for: {}; see above", vanished));
  }
  if (unreadable != 0) {
    session.terminal().write_line(
        fmt::format("manifests that can't be read: {}; verify tells why", unreadable));
    return ExitCode::failed;
  }
  return any && vanished == 0 ? ExitCode::done : ExitCode::left;
}

ExitCode list_members(const LsOptions& options, Session& session, ResultLines& lines) {
  const bool json = session.prints_json();
  const catalog::MemberQuery everything;
  const catalog::SearchReport report =
      catalog::search_members(session.store(), {options.scope, everything, options.volume, options.threads},
                              session.stop(), [&](catalog::FoundKey&& found) {
                                for (const catalog::FoundMember& member : found.members)
                                  lines.write(json ? member_json(member.manifest->archive_key, member.row)
                                                   : member_line(member.row, options.long_format));
                              });
  if (report.volumes == 0 && report.failures.empty()) {
    const ExitCode unrecorded = tell_unrecorded(options.volume, options.scope.archive_bucket, session);
    if (unrecorded != ExitCode::done) return unrecorded;
    throw Error(ErrorKind::not_found, "the catalog has no volume of that name",
                {.operation = "ls", .resource = options.scope.archive_bucket + "/" + options.volume});
  }
  return tell_failures(report, session.terminal());
}

ExitCode run_ls_command(const LsOptions& given, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  LsOptions options = given;
  options.volume = volume_meant(given.volume, options.scope.archive_bucket, session.store());
  ResultLines lines(session.stop());
  ExitCode code = ExitCode::done;
  if (options.volume.empty()) {
    code = list_volumes(options, session, lines);
  } else {
    code = list_members(options, session, lines);
  }
  lines.finish();
  return code;
}

}  // namespace

Command ls_command() {
  return {.name = "ls",
          .usage = "--arch-bucket BUCKET [--bucket BUCKET]",
          .operands = "[BUCKET|VOLUME]",
          .summary = "list the volumes of an archive bucket, or the members of one",
          .prose = kLsProse,
          .examples = kLsExamples,
          .flags = joined({scope_flags(), ls_flags(), connection_flags(), output_flags()}),
          .read = bind_options<read_ls, run_ls_command>};
}

}  // namespace s3c::cli
