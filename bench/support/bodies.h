// Small documents like those people keep one per object: made from a seed, the same in every run.
#pragma once

#include <cstdint>
#include <string>

namespace s3c::bench {

/// The key of the number-th document of one day; in the order of the numbers.
std::string object_key(int number);
/// An order as XML, about size_bytes long (never shorter).
std::string xml_body(std::uint64_t seed, std::size_t size_bytes);
/// A batch of log events as JSON, about size_bytes long (never shorter).
std::string json_body(std::uint64_t seed, std::size_t size_bytes);
/// Half JSON, half random bytes, which don't compress; size_bytes or a little longer.
std::string mixed_body(std::uint64_t seed, std::size_t size_bytes);

}  // namespace s3c::bench
