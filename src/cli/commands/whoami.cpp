#include "cli/commands/whoami.h"

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
Without credentials the exit code is 2, and the result tells what was tried.
)";

constexpr std::string_view kWhoamiExamples = R"(  Whose credentials are these, and where do they come from?
    s3compress whoami

  For a script:
    s3compress whoami --profile ops --output json
)";

/// Where the flags of the three settings were given; empty: they weren't.
struct WhoamiOptions {
  std::string profile_origin;
  std::string region_origin;
  std::string endpoint_origin;
};

WhoamiOptions read_whoami(Reader& reader) {
  const auto origin = [&reader](std::string_view name) {
    const Setting* setting = reader.find(name);
    return setting == nullptr ? std::string() : setting->origin;
  };
  return {origin("profile"), origin("region"), origin("endpoint-url")};
}

void name_origins(WhoamiReport& report, const WhoamiOptions& options) {
  if (report.profile.source.empty()) report.profile.source = options.profile_origin;
  if (report.region && report.region->source.empty()) report.region->source = options.region_origin;
  if (report.endpoint && report.endpoint->source.empty()) report.endpoint->source = options.endpoint_origin;
}

void tell_lines(Terminal& terminal, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) terminal.write_line(line);
}

ExitCode run_whoami_command(const WhoamiOptions& options, const SessionSettings& settings) {
  WhoamiReport report;
  // There is no store to connect to: the question is answered in the place of the connection, where signals
  // are blocked already.
  Session session(settings, OnInterrupt::Then::end,
                  [&report](const SessionSettings& with, base::Clock& clock,
                            std::shared_ptr<base::Logger> logger, const OnInterrupt& on_interrupt) {
                    report = who_am_i(with.connection, with.environment, clock, std::move(logger),
                                      on_interrupt.signal);
                    return std::unique_ptr<StoreConnection>();
                  });
  name_origins(report, options);
  session.print_result([&] { return whoami_text(report); }, [&] { return whoami_json(report); });
  if (report.error) {
    tell_lines(session.terminal(), error_text(*report.error));
    // Whatever the reason: the question is answered, and the answer is none.
    return worse(ExitCode::refused, exit_code_of(*report.error));
  }
  if (report.identity_error) {
    session.terminal().write_line("s3compress: warning: whose credentials these are isn't known: " +
                                  std::string(report.identity_error->what()));
  }
  return ExitCode::done;
}

}  // namespace

Command whoami_command() {
  return {.name = "whoami",
          .summary = "tell which credentials are used, and where they come from",
          .prose = kWhoamiProse,
          .examples = kWhoamiExamples,
          .flags = joined({connection_flags(), output_flags()}),
          .read = bind_options<read_whoami, run_whoami_command>};
}

}  // namespace s3c::cli
