#include "aws/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/error.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

[[noreturn]] void fail(std::string message, std::string_view resource) {
  throw Error(ErrorKind::invalid_argument, std::move(message),
              {.operation = "find the end point", .resource = base::printable(resource)});
}

/// AWS's partitions by the prefix of their regions' names. Source: botocore's partitions.json.
struct Partition {
  std::string_view region_prefix;
  std::string_view dns_suffix;
  std::string_view dual_stack_suffix;  ///< of services other than S3
};
constexpr std::array<Partition, 7> kPartitions = {{
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"", "amazonaws.com", "api.aws"},
}};

const Partition& partition_of(std::string_view region) {
  return *std::find_if(kPartitions.begin(), kPartitions.end(), [region](const Partition& partition) {
    return region.starts_with(partition.region_prefix);
  });
}

bool is_region(std::string_view region) {
  return !region.empty() && std::all_of(region.begin(), region.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string aws_host(const EndpointSettings& settings, std::string_view region) {
  return fmt::format("s3{}{}.{}.{}", settings.fips ? "-fips" : "", settings.dual_stack ? ".dualstack" : "",
                     region, partition_of(region).dns_suffix);
}

/// True for "[::1]:9000" and "127.0.0.1": an address can't have a bucket's name in front.
bool is_address(std::string_view host) {
  if (host.starts_with('[')) return true;
  const std::string_view name = host.substr(0, host.find(':'));
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace

std::string service_url(std::string_view service, const std::string& region, bool dual_stack, bool fips) {
  if (!is_region(region)) fail("this can't be a region's name", region);
  const Partition& partition = partition_of(region);
  return fmt::format("https://{}{}.{}.{}", service, fips ? "-fips" : "", region,
                     dual_stack ? partition.dual_stack_suffix : partition.dns_suffix);
}

std::string without_password(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(url);
  return std::string(url.substr(0, begin)) + "..." + std::string(url.substr(at));
}

bool can_be_host_label(std::string_view bucket, bool dots_allowed) {
  if (bucket.size() < 3 || bucket.size() > 63) return false;
  auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!alphanumeric(bucket.front()) || !alphanumeric(bucket.back())) return false;
  return std::all_of(bucket.begin(), bucket.end(),
                     [&](char c) { return alphanumeric(c) || c == '-' || (dots_allowed && c == '.'); });
}

std::string encode_query(std::vector<std::pair<std::string, std::string>> query) {
  for (auto& [name, value] : query) {
    name = base::percent_encode(name);
    value = base::percent_encode(value);
  }
  std::sort(query.begin(), query.end());
  std::string out;
  for (const auto& [name, value] : query) {
    if (!out.empty()) out.push_back('&');
    out.append(name).append("=").append(value);
  }
  return out;
}

Endpoint::Endpoint(EndpointSettings settings) : settings_(std::move(settings)) {
  if (settings_.url.empty()) return;
  std::string_view rest = settings_.url;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    tls_ = false;
  } else {
    fail("an end point must begin with http:// or https://", without_password(settings_.url));
  }
  // Only printable ASCII is allowed too: host and path are sent as they stand here.
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain || rest.find_first_of("?#@") != std::string_view::npos) {
    fail("an end point has a scheme, a host, a port and a path, and nothing else",
         without_password(settings_.url));
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  host_ = rest.substr(0, slash);
  path_ = rest.substr(slash);
  while (path_.ends_with('/')) path_.pop_back();
  std::string_view default_port = tls_ ? ":443" : ":80";
  if (host_.ends_with(default_port)) host_.resize(host_.size() - default_port.size());
  if (host_.empty() || host_.front() == ':')
    fail("an end point must have a host", without_password(settings_.url));
}

std::string Endpoint::url_in(const std::string& region) const {
  if (!settings_.url.empty()) return without_password(settings_.url);
  if (!is_region(region)) fail("this can't be a region's name", region);
  return "https://" + aws_host(settings_, region);
}

BucketAddress Endpoint::locate(const std::string& bucket, const std::string& region) const {
  if (bucket.empty()) fail("a bucket must have a name", "");
  if (bucket.find_first_of(std::string_view("/\0", 2)) != std::string::npos || bucket == "." ||
      bucket == "..") {
    fail("this can't be a bucket's name", bucket);
  }
  if (!is_region(region)) fail("this can't be a region's name", region);
  const bool aws = settings_.url.empty();
  BucketAddress address;
  address.region = region;
  address.tls = tls_;
  address.host = aws ? aws_host(settings_, region) : host_;
  const bool possible = can_be_host_label(bucket, !tls_) && !is_address(address.host);
  if (settings_.addressing == Addressing::virtual_host && !possible && is_address(address.host)) {
    fail("virtual-hosted addressing needs an end point with a name, not an address",
         without_password(settings_.url));
  }
  const bool wanted = settings_.addressing == Addressing::virtual_host ||
                      (settings_.addressing == Addressing::automatic && aws);
  if (wanted && possible) {
    address.host = bucket + "." + address.host;
    address.path_root = path_ + "/";
  } else {
    address.path_root = path_ + "/" + base::percent_encode(bucket) + "/";
  }
  address.origin = (tls_ ? "https://" : "http://") + address.host;
  return address;
}

}  // namespace s3c::aws
