#include "cli/commands/cat.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "archive/member_reader.h"
#include "archive/member_search.h"
#include "archive/newest.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/time.h"
#include "cli/commands/member_names.h"
#include "cli/output/standard_output.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

using base::Error;
using base::ErrorKind;

/// Up to here a member is decoded and checked before its first byte is printed; a larger one is printed as it
/// comes.
constexpr std::uint64_t kCheckedFirstBytes = std::uint64_t{64} << 20;

void print_member(s3::ObjectStore& store, const std::string& archive_bucket,
                  const archive::FoundMember& found) {
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

/// Names the members between which nothing tells which one is the newest.
void tell_tie(const std::vector<const archive::FoundMember*>& tied, Terminal& terminal) {
  terminal.write_line(
      fmt::format("s3compress: the newest object of {} can't be told, these are equally new; --volume takes "
                  "one of them:",
                  base::printable(tied.front()->row.key)));
  for (const archive::FoundMember* member : tied) {
    terminal.write_line(fmt::format("  {} in {}", base::format_iso8601(member->row.last_modified),
                                    base::printable(member->manifest->archive_key)));
  }
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
  std::vector<archive::FoundMember> found;
  const archive::SearchReport report = archive::search_members(
      connection.store(), {options.scope, query, options.volume, options.threads}, signals.stop_token(),
      [&](archive::FoundKey&& key) {  // one, or one of each source bucket
        for (archive::FoundMember& member : key.members) found.push_back(std::move(member));
      });
  // A volume that could not be searched may hold a newer one: its bytes must not be passed off as the newest.
  if (const ExitCode code = tell_failures(report, terminal); code != ExitCode::done) return code;
  if (found.empty()) {
    throw Error(ErrorKind::not_found, "no volume holds this key",
                {.operation = "cat", .resource = base::printable(options.key)});
  }
  const std::vector<const archive::FoundMember*> newest = archive::newest_of(found);
  if (newest.size() > 1) {
    tell_tie(newest, terminal);
    return ExitCode::left;
  }
  const archive::FoundMember& wanted = *newest.front();
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
