#include "s3/store_clock.h"

#include <utility>

namespace s3c::s3 {

bool StoreClock::hear(std::optional<std::string_view> date, base::Timestamp local_now) {
  base::MutexLock lock(mutex_);
  if (date && *date == date_) return true;
  const std::optional<base::Timestamp> time = date ? base::parse_http_date(*date) : std::nullopt;
  if (!time) return is_known_ || std::exchange(was_missed_, true);
  date_ = *date;
  is_known_ = true;
  offset_ms_.store((*time - local_now).count(), std::memory_order_relaxed);
  return true;
}

}  // namespace s3c::s3
