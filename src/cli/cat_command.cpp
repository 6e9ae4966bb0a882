#include "cli/cat_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "archive/member_reader.h"
#include "archive/member_search.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/time.h"
#include "cli/member_names.h"
#include "cli/signals.h"
#include "cli/standard_output.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;

/// Up to here a member is decoded and checked before its first byte is printed; a larger one is printed as it
/// comes.
constexpr std::uint64_t kCheckedFirstBytes = std::uint64_t{64} << 20;

struct Found {
  std::shared_ptr<const index::Manifest> manifest;
  index::Row row;
};

/// The newest object that had the key; of the same one in two volumes, either.
const Found& newest(const std::vector<Found>& found) {
  return *std::max_element(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.row.last_modified < b.row.last_modified;
  });
}

void print_member(s3::ObjectStore& store, const std::string& archive_bucket, const Found& found) {
  std::string held;
  const bool hold = found.row.size_bytes <= kCheckedFirstBytes;
  archive::read_member(store, archive_bucket, *found.manifest, found.row, [&](std::string_view bytes) {
    if (hold) {
      held.append(bytes);
    } else {
      print(bytes);
    }
  });
  print(held);
}

/// What the thaw of the volume has come to, for somebody who is to come back later.
std::string state_of_thaw(s3::ObjectStore& store, const std::string& archive_bucket,
                          const std::string& archive_key) {
  const auto head = store.head_object(archive_bucket, archive_key);
  const bool coming = head && head->thaw.kind == s3::ThawState::Kind::in_progress;
  return fmt::format("{} is frozen in class {}: {}", base::printable(archive_key),
                     head ? head->storage_class : "?",
                     coming ? "its thaw has begun, run the same command again later"
                            : "thaw it with restore, which names the tiers and what they cost");
}

}  // namespace

ExitCode cat_command(const Request& request, const Environment& environment, Terminal& terminal) {
  const std::shared_ptr<base::Logger> logger =
      make_terminal_logger(terminal, request.output.verbosity, request.output.quiet);
  base::SystemClock clock;
  SignalWatch signals([] {});
  StoreConnection connection(request.connection, environment, clock, logger,
                             {signals.stop_token(), OnInterrupt::Then::end});
  const CatOptions& options = request.cat;
  const archive::MemberQuery query({options.key}, {});
  std::vector<Found> found;
  const archive::SearchReport report = archive::search_members(
      connection.store(), {options.scope, query, options.volume, options.threads}, signals.stop_token(),
      [&](const std::shared_ptr<const index::Manifest>& manifest, std::vector<index::Row>&& rows) {
        for (index::Row& row : rows) found.push_back({manifest, std::move(row)});
      });
  // A volume that could not be searched may hold a newer one: its bytes must not be passed off as the newest.
  if (const ExitCode code = tell_failures(report, terminal); code != ExitCode::done) return code;
  if (found.empty()) {
    throw Error(ErrorKind::not_found, "no volume holds this key",
                {.operation = "cat", .resource = base::printable(options.key)});
  }
  const Found& wanted = newest(found);
  if (found.size() > 1) {
    logger->info("{} objects had this key; this is the one of {} in {}", found.size(),
                 base::format_iso8601(wanted.row.last_modified), wanted.manifest->archive_key);
  }
  try {
    print_member(connection.store(), options.scope.archive_bucket, wanted);
  } catch (const Error& error) {
    if (error.context().code != "InvalidObjectState") throw;
    terminal.write_line("s3compress: " + state_of_thaw(connection.store(), options.scope.archive_bucket,
                                                       wanted.manifest->archive_key));
    return ExitCode::waiting;
  }
  return ExitCode::done;
}

}  // namespace s3c::cli
