// One compressor for each core. A packing thread borrows one for each body. More compressors would only
// compete for the cores, and each holds some hundred KiB. Any thread.
#pragma once

#include <memory>
#include <vector>

#include "base/mutex.h"
#include "zip/member_encoder.h"

namespace s3c::archive {

class EncoderPool {
 public:
  /// level: libdeflate's, 0..12. Throws base::Error (invalid_argument) for any other level.
  EncoderPool(int encoders, int level);

  /// An encoder for one body; goes back to the pool on destruction.
  class Borrowed {
   public:
    Borrowed(EncoderPool& pool, std::unique_ptr<zip::MemberEncoder> encoder)
        : pool_(pool), encoder_(std::move(encoder)) {}
    ~Borrowed() { pool_.give_back(std::move(encoder_)); }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    zip::MemberEncoder* operator->() { return encoder_.get(); }

   private:
    EncoderPool& pool_;
    std::unique_ptr<zip::MemberEncoder> encoder_;
  };

  /// Waits for a free encoder.
  Borrowed borrow() S3C_EXCLUDES(mutex_);

 private:
  void give_back(std::unique_ptr<zip::MemberEncoder> encoder) S3C_EXCLUDES(mutex_);

  base::Mutex mutex_;
  base::CondVar returned_;
  std::vector<std::unique_ptr<zip::MemberEncoder>> free_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
