// Counts everything, and names only the first few. So a report doesn't grow with what it reports on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"

namespace s3c::base {

/// Counts values, and keeps the first kMaxNamed of them, so that they can be named. One thread at a time.
template <typename T, std::size_t kMaxNamed = 1000>
class Counted {
 public:
  void add(T value) {
    ++count_;
    if (named_.size() < kMaxNamed) named_.push_back(std::move(value));
  }
  /// Adds other's count, and copies its named values while there is room. convert(value) makes a T of one.
  template <typename U, std::size_t kOther, typename Convert = std::identity>
  void add_all(const Counted<U, kOther>& other, Convert convert = {}) {
    const std::uint64_t unnamed = other.count() - other.named().size();
    for (const U& value : other.named()) add(convert(value));
    count_ += unnamed;
  }

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  const std::vector<T>& named() const { return named_; }
  /// The named values, to be changed or sorted.
  std::span<T> edit_named() { return named_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<T> named_;
};

/// How many errors of each kind there were.
using KindCounts = std::map<ErrorKind, std::uint64_t>;

/// Errors of which each ended only a part of the work. Counts all of them, also by kind, and names the first
/// twenty. One thread at a time.
class Failures {
 public:
  void add(const Error& error) {
    ++by_kind_[error.kind()];
    errors_.add(error);
  }

  std::uint64_t count() const { return errors_.count(); }
  bool empty() const { return errors_.empty(); }
  const std::vector<Error>& named() const { return errors_.named(); }
  /// Of all of them, named or not.
  const KindCounts& by_kind() const { return by_kind_; }
  /// At least one of them, named or not, is not worth retrying.
  bool refused() const {
    return std::any_of(by_kind_.begin(), by_kind_.end(),
                       [](const auto& kind_and_count) { return !worth_retrying(kind_and_count.first); });
  }

 private:
  Counted<Error, 20> errors_;
  KindCounts by_kind_;
};

}  // namespace s3c::base
