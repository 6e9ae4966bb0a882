// How this layer words its errors. Any thread.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace s3c::index {

/// An Error of kind corrupt about what was read.
inline base::Error corrupt(std::string message) {
  base::ErrorContext context;
  context.operation = "read index";
  return base::Error(base::ErrorKind::corrupt, std::move(message), std::move(context));
}

/// An Error of kind internal about what should be written.
inline base::Error internal(std::string message) {
  base::ErrorContext context;
  context.operation = "write index";
  return base::Error(base::ErrorKind::internal, std::move(message), std::move(context));
}

}  // namespace s3c::index
