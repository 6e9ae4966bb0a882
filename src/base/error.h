// The one exception type of the program. Every layer throws it; callers switch on kind(), never on text.
// Outcomes that are expected (an absent object, a refused delete) are values, not errors.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>

namespace s3c::base {

enum class ErrorKind {
  not_found,            ///< the named object (or volume, file) doesn't exist
  no_bucket,            ///< the bucket doesn't exist
  no_upload,            ///< the multipart upload doesn't exist: it was completed or aborted
  wrong_state,          ///< the object's storage class or state doesn't allow it: it must be thawed first
  precondition_failed,  ///< If-Match / If-None-Match did not hold, or a conditional request lost a race
  access_denied,        ///< credentials missing, wrong, or not allowed to do this
  throttled,            ///< the server asked us to slow down, and still did after every retry
  transient,            ///< network or server trouble that outlasted every retry
  corrupt,              ///< bytes or a document are wrong
  damaged,              ///< an archive, its index or its record is not what was committed
  invalid_argument,     ///< a flag, a setting or a request is invalid
  unsupported,          ///< the store or this build can't do it
  cancelled,            ///< we were asked to stop
  internal,             ///< a bug
};

/// The kind's name as it is written above.
std::string_view to_string(ErrorKind kind);

/// What the program was doing when it failed. Every field may be empty.
struct ErrorContext {
  std::string operation = {};   ///< S3's name of the call ("GetObject"), or ours ("read manifest")
  std::string resource = {};    ///< the object of the operation: "bucket/key", a URL, a file name
  std::string code = {};        ///< S3's error code ("NoSuchKey")
  std::string request_id = {};  ///< x-amz-request-id
  int http_status = 0;          ///< 0: no answer
  int attempts = 0;             ///< number of tries; 0: not a retried call
  /// Asks whose credentials a denied request was signed with, which may take seconds; an empty text: nobody
  /// tells. Empty: nobody can be asked. Any thread; throws nothing.
  std::function<std::string()> caller = {};
};

/// True for kinds that another try may not meet again. Damage is one of them: it may be in what was read, not
/// in what is stored.
bool worth_retrying(ErrorKind kind);

class Error : public std::exception {
 public:
  /// message: one sentence without a full stop that says what was wrong.
  Error(ErrorKind kind, std::string message, ErrorContext context = {});

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const ErrorContext& context() const { return context_; }

  /// The whole story on one line: operation, resource, message, then code, status, attempts, request id.
  const char* what() const noexcept override { return what_.c_str(); }

  bool worth_retrying() const { return base::worth_retrying(kind_); }

 private:
  ErrorKind kind_;
  std::string message_;
  ErrorContext context_;
  std::string what_;
};

/// The Error for an exception that is none. Out of memory or of threads: transient, for other work may go
/// on, and what to change. Anything else is a bug: internal.
Error error_of(const std::exception& other, ErrorContext context = {});

}  // namespace s3c::base
