#include "cli/commands/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/named_volumes.h"
#include "cli/commands/thaw_flags.h"
#include "cli/options/reader.h"
#include "cli/options/scope.h"
#include "cli/options/shard_flag.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"
#include "cli/output/format.h"
#include "cli/output/verify_summary.h"
#include "cli/session.h"
#include "upkeep/verify_run.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kVerifyProse =
    R"(Compares each volume with its manifest: that it exists, that it is the one that was committed, that size
and checksum are right, and that its index is right too. The store tells all of that, so nothing has to be
thawed. With --deep, every volume is read whole, every member is decoded and compared with the index, and
the volume's own index is compared with the catalog's; --thaw asks for the thaw of frozen volumes. With
--bucket, archives without a record are found too. Damage is named, and the exit code is 5. If nothing
is wrong but --deep could not read volumes because they are frozen, the exit code is 4. If nothing was
verified, or what was named isn't there or is no volume, or a volume's name is taken by an object that has
neither record nor id and may be a volume, the exit code is 3.

An archive that was copied (to another storage class, by replication, in a console) can lose its id. It is
named, and the exit code is 3. --deep --mend reads it whole, and only then copies it onto itself inside
the store, with its id. In a Glacier class it is frozen again after that.
)";

constexpr std::string_view kVerifyExamples = R"(  All volumes of a bucket:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket

  Every byte of one volume; if it is frozen, this asks for its thaw, and a later run reads it:
    s3compress verify --arch-bucket archive-bucket --deep --thaw source-bucket/20180401.zip

  An archive that lost its id gets it back:
    s3compress verify --arch-bucket archive-bucket --deep --mend source-bucket/20180401.zip

  One year, the result as JSON:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket --years 2018 --output json
)";

constexpr std::string_view kLookedAt = "What is looked at";

std::vector<Flag> verify_flags() {
  return {
      shard_flag(kWhichVolumes),
      toggle_flag("deep", kLookedAt,
                  "read every volume whole and decode every member; frozen ones only after a thaw"),
      {.name = "mend",
       .kind = FlagKind::toggle,
       .group = kLookedAt,
       .help = "with --deep: give the id back to an archive that is whole but lost it, by a copy onto itself "
               "inside the store",
       .changes_store = true},
      garbage_age_flag(
          kLookedAt,
          "report a record without an archive (as left by a killed run, or as damage) if it is at least "
          "this old; a younger one may belong to a run that still works",
          "min-age"),
      {.name = "thaw",
       .kind = FlagKind::toggle,
       .group = kTheThaw,
       .help = "with --deep: ask S3 to thaw frozen volumes; run the same command again when they are "
               "thawed",
       .changes_store = true},
      tier_flag(),
      days_flag(),
      threads_flag("volumes checked at the same time", "16"),
      memory_flag("with --deep: limit for what is read and decoded"),
  };
}

upkeep::VerifyOptions read_verify(Reader& reader) {
  upkeep::VerifyOptions options;
  options.scope = read_scope(reader);
  options.scope.shard = read_shard(reader);
  options.volumes = reader.operands();
  options.deep = reader.toggle("deep");
  const catalog::ThawOptions thaw = read_thaw(reader);
  if (reader.toggle("thaw")) {
    options.thaw = thaw;
    if (!options.deep) throw UsageError("--thaw needs --deep", "without --deep nothing has to be thawed");
  }
  options.mend = reader.toggle("mend");
  if (options.mend && !options.deep)
    throw UsageError("--mend needs --deep", "an archive is only mended after every byte of it was read");
  reader.with("garbage-age", [&](const std::string& text) { options.min_age = parse_age(text); });
  options.threads = reader.number("threads");
  reader.with("memory", [&](const std::string& text) { options.memory_bytes = parse_size_bytes(text); });
  refuse_unless_valid(reader, options.scope.archive_bucket.empty(),
                      "verify --arch-bucket archive-bucket --bucket source-bucket",
                      [&] { validate(options); });
  return options;
}

/// Deep: a volume's bytes count while it is read. Those that could not be read count at its end.
Work verified_work(const upkeep::VerifyCounts& now) {
  return {now.volumes, std::max(now.archive_bytes, now.bytes_read)};
}

std::vector<std::string> verify_words(const upkeep::VerifyCounts& now, const Pace& pace) {
  const bool deep = now.bytes_read != 0;
  std::vector<std::string> words;
  if (now.total_known) {
    words.push_back(
        fmt::format("{} of {} looked at", format_count(now.volumes), format_volumes(now.total_volumes)));
  } else {
    words.push_back(format_volumes(now.volumes) + " looked at");
  }
  if (deep && now.total_bytes != 0) {
    words.push_back(
        fmt::format("{} of {} read", format_bytes(now.bytes_read), format_bytes(now.total_bytes)));
  } else if (deep) {
    words.push_back(format_bytes(now.bytes_read) + " read");
  }
  words.push_back(deep ? format_byte_rate(pace.now.bytes) : format_rate(pace.now.objects) + " volumes");
  if (now.damages != 0) words.push_back(format_count(now.damages) + " DAMAGED");
  Work left = work_left({now.total_volumes, now.total_bytes}, verified_work(now));
  (deep && now.total_bytes != 0 ? left.objects : left.bytes) = 0;  // what takes the time
  const bool foreseeable = now.total_known && !pace.stopping && left.objects + left.bytes != 0;
  add_times(words, pace.elapsed, foreseeable ? time_for(left, pace.forecast) : std::nullopt);
  return words;
}

upkeep::VerifyReport run_with_display(const upkeep::VerifyOptions& options, Session& session) {
  upkeep::VerifyProgress progress;
  const auto live = session.observer().live().add(
      {{{"verified_bytes_total"}, [&progress] { return progress.snapshot().bytes_read; }}});
  CountsView view(progress, verified_work, verify_words);
  const auto display = session.show(view);
  return upkeep::run_verify(options, {session.store(Side::archive), session.log(), progress, session.stop(),
                                      session.observer(), display != nullptr});
}

struct VerifyRequest {
  upkeep::VerifyOptions options;
  std::string retyped;  ///< the command again, without "s3compress "
};

VerifyRequest read_verify_request(Reader& reader) {
  VerifyRequest request{read_verify(reader), "verify " + reader.retyped()};
  for (const std::string& volume : request.options.volumes) request.retyped += " " + shell_word(volume);
  return request;
}

ExitCode run_verify_command(const VerifyRequest& given, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  VerifyRequest request = given;
  for (std::string& volume : request.options.volumes)
    volume = volume_meant(volume, request.options.scope.archive_bucket, session.store(Side::archive));
  const upkeep::VerifyReport report = run_with_display(request.options, session);
  const ExitCode code = session.conclude(session.outcome_of(request.options, report, exit_code_of(report)));
  if (report.absent.count() != 0) {
    const std::string hint = volumes_meant_instead(
        report.absent.named().front(), request.options.scope.archive_bucket, session.store(Side::archive));
    if (!hint.empty()) session.terminal().write_line("hint: " + hint);
  }
  if (!report.frozen.empty() && !request.options.thaw) {
    session.terminal().write_line("this command asks for the thaw of what is frozen, and reads it later:");
    session.terminal().write_line(fmt::format("  s3compress {} --thaw", request.retyped));
  }
  return code;
}

}  // namespace

Command verify_command() {
  return {.name = "verify",
          .usage = "--arch-bucket BUCKET [--bucket BUCKET]",
          .operands = "[VOLUME ...]",
          .summary = "compare each volume with its manifest, or read every byte of it",
          .prose = kVerifyProse,
          .examples = kVerifyExamples,
          .flags = joined({scope_flags(),
                           verify_flags(),
                           write_flags(),
                           connection_flags(),
                           watch_flags(),
                           {report_flag()},
                           output_flags()}),
          .read = bind_options<read_verify_request, run_verify_command>};
}

}  // namespace s3c::cli
