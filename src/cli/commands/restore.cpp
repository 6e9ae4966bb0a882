#include "cli/commands/restore.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "catalog/catalog_keys.h"
#include "cli/commands/member_names.h"
#include "cli/commands/named_volumes.h"
#include "cli/commands/thaw_flags.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/options/shard_flag.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"
#include "cli/output/format.h"
#include "cli/output/restore_summary.h"
#include "cli/output/scope_text.h"
#include "cli/session.h"
#include "restore/restore_plan.h"
#include "restore/restore_run.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kRestoreProse =
    R"(Brings members back, with their content type, other system headers, metadata and tags: to the bucket and
key they came from, to another bucket, or as files. Asks for the thaw of frozen volumes, unless a thaw
was already asked for, and restores from those that are thawed. Before that it looks whether it can write
there. Checks every member's size and CRC-32 before the object or file gets its name. Without --overwrite
nothing that is there is overwritten. What is already back is skipped: the same command again goes on
where the last one stopped. If several objects had one key, the one with the newest last-modified comes
back; --volume takes another one. A name with *, ? or [ means the key of just that name if there is one;
otherwise it is a glob. Without keys and globs, everything of the given days, or of the volume, comes
back.
)";

constexpr std::string_view kRestoreExamples = R"(  See what would be thawed, and the costs, to get April back:
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

  From the archive in AWS back to a store of your own, each with a profile of ~/.aws/config:
    s3compress restore --archive-profile backup --arch-bucket archive-bucket \
               --source-profile minio --bucket source-bucket --years 2018
)";

constexpr std::string_view kRestoreKeysFrom =
    "also restore the keys in this file: one per line, separated by NUL bytes, or as find --output json "
    "prints them; - is standard input";

constexpr std::string_view kBucketScheme = "s3://";

struct RestoreRequest {
  RestoreSettings settings;  ///< without the query
  MemberNames names;         ///< the query is made from these
};

/// Files wait for no network: more threads than these would be in each other's way.
constexpr int kThreadsToDirectory = 32;

Flag threads_of_restore() {
  Flag flag = threads_flag("members written at the same time", "");
  flag.otherwise = "256 to a bucket, 32 to a directory";
  return flag;
}

std::vector<Flag> restore_flags() {
  constexpr std::string_view kWhereTo = "Where to";
  return {
      volume_flag("only from this volume, even if other volumes hold newer objects",
                  "the newest object of each key"),
      shard_flag(kWhichVolumes),
      {.name = "to",
       .value = "PLACE",
       .group = kWhereTo,
       .help = "s3://bucket/prefix/ or a directory; keys are added at its end",
       .otherwise = "each to its own bucket and key"},
      toggle_flag("overwrite", kWhereTo, "replace what is there; without it nothing is ever overwritten"),
      tier_flag(),
      days_flag(),
      wait_flag("wait until everything is thawed; without it, the exit code is 4 and a later run goes on"),
      poll_flag(),
      toggle_flag("yes", kTheThaw, "don't ask before it starts, also on a terminal"),
      toggle_flag(kDryRun, kTheThaw,
                  "only tell what would be thawed and written, and the costs; change "
                  "nothing"),
      threads_of_restore(),
      memory_flag("limit for what is fetched and decoded"),
  };
}

/// Other commands have --to as the old spelling of --until, the last day. A config file may hold such a date
/// for all commands.
bool is_date(const std::string& text) {
  try {
    catalog::DateRange::between(text, std::nullopt);
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

std::string read_place(const Reader& reader) {
  std::string to = reader.text("to");
  if (is_date(to))
    throw UsageError(fmt::format("--to \"{}\" is a date, but --to is the place to restore "
                                 "to; the last day is --until",
                                 to),
                     "");
  if (to == "-") {
    throw UsageError("--to -: restore doesn't write to standard output",
                     "s3compress cat prints one object; a directory of that name is ./-");
  }
  if (to.starts_with("s3:") && !to.starts_with(kBucketScheme))
    throw UsageError(fmt::format("--to {}: a bucket is written as s3://bucket/prefix/", base::printable(to)),
                     "a directory of that name is ./" + base::printable(to));
  if (to.starts_with(kBucketScheme)) {
    BucketPlace place;
    try {
      place = parse_bucket_place(to);
    } catch (const base::Error& error) {
      throw UsageError(fmt::format("--to {}", error.message()), "give s3://bucket/prefix/ or a directory");
    }
    if (place.prefix.starts_with(catalog::kCatalogPrefix)) {
      throw UsageError(fmt::format("--to {}: names below {} are a catalog's", to, catalog::kCatalogPrefix),
                       "give another prefix");
    }
  }
  return to;
}

/// Whose store is written; nullopt: a directory is.
std::optional<Side> side_written(const std::string& to) {
  if (to.empty()) return Side::source;
  return to.starts_with(kBucketScheme) ? std::optional(Side::target) : std::nullopt;
}

/// Flags of the target's store that could not count. From the environment or the file they may be meant for
/// another restore.
void refuse_target_without_place(const Reader& reader, const std::string& to) {
  if (side_written(to) == Side::target) return;
  for (const Flag& flag : target_store_flags()) {
    if (reader.source(flag.name) != Source::command_line) continue;
    throw UsageError(fmt::format("--{} needs --to s3://bucket/prefix/", flag.name),
                     "without --to, everything goes back to the source bucket's store");
  }
}

/// Of all volumes that may hold one key, a task must see the newest.
catalog::Shard read_shard_of_restore(const Reader& reader, const std::string& bucket,
                                     const std::string& volume) {
  const catalog::Shard shard = read_shard(reader);
  if (shard.is_whole()) return shard;
  if (!volume.empty())
    throw UsageError("--shard and --volume contradict each other", "one volume is one task");
  if (bucket.empty()) {
    throw UsageError("--shard needs --bucket",
                     "without it, the names of volumes don't tell which of them may hold the same key");
  }
  return shard;
}

RestoreRequest read_restore(Reader& reader) {
  RestoreRequest request;
  RestoreSettings& settings = request.settings;
  restore::RestoreOptions& options = settings.options;
  options.scope = read_scope(reader);
  request.names = read_member_names(reader);
  options.volume = reader.text("volume");
  options.scope.shard = read_shard_of_restore(reader, options.scope.bucket, options.volume);
  if (options.scope.layout.period() && !options.scope.shard.is_whole()) {
    throw UsageError(
        "--shard and --group-by exclude each other",
        "an object that was overwritten is in the groups of several days, so no task alone knows which one "
        "is the newest");
  }
  require_a_limit(reader, request.names, options.volume);
  settings.to = read_place(reader);
  refuse_target_without_place(reader, settings.to);
  settings.overwrite = reader.toggle("overwrite");
  options.thaw = read_thaw(reader);
  options.wait = reader.toggle("wait");
  reader.with("poll", [&](const std::string& text) { options.poll_interval = parse_age(text); });
  settings.yes = reader.toggle("yes");
  settings.dry_run = reader.toggle(kDryRun);
  if (!side_written(settings.to)) options.threads = kThreadsToDirectory;
  if (const int threads = reader.number("threads"); threads != 0) options.threads = threads;
  reader.with("memory", [&](const std::string& text) { options.memory_bytes = parse_size_bytes(text); });
  refuse_unless_valid(reader, options.scope.archive_bucket.empty(),
                      "restore --arch-bucket archive-bucket --bucket source-bucket --years 2018",
                      [&] { validate(options); });
  return request;
}

constexpr int kUploadSlots = 4;

/// The target of each source bucket, made on the first call for that bucket. Any thread.
class Targets {
 public:
  /// store: nullptr: the target is a directory.
  Targets(s3::ObjectStore* store, const RestoreSettings& settings) : store_(store), settings_(settings) {}

  restore::RestoreTarget& of(const std::string& source_bucket) {
    base::MutexLock lock(mutex_);
    // With --to, all source buckets share one target.
    std::unique_ptr<restore::RestoreTarget>& target = targets_[settings_.to.empty() ? source_bucket : ""];
    if (!target) target = make(source_bucket);
    return *target;
  }

 private:
  std::unique_ptr<restore::RestoreTarget> make(const std::string& source_bucket) {
    const std::string& to = settings_.to;
    if (to.empty())
      return restore::make_bucket_target(*store_, slots_, source_bucket, "", settings_.overwrite);
    if (!to.starts_with(kBucketScheme)) return restore::make_directory_target(to, settings_.overwrite);
    const BucketPlace place = parse_bucket_place(to);
    return restore::make_bucket_target(*store_, slots_, place.bucket, place.prefix, settings_.overwrite);
  }

  s3::ObjectStore* const store_;
  const RestoreSettings& settings_;
  base::Slots slots_{kUploadSlots};
  base::Mutex mutex_;
  std::map<std::string, std::unique_ptr<restore::RestoreTarget>> targets_ S3C_GUARDED_BY(mutex_);
};

Work restored_work(const restore::RestoreCounts& now) {
  return {now.done, now.done_bytes};
}

std::vector<std::string> restore_words(const restore::RestoreCounts& now, const Pace& pace) {
  std::vector<std::string> words = {
      fmt::format("{} of {} back", format_count(now.done), format_objects(now.members)),
      fmt::format("{} of {}", format_bytes(now.done_bytes), format_bytes(now.member_bytes)),
      format_rate(pace.now.objects) + " restored", format_byte_rate(pace.now.bytes)};
  if (now.waiting != 0) words.push_back("waiting for the thaw of " + format_volumes(now.waiting));
  const Work left = work_left({now.members, now.member_bytes}, restored_work(now));
  // How long a thaw takes nobody knows.
  const bool foreseeable = now.waiting == 0 && left.objects != 0 && !pace.stopping;
  add_times(words, pace.elapsed, foreseeable ? time_for(left, pace.forecast) : std::nullopt);
  return words;
}

/// An empty plan if the user pressed Ctrl-C before there was one.
restore::RestorePlan plan_or_nothing(const restore::RestoreOptions& options,
                                     const restore::RestoreContext& context, Session& session) {
  const auto display = session.show_requests();
  try {
    return restore::plan_restore(options, context);
  } catch (const base::Error& error) {
    if (!context.stop.stop_requested()) throw;
    restore::RestorePlan nothing;
    if (error.kind() != base::ErrorKind::cancelled) nothing.failures.add(error);
    return nothing;
  }
}

restore::RestoreReport run_with_display(const RestoreSettings& settings, const restore::RestorePlan& plan,
                                        const restore::RestoreContext& context, Session& session) {
  const auto value = [&context](std::uint64_t restore::RestoreCounts::*count) {
    return [&context, count] { return context.progress.snapshot().*count; };
  };
  const auto live =
      session.observer().live().add({{{"objects_restored_total"}, value(&restore::RestoreCounts::done)},
                                     {{"restored_bytes_total"}, value(&restore::RestoreCounts::bytes)}});
  CountsView view(context.progress, restored_work, restore_words);
  const auto display = session.show(view);
  return restore::run_restore(settings.options, plan, context);
}

ExitCode run_restore_command(const RestoreRequest& request, const SessionSettings& session_settings) {
  RestoreSettings settings = request.settings;
  settings.options.query = read_query(request.names);
  std::vector<Side> sides{Side::archive};
  if (const auto side = side_written(settings.to)) sides.push_back(*side);
  Session session(session_settings, OnInterrupt::Then::finish, Session::connect_to(sides));
  settings.options.volume = volume_meant(settings.options.volume, settings.options.scope.archive_bucket,
                                         session.store(Side::archive));
  Targets targets(sides.size() > 1 ? &session.store(sides.back()) : nullptr, settings);
  restore::RestoreProgress progress;
  MissedKeys missed(settings.options.query);
  const restore::RestoreContext context{
      session.store(Side::archive),
      session.clock(),
      session.log(),
      progress,
      session.stop(),
      [&missed](const std::string& key) { missed.found(key); },
      [&targets](const std::string& bucket) -> restore::RestoreTarget& { return targets.of(bucket); },
      session.observer()};
  const restore::RestorePlan plan = plan_or_nothing(settings.options, context, session);
  restore::RestoreReport report =
      settings.dry_run ? restore::foresee_restore(plan) : restore::begin_report(plan);
  report.interrupted = session.stop().stop_requested();
  if (!report.interrupted && !settings.dry_run) {
    if (!session.prints_json() && !session.output().quiet) {
      for (const std::string& line : plan_lines(settings, plan)) session.terminal().write_line(line);
    }
    if (plan.members != 0 && !may_go_on(settings.yes, session.stop())) {
      session.terminal().write_line("nothing was thawed or written");
      return ExitCode::interrupted;
    }
    report = run_with_display(settings, plan, context, session);
  }
  const bool any = !plan.found_nothing();
  // What Ctrl-C left out was perhaps not looked for. What another shard may hold is not missed by this one: `report
  // merge` tells what no task found.
  const ExitCode unfound =
      report.interrupted || plan.other_shards
          ? ExitCode::done
          : missed.tell(any, scope_text(settings.options.scope, settings.options.volume), session.terminal());
  const ExitCode code = worse(exit_code_of(report), unfound);
  return session.conclude(
      RestoreOutcome{session.outcome_of(settings, report, code), plan,
                     report.interrupted ? base::Counted<std::string>() : missed.not_found(any)});
}

}  // namespace

Command restore_command() {
  return {.name = "restore",
          .usage = "--arch-bucket BUCKET [--bucket BUCKET]",
          .operands = "[KEY|GLOB ...]",
          .summary = "bring members back: to their bucket, another one or a directory",
          .prose = kRestoreProse,
          .examples = kRestoreExamples,
          .changes_store = true,
          .flags = joined({scope_flags(),
                           member_name_flags(kRestoreKeysFrom),
                           restore_flags(),
                           write_flags(),
                           connection_flags(),
                           source_store_flags(),
                           target_store_flags(),
                           watch_flags(),
                           {report_flag()},
                           output_flags()}),
          .read = bind_options<read_restore, run_restore_command>};
}

}  // namespace s3c::cli
