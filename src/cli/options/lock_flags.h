// The flags of archive that lock archives against deletion (S3 Object Lock).
#pragma once

#include <vector>

#include "archive/options.h"
#include "base/time.h"
#include "cli/options/reader.h"

namespace s3c::cli {

/// --object-lock-mode, --retain-until, --retain-days, --legal-hold.
std::vector<Flag> lock_flags();
/// Throws UsageError for flags that contradict or miss each other.
archive::ArchiveLock read_lock(const Reader& reader);
/// Throws UsageError if the retention would end before it begins: S3 would refuse the first archive.
void refuse_if_over(const archive::ArchiveLock& lock, base::Timestamp now);

}  // namespace s3c::cli
