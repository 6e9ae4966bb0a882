// Input, a line each: URL of an end point, bucket, region, and a query, which is a redirect's Location too. An
// address that can be sent as it is, or Error invalid_argument or unsupported: nothing in it could end a header
// line or the request line, or lead to another host.
#include "aws/endpoint.h"

#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

bool is_one_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
}

void check_address(const aws::BucketAddress& address) {
  require(is_one_word(address.origin) && is_one_word(address.host) && is_one_word(address.path_root),
          "an address is one word");
  require(address.path_root.starts_with('/') && address.path_root.ends_with('/'), "a key follows a slash");
  require(address.origin.starts_with(address.tls ? "https://" : "http://"), "TLS is what the URL says");
  require(address.host.find('/') == std::string::npos, "a host is no path");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines = fuzz::split(fuzz::text_of(data, size), '\n');
  lines.resize(std::max<std::size_t>(lines.size(), 4));
  using aws::Addressing;
  for (const Addressing addressing : {Addressing::automatic, Addressing::path, Addressing::virtual_host}) {
    const auto address = fuzz::value_of({ErrorKind::invalid_argument, ErrorKind::unsupported}, [&] {
      return aws::Endpoint({.url = lines[0], .addressing = addressing}).locate(lines[1], lines[2]);
    });
    if (!address) continue;
    check_address(*address);
    const auto redirected = fuzz::value_of({ErrorKind::invalid_argument, ErrorKind::unsupported}, [&] {
      return aws::Endpoint({.url = lines[0], .addressing = addressing})
          .redirected(lines[1], *address, lines[3]);
    });
    if (!redirected || !*redirected) continue;
    check_address(**redirected);
    require((*redirected)->tls == address->tls, "a redirect keeps TLS");
    require((*redirected)->host.find('@') == std::string::npos, "a redirect has no user name");
  }
  const std::string query = aws::encode_query({{lines[3], lines[0]}, {lines[1], lines[2]}});
  require(is_one_word(query) && std::count(query.begin(), query.end(), '&') == 1,
          "a query keeps its parts apart");
  return 0;
}
