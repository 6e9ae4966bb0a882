// What each fault does to a request, through the handlers; what only a connection shows over a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loopback.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Faults : public testing::Test {
 protected:
  Faults() { sim_.put("/bucket", ""); }

  /// rules: JSON of one rule or more, comma-separated.
  void set(const std::string& rules, int seed = 1) {
    const Response response = sim_.control(
        "PUT", "/_sim/faults", "", "{\"seed\": " + std::to_string(seed) + ", \"rules\": [" + rules + "]}");
    ASSERT_EQ(response.status, 204) << response.body.to_string();
  }
  std::string report() { return sim_.control("GET", "/_sim/faults").body.to_string(); }
  void clear() { ASSERT_EQ(sim_.control("DELETE", "/_sim/faults").status, 204); }
  bool exists(const std::string& path) {
    clear();
    return sim_.get(path).status == 200;
  }

  SimClient sim_;
};

TEST_F(Faults, ErrorWithoutEffect) {
  set(R"({"operation": "PutObject", "fault": "error", "status": 503, "code": "SlowDown", "retry_after": 7})");
  const Response response = sim_.put("/bucket/k", "x");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(error_code(response), "SlowDown");
  EXPECT_EQ(response.headers.get("Retry-After"), "7");
  EXPECT_FALSE(exists("/bucket/k"));
}

TEST_F(Faults, ErrorAfterTheEffect) {
  set(R"({"operation": "PutObject", "fault": "error_after", "status": 500, "code": "InternalError"})");
  const Response response = sim_.put("/bucket/k", "x");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_code(response), "InternalError");
  EXPECT_TRUE(exists("/bucket/k"));
}

TEST_F(Faults, AnErrorToHeadHasNoBody) {
  set(R"({"fault": "error", "status": 404, "code": "NoSuchKey"})");
  const Response response = sim_.send("HEAD", "/bucket/k");
  EXPECT_EQ(response.status, 404);
  EXPECT_TRUE(response.body.empty());
}

TEST_F(Faults, Delay) {
  set(R"({"fault": "delay", "ms": 250})");
  const Response response = sim_.put("/bucket/k", "x");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.delay, 250ms);
}

TEST_F(Faults, ResetHasNoEffect) {
  set(R"({"operation": "PutObject", "fault": "reset"})");
  {
    Loopback server(sim_.handler());
    Connection connection(server);
    connection.send(sim_.signed_request("PUT", "/bucket/k", "", {}, "x"));
    EXPECT_EQ(connection.read().end, Connection::End::reset);
  }
  EXPECT_FALSE(exists("/bucket/k"));
}

TEST_F(Faults, ALostReplyHasItsEffect) {
  set(R"({"operation": "PutObject", "times": 1, "fault": "lost_reply"},
         {"operation": "PutObject", "fault": "lost_reply", "reset": true})");
  {
    Loopback server(sim_.handler());
    Connection closed(server);
    closed.send(sim_.signed_request("PUT", "/bucket/1", "", {}, "x"));
    const Connection::Answer answer = closed.read();
    EXPECT_EQ(answer.end, Connection::End::closed);
    EXPECT_EQ(answer.head, "");
    Connection reset(server);
    reset.send(sim_.signed_request("PUT", "/bucket/2", "", {}, "x"));
    EXPECT_EQ(reset.read().end, Connection::End::reset);
  }
  EXPECT_TRUE(exists("/bucket/1"));
  EXPECT_TRUE(exists("/bucket/2"));
}

}  // namespace
}  // namespace s3c::sim
