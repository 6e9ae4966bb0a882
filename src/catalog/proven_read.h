// How everything in the catalog is read. What is wrong once may have been damaged on its way; only what is wrong
// twice in the same way is damage. Any thread.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "s3/object_store.h"

namespace s3c::catalog {

/// Counts the reads of one object whose bytes were wrong. One thread at a time.
class WrongReads {
 public:
  /// of: operation and resource, for the errors.
  explicit WrongReads(base::ErrorContext of) : of_(std::move(of)) {}

  /// why: kind corrupt, or unsupported for a newer format. bytes: the wrong bytes, or a digest of them; empty: the
  /// answer had none that could be kept. Returns if the object is to be read again. Throws Error: damaged (or why
  /// itself, if it is unsupported) when the read before brought the same wrong bytes; corrupt when three reads
  /// brought three different answers.
  void add(const base::Error& why, const std::string& bytes);

 private:
  const base::ErrorContext of_;
  std::string bytes_before_;
  int reads_ = 0;
};

/// Gets an object, or a range of one, that prove() accepts. prove throws corrupt when the bytes are wrong, and
/// unsupported for a newer format. An object that ends before the range counts as wrong bytes. One GET, if nothing
/// is wrong. Throws what WrongReads::add() throws, and the store's errors.
s3::GetObjectResult get_proven(s3::ObjectStore& store, const s3::GetObjectRequest& request,
                               const std::string& operation,
                               const std::function<void(const s3::GetObjectResult&)>& prove);

}  // namespace s3c::catalog
