#include "cli/commands/catalog_forget.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "base/encoding.h"
#include "cli/commands/named_volumes.h"
#include "cli/options/scope.h"
#include "cli/output/format.h"
#include "cli/output/summary_parts.h"
#include "upkeep/forget.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kForgetProse =
    R"(Removes the record of a volume that was committed and whose archive is gone or was replaced. The record is
the last trace of its objects. No other command removes it, and verify names the volume until then. If the
archive can be brought back, do that instead. As long as the archive is there, catalog forget refuses.
)";

constexpr std::string_view kForgetExamples = R"(  Which volumes lack their archive:
    s3compress verify --arch-bucket archive-bucket --bucket source-bucket

  The record of an archive that is lost for good:
    s3compress catalog forget --arch-bucket archive-bucket source-bucket/20180401.zip
)";

constexpr std::string_view kForgetUse =
    "catalog forget --arch-bucket archive-bucket source-bucket/20180401.zip";

struct ForgetOptions {
  std::string archive_bucket;
  std::vector<std::string> volumes;  ///< at least one; only these are forgotten
  bool yes = false;                  ///< don't ask
};

ForgetOptions read_forget(Reader& reader) {
  ForgetOptions options;
  options.volumes = read_named_volumes(reader, kForgetUse);
  options.archive_bucket = reader.bucket("arch-bucket");
  options.yes = reader.toggle("yes");
  refuse_unless_valid(reader, options.archive_bucket.empty(), kForgetUse, [&] {
    catalog::CatalogScope scope;
    scope.archive_bucket = options.archive_bucket;
    validate(scope);
  });
  return options;
}

std::string forgettable_text(const std::string& volume, const std::vector<upkeep::ForgottenRecord>& records) {
  std::string text;
  for (const upkeep::ForgottenRecord& record : records) {
    text += fmt::format("{} (id {}): {}\n", base::printable(volume), record.name.id, record.why);
    if (const auto& m = record.manifest) {
      text += fmt::format("  {} of {}, {} to {}\n", format_count(m->objects, "object", "objects"),
                          base::printable(m->source_bucket), base::printable(m->first_key),
                          base::printable(m->last_key));
    }
  }
  return text;
}

Json forgotten_json(const std::string& volume, const std::vector<upkeep::ForgottenRecord>& records) {
  Json ids = Json::array();
  for (const upkeep::ForgottenRecord& record : records) ids.push_back(record.name.id);
  return {{"volume", volume}, {"forgotten", ids}};
}

/// Asks on the terminal, because only a person may decide to forget a record. False: the person said no.
bool is_confirmed(const std::string& question) {
  std::cerr << question << "Forget this record for good? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

/// Returns left if the person said no.
ExitCode forget(const ForgetOptions& options, const std::string& volume, Session& session) {
  const std::string& bucket = options.archive_bucket;
  if (!options.yes && !is_confirmed(forgettable_text(
                          volume, upkeep::find_forgettable(session.store(Side::archive), bucket, volume))))
    return ExitCode::left;
  const std::vector<upkeep::ForgottenRecord> forgotten =
      upkeep::forget_volume(session.store(Side::archive), bucket, volume);
  session.print_result([&] { return forgettable_text(volume, forgotten) + "  forgotten\n"; },
                       [&] { return json_line(forgotten_json(volume, forgotten)); });
  return ExitCode::done;
}

/// The exit code of an error of one volume.
ExitCode code_of_forget(const base::Error& error) {
  if (error.context().operation == "forget") {
    if (error.kind() == base::ErrorKind::not_found) return ExitCode::left;
    if (error.kind() == base::ErrorKind::precondition_failed) return ExitCode::refused;
  }
  return exit_code_of(error);
}

/// Of several volumes, those whose record must stay, or whose name is none. One that isn't there is no reason to
/// stop: an earlier run may have forgotten it.
std::vector<std::string> unforgettable(const ForgetOptions& options, Session& session) {
  std::vector<std::string> refused;
  if (options.volumes.size() < 2) return refused;
  s3::ObjectStore& store = session.store(Side::archive);
  for (const std::string& volume : options.volumes) {
    try {
      upkeep::find_forgettable(store, options.archive_bucket,
                               volume_meant(volume, options.archive_bucket, store));
    } catch (const base::Error& error) {
      if (code_of_forget(error) == ExitCode::refused) refused.push_back(volume);
    }
  }
  return refused;
}

ExitCode run_forget_command(const ForgetOptions& options, const SessionSettings& settings) {
  Session session(settings, OnInterrupt::Then::end);
  if (!options.yes && (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)) {
    throw UsageError("catalog forget removes the last trace of a volume, and there is no terminal to ask on",
                     "add --yes if you are sure");
  }
  // Each is looked at before the first one is forgotten.
  if (const std::vector<std::string> refused = unforgettable(options, session); !refused.empty()) {
    const ExitCode code = for_each_named(
        "catalog", refused, options.archive_bucket, session,
        [&](const std::string& volume) {
          upkeep::find_forgettable(session.store(Side::archive), options.archive_bucket, volume);
          return ExitCode::done;
        },
        code_of_forget);
    session.terminal().write_line("nothing was forgotten");
    return worse(code, ExitCode::refused);
  }
  return for_each_named(
      "catalog", options.volumes, options.archive_bucket, session,
      [&](const std::string& volume) { return forget(options, volume, session); }, code_of_forget);
}

}  // namespace

Command catalog_forget_command() {
  return {.name = "catalog forget",
          .usage = "--arch-bucket BUCKET",
          .operands = "VOLUME ...",
          .summary = "remove the record of an archive that is lost for good",
          .prose = kForgetProse,
          .examples = kForgetExamples,
          .changes_store = true,
          .flags = joined(
              {{archive_bucket_flag(),
                toggle_flag("yes", "What is asked", "don't ask; required if there is no terminal to ask on")},
               connection_flags(),
               output_flags()}),
          .read = bind_options<read_forget, run_forget_command>};
}

}  // namespace s3c::cli
