#include "cli/commands/thaw.h"

#include <fmt/format.h>

#include "cli/commands/member_names.h"
#include "cli/commands/named_volumes.h"
#include "cli/commands/thaw_flags.h"
#include "cli/options/scope.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"
#include "cli/output/format.h"
#include "cli/output/restore_summary.h"
#include "cli/output/scope_text.h"
#include "cli/output/thaw_summary.h"
#include "cli/session.h"
#include "restore/restore_plan.h"
#include "restore/thaw_requests.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kThawProse =
    R"(Asks S3 to make the volumes readable that hold the newest of these members. Restores nothing: cat,
restore and verify --deep read the volumes when they are thawed. The exit code is 4 until all of them can
be read, and then 0. A volume that is thawed already, or on the way, isn't asked for again.
)";

constexpr std::string_view kThawExamples = R"(  What one object's volume costs to thaw, and then the thaw:
    s3compress thaw --arch-bucket archive-bucket --bucket source-bucket --dry-run \
               sources/2018/04/01/0/6/my_file.xml
    s3compress thaw --arch-bucket archive-bucket --bucket source-bucket \
               sources/2018/04/01/0/6/my_file.xml

  A month, waiting until everything can be read:
    s3compress thaw --arch-bucket archive-bucket --bucket source-bucket \
               --from 2018-04-01 --until 2018-04-30 --tier Standard --wait
)";

struct ThawRequest {
  ThawSettings settings;  ///< without the query
  MemberNames names;      ///< the query is made from these
};

std::vector<Flag> thaw_flags() {
  return joined(
      {member_name_flags("also for the keys in this file: one per line, separated by NUL bytes, or as find "
                         "--output json prints them; - is standard input"),
       {
           volume_flag("thaw this volume, even if other volumes hold newer objects",
                       "the volumes with the newest objects"),
           tier_flag(),
           days_flag(),
           wait_flag("wait until everything is thawed; without it, the exit code is 4 until it is"),
           poll_flag(),
           toggle_flag("yes", kTheThaw, "don't ask before it starts, also on a terminal"),
           toggle_flag(kDryRun, kTheThaw, "only tell what would be thawed, and the costs; change nothing"),
           threads_flag("catalog objects read, and volumes looked at, in parallel", "16"),
       }});
}

ThawRequest read_thaw_request(Reader& reader) {
  ThawRequest request;
  restore::RestoreOptions& options = request.settings.options;
  options.scope = read_scope(reader);
  request.names = read_member_names(reader);
  options.volume = reader.text("volume");
  require_a_limit(reader, request.names, options.volume);
  options.thaw = read_thaw(reader);
  options.wait = reader.toggle("wait");
  reader.with("poll", [&](const std::string& text) { options.poll_interval = parse_age(text); });
  request.settings.yes = reader.toggle("yes");
  request.settings.dry_run = reader.toggle(kDryRun);
  options.threads = reader.number("threads");
  refuse_unless_valid(reader, options.scope.archive_bucket.empty(),
                      "thaw --arch-bucket archive-bucket --bucket source-bucket --years 2018",
                      [&] { validate(options); });
  return request;
}

Work no_work(const restore::RestoreCounts& /*now*/) {
  return {};
}

std::vector<std::string> thaw_words(const restore::RestoreCounts& now, const Pace& pace) {
  std::vector<std::string> words = {"waiting for the thaw of " + format_volumes(now.waiting)};
  add_times(words, pace.elapsed, std::nullopt);
  return words;
}

restore::RestorePlan plan_with_display(const restore::RestoreOptions& options,
                                       const restore::RestoreContext& context, Session& session) {
  const auto display = session.show_requests();
  return restore::plan_restore(options, context);
}

restore::RestoreReport run_with_display(const ThawSettings& settings, const restore::RestorePlan& plan,
                                        const restore::RestoreContext& context, Session& session) {
  CountsView view(context.progress, no_work, thaw_words);
  const auto display = session.show(view);
  return restore::run_thaw(settings.options, plan, context);
}

ExitCode run_thaw_command(const ThawRequest& request, const SessionSettings& session_settings) {
  ThawSettings settings = request.settings;
  settings.options.query = read_query(request.names);
  Session session(session_settings, OnInterrupt::Then::finish);
  settings.options.volume = volume_meant(settings.options.volume, settings.options.scope.archive_bucket,
                                         session.store(Side::archive));
  restore::RestoreProgress progress;
  MissedKeys missed(settings.options.query);
  const restore::RestoreContext context{session.store(Side::archive),
                                        session.clock(),
                                        session.log(),
                                        progress,
                                        session.stop(),
                                        [&missed](const std::string& key) { missed.found(key); },
                                        {},
                                        session.observer()};
  const restore::RestorePlan plan = plan_with_display(settings.options, context, session);
  restore::RestoreReport report = restore::begin_report(plan);
  if (!settings.dry_run) {
    if (!session.prints_json() && !session.output().quiet) {
      for (const std::string& line : plan_lines(settings, plan)) session.terminal().write_line(line);
    }
    if (plan.frozen_volumes != 0 && !may_go_on(settings.yes, session.stop())) {
      session.terminal().write_line("nothing was thawed");
      return ExitCode::interrupted;
    }
    report = run_with_display(settings, plan, context, session);
  }
  const bool any = !plan.found_nothing();
  const ExitCode unfound =
      missed.tell(any, scope_text(settings.options.scope, settings.options.volume), session.terminal());
  const ExitCode code = worse(exit_code_of(report), unfound);
  return session.conclude(
      ThawOutcome{session.outcome_of(settings, report, code), plan, missed.not_found(any)});
}

}  // namespace

Command thaw_command() {
  return {.name = "thaw",
          .usage = "--arch-bucket BUCKET [--bucket BUCKET]",
          .operands = "[KEY|GLOB ...]",
          .summary = "make frozen volumes readable, and restore nothing",
          .prose = kThawProse,
          .examples = kThawExamples,
          .changes_store = true,
          .flags = joined({scope_flags(), thaw_flags(), connection_flags(), watch_flags(), output_flags()}),
          .read = bind_options<read_thaw_request, run_thaw_command>};
}

}  // namespace s3c::cli
