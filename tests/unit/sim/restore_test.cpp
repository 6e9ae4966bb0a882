// Archive classes: frozen, thawing, thawed and frozen again, and what that costs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim_client.h"

namespace s3c::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr const char* kDone = "ongoing-request=\"false\", expiry-date=\"Wed, 04 Apr 2018 00:00:00 GMT\"";

TEST(Archive, IsUnreadableUntilThawedAndAgainAfterItsDays) {
  SimClient sim({.thaw_times = ThawTimes::all(std::chrono::hours(5))});
  sim.put("/bucket", "");
  sim.put("/bucket/k", "cold", {{"x-amz-storage-class", "GLACIER"}});
  sim.put("/bucket/warm", "warm");
  const std::string two_days = "<RestoreRequest><Days>2</Days></RestoreRequest>";
  auto restore = [&](const std::string& path) { return sim.send("POST", path, "restore", {}, two_days); };

  EXPECT_EQ(error_code(sim.get("/bucket/k")), "InvalidObjectState");
  EXPECT_EQ(sim.send("HEAD", "/bucket/k").headers.get("x-amz-storage-class"), "GLACIER");
  EXPECT_EQ(error_code(restore("/bucket/warm")), "InvalidObjectState");
  EXPECT_EQ(restore("/bucket/k").status, 202);
  EXPECT_EQ(error_code(restore("/bucket/k")), "RestoreAlreadyInProgress");
  EXPECT_EQ(sim.send("HEAD", "/bucket/k").headers.get("x-amz-restore"), "ongoing-request=\"true\"");
  EXPECT_EQ(error_code(sim.get("/bucket/k")), "InvalidObjectState");
  EXPECT_EQ(error_code(sim.send("PUT", "/bucket/c", "", {{"x-amz-copy-source", "bucket/k"}})),
            "InvalidObjectState");

  sim.advance(std::chrono::hours(5));
  EXPECT_EQ(sim.get("/bucket/k").body.to_string(), "cold");
  EXPECT_EQ(sim.send("HEAD", "/bucket/k").headers.get("x-amz-restore"), kDone);
  EXPECT_EQ(restore("/bucket/k").status, 200);
  sim.advance(std::chrono::hours(72));
  EXPECT_EQ(error_code(sim.get("/bucket/k")), "InvalidObjectState");
}

TEST(Archive, TheLesserStoreReadsItAnyway) {
  SimClient sim({.powers = StorePowers::lesser()});
  sim.put("/bucket", "");
  sim.put("/bucket/k", "cold", {{"x-amz-storage-class", "GLACIER"}});
  EXPECT_EQ(sim.get("/bucket/k").body.to_string(), "cold");
}

class Restores : public testing::Test {
 protected:
  Restores() {
    sim_.put("/bucket", "");
    sim_.put("/bucket/cold", std::string(1 << 20, 'x'), {{"x-amz-storage-class", "GLACIER"}});
    sim_.put("/bucket/deep", "x", {{"x-amz-storage-class", "DEEP_ARCHIVE"}});
  }

  Response restore(const std::string& key, const std::string& tier, int days = 2) {
    return sim_.send("POST", "/bucket/" + key, "restore", {},
                     "<RestoreRequest><Days>" + std::to_string(days) + "</Days><GlacierJobParameters><Tier>" +
                         tier + "</Tier></GlacierJobParameters></RestoreRequest>");
  }
  std::string state(const std::string& key) {
    return std::string(sim_.send("HEAD", "/bucket/" + key).headers.get("x-amz-restore"));
  }
  Response list() {
    return sim_.get("/bucket", "list-type=2&prefix=cold",
                    {{"x-amz-optional-object-attributes", "RestoreStatus"}});
  }
  nlohmann::json bill() {
    return nlohmann::json::parse(sim_.send_unsigned("GET", "/_sim/bill").body.to_string());
  }

  SimClient sim_{{.thaw_times = {.bulk = hours(8), .standard = hours(3), .expedited = minutes(2)}}};
};

TEST_F(Restores, EachTierHasItsTime) {
  for (const auto& [tier, time] : std::initializer_list<std::pair<const char*, std::chrono::milliseconds>>{
           {"Bulk", hours(8)}, {"Standard", hours(3)}, {"Expedited", minutes(2)}}) {
    const std::string key = std::string("of") + tier;
    sim_.put("/bucket/" + key, "", {{"x-amz-storage-class", "GLACIER"}});
    EXPECT_EQ(restore(key, tier).status, 202);
    sim_.advance(time - std::chrono::milliseconds(1));
    EXPECT_EQ(state(key), "ongoing-request=\"true\"") << tier;
    sim_.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(sim_.get("/bucket/" + key).status, 200) << tier;
  }
  EXPECT_EQ(error_code(restore("cold", "Fast")), "MalformedXML");
  EXPECT_EQ(error_code(restore("deep", "Expedited")), "InvalidArgument");
}

TEST_F(Restores, WithoutATierItIsStandard) {
  sim_.send("POST", "/bucket/cold", "restore", {}, "<RestoreRequest><Days>1</Days></RestoreRequest>");
  sim_.advance(hours(3));
  EXPECT_EQ(sim_.get("/bucket/cold").status, 200);
}

TEST_F(Restores, AFasterTierOvertakes) {
  EXPECT_EQ(restore("cold", "Standard").status, 202);
  EXPECT_EQ(error_code(restore("cold", "Bulk")), "RestoreAlreadyInProgress");
  EXPECT_EQ(error_code(restore("cold", "Standard")), "RestoreAlreadyInProgress");
  EXPECT_EQ(restore("cold", "Expedited").status, 202);
  EXPECT_EQ(error_code(restore("cold", "Expedited")), "RestoreAlreadyInProgress");
  sim_.advance(minutes(2));
  EXPECT_EQ(sim_.get("/bucket/cold").status, 200);
}

TEST_F(Restores, AFasterTierIsNeverLater) {
  EXPECT_EQ(restore("cold", "Bulk").status, 202);
  sim_.advance(hours(7));
  EXPECT_EQ(restore("cold", "Standard").status, 202);
  sim_.advance(hours(1));
  EXPECT_EQ(sim_.get("/bucket/cold").status, 200);
}

TEST_F(Restores, TheThawClockMovesThawsAndNothingElse) {
  const std::string modified(sim_.send("HEAD", "/bucket/cold").headers.get("last-modified"));
  restore("cold", "Standard");
  auto advance = [&](const std::string& seconds) {
    return sim_.control("PUT", "/_sim/thaw-clock", "advance_seconds=" + seconds).status;
  };
  EXPECT_EQ(advance("10000"), 204);
  EXPECT_EQ(state("cold"), "ongoing-request=\"true\"");
  EXPECT_EQ(advance("800"), 204);
  EXPECT_EQ(state("cold"), kDone) << "advances add up";
  sim_.put("/bucket/new", "");
  EXPECT_EQ(sim_.send("HEAD", "/bucket/new").headers.get("last-modified"), modified);
  EXPECT_EQ(advance("260000"), 204);
  EXPECT_EQ(state("cold"), "");
  EXPECT_EQ(error_code(sim_.get("/bucket/cold")), "InvalidObjectState");
  EXPECT_EQ(restore("cold", "Standard").status, 202) << "from the beginning";
  for (const char* refused : {"-1", "", "x", "1.5"}) EXPECT_EQ(advance(refused), 400) << refused;
}

TEST_F(Restores, AThawedCopyIsExtendedFromNow) {
  restore("cold", "Expedited", 2);
  sim_.advance(minutes(2));
  EXPECT_EQ(state("cold"), kDone);
  EXPECT_EQ(restore("cold", "Expedited", 4).status, 200);
  EXPECT_EQ(state("cold"), "ongoing-request=\"false\", expiry-date=\"Fri, 06 Apr 2018 00:00:00 GMT\"");
}

TEST_F(Restores, ListingsTellWhenAsked) {
  EXPECT_THAT(texts(list(), "Contents/RestoreStatus"), testing::IsEmpty()) << "frozen";
  restore("cold", "Expedited");
  EXPECT_EQ(text(list(), "Contents/RestoreStatus/IsRestoreInProgress"), "true");
  EXPECT_EQ(text(list(), "Contents/RestoreStatus/RestoreExpiryDate"), "");
  sim_.advance(minutes(2));
  EXPECT_EQ(text(list(), "Contents/RestoreStatus/IsRestoreInProgress"), "false");
  EXPECT_EQ(text(list(), "Contents/RestoreStatus/RestoreExpiryDate"), "2018-04-04T00:00:00.000Z");
  EXPECT_THAT(texts(sim_.get("/bucket", "list-type=2"), "Contents/RestoreStatus"), testing::IsEmpty());
}

TEST_F(Restores, TheBillHasRetrievalsByClassAndTier) {
  sim_.put("/bucket/instant", std::string(1 << 20, 'x'), {{"x-amz-storage-class", "GLACIER_IR"}});
  sim_.control("POST", "/_sim/bill/reset");
  constexpr double kMiBInGB = 1.0 / 1024;
  restore("cold", "Standard");
  restore("cold", "Standard");  // refused: a POST
  restore("cold", "Expedited");
  sim_.advance(minutes(2));
  restore("cold", "Bulk");  // only the days are new
  restore("deep", "Bulk");
  sim_.get("/bucket/cold");
  sim_.get("/bucket/instant", "", {{"range", "bytes=0-524287"}});
  const nlohmann::json b = bill();
  auto expect = [&](const char* storage_class, const char* how, int requests, int bytes, double dollars) {
    const nlohmann::json& row = b["retrievals"][storage_class][how];
    EXPECT_EQ(row["requests"], requests) << storage_class << how;
    EXPECT_EQ(row["bytes"], bytes) << storage_class << how;
    EXPECT_NEAR(row["dollars"].get<double>(), dollars, 1e-12) << storage_class << how;
  };
  expect("GLACIER", "Standard", 1, 1 << 20, 0.00005 + 0.01 * kMiBInGB);
  expect("GLACIER", "Expedited", 1, 1 << 20, 0.01 + 0.03 * kMiBInGB);
  expect("GLACIER", "Bulk", 1, 0, 0);
  expect("DEEP_ARCHIVE", "Bulk", 1, 1, 0.000025 + 0.0025 * kMiBInGB / (1 << 20));
  expect("GLACIER_IR", "GET", 1, 1 << 19, 0.03 * kMiBInGB / 2);
  EXPECT_EQ(b["retrievals"]["GLACIER"].size(), 3u) << "a thawed copy is read for the GET's price";
  EXPECT_EQ(b["classes"]["put_copy_post_list"], 1) << "the refusal";
  EXPECT_EQ(b["requests"]["RestoreObject"], 5);
  EXPECT_NEAR(b["dollars"]["retrieval"].get<double>(),
              0.010075 + 0.055 * kMiBInGB + 0.0025 * kMiBInGB / (1 << 20), 1e-12);
  EXPECT_NEAR(b["dollars"]["total"].get<double>(),
              b["dollars"]["retrieval"].get<double>() + 0.000005 + 0.0000004 + 0.00001, 1e-12);
}

TEST(Archive, TheLesserStoreForgetsTheTagsOfUploads) {
  for (const bool keeps : {true, false}) {
    SimClient sim({.powers = keeps ? StorePowers{} : StorePowers::lesser()});
    sim.put("/bucket", "");
    const std::string id = sim.start_upload("/bucket/k", {{"x-amz-tagging", "a=1"}});
    sim.complete("/bucket/k", id, {{1, sim.upload_part("/bucket/k", id, 1, "x")}});
    EXPECT_EQ(texts(sim.get("/bucket/k", "tagging"), "TagSet/Tag").size(), keeps ? 1u : 0u);
  }
}

TEST(Archive, TheLesserStoreDoesNotRestore) {
  SimClient sim({.powers = StorePowers::lesser()});
  sim.put("/bucket", "");
  sim.put("/bucket/k", "cold", {{"x-amz-storage-class", "GLACIER"}});
  const Response answer =
      sim.send("POST", "/bucket/k", "restore", {}, "<RestoreRequest><Days>1</Days></RestoreRequest>");
  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(error_code(answer), "NotImplemented");
}

}  // namespace
}  // namespace s3c::sim
