// What the requests would have cost at base/prices.h's list prices: counts by operation and price class, bytes,
// retrievals, dollars. Doesn't bill storage, nor what copies retrieve. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sim/request.h"

namespace s3c::sim {

/// The price class of a request; the names are those of /_sim/bill.
enum class PriceClass { put_copy_post_list, get_select_head, delete_cancel, glacier_put };

/// What a retrieval costs, in billionths of a dollar.
struct RetrievalPrice {
  std::uint64_t request_nanodollars = 0;
  std::uint64_t gb_nanodollars = 0;  ///< for each 2^30 bytes
};
/// nullopt where reading is free and isn't counted: GETs of STANDARD and of thawed copies.
/// tier: nullopt for a GET.
std::optional<RetrievalPrice> retrieval_price(StorageClass storage_class, std::optional<RestoreTier> tier);

class Bill {
 public:
  /// Counts an answered request. 5xx answers are counted but free.
  void add(const Response& response, std::uint64_t bytes_in);
  void reset() { *this = Bill(); }

  /// {"requests": {"GetObject": n}, "classes": {...}, "bytes_in": n, "bytes_out": n, "errors": {"4xx": n,
  /// "5xx": n},
  ///  "retrievals": {"GLACIER": {"Bulk": {"requests": n, "bytes": n, "dollars": x}}, "GLACIER_IR": {"GET":
  ///  {...}}}, "dollars": {..., "retrieval": x, "total": x}}
  std::string to_json() const;

 private:
  struct Retrieved {
    std::uint64_t requests = 0;
    std::uint64_t size_bytes = 0;
  };

  std::map<Operation, std::uint64_t> requests_;
  std::array<std::uint64_t, 4> classes_{};
  std::array<std::uint64_t, 4> nanodollars_{};
  std::map<std::pair<StorageClass, std::optional<RestoreTier>>, Retrieved> retrieved_;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::uint64_t client_errors_ = 0;
  std::uint64_t server_errors_ = 0;
};

/// Multipart requests into an archive class are billed as STANDARD. Only the Complete is billed as a PUT of
/// the class.
PriceClass price_class(Operation operation, StorageClass storage_class);
/// The price of one request in billionths of a dollar. These are whole numbers, so that the sum of a million
/// of them is exact.
std::uint64_t request_price_nanodollars(Operation operation, StorageClass storage_class);

}  // namespace s3c::sim
