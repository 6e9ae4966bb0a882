// The objects of one group as a stream, wherever it comes from. One thread.
#pragma once

#include <optional>
#include <string>

#include "s3/object_listing.h"
#include "s3/types.h"

namespace s3c::source {

/// In key order, each object once.
class ObjectStream {
 public:
  ObjectStream() = default;
  ObjectStream(const ObjectStream&) = delete;
  ObjectStream& operator=(const ObjectStream&) = delete;
  virtual ~ObjectStream() = default;

  /// The next object; nullptr at the end. The pointer is valid until the next pop() or peek(). Throws the store's
  /// errors.
  virtual const s3::ObjectSummary* peek() = 0;
  /// REQUIRES: peek() returned an object.
  virtual void pop() = 0;
  /// What is still to come, wanted or not; nullopt: that isn't known yet.
  virtual std::optional<s3::ObjectListing::Rest> rest() const = 0;
};

}  // namespace s3c::source
