#include "sim/bill.h"

#include <nlohmann/json.hpp>

#include "sim/route.h"
#include "sim/store.h"

namespace s3c::sim {
namespace {

struct Prices {
  StorageClass storage_class;
  double put_per_1000;  ///< PUT, COPY, POST, LIST
  double get_per_1000;  ///< GET, HEAD, SELECT
};

// Dollars, us-east-1 list prices of 2026. Source: aws.amazon.com/s3/pricing.
constexpr Prices kPrices[] = {
    {StorageClass::standard, 0.005, 0.0004},
    {StorageClass::reduced_redundancy, 0.005, 0.0004},
    {StorageClass::standard_ia, 0.01, 0.001},
    {StorageClass::onezone_ia, 0.01, 0.001},
    {StorageClass::intelligent_tiering, 0.005, 0.0004},
    {StorageClass::glacier_ir, 0.02, 0.01},
    {StorageClass::glacier, 0.03, 0.0004},
    {StorageClass::deep_archive, 0.05, 0.0004},
};

constexpr std::string_view kClassNames[] = {"put_copy_post_list", "get_select_head", "delete_cancel",
                                            "glacier_put"};

const Prices& prices(StorageClass storage_class) {
  for (const Prices& row : kPrices) {
    if (row.storage_class == storage_class) return row;
  }
  return kPrices[0];
}

/// The requests whose price follows the object's own class.
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
    case Operation::get_object:
    case Operation::head_object:
    case Operation::get_object_tagging:
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

double request_price(Operation operation, StorageClass storage_class) {
  const Prices& row = prices(priced_by_class(operation) ? storage_class : StorageClass::standard);
  switch (price_class(operation, storage_class)) {
    case PriceClass::delete_cancel:
      return 0;
    case PriceClass::get_select_head:
      return row.get_per_1000 / 1000;
    case PriceClass::put_copy_post_list:
    case PriceClass::glacier_put:
      return row.put_per_1000 / 1000;
  }
  return 0;
}

void Bill::add(const Response& response, std::uint64_t bytes_in) {
  const Operation operation = response.operation;
  const auto index = static_cast<std::size_t>(price_class(operation, response.storage_class));
  ++requests_[operation];
  ++classes_[index];
  bytes_in_ += bytes_in;
  if (!response.head_size_bytes) bytes_out_ += response.body.size_bytes();
  if (response.status >= 500) {
    ++server_errors_;
    return;
  }
  if (response.status >= 400) ++client_errors_;
  dollars_[index] += request_price(operation, response.storage_class);
}

std::string Bill::to_json() const {
  nlohmann::ordered_json json;
  json["requests"] = nlohmann::ordered_json::object();
  for (const auto& [operation, count] : requests_) json["requests"][std::string(name(operation))] = count;
  double total = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i)
    json["classes"][std::string(kClassNames[i])] = classes_[i];
  json["bytes_in"] = bytes_in_;
  json["bytes_out"] = bytes_out_;
  json["errors"]["4xx"] = client_errors_;
  json["errors"]["5xx"] = server_errors_;
  for (std::size_t i = 0; i < dollars_.size(); ++i) {
    json["dollars"][std::string(kClassNames[i])] = dollars_[i];
    total += dollars_[i];
  }
  json["dollars"]["total"] = total;
  return json.dump() + "\n";
}

}  // namespace s3c::sim
