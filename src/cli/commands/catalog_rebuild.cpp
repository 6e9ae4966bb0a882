#include "cli/commands/catalog_rebuild.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "catalog/volume_thaw.h"
#include "cli/commands/named_volumes.h"
#include "cli/commands/thaw_flags.h"
#include "cli/options/scope.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"
#include "cli/output/format.h"
#include "cli/output/scope_text.h"
#include "cli/output/summary_parts.h"
#include "cli/version.h"
#include "upkeep/rebuild.h"
#include "upkeep/unrecorded.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kRebuildProse =
    R"(Makes the manifest and the index of a volume again from the volume itself, whose last entry is its index.
Use it when the catalog, or a part of it, was lost. Without VOLUME, every archive of the source bucket
that lacks records gets them, or every one of the given days. The volume is read whole, and every member
is decoded. Records are only written if everything agrees, and they never replace existing ones. A frozen
volume must be thawed first (exit code 4); --thaw asks for that.

Also makes records of a foreign archive, a ZIP of the original program: then ls, find, cat, restore and
verify work on it. Its objects get the names that they have in the ZIP. Their keys can't be known any more
(a/b_c and a_b/c both became a_b_c), nor their ETags, content types, metadata, tags and exact times. No
object is ever deleted because of such a record.
)";

constexpr std::string_view kRebuildExamples = R"(  The records of one volume:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20180401.zip

  A catalog is lost: which archives of 2018 lack records, and then their records:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket --years 2018 \
               --dry-run
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket --years 2018

  An archive that the original program made:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20170210.zip

  Which volumes lack their records, or their archive:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket
)";

constexpr std::string_view kRebuildUse =
    "catalog rebuild --arch-bucket archive-bucket --bucket source-bucket source-bucket/20180401.zip";

struct RebuildRequest {
  upkeep::RebuildOptions options;
  std::vector<std::string> volumes;  ///< as named; empty: all in scope that lack records
  bool dry_run = false;
  std::optional<catalog::ThawOptions> thaw;  ///< ask for the thaw of frozen archives
};

std::vector<Flag> rebuild_flags() {
  return {
      {.name = "thaw",
       .kind = FlagKind::toggle,
       .group = kTheThaw,
       .help = "ask S3 to thaw frozen archives; run the same command again when they are thawed"},
      tier_flag(),
      days_flag(),
      memory_flag("limit for what is read and decoded"),
      toggle_flag(kDryRun, "What is done", "only tell which records would be made; change nothing"),
  };
}

RebuildRequest read_rebuild(Reader& reader) {
  RebuildRequest request;
  request.volumes = reader.operands();
  request.dry_run = reader.toggle(kDryRun);
  const catalog::ThawOptions thaw = read_thaw(reader);
  if (reader.toggle("thaw")) request.thaw = thaw;
  upkeep::RebuildOptions& options = request.options;
  options.scope = read_scope(reader);
  options.tool_version = version();
  reader.with("memory", [&](const std::string& text) { options.memory_bytes = parse_size_bytes(text); });
  refuse_unless_valid(reader, options.scope.archive_bucket.empty() || options.scope.bucket.empty(),
                      kRebuildUse, [&] { validate(options); });
  return request;
}

constexpr std::size_t kMaxUnlisted = 50;

constexpr std::string_view kForeignNotice =
    R"(  foreign: this program didn't make it. Its objects have the names that they have in the ZIP, which the
  original program made from their keys ('/' became '_'). The keys can't be known, nor ETags, content types,
  metadata and tags. Times are exact to two seconds, in the time zone of the machine that made the ZIP
)";

std::string entries(std::uint64_t count) {
  return format_count(count, "entry", "entries");
}

/// What is not known of a foreign archive's objects, and which entries have no row. with_notice: explains it.
std::string foreign_text(const catalog::UnlistedEntries& unlisted, bool with_notice) {
  std::string text(with_notice ? kForeignNotice : "  foreign\n");
  if (unlisted.directories != 0)
    text += fmt::format("  {} for directories, skipped\n", entries(unlisted.directories));
  if (unlisted.shadowed != 0)
    text += fmt::format("  {} with a name that a later one has too: only unzip reaches them\n",
                        entries(unlisted.shadowed));
  if (unlisted.no_keys != 0)
    text += fmt::format("  {} with a name that no object can have: only unzip reaches them\n",
                        entries(unlisted.no_keys));
  return text + list_text(unlisted.hidden, kMaxUnlisted, "    ", base::printable);
}

/// "manifest and index", "commit mark"; empty for none.
std::string records_text(bool manifest, bool index, bool mark) {
  std::vector<std::string_view> names;
  if (manifest) names.emplace_back("manifest");
  if (index) names.emplace_back("index");
  if (mark) names.emplace_back("commit mark");
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == names.size() ? " and " : ", ").append(names[i]);
  return text;
}

std::string rebuilt_text(const upkeep::Rebuilt& rebuilt, bool with_notice) {
  const std::string made =
      records_text(rebuilt.manifest_written, rebuilt.index_written, rebuilt.mark_written);
  return fmt::format("{}: {}, {}\n", base::printable(rebuilt.archive_key),
                     format_count(rebuilt.objects, "object", "objects"),
                     made.empty() ? "manifest and index are there and right" : made + " made again") +
         (rebuilt.foreign ? foreign_text(*rebuilt.foreign, with_notice) : "");
}

Json rebuilt_json(const upkeep::Rebuilt& rebuilt) {
  Json json = {{"volume", rebuilt.archive_key},          {"objects", rebuilt.objects},
               {"index_written", rebuilt.index_written}, {"manifest_written", rebuilt.manifest_written},
               {"mark_written", rebuilt.mark_written},   {"foreign", rebuilt.foreign.has_value()}};
  if (const auto& unlisted = rebuilt.foreign) {
    json["unlisted"] = {{"directories", unlisted->directories},
                        {"shadowed", unlisted->shadowed},
                        {"no_keys", unlisted->no_keys},
                        {"named", unlisted->hidden.named()}};
  }
  return json;
}

bool must_wait(const std::optional<upkeep::UnrecordedArchive>& missing) {
  return missing && missing->frozen && missing->must_be_read();
}

/// What a run would do. missing: nullopt if nothing is.
std::string foreseen_text(const std::string& volume,
                          const std::optional<upkeep::UnrecordedArchive>& missing) {
  if (!missing) return fmt::format("{}: manifest and index are there\n", base::printable(volume));
  return fmt::format("{}: would {} {} again{}\n", base::printable(volume),
                     missing->must_be_read() ? "read it whole and, if every byte is right, make" : "make",
                     records_text(missing->lacks_manifest, missing->lacks_index, missing->lacks_mark),
                     must_wait(missing) ? "; it is frozen and must be thawed first" : "");
}

Json foreseen_json(const std::string& volume, const std::optional<upkeep::UnrecordedArchive>& missing) {
  return {{"volume", volume},
          {"dry_run", true},
          {"would_write_index", missing && missing->lacks_index},
          {"would_write_manifest", missing && missing->lacks_manifest},
          {"would_write_mark", missing && missing->lacks_mark},
          {"frozen", missing && missing->frozen}};
}

/// Returns waiting if a run could not read the archive yet.
ExitCode foresee(const RebuildRequest& request, const std::string& volume, Session& session) {
  const std::optional<upkeep::UnrecordedArchive> missing =
      upkeep::foresee_rebuild(session.store(Side::archive), request.options, volume);
  session.print_result([&] { return foreseen_text(volume, missing); },
                       [&] { return json_line(foreseen_json(volume, missing)); });
  return must_wait(missing) ? ExitCode::waiting : ExitCode::done;
}

ExitCode ask_for_thaw_of(const RebuildRequest& request, const std::string& volume, Session& session) {
  const bool started = catalog::ask_for_thaw(session.store(Side::archive),
                                             request.options.scope.archive_bucket, volume, *request.thaw);
  session.print_result(
      [&] {
        return fmt::format("{}: frozen; {}\n", base::printable(volume),
                           started ? "asked for its thaw" : "its thaw is on the way");
      },
      [&] {
        return json_line({{"volume", volume}, {"thaw", started ? "started" : "in_progress"}});
      });
  return ExitCode::waiting;
}

/// Returns waiting if the archive is frozen and its thaw was asked for. with_notice: explain what foreign
/// means; false from the first time on.
ExitCode rebuild(const RebuildRequest& request, const std::string& volume, Session& session,
                 bool& with_notice) {
  try {
    const upkeep::Rebuilt rebuilt =
        upkeep::rebuild_records(session.store(Side::archive), request.options, volume, session.clock());
    session.observer().records_made(rebuilt.archive_key, rebuilt.objects);
    session.print_result([&] { return rebuilt_text(rebuilt, with_notice); },
                         [&] { return json_line(rebuilt_json(rebuilt)); });
    if (rebuilt.foreign) with_notice = false;
    return ExitCode::done;
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::wrong_state || !request.thaw) throw;
    return ask_for_thaw_of(request, volume, session);
  }
}

struct RebuildCounts {
  std::uint64_t volumes = 0;
  std::uint64_t done = 0;
};

Work rebuilt_work(const RebuildCounts& now) {
  return {now.done, 0};
}

std::vector<std::string> rebuild_words(const RebuildCounts& now, const Pace& pace) {
  if (now.volumes == 0) return {"looking for archives without records", format_duration(pace.elapsed)};
  std::vector<std::string> words = {
      fmt::format("{} of {} done", format_count(now.done), format_volumes(now.volumes))};
  const Work left = work_left({now.volumes, 0}, rebuilt_work(now));
  add_times(words, pace.elapsed,
            left.objects == 0 || pace.stopping ? std::nullopt : time_for(left, pace.forecast));
  return words;
}

/// The archives in scope that lack records. nullopt: there is no archive in scope at all, and this was told.
std::optional<std::vector<std::string>> volumes_to_rebuild(const RebuildRequest& request, Session& session) {
  const catalog::CatalogScope& scope = request.options.scope;
  const upkeep::RecordSearch search =
      upkeep::find_unrecorded(session.store(Side::archive), scope, session.stop());
  if (search.archives == 0) {
    session.terminal().write_line("not found: no archive in " + scope_text(scope));
    return std::nullopt;
  }
  std::vector<std::string> volumes;
  for (const upkeep::UnrecordedArchive& archive : search.unrecorded) volumes.push_back(archive.archive_key);
  if (!session.prints_json() && !session.output().quiet) {
    session.print_text(fmt::format("lacking records: {} of {}\n", format_count(volumes.size()),
                                   format_count(search.archives, "archive", "archives")));
  }
  return volumes;
}

ExitCode run_rebuild_command(const RebuildRequest& request, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  std::vector<std::string> volumes = request.volumes;
  base::Progress<RebuildCounts> progress;
  CountsView view(progress, rebuilt_work, rebuild_words);
  const auto display = session.show(view);
  if (volumes.empty()) {
    std::optional<std::vector<std::string>> found = volumes_to_rebuild(request, session);
    if (!found) return ExitCode::left;
    volumes = *std::move(found);
  }
  progress.set(&RebuildCounts::volumes, volumes.size());
  bool with_notice = true;
  const ExitCode code = for_each_named(
      "catalog", volumes, request.options.scope.archive_bucket, session,
      [&](const std::string& volume) {
        const ExitCode of_one = request.dry_run ? foresee(request, volume, session)
                                                : rebuild(request, volume, session, with_notice);
        progress.add(&RebuildCounts::done);
        return of_one;
      },
      [](const base::Error& error) { return exit_code_of(error); });
  if (code == ExitCode::waiting && !request.thaw)
    session.terminal().write_line("with --thaw, this command asks for the thaw of what is frozen");
  return code;
}

}  // namespace

Command catalog_rebuild_command() {
  return {.name = "catalog rebuild",
          .usage = "--arch-bucket BUCKET --bucket BUCKET",
          .operands = "[VOLUME ...]",
          .summary = "make lost records of volumes again from the volumes",
          .prose = kRebuildProse,
          .examples = kRebuildExamples,
          .changes_store = true,
          .flags = joined({scope_flags(), rebuild_flags(), write_flags(), connection_flags(), watch_flags(),
                           output_flags()}),
          .read = bind_options<read_rebuild, run_rebuild_command>};
}

}  // namespace s3c::cli
