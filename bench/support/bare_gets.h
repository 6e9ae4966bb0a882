// GETs with nothing but sockets, epoll and OpenSSL: the floor under every way to make them.
#pragma once

#include <vector>

#include "http/transport.h"

namespace s3c::bench {

/// The calling thread keeps `transfers` connections to the server of requests (an IPv4 address and a port) busy
/// until count GETs are done, going round. Bodies are dropped. Over TLS the certificate is not verified: the
/// connections are opened beforehand. Throws std::runtime_error when an answer isn't 200 with a
/// Content-Length.
void bare_gets(const std::vector<http::Request>& requests, int transfers, int count);

}  // namespace s3c::bench
