// AWS's partitions: parts of AWS that share no accounts, with DNS suffixes of their own. Pure functions, any
// thread.
#pragma once

#include <string_view>

namespace s3c::aws {

struct Partition {
  std::string_view id;             ///< as ARNs name it: "aws-cn"
  std::string_view region_prefix;  ///< of its regions' names; empty: all that are in no other partition
  std::string_view dns_suffix;
  std::string_view dual_stack_suffix;  ///< of services other than S3
  bool has_fips = true;                ///< whether S3 has FIPS end points there
};

/// The partition that region is in.
const Partition& partition_of(std::string_view region);

/// Whether region can be part of a host name.
bool is_region(std::string_view region);

}  // namespace s3c::aws
