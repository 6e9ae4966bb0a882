// Ways to fetch signed requests with libcurl itself, without this project's HTTP layer: the yardstick. Bodies
// are counted and dropped. Every function throws std::runtime_error when an answer isn't 200.
#pragma once

#include <vector>

#include "http/transport.h"

namespace s3c::bench {

/// The calling thread sends requests[first], requests[first + step], ... count of them, going round, over one
/// easy handle with curl_easy_perform().
void easy_gets(const std::vector<http::Request>& requests, int first, int step, int count);

/// The calling thread drives `transfers` transfers at a time until count are done: a multi handle with its
/// socket interface on epoll, which is how libcurl is used where thousands of transfers share a thread.
void event_loop_gets(const std::vector<http::Request>& requests, int transfers, int count);

}  // namespace s3c::bench
