// List prices of S3, as data: prices/*.json, one file for each region, compiled in. The one table that plan,
// restore's estimate and s3sim's bill read. docs/costs.md describes the files. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::base {

/// What S3 bills as a GB, in bytes.
inline constexpr double kBilledGb = 1 << 30;

/// Storage up to a limit has one price, what is above it the next.
struct StorageStep {
  std::optional<double> up_to_gb;  ///< nullopt: without limit; only the last step
  double per_gb_month = 0;
};

/// What an object costs that nobody has read for so many days (INTELLIGENT_TIERING).
struct IdleStep {
  int days = 0;
  double per_gb_month = 0;
};

/// INTELLIGENT_TIERING watches objects from a certain size on, for a price.
struct Monitoring {
  std::uint64_t from_bytes = 0;
  double per_1000_month = 0;
  std::vector<IdleStep> idle;  ///< by days
};

/// What thawing an object costs, at one of the speeds that S3 has for the class.
struct ThawPrice {
  std::string tier;  ///< as RestoreObject spells it: "Expedited", "Standard", "Bulk"
  double per_gb = 0;
  double per_1000 = 0;  ///< of RestoreObject requests
  std::string takes;    ///< the time until the copy can be read: "3 to 5 hours"
};

/// What a storage class costs, in dollars.
struct ClassPrices {
  std::string storage_class;
  std::vector<StorageStep> storage;           ///< at least one
  double put_per_1000 = 0;                    ///< PUT, COPY, POST and LIST requests
  double get_per_1000 = 0;                    ///< GET, HEAD and all others that aren't free
  std::optional<double> lifecycle_per_1000;   ///< nullopt: no lifecycle rule moves objects into this class
  double retrieval_per_gb = 0;                ///< of bytes that are read
  std::uint64_t minimum_bytes = 0;            ///< a smaller object is billed as one of this size
  int minimum_days = 0;                       ///< an object that is deleted earlier is billed until then
  std::uint64_t overhead_bytes = 0;           ///< billed for each object beside its bytes
  std::uint64_t overhead_standard_bytes = 0;  ///< the same, at STANDARD's price
  std::optional<Monitoring> monitoring;
  std::vector<ThawPrice> thaws;  ///< empty: objects of this class can always be read

  bool needs_thaw() const { return !thaws.empty(); }
  /// nullptr: the class has no such tier.
  const ThawPrice* find_thaw(std::string_view tier) const;
  /// The price of the first GB.
  double per_gb_month() const { return storage.front().per_gb_month; }
};

class Prices {
 public:
  /// file: what errors name. Throws base::Error (invalid_argument) that names the file and the field: for text
  /// that is no such document, a field that is unknown, missing or there twice, and a value that can't be right.
  static Prices parse(std::string_view json, std::string_view file);

  const std::string& region() const { return region_; }
  const std::string& date() const { return date_; }      ///< of the list: "2026-08-01"
  const std::string& source() const { return source_; }  ///< where the prices stand
  const std::vector<ClassPrices>& classes() const { return classes_; }

  /// nullptr: the file has no such class.
  const ClassPrices* find(std::string_view storage_class) const;
  /// STANDARD's if the file has no such class.
  const ClassPrices& of(std::string_view storage_class) const;
  const ClassPrices& standard() const { return of("STANDARD"); }

 private:
  friend class PriceReader;
  std::string region_;
  std::string date_;
  std::string source_;
  std::vector<ClassPrices> classes_;  ///< STANDARD is one of them
};

/// The prices of a region that are compiled in. nullptr: none are.
const Prices* find_prices(std::string_view region);
/// Those of us-east-1.
const Prices& list_prices();
/// Reads a file of prices. Throws base::Error: as parse() does, and invalid_argument for a file that can't be
/// read.
Prices load_prices(const std::string& file);

}  // namespace s3c::base
