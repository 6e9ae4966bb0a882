// The flags that say which store a command talks to, and how.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/reader.h"
#include "cli/options/values.h"
#include "s3/types.h"

namespace s3c::cli {

enum class Addressing { automatic, path, virtual_host };

enum class StoreAccess {
  read_only,  ///< every call that could change a store is refused: dry runs, and commands that only read
  read_write
};

/// The stores that a command works with, by what they hold.
enum class Side {
  source,   ///< the source bucket
  archive,  ///< the archive bucket
  target    ///< what restore writes
};

/// "source", "archive", "target".
std::string_view name_of(Side side);

/// Where a setting was given: a flag, a variable, a line of a file. It is for messages only, so that all are equal.
struct Origin {
  std::string text = {};
  friend bool operator==(const Origin&, const Origin&) { return true; }
};

/// What the flags say about one store. For an empty field the AWS settings count (wiring.h). Sides with equal
/// options have one store.
struct StoreOptions {
  std::string endpoint_url = {};
  std::string region = {};
  std::string profile = {};
  std::string expected_owner = {};         ///< the account that must own the buckets; empty: any
  std::string expected_owner_origin = {};  ///< the flag, variable or line of a file that names it
  Origin endpoint_origin = {};
  Origin region_origin = {};
  bool is_signed = true;  ///< false: nobody's credentials are used, and every change is refused

  friend bool operator==(const StoreOptions&, const StoreOptions&) = default;
};

/// What the flags say about the connections.
struct ConnectionOptions {
  StoreOptions source = {};
  StoreOptions archive = {};
  StoreOptions target = {};
  std::string ca_bundle = {};
  std::optional<Addressing> addressing = {};
  std::optional<int> max_attempts = {};
  bool requester_pays = false;
  s3::Encryption encryption = {};  ///< of everything that the command writes
  std::string acl = {};            ///< the same; empty: the bucket's default
  StoreAccess access = StoreAccess::read_only;
  /// Where a command with read_only access may add objects to the source's store.
  std::optional<BucketPlace> added_to = {};

  const StoreOptions& of(Side side) const {
    return side == Side::source ? source : side == Side::archive ? archive : target;
  }
};

/// For every command. They count for all its stores, but those for the archive's store count only for that.
std::vector<Flag> connection_flags();
/// --source-profile and so on, for a command that reads or writes source buckets too.
std::vector<Flag> source_store_flags();
/// --target-profile and so on.
std::vector<Flag> target_store_flags();
/// --no-sign-request, for a command that can do without changing the source bucket.
Flag unsigned_source_flag(std::string_view group);
/// Whether requests to the source bucket are signed. Nobody's sources can be deleted. Throws UsageError for
/// --no-sign-request where the source bucket would be changed.
bool source_is_signed(const Reader& reader);
/// Where the flag of side's store was given: --source-region, or else --region. Empty: neither was.
std::string origin_of(const Reader& reader, Side side, std::string_view name);
/// What all objects get that a command writes: --sse, --sse-kms-key-id, --bucket-key-enabled, --acl.
std::vector<Flag> write_flags();
/// Throws UsageError. Nothing is set if the command has no such flags.
s3::Encryption read_encryption(const Reader& reader);
/// Throws UsageError.
ConnectionOptions read_connection(const Reader& reader);

}  // namespace s3c::cli
