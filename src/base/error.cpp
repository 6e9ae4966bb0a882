#include "base/error.h"

#include <fmt/format.h>

#include <new>
#include <system_error>
#include <utility>

namespace s3c::base {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::no_bucket:
      return "no_bucket";
    case ErrorKind::no_upload:
      return "no_upload";
    case ErrorKind::wrong_state:
      return "wrong_state";
    case ErrorKind::precondition_failed:
      return "precondition_failed";
    case ErrorKind::access_denied:
      return "access_denied";
    case ErrorKind::throttled:
      return "throttled";
    case ErrorKind::transient:
      return "transient";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::damaged:
      return "damaged";
    case ErrorKind::invalid_argument:
      return "invalid_argument";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

namespace {

std::string one_line(const std::string& message, const ErrorContext& c) {
  std::string line;
  if (!c.operation.empty()) line += c.operation;
  if (!c.resource.empty()) line += (line.empty() ? "" : " ") + c.resource;
  if (!line.empty()) line += ": ";
  line += message;
  std::string detail;
  auto add = [&detail](const std::string& text) { detail += (detail.empty() ? "" : ", ") + text; };
  if (!c.code.empty()) add(c.code);
  if (c.http_status != 0) add(fmt::format("HTTP {}", c.http_status));
  if (c.attempts > 1) add(fmt::format("{} attempts", c.attempts));
  if (!c.request_id.empty()) add("request id " + c.request_id);
  if (!detail.empty()) line += " (" + detail + ")";
  return line;
}

}  // namespace

Error::Error(ErrorKind kind, std::string message, ErrorContext context)
    : kind_(kind),
      message_(std::move(message)),
      context_(std::move(context)),
      what_(one_line(message_, context_)) {}

Error error_of(const std::exception& other, ErrorContext context) {
  if (dynamic_cast<const std::bad_alloc*>(&other) != nullptr) {
    context.operation = "allocate";
    return {
        ErrorKind::transient,
        "out of memory: raise the limit (ulimit -v, or that of the container or job), or lower memory and "
        "threads",
        std::move(context)};
  }
  const auto* const system = dynamic_cast<const std::system_error*>(&other);
  if (system != nullptr && system->code() == std::errc::resource_unavailable_try_again) {
    context.operation = "start thread";
    return {ErrorKind::transient,
            fmt::format("a thread could not be started ({}): use fewer threads", system->code().message()),
            std::move(context)};
  }
  return {ErrorKind::internal, other.what(), std::move(context)};
}

bool worth_retrying(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
    case ErrorKind::no_bucket:
    case ErrorKind::no_upload:
    case ErrorKind::wrong_state:
    case ErrorKind::access_denied:
    case ErrorKind::invalid_argument:
    case ErrorKind::unsupported:
      return false;
    default:
      return true;
  }
}

}  // namespace s3c::base
