// Makes sure, before the first abort, that the store's aborts leave finished objects alone.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/mutex.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// Asks the store once, right before the first abort. A command that has nothing to abort sends no request
/// and writes nothing. Any thread.
class AbortProbe {
 public:
  /// not_done: what the error message says was not done, such as "nothing was archived". store outlives this
  /// object.
  AbortProbe(s3::ObjectStore& store, std::string bucket, std::string not_done, std::stop_token stop = {});

  /// Throws what check_aborts() throws. If that is unsupported (an abort may remove a finished object), every
  /// later call throws it again without asking. After any other error the next call asks again. Blocks, also
  /// while another thread asks.
  void expect_harmless() S3C_EXCLUDES(mutex_);
  /// Whether the object or upload at key belongs to this probe.
  bool owns(std::string_view key) const;

 private:
  s3::ObjectStore& store_;
  const std::string bucket_;
  const std::string not_done_;
  const std::stop_token stop_;
  const std::string id_;
  base::Mutex mutex_;
  bool harmless_ S3C_GUARDED_BY(mutex_) = false;
  std::optional<base::Error> harmful_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::catalog
