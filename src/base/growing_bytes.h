// Bytes in one piece that grow at the end. A std::string that grows holds its bytes twice while it copies them, and
// malloc keeps what it frees. Here the kernel moves the pages, and gets them back at once. For some 64 KiB and more.
#pragma once

#include <cstddef>
#include <string_view>

namespace s3c::base {

/// One thread at a time. Moved, not copied: a moved one is empty.
class GrowingBytes {
 public:
  GrowingBytes() = default;
  GrowingBytes(GrowingBytes&& other) noexcept;
  GrowingBytes& operator=(GrowingBytes&& other) noexcept;
  ~GrowingBytes();

  /// Throws std::bad_alloc; what was there stays. bytes isn't a part of view(). Source: mremap(2).
  void append(std::string_view bytes);

  /// Valid until the next append().
  std::string_view view() const { return {begin_, size_}; }
  std::size_t size() const { return size_; }

 private:
  void make_room(std::size_t needed_bytes);

  char* begin_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  ///< reserved; memory is taken for what was written only
};

}  // namespace s3c::base
