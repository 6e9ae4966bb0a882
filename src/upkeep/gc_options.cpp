#include "upkeep/gc_options.h"

#include "base/error.h"
#include "base/limits.h"

namespace s3c::upkeep {

using base::Error;
using base::ErrorKind;

void validate(const GcOptions& o) {
  const auto refuse = [](const char* message) { throw Error(ErrorKind::invalid_argument, message); };
  if (o.archive_bucket.empty()) refuse("arch_bucket is missing: the bucket whose garbage is removed");
  catalog::validate_names(o.bucket, o.prefixes, o.layout, o.archive_name);
  base::require_threads(o.threads);
}

}  // namespace s3c::upkeep
