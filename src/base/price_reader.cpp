// Reads the JSON of a file of prices. Strict: a field that is misspelled would otherwise count as free.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/prices.h"

namespace s3c::base {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kTiers[] = {"Expedited", "Standard", "Bulk"};
constexpr double kMostDollars = 1e6;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;
constexpr std::uint64_t kMostDays = 36'500;

[[noreturn]] void refuse(std::string_view file, const std::string& field, const std::string& why) {
  throw Error(ErrorKind::invalid_argument, printable(field.empty() ? why : fmt::format("{}: {}", field, why)),
              {.operation = "read prices", .resource = printable(file)});
}

/// The fields of one object of the document. Each is taken once; finish() finds those that nobody took.
class PriceFields {
 public:
  /// path: where the object is, for errors; empty: the document itself.
  PriceFields(const Json& object, std::string_view file, std::string path)
      : object_(object), file_(file), path_(std::move(path)) {
    if (!object.is_object()) refuse(file_, path_, "must be an object");
  }

  std::string path_of(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }
  bool has(const std::string& name) const { return object_.contains(name); }

  const Json& take(const std::string& name) {
    taken_.insert(name);
    const auto found = object_.find(name);
    if (found == object_.end()) refuse(file_, path_of(name), "is missing");
    return *found;
  }
  std::string text(const std::string& name) {
    const Json& value = take(name);
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      refuse(file_, path_of(name), "must be a text");
    return value.get<std::string>();
  }
  double dollars(const std::string& name) {
    const Json& value = take(name);
    if (!value.is_number()) refuse(file_, path_of(name), "must be a number of dollars");
    const auto amount = value.get<double>();
    if (!std::isfinite(amount) || std::signbit(amount) || amount > kMostDollars)
      refuse(file_, path_of(name), "must be between 0 and a million dollars");
    return amount;
  }
  double dollars_or_0(const std::string& name) { return has(name) ? dollars(name) : 0; }
  std::uint64_t whole(const std::string& name, std::uint64_t most) {
    const Json& value = take(name);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
      refuse(file_, path_of(name), fmt::format("must be a whole number between 0 and {}", most));
    return value.get<std::uint64_t>();
  }
  std::uint64_t whole_or_0(const std::string& name, std::uint64_t most) {
    return has(name) ? whole(name, most) : 0;
  }
  /// Calls use with the fields of each object of an array that has at least one.
  template <typename Use>
  void each(const std::string& name, Use use) {
    const Json& array = take(name);
    if (!array.is_array() || array.empty()) refuse(file_, path_of(name), "must be a list");
    for (std::size_t i = 0; i < array.size(); ++i) {
      PriceFields fields(array[i], file_, fmt::format("{}[{}]", path_of(name), i));
      use(fields);
      fields.finish();
    }
  }
  void finish() const {
    for (const auto& [name, value] : object_.items()) {
      if (!taken_.contains(name)) refuse(file_, path_of(name), "there is no such field");
    }
  }
  [[noreturn]] void fail(const std::string& name, const std::string& why) const {
    refuse(file_, path_of(name), why);
  }
  std::string_view file() const { return file_; }

 private:
  const Json& object_;
  const std::string_view file_;
  const std::string path_;
  std::set<std::string> taken_;
};

/// Refuses a name that an object has twice: the parser would keep the last one only.
Json parse_document(std::string_view json, std::string_view file) {
  std::vector<std::set<std::string>> open;
  const auto look = [&](int /*depth*/, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second)
      refuse(file, value.get<std::string>(), "is there twice");
    return true;
  };
  try {
    return Json::parse(json, look);
  } catch (const Json::exception& error) {
    refuse(file, "", fmt::format("it is no JSON document ({})", error.what()));
  }
}

bool is_date(const std::string& text) {
  constexpr std::string_view kForm = "0000-00-00";
  return text.size() == kForm.size() &&
         std::equal(text.begin(), text.end(), kForm.begin(),
                    [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
}

std::vector<StorageStep> read_storage(PriceFields& fields) {
  std::vector<StorageStep> steps;
  double last = 0;
  fields.each("storage", [&](PriceFields& step) {
    if (!steps.empty() && !steps.back().up_to_gb)
      step.fail("per_gb_month", "stands behind a step without up_to_gb, which has no end");
    StorageStep read;
    if (step.has("up_to_gb")) {
      read.up_to_gb = static_cast<double>(step.whole("up_to_gb", kMostBytes));
      if (*read.up_to_gb <= last) step.fail("up_to_gb", "must be more than that of the step before");
      last = *read.up_to_gb;
    }
    read.per_gb_month = step.dollars("per_gb_month");
    steps.push_back(read);
  });
  if (steps.back().up_to_gb) fields.fail("storage", "needs a last step without up_to_gb");
  return steps;
}

Monitoring read_monitoring(PriceFields fields) {
  Monitoring monitoring;
  monitoring.from_bytes = fields.whole("from_bytes", kMostBytes);
  monitoring.per_1000_month = fields.dollars("per_1000_month");
  fields.each("idle", [&](PriceFields& step) {
    const auto days = static_cast<int>(step.whole("days", kMostDays));
    if (!monitoring.idle.empty() && days <= monitoring.idle.back().days)
      step.fail("days", "must be more than that of the step before");
    monitoring.idle.push_back({days, step.dollars("per_gb_month")});
  });
  fields.finish();
  return monitoring;
}

std::vector<ThawPrice> read_thaws(const Json& object, std::string_view file, const std::string& path) {
  std::vector<ThawPrice> thaws;
  PriceFields tiers(object, file, path);
  for (const auto& [tier, price] : object.items()) {
    if (std::find(std::begin(kTiers), std::end(kTiers), tier) == std::end(kTiers))
      tiers.fail(tier, "S3 has no such tier: Expedited, Standard, Bulk");
    PriceFields fields(tiers.take(tier), file, tiers.path_of(tier));
    thaws.push_back({tier, fields.dollars("per_gb"), fields.dollars("per_1000"), fields.text("takes")});
    fields.finish();
  }
  if (thaws.empty()) tiers.fail("Standard", "is missing");
  return thaws;
}

ClassPrices read_class(const std::string& name, PriceFields fields) {
  ClassPrices prices;
  prices.storage_class = name;
  prices.storage = read_storage(fields);
  prices.put_per_1000 = fields.dollars("put_per_1000");
  prices.get_per_1000 = fields.dollars("get_per_1000");
  if (fields.has("lifecycle_per_1000")) prices.lifecycle_per_1000 = fields.dollars("lifecycle_per_1000");
  prices.retrieval_per_gb = fields.dollars_or_0("retrieval_per_gb");
  prices.minimum_bytes = fields.whole_or_0("minimum_bytes", kMostBytes);
  prices.minimum_days = static_cast<int>(fields.whole_or_0("minimum_days", kMostDays));
  prices.overhead_bytes = fields.whole_or_0("overhead_bytes", kMostBytes);
  prices.overhead_standard_bytes = fields.whole_or_0("overhead_standard_bytes", kMostBytes);
  if (fields.has("monitoring")) {
    prices.monitoring =
        read_monitoring(PriceFields(fields.take("monitoring"), fields.file(), fields.path_of("monitoring")));
  }
  if (fields.has("thaw"))
    prices.thaws = read_thaws(fields.take("thaw"), fields.file(), fields.path_of("thaw"));
  fields.finish();
  return prices;
}

}  // namespace

/// A friend of Prices, so that nobody else can make one that wasn't checked.
class PriceReader {
 public:
  static Prices read(const Json& document, std::string_view file) {
    PriceFields fields(document, file, "");
    Prices prices;
    prices.region_ = fields.text("region");
    if (fields.text("currency") != "USD") fields.fail("currency", "must be USD: all figures are dollars");
    prices.date_ = fields.text("date");
    if (!is_date(prices.date_)) fields.fail("date", "must be a day: 2026-08-01");
    prices.source_ = fields.text("source");
    const Json& classes = fields.take("classes");
    PriceFields by_name(classes, file, "classes");
    for (const auto& [name, value] : classes.items())
      prices.classes_.push_back(read_class(name, PriceFields(value, file, by_name.path_of(name))));
    fields.finish();
    if (prices.find("STANDARD") == nullptr) by_name.fail("STANDARD", "is missing");
    return prices;
  }
};

Prices Prices::parse(std::string_view json, std::string_view file) {
  return PriceReader::read(parse_document(json, file), file);
}

}  // namespace s3c::base
