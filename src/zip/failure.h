// How this layer words its errors: whether reading or writing failed, and at which entry. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::zip {

/// operation: "read ZIP", "write ZIP". entry_name may hold any bytes; it is made printable.
inline base::Error failure(base::ErrorKind kind, std::string message, std::string_view operation,
                           std::string_view entry_name = {}) {
  base::ErrorContext context;
  context.operation = operation;
  context.resource = base::printable(entry_name);
  return base::Error(kind, std::move(message), std::move(context));
}

}  // namespace s3c::zip
