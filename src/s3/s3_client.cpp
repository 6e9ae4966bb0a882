#include "s3/s3_client.h"

#include <utility>

#include "s3/known_stores.h"

namespace s3c::s3 {

S3Client::S3Client(S3ClientConfig config, std::shared_ptr<aws::CredentialsProvider> credentials,
                   http::Transport& transport, base::Clock& clock, std::shared_ptr<base::Logger> logger,
                   std::stop_token stop)
    : completes_atomically_(s3::completes_atomically(config.endpoint)),
      is_aws_(is_aws(config.endpoint)),
      encryption_(std::move(config.encryption)),
      acl_(std::move(config.acl)),
      runner_({aws::Endpoint(std::move(config.endpoint)), std::move(config.region), config.retry,
               std::move(config.caller)},
              std::move(credentials), transport, clock, std::move(logger), std::move(stop)) {}

}  // namespace s3c::s3
