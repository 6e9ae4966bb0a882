// Ways to get credentials that the AWS CLI takes and we don't. Each stands in the chain where the AWS CLI has
// it, and refuses there: if it were passed over, the next credentials in the chain would count, and they may
// belong to another identity.
#pragma once

#include <memory>
#include <string>

#include "aws/credentials_source.h"
#include "aws/profile_file.h"

namespace s3c::aws {

/// login_session of a profile ("aws login"). files outlives it.
std::unique_ptr<CredentialsSource> make_login_refusal(const ProfileFiles& files, std::string profile);
/// AWS_CREDENTIAL_FILE, and the files of boto 2: BOTO_CONFIG, or /etc/boto.cfg and ~/.boto.
std::unique_ptr<CredentialsSource> make_old_files_refusal(Environment environment);

}  // namespace s3c::aws
