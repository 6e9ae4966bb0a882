#include "plan/requests.h"

#include <algorithm>

namespace s3c::plan {
namespace {

using s3::Operation;

enum class Price { put, get, free };

/// Source: "Amazon S3 pricing", requests and data retrievals. Multipart uploads are billed as STANDARD until they
/// are completed, whatever class they go to.
Price price_of(Operation operation) {
  switch (operation) {
    case Operation::list_objects:
    case Operation::list_object_versions:
    case Operation::restore_object:
    case Operation::put_object:
    case Operation::create_multipart_upload:
    case Operation::upload_part:
    case Operation::upload_part_copy:
    case Operation::complete_multipart_upload:
    case Operation::list_multipart_uploads:
    case Operation::list_parts:
      return Price::put;
    case Operation::head_bucket:
    case Operation::get_object:
    case Operation::head_object:
    case Operation::get_object_tagging:
      return Price::get;
    case Operation::abort_multipart_upload:
    case Operation::delete_objects:
    case Operation::delete_object:
      return Price::free;
  }
  return Price::free;
}

/// What is made or read has a class, and requests for it have the price of that class.
bool has_class(Operation operation) {
  return operation == Operation::put_object || operation == Operation::complete_multipart_upload ||
         operation == Operation::get_object || operation == Operation::head_object;
}

}  // namespace

void Requests::add(Operation operation, std::uint64_t count, std::string_view storage_class) {
  if (count == 0) return;
  counts_[{operation, std::string(has_class(operation) ? storage_class : kStandard)}] += count;
}

void Requests::add_read_bytes(std::uint64_t bytes, std::string_view storage_class) {
  const auto found = read_bytes_.find(storage_class);
  if (found != read_bytes_.end()) {
    found->second += bytes;
  } else {
    read_bytes_.emplace(storage_class, bytes);
  }
}

void Requests::add(const Requests& other) {
  for (const auto& [what, count] : other.counts_) counts_[what] += count;
  for (const auto& [storage_class, bytes] : other.read_bytes_) add_read_bytes(bytes, storage_class);
}

std::map<std::string, std::uint64_t> Requests::by_operation() const {
  std::map<std::string, std::uint64_t> sums;
  for (const auto& [what, count] : counts_) sums[std::string(to_string(what.first))] += count;
  return sums;
}

std::uint64_t Requests::count(Operation operation) const {
  std::uint64_t sum = 0;
  for (const auto& [what, count] : counts_) sum += what.first == operation ? count : 0;
  return sum;
}

double Requests::dollars(const base::Prices& prices) const {
  double sum = 0;
  for (const auto& [what, count] : counts_) {
    const auto& [operation, storage_class] = what;
    const Price price = price_of(operation);
    if (price == Price::free) continue;
    const base::ClassPrices& of_class = prices.of(storage_class);
    sum += static_cast<double>(count) / 1000 *
           (price == Price::put ? of_class.put_per_1000 : of_class.get_per_1000);
  }
  return sum;
}

double Requests::retrieval_dollars(const base::Prices& prices) const {
  double sum = 0;
  for (const auto& [storage_class, bytes] : read_bytes_)
    sum += static_cast<double>(bytes) / base::kBilledGb * prices.of(storage_class).retrieval_per_gb;
  return sum;
}

double request_dollars(const std::map<std::string, std::uint64_t>& by_operation, const base::Prices& prices,
                       std::string_view archive_class) {
  Requests billed;
  for (std::size_t i = 0; i < s3::kOperationNames.size(); ++i) {
    const auto found = by_operation.find(std::string(s3::kOperationNames.at(i)));
    if (found == by_operation.end()) continue;
    const auto operation = static_cast<Operation>(i);
    billed.add(operation, found->second,
               operation == Operation::complete_multipart_upload ? archive_class : kStandard);
  }
  return billed.dollars(prices);
}

}  // namespace s3c::plan
