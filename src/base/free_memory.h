// Memory that malloc has free.
#pragma once

namespace s3c::base {

/// Gives the memory that malloc holds free back to the system, where malloc is tcmalloc: it keeps such memory for its next
/// use, beside what other allocators take. Takes milliseconds. Any thread.
void release_free_memory();

}  // namespace s3c::base
