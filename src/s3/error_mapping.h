// The one place that turns a server's answer into a base::Error. Pure functions, any thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/transport.h"

namespace s3c::s3 {

/// The error that an unsuccessful answer means. Also takes a 200 that holds an <Error>.
/// operation: S3's name of the call; resource: "bucket/key". ErrorContext::attempts is left 0.
/// An S3 code decides before the status does: "SlowDown" is throttled in a 503 and in a 200 alike.
base::Error error_from_answer(std::string_view operation, const std::string& resource,
                              const http::Response& answer);

/// The kind of an S3 error code, as it stands in <Error><Code> and in DeleteObjects' per-key errors; nullopt
/// for an unknown code.
std::optional<base::ErrorKind> kind_of_code(std::string_view code);

/// Whether errors of that kind are a store's answer to a header, an element or a call that it doesn't know.
bool is_refusal(base::ErrorKind kind);

/// Whether an S3 error code is about the caller (credentials, clock, account) and not about the object asked
/// for. Such an error would meet every other request too.
bool is_about_the_caller(std::string_view code);

/// Whether the store knows the caller and doesn't allow the request. An answer to HEAD has no code; it counts.
bool is_denial(const base::Error& error);

/// Whether the store refused a conditional write because another one of the same key was under way
/// (ConditionalRequestConflict). Nobody has lost a race yet. Source: S3 User Guide, "Conditional writes": a PutObject
/// is sent again; after a CompleteMultipartUpload a new upload is begun.
bool is_conflict(const base::Error& error);

/// A copy of error that can ask who the caller was. note stands behind the message, if it isn't empty.
base::Error with_caller(const base::Error& error, std::function<std::string()> caller,
                        const std::string& note = {});

/// A copy of error that names the operation, the resource and the number of tries.
base::Error with_context(const base::Error& error, std::string_view operation, const std::string& resource,
                         int attempts);

/// The region that the store names as the bucket's; empty when it names none.
std::string region_hint(const http::Response& answer);

/// How long the store asks us to wait (x-amz-retry-after in milliseconds, Retry-After in seconds). At most
/// one minute: a store must not be able to hang us.
std::optional<std::chrono::milliseconds> retry_after(const http::Response& answer);

}  // namespace s3c::s3
