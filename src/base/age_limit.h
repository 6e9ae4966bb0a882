// How old an object or upload must be before clean-up takes it for the remains of a killed run. Clean-up
// loses nothing at any age: the limit only keeps it from disturbing runs that still work. Both times are the
// store's: now is ObjectStore::now() after an answer, made is a last-modified or the start of an upload.
// Immutable value.
#pragma once

#include <chrono>

#include "base/time.h"

namespace s3c::base {

class AgeLimit {
 public:
  AgeLimit(Timestamp now, std::chrono::seconds min_age) : now_(now), min_age_(min_age) {}

  /// With a limit of 0 everything is old enough, even an object just written by a store whose clock is ahead.
  bool passed_by(Timestamp made) const { return min_age_.count() == 0 || now_ - made >= min_age_; }
  /// Never negative.
  std::chrono::milliseconds age_of(Timestamp made) const;

 private:
  Timestamp now_;
  std::chrono::seconds min_age_;
};

}  // namespace s3c::base
