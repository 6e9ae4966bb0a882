#include "sim/bill.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/prices.h"
#include "sim/route.h"
#include "sim/store.h"

namespace s3c::sim {
namespace {

/// List prices are per 1,000 requests: $0.005 there is 5,000 nanodollars here.
std::uint64_t nanodollars_per_request(double dollars_per_1000) {
  return static_cast<std::uint64_t>(std::llround(dollars_per_1000 * 1e6));
}

std::uint64_t nanodollars_per_gb(double dollars) {
  return static_cast<std::uint64_t>(std::llround(dollars * 1e9));
}

const base::ClassPrices& prices(StorageClass storage_class) {
  return base::list_prices().of(name(storage_class));
}

constexpr std::string_view kClassNames[] = {"put_copy_post_list", "get_select_head", "delete_cancel",
                                            "glacier_put"};

/// True for requests whose price depends on the object's own class.
bool priced_by_class(Operation operation) {
  switch (operation) {
    case Operation::put_object:
    case Operation::copy_object:
    case Operation::complete_multipart_upload:
    case Operation::get_object:
    case Operation::head_object:
      return true;
    default:
      return false;
  }
}

bool is_read(Operation operation) {
  switch (operation) {
    case Operation::head_bucket:
    case Operation::get_bucket_location:
    case Operation::get_bucket_versioning:
    case Operation::get_object_lock_configuration:
    case Operation::get_object:
    case Operation::head_object:
    case Operation::get_object_tagging:
    case Operation::get_object_retention:
    case Operation::get_object_legal_hold:
      return true;
    default:
      return false;
  }
}

bool is_delete(Operation operation) {
  switch (operation) {
    case Operation::delete_bucket:
    case Operation::delete_object:
    case Operation::delete_objects:
    case Operation::delete_object_tagging:
    case Operation::abort_multipart_upload:
      return true;
    default:
      return false;
  }
}

}  // namespace

PriceClass price_class(Operation operation, StorageClass storage_class) {
  if (is_delete(operation)) return PriceClass::delete_cancel;
  if (is_read(operation)) return PriceClass::get_select_head;
  const bool archive = needs_thaw(storage_class) || storage_class == StorageClass::glacier_ir;
  return archive && priced_by_class(operation) ? PriceClass::glacier_put : PriceClass::put_copy_post_list;
}

std::uint64_t request_price_nanodollars(Operation operation, StorageClass storage_class) {
  const base::ClassPrices& row = prices(priced_by_class(operation) ? storage_class : StorageClass::standard);
  switch (price_class(operation, storage_class)) {
    case PriceClass::delete_cancel:
      return 0;
    case PriceClass::get_select_head:
      return nanodollars_per_request(row.get_per_1000);
    case PriceClass::put_copy_post_list:
    case PriceClass::glacier_put:
      return nanodollars_per_request(row.put_per_1000);
  }
  return 0;
}

std::optional<RetrievalPrice> retrieval_price(StorageClass storage_class, std::optional<RestoreTier> tier) {
  const base::ClassPrices& row = prices(storage_class);
  if (!tier) {
    if (row.retrieval_per_gb == 0) return std::nullopt;
    return RetrievalPrice{0, nanodollars_per_gb(row.retrieval_per_gb)};
  }
  const base::ThawPrice* const thaw = row.find_thaw(name(*tier));
  if (thaw == nullptr) return std::nullopt;
  return RetrievalPrice{nanodollars_per_request(thaw->per_1000), nanodollars_per_gb(thaw->per_gb)};
}

void Bill::add(const Response& response, std::uint64_t bytes_in) {
  const Operation operation = response.operation;
  const auto index = static_cast<std::size_t>(price_class(operation, response.storage_class));
  ++requests_[operation];
  bytes_in_ += bytes_in;
  if (!response.head_size_bytes) bytes_out_ += response.body.size_bytes();
  if (const std::optional<Retrieval>& retrieval = response.retrieval;
      retrieval && retrieval_price(retrieval->storage_class, retrieval->tier)) {
    Retrieved& retrieved = retrieved_[{retrieval->storage_class, retrieval->tier}];
    ++retrieved.requests;
    retrieved.size_bytes += retrieval->size_bytes;
    if (retrieval->tier) return;  // a RestoreObject has no price but the retrieval's
  }
  ++classes_[index];
  if (response.status >= 500) {
    ++server_errors_;
    return;
  }
  if (response.status >= 400) ++client_errors_;
  nanodollars_[index] += request_price_nanodollars(operation, response.storage_class);
}

std::string Bill::to_json() const {
  nlohmann::ordered_json json;
  json["requests"] = nlohmann::ordered_json::object();
  for (const auto& [operation, count] : requests_) json["requests"][std::string(name(operation))] = count;
  std::uint64_t total = 0;
  auto dollars = [](std::uint64_t nanodollars) { return static_cast<double>(nanodollars) / 1e9; };
  for (std::size_t i = 0; i < classes_.size(); ++i)
    json["classes"][std::string(kClassNames[i])] = classes_[i];
  json["bytes_in"] = bytes_in_;
  json["bytes_out"] = bytes_out_;
  json["errors"]["4xx"] = client_errors_;
  json["errors"]["5xx"] = server_errors_;
  for (std::size_t i = 0; i < nanodollars_.size(); ++i) {
    json["dollars"][std::string(kClassNames[i])] = dollars(nanodollars_[i]);
    total += nanodollars_[i];
  }
  double retrieval = 0;
  json["retrievals"] = nlohmann::ordered_json::object();
  for (const auto& [what, retrieved] : retrieved_) {
    const auto& [storage_class, tier] = what;
    const RetrievalPrice price = retrieval_price(storage_class, tier).value_or(RetrievalPrice{});
    const double cost =
        dollars(retrieved.requests * price.request_nanodollars) +
        dollars(price.gb_nanodollars) * static_cast<double>(retrieved.size_bytes) / base::kBilledGb;
    retrieval += cost;
    json["retrievals"][std::string(name(storage_class))][std::string(tier ? name(*tier) : "GET")] = {
        {"requests", retrieved.requests}, {"bytes", retrieved.size_bytes}, {"dollars", cost}};
  }
  json["dollars"]["retrieval"] = retrieval;
  json["dollars"]["total"] = dollars(total) + retrieval;
  return json.dump();
}

}  // namespace s3c::sim
