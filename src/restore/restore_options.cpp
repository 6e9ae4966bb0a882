#include "restore/restore_options.h"

#include "base/limits.h"

namespace s3c::restore {

void validate(const RestoreOptions& o) {
  validate(o.scope);
  validate(o.thaw);
  base::require_threads(o.threads);
  base::require_memory(o.memory_bytes);
}

}  // namespace s3c::restore
