// The flags that say which store a command talks to, and how.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options/reader.h"
#include "s3/types.h"

namespace s3c::cli {

enum class Addressing { automatic, path, virtual_host };

enum class StoreAccess {
  read_only,  ///< every call that could change a store is refused: dry runs, and commands that only read
  read_write
};

/// What the flags say about the connection. For an empty field the AWS settings count (wiring.h).
struct ConnectionOptions {
  std::string endpoint_url = {};
  std::string region = {};
  std::string profile = {};
  std::string ca_bundle = {};
  std::optional<Addressing> addressing = {};
  std::optional<int> max_attempts = {};
  s3::Encryption encryption = {};  ///< of everything that the command writes
  std::string acl = {};            ///< the same; empty: the bucket's default
  StoreAccess access = StoreAccess::read_only;
};

std::vector<Flag> connection_flags();
/// What all objects get that a command writes: --sse, --sse-kms-key-id, --bucket-key-enabled, --acl.
std::vector<Flag> write_flags();
/// Throws UsageError. Nothing is set if the command has no such flags.
s3::Encryption read_encryption(const Reader& reader);
/// Throws UsageError.
ConnectionOptions read_connection(const Reader& reader);

}  // namespace s3c::cli
