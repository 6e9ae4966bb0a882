// Steps 5 to 7 of the commit protocol: a sealed volume becomes the truth, or is taken back without a trace.
// The order of the calls is the protocol; docs/ordering.md says what each step guards against.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "archive/open_volume.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/committed_volume.h"
#include "catalog/store_powers.h"
#include "s3/object_store.h"

namespace s3c::archive {

/// The volume is not committed: start again at step 1. Nothing of it is left, unless another run marked it
/// and then its archive was lost.
struct LostRace {
  std::string winner_id;  ///< the id at that name now; empty when there is none or the archive is foreign
  std::optional<base::Error> error;  ///< what Complete said, if it failed for another reason than a lost race
};

/// The volume is the truth.
struct Commit {
  catalog::CommittedVolume volume;
  base::Timestamp looked_at;  ///< the look at its archive that proved it began then, or later
};

/// One volume's commit. Holds no state between calls; any thread.
class Committer {
 public:
  Committer(s3::ObjectStore& store, catalog::Catalog& catalog, const catalog::StorePowers& powers,
            base::Clock& clock, base::Logger& log)
      : store_(store), catalog_(catalog), powers_(powers), clock_(clock), log_(log) {}

  /// Throws base::Error when the outcome can't be found out or an abort isn't acknowledged: manifest and
  /// index then stay, nothing is deleted, and a later run sorts it out.
  std::variant<Commit, LostRace> commit(const SealedVolume& volume);

 private:
  std::optional<s3::ObjectHead> head_archive(const index::Manifest& manifest);
  bool fence_others(const index::Manifest& manifest);
  std::optional<base::Error> complete(const SealedVolume& volume);
  std::variant<Commit, LostRace> settle(const index::Manifest& manifest, std::optional<base::Error> error);

  s3::ObjectStore& store_;
  catalog::Catalog& catalog_;
  const catalog::StorePowers& powers_;
  base::Clock& clock_;
  base::Logger& log_;
};

}  // namespace s3c::archive
