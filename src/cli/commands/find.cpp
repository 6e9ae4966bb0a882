#include "cli/commands/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/member_search.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "cli/commands/member_names.h"
#include "cli/output/format.h"
#include "cli/output/member_lines.h"
#include "cli/output/standard_output.h"
#include "cli/signals.h"
#include "cli/wiring.h"

namespace s3c::cli {
namespace {

/// What the order of newest.h says of a key's members.
class Ages {
 public:
  explicit Ages(const archive::FoundKey& found)
      : newest_(newest_of(found.members)), known_(found.unsearched.empty()) {}

  bool is_tied() const { return known_ && newest_.size() > 1; }
  MemberAge of(const archive::FoundMember& member) const {
    if (std::find(newest_.begin(), newest_.end(), &member) == newest_.end()) return MemberAge::older;
    return known_ && newest_.size() == 1 ? MemberAge::newest : MemberAge::unknown;
  }

 private:
  std::vector<const archive::FoundMember*> newest_;
  bool known_;
};

/// A third column says that a member isn't known to be its key's newest.
std::string found_line(const archive::FoundMember& member, MemberAge age) {
  const std::string_view column = age == MemberAge::newest ? "" : age == MemberAge::older ? "\tolder" : "\t?";
  return fmt::format("{}\t{}{}\n", base::printable(member.manifest->archive_key),
                     base::printable(member.row.key), column);
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
  std::uint64_t tied = 0;
  const archive::SearchReport report = archive::search_members(
      connection.store(), {request.find.scope, query, request.find.volume, request.find.threads},
      signals.stop_token(), [&](archive::FoundKey&& found) {
        const Ages ages(found);
        missed.found(found.members.front().row.key);
        tied += ages.is_tied();
        for (const archive::FoundMember& member : found.members) {
          const MemberAge age = ages.of(member);
          lines.write(request.output.format == OutputFormat::json ? found_json(member, age)
                                                                  : found_line(member, age));
        }
      });
  lines.finish();
  const ExitCode failures = tell_failures(report, terminal);
  const ExitCode unfound = missed.tell(report.members != 0, terminal);
  if (tied != 0) {
    terminal.write_line(fmt::format(
        "of {} the newest object can't be told: their lines end in \"?\"; --volume takes the one of a volume",
        format_count(tied, "key", "keys")));
  }
  if (failures != ExitCode::done) return failures;
  return tied != 0 ? ExitCode::left : unfound;
}

}  // namespace s3c::cli
