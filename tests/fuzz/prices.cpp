// Input: a file of prices. Prices, or Error invalid_argument. No price is negative, each class has a last step of
// storage without end, and STANDARD is there.
#include "base/prices.h"

#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto prices = fuzz::value_of({ErrorKind::invalid_argument},
                                     [&] { return base::Prices::parse(fuzz::text_of(data, size), "file"); });
  if (!prices) return 0;
  require(prices->find("STANDARD") != nullptr, "STANDARD is there");
  for (const base::ClassPrices& one : prices->classes()) {
    require(&prices->of(one.storage_class) == prices->find(one.storage_class),
            "a class is found by its name");
    require(!one.storage.empty() && !one.storage.back().up_to_gb, "storage has no end");
    require(one.put_per_1000 >= 0 && one.get_per_1000 >= 0 && one.per_gb_month() >= 0,
            "no price is negative");
  }
  return 0;
}
