// What only the connection shows of an ordinary answer.
#include "sim/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loopback.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Server, AValueFromTheRequestStartsNoHeader) {
  SimClient sim;
  sim.put("/bucket", "");
  sim.put("/bucket/key", "body");
  const Request request =
      sim.signed_request("GET", "/bucket/key", "response-content-type=text%2Fplain%0D%0AX-Evil%3A%201");
  const Loopback server(sim.handler());
  Connection connection(server);
  connection.send(request);
  const Connection::Answer answer = connection.read();
  EXPECT_THAT(answer.head, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer.head, HasSubstr("text/plain  X-Evil: 1\r\n"));
  EXPECT_THAT(answer.head, Not(HasSubstr("\nX-Evil")));
  EXPECT_THAT(answer.head, HasSubstr("\r\nContent-Length: 4\r\n"));
  EXPECT_EQ(answer.body, "body");
}

}  // namespace
}  // namespace s3c::sim
