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
    R"(Makes the manifest and the index of a volume again from the volume itself, whose last entry is its index.
Use it when the catalog, or a part of it, was lost. The volume is read whole, and every member is decoded.
Records are only written if everything agrees, and they never replace existing ones. A frozen volume must
be thawed first (exit code 4).

Also makes records of a foreign archive, a ZIP of the original program: then ls, find, cat, restore and
verify work on it. Its objects get the names that they have in the ZIP. Their keys can't be known any more
(a/b_c and a_b/c both became a_b_c), nor their ETags, content types, metadata, tags and exact times. No
object is ever deleted because of such a record.
)";

constexpr std::string_view kRebuildExamples = R"(  The records of one volume:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20180401.zip

  The same for an archive that the original program made:
    s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket \
               source-bucket/20170210.zip

  Which volumes lack their records, or their archive:
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
  original program made from their keys ('/' became '_'). The keys can't be known, nor ETags, content types,
  metadata and tags. Times are exact to two seconds, in the time zone of the machine that made the ZIP
)";

std::string entries(std::uint64_t count) {
  return format_count(count, "entry", "entries");
}

/// The notice about a foreign archive: what is not known of its objects, and which entries have no row.
std::string foreign_text(const catalog::UnlistedEntries& unlisted) {
  std::string text(kForeignNotice);
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
          .summary = "make lost records of volumes again from the volumes",
          .prose = kRebuildProse,
          .examples = kRebuildExamples,
          .changes_store = true,
          .flags = joined({scope_flags(),
                           encryption_flags(),
                           {memory_flag("limit for what is read and decoded")},
                           connection_flags(),
                           output_flags()}),
          .read = bind_options<read_rebuild, run_rebuild_command>};
}

}  // namespace s3c::cli
