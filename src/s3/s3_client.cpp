#include "s3/s3_client.h"

#include <utility>

#include "s3/known_stores.h"

namespace s3c::s3 {

S3Client::S3Client(S3ClientConfig config, std::shared_ptr<aws::CredentialsProvider> credentials,
                   http::Transport& transport, base::Clock& clock, std::shared_ptr<base::Logger> logger,
                   std::stop_token stop)
    : completes_atomically_(s3::completes_atomically(config.endpoint)),
      tells_tag_counts_(s3::tells_tag_counts(config.endpoint)),
      encryption_(std::move(config.encryption)),
      runner_({aws::Endpoint(std::move(config.endpoint)), std::move(config.region), config.retry},
              std::move(credentials), transport, clock, std::move(logger), std::move(stop)) {}

}  // namespace s3c::s3
