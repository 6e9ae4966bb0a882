// The stop switch: what happens to the K-th request and the ones after it.
#include <gtest/gtest.h>

#include "loopback.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using namespace std::chrono_literals;

bool is_held(const Response& response) {
  return response.delivery.how == Delivery::How::held;
}

class Stop : public testing::Test {
 protected:
  Stop() { sim_.put("/bucket", ""); }
  std::string state() { return sim_.control("GET", "/_sim/stop").body.to_string(); }

  SimClient sim_;
};

TEST_F(Stop, BeforeTheEffect) {
  ASSERT_EQ(sim_.control("PUT", "/_sim/stop", "request=2&when=before").status, 204);
  EXPECT_EQ(sim_.put("/bucket/1", "x").status, 200);
  EXPECT_EQ(state(), "{\"requests\":1,\"stopped\":false,\"held\":0}\n");
  EXPECT_TRUE(is_held(sim_.put("/bucket/2", "x")));
  EXPECT_TRUE(is_held(sim_.put("/bucket/3", "x")));
  EXPECT_EQ(state(), "{\"requests\":3,\"stopped\":true,\"held\":2}\n");

  const Response goes_on = sim_.control("DELETE", "/_sim/stop");
  EXPECT_TRUE(goes_on.releases_held);
  EXPECT_EQ(state(), "{\"requests\":3,\"stopped\":false,\"held\":0}\n");
  EXPECT_EQ(sim_.get("/bucket/1").status, 200);
  EXPECT_EQ(sim_.get("/bucket/2").status, 404);
  EXPECT_EQ(sim_.get("/bucket/3").status, 404);
}

TEST_F(Stop, AfterTheEffectOfThatRequestOnly) {
  ASSERT_EQ(sim_.control("PUT", "/_sim/stop", "request=2&when=after").status, 204);
  EXPECT_EQ(sim_.put("/bucket/1", "x").status, 200);
  EXPECT_TRUE(is_held(sim_.put("/bucket/2", "x")));
  EXPECT_TRUE(is_held(sim_.put("/bucket/3", "x")));
  sim_.control("DELETE", "/_sim/stop");
  EXPECT_EQ(sim_.get("/bucket/2").status, 200);
  EXPECT_EQ(sim_.get("/bucket/3").status, 404);
}

TEST_F(Stop, CountsRequestsAndNeverControls) {
  EXPECT_EQ(state(), "{\"requests\":1,\"stopped\":false,\"held\":0}\n") << "counts without a stop, too";
  sim_.control("PUT", "/_sim/stop", "request=1000000&when=before");
  EXPECT_EQ(state(), "{\"requests\":0,\"stopped\":false,\"held\":0}\n");
  sim_.control("GET", "/_sim/bill");
  sim_.send_unsigned("GET", "/bucket/refused");
  EXPECT_EQ(state(), "{\"requests\":1,\"stopped\":false,\"held\":0}\n");
  sim_.control("PUT", "/_sim/stop", "request=1&when=before");
  EXPECT_TRUE(is_held(sim_.get("/bucket")));
  EXPECT_EQ(sim_.control("GET", "/_sim/bill").status, 200) << "a control was held";
}

TEST_F(Stop, RefusesWhatItCannotMean) {
  for (const char* query : {"", "request=3", "when=before", "request=0&when=before", "request=x&when=before",
                            "request=3&when=during"}) {
    EXPECT_EQ(sim_.control("PUT", "/_sim/stop", query).status, 400) << query;
  }
  EXPECT_EQ(sim_.control("POST", "/_sim/stop").status, 405);
  EXPECT_EQ(sim_.put("/bucket/k", "x").status, 200) << "a refused control must change nothing";
}

TEST_F(Stop, HeldConnectionsStayOpenUntilReleased) {
  sim_.control("PUT", "/_sim/stop", "request=1&when=after");
  Loopback server(sim_.handler());
  Connection held(server);
  held.send(sim_.signed_request("PUT", "/bucket/k", "", {}, "x"));
  EXPECT_EQ(held.read(200ms).end, Connection::End::open);
  Connection control(server);
  control.send(Request{"DELETE", "/_sim/stop", "", {}, {}});
  EXPECT_EQ(control.read().end, Connection::End::whole);
  const Connection::Answer end = held.read();
  EXPECT_EQ(end.end, Connection::End::closed);
  EXPECT_EQ(end.head, "");
  control.send(sim_.signed_request("GET", "/bucket/k"));
  EXPECT_EQ(control.read().body, "x");
}

}  // namespace
}  // namespace s3c::sim
