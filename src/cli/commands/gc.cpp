#include "cli/commands/gc.h"

#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"
#include "cli/output/format.h"
#include "cli/output/gc_summary.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kGcProse =
    R"(Removes from an archive bucket what killed runs left there: records of volumes that were never committed,
unfinished uploads, and the small objects of store probes. Archives and their records are never touched.
The record of a lost archive stays too: gc names it, and only catalog forget removes it. gc is safe beside
running jobs: before it removes a record, it aborts the upload and looks for the archive once more.

gc removes only what is provably ours: objects in s3compress_catalog/, uploads that its records name, and,
with --bucket, unfinished uploads whose key is an archive's name. To find these, give --prefix, --layout
and --archive-name as they were given to archive. In a versioned bucket, gc leaves delete markers.
)";

constexpr std::string_view kGcExamples =
    R"(  See what would be removed, without changing anything:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --dry-run

  Remove what is older than a week, the result as JSON:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --output json

  Remove everything unfinished at once, while no job runs:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --garbage-age 0

  The same for archives with names of your own:
    s3compress gc --bucket source-bucket --arch-bucket archive-bucket --prefix logs \
               --layout '{prefix}/day={yyyy}-{mm}-{dd}/{hh}/' \
               --archive-name '{bucket}/{yyyy}{mm}{dd}-{hh}.zip'
)";

constexpr std::string_view kGarbage = "What is removed";

std::vector<Flag> gc_flags() {
  return joined({
      {archive_bucket_flag(),
       {.name = "bucket",
        .value = "BUCKET",
        .group = kBuckets,
        .help = "source bucket: unfinished uploads to its archives' names are garbage too; without it, only "
                "uploads that the catalog names"}},
      naming_flags("Which names are ours"),
      {garbage_age_flag(kGarbage,
                        "keep younger uploads and copies, and their records: 30m, 12h, 7d, 2w; a small age "
                        "loses nothing, but running jobs may have to pack volumes again",
                        "min-age"),
       toggle_flag(kDryRun, kGarbage, "only list what would be removed; change nothing"),
       threads_flag("archives checked at the same time", "16")},
  });
}

Work looked_at(const upkeep::GcCounts& now) {
  return {now.records + now.uploads, 0};
}

std::vector<std::string> gc_words(const upkeep::GcCounts& now, const Pace& pace) {
  std::vector<std::string> words = {
      fmt::format("looked at {} and {}", format_count(now.records, "record", "records"),
                  format_count(now.uploads, "upload", "uploads")),
      format_count(now.removed) + " removed", format_rate(pace.now.objects)};
  // How many there are is known when the last one was listed: at the end.
  add_times(words, pace.elapsed, std::nullopt);
  return words;
}

upkeep::GcReport run_with_display(const upkeep::GcOptions& options, Session& session) {
  upkeep::GcProgress progress;
  CountsView view(progress, looked_at, gc_words);
  const auto display = session.show(view);
  return upkeep::run_gc(
      options, {session.store(Side::archive), session.log(), progress, session.stop(), session.observer()});
}

ExitCode run_gc_command(const upkeep::GcOptions& options, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::finish);
  const upkeep::GcReport report = run_with_display(options, session);
  return session.conclude(session.outcome_of(options, report, exit_code_of(report)));
}

}  // namespace

upkeep::GcOptions read_gc(Reader& reader) {
  upkeep::GcOptions options;
  options.archive_bucket = reader.bucket("arch-bucket");
  options.bucket = reader.bucket("bucket");
  options.prefixes = read_prefixes(reader);
  read_names(reader, options.layout, options.archive_name);
  reader.with("garbage-age", [&](const std::string& text) { options.min_age = parse_age(text); });
  options.dry_run = reader.toggle(kDryRun);
  options.threads = reader.number("threads");
  require_bucket_for_names(reader, options.bucket);
  refuse_unless_valid(reader, options.archive_bucket.empty(),
                      "gc --bucket source-bucket --arch-bucket archive-bucket --dry-run",
                      [&] { validate(options); });
  return options;
}

Command gc_command() {
  return {.name = "gc",
          .usage = "--arch-bucket BUCKET [--bucket BUCKET]",
          .summary = "remove what killed runs left in an archive bucket",
          .prose = kGcProse,
          .examples = kGcExamples,
          .changes_store = true,
          .flags = joined({gc_flags(), write_flags(), connection_flags(), watch_flags(), output_flags()}),
          .read = bind_options<read_gc, run_gc_command>};
}

}  // namespace s3c::cli
