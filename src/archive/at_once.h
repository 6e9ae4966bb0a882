// Requests to the source's store that are made for each object of a batch, several at a time.
#pragma once

#include <cstddef>
#include <functional>

namespace s3c::archive {

/// Calls act with 0 to count - 1, from a few threads, and returns when all have ended. Throws the first error
/// that act throws; the numbers not begun by then are left out.
void for_each_at_once(std::size_t count, const std::function<void(std::size_t)>& act);

}  // namespace s3c::archive
