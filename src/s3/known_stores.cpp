#include "s3/known_stores.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace s3c::s3 {
namespace {

struct KnownStore {
  std::string_view domain;  ///< of its end points' host names
  bool is_aws;
  bool completes_atomically;
};

/// A row needs the vendor's documentation. A test that succeeded is not enough.
constexpr std::array kKnownStores = {
    // Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes": the first
    // write to finish succeeds, the others get 412 or 409.
    KnownStore{"amazonaws.com", true, true},
    KnownStore{"amazonaws.com.cn", true, true},
    KnownStore{"api.aws", true, true},
};

/// "s3.eu-west-1.amazonaws.com" of "https://s3.eu-west-1.amazonaws.com:443/path", in lower case.
std::string host_of(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  std::string host(url.substr(0, url.find_first_of(":/")));
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return host;
}

/// nullptr: we know nothing of it.
const KnownStore* find_store(const aws::EndpointSettings& endpoint) {
  if (endpoint.url.empty()) return kKnownStores.data();  // AWS
  const std::string host = host_of(endpoint.url);
  const auto* const found =
      std::find_if(kKnownStores.begin(), kKnownStores.end(), [&](const KnownStore& store) {
        return host == store.domain || host.ends_with("." + std::string(store.domain));
      });
  return found == kKnownStores.end() ? nullptr : found;
}

}  // namespace

bool completes_atomically(const aws::EndpointSettings& endpoint) {
  const KnownStore* store = find_store(endpoint);
  return store != nullptr && store->completes_atomically;
}

bool is_aws(const aws::EndpointSettings& endpoint) {
  const KnownStore* store = find_store(endpoint);
  return store != nullptr && store->is_aws;
}

}  // namespace s3c::s3
