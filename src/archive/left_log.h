// Tells which objects a run leaves in place, as it happens.
#pragma once

#include <functional>
#include <optional>

#include "archive/report.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mutex.h"

namespace s3c::archive {

/// Logs each object that is left, and hands it to write: a report names only the first thousand. One for all
/// groups of a run; any thread.
class LeftLog {
 public:
  using Write = std::function<void(const LeftObject&)>;

  /// log outlives it. write: may be empty. Throws base::Error when it can't write; after that it isn't called
  /// any more.
  LeftLog(base::Logger& log, Write write) : log_(log), write_(std::move(write)) {}

  /// Doesn't throw what write throws: the caller is in the middle of a batch, and first has to count it.
  void tell(const LeftObject& object) S3C_EXCLUDES(mutex_);
  /// Throws the error of write. Called before each batch of deletes: a run that can't name what it leaves must
  /// not delete the rest.
  void expect_written() const S3C_EXCLUDES(mutex_);

 private:
  base::Logger& log_;
  const Write write_;
  mutable base::Mutex mutex_;  ///< held while write writes: lines must not be mixed
  std::optional<base::Error> failure_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::archive
