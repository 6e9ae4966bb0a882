#include "cli/commands/catalog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "archive/forget.h"
#include "archive/rebuild.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "base/error.h"
#include "cli/options/usage_error.h"
#include "cli/output/format.h"
#include "cli/output/hints.h"
#include "cli/output/standard_output.h"
#include "cli/output/summary_parts.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

constexpr std::size_t kMaxUnlisted = 50;

constexpr std::string_view kForeignNotice =
    R"(  foreign: this program didn't make it. Its objects have the names that they have in the ZIP, which the
  original program made of their keys ('/' became '_'). The keys can't be known, nor ETags, content types,
  metadata and tags; times are to two seconds, in the time zone of the machine that made the ZIP
)";

std::string entries(std::uint64_t count) {
  return format_count(count, "entry", "entries");
}

/// What can't be known of a foreign archive, and what can't be reached in it.
std::string foreign_text(const archive::UnlistedEntries& unlisted) {
  std::string text(kForeignNotice);
  if (unlisted.directories != 0)
    text += fmt::format("  {} for directories, passed over\n", entries(unlisted.directories));
  if (unlisted.shadowed != 0)
    text += fmt::format("  {} with a name that a later one has too: only unzip reaches them\n",
                        entries(unlisted.shadowed));
  if (unlisted.no_keys != 0)
    text += fmt::format("  {} with a name that no object can have: only unzip reaches them\n",
                        entries(unlisted.no_keys));
  const std::size_t shown = std::min(unlisted.named.size(), kMaxUnlisted);
  for (std::size_t i = 0; i < shown; ++i) text += fmt::format("    {}\n", base::printable(unlisted.named[i]));
  return text + and_more(shown, unlisted.shadowed + unlisted.no_keys, "    ");
}

std::string rebuilt_text(const archive::Rebuilt& rebuilt) {
  const std::string what = rebuilt.manifest_written && rebuilt.index_written ? "manifest and index made again"
                           : rebuilt.manifest_written                        ? "manifest made again"
                           : rebuilt.index_written                           ? "index made again"
                                                   : "manifest and index are there and right";
  return fmt::format("{}: {}, {}\n", base::printable(rebuilt.archive_key),
                     format_count(rebuilt.objects, "object", "objects"), what) +
         (rebuilt.foreign ? foreign_text(*rebuilt.foreign) : "");
}

Json rebuilt_json(const archive::Rebuilt& rebuilt) {
  Json json = {{"volume", rebuilt.archive_key},
               {"objects", rebuilt.objects},
               {"index_written", rebuilt.index_written},
               {"manifest_written", rebuilt.manifest_written},
               {"foreign", rebuilt.foreign.has_value()}};
  if (const auto& unlisted = rebuilt.foreign) {
    json["unlisted"] = {{"directories", unlisted->directories},
                        {"shadowed", unlisted->shadowed},
                        {"no_keys", unlisted->no_keys},
                        {"named", unlisted->named}};
  }
  return json;
}

std::string forgettable_text(const std::string& volume,
                             const std::vector<archive::ForgottenRecord>& records) {
  std::string text;
  for (const archive::ForgottenRecord& record : records) {
    text += fmt::format("{} (id {}): {}\n", base::printable(volume), record.name.id, record.why);
    if (const auto& m = record.manifest) {
      text += fmt::format("  {} of {}, {} to {}\n", format_count(m->objects, "object", "objects"),
                          base::printable(m->source_bucket), base::printable(m->first_key),
                          base::printable(m->last_key));
    }
  }
  return text;
}

Json forgotten_json(const std::string& volume, const std::vector<archive::ForgottenRecord>& records) {
  Json ids = Json::array();
  for (const archive::ForgottenRecord& record : records) ids.push_back(record.name.id);
  return {{"volume", volume}, {"forgotten", ids}};
}

/// Only a person forgets: asks on the terminal. False: no.
bool is_confirmed(const std::string& question) {
  std::cerr << question << "Forget this record for good? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// False: the person said no.
bool forget(s3::ObjectStore& store, const CatalogSettings& settings, const std::string& volume,
            const OutputOptions& output) {
  const std::string& bucket = settings.options.scope.archive_bucket;
  if (!settings.yes &&
      !is_confirmed(forgettable_text(volume, archive::find_forgettable(store, bucket, volume))))
    return false;
  const std::vector<archive::ForgottenRecord> forgotten = archive::forget_volume(store, bucket, volume);
  if (output.format == OutputFormat::json) {
    print(json_line(forgotten_json(volume, forgotten)));
  } else if (!output.quiet) {
    print(forgettable_text(volume, forgotten) + "  forgotten\n");
  }
  return true;
}

void rebuild(s3::ObjectStore& store, const CatalogSettings& settings, const std::string& volume,
             base::Clock& clock, const OutputOptions& output) {
  const archive::Rebuilt rebuilt = archive::rebuild_records(store, settings.options, volume, clock);
  if (output.format == OutputFormat::json) {
    print(json_line(rebuilt_json(rebuilt)));
  } else if (!output.quiet) {
    print(rebuilt_text(rebuilt));
  }
}

/// What one volume's error comes to.
ExitCode code_of(const base::Error& error) {
  if (error.context().operation == "forget") {
    if (error.kind() == base::ErrorKind::not_found) return ExitCode::left;
    if (error.kind() == base::ErrorKind::precondition_failed) return ExitCode::refused;
  }
  return error.context().code == "InvalidObjectState" ? ExitCode::waiting : exit_code_of(error);
}

/// The one that counts of two, in the order of README.md.
ExitCode worse(ExitCode a, ExitCode b) {
  for (const ExitCode code :
       {ExitCode::interrupted, ExitCode::refused, ExitCode::failed, ExitCode::waiting, ExitCode::left}) {
    if (a == code || b == code) return code;
  }
  return ExitCode::done;
}

}  // namespace

ExitCode catalog_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  SignalWatch signals([] {});
  StoreConnection connection(request.connection, environment, clock, logger,
                             {signals.stop_token(), OnInterrupt::Then::end});
  const bool json = request.output.format == OutputFormat::json;
  const CatalogSettings& settings = request.catalog;
  if (settings.forget && !settings.yes && (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)) {
    throw UsageError("catalog forget removes the last trace of a volume, and there is no terminal to ask on",
                     "add --yes if you are sure");
  }
  ExitCode code = ExitCode::done;
  for (const std::string& volume : request.catalog.volumes) {
    if (signals.stop_token().stop_requested()) return ExitCode::interrupted;
    try {
      if (!settings.forget) {
        rebuild(connection.store(), settings, volume, clock, request.output);
      } else if (!forget(connection.store(), settings, volume, request.output)) {
        code = worse(code, ExitCode::left);
      }
    } catch (const base::Error& error) {
      // One that can't be rebuilt doesn't keep the others from it.
      terminal.write_line(fmt::format("s3compress: {}", base::printable(error.what())));
      if (const std::string hint = hint_for(error); !hint.empty()) terminal.write_line("hint: " + hint);
      if (json) print(json_line({{"volume", volume}, {"error", error_json(error)}}));
      code = worse(code, code_of(error));
    }
  }
  return code;
}

}  // namespace s3c::cli
