// Object bytes as a list of slices of shared, immutable chunks. So a copy, a range or a multipart object made
// of its parts never copies bytes. Value semantics; one thread, as everything in sim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace s3c::sim {

using Chunk = std::shared_ptr<const std::string>;

struct Slice {
  Chunk chunk;
  std::size_t offset_bytes = 0;
  std::size_t size_bytes = 0;

  std::string_view view() const { return std::string_view(*chunk).substr(offset_bytes, size_bytes); }
};

class Payload {
 public:
  Payload() = default;
  explicit Payload(std::string bytes) : Payload(std::make_shared<const std::string>(std::move(bytes))) {}
  explicit Payload(Chunk chunk);

  std::uint64_t size_bytes() const { return size_bytes_; }
  bool empty() const { return size_bytes_ == 0; }
  const std::vector<Slice>& slices() const { return slices_; }

  /// Shares the other's chunks.
  void append(const Payload& other);
  /// The bytes [offset_bytes, offset_bytes + length_bytes), sharing chunks. REQUIRES: they lie within the
  /// payload.
  Payload range(std::uint64_t offset_bytes, std::uint64_t length_bytes) const;
  /// All bytes without a copy. REQUIRES: at most one slice, as in every request body.
  std::string_view contiguous() const;
  /// All bytes, copied.
  std::string to_string() const;

 private:
  std::vector<Slice> slices_;  // none is empty
  std::uint64_t size_bytes_ = 0;
};

}  // namespace s3c::sim
