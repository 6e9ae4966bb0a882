// Names that stand in a bucket's place and mean more than a bucket of S3: ARNs of access points, and the names
// of buckets of another kind. Pure functions, any thread. Source: Amazon S3 User Guide, "Referencing access
// points" and "Directory bucket naming rules".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace s3c::aws {

/// "arn:aws:s3:us-west-2:123456789012:accesspoint/my-point"; ':' may stand for the '/'.
struct AccessPoint {
  std::string partition;  ///< "aws"
  std::string region;
  std::string account;
  std::string name;
};

/// nullopt: it is no ARN, but a bucket's name or an access point's alias. Throws Error: unsupported for
/// multi-Region access points, for those that change what is read (Object Lambda) and for those on Outposts;
/// invalid_argument for every other ARN.
std::optional<AccessPoint> parse_access_point(std::string_view bucket);

/// Throws Error: unsupported for a name that AWS gives only to directory buckets, to their access points, or
/// to aliases of access points of Outposts and Object Lambda.
void refuse_other_kinds_of_buckets(std::string_view bucket);

}  // namespace s3c::aws
