#include "http/library_versions.h"

#include <curl/curl.h>

namespace s3c::http {

std::string library_versions() {
  return ::curl_version();
}

}  // namespace s3c::http
