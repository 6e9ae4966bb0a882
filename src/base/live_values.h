// Values of a run that change while it works, such as how full a queue is: the code that has them registers
// how to read them, and whoever watches the run reads all of them from time to time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace s3c::base {

/// Any thread. Registering and reading are rare; the values themselves cost nothing until they are read.
class LiveValues {
 public:
  /// The value's name, and which of several of that name it is ("" if there is one).
  struct Name {
    std::string name;
    std::string part = {};
    friend bool operator<(const Name& a, const Name& b) {
      return std::tie(a.name, a.part) < std::tie(b.name, b.part);
    }
  };
  using Read = std::function<std::uint64_t()>;
  using Values = std::map<Name, std::uint64_t>;

  /// As long as this object lives, its values are read anew. Afterwards they stay what they were at its end.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), id_(other.id_) {}
    Registration& operator=(Registration&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(id_, other.id_);
      return *this;
    }
    ~Registration() {
      if (owner_ != nullptr) owner_->end(id_);
    }

   private:
    friend class LiveValues;
    Registration(LiveValues& owner, std::uint64_t id) : owner_(&owner), id_(id) {}
    LiveValues* owner_ = nullptr;
    std::uint64_t id_ = 0;
  };

  /// The functions are called under a lock: they must be quick and must not call this object. Two values of
  /// one name: the one that was registered last counts.
  [[nodiscard]] Registration add(std::vector<std::pair<Name, Read>> values) S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    registered_.emplace(++last_id_, std::move(values));
    return {*this, last_id_};
  }

  Values read() S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const auto& [id, values] : registered_) read_into_last(values);
    return last_;
  }

 private:
  void end(std::uint64_t id) S3C_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    read_into_last(registered_.at(id));
    registered_.erase(id);
  }
  void read_into_last(const std::vector<std::pair<Name, Read>>& values) S3C_REQUIRES(mutex_) {
    for (const auto& [name, read] : values) last_[name] = read();
  }

  Mutex mutex_;
  std::uint64_t last_id_ S3C_GUARDED_BY(mutex_) = 0;
  std::map<std::uint64_t, std::vector<std::pair<Name, Read>>> registered_ S3C_GUARDED_BY(mutex_);
  Values last_ S3C_GUARDED_BY(mutex_);
};

}  // namespace s3c::base
