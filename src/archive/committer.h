// Steps 5 to 7 of the commit protocol: a sealed volume is committed, or taken back without a trace. The order
// of the calls is the protocol; docs/ordering.md says what each step guards against.
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

/// The volume is not committed. The caller starts again at step 1. Everything of the volume was removed, with
/// one exception: another run marked it as committed, and then its archive was lost.
struct LostRace {
  std::string winner_id;  ///< the id at that name now; empty when no archive or a foreign one stands there
  std::optional<base::Error> error;  ///< what the record's PUT or Complete said, if not a lost race
};

/// The volume is committed: the store has shown its archive.
struct Commit {
  catalog::CommittedVolume volume;
  base::Timestamp looked_at;  ///< the HEAD that proved the commit began at this time or later
};

/// Commits sealed volumes. Holds no state between calls; any thread.
class Committer {
 public:
  Committer(s3::ObjectStore& store, catalog::Catalog& catalog, const catalog::StorePowers& powers,
            base::Clock& clock, base::Logger& log)
      : store_(store), catalog_(catalog), powers_(powers), clock_(clock), log_(log) {}

  /// Throws base::Error when the outcome can't be found out, or when an abort isn't acknowledged. Manifest
  /// and index then stay, nothing is deleted, and a later run finds out what happened.
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
