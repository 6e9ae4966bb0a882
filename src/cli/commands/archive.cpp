#include "cli/commands/archive.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <optional>

#include "archive/archive_plan.h"
#include "archive/archive_run.h"
#include "archive/left_log.h"
#include "cli/commands/archive_flags.h"
#include "cli/options/lock_flags.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/options/shard_flag.h"
#include "cli/options/values.h"
#include "cli/output/archive_progress.h"
#include "cli/output/archive_summary.h"
#include "cli/output/left_file.h"
#include "cli/session.h"
#include "cli/version.h"
#include "upkeep/rebuild.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kArchive = "archive";
constexpr std::string_view kArchiveProse =
    R"(Packs the objects of each day (or other group, see --layout) into one ZIP archive, has the store confirm
its size and checksum, and then deletes the objects it holds. Safe to kill and to run again at any time.
)";

constexpr std::string_view kArchiveExamples =
    R"(  Archive every day of 2018 under sources/2018/MM/DD/, then delete what was archived:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --years 2018 --threads 16

  See first what that would do, without changing anything:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --years 2018 --dry-run

  One quarter, to the cheapest class, keeping the sources for now:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --from 2018-01-01 --until 2018-03-31 \
               --storage-class DEEP_ARCHIVE --keep-sources

  A nightly job: everything older than a week, the result as JSON:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --min-age 7d --output json

  One archive an hour, from keys such as logs/day=2018-04-01/13/x.json:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --prefix logs \
               --layout '{prefix}/day={yyyy}-{mm}-{dd}/{hh}/' \
               --archive-name '{bucket}/{yyyy}{mm}{dd}-{hh}.zip'

  One archive a month for each customer, from keys such as sources/acme/2018/4/x.json:
    s3compress --bucket source-bucket --arch-bucket archive-bucket \
               --layout '{prefix}/{customer}/{yyyy}/{m}/' \
               --archive-name '{bucket}/{customer}/{yyyy}{mm}.zip'

  One archive a day, where keys hold no date: by the time of the last change:
    s3compress --bucket source-bucket --arch-bucket archive-bucket --prefix photos \
               --group-by last-modified

  What an S3 Inventory has, without listing the bucket:
    s3compress --bucket source-bucket --arch-bucket archive-bucket \
               --inventory s3://inventories/source-bucket/daily/2018-04-01T01-00Z/manifest.json

  From a store of your own to AWS, each with its profile:
    s3compress --source-profile minio --bucket source --archive-profile backup --arch-bucket archive
)";

source::Selection read_selection(Reader& reader) {
  source::Selection selection;
  selection.bucket = reader.bucket("bucket");
  selection.prefixes = read_prefixes(reader);
  selection.dates = read_dates(reader);
  selection.shard = read_shard(reader);
  selection.include = reader.list("include");
  selection.exclude = reader.list("exclude");
  reader.with("min-age", [&](const std::string& text) { selection.min_age = parse_age(text); });
  reader.with("min-object-size", [&](const std::string& text) {
    selection.min_object_bytes = text == "0" ? 0 : parse_size_bytes(text);
  });
  reader.with("max-object-size",
              [&](const std::string& text) { selection.max_object_bytes = parse_size_bytes(text); });
  if (selection.min_object_bytes > selection.max_object_bytes)
    throw UsageError("--min-object-size is more than --max-object-size", "no object has such a size");
  return selection;
}

std::optional<source::RowInput> read_row_input(const Reader& reader) {
  source::RowInput input;
  input.places = reader.list("manifest");
  const std::string inventory = reader.text("inventory");
  if (!inventory.empty() && !input.places.empty()) {
    throw UsageError("--inventory and --manifest exclude each other",
                     "each of them names all objects of the run; give one of them");
  }
  if (!inventory.empty()) {
    input.kind = source::RowInput::Kind::inventory;
    input.places = {inventory};
  }
  if (input.places.empty()) return std::nullopt;
  return input;
}

void read_temp_directory(const Reader& reader, archive::ArchiveOptions& options) {
  if (reader.find("temp-dir") != nullptr) options.temp_directory = reader.text("temp-dir");
  if (options.rows) options.rows->temp_directory = options.temp_directory;
}

void refuse_contradiction(const Reader& reader) {
  if (reader.toggle("keep-sources") && reader.toggle("delete-versions")) {
    throw UsageError("--keep-sources and --delete-versions contradict each other",
                     "with --keep-sources nothing is deleted");
  }
  if (reader.toggle("without-tags") && reader.toggle("recheck-tags")) {
    throw UsageError("--without-tags and --recheck-tags contradict each other",
                     "with --without-tags there are no archived tags to compare");
  }
}

void read_volumes(const Reader& reader, archive::ArchiveOptions& options) {
  read_names(reader, options.layout, options.archive_name);
  reader.with("storage-class",
              [&](const std::string& text) { options.storage_class = parse_storage_class(text); });
  options.accept_class = reader.toggle("accept-class");
  options.encryption = read_encryption(reader);
  reader.with("tagging", [&](const std::string& text) { options.tagging = parse_tagging(text); });
  options.lock = read_lock(reader);
  reader.with("max-objects", [&](const std::string& text) { options.max_objects = parse_count(text); });
  reader.with("max-size", [&](const std::string& text) { options.max_size_bytes = parse_size_bytes(text); });
  options.level = reader.number("level");
  options.readback = reader.choice("verify") == "readback";
  reader.with("garbage-age", [&](const std::string& text) { options.gc_age = parse_age(text); });
}

void read_resources(const Reader& reader, archive::ArchiveOptions& options) {
  // --store-powers first: --source-powers and --archive-powers are more exact and replace its values.
  reader.with("store-powers", [&](const std::string& text) { parse_store_powers(text, options); });
  reader.with("source-powers", [&](const std::string& text) { parse_source_powers(text, options); });
  reader.with("archive-powers", [&](const std::string& text) { parse_archive_powers(text, options); });
  options.resources.threads = reader.number("threads");
  reader.with("memory",
              [&](const std::string& text) { options.resources.memory_bytes = parse_size_bytes(text); });
}

/// A store of its own may have classes that AWS doesn't know. Throws UsageError if AWS is the store.
void check_storage_class(Session& session, const std::string& storage_class) {
  if (is_known_storage_class(storage_class)) return;
  if (session.connection(Side::archive).is_aws()) {
    throw UsageError(
        fmt::format("--storage-class \"{}\" is none of {}", storage_class, fmt::join(kStorageClasses, ", ")),
        "AWS has no other classes");
  }
  session.log().warn("--storage-class {}: AWS has no such class, so only the store can tell what it means",
                     storage_class);
}

void warn_of_few_connections(Session& session, int threads) {
  const std::size_t connections = session.connection(Side::source).max_connections();
  if (connections >= static_cast<std::size_t>(threads)) return;
  session.log().warn(
      "the limit of open files allows {} connections at a time, less than --threads {}: raise it (ulimit -n)",
      connections, threads);
}

/// Makes the record of an archive that has none, as `catalog rebuild` does.
void make_record(const archive::ArchiveOptions& options, Session& session, const std::string& archive_key) {
  upkeep::RebuildOptions rebuild;
  rebuild.scope.archive_bucket = options.archive_bucket;
  rebuild.scope.bucket = options.selection.bucket;
  rebuild.scope.prefixes = options.selection.prefixes;
  rebuild.scope.layout = options.layout;
  rebuild.scope.archive_name = options.archive_name;
  rebuild.tool_version = options.tool_version;
  rebuild.memory_bytes = std::uint64_t{64} << 20;  // beside --memory, as the run may be using all of that
  upkeep::rebuild_records(session.store(Side::archive), rebuild, archive_key, session.clock());
}

/// The run's progress as metrics.
base::LiveValues::Registration register_progress(const archive::Progress& progress, base::LiveValues& live) {
  using archive::RunProgress;
  const auto value = [&progress](std::uint64_t RunProgress::*count) {
    return [&progress, count] { return progress.snapshot().*count; };
  };
  const auto open = [&progress] { return std::uint64_t{progress.snapshot().open_groups.size()}; };
  return live.add({{{"groups", "found"}, value(&RunProgress::groups_found)},
                   {{"groups", "done"}, value(&RunProgress::groups_done)},
                   {{"groups", "open"}, open},
                   {{"objects_packed_total"}, value(&RunProgress::objects_packed)},
                   {{"packed_source_bytes_total"}, value(&RunProgress::bytes_in)},
                   {{"packed_archive_bytes_total"}, value(&RunProgress::bytes_out)},
                   {{"objects_deleted_total"}, value(&RunProgress::objects_deleted)}});
}

/// The list prices of the source bucket's region, for what the run tells of costs.
const base::Prices& prices_for(Session& session) {
  const base::Prices* const of_region = base::find_prices(session.connection(Side::source).region());
  return of_region != nullptr ? *of_region : base::list_prices();
}

/// left_file: nullptr if there is none.
archive::RunReport run_with_display(const ArchiveSettings& settings, LeftFile* left_file, Session& session) {
  archive::Progress progress;
  const auto live = register_progress(progress, session.observer().live());
  RunProgressView view(progress, settings.dry_run, session.connection(Side::source).is_aws());
  const auto display = session.show(view);
  const archive::RunContext context{
      {session.store(Side::source), session.store(Side::archive)},
      session.clock(),
      session.log(),
      progress,
      session.stop(),
      [&](const std::string& archive_key) { make_record(settings.options, session, archive_key); },
      left_file == nullptr ? archive::LeftLog::Write()
                           : [left_file](const archive::LeftObject& object) { left_file->write(object); },
      session.observer()};
  try {
    return settings.dry_run ? archive::plan_archive(settings.options, context)
                            : archive::run_archive(settings.options, context);
  } catch (const base::Error& error) {
    // Ctrl-C came before there was a report, while the run looked at the buckets.
    if (!session.stop().stop_requested()) throw;
    archive::RunReport report;
    report.dry_run = settings.dry_run;
    report.interrupted = true;
    if (error.kind() != base::ErrorKind::cancelled) report.failure = error;
    return report;
  }
}

ExitCode run_archive_command(const ArchiveSettings& given, const SessionSettings& with) {
  Session session(with, OnInterrupt::Then::finish, Session::connect_to({Side::source, Side::archive}));
  ArchiveSettings settings = given;
  settings.options.prices = &prices_for(session);
  check_storage_class(session, settings.options.storage_class);
  refuse_if_over(settings.options.lock, session.clock().now());
  warn_of_few_connections(session, settings.options.resources.threads);
  // Opened before anything is done.
  const std::unique_ptr<LeftFile> left_file = open_left_file(settings.left_to, settings.dry_run);
  archive::RunReport report = run_with_display(settings, left_file.get(), session);
  if (left_file) left_file->finish(report);
  return session.conclude(session.outcome_of(settings.options, report, exit_code_of(report)));
}

}  // namespace

ArchiveSettings read_archive(Reader& reader) {
  ArchiveSettings settings;
  archive::ArchiveOptions& options = settings.options;
  options.selection = read_selection(reader);
  options.rows = read_row_input(reader);
  read_temp_directory(reader, options);
  options.archive_bucket = reader.bucket("arch-bucket");
  read_volumes(reader, options);
  options.delete_batch = reader.number("delete-batch");
  // Nobody's sources stay: without credentials nothing can be deleted.
  options.keep_sources = reader.toggle("keep-sources") || !source_is_signed(reader);
  options.delete_versions = reader.toggle("delete-versions");
  options.without_tags = reader.toggle("without-tags");
  options.recheck_attributes = reader.toggle("recheck-tags");
  settings.left_to = reader.text("left-to");
  if (settings.left_to == "-")
    throw UsageError("--left-to takes the name of a file", "standard output is for the result");
  settings.dry_run = reader.toggle(kDryRun);
  read_resources(reader, options);
  options.tool_version = version();
  refuse_contradiction(reader);
  const bool is_default = reader.command().name == kArchive;
  refuse_unless_valid(reader, options.selection.bucket.empty() || options.archive_bucket.empty(),
                      fmt::format("{}--bucket source-bucket --arch-bucket archive-bucket --years 2018",
                                  is_default ? "" : std::string(reader.command().name) + " "),
                      [&] { validate(options); });
  return settings;
}

Command archive_command() {
  return {.name = kArchive,
          .usage = "--bucket BUCKET --arch-bucket BUCKET",
          .summary = "pack each day's objects into ZIP archives, then delete them (the default)",
          .prose = kArchiveProse,
          .examples = kArchiveExamples,
          .changes_store = true,
          .flags = archive_flags(),
          .read = bind_options<read_archive, run_archive_command>};
}

}  // namespace s3c::cli
