// How old something must be to be taken for a killed run's. Nothing is lost at any age: the limit only keeps
// clean-up from disturbing runs that still work. Both times are the store's: now is ObjectStore::now() after
// an answer, made is a last-modified or the start of an upload. Immutable value.
#pragma once

#include <chrono>

#include "base/time.h"

namespace s3c::base {

class AgeLimit {
 public:
  AgeLimit(Timestamp now, std::chrono::seconds min_age) : now_(now), min_age_(min_age) {}

  /// With a limit of 0 everything is old enough, also what a store whose clock is ahead has just written.
  bool passed_by(Timestamp made) const { return min_age_.count() == 0 || now_ - made >= min_age_; }
  /// Never negative.
  std::chrono::milliseconds age_of(Timestamp made) const;

 private:
  Timestamp now_;
  std::chrono::seconds min_age_;
};

}  // namespace s3c::base
