// What s3sim --synthetic asks for. Value type and a pure function.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace s3c::sim {

enum class SyntheticData {
  orders,  ///< XML orders of about 4 KB
  logs,    ///< JSON log lines, about 1 KB
  mixed,   ///< log lines and noise, 1 KB to 256 KB, 64 KB on average
};

/// The names of one kind of data.
struct SyntheticKind {
  SyntheticData data;
  std::string_view name;          ///< in the spec
  std::string_view name_start;    ///< of an object's name, from the day to its number
  std::string_view name_end;      ///< behind the number
  std::string_view content_type;  ///< of the object
};
const SyntheticKind& kind_of(SyntheticData data);

/// A bucket of days, each of which has the same number of objects: PREFIX/2018/04/01/order-00000000.xml.
struct SyntheticSpec {
  std::string bucket;
  std::string prefix = "sources";  ///< neither begins nor ends with a slash
  int days = 1;
  std::chrono::sys_days first_day = std::chrono::year(2018) / 4 / 1;
  std::uint64_t objects_per_day = 1000;
  SyntheticData data = SyntheticData::orders;

  std::uint64_t objects() const { return static_cast<std::uint64_t>(days) * objects_per_day; }
};

/// "bucket=NAME,prefix=P,days=D,first-day=YYYY-MM-DD,objects=N,data=orders|logs|mixed", in any order. All but
/// bucket are optional. Throws base::Error: invalid_argument.
SyntheticSpec parse_synthetic_spec(std::string_view text);

}  // namespace s3c::sim
