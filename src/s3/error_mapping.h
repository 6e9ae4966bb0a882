// The one place where what a server answered becomes a base::Error. Pure functions, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/transport.h"

namespace s3c::s3 {

/// What an answer that is no success means. Also takes a 200 that holds an <Error>.
/// operation: S3's name of the call; resource: "bucket/key". ErrorContext::attempts is left 0.
/// An S3 code decides before the status does: "SlowDown" is throttled in a 503 and in a 200 alike.
base::Error error_from_answer(std::string_view operation, const std::string& resource,
                              const http::Response& answer);

/// The kind of an S3 error code, as it stands in <Error><Code> and in DeleteObjects' per-key errors; nullopt
/// when the code isn't one we know.
std::optional<base::ErrorKind> kind_of_code(std::string_view code);

/// Whether an S3 error code speaks of whoever asks (credentials, clock, account), so that every other request
/// would meet it too, rather than of what was asked for.
bool is_about_the_caller(std::string_view code);

/// A copy of error that says what was done, to what, and how often it was tried.
base::Error with_context(const base::Error& error, std::string_view operation, const std::string& resource,
                         int attempts);

/// The region the store says the bucket is in; empty when it doesn't say.
std::string region_hint(const http::Response& answer);

/// How long the store asks us to wait (x-amz-retry-after in milliseconds, Retry-After in seconds); at most a
/// minute, for a store must not be able to hang us.
std::optional<std::chrono::milliseconds> retry_after(const http::Response& answer);

}  // namespace s3c::s3
