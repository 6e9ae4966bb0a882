// What each fault does to a request, through the handlers; what only a connection shows over a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "base/encoding.h"
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

TEST_F(Faults, ErrorIn200) {
  set(R"({"operation": "PutObject", "times": 1, "fault": "error_in_200", "code": "InternalError"},
         {"operation": "PutObject", "fault": "error_in_200", "code": "InternalError", "after_effect": true})");
  for (const char* path : {"/bucket/1", "/bucket/2"}) {
    const Response response = sim_.put(path, "x");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(error_code(response), "InternalError");
  }
  EXPECT_FALSE(exists("/bucket/1"));
  EXPECT_TRUE(exists("/bucket/2"));
}

TEST_F(Faults, AStallSendsABeginningThenNothingThenCloses) {
  sim_.put("/bucket/k", "0123456789");
  set(R"({"operation": "GetObject", "times": 1, "fault": "stall", "after_bytes": 4, "ms": 300},
         {"operation": "GetObject", "times": 1, "fault": "stall", "after_bytes": 99, "ms": 0},
         {"operation": "HeadObject", "fault": "stall", "ms": 0})");
  Loopback server(sim_.handler());
  Connection connection(server);
  connection.send(sim_.signed_request("GET", "/bucket/k"));
  Connection::Answer answer = connection.read(100ms);
  EXPECT_EQ(answer.end, Connection::End::open);
  EXPECT_THAT(answer.head, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_EQ(answer.body, "0123");
  EXPECT_EQ(connection.read().end, Connection::End::closed);

  Connection all_but_one(server);
  all_but_one.send(sim_.signed_request("GET", "/bucket/k"));
  EXPECT_EQ(all_but_one.read().body, "012345678");
  Connection bodiless(server);
  bodiless.send(sim_.signed_request("HEAD", "/bucket/k"));
  answer = bodiless.read();
  EXPECT_EQ(answer.end, Connection::End::closed);
  EXPECT_EQ(answer.head, "");
}

TEST_F(Faults, ALateRequestTakesEffectAfterItsConnectionIsGone) {
  set(R"({"operation": "PutObject", "fault": "late", "ms": 400})");
  Loopback server(sim_.handler());
  Connection late(server);
  late.send(sim_.signed_request("PUT", "/bucket/k", "", {}, "x"));
  const Connection::Answer answer = late.read();
  EXPECT_EQ(answer.end, Connection::End::closed);
  EXPECT_EQ(answer.head, "");
  Connection reader(server);
  auto get = [&] {
    reader.send(sim_.signed_request("GET", "/bucket/k"));
    return reader.read();
  };
  EXPECT_THAT(get().head, HasSubstr(" 404 "));
  Connection::Answer got;
  for (int i = 0; i < 200 && got.body != "x"; ++i) {
    std::this_thread::sleep_for(50ms);
    got = get();
  }
  EXPECT_EQ(got.body, "x");
}

TEST_F(Faults, ADuplicateTakesEffectTwiceAndAnswersTheFirst) {
  sim_.put("/bucket/k", "x");
  set(R"({"operation": "DeleteObject", "fault": "duplicate"}, {"operation": "PutObject", "fault": "duplicate", "ms": 10})");
  const std::string id = sim_.start_upload("/bucket/u");
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k").status, 204);
  EXPECT_THAT(sim_.control("GET", "/_sim/bill").body.to_string(), HasSubstr("\"DeleteObject\":2"));

  const Response first = sim_.put("/bucket/k", "old", {{"if-none-match", "*"}});
  EXPECT_EQ(first.status, 200);
  ASSERT_TRUE(first.later);
  EXPECT_EQ(first.later->after, 10ms);
  clear();
  EXPECT_EQ(sim_.send("DELETE", "/bucket/k").status, 204);
  first.later->run();
  EXPECT_EQ(sim_.get("/bucket/k").body.to_string(), "old") << "the delayed duplicate brings it back";
}

TEST_F(Faults, ALateAbortMeansTheSameUpload) {
  const std::string id = sim_.start_upload("/bucket/u");
  set(R"({"operation": "AbortMultipartUpload", "fault": "late", "ms": 5})");
  const Response answer = sim_.send("DELETE", "/bucket/u", "uploadId=" + id);
  ASSERT_TRUE(answer.later);
  EXPECT_THAT(sim_.upload_part("/bucket/u", id, 1, "x"), HasSubstr("9dd4e461268c8034f5c8564e155c67a6"));
  answer.later->run();
  EXPECT_EQ(sim_.upload_part("/bucket/u", id, 1, "x"), "NoSuchUpload");
}

TEST_F(Faults, ACutBodyPromisesAllAndAShortOneDoesNot) {
  sim_.put("/bucket/k", "0123456789");
  set(R"({"operation": "GetObject", "times": 1, "fault": "cut_body", "keep_ratio": 0.5},
         {"operation": "GetObject", "times": 1, "fault": "cut_body", "keep_bytes": 0, "reset": true},
         {"operation": "GetObject", "times": 1, "fault": "cut_body", "keep_bytes": 50},
         {"operation": "GetObject", "times": 1, "fault": "short_body", "keep_bytes": 3},
         {"operation": "HeadObject", "fault": "cut_body", "keep_bytes": 3})");
  Loopback server(sim_.handler());
  auto get = [&](const char* method = "GET") {
    Connection connection(server);
    connection.send(sim_.signed_request(method, "/bucket/k"));
    return connection.read(20s, method == std::string("HEAD"));
  };
  const Connection::Answer half = get();
  EXPECT_EQ(half.end, Connection::End::closed);
  EXPECT_THAT(half.head, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_EQ(half.body, "01234");
  EXPECT_EQ(get().end, Connection::End::reset);
  EXPECT_EQ(get().body, "012345678") << "a cut body lacks one byte at least";
  const Connection::Answer lie = get();
  EXPECT_EQ(lie.end, Connection::End::whole);
  EXPECT_THAT(lie.head, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_EQ(lie.body, "012");
  EXPECT_EQ(get("HEAD").end, Connection::End::whole);
  EXPECT_THAT(report(), HasSubstr(R"({"matched":1,"fired":0}])")) << "HEAD has no body to cut";
}

int differing_bits(const std::string& a, const std::string& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) bits += std::popcount(static_cast<unsigned char>(a[i] ^ b[i]));
  return bits;
}

TEST_F(Faults, FlipByte) {
  const std::string body(1000, 'a');
  sim_.put("/bucket/k", body);
  auto get = [&](const std::string& at, int seed = 1) {
    set(R"({"operation": "GetObject", "fault": "flip_byte")" + at + "}", seed);
    return sim_.get("/bucket/k").body.to_string();
  };
  const std::string anywhere = get("");
  ASSERT_EQ(anywhere.size(), body.size());
  EXPECT_EQ(differing_bits(anywhere, body), 1);
  EXPECT_EQ(get(""), anywhere) << "the same seed, the same bit";
  EXPECT_NE(get("", 2), anywhere);
  EXPECT_NE(get(", \"at\": 7")[7], 'a');
  const std::string last = get(", \"at\": -1");
  EXPECT_NE(last[999], 'a');
  EXPECT_EQ(differing_bits(last, body), 1);
  EXPECT_EQ(get(", \"at\": 1000"), body);
  EXPECT_THAT(report(), HasSubstr(R"({"matched":1,"fired":0})"));
}

TEST_F(Faults, TruncateXmlSparesObjects) {
  sim_.put("/bucket/k", "0123456789");
  set(R"({"fault": "truncate_xml"})");
  const std::string listing = sim_.get("/bucket", "list-type=2").body.to_string();
  EXPECT_THAT(listing, HasSubstr("<ListBucketResult"));
  EXPECT_THAT(listing, testing::Not(HasSubstr("</ListBucketResult>")));
  EXPECT_EQ(sim_.get("/bucket/k").body.to_string(), "0123456789");
}

TEST_F(Faults, WrongEtagInHeaderAndXml) {
  const std::string etag(sim_.put("/bucket/k", "x").headers.get("ETag"));
  set(R"({"fault": "wrong_etag"})");
  const std::string other(sim_.send("HEAD", "/bucket/k").headers.get("ETag"));
  EXPECT_NE(other, etag);
  EXPECT_EQ(other.size(), etag.size());
  EXPECT_EQ(text(sim_.get("/bucket", "list-type=2"), "Contents/ETag"), other);
}

TEST_F(Faults, DroppedRequestHeadersAreUnknownToTheStoreThoughSigned) {
  sim_.put("/bucket/k", "old");
  set(R"({"fault": "drop_headers", "request": ["if-none-match", "x-amz-meta-*"]})");
  const Response response = sim_.put("/bucket/k", "new", {{"if-none-match", "*"}, {"x-amz-meta-a", "1"}});
  EXPECT_EQ(response.status, 200) << response.body.to_string();
  clear();
  const Response got = sim_.get("/bucket/k");
  EXPECT_EQ(got.body.to_string(), "new");
  EXPECT_FALSE(got.headers.contains("x-amz-meta-a"));
  set(R"({"fault": "drop_headers", "request": "if-none-match"})");
  EXPECT_EQ(sim_.send_unsigned("GET", "/bucket/k").status, 403) << "signatures are checked all the same";
}

TEST_F(Faults, DroppedResponseHeadersAreMissing) {
  sim_.put("/bucket/k", "x");
  set(R"({"fault": "drop_headers", "response": ["etag", "x-amz-checksum-*"]})");
  const Response got = sim_.get("/bucket/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(got.status, 200);
  EXPECT_FALSE(got.headers.contains("ETag"));
  EXPECT_FALSE(got.headers.contains("x-amz-checksum-crc64nvme"));
  EXPECT_TRUE(got.headers.contains("Last-Modified"));
}

TEST_F(Faults, SomeKeysOfADeleteAreRefused) {
  for (const char* path : {"/bucket/a", "/bucket/b", "/bucket/c%26"}) sim_.put(path, "x");
  const std::string all =
      "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object><Object><Key>c&amp;</Key></Object></"
      "Delete>";
  set(R"({"times": 1, "fault": "delete_errors", "match": "*", "code": "AccessDenied"},
         {"operation": "DeleteObjects", "fault": "delete_errors", "match": "c*", "code": "InternalError"})");
  const Response refused = sim_.delete_objects("/bucket", all);
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(texts(refused, "Error/Key").size(), 3U);
  const Response some = sim_.delete_objects("/bucket", all);
  EXPECT_THAT(texts(some, "Deleted/Key"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(texts(some, "Error/Key"), testing::ElementsAre("c&"));
  EXPECT_EQ(text(some, "Error/Code"), "InternalError");
  EXPECT_TRUE(exists("/bucket/c%26"));
  EXPECT_FALSE(exists("/bucket/b"));
}

TEST_F(Faults, RateLimitPerPrefix) {
  set(R"({"fault": "rate_limit", "per_second": 2, "prefix_segments": 1})");
  auto status = [&](const char* path) { return sim_.get(path).status; };
  EXPECT_EQ(status("/bucket/a/1"), 404);
  EXPECT_EQ(status("/bucket/a/2"), 404);
  const Response slow_down = sim_.get("/bucket/a/3");
  EXPECT_EQ(slow_down.status, 503);
  EXPECT_EQ(error_code(slow_down), "SlowDown");
  EXPECT_EQ(status("/bucket/b/1"), 404) << "another prefix has its own";
  EXPECT_EQ(sim_.get("/bucket", "list-type=2&prefix=a/").status, 503);
  sim_.advance(500ms);
  EXPECT_EQ(status("/bucket/a/4"), 404);
  EXPECT_EQ(status("/bucket/a/5"), 503);
  sim_.advance(1h);
  EXPECT_EQ(status("/bucket/a/6"), 404);
  EXPECT_EQ(status("/bucket/a/7"), 404);
  EXPECT_EQ(status("/bucket/a/8"), 503) << "no more than a second's worth is saved up";
}

TEST_F(Faults, TheReportCountsAndNames) {
  set(R"({"key": "b", "fault": "lost_reply"})");
  sim_.put("/bucket/a", "x");
  sim_.put("/bucket/b", "x");
  EXPECT_EQ(report(),
            R"({"requests":2,"rules":[{"matched":1,"fired":1}],"log":[{"request":2,"operation":"PutObject",)"
            R"("bucket":"bucket","key":"b","fault":"lost_reply"}]})"
            "\n");
  const Response refused = sim_.control("PUT", "/_sim/faults", "", R"({"rules": [{"fault": "flop"}]})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body.to_string(), "rule 1 (flop): s3sim knows no fault \"flop\"\n");
  EXPECT_THAT(report(), HasSubstr("lost_reply")) << "a script that is refused changes nothing";
  clear();
  EXPECT_EQ(report(), "{\"requests\":0,\"rules\":[],\"log\":[]}\n");
}

TEST_F(Faults, TheBillIsWhatTheStoreSaw) {
  sim_.control("POST", "/_sim/bill/reset");
  set(R"({"nth": 1, "fault": "error", "status": 403, "code": "ExpiredToken"}, {"nth": 2, "fault": "lost_reply"},
         {"nth": 3, "fault": "duplicate"}, {"nth": 4, "fault": "reset"})");
  for (int i = 0; i < 5; ++i) sim_.put("/bucket/k", "x");
  EXPECT_THAT(sim_.control("GET", "/_sim/bill").body.to_string(), HasSubstr(R"("requests":{"PutObject":4})"));
}

class FaultyListing : public Faults {
 protected:
  FaultyListing() {
    for (const char* path : {"/bucket/1", "/bucket/2", "/bucket/3", "/bucket/4", "/bucket/a%20b"})
      sim_.put(path, "");
  }
  /// All keys a client gets that follows the pages, two keys each.
  std::vector<std::string> list() {
    std::vector<std::string> keys;
    std::string token;
    for (int pages = 0; pages < 10; ++pages) {
      const Response page = sim_.get(
          "/bucket", "list-type=2&max-keys=2" +
                         (token.empty() ? "" : "&continuation-token=" + base::percent_encode(token)));
      for (const std::string& key : texts(page, "Contents/Key")) keys.push_back(key);
      token = text(page, "NextContinuationToken");
      if (token.empty()) break;
    }
    return keys;
  }
};

TEST_F(FaultyListing, SkipsAPage) {
  set(R"({"operation": "ListObjectsV2", "nth": 2, "fault": "skip_page"})");
  EXPECT_THAT(list(), testing::ElementsAre("1", "2", "a b"));
  set(R"({"operation": "ListObjectsV2", "fault": "skip_page", "times": 1})");
  EXPECT_THAT(list(), testing::ElementsAre("3", "4", "a b"));
  set(R"({"operation": "ListObjectsV2", "nth": 3, "fault": "skip_page"})");
  EXPECT_EQ(list().size(), 5U);
  EXPECT_THAT(report(), HasSubstr("\"fired\":0")) << "there is nothing behind the last page";
}

TEST_F(FaultyListing, RepeatsAPage) {
  set(R"({"operation": "ListObjectsV2", "nth": 2, "fault": "repeat_page"})");
  EXPECT_THAT(list(), testing::ElementsAre("1", "2", "1", "2", "3", "4", "a b"));
  set(R"({"operation": "ListObjectsV2", "nth": 1, "fault": "repeat_page"})");
  EXPECT_EQ(list().size(), 5U) << "there is nothing before the first page";
}

TEST_F(FaultyListing, OmitsKeys) {
  set(R"({"fault": "omit_key", "match": "a ?"})");
  EXPECT_THAT(list(), testing::ElementsAre("1", "2", "3", "4"));
  const Response page = sim_.get("/bucket", "list-type=2&encoding-type=url&start-after=3");
  EXPECT_THAT(texts(page, "Contents/Key"), testing::ElementsAre("4"));
  EXPECT_EQ(text(page, "KeyCount"), "1");
}

TEST_F(FaultyListing, SkipsAndOmitsUploadsVersionsAndParts) {
  for (const char* path : {"/bucket/u1", "/bucket/u2", "/bucket/u3"}) sim_.start_upload(path);
  const std::string id = sim_.start_upload("/bucket/u4");
  for (int number : {1, 2, 3}) sim_.upload_part("/bucket/u4", id, number, "x");
  set(R"({"fault": "skip_page"})");
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads&max-uploads=2"), "Upload/Key"),
              testing::ElementsAre("u3", "u4"));
  EXPECT_THAT(texts(sim_.get("/bucket", "versions&max-keys=3&encoding-type=url"), "Version/Key"),
              testing::ElementsAre("4", "a+b"));
  EXPECT_THAT(texts(sim_.get("/bucket/u4", "max-parts=1&uploadId=" + id), "Part/PartNumber"),
              testing::ElementsAre("2"));
  set(R"({"fault": "omit_key", "match": "u*"})");
  EXPECT_THAT(texts(sim_.get("/bucket", "uploads"), "Upload/Key"), testing::ElementsAre());
}

TEST(Clock, SkewIsOfSignaturesAndTheDateOnly) {
  SimClient sim;
  sim.put("/bucket", "");
  ASSERT_EQ(sim.control("PUT", "/_sim/clock", "skew_seconds=3600").status, 204);
  const Response refused = sim.put("/bucket/k", "x");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(error_code(refused), "RequestTimeTooSkewed");
  EXPECT_EQ(refused.headers.get("Date"), base::format_http_date(sim.now() + 1h));
  ASSERT_EQ(sim.control("PUT", "/_sim/clock", "skew_seconds=-600").status, 204);
  EXPECT_EQ(sim.put("/bucket/k", "x").status, 200);
  EXPECT_EQ(sim.get("/bucket/k").headers.get("Last-Modified"), base::format_http_date(sim.now()));
  for (const char* query : {"", "skew_seconds=", "skew_seconds=1.5", "skew=3"}) {
    EXPECT_EQ(sim.control("PUT", "/_sim/clock", query).status, 400) << query;
  }
  ASSERT_EQ(sim.control("PUT", "/_sim/clock", "skew_seconds=0").status, 204);
  EXPECT_FALSE(sim.get("/bucket/k").headers.contains("Date"));
}

TEST(Clock, TheServerSendsOneDate) {
  SimClient sim;
  sim.control("PUT", "/_sim/clock", "skew_seconds=3600");
  Loopback server(sim.handler());
  Connection connection(server);
  connection.send(sim.signed_request("GET", "/"));
  const std::string head = connection.read().head;
  EXPECT_THAT(head, HasSubstr("\r\nDate: " + base::format_http_date(sim.now() + 1h) + "\r\n"));
  EXPECT_EQ(head.find("\r\nDate: "), head.rfind("\r\nDate: "));
}

}  // namespace
}  // namespace s3c::sim
