#include "cli/commands/whoami.h"

#include <fmt/format.h>

#include <memory>
#include <sstream>
#include <string>

#include "cli/options/reader.h"
#include "cli/output/archive_summary.h"
#include "cli/output/whoami_summary.h"
#include "cli/session.h"
#include "cli/who_am_i.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kWhoamiProse =
    R"(Tells which credentials the other commands would use: their source, the sources that were asked before
it and why each had none, the profile, the region and the end point, each with the place that it comes
from, and whose they are if AWS STS answers. They are looked for where the AWS CLI looks, in its order.
No secret is printed, and of an access key only the last four characters. Nothing is asked of a bucket.
If the source bucket's store and the archive bucket's are reached in different ways, both are told.
Without credentials the exit code is 2, and the result tells what was tried.
)";

constexpr std::string_view kWhoamiExamples = R"(  Whose credentials are these, and where do they come from?
    s3compress whoami

  For a script:
    s3compress whoami --profile ops --output json

  With a store for each bucket:
    s3compress whoami --source-profile minio --archive-profile backup
)";

/// Where the flags of the three settings were given; empty: they weren't.
struct Origins {
  std::string profile;
  std::string region;
  std::string endpoint;
};

struct WhoamiOptions {
  Origins source;
  Origins archive;
};

WhoamiOptions read_whoami(Reader& reader) {
  const auto origins = [&reader](Side side) {
    return Origins{origin_of(reader, side, "profile"), origin_of(reader, side, "region"),
                   origin_of(reader, side, "endpoint-url")};
  };
  return {origins(Side::source), origins(Side::archive)};
}

void name_origins(WhoamiReport& report, const Origins& origins) {
  if (report.profile.source.empty()) report.profile.source = origins.profile;
  if (report.region && report.region->source.empty()) report.region->source = origins.region;
  if (report.endpoint && report.endpoint->source.empty()) report.endpoint->source = origins.endpoint;
}

/// Whether the source's store and the archive's are reached in the same way, in the same name.
bool have_one_store(const ConnectionOptions& options) {
  StoreOptions source = options.source;
  source.expected_owner = options.archive.expected_owner;
  source.expected_owner_origin = options.archive.expected_owner_origin;
  return source == options.archive;
}

void tell_lines(Terminal& terminal, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) terminal.write_line(line);
}

/// Whatever the reason for an error: the question is answered, and the answer is none.
ExitCode code_of(const WhoamiReport& report) {
  return report.error ? worse(ExitCode::refused, exit_code_of(*report.error)) : ExitCode::done;
}

/// Says on standard error what is missing. whose: " (source)", if there are two stores.
void tell_trouble(Terminal& terminal, const WhoamiReport& report, const std::string& whose) {
  if (report.error) {
    const base::Error& error = *report.error;
    tell_lines(terminal, error_text({error.kind(), error.message() + whose, error.context()}));
  } else if (report.identity_error) {
    terminal.write_line(fmt::format("s3compress: warning: whose credentials these are{} isn't known: {}",
                                    whose, report.identity_error->what()));
  }
}

ExitCode run_whoami_command(const WhoamiOptions& options, const SessionSettings& settings) {
  WhoamiReports reports;
  // There is no store to connect to: the question is answered in the place of the connection, where signals
  // are blocked already.
  Session session(settings, OnInterrupt::Then::end,
                  [&reports](const SessionSettings& with, base::Clock& clock,
                             const std::shared_ptr<base::Logger>& logger, const OnInterrupt& on_interrupt) {
                    const auto report_of = [&](const StoreOptions& store) {
                      return who_am_i(store, with.connection, with.environment, clock, logger,
                                      on_interrupt.signal);
                    };
                    reports.source = report_of(with.connection.source);
                    if (!have_one_store(with.connection))
                      reports.archive = report_of(with.connection.archive);
                    return std::unique_ptr<StoreConnections>();
                  });
  name_origins(reports.source, options.source);
  if (reports.archive) name_origins(*reports.archive, options.archive);
  const ExitCode code =
      reports.archive ? worse(code_of(reports.source), code_of(*reports.archive)) : code_of(reports.source);
  session.print_result([&] { return whoami_text(reports); }, [&] { return whoami_json(reports, code); });
  tell_trouble(session.terminal(), reports.source, reports.archive ? " (source)" : "");
  if (reports.archive) tell_trouble(session.terminal(), *reports.archive, " (archive)");
  return code;
}

}  // namespace

Command whoami_command() {
  return {.name = "whoami",
          .summary = "tell which credentials are used, and where they come from",
          .prose = kWhoamiProse,
          .examples = kWhoamiExamples,
          .flags = joined({connection_flags(), source_store_flags(), output_flags()}),
          .read = bind_options<read_whoami, run_whoami_command>};
}

}  // namespace s3c::cli
