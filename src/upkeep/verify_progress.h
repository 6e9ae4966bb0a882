// How far a verify has come.
#pragma once

#include <cstdint>

#include "base/progress.h"

namespace s3c::upkeep {

struct VerifyCounts {
  std::uint64_t volumes = 0;        ///< looked at
  std::uint64_t archive_bytes = 0;  ///< of these
  std::uint64_t bytes_read = 0;     ///< deep
  std::uint64_t damages = 0;
  bool total_known = false;
  std::uint64_t total_volumes = 0;
  std::uint64_t total_bytes = 0;  ///< 0: not known
};
using VerifyProgress = base::Progress<VerifyCounts>;

}  // namespace s3c::upkeep
