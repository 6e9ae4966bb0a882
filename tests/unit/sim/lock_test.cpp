// Object Lock: what can't be deleted, until when, and what the headers and documents say about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "sim_client.h"

namespace s3c::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class Lock : public testing::Test {
 protected:
  Lock() { sim_.send("PUT", "/bucket", "", {{"x-amz-bucket-object-lock-enabled", "true"}}); }

  /// An object with lock headers; its version id.
  std::string put(const std::string& key, SimClient::Fields headers = {}) {
    headers.push_back({"content-md5", base::to_base64(base::md5("x"))});
    const Response response = sim_.put("/bucket/" + key, "x", headers);
    EXPECT_EQ(response.status, 200) << response.body.to_string();
    return std::string(response.headers.get("x-amz-version-id"));
  }
  Response put_xml(const std::string& path, const std::string& query, const std::string& xml,
                   SimClient::Fields headers = {}) {
    headers.push_back({"content-md5", base::to_base64(base::md5(xml))});
    return sim_.send("PUT", path, query, headers, xml);
  }
  Response retain(const std::string& key, const std::string& mode, base::Timestamp until,
                  const SimClient::Fields& headers = {}) {
    return put_xml("/bucket/" + key, "retention",
                   "<Retention><Mode>" + mode + "</Mode><RetainUntilDate>" + base::format_iso8601(until) +
                       "</RetainUntilDate></Retention>",
                   headers);
  }
  Response hold(const std::string& key, const std::string& status) {
    return put_xml("/bucket/" + key, "legal-hold", "<LegalHold><Status>" + status + "</Status></LegalHold>");
  }
  Response remove(const std::string& key, const std::string& version_id,
                  const SimClient::Fields& headers = {}) {
    return sim_.send("DELETE", "/bucket/" + key, "versionId=" + version_id, headers);
  }
  SimClient::Fields retained(const char* mode) {
    return {{"x-amz-object-lock-mode", mode},
            {"x-amz-object-lock-retain-until-date", base::format_iso8601(sim_.now() + 24h)}};
  }

  const SimClient::Fields bypass_ = {{"x-amz-bypass-governance-retention", "True"}};
  SimClient sim_;
};

TEST_F(Lock, ABucketWithLockIsVersionedForGood) {
  EXPECT_EQ(text(sim_.get("/bucket", "versioning"), "Status"), "Enabled");
  const Response suspended =
      sim_.send("PUT", "/bucket", "versioning", {},
                "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>");
  EXPECT_EQ(suspended.status, 409);
  EXPECT_EQ(error_code(suspended), "InvalidBucketState");
  EXPECT_EQ(text(sim_.get("/bucket", "object-lock"), "ObjectLockEnabled"), "Enabled");
}

TEST_F(Lock, ARetainedVersionStaysUntilItsTimeIsOver) {
  const std::string id = put("k", retained("COMPLIANCE"));
  for (const SimClient::Fields& headers : {SimClient::Fields{}, bypass_}) {
    const Response refused = remove("k", id, headers);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(error_code(refused), "AccessDenied");
  }
  const Response head = sim_.send("HEAD", "/bucket/k");
  EXPECT_EQ(head.headers.get("x-amz-object-lock-mode"), "COMPLIANCE");
  EXPECT_EQ(head.headers.get("x-amz-object-lock-retain-until-date"), base::format_iso8601(sim_.now() + 24h));
  sim_.advance(24h);
  EXPECT_EQ(remove("k", id).status, 204);
  EXPECT_EQ(sim_.get("/bucket/k").status, 404);
}

TEST_F(Lock, GovernanceGivesWayToABypass) {
  const std::string id = put("k", retained("GOVERNANCE"));
  EXPECT_EQ(error_code(remove("k", id)), "AccessDenied");
  EXPECT_EQ(remove("k", id, {{"x-amz-bypass-governance-retention", "false"}}).status, 403);
  EXPECT_EQ(remove("k", id, bypass_).status, 204);
}

TEST_F(Lock, ALegalHoldHoldsUntilItIsTakenOff) {
  const std::string id = put("k", {{"x-amz-object-lock-legal-hold", "ON"}});
  EXPECT_EQ(sim_.get("/bucket/k").headers.get("x-amz-object-lock-legal-hold"), "ON");
  EXPECT_EQ(text(sim_.get("/bucket/k", "legal-hold"), "Status"), "ON");
  sim_.advance(std::chrono::days(1000));
  EXPECT_EQ(error_code(remove("k", id, bypass_)), "AccessDenied");
  EXPECT_EQ(hold("k", "OFF").status, 200);
  EXPECT_EQ(text(sim_.get("/bucket/k", "legal-hold"), "Status"), "OFF");
  EXPECT_EQ(remove("k", id).status, 204);
}

TEST_F(Lock, APlainDeleteOnlyHidesTheVersion) {
  const std::string id = put("k", retained("COMPLIANCE"));
  const Response marked = sim_.send("DELETE", "/bucket/k");
  EXPECT_EQ(marked.status, 204);
  EXPECT_EQ(marked.headers.get("x-amz-delete-marker"), "true");
  EXPECT_EQ(sim_.get("/bucket/k").status, 404);
  EXPECT_EQ(sim_.get("/bucket/k", "versionId=" + id).body.to_string(), "x");
  EXPECT_EQ(remove("k", std::string(marked.headers.get("x-amz-version-id"))).status, 204)
      << "markers aren't locked";
  EXPECT_EQ(sim_.get("/bucket/k").status, 200);
}

TEST_F(Lock, OtherVersionsOfTheKeyAreNotLocked) {
  const std::string locked = put("k", retained("COMPLIANCE"));
  const std::string newer = put("k");
  EXPECT_EQ(remove("k", newer).status, 204);
  EXPECT_EQ(remove("k", locked).status, 403);
}

TEST_F(Lock, DeleteObjectsRefusesPerKey) {
  const std::string held = put("held", {{"x-amz-object-lock-legal-hold", "ON"}});
  const std::string governed = put("governed", retained("GOVERNANCE"));
  const std::string free = put("free");
  auto object = [](const std::string& key, const std::string& id) {
    return "<Object><Key>" + key + "</Key><VersionId>" + id + "</VersionId></Object>";
  };
  const std::string xml = "<Delete>" + object("held", held) + object("governed", governed) +
                          object("free", free) + "<Object><Key>held</Key></Object></Delete>";
  const Response response = sim_.delete_objects("/bucket", xml);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(texts(response, "Error/Key"), ElementsAre("held", "governed"));
  EXPECT_THAT(texts(response, "Error/VersionId"), ElementsAre(held, governed));
  EXPECT_THAT(texts(response, "Error/Code"), ElementsAre("AccessDenied", "AccessDenied"));
  EXPECT_THAT(texts(response, "Deleted/Key"), ElementsAre("free", "held"));
  EXPECT_THAT(texts(response, "Deleted/DeleteMarker"), ElementsAre("true"));

  SimClient::Fields headers = bypass_;
  headers.push_back({"content-md5", base::to_base64(base::md5(xml))});
  EXPECT_THAT(texts(sim_.send("POST", "/bucket", "delete", headers, xml), "Error/Key"), ElementsAre("held"));
}

TEST_F(Lock, ADefaultRetentionIsGivenToWhatBringsNone) {
  const std::string before = put("before");
  auto configure = [&](const std::string& rule) {
    return put_xml("/bucket", "object-lock",
                   "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>" + rule +
                       "</ObjectLockConfiguration>");
  };
  ASSERT_EQ(
      configure("<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>2</Days></DefaultRetention></Rule>")
          .status,
      200);
  EXPECT_EQ(text(sim_.get("/bucket", "object-lock"), "Rule/DefaultRetention/Days"), "2");
  const std::string id = put("k");
  EXPECT_EQ(text(sim_.get("/bucket/k", "retention"), "RetainUntilDate"),
            base::format_iso8601(sim_.now() + 48h));
  EXPECT_EQ(remove("k", id).status, 403);
  EXPECT_EQ(remove("before", before).status, 204);
  const std::string own = put("own", retained("GOVERNANCE"));
  EXPECT_EQ(remove("own", own, bypass_).status, 204);

  const std::string upload = sim_.start_upload("/bucket/multi");
  EXPECT_EQ(sim_.upload_part("/bucket/multi", upload, 1, "x"), "InvalidRequest") << "a part without a digest";
  const Response part = sim_.send("PUT", "/bucket/multi", "partNumber=1&uploadId=" + upload,
                                  {{"content-md5", base::to_base64(base::md5("x"))}}, "x");
  EXPECT_EQ(part.status, 200);
  EXPECT_EQ(sim_.complete("/bucket/multi", upload, {{1, base::to_hex(base::md5("x"))}}).status, 200);
  EXPECT_EQ(text(sim_.get("/bucket/multi", "retention"), "Mode"), "COMPLIANCE");
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "no digest")), "InvalidRequest");

  EXPECT_EQ(
      error_code(configure("<Rule><DefaultRetention><Mode>COMPLIANCE</Mode></DefaultRetention></Rule>")),
      "MalformedXML");
  EXPECT_EQ(error_code(configure("<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days><Years>1</"
                                 "Years></DefaultRetention></Rule>")),
            "MalformedXML");
  EXPECT_EQ(error_code(configure(
                "<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>0</Days></DefaultRetention></Rule>")),
            "InvalidArgument");
  EXPECT_EQ(configure("").status, 200);
  EXPECT_EQ(remove("n", put("n")).status, 204) << "the rule was taken away";
}

TEST_F(Lock, UploadsAndCopiesBringTheirOwn) {
  const std::string upload = sim_.start_upload("/bucket/multi", {{"x-amz-object-lock-legal-hold", "ON"}});
  const std::string part = "partNumber=1&uploadId=" + upload;
  sim_.send("PUT", "/bucket/multi", part, {{"content-md5", base::to_base64(base::md5("x"))}}, "x");
  const Response done = sim_.complete("/bucket/multi", upload, {{1, base::to_hex(base::md5("x"))}});
  EXPECT_EQ(remove("multi", std::string(done.headers.get("x-amz-version-id"))).status, 403);

  const Response copy = sim_.send("PUT", "/bucket/copy", "", {{"x-amz-copy-source", "/bucket/multi"}});
  EXPECT_EQ(copy.status, 200);
  EXPECT_EQ(sim_.send("HEAD", "/bucket/copy").headers.get("x-amz-object-lock-legal-hold"), "");
  SimClient::Fields headers = retained("COMPLIANCE");
  headers.push_back({"x-amz-copy-source", "/bucket/multi"});
  const Response locked = sim_.send("PUT", "/bucket/copy", "", headers);
  EXPECT_EQ(remove("copy", std::string(locked.headers.get("x-amz-version-id"))).status, 403);
}

TEST_F(Lock, ARetentionCanBeMadeLongerButNotWeaker) {
  const std::string id = put("k");
  EXPECT_EQ(error_code(sim_.get("/bucket/k", "retention")), "NoSuchObjectLockConfiguration");
  EXPECT_EQ(error_code(sim_.get("/bucket/k", "legal-hold")), "NoSuchObjectLockConfiguration");
  EXPECT_EQ(retain("k", "GOVERNANCE", sim_.now() + 48h).status, 200);
  EXPECT_EQ(retain("k", "GOVERNANCE", sim_.now() + 72h).status, 200);
  EXPECT_EQ(error_code(retain("k", "GOVERNANCE", sim_.now() + 24h)), "AccessDenied");
  EXPECT_EQ(error_code(retain("k", "COMPLIANCE", sim_.now() + 72h)), "AccessDenied");
  EXPECT_EQ(error_code(put_xml("/bucket/k", "retention", "<Retention/>")), "AccessDenied");
  EXPECT_EQ(put_xml("/bucket/k", "retention", "<Retention/>", bypass_).status, 200);
  EXPECT_EQ(retain("k", "COMPLIANCE", sim_.now() + 48h).status, 200);
  EXPECT_EQ(error_code(retain("k", "COMPLIANCE", sim_.now() + 24h, bypass_)), "AccessDenied");
  EXPECT_EQ(error_code(retain("k", "GOVERNANCE", sim_.now() + 72h, bypass_)), "AccessDenied");
  EXPECT_EQ(text(sim_.get("/bucket/k", "retention"), "Mode"), "COMPLIANCE");
  sim_.advance(48h);
  EXPECT_EQ(retain("k", "GOVERNANCE", sim_.now() + 1h).status, 200) << "the old one is over";
  EXPECT_EQ(error_code(retain("k", "GOVERNANCE", sim_.now())), "InvalidArgument");
  EXPECT_EQ(error_code(retain("k", "WORM", sim_.now() + 48h)), "MalformedXML");
  EXPECT_EQ(error_code(hold("k", "on")), "MalformedXML");
}

TEST_F(Lock, UploadHeadersMustMakeSense) {
  auto refused = [&](SimClient::Fields headers) {
    headers.push_back({"content-md5", base::to_base64(base::md5("x"))});
    return error_code(sim_.put("/bucket/k", "x", headers));
  };
  const std::string later = base::format_iso8601(sim_.now() + 1h);
  EXPECT_EQ(refused({{"x-amz-object-lock-mode", "GOVERNANCE"}}), "InvalidArgument");
  EXPECT_EQ(refused({{"x-amz-object-lock-retain-until-date", later}}), "InvalidArgument");
  EXPECT_EQ(refused({{"x-amz-object-lock-mode", "X"}, {"x-amz-object-lock-retain-until-date", later}}),
            "InvalidArgument");
  EXPECT_EQ(refused({{"x-amz-object-lock-mode", "GOVERNANCE"},
                     {"x-amz-object-lock-retain-until-date", base::format_iso8601(sim_.now())}}),
            "InvalidArgument");
  EXPECT_EQ(refused({{"x-amz-object-lock-mode", "GOVERNANCE"},
                     {"x-amz-object-lock-retain-until-date", "tomorrow"}}),
            "InvalidArgument");
  EXPECT_EQ(refused({{"x-amz-object-lock-legal-hold", "YES"}}), "InvalidArgument");
  EXPECT_EQ(error_code(sim_.put("/bucket/k", "x", retained("GOVERNANCE"))), "InvalidRequest")
      << "without a digest";
  EXPECT_EQ(sim_.get("/bucket/k").status, 404);
}

TEST_F(Lock, ABucketWithoutLockHasNone) {
  sim_.put("/plain", "");
  sim_.put("/plain/k", "x");
  EXPECT_EQ(error_code(sim_.get("/plain", "object-lock")), "ObjectLockConfigurationNotFoundError");
  EXPECT_EQ(error_code(sim_.get("/plain/k", "retention")), "InvalidRequest");
  EXPECT_EQ(error_code(put_xml("/plain/k", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>")),
            "InvalidRequest");
  EXPECT_EQ(error_code(sim_.put("/plain/k", "x", retained("GOVERNANCE"))), "InvalidRequest");
  const std::string enable =
      "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
  EXPECT_EQ(error_code(put_xml("/plain", "object-lock", enable)), "InvalidBucketState");
  sim_.send("PUT", "/plain", "versioning", {},
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
  EXPECT_EQ(put_xml("/plain", "object-lock", enable).status, 200);
  EXPECT_EQ(put_xml("/plain/k", "legal-hold", "<LegalHold><Status>ON</Status></LegalHold>").status, 200);
  EXPECT_EQ(sim_.send("DELETE", "/plain/k", "versionId=null").status, 403);
}

}  // namespace
}  // namespace s3c::sim
