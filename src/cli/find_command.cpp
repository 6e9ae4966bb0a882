#include "cli/find_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "archive/member_search.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "cli/member_lines.h"
#include "cli/member_names.h"
#include "cli/signals.h"
#include "cli/standard_output.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

std::string found_line(const std::string& archive_key, const index::Row& row) {
  return fmt::format("{}\t{}\n", base::printable(archive_key), base::printable(row.key));
}

}  // namespace

ExitCode find_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  const archive::MemberQuery query = read_query(request.find.names);
  SignalWatch signals([] {});
  StoreConnection connection(request.connection, environment, clock, logger,
                             {signals.stop_token(), OnInterrupt::Then::end});
  MissedKeys missed(query);
  ResultLines lines;
  const archive::SearchReport report = archive::search_members(
      connection.store(), {request.find.scope, query, "", request.find.threads}, signals.stop_token(),
      [&](const std::shared_ptr<const index::Manifest>& manifest, std::vector<index::Row>&& rows) {
        for (const index::Row& row : rows) {
          missed.found(row.key);
          lines.write(request.output.format == OutputFormat::json ? member_json(manifest->archive_key, row)
                                                                  : found_line(manifest->archive_key, row));
        }
      });
  lines.finish();
  const ExitCode failures = tell_failures(report, terminal);
  const ExitCode unfound = missed.tell(report.members != 0, terminal);
  return failures != ExitCode::done ? failures : unfound;
}

}  // namespace s3c::cli
