#include "aws/access_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "aws/partition.h"
#include "base/encoding.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

[[noreturn]] void refuse_bucket(ErrorKind kind, std::string message, std::string_view bucket) {
  throw Error(kind, std::move(message),
              {.operation = "find the end point", .resource = base::printable(bucket)});
}

constexpr std::string_view kForm =
    "an access point's ARN is arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME, with an account of 12 digits and a "
    "name of 3 to 50 characters";
constexpr std::string_view kOnOutposts =
    "buckets on Outposts are not supported: they have none of the storage classes for archives, and no "
    "conditional writes";
constexpr std::string_view kObjectLambda =
    "an Object Lambda access point changes what is read through it, so what is read there isn't what is stored: "
    "name the bucket or an access point of it";
constexpr std::string_view kDirectoryBucket =
    "directory buckets (S3 Express One Zone) are not supported: their listings have no order, and their "
    "requests are signed in another way";

std::vector<std::string_view> fields_of(std::string_view arn) {
  std::vector<std::string_view> fields;
  // The last field may have more colons.
  for (std::size_t colon = arn.find(':'); colon != std::string_view::npos && fields.size() < 5;
       colon = arn.find(':')) {
    fields.push_back(arn.substr(0, colon));
    arn.remove_prefix(colon + 1);
  }
  fields.push_back(arn);
  return fields;
}

bool is_account(std::string_view account) {
  return account.size() == 12 &&
         std::all_of(account.begin(), account.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "myapp" and "my-app-1": lower-case letters, digits, '-' inside.
bool is_point_name(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 3 && name.size() <= 50 && is_plain(name.front()) && is_plain(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_plain(c) || c == '-'; });
}

}  // namespace

std::optional<AccessPoint> parse_access_point(std::string_view bucket) {
  if (!bucket.starts_with("arn:")) return std::nullopt;
  const std::vector<std::string_view> fields = fields_of(bucket);
  if (fields.size() < 6) refuse_bucket(ErrorKind::invalid_argument, std::string(kForm), bucket);
  const std::string_view service = fields[2];
  const std::string_view resource = fields[5];
  if (service == "s3-outposts") refuse_bucket(ErrorKind::unsupported, std::string(kOnOutposts), bucket);
  if (service == "s3-object-lambda")
    refuse_bucket(ErrorKind::unsupported, std::string(kObjectLambda), bucket);
  if (service == "s3express") refuse_bucket(ErrorKind::unsupported, std::string(kDirectoryBucket), bucket);
  constexpr std::string_view kKind = "accesspoint";
  const bool is_point = service == "s3" && resource.size() > kKind.size() && resource.starts_with(kKind) &&
                        (resource[kKind.size()] == '/' || resource[kKind.size()] == ':');
  if (service == "s3" && fields[3].empty() && fields[4].empty() && !resource.empty() &&
      resource.find_first_of("/:") == std::string_view::npos) {
    refuse_bucket(ErrorKind::invalid_argument,
                  "of a bucket, the name alone is given, without arn:aws:s3:::", bucket);
  }
  if (!is_point) refuse_bucket(ErrorKind::invalid_argument, std::string(kForm), bucket);
  if (fields[3].empty()) {
    refuse_bucket(
        ErrorKind::unsupported,
        "multi-Region access points are not supported: they need signatures of version 4A, and their buckets may "
        "differ; name the bucket or an access point of one region",
        bucket);
  }
  AccessPoint point{std::string(fields[1]), std::string(fields[3]), std::string(fields[4]),
                    std::string(resource.substr(kKind.size() + 1))};
  const std::string_view part =
      !is_region(point.region)     ? "its region has other characters than a region's name"
      : !is_account(point.account) ? "its account isn't 12 digits"
      : !is_point_name(point.name) ? "its name isn't 3 to 50 lower-case letters, digits and '-'"
                                   : "";
  if (!part.empty()) refuse_bucket(ErrorKind::invalid_argument, fmt::format("{}: {}", part, kForm), bucket);
  return point;
}

void refuse_other_kinds_of_buckets(std::string_view bucket) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSuffixes = {{
      {"x-s3", kDirectoryBucket},
      {"xa-s3", kDirectoryBucket},
      {"op-s3", kOnOutposts},
      {"ol-s3", kObjectLambda},
  }};
  for (const auto& [suffix, why] : kSuffixes) {
    const bool has_it =
        bucket.ends_with(suffix) && bucket.substr(0, bucket.size() - suffix.size()).ends_with("--");
    if (has_it) refuse_bucket(ErrorKind::unsupported, std::string(why), bucket);
  }
}

}  // namespace s3c::aws
