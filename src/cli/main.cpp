#include <cstdlib>
#include <string>
#include <vector>

#include "cli/options/environment.h"
#include "cli/output/standard_output.h"
#include "cli/program.h"

namespace {

/// libcurl reads http_proxy in small letters only: a web server sets HTTP_PROXY for a CGI program from what a
/// stranger sent. The AWS CLI takes both, but in such a program.
void heed_http_proxy() {
  const char* const proxy = std::getenv("HTTP_PROXY");
  if (proxy == nullptr || std::getenv("REQUEST_METHOD") != nullptr) return;
  ::setenv("http_proxy", proxy, 0);  // keeps the one in small letters
}

}  // namespace

int main(int argc, char** argv) {
  s3c::cli::guard_standard_streams();
  heed_http_proxy();
  return s3c::cli::run_program(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                               s3c::cli::Environment::of_process());
}
