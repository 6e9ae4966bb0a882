// Small documents like those people keep one per object: made from a seed, the same in every run.
#pragma once

#include <cstdint>
#include <string>

namespace s3c::bench {

/// An order as XML, about size_bytes long (never shorter).
std::string xml_body(std::uint64_t seed, std::size_t size_bytes);
/// A batch of log events as JSON, about size_bytes long (never shorter).
std::string json_body(std::uint64_t seed, std::size_t size_bytes);

}  // namespace s3c::bench
