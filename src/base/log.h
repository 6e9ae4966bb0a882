// Diagnostic logging (-v). A logger is passed in; there is no global one. Results and errors are never
// logged: they are returned or thrown, and only cli/ prints them.
#pragma once

#include <spdlog/logger.h>

#include <memory>

namespace s3c::base {

using Logger = spdlog::logger;

/// A logger that drops everything, for tests and for callers that don't care.
std::shared_ptr<Logger> make_null_logger();

}  // namespace s3c::base
