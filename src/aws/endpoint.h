// Where a bucket is: its host, its path, and the region to sign for. Immutable, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/access_point.h"

namespace s3c::aws {

enum class Addressing {
  automatic,     ///< virtual_host on AWS where the bucket's name allows it, path elsewhere
  path,          ///< https://host/bucket/key
  virtual_host,  ///< https://bucket.host/key; path where the name or an address as host doesn't allow it
};

struct EndpointSettings {
  std::string url = {};    ///< "http://127.0.0.1:9000", may have a path; empty: AWS
  std::string place = {};  ///< where url is set, for messages: a variable's name, "file:line", a flag
  Addressing addressing = Addressing::automatic;
  bool dual_stack = false;  ///< AWS only: IPv6 too
  bool fips = false;        ///< AWS only: FIPS 140 end points
  /// Access points may be in another region than the one that is set.
  bool use_arn_region = true;
};

/// Where one bucket's requests go.
struct BucketAddress {
  std::string origin;     ///< "https://bucket.s3.eu-west-1.amazonaws.com"
  std::string host;       ///< as in the Host header, which is signed: without a default port
  std::string path_root;  ///< encoded; the key is appended to it: "/" or "/bucket/"
  std::string region;     ///< to sign for
  bool tls = true;
};

class Endpoint {
 public:
  /// Throws Error: invalid_argument unless settings.url is empty or "http[s]://host[:port][/path]" in
  /// printable ASCII, and for a url together with fips or dual_stack. The message names settings.place.
  explicit Endpoint(EndpointSettings settings);

  /// bucket: a bucket's name, or an access point's alias or ARN, which has its own region. Throws Error:
  /// invalid_argument when bucket or region can't be part of a host name or path, or when the access point is
  /// out of reach; unsupported for what parse_access_point() and refuse_other_kinds_of_buckets() refuse.
  BucketAddress locate(const std::string& bucket, const std::string& region) const;

  /// Where a redirect leads: location is the Location of an answer to a request that was sent to from. nullopt:
  /// it leads out of this store, by plain HTTP instead of TLS, or nowhere else. In AWS only its region counts.
  /// Elsewhere the host must be the end point's own, or end with it.
  std::optional<BucketAddress> redirected(const std::string& bucket, const BucketAddress& from,
                                          std::string_view location) const;

  /// The end point without a bucket, for people: "https://s3.eu-west-1.amazonaws.com". Throws Error:
  /// invalid_argument when region can't be part of a host name.
  std::string url_in(const std::string& region) const;

 private:
  BucketAddress address_at(std::string host, std::string path_root, std::string region) const;
  BucketAddress locate_access_point(const AccessPoint& point, const std::string& arn,
                                    const std::string& region) const;

  EndpointSettings settings_;
  std::string host_;  // of a custom end point, with its port unless that is the default
  std::string path_;  // of a custom end point, without '/' at the end
  bool tls_ = true;
};

/// "https://sts.eu-west-1.amazonaws.com": the end point of an AWS service other than S3.
/// Throws Error: invalid_argument when region can't be part of a host name.
std::string service_url(std::string_view service, const std::string& region, bool dual_stack, bool fips);

/// The URL with "..." in the place of a user name and password, and of a query or fragment: what messages may show.
std::string url_to_show(std::string_view url);

/// True when bucket can be the first label of a host name: lower-case letters, digits and '-', and dots if
/// dots_allowed. Over TLS dots aren't allowed, because a certificate's wildcard stands for one label.
bool can_be_host_label(std::string_view bucket, bool dots_allowed);

/// A query in canonical form: sorted by encoded name, "name=" for a name without a value. The same text is
/// signed and sent. Source: Signature Version 4, "CanonicalQueryString".
std::string encode_query(std::vector<std::pair<std::string, std::string>> query);

}  // namespace s3c::aws
