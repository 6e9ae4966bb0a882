#include "base/prices.h"

#include <algorithm>

#include "base/plain_file.h"
#include "base/price_files.h"

namespace s3c::base {
namespace {

constexpr std::string_view kDefaultRegion = "us-east-1";

std::vector<Prices> read_built_in() {
  std::vector<Prices> all;
  for (const PriceFile& file : kPriceFiles) all.push_back(Prices::parse(file.json, file.name));
  return all;
}

}  // namespace

const ThawPrice* ClassPrices::find_thaw(std::string_view tier) const {
  const auto found =
      std::find_if(thaws.begin(), thaws.end(), [&](const ThawPrice& price) { return price.tier == tier; });
  return found == thaws.end() ? nullptr : &*found;
}

const ClassPrices* Prices::find(std::string_view storage_class) const {
  const auto found = std::find_if(classes_.begin(), classes_.end(), [&](const ClassPrices& prices) {
    return prices.storage_class == storage_class;
  });
  return found == classes_.end() ? nullptr : &*found;
}

const ClassPrices& Prices::of(std::string_view storage_class) const {
  const ClassPrices* const found = find(storage_class);
  return found != nullptr ? *found : *find("STANDARD");
}

const Prices* find_prices(std::string_view region) {
  static const std::vector<Prices> kBuiltIn = read_built_in();
  const auto found = std::find_if(kBuiltIn.begin(), kBuiltIn.end(),
                                  [&](const Prices& prices) { return prices.region() == region; });
  return found == kBuiltIn.end() ? nullptr : &*found;
}

const Prices& list_prices() {
  return *find_prices(kDefaultRegion);
}

Prices load_prices(const std::string& file) {
  return Prices::parse(read_plain_file(file), file);
}

}  // namespace s3c::base
