#include "aws/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace s3c::aws {

std::string masked(std::string_view access_key_id) {
  constexpr std::size_t kShown = 4;
  constexpr std::size_t kStars = 16;
  std::string text(kStars, '*');
  if (access_key_id.size() > 2 * kShown) text += access_key_id.substr(access_key_id.size() - kShown);
  return text;
}

void validate(const Credentials& credentials, std::string_view origin, const CredentialsNames& names) {
  const auto refuse = [&](std::string_view what, std::string_view how) {
    throw base::Error(base::ErrorKind::invalid_argument, fmt::format("the {} from {} {}", what, origin, how),
                      {.operation = std::string(kFindCredentials)});
  };
  const auto check = [&](std::string_view what, std::string_view value) {
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!plain)
      refuse(what,
             "has a blank, a line break or another character that no key has: set it anew, without them");
  };
  if (credentials.access_key_id.empty()) refuse(names.access_key_id, "is empty");
  if (credentials.secret_access_key.empty()) refuse(names.secret_access_key, "is empty");
  check(names.access_key_id, credentials.access_key_id);
  check(names.secret_access_key, credentials.secret_access_key);
  check(names.session_token, credentials.session_token);
}

}  // namespace s3c::aws
