#include "base/growing_bytes.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace s3c::base {
namespace {

constexpr std::size_t kFirstBytes = std::size_t{64} << 10;

}  // namespace

GrowingBytes::GrowingBytes(GrowingBytes&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

GrowingBytes& GrowingBytes::operator=(GrowingBytes&& other) noexcept {
  GrowingBytes taken(std::move(other));
  std::swap(begin_, taken.begin_);
  std::swap(size_, taken.size_);
  std::swap(capacity_, taken.capacity_);
  return *this;
}

GrowingBytes::~GrowingBytes() {
  if (begin_ != nullptr) ::munmap(begin_, capacity_);
}

void GrowingBytes::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (capacity_ - size_ < bytes.size()) make_room(size_ + bytes.size());
  std::memcpy(begin_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void GrowingBytes::make_room(std::size_t needed_bytes) {
  std::size_t capacity = std::max(kFirstBytes, capacity_);
  while (capacity < needed_bytes) capacity *= 2;
  void* begin = begin_ == nullptr
                    ? ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                    : ::mremap(begin_, capacity_, capacity, MREMAP_MAYMOVE);
  if (begin == MAP_FAILED) throw std::bad_alloc();
  begin_ = static_cast<char*>(begin);
  capacity_ = capacity;
}

}  // namespace s3c::base
