#include "base/free_memory.h"

/// Of gperftools (malloc_extension_c.h). Null in a program that isn't linked with tcmalloc: the tests, and the static
/// program, whose mimalloc gives back by itself.
extern "C" [[gnu::weak]] void MallocExtension_ReleaseFreeMemory();

namespace s3c::base {

void release_free_memory() {
  if (MallocExtension_ReleaseFreeMemory != nullptr) MallocExtension_ReleaseFreeMemory();
}

}  // namespace s3c::base
