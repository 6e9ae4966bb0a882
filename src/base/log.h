// Diagnostic logging (-v). A logger is handed in by reference, there is no global one; results and errors
// never go this way: they are returned or thrown, and only cli/ prints them.
#pragma once

#include <spdlog/logger.h>

#include <memory>

namespace s3c::base {

using Logger = spdlog::logger;

/// A logger that drops everything, for tests and for callers that don't care.
std::shared_ptr<Logger> make_null_logger();

}  // namespace s3c::base
