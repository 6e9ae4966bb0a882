#include "restore/thaw_requests.h"

#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "restore/restore_plan.h"
#include "restore/thaw_states.h"

namespace s3c::restore {

using base::Error;
using base::ErrorKind;

void ThawRequests::ask(const std::vector<RestoreVolume>& volumes) {
  for (const RestoreVolume& volume : volumes) {
    if (volume.thaw.kind != s3::ThawState::Kind::frozen || volume.missing == 0 || stopped()) continue;
    try {
      if (catalog::ask_for_thaw(context_.store, options_.scope.archive_bucket, volume.archive_key,
                                options_.thaw)) {
        context_.log.info("asked for the thaw of {}", base::printable(volume.archive_key));
        tally_.count_thaw();
        context_.observer.thaw_asked(volume.archive_key);
      }
    } catch (const Error& error) {
      tally_.fail_volume(error);
      refused_.insert(volume.archive_key);
    }
  }
}

bool ThawRequests::wait(std::vector<RestoreVolume>& waiting) {
  if (!options_.wait || stopped()) return false;
  context_.progress.set(&RestoreCounts::waiting, waiting.size());
  if (!context_.clock.sleep_for(options_.poll_interval, context_.stop)) return false;
  const std::vector<RestoreVolume> before = waiting;
  try {
    for (const UnaskedVolume& unasked :
         find_thaw_states(context_.store, options_.scope.archive_bucket, options_.threads, waiting))
      tally_.fail_volume(unasked.error);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
    waiting = before;  // the user pressed Ctrl-C meanwhile: all of them still wait
    return false;
  }
  ask(waiting);
  return true;
}

RestoreReport run_thaw(const RestoreOptions& options, const RestorePlan& plan,
                       const RestoreContext& context) {
  RestoreTally tally(begin_report(plan), context);
  ThawRequests thaws(options, context, tally);
  std::vector<RestoreVolume> waiting = plan.volumes;
  const auto keep_frozen = [&] {
    std::erase_if(waiting, [&](const RestoreVolume& volume) {
      return volume.thaw.is_readable() || thaws.was_refused(volume);
    });
    return !waiting.empty();
  };
  thaws.ask(waiting);
  while (keep_frozen() && thaws.wait(waiting)) {
  }
  if (context.stop.stop_requested()) tally.leave_unfinished();
  return tally.finish(std::move(waiting));
}

}  // namespace s3c::restore
