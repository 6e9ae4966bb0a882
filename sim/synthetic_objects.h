// A bucket whose keys, bodies and times are computed, so that millions of objects take no memory but one bit
// each, which tells whether the object was deleted. Nothing can be written to the bucket. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/object_source.h"
#include "sim/synthetic_bodies.h"
#include "sim/synthetic_spec.h"

namespace s3c::sim {

/// The numbers from 0 to below size without those that were removed. Takes one bit for each number.
class RemainingNumbers {
 public:
  explicit RemainingNumbers(std::uint64_t size) : size_(size), removed_((size + 63) / 64) {}
  bool contains(std::uint64_t number) const { return (removed_[number / 64] >> (number % 64) & 1) == 0; }
  void remove(std::uint64_t number) { removed_[number / 64] |= std::uint64_t{1} << (number % 64); }
  /// The least remaining number from number on; size when there is none.
  std::uint64_t first_from(std::uint64_t number) const;

 private:
  std::uint64_t size_;
  std::vector<std::uint64_t> removed_;
};

class SyntheticObjects final : public ObjectSource {
 public:
  explicit SyntheticObjects(SyntheticSpec spec);

  bool empty() const override { return remaining_.first_from(0) == spec_.objects(); }
  bool is_writable() const override { return false; }
  std::unique_ptr<KeyCursor> cursor() const override;
  Versions* find(std::string_view key) override;
  /// Throws base::Error: internal. It is never called: the service refuses all writes.
  Versions& find_or_add(const std::string& key) override;
  bool erase(std::string_view key) override;

 private:
  class Cursor;

  /// Objects are numbered in the order of their keys.
  std::string key_of(std::uint64_t number) const;
  /// nullopt for keys that never existed.
  std::optional<std::uint64_t> number_of(std::string_view key) const;
  /// The least number whose key is not below this one; the number of all objects when there is none.
  std::uint64_t first_not_below(std::string_view key) const;
  Object make(std::uint64_t number) const;

  SyntheticSpec spec_;
  std::string key_start_;        // up to the year
  std::string_view name_start_;  // from the day to the number within the day
  std::string_view name_end_;    // from there to the end
  SyntheticBodies bodies_;
  RemainingNumbers remaining_;
  std::optional<std::uint64_t> made_;  // the object whose versions are in found_
  Versions found_;
};

}  // namespace s3c::sim
