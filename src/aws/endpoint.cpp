#include "aws/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/partition.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

/// "http://127.0.0.1:9000 (AWS_ENDPOINT_URL)".
std::string shown(const EndpointSettings& settings) {
  return url_to_show(settings.url) + (settings.place.empty() ? "" : fmt::format(" ({})", settings.place));
}

[[noreturn]] void fail(std::string message, std::string_view resource) {
  throw Error(ErrorKind::invalid_argument, std::move(message),
              {.operation = "find the end point", .resource = base::printable(resource)});
}

[[noreturn]] void refuse_region(std::string_view region) {
  fail("this can't be a region's name: those are like eu-west-1", region);
}

constexpr std::string_view kFipsSuffix = "-fips";
constexpr std::string_view kDualStack = ".dualstack";

/// service: "s3" or "s3-accesspoint".
std::string aws_host(const EndpointSettings& settings, std::string_view service, std::string_view region) {
  const Partition& partition = partition_of(region);
  if (settings.fips && !partition.has_fips)
    fail("S3 has no FIPS end points in this region: turn use_fips_endpoint off", region);
  return fmt::format("{}{}{}.{}.{}", service, settings.fips ? kFipsSuffix : "",
                     settings.dual_stack ? kDualStack : "", region, partition.dns_suffix);
}

/// The AWS CLI's name for "no region in particular".
std::string true_region(const std::string& region) {
  return region == "aws-global" ? "us-east-1" : region;
}

/// "a.example" of "a.example:9000", "[::1]" of "[::1]:9000".
std::string_view without_port(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  return host.substr(0, host.find(':', bracket == std::string_view::npos ? 0 : bracket));
}

/// Letters, digits and what else a host with a port is made of: no user name, nothing that ends a header line.
bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

/// The region of an end point of S3 by its host's name: "eu-west-1" of "logs.s3.eu-west-1.amazonaws.com", of
/// "s3-eu-west-1.amazonaws.com" and so on. Empty: it isn't one, or has another suffix.
std::string region_of_host(std::string_view host, std::string_view bucket, std::string_view dns_suffix) {
  const std::string end = "." + std::string(dns_suffix);
  if (!host.ends_with(end)) return {};
  host.remove_suffix(end.size());
  if (host.starts_with(std::string(bucket) + ".")) host.remove_prefix(bucket.size() + 1);
  if (!host.starts_with("s3")) return {};
  host.remove_prefix(2);
  if (host.starts_with(kFipsSuffix)) host.remove_prefix(kFipsSuffix.size());
  if (host.starts_with(kDualStack)) host.remove_prefix(kDualStack.size());
  if (host.empty() || (host.front() != '.' && host.front() != '-')) return {};
  host.remove_prefix(1);
  // "eu-west-1", and not "external-1" or "website".
  const bool has_form = is_region(host) && std::count(host.begin(), host.end(), '-') >= 2;
  return has_form ? std::string(host) : std::string();
}

/// True for "[::1]:9000" and "127.0.0.1": an address can't have a bucket's name in front.
bool is_address(std::string_view host) {
  if (host.starts_with('[')) return true;
  const std::string_view name = without_port(host);
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace

std::string service_url(std::string_view service, const std::string& region, bool dual_stack, bool fips) {
  if (!is_region(region)) refuse_region(region);
  const Partition& partition = partition_of(region);
  return fmt::format("https://{}{}.{}.{}", service, fips ? "-fips" : "", region,
                     dual_stack ? partition.dual_stack_suffix : partition.dns_suffix);
}

std::string url_to_show(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.rfind('@');
  const bool has_user = at != std::string_view::npos && at >= begin;
  std::string shown(url.substr(0, begin));
  if (has_user) shown += "...";
  url.remove_prefix(has_user ? at : begin);
  const std::size_t query = std::min(url.find_first_of("?#"), url.size());
  shown += url.substr(0, query);
  if (query < url.size()) shown.append(1, url[query]).append("...");
  return shown;
}

bool can_be_host_label(std::string_view bucket, bool dots_allowed) {
  if (bucket.size() < 3 || bucket.size() > 63 || is_address(bucket)) return false;
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto is_label = [&](std::string_view label) {
    return !label.empty() && is_plain(label.front()) && is_plain(label.back()) &&
           std::all_of(label.begin(), label.end(), [&](char c) { return is_plain(c) || c == '-'; });
  };
  for (std::size_t dot = bucket.find('.'); dots_allowed && dot != std::string_view::npos;
       dot = bucket.find('.')) {
    if (!is_label(bucket.substr(0, dot))) return false;
    bucket.remove_prefix(dot + 1);
  }
  return is_label(bucket);
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
  // As botocore: whoever asks for FIPS must not get something else without a word.
  if (settings_.fips || settings_.dual_stack) {
    fail(fmt::format("{} can't be combined with an end point of your own: turn it off for this store, in the "
                     "profile or the variable that sets it",
                     settings_.fips ? "use_fips_endpoint" : "use_dualstack_endpoint"),
         shown(settings_));
  }
  std::string_view rest = settings_.url;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    tls_ = false;
  } else {
    fail("an end point must begin with http:// or https://, such as http://minio.example:9000",
         shown(settings_));
  }
  // Only printable ASCII is allowed too: host and path are sent as they stand here.
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain || rest.find_first_of("?#@") != std::string_view::npos) {
    fail("an end point has a scheme, a host, a port and a path, and nothing else", shown(settings_));
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  host_ = rest.substr(0, slash);
  path_ = rest.substr(slash);
  while (path_.ends_with('/')) path_.pop_back();
  std::string_view default_port = tls_ ? ":443" : ":80";
  if (host_.ends_with(default_port)) host_.resize(host_.size() - default_port.size());
  if (host_.empty() || host_.front() == ':') fail("an end point must have a host", shown(settings_));
}

std::string Endpoint::url_in(const std::string& region) const {
  if (!settings_.url.empty()) return url_to_show(settings_.url);
  if (!is_region(region)) refuse_region(region);
  return "https://" + aws_host(settings_, "s3", true_region(region));
}

BucketAddress Endpoint::address_at(std::string host, std::string path_root, std::string region) const {
  BucketAddress address;
  address.origin = (tls_ ? "https://" : "http://") + host;
  address.host = std::move(host);
  address.path_root = std::move(path_root);
  address.region = std::move(region);
  address.tls = tls_;
  return address;
}

BucketAddress Endpoint::locate_access_point(const AccessPoint& point, const std::string& arn,
                                            const std::string& region) const {
  if (partition_of(point.region).id != point.partition || partition_of(region).id != point.partition) {
    fail(fmt::format("this access point is in the partition {}, and the region {} isn't", point.partition,
                     region),
         arn);
  }
  if (!settings_.use_arn_region && point.region != region) {
    fail(
        fmt::format("s3.use_arn_region is off, and the region {} is another than the access point's", region),
        arn);
  }
  const bool aws = settings_.url.empty();
  if (settings_.addressing == Addressing::path || (!aws && is_address(host_)))
    fail("an access point's ARN needs virtual-hosted addressing, and an end point with a name", arn);
  const std::string host = aws ? aws_host(settings_, "s3-accesspoint", point.region) : host_;
  return address_at(fmt::format("{}-{}.{}", point.name, point.account, host), path_ + "/", point.region);
}

BucketAddress Endpoint::locate(const std::string& bucket, const std::string& asked_region) const {
  if (bucket.empty()) fail("a bucket must have a name", "");
  if (!is_region(asked_region)) refuse_region(asked_region);
  const std::string region = true_region(asked_region);
  if (const auto point = parse_access_point(bucket)) return locate_access_point(*point, bucket, region);
  if (bucket.find_first_of(std::string_view("/\0", 2)) != std::string::npos || bucket == "." ||
      bucket == "..") {
    fail("this can't be a bucket's name", bucket);
  }
  const bool aws = settings_.url.empty();
  if (aws) refuse_other_kinds_of_buckets(bucket);
  const std::string host = aws ? aws_host(settings_, "s3", region) : host_;
  const bool wanted = settings_.addressing == Addressing::virtual_host ||
                      (settings_.addressing == Addressing::automatic && aws);
  if (wanted && can_be_host_label(bucket, !tls_) && !is_address(host))
    return address_at(bucket + "." + host, path_ + "/", region);
  return address_at(host, path_ + "/" + base::percent_encode(bucket) + "/", region);
}

std::optional<BucketAddress> Endpoint::redirected(const std::string& bucket, const BucketAddress& from,
                                                  std::string_view location) const {
  const std::string_view scheme = tls_ ? "https://" : "http://";
  if (!location.starts_with(scheme)) return std::nullopt;
  location.remove_prefix(scheme.size());
  std::string host = base::lower(location.substr(0, location.find_first_of("/?#")));
  if (const std::string_view port = tls_ ? ":443" : ":80"; host.ends_with(port))
    host.resize(host.size() - port.size());
  if (settings_.url.empty()) {
    const std::string region = region_of_host(host, bucket, partition_of(from.region).dns_suffix);
    if (region.empty() || region == from.region) return std::nullopt;
    return locate(bucket, region);
  }
  const std::string own(without_port(base::lower(host_)));
  const std::string_view name = without_port(host);
  const bool is_ours = name == own || (!is_address(host_) && name.ends_with("." + own));
  if (!is_ours || host == from.host || !is_host(host)) return std::nullopt;
  const bool has_bucket = host.starts_with(bucket + ".");
  return address_at(host, has_bucket ? path_ + "/" : path_ + "/" + base::percent_encode(bucket) + "/",
                    from.region);
}

}  // namespace s3c::aws
