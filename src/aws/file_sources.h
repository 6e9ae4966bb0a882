// "shared-credentials-file" and "config-file": keys in the two shared files.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials_source.h"
#include "aws/profile_file.h"

namespace s3c::aws {

/// files outlives the sources. Their find() throws Error: invalid_argument if only one of the two keys is
/// set.
std::unique_ptr<CredentialsSource> make_shared_file_source(const ProfileFiles& files, std::string profile);
std::unique_ptr<CredentialsSource> make_config_file_source(const ProfileFiles& files, std::string profile);

}  // namespace s3c::aws
