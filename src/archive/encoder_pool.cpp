#include "archive/encoder_pool.h"

#include <utility>

namespace s3c::archive {

EncoderPool::EncoderPool(int encoders, int level) {
  free_.reserve(static_cast<std::size_t>(encoders));
  for (int i = 0; i < encoders; ++i) free_.push_back(std::make_unique<zip::MemberEncoder>(level));
}

EncoderPool::Borrowed EncoderPool::borrow() {
  base::MutexLock lock(mutex_);
  while (free_.empty()) returned_.wait(mutex_);
  std::unique_ptr<zip::MemberEncoder> encoder = std::move(free_.back());
  free_.pop_back();
  return Borrowed(*this, std::move(encoder));
}

void EncoderPool::give_back(std::unique_ptr<zip::MemberEncoder> encoder) {
  {
    base::MutexLock lock(mutex_);
    free_.push_back(std::move(encoder));
  }
  returned_.notify_one();
}

}  // namespace s3c::archive
