#include "cli/options/connection.h"

#include <utility>

namespace s3c::cli {
namespace {

constexpr std::string_view kConnection = "Connection (all commands)";
constexpr std::string_view kTwoStores = "Where the buckets are in different stores, accounts or regions";
constexpr std::string_view kEndpointUrl = "endpoint-url";
constexpr std::string_view kRegion = "region";
constexpr std::string_view kProfile = "profile";
constexpr std::string_view kExpectedOwner = "expected-bucket-owner";
constexpr std::string_view kNoSignRequest = "no-sign-request";
constexpr std::string_view kWritten = "Every object that is written";

Addressing addressing_of(const std::string& style) {
  return style == "path"      ? Addressing::path
         : style == "virtual" ? Addressing::virtual_host
                              : Addressing::automatic;
}

void refuse_dry_run(const Reader& reader) {
  if (find_flag(reader.command().flags, kDryRun) != nullptr) return;
  throw UsageError(fmt::format("{} is on, but this would change something, and {} has no dry run",
                               reader.find(kDryRun)->origin, reader.command().name),
                   "turn it off if you want the change");
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
  if (changes) refuse_dry_run(reader);
  return StoreAccess::read_only;
}

/// Where the command may add objects, whatever else it may do. Only this function decides that, as store_access()
/// does. Throws UsageError.
std::optional<BucketPlace> added_to(const Reader& reader) {
  for (const Flag& flag : reader.command().flags) {
    const Setting* const given = flag.is_added_to ? reader.find(flag.name) : nullptr;
    if (given == nullptr) continue;
    if (reader.toggle(kDryRun)) {
      refuse_dry_run(reader);
      continue;
    }
    std::optional<BucketPlace> place;
    reader.with(flag.name, [&](const std::string& text) { place = parse_folder(text); });
    if (place) return place;
  }
  return std::nullopt;
}

/// The flags of one side's store. Each name is the side's and that of the flag for all stores.
struct StoreFlags {
  struct Text {
    std::string_view name, help;
  };
  Text profile, endpoint_url, region, expected_owner;
  std::string_view otherwise;
};

constexpr StoreFlags kSourceStore = {
    {"source-profile", "profile for the source bucket"},
    {"source-endpoint-url", "the source bucket's S3-compatible store"},
    {"source-region", "the source bucket's region"},
    {"source-expected-bucket-owner", "account that must own the source bucket"},
    "the one for all buckets"};
constexpr StoreFlags kArchiveStore = {
    {"archive-profile", "profile for the archive bucket"},
    {"archive-endpoint-url", "the archive bucket's S3-compatible store"},
    {"archive-region", "the archive bucket's region"},
    {"archive-expected-bucket-owner", "account that must own the archive bucket"},
    "the one for all buckets"};
constexpr StoreFlags kTargetStore = {
    {"target-profile", "profile for the bucket of --to"},
    {"target-endpoint-url", "the S3-compatible store of the bucket of --to"},
    {"target-region", "the region of the bucket of --to"},
    {"target-expected-bucket-owner", "account that must own the bucket of --to"},
    "the source bucket's"};

std::vector<Flag> flags_of(const StoreFlags& store) {
  const auto flag = [&store](const StoreFlags::Text& text, std::string_view value) {
    return Flag{.name = text.name,
                .value = value,
                .group = kTwoStores,
                .help = text.help,
                .otherwise = store.otherwise};
  };
  std::vector<Flag> flags = {flag(store.profile, "NAME"), flag(store.endpoint_url, "URL"),
                             flag(store.region, "REGION"), flag(store.expected_owner, "ACCOUNT")};
  flags[2].empty_is_unset = true;  // as --region
  return flags;
}

/// The setting of side's store: its own flag, or else the flag for all. nullptr: neither was given.
const Setting* store_setting(const Reader& reader, Side side, std::string_view name) {
  const Setting* own = reader.find(fmt::format("{}-{}", name_of(side), name));
  // What is restored goes back to the sources.
  if (own == nullptr && side == Side::target) return store_setting(reader, Side::source, name);
  return own != nullptr ? own : reader.find(name);
}

/// Twelve digits. Throws UsageError.
void check_account(const std::string& account, const std::string& origin) {
  const bool is_account =
      account.size() == 12 && account.find_first_not_of("0123456789") == std::string::npos;
  if (is_account || account.empty()) return;
  throw UsageError(fmt::format("{} \"{}\" is no account of AWS", origin, base::printable(account)),
                   "an account's id has 12 digits, without dashes");
}

StoreOptions store_of(const Reader& reader, Side side) {
  const auto text = [&](std::string_view name) {
    const Setting* setting = store_setting(reader, side, name);
    return setting == nullptr ? std::string() : setting->values.back();
  };
  StoreOptions store;
  store.endpoint_url = text(kEndpointUrl);
  store.region = text(kRegion);
  store.endpoint_origin = {origin_of(reader, side, kEndpointUrl)};
  store.region_origin = {origin_of(reader, side, kRegion)};
  store.profile = text(kProfile);
  store.expected_owner = text(kExpectedOwner);
  store.expected_owner_origin = origin_of(reader, side, kExpectedOwner);
  check_account(store.expected_owner, store.expected_owner_origin);
  return store;
}

}  // namespace

std::string_view name_of(Side side) {
  return side == Side::source ? "source" : side == Side::archive ? "archive" : "target";
}

std::string origin_of(const Reader& reader, Side side, std::string_view name) {
  const Setting* setting = store_setting(reader, side, name);
  return setting == nullptr ? std::string() : setting->origin;
}

bool source_is_signed(const Reader& reader) {
  if (!reader.toggle(kNoSignRequest)) return true;
  if (!reader.toggle("keep-sources") && !reader.toggle(kDryRun)) {
    throw UsageError(fmt::format("{} needs --keep-sources: nobody may delete without credentials",
                                 reader.find(kNoSignRequest)->origin),
                     "add --keep-sources");
  }
  return false;
}

std::vector<Flag> source_store_flags() {
  return flags_of(kSourceStore);
}

std::vector<Flag> target_store_flags() {
  return flags_of(kTargetStore);
}

Flag unsigned_source_flag(std::string_view group) {
  return {.name = kNoSignRequest,
          .kind = FlagKind::toggle,
          .group = group,
          .help = "read a public source bucket without credentials; only with --keep-sources or --dry-run"};
}

std::vector<Flag> connection_flags() {
  std::vector<Flag> flags = {
      {.name = kEndpointUrl,
       .value = "URL",
       .group = kConnection,
       .help = "an S3-compatible store instead of AWS"},
      {.name = kRegion,
       .value = "REGION",
       .group = kConnection,
       .help = "the buckets' region; a bucket in another one tells it",
       .otherwise = "AWS_REGION, the profile's, the instance's",
       .empty_is_unset = true},
      {.name = kProfile,
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
      {.name = "request-payer",
       .value = "WHO",
       .group = kConnection,
       .help = "you pay for requests to buckets whose owner asks for it; the only value is",
       .choices = {"requester"}},
      {.name = kExpectedOwner,
       .value = "ACCOUNT",
       .group = kConnection,
       .help = "account that must own the buckets; the store refuses requests to those of others",
       .otherwise = "any"},
  };
  return joined({std::move(flags), flags_of(kArchiveStore)});
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
  connection.source = store_of(reader, Side::source);
  connection.source.is_signed = source_is_signed(reader);
  connection.archive = store_of(reader, Side::archive);
  connection.target = store_of(reader, Side::target);
  connection.ca_bundle = reader.text("ca-bundle");
  if (const std::string style = reader.choice("addressing-style"); !style.empty())
    connection.addressing = addressing_of(style);
  if (reader.find("max-attempts") != nullptr) connection.max_attempts = reader.number("max-attempts");
  connection.requester_pays = !reader.choice("request-payer").empty();
  connection.encryption = read_encryption(reader);
  connection.acl = reader.choice("acl");
  connection.access = store_access(reader);
  connection.added_to = added_to(reader);
  return connection;
}

}  // namespace s3c::cli
