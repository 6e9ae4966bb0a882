#include "cli/commands/catalog_rebuild.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "cli/commands/named_volumes.h"
#include "cli/options/scope.h"
#include "cli/options/values.h"
#include "cli/output/format.h"
#include "cli/output/summary_parts.h"
#include "upkeep/rebuild.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kRebuildProse =
    R"(Makes manifest and index of a volume again out of the volume itself, whose last entry is its index: for
when the catalog, or a part of it, was lost. The volume is read whole and every member decoded; records
are only written if everything agrees, and never over what is there. A frozen volume must be thawed
first (exit code 4).

Records are also made of a foreign archive, a ZIP of the original program: ls, find, cat, restore and
verify then work on it. Its objects have the names that they have in the ZIP: their keys can't be known
any more (a/b_c and a_b/c are both a_b_c), nor ETags, content types, metadata, tags and exact times. By
such records nothing is ever deleted.
)";

constexpr std::string_view kRebuildExamples = R"(  The records of one volume:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20180401.zip

  Those of an archive that the original program made, the same way:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20170210.zip

  Which volumes lack theirs, or their archive:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket
)";

constexpr std::string_view kRebuildUse =
    "catalog rebuild --arch-bucket archive-bucket --bucket source-bucket source-bucket/20180401.zip";

struct RebuildRequest {
  upkeep::RebuildOptions options;
  std::vector<std::string> volumes;  ///< at least one
};

RebuildRequest read_rebuild(Reader& reader) {
  RebuildRequest request;
  request.volumes = read_named_volumes(reader, kRebuildUse);
  upkeep::RebuildOptions& options = request.options;
  options.scope = read_scope(reader);
  options.tool_version = S3C_VERSION;
  reader.with("memory", [&](const std::string& text) { options.memory_bytes = parse_size_bytes(text); });
  refuse_unless_valid(reader, options.scope.archive_bucket.empty() || options.scope.bucket.empty(),
                      kRebuildUse, [&] { validate(options); });
  return request;
}

constexpr std::size_t kMaxUnlisted = 50;

constexpr std::string_view kForeignNotice =
    R"(  foreign: this program didn't make it. Its objects have the names that they have in the ZIP, which the
  original program made of their keys ('/' became '_'). The keys can't be known, nor ETags, content types,
  metadata and tags; times are to two seconds, in the time zone of the machine that made the ZIP
)";

std::string entries(std::uint64_t count) {
  return format_count(count, "entry", "entries");
}

/// The notice about a foreign archive: what is not known of its objects, and which entries have no row.
std::string foreign_text(const catalog::UnlistedEntries& unlisted) {
  std::string text(kForeignNotice);
  if (unlisted.directories != 0)
    text += fmt::format("  {} for directories, passed over\n", entries(unlisted.directories));
  if (unlisted.shadowed != 0)
    text += fmt::format("  {} with a name that a later one has too: only unzip reaches them\n",
                        entries(unlisted.shadowed));
  if (unlisted.no_keys != 0)
    text += fmt::format("  {} with a name that no object can have: only unzip reaches them\n",
                        entries(unlisted.no_keys));
  return text + list_text(unlisted.hidden, kMaxUnlisted, "    ", base::printable);
}

std::string rebuilt_text(const upkeep::Rebuilt& rebuilt) {
  const std::string what = rebuilt.manifest_written && rebuilt.index_written ? "manifest and index made again"
                           : rebuilt.manifest_written                        ? "manifest made again"
                           : rebuilt.index_written                           ? "index made again"
                                                   : "manifest and index are there and right";
  return fmt::format("{}: {}, {}\n", base::printable(rebuilt.archive_key),
                     format_count(rebuilt.objects, "object", "objects"), what) +
         (rebuilt.foreign ? foreign_text(*rebuilt.foreign) : "");
}

Json rebuilt_json(const upkeep::Rebuilt& rebuilt) {
  Json json = {{"volume", rebuilt.archive_key},
               {"objects", rebuilt.objects},
               {"index_written", rebuilt.index_written},
               {"manifest_written", rebuilt.manifest_written},
               {"foreign", rebuilt.foreign.has_value()}};
  if (const auto& unlisted = rebuilt.foreign) {
    json["unlisted"] = {{"directories", unlisted->directories},
                        {"shadowed", unlisted->shadowed},
                        {"no_keys", unlisted->no_keys},
                        {"named", unlisted->hidden.named()}};
  }
  return json;
}

/// The exit code of an error of one volume.
ExitCode code_of_rebuild(const base::Error& error) {
  return error.kind() == base::ErrorKind::wrong_state ? ExitCode::waiting : exit_code_of(error);
}

ExitCode run_rebuild_command(const RebuildRequest& request, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  return for_each_named(
      request.volumes, session,
      [&](const std::string& volume) {
        const upkeep::Rebuilt rebuilt =
            upkeep::rebuild_records(session.store(), request.options, volume, session.clock());
        session.print_result([&] { return rebuilt_text(rebuilt); },
                             [&] { return json_line(rebuilt_json(rebuilt)); });
        return ExitCode::done;
      },
      code_of_rebuild);
}

}  // namespace

Command catalog_rebuild_command() {
  return {.name = "catalog rebuild",
          .usage = "--arch-bucket BUCKET --bucket BUCKET",
          .operands = "VOLUME ...",
          .summary = "make lost records of volumes again, out of the volumes",
          .prose = kRebuildProse,
          .examples = kRebuildExamples,
          .changes_store = true,
          .flags = joined({scope_flags(),
                           {memory_flag("bound for what is read and decoded")},
                           connection_flags(),
                           output_flags()}),
          .read = bind_options<read_rebuild, run_rebuild_command>};
}

}  // namespace s3c::cli
