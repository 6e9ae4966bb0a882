#include "cli/ls_command.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "archive/member_search.h"
#include "archive/volume_listing.h"
#include "archive/volume_state.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/in_order.h"
#include "cli/member_lines.h"
#include "cli/member_names.h"
#include "cli/signals.h"
#include "cli/standard_output.h"
#include "cli/usage_error.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

using archive::ListedVolume;
using archive::VolumeInfo;
using base::Error;
using base::ErrorKind;

ExitCode list_volumes(const Request& request, s3::ObjectStore& store, const std::stop_token& stop,
                      Terminal& terminal, ResultLines& lines) {
  const LsOptions& options = request.ls;
  const bool json = request.output.format == OutputFormat::json;
  archive::Catalog catalog(store, options.scope.archive_bucket);
  archive::VolumeListing listing(store, options.scope);
  bool any = false;
  std::uint64_t unreadable = 0;
  base::in_order<ListedVolume, VolumeInfo>(
      options.threads,
      [&] {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while listing");
        return listing.next();
      },
      [&](ListedVolume& volume) { return archive::find_state(store, catalog, volume); },
      [&](VolumeInfo&& volume) {
        if (volume.manifest && !options.scope.holds(*volume.manifest)) return;
        if (volume.state == archive::VolumeState::unreadable) ++unreadable;
        if (!any && !json && !request.output.quiet) lines.write(volume_heading());
        any = true;
        lines.write(json ? volume_json(volume) : volume_line(volume));
      });
  if (unreadable == 0) return ExitCode::done;
  terminal.write_line(fmt::format("manifests that can't be read: {}; verify tells why", unreadable));
  return ExitCode::failed;
}

ExitCode list_members(const Request& request, s3::ObjectStore& store, const std::stop_token& stop,
                      Terminal& terminal, ResultLines& lines) {
  const LsOptions& options = request.ls;
  const bool json = request.output.format == OutputFormat::json;
  const archive::MemberQuery everything;
  const archive::SearchReport report =
      archive::search_members(store, {options.scope, everything, options.volume, options.threads}, stop,
                              [&](archive::FoundKey&& found) {
                                for (const archive::FoundMember& member : found.members)
                                  lines.write(json ? member_json(member.manifest->archive_key, member.row)
                                                   : member_line(member.row, options.long_format));
                              });
  if (report.volumes == 0 && report.failed == 0) {
    throw Error(ErrorKind::not_found, "the catalog has no volume of that name",
                {.operation = "ls", .resource = options.scope.archive_bucket + "/" + options.volume});
  }
  return tell_failures(report, terminal);
}

}  // namespace

ExitCode ls_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  SignalWatch signals([] {});
  StoreConnection connection(request.connection, environment, clock, logger,
                             {signals.stop_token(), OnInterrupt::Then::end});
  ResultLines lines;
  ExitCode code = ExitCode::done;
  if (request.ls.volume.empty()) {
    code = list_volumes(request, connection.store(), signals.stop_token(), terminal, lines);
  } else {
    code = list_members(request, connection.store(), signals.stop_token(), terminal, lines);
  }
  lines.finish();
  return code;
}

}  // namespace s3c::cli
