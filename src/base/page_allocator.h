// An allocator for large containers that are gone after a while: the kernel gets their memory back at once, where
// malloc keeps it in pieces between others.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace s3c::base {

/// Stateless; any thread. What it allocates is zero. Takes whole pages: for some 64 KiB and more, or for few
/// containers. Source: mmap(2).
template <typename Value>
struct PageAllocator {
  using value_type = Value;

  PageAllocator() = default;
  template <typename Other>
  PageAllocator(const PageAllocator<Other>&) {}

  /// Throws std::bad_alloc.
  Value* allocate(std::size_t count) {
    void* begin =
        ::mmap(nullptr, count * sizeof(Value), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED) throw std::bad_alloc();
    return static_cast<Value*>(begin);
  }
  void deallocate(Value* begin, std::size_t count) { ::munmap(begin, count * sizeof(Value)); }

  friend bool operator==(PageAllocator, PageAllocator) { return true; }
};

}  // namespace s3c::base
