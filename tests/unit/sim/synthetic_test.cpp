// Synthetic buckets: what is listed is what is read, pages join, deletes hold, nothing else can be changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "sim/synthetic_objects.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Synthetic : public testing::Test {
 protected:
  static std::string encoded(std::string query) {
    for (std::size_t at = 0; (at = query.find('/', at)) != std::string::npos;) query.replace(at, 1, "%2F");
    return query;
  }
  std::vector<std::string> keys(const std::string& query) {
    return texts(sim_.get("/big", "list-type=2&" + encoded(query)), "Contents/Key");
  }
  std::vector<std::string> prefixes(const std::string& query) {
    return texts(sim_.get("/big", "list-type=2&delimiter=%2F&" + encoded(query)), "CommonPrefixes/Prefix");
  }
  /// Every key, page by page.
  std::vector<std::string> walk(int max_keys) {
    std::vector<std::string> all;
    std::string token;
    do {
      const Response page =
          sim_.get("/big", "list-type=2&max-keys=" + std::to_string(max_keys) +
                               (token.empty() ? "" : "&continuation-token=" + base::percent_encode(token)));
      const auto found = texts(page, "Contents/Key");
      all.insert(all.end(), found.begin(), found.end());
      token = text(page, "NextContinuationToken");
    } while (!token.empty() && all.size() < 100'000);
    return all;
  }

  SimClient sim_;
};

TEST_F(Synthetic, ListingsTellWhatIsRead) {
  for (const char* data : {"orders", "logs", "mixed"}) {
    SCOPED_TRACE(data);
    SimClient sim;
    sim.add_synthetic_bucket(std::string("bucket=big,objects=100,days=2,data=") + data);
    const Response listing = sim.get("/big", "list-type=2");
    const auto listed = texts(listing, "Contents/Key");
    const auto etags = texts(listing, "Contents/ETag");
    const auto sizes = texts(listing, "Contents/Size");
    const auto times = texts(listing, "Contents/LastModified");
    ASSERT_EQ(listed.size(), 200U);
    EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
    std::set<std::string> bodies;
    for (std::size_t i = 0; i < listed.size(); ++i) {
      const Response object = sim.get('/' + std::string("big/") + listed[i]);
      ASSERT_EQ(object.status, 200) << listed[i];
      const std::string body = object.body.to_string();
      EXPECT_EQ(etags[i], '"' + base::to_hex(base::md5(body)) + '"');
      EXPECT_EQ(object.headers.get("ETag"), etags[i]);
      EXPECT_EQ(sizes[i], std::to_string(body.size()));
      EXPECT_EQ(object.headers.get("Last-Modified"),
                base::format_http_date(base::parse_iso8601(times[i]).value()));
      EXPECT_EQ(listed[i].substr(8, 10), (i < 100 ? "2018/04/01" : "2018/04/02"));
      EXPECT_EQ(times[i].substr(0, 10), (i < 100 ? "2018-04-01" : "2018-04-02"));
      bodies.insert(body);
    }
    EXPECT_EQ(bodies.size(), listed.size()) << "bodies must differ, or a swapped one goes unnoticed";
  }
}

/// Mean size and what deflate makes of it, over 400 objects.
struct Sample {
  std::size_t min_bytes = SIZE_MAX, max_bytes = 0, all_bytes = 0, deflated_bytes = 0;
};
Sample sample(const std::string& data) {
  SimClient sim;
  sim.add_synthetic_bucket("bucket=big,objects=400,data=" + data);
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflate(
      libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  Sample out;
  for (const std::string& key : texts(sim.get("/big", "list-type=2"), "Contents/Key")) {
    const std::string body = sim.get("/big/" + key).body.to_string();
    std::string room(libdeflate_deflate_compress_bound(deflate.get(), body.size()), '\0');
    out.min_bytes = std::min(out.min_bytes, body.size());
    out.max_bytes = std::max(out.max_bytes, body.size());
    out.all_bytes += body.size();
    out.deflated_bytes +=
        libdeflate_deflate_compress(deflate.get(), body.data(), body.size(), room.data(), room.size());
  }
  return out;
}

TEST(SyntheticBodies, AreAsBigAndAsRedundantAsTheirKind) {
  const Sample orders = sample("orders");
  EXPECT_NEAR(static_cast<double>(orders.all_bytes) / 400, 4096, 400);
  EXPECT_GT(orders.max_bytes, orders.min_bytes + 300);
  EXPECT_NEAR(static_cast<double>(orders.all_bytes) / static_cast<double>(orders.deflated_bytes), 4.5, 1.0);

  const Sample logs = sample("logs");
  EXPECT_NEAR(static_cast<double>(logs.all_bytes) / 400, 1024, 150);
  EXPECT_NEAR(static_cast<double>(logs.all_bytes) / static_cast<double>(logs.deflated_bytes), 2.5, 0.7);

  const Sample mixed = sample("mixed");
  EXPECT_NEAR(static_cast<double>(mixed.all_bytes) / 400, 65'536, 10'000);
  EXPECT_LT(mixed.min_bytes, 2048U);
  EXPECT_GT(mixed.max_bytes, 240'000U);
  EXPECT_LE(mixed.max_bytes, 256U << 10);
}

TEST(SyntheticBodies, AreTheSameInEveryRun) {
  // Whoever changes the generator changes what every benchmark measured before: these are to fail then.
  auto etag = [](SyntheticData data) { return SyntheticBodies(data).body("sources/2018/04/01/x").etag; };
  EXPECT_EQ(etag(SyntheticData::orders), "0d0d596ca6b5dcf23983d558e87578cd");
  EXPECT_EQ(etag(SyntheticData::logs), "cebf68e2b3b742170ec9a2a14e6a73b5");
  EXPECT_EQ(etag(SyntheticData::mixed), "2c775b08985184c61d48f9afbf6fb844");
}

TEST_F(Synthetic, PagesJoinToTheWhole) {
  sim_.add_synthetic_bucket("bucket=big,objects=37,days=3,prefix=a/b,first-day=2019-12-31");
  const std::vector<std::string> whole = keys("");
  ASSERT_EQ(whole.size(), 111U);
  EXPECT_EQ(whole.front(), "a/b/2019/12/31/order-00000000.xml");
  EXPECT_EQ(whole.back(), "a/b/2020/01/02/order-00000036.xml");
  for (const int max_keys : {1, 7, 37, 100, 111, 1000}) EXPECT_EQ(walk(max_keys), whole) << max_keys;
}

TEST_F(Synthetic, PrefixAndStartAfter) {
  sim_.add_synthetic_bucket("bucket=big,objects=20,days=2");
  EXPECT_EQ(keys("prefix=sources/2018/04/02/").size(), 20U);
  EXPECT_THAT(keys("prefix=sources/2018/04/02/order-0000001").size(), 10U);
  EXPECT_THAT(keys("prefix=sources/2018/04/03/"), IsEmpty());
  EXPECT_THAT(keys("prefix=t"), IsEmpty());
  EXPECT_EQ(keys("prefix=").size(), 40U);
  EXPECT_THAT(keys("start-after=sources/2018/04/02/order-00000018.xml"),
              ElementsAre("sources/2018/04/02/order-00000019.xml"));
  EXPECT_EQ(keys("start-after=sources/2018/04/01/order-00000018").size(), 22U);  // below that object's key
  EXPECT_THAT(keys("start-after=sources/2018/04/02/order-00000019.xml"), IsEmpty());
}

TEST_F(Synthetic, LevelsByDelimiter) {
  sim_.add_synthetic_bucket("bucket=big,objects=5000,days=40,first-day=2018-11-25");
  EXPECT_THAT(prefixes(""), ElementsAre("sources/"));
  EXPECT_THAT(prefixes("prefix=sources/"), ElementsAre("sources/2018/", "sources/2019/"));
  EXPECT_THAT(prefixes("prefix=sources/2018/"), ElementsAre("sources/2018/11/", "sources/2018/12/"));
  EXPECT_THAT(prefixes("prefix=sources/2019/01/"),
              ElementsAre("sources/2019/01/01/", "sources/2019/01/02/", "sources/2019/01/03/"));
  EXPECT_THAT(prefixes("prefix=sources/2019/01/01/"), IsEmpty());
  EXPECT_EQ(keys("delimiter=%2F&prefix=sources/2019/01/01/").size(), 1000U);
}

TEST_F(Synthetic, HeadRangesAndConditions) {
  sim_.add_synthetic_bucket("bucket=big,objects=3,data=mixed");
  const std::string path = "/big/sources/2018/04/01/object-00000002.bin";
  const Response whole = sim_.get(path);
  const std::string body = whole.body.to_string();
  const std::string etag(whole.headers.get("ETag"));
  EXPECT_EQ(whole.headers.get("content-type"), "application/octet-stream");
  EXPECT_EQ(sim_.send("HEAD", path).head_size_bytes, body.size());
  const Response middle = sim_.get(path, "", {{"range", "bytes=10-1500"}});
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.body.to_string(), body.substr(10, 1491));
  EXPECT_EQ(sim_.get(path, "", {{"range", "bytes=-100"}}).body.to_string(), body.substr(body.size() - 100));
  EXPECT_EQ(sim_.get(path, "", {{"if-match", etag}}).status, 200);
  EXPECT_EQ(error_code(sim_.get(path, "", {{"if-match", "\"0\""}})), "PreconditionFailed");
  EXPECT_EQ(sim_.get(path, "versionId=null").body.to_string(), body);
  EXPECT_EQ(error_code(sim_.get(path, "versionId=v")), "NoSuchVersion");
  EXPECT_THAT(texts(sim_.get(path, "tagging"), "TagSet/Tag"), IsEmpty());
}

TEST_F(Synthetic, KeysThatNeverWereAreNotFound) {
  sim_.add_synthetic_bucket("bucket=big,objects=10,days=2");
  for (const char* key : {"sources/2018/04/01/order-00000010.xml", "sources/2018/04/03/order-00000000.xml",
                          "sources/2018/03/31/order-00000000.xml", "sources/2018/04/01/order-0000000x.xml",
                          "sources/2018/04/01/order-00000000.xmL", "sources/2018/04/01/order-+0000001.xml",
                          "sources/2018-04/01/order-00000000.xml", "Sources/2018/04/01/order-00000000.xml",
                          "sources/2018/13/01/order-00000000.xml", "sources/2018/04/01/",
                          "sources/2018/04/01/order-00000000.xml2", "x"}) {
    EXPECT_EQ(error_code(sim_.get(std::string("/big/") + key)), "NoSuchKey") << key;
  }
}

TEST_F(Synthetic, DeletedObjectsAreGone) {
  sim_.add_synthetic_bucket("bucket=big,objects=200,days=2");
  const std::string day = "sources/2018/04/01/order-";
  EXPECT_EQ(sim_.send("DELETE", "/big/" + day + "00000000.xml").status, 204);
  EXPECT_EQ(error_code(sim_.get("/big/" + day + "00000000.xml")), "NoSuchKey");
  EXPECT_EQ(sim_.send("DELETE", "/big/" + day + "00000000.xml").status, 204)
      << "as on S3, deleting nothing is fine";

  // Two by their ETags, one of them wrong; the rest of the day without.
  const std::string etag(sim_.get("/big/" + day + "00000001.xml").headers.get("ETag"));
  std::string xml = "<Delete><Object><Key>" + day + "00000001.xml</Key><ETag>" + etag + "</ETag></Object>" +
                    "<Object><Key>" + day + "00000002.xml</Key><ETag>" + etag + "</ETag></Object>";
  for (int i = 3; i < 199; ++i) {
    std::string number = std::to_string(i);
    xml += "<Object><Key>" + day + std::string(8 - number.size(), '0') + number + ".xml</Key></Object>";
  }
  const Response deleted = sim_.delete_objects("/big", xml + "</Delete>");
  EXPECT_EQ(texts(deleted, "Deleted/Key").size(), 197U);
  EXPECT_THAT(texts(deleted, "Error/Code"), ElementsAre("PreconditionFailed"));
  EXPECT_THAT(keys("prefix=sources/2018/04/01/"), ElementsAre(day + "00000002.xml", day + "00000199.xml"));
  EXPECT_EQ(walk(7).size(), 202U);

  EXPECT_EQ(sim_.send("DELETE", "/big/" + day + "00000002.xml", "versionId=null").status, 204);
  EXPECT_EQ(sim_.send("DELETE", "/big/" + day + "00000199.xml").status, 204);
  EXPECT_THAT(prefixes("prefix=sources/2018/04/"), ElementsAre("sources/2018/04/02/"));
  EXPECT_EQ(keys("").front(), "sources/2018/04/02/order-00000000.xml");
}

TEST_F(Synthetic, TakesNothingElse) {
  sim_.add_synthetic_bucket("bucket=big,objects=2");
  const std::string path = "/big/sources/2018/04/01/order-00000000.xml";
  sim_.put("/other", "");
  const std::string before = sim_.get(path).body.to_string();
  for (const std::string& place : {path, std::string("/big/new")}) {
    EXPECT_EQ(error_code(sim_.put(place, "x")), "NotImplemented");
    EXPECT_EQ(error_code(sim_.send("POST", place, "uploads")), "NotImplemented");
    EXPECT_EQ(error_code(sim_.send("PUT", place, "", {{"x-amz-copy-source", path}})), "NotImplemented");
  }
  EXPECT_EQ(error_code(sim_.send("PUT", path, "tagging", {}, "<Tagging><TagSet/></Tagging>")),
            "NotImplemented");
  EXPECT_EQ(error_code(sim_.send("DELETE", "/big")), "NotImplemented");
  EXPECT_EQ(error_code(sim_.send("PUT", "/big", "versioning", {}, "<VersioningConfiguration/>")),
            "NotImplemented");
  EXPECT_EQ(sim_.get(path).body.to_string(), before);
  EXPECT_EQ(keys("").size(), 2U);

  EXPECT_EQ(sim_.send("PUT", "/other/copy", "", {{"x-amz-copy-source", path}}).status, 200);
  EXPECT_EQ(sim_.get("/other/copy").body.to_string(), before);
}

TEST_F(Synthetic, IsABucketLikeOthers) {
  sim_.add_synthetic_bucket("bucket=big,objects=10");
  EXPECT_THAT(texts(sim_.get("/"), "Buckets/Bucket/Name"), ElementsAre("big"));
  EXPECT_EQ(error_code(sim_.send_as_stranger("GET", "/big", "list-type=2")), "AccessDenied");
  EXPECT_EQ(texts(sim_.get("/big", "versions"), "Version/Key"), keys(""));
  EXPECT_EQ(sim_.control("PUT", "/_sim/read-only/big").status, 204);
  EXPECT_EQ(error_code(sim_.send("DELETE", "/big/sources/2018/04/01/order-00000000.xml")), "AccessDenied");
  sim_.control(
      "PUT", "/_sim/faults", "",
      R"({"rules": [{"operation": "GetObject", "key": "sources/*", "fault": "flip_byte", "at": 7}]})");
  const std::string path = "/big/sources/2018/04/01/order-00000001.xml";
  const Response flipped = sim_.get(path);
  EXPECT_NE('"' + base::to_hex(base::md5(flipped.body.to_string())) + '"', flipped.headers.get("ETag"));
  sim_.control("DELETE", "/_sim/faults");
  EXPECT_EQ('"' + base::to_hex(base::md5(sim_.get(path).body.to_string())) + '"', flipped.headers.get("ETag"))
      << "the fault must not stay in what bodies share";
}

/// Bytes of this process that are in memory.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * 4096;
}

TEST_F(Synthetic, TenMillionObjectsTakeABitEach) {
  [[maybe_unused]] const std::size_t before = resident_bytes();
  sim_.add_synthetic_bucket("bucket=big,objects=1000000,days=10");
  // Pages from all over, so that something kept for each object would show.
  std::size_t listed = 0;
  for (int day = 1; day <= 10; ++day) {
    const std::string prefix =
        "sources/2018/04/" + std::string(day < 10 ? "0" : "") + std::to_string(day) + '/';
    for (int page = 0; page < 3; ++page) {
      const auto found = keys("prefix=" + prefix + "&start-after=" + prefix + "order-00" +
                              std::to_string(page * 3) + "00000");
      listed += found.size();
      sim_.send("DELETE", "/big/" + found.back());
    }
  }
  EXPECT_EQ(listed, 30'000U);
#if !defined(S3C_SANITIZED)  // that keeps what was freed
  const std::size_t grown = std::max(resident_bytes(), before) - before;
  EXPECT_LT(grown, 16U << 20) << "1.25 MB of bits, and what one page takes";
#endif
}

TEST(RemainingNumbers, SkipsWhatWasRemoved) {
  RemainingNumbers numbers(200);
  for (std::uint64_t number = 0; number < 200; ++number) {
    if (number != 3 && number != 64 && number != 199) numbers.remove(number);
  }
  EXPECT_EQ(numbers.first_from(0), 3U);
  EXPECT_EQ(numbers.first_from(3), 3U);
  EXPECT_EQ(numbers.first_from(4), 64U);
  EXPECT_EQ(numbers.first_from(65), 199U);
  EXPECT_EQ(numbers.first_from(200), 200U);
  numbers.remove(199);
  EXPECT_EQ(numbers.first_from(65), 200U);
  EXPECT_FALSE(numbers.contains(199));
  EXPECT_TRUE(numbers.contains(64));
}

std::string refusal_of_spec(const std::string& spec) {
  try {
    parse_synthetic_spec(spec);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  }
  return "taken";
}

TEST(SyntheticSpec, ReadsAllFields) {
  const SyntheticSpec spec = parse_synthetic_spec(
      "data=mixed,objects=5,first-day=2020-02-29,days=7,prefix=in/put,bucket=some.bucket");
  EXPECT_EQ(spec.bucket, "some.bucket");
  EXPECT_EQ(spec.prefix, "in/put");
  EXPECT_EQ(spec.days, 7);
  EXPECT_EQ(spec.first_day, std::chrono::sys_days(std::chrono::year(2020) / 2 / 29));
  EXPECT_EQ(spec.objects(), 35U);
  EXPECT_EQ(spec.data, SyntheticData::mixed);
}

TEST(SyntheticSpec, SaysWhatIsWrong) {
  EXPECT_THAT(refusal_of_spec(""), HasSubstr("'' is not FIELD=VALUE"));
  EXPECT_THAT(refusal_of_spec("days=3"), HasSubstr("bucket=NAME is missing"));
  EXPECT_THAT(refusal_of_spec("bucket=B"), HasSubstr("'B' is no bucket name"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,"), HasSubstr("'' is not FIELD=VALUE"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,count=3"), HasSubstr("'count' is none of bucket, prefix"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,days=3,days=4"), HasSubstr("days is given twice"));
  for (const char* count : {"", "0", "-1", "1.5", "many", "36526"}) {
    EXPECT_THAT(refusal_of_spec(std::string("bucket=abc,days=") + count),
                HasSubstr("is not a whole number from 1 to 36525"));
  }
  EXPECT_THAT(refusal_of_spec("bucket=abc,objects=100000001"), HasSubstr("from 1 to 100000000"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,objects=100000000,days=11"),
              HasSubstr("more than 1000000000 objects"));
  for (const char* day : {"2018-02-30", "2018-4-1", "20180401", "", "2018-04-01T00:00:00Z"}) {
    EXPECT_THAT(refusal_of_spec(std::string("bucket=abc,first-day=") + day),
                HasSubstr("is not a day like 2018-04-01"));
  }
  EXPECT_THAT(refusal_of_spec("bucket=abc,first-day=9999-12-31,days=2"), HasSubstr("to 9999-12-31"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,first-day=1969-12-31"), HasSubstr("from 1970-01-01"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,prefix="), HasSubstr("must not be empty"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,prefix=a/"), HasSubstr("neither begin nor end with a slash"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,prefix=" + std::string(901, 'p')), HasSubstr("900 at most"));
  EXPECT_THAT(refusal_of_spec("bucket=abc,data=xml"), HasSubstr("'xml' is none of orders, logs and mixed"));
}

TEST_F(Synthetic, TwoOfOneNameAreRefused) {
  sim_.add_synthetic_bucket("bucket=big,objects=2");
  EXPECT_THROW(sim_.add_synthetic_bucket("bucket=big,objects=3"), base::Error);
}

}  // namespace
}  // namespace s3c::sim
