#include "archive/left_log.h"

#include "base/encoding.h"

namespace s3c::archive {

void LeftLog::tell(const LeftObject& object) {
  log_.error("left in place: {}: {}{}{}", base::printable(object.key), describe(object.reason),
             object.detail.empty() ? "" : ": ", object.detail);
  if (!write_) return;
  base::MutexLock lock(mutex_);
  if (failure_) return;
  try {
    write_(object);
  } catch (const base::Error& error) {
    failure_ = error;
  }
}

void LeftLog::expect_written() const {
  base::MutexLock lock(mutex_);
  if (failure_) throw *failure_;
}

}  // namespace s3c::archive
