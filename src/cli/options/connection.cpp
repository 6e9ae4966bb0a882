#include "cli/options/connection.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kConnection = "Connection (all commands)";
constexpr std::string_view kWritten = "Every object that is written";

Addressing addressing_of(const std::string& style) {
  return style == "path"      ? Addressing::path
         : style == "virtual" ? Addressing::virtual_host
                              : Addressing::automatic;
}

/// Whether the command may change a store. Only this function decides that, from the command's entry in the
/// table and from the flags that are on. A dry run may never change a store, whatever else was given and
/// wherever --dry-run came from. Throws UsageError if a dry run is asked of a command that has none.
StoreAccess store_access(const Reader& reader) {
  const Command& command = reader.command();
  bool changes = command.changes_store;
  for (const Flag& flag : command.flags) {
    if (flag.changes_store && reader.toggle(flag.name)) changes = true;
  }
  if (!reader.toggle(kDryRun)) return changes ? StoreAccess::read_write : StoreAccess::read_only;
  if (changes && find_flag(command.flags, kDryRun) == nullptr) {
    throw UsageError(fmt::format("{} is on, but this would change something, and {} has no dry run",
                                 reader.find(kDryRun)->origin, command.name),
                     "turn it off if you want the change");
  }
  return StoreAccess::read_only;
}

}  // namespace

std::vector<Flag> connection_flags() {
  return {
      {.name = "endpoint-url",
       .value = "URL",
       .group = kConnection,
       .help = "an S3-compatible store instead of AWS"},
      {.name = "region",
       .value = "REGION",
       .group = kConnection,
       .help = "the buckets' region",
       .otherwise = "AWS_REGION, the profile's",
       .empty_is_unset = true},
      {.name = "profile",
       .value = "NAME",
       .group = kConnection,
       .help = "profile in the AWS config and credentials files"},
      {.name = "ca-bundle",
       .value = "FILE",
       .group = kConnection,
       .help = "PEM file of trusted authorities; certificates are always verified",
       .otherwise = "AWS_CA_BUNDLE, the system's",
       .empty_is_unset = true},
      {.name = "addressing-style",
       .value = "STYLE",
       .group = kConnection,
       .help = "where the bucket's name stands in a URL",
       .otherwise = "the profile's, auto",
       .choices = {"auto", "path", "virtual"}},
      {.name = "max-attempts",
       .value = "COUNT",
       .group = kConnection,
       .help = "how often a request is tried",
       .otherwise = "AWS_MAX_ATTEMPTS, 10",
       .range = {1, 100}},
  };
}

std::vector<Flag> write_flags() {
  return {
      {.name = "sse",
       .value = "ALGORITHM",
       .group = kWritten,
       .help = "server-side encryption",
       .otherwise = "the bucket's",
       .choices = {"AES256", "aws:kms", "aws:kms:dsse"}},
      {.name = "sse-kms-key-id",
       .value = "KEY",
       .group = kWritten,
       .help = "KMS key for --sse aws:kms or aws:kms:dsse: its id, its ARN, or alias/NAME",
       .otherwise = "the bucket's, or AWS's own"},
      {.name = "bucket-key-enabled",
       .kind = FlagKind::toggle,
       .group = kWritten,
       .help =
           "with --sse aws:kms, encrypt under a key of the bucket's, so that KMS is asked, and paid, less often",
       .otherwise = "as the bucket says"},
      {.name = "acl",
       .value = "ACL",
       .group = kWritten,
       .help = "canned ACL, for buckets that still have ACLs",
       .otherwise = "private",
       .choices = {"private", "bucket-owner-full-control", "bucket-owner-read", "authenticated-read",
                   "aws-exec-read", "public-read", "public-read-write"}},
  };
}

s3::Encryption read_encryption(const Reader& reader) {
  s3::Encryption encryption;
  encryption.algorithm = reader.choice("sse");
  encryption.kms_key_id = reader.text("sse-kms-key-id");
  if (!encryption.kms_key_id.empty() && !encryption.algorithm.starts_with("aws:kms")) {
    throw UsageError("--sse-kms-key-id needs --sse aws:kms or aws:kms:dsse", "add --sse aws:kms");
  }
  encryption.bucket_key = reader.toggle("bucket-key-enabled");
  if (encryption.bucket_key && encryption.algorithm != "aws:kms")
    throw UsageError("--bucket-key-enabled needs --sse aws:kms", "no other encryption has bucket keys");
  return encryption;
}

ConnectionOptions read_connection(const Reader& reader) {
  ConnectionOptions connection;
  connection.endpoint_url = reader.text("endpoint-url");
  connection.region = reader.text("region");
  connection.profile = reader.text("profile");
  connection.ca_bundle = reader.text("ca-bundle");
  if (const std::string style = reader.choice("addressing-style"); !style.empty())
    connection.addressing = addressing_of(style);
  if (reader.find("max-attempts") != nullptr) connection.max_attempts = reader.number("max-attempts");
  connection.encryption = read_encryption(reader);
  connection.acl = reader.choice("acl");
  connection.access = store_access(reader);
  return connection;
}

}  // namespace s3c::cli
