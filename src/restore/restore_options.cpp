#include "restore/restore_options.h"

#include "base/error.h"

namespace s3c::restore {

void validate(const RestoreOptions& o) {
  validate(o.scope);
  const auto refuse = [](const char* message) {
    throw base::Error(base::ErrorKind::invalid_argument, message);
  };
  validate(o.thaw);
  if (o.threads < 1 || o.threads > 4096) refuse("threads must be between 1 and 4096");
  if (o.memory_bytes < std::uint64_t{64} << 20) refuse("memory must be at least 64MiB");
}

}  // namespace s3c::restore
