#include "s3/s3_client.h"

#include <utility>

#include "s3/known_stores.h"

namespace s3c::s3 {
namespace {

http::Headers standing_headers(const S3ClientConfig& config) {
  http::Headers headers;
  if (config.requester_pays) headers.add("x-amz-request-payer", "requester");
  if (!config.expected_owner.empty()) headers.add("x-amz-expected-bucket-owner", config.expected_owner);
  return headers;
}

}  // namespace

S3Client::S3Client(S3ClientConfig config, std::shared_ptr<aws::CredentialsProvider> credentials,
                   http::Transport& transport, base::Clock& clock, std::shared_ptr<base::Logger> logger,
                   std::stop_token stop)
    : completes_atomically_(s3::completes_atomically(config.endpoint)),
      tells_tag_counts_(s3::tells_tag_counts(config.endpoint)),
      encryption_(std::move(config.encryption)),
      expected_owner_(config.expected_owner),
      acl_(config.acl),
      runner_({aws::Endpoint(std::move(config.endpoint)), std::move(config.region), config.retry,
               standing_headers(config), config.caller, config.denial_note, config.store_note},
              std::move(credentials), transport, clock, std::move(logger), std::move(stop)) {}

}  // namespace s3c::s3
