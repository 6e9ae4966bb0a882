#include "cli/commands/check_store.h"

#include <memory>

#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/output/check_store_summary.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kCheckStoreProse =
    R"(Tries what archive stands on, and prints what was found and what the absence of a power costs. The
exit code is 0 if archive can run safely, and 2 if the store lacks what archive can't do without.

It writes some small objects below s3compress_catalog/probe/ in each of the two buckets, with names
that are used only once, and removes them again with all their versions, also after Ctrl-C and after
errors. What it could not remove is named (exit code 3). No other object is read or changed. It sends
some 100 requests for each bucket. A trial can't show that a store lets only one of two Completes win
at any time: only stores whose vendor says so count as such. docs/providers.md tells what is known of
each store. Don't run gc with a small --garbage-age meanwhile: it removes probes.
)";

constexpr std::string_view kCheckStoreExamples = R"(  Can archive run safely on these two buckets?
    s3compress check-store --arch-bucket archive-bucket --bucket source-bucket

  The same for a store of your own, as JSON:
    s3compress check-store --endpoint-url https://minio.example.org --arch-bucket archive-bucket \
               --bucket source-bucket --output json
)";

std::vector<Flag> check_store_flags() {
  return {archive_bucket_flag(),
          {.name = "bucket",
           .value = "BUCKET",
           .group = kBuckets,
           .help = "source bucket; without it, what archive needs there is tried in the archive bucket"},
          toggle_flag(kDryRun, kBuckets, "only look whether the buckets can be listed; write nothing")};
}

ExitCode run_check_store_command(const upkeep::StoreCheckOptions& options, const SessionSettings& settings) {
  const Side source = options.bucket.empty() ? Side::archive : Side::source;
  Session session(settings, OnInterrupt::Then::finish, Session::connect_to({source, Side::archive}));
  std::unique_ptr<ProgressDisplay> display = session.show_requests();
  const upkeep::StoreCheckReport report =
      upkeep::check_store(options, {session.store(source), session.store(Side::archive), session.stop()});
  display.reset();
  return session.conclude(session.outcome_of(options, report, exit_code_of(report)));
}

}  // namespace

upkeep::StoreCheckOptions read_check_store(Reader& reader) {
  upkeep::StoreCheckOptions options;
  options.archive_bucket = reader.bucket("arch-bucket");
  options.bucket = reader.bucket("bucket");
  options.dry_run = reader.toggle(kDryRun);
  refuse_unless_valid(reader, options.archive_bucket.empty(),
                      "check-store --arch-bucket archive-bucket --bucket source-bucket",
                      [&] { validate(options); });
  return options;
}

Command check_store_command() {
  return {.name = "check-store",
          .usage = "--arch-bucket BUCKET [--bucket BUCKET]",
          .summary = "try what archive needs of a store, and remove all traces",
          .prose = kCheckStoreProse,
          .examples = kCheckStoreExamples,
          .changes_store = true,
          .flags = joined(
              {check_store_flags(), write_flags(), connection_flags(), source_store_flags(), output_flags()}),
          .read = bind_options<read_check_store, run_check_store_command>};
}

}  // namespace s3c::cli
