#include "cli/commands/ls.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/in_order.h"
#include "catalog/archive_origin.h"
#include "catalog/member_search.h"
#include "catalog/volume_listing.h"
#include "catalog/volume_state.h"
#include "cli/commands/member_names.h"
#include "cli/commands/named_volumes.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/options/values.h"
#include "cli/output/member_lines.h"
#include "cli/output/scope_text.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;
using catalog::ListedVolume;
using catalog::VolumeInfo;
using catalog::VolumeState;

constexpr std::string_view kLsProse =
    R"(Lists the volumes of an archive bucket, each with its objects, size, storage class and state of the thaw;
with -l also the bytes of its objects, the ratio and the time of creation. With the name of a source
bucket, lists the volumes of that bucket, as --bucket does. With the key of a volume (it ends in .zip),
lists the members of that volume; the archive bucket may stand before the key, as the summary of archive
prints it. Only the catalog is read, so nothing has to be thawed. Lines are printed as they are found;
with --output json each line is a JSON document. The exit code is 3 if there is no such volume, or no
volume at all; 5 if an archive or its manifest is lost or isn't what was committed: standard error names
it too.
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

/// Volumes that are named on standard error.
constexpr std::size_t kMaxComplaints = 50;

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

/// A volume as ls shows it.
struct Shown {
  VolumeInfo volume;
  ExitCode code = ExitCode::done;  ///< what verify would say of it
};

/// Without a record, the end of the archive tells whether it may be a volume.
ExitCode code_of_unrecorded(const std::string& archive_key, const std::string& archive_bucket,
                            s3::ObjectStore& store) {
  const auto head = store.head_object(archive_bucket, archive_key);
  if (!head) return ExitCode::done;
  const catalog::ArchiveOrigin origin = catalog::origin_of(store, archive_bucket, archive_key, *head);
  if (origin == catalog::ArchiveOrigin::ours) return ExitCode::damaged;
  return may_be_ours(origin) ? ExitCode::left : ExitCode::done;
}

ExitCode code_of(const VolumeInfo& volume, const std::string& archive_bucket, s3::ObjectStore& store) {
  switch (volume.state) {
    case VolumeState::lost:
    case VolumeState::replaced:
    case VolumeState::no_index:
      return ExitCode::damaged;
    case VolumeState::unreadable:
      return exit_code_of(*volume.unreadable);
    case VolumeState::no_manifest:
      return volume.id.empty() ? code_of_unrecorded(volume.archive_key, archive_bucket, store)
                               : ExitCode::damaged;
    case VolumeState::vanished:
      return ExitCode::left;
    case VolumeState::lost_id:  // readers can still read these two
    case VolumeState::unproven:
    case VolumeState::committed:
    case VolumeState::unfinished:
      return ExitCode::done;
  }
  return ExitCode::done;
}

/// What is said on standard error of a volume that isn't as it must be.
std::string complaint_of(const VolumeInfo& volume) {
  return fmt::format("{}: {}: {}", base::printable(volume.archive_key), to_string(volume.state),
                     base::printable(volume.detail));
}

ExitCode list_volumes(const LsOptions& options, Session& session, ResultLines& lines) {
  const bool json = session.prints_json();
  catalog::Catalog catalog(session.store(Side::archive), options.scope.archive_bucket);
  catalog::VolumeListing listing(session.store(Side::archive), options.scope,
                                 catalog::VolumeListing::Unrecorded::likely);
  bool any = false;
  ExitCode code = ExitCode::done;
  base::Counted<std::string, kMaxComplaints> complaints;
  base::in_order<ListedVolume, Shown>(
      options.threads,
      [&] {
        if (session.stop().stop_requested()) throw Error(ErrorKind::cancelled, "stopped while listing");
        return listing.next();
      },
      [&](ListedVolume& listed) {
        VolumeInfo volume = catalog::find_state(session.store(Side::archive), catalog, listed);
        const ExitCode of_one = code_of(volume, options.scope.archive_bucket, session.store(Side::archive));
        return Shown{std::move(volume), of_one};
      },
      [&](Shown&& shown) {
        const VolumeInfo& volume = shown.volume;
        if (volume.manifest && !options.scope.holds(*volume.manifest)) return;
        code = worse(code, shown.code);
        if (shown.code != ExitCode::done) complaints.add(complaint_of(volume));
        if (!any && !json && !session.output().quiet) lines.write(volume_heading(options.long_format));
        any = true;
        lines.write(json ? volume_json(volume) : volume_line(volume, options.long_format));
      });
  if (!any) {
    session.terminal().write_line("not found: no volume in " + scope_text(options.scope));
    return ExitCode::left;
  }
  for (const std::string& complaint : complaints.named()) session.terminal().write_line(complaint);
  if (const std::uint64_t more = complaints.count() - complaints.named().size(); more != 0)
    session.terminal().write_line(fmt::format("and {} more volumes", more));
  return code;
}

/// Whether the archives of the volume's records are there. Its members are listed from the catalog all the same.
ExitCode tell_state_of(const LsOptions& options, Session& session) {
  catalog::Catalog catalog(session.store(Side::archive), options.scope.archive_bucket);
  ExitCode code = ExitCode::done;
  for (const catalog::ManifestName& name : catalog.list_volume(options.volume)) {
    const catalog::CatalogRecord record{name, {}, 0, std::nullopt, catalog.has_commit_mark(name)};
    const VolumeInfo volume =
        catalog::find_state(session.store(Side::archive), catalog, {options.volume, record, std::nullopt});
    const ExitCode of_one = code_of(volume, options.scope.archive_bucket, session.store(Side::archive));
    // What the catalog itself lacks was told by the search.
    if (of_one == ExitCode::done || !volume.manifest) continue;
    session.terminal().write_line(complaint_of(volume));
    code = worse(code, of_one);
  }
  return code;
}

[[noreturn]] void throw_no_volume(const LsOptions& options, s3::ObjectStore& store) {
  const std::string& bucket = options.scope.archive_bucket;
  std::string hint = volumes_meant_instead(options.volume, bucket, store);
  if (hint.empty())
    hint = fmt::format("s3compress ls --arch-bucket {} lists their names", shell_word(bucket));
  throw Error(ErrorKind::not_found, "the catalog has no volume of that name; " + hint,
              {.operation = "ls", .resource = bucket + "/" + options.volume});
}

ExitCode list_members(const LsOptions& options, Session& session, ResultLines& lines) {
  const bool json = session.prints_json();
  const catalog::MemberQuery everything;
  const catalog::SearchReport report = catalog::search_members(
      session.store(Side::archive), {options.scope, everything, options.volume, options.threads},
      session.stop(), [&](catalog::FoundKey&& found) {
        for (const catalog::FoundMember& member : found.members)
          lines.write(json ? member_json(member.manifest->archive_key, member.row)
                           : member_line(member.row, options.long_format));
      });
  if (report.volumes == 0 && report.failures.empty()) {
    throw_no_volume(options, session.store(Side::archive));
  }
  return worse(tell_failures(report, session.terminal()), tell_state_of(options, session));
}

ExitCode run_ls_command(const LsOptions& given, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  LsOptions options = given;
  options.volume = volume_meant(given.volume, options.scope.archive_bucket, session.store(Side::archive));
  const auto display = session.show_requests_beside_results();
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
