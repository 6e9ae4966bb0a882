#include "tests/contract/store_under_test.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "aws/sigv4.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/ulid.h"

namespace s3c::contract {
namespace {

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

/// What s3sim's profile "lesser" can do, and Ceph RGW 16.
constexpr Powers kLesser{.conditional_complete = false,
                         .conditional_delete = false,
                         .checksums = false,
                         .upload_tags = false,
                         .restores = false,
                         .conditional_single_delete = false};

const aws::Credentials kOwner{"CONTRACTOWNER", "contract/owner+secret", ""};
const aws::Credentials kStranger{"CONTRACTSTRANGER", "contract/stranger+secret", ""};

/// A store told by environment variables that begin with prefix; nullopt when it isn't.
std::optional<StoreUnderTest> from_environment(const std::string& prefix) {
  StoreUnderTest store;
  store.endpoint = variable(prefix + "ENDPOINT");
  if (store.endpoint.empty()) return std::nullopt;
  store.owner = {variable(prefix + "ACCESS_KEY"), variable(prefix + "SECRET_KEY"),
                 variable(prefix + "SESSION_TOKEN")};
  const aws::Credentials second{variable(prefix + "ACCESS_KEY2"), variable(prefix + "SECRET_KEY2"), ""};
  if (!second.access_key_id.empty()) store.stranger = second;
  if (const std::string region = variable(prefix + "REGION"); !region.empty()) store.region = region;
  store.bucket_prefix = variable(prefix + "BUCKET_PREFIX");
  const std::string powers = "," + variable(prefix + "POWERS") + ",";
  const auto has = [&](const char* power) {
    return powers.find(fmt::format(",{},", power)) != std::string::npos;
  };
  store.powers = {.conditional_complete = has("conditional-complete"),
                  .conditional_delete = has("conditional-delete"),
                  .checksums = has("checksums"),
                  .upload_tags = has("upload-tags"),
                  .restores = has("restores"),
                  .conditional_single_delete = has("conditional-single-delete"),
                  .key_encodings = has("key-encodings"),
                  .storage_classes = has("storage-classes"),
                  .versions = has("versions"),
                  .strict = has("strict")};
  return store;
}

/// AWS wants the region in the request, but not if it is us-east-1.
std::string bucket_configuration(const std::string& region) {
  if (region == "us-east-1") return "";
  return fmt::format(
      "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}"
      "</LocationConstraint></CreateBucketConfiguration>",
      region);
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

SimProcess::SimProcess(const std::string& profile) {
  std::string program = variable("S3C_S3SIM");
  if (program.empty()) program = S3C_S3SIM;
  const std::vector<std::string> words = {program,
                                          "--listen",
                                          "127.0.0.1:0",
                                          "--access-key",
                                          kOwner.access_key_id,
                                          "--secret-key",
                                          kOwner.secret_access_key,
                                          "--second-access-key",
                                          kStranger.access_key_id,
                                          "--second-secret-key",
                                          kStranger.secret_access_key,
                                          "--profile",
                                          profile,
                                          "--thaw-time",
                                          "1h"};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  char* no_environment[] = {nullptr};

  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  const int failed = posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), no_environment);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  std::string line;
  char c = 0;
  while (failed == 0 && read(output[0], &c, 1) == 1 && c != '\n') line.push_back(c);
  close(output[0]);
  const std::size_t url = line.find("http://");
  if (failed != 0 || url == std::string::npos) throw std::runtime_error(program + " doesn't start: " + line);
  endpoint_ = line.substr(url);
}

SimProcess::~SimProcess() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

void Contract::SetUp() {
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  const std::string name = GetParam();
  bucket_ = "s3c-contract-" + lower(base::make_ulid(clock_.now()));
  if (name.starts_with("fake")) return set_up_fake(name == "fake_lesser");
  if (name == "full" || name == "lesser") {
    sim_ = std::make_unique<SimProcess>(name);
    store_.endpoint = sim_->endpoint();
    store_.owner = kOwner;
    store_.stranger = kStranger;
    if (name == "lesser") store_.powers = kLesser;
  } else {
    const std::string prefix = name == "rgw" ? "S3C_RGW_" : "S3C_GIVEN_";
    const auto store = from_environment(prefix);
    if (!store) GTEST_SKIP() << "no " << prefix << "ENDPOINT";
    store_ = *store;
    if (name == "rgw") store_.powers = kLesser;
    bucket_ = store_.bucket_prefix + bucket_;
  }
  transport_ = std::make_unique<http::CurlTransport>(curl_, http::CurlOptions{});
  client_ = client_of(store_.owner);
  const http::Response created = raw("PUT", bucket_, "", {}, {}, bucket_configuration(store_.region));
  ASSERT_EQ(created.status, 200) << created.body;
}

void Contract::set_up_fake(bool lesser) {
  support::FakeStore::Powers powers;
  if (lesser) {
    // It keeps the tags of uploads: that it loses them as Ceph RGW 16 does is not modelled.
    store_.powers = kLesser;
    store_.powers.upload_tags = true;
    powers = {.conditional_complete = false, .checksums = false, .conditional_delete = false};
  }
  fake_ = std::make_unique<support::FakeStore>(powers);
  fake_->time = [this] { return fake_time_; };
  fake_->restores = fake_->freezes_archives = !lesser;
  fake_->thaw_polls = 1000;  // until advance_thaws()
  fake_->make_bucket(bucket_);
}

void Contract::TearDown() {
  // s3sim forgets everything by itself.
  if (client_ && !sim_) remove_bucket();
}

void Contract::remove_bucket() {
  raw("PUT", bucket_, "", {{"versioning", ""}}, {},
      "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>");
  for (const s3::MultipartUpload& upload : client().list_multipart_uploads(bucket_, "", "", "").uploads) {
    client().abort_multipart_upload(bucket_, upload.key, upload.upload_id);
  }
  std::vector<s3::DeleteItem> items;
  for (const std::string& key : all_keys()) items.push_back({.key = key});
  for (std::size_t at = 0; at < items.size(); at += 1000) {
    client().delete_objects(bucket_,
                            {items.begin() + static_cast<std::ptrdiff_t>(at),
                             items.begin() + static_cast<std::ptrdiff_t>(std::min(items.size(), at + 1000))},
                            s3::ObjectStore::Resend::allowed);
  }
  raw("DELETE", bucket_, "");
}

std::unique_ptr<s3::S3Client> Contract::client_of(const aws::Credentials& credentials, base::Clock* clock,
                                                  const std::string& region) {
  return std::make_unique<s3::S3Client>(s3::S3ClientConfig{.endpoint = {.url = store_.endpoint},
                                                           .region = region.empty() ? store_.region : region},
                                        std::make_shared<aws::StaticCredentials>(credentials), *transport_,
                                        clock == nullptr ? clock_ : *clock, base::make_null_logger(),
                                        std::stop_token());
}

http::Response Contract::raw(const std::string& method, const std::string& bucket, const std::string& key,
                             std::vector<std::pair<std::string, std::string>> query,
                             const std::vector<std::pair<std::string, std::string>>& headers,
                             std::string_view body) {
  const aws::BucketAddress address = aws::Endpoint({.url = store_.endpoint}).locate(bucket, store_.region);
  const std::string path = "/" + bucket + (key.empty() ? "" : "/" + base::percent_encode(key, true));
  const std::string encoded_query = aws::encode_query(std::move(query));
  http::Request request{.method = method, .url = address.origin + path, .body = body};
  if (!encoded_query.empty()) request.url += "?" + encoded_query;
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  const std::string payload_hash = base::to_hex(base::sha256(body));
  aws::Signer().sign({method, address.host, path, encoded_query, payload_hash, nullptr}, request.headers,
                     store_.owner, store_.region, clock_.now());
  return transport_->send(request, {}, {});
}

std::vector<std::string> Contract::all_keys(const std::string& prefix, int max_keys) {
  std::vector<std::string> keys;
  s3::ListObjectsRequest request{.bucket = bucket_, .prefix = prefix, .max_keys = max_keys};
  for (;;) {
    const s3::ListObjectsPage page = client().list_objects(request);
    for (const s3::ObjectSummary& object : page.objects) keys.push_back(object.key);
    if (!page.next_continuation_token) return keys;
    request.continuation_token = *page.next_continuation_token;
  }
}

void Contract::enable_versioning() {
  if (fake_) {
    fake_->versioned = true;
    return;
  }
  const auto answer = raw(
      "PUT", bucket_, "", {{"versioning", ""}}, {},
      "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status>"
      "</VersioningConfiguration>");
  ASSERT_EQ(answer.status, 200) << answer.body;
}

bool Contract::advance_thaws(std::chrono::seconds time) {
  if (fake_) {
    fake_time_ += time;
    for (const std::string& key : fake_->keys(bucket_))
      fake_->edit(bucket_, key, [](support::StoredObject& object) { object.thaw_polls_left = 0; });
    return true;
  }
  if (!sim_) return false;
  const std::string url =
      store_.endpoint + "/_sim/thaw-clock?advance_seconds=" + std::to_string(time.count());
  EXPECT_EQ(transport_->send({.method = "PUT", .url = url}, {}, {}).status, 204);
  return true;
}

base::Error Contract::error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {base::ErrorKind::internal, "nothing was thrown"};
}

std::vector<std::string> odd_keys() {
  return {"plain",
          "with space",
          " lead",
          "trail ",
          "plus+plus",
          "100%",
          "%2F",
          "a%20b",
          "double//slash",
          "/leading",
          "../up",
          "a/../b",
          "./here",
          "..",
          "dir/",
          "quote\"'<>&amp;",
          "~!*'();:@=,?#[]",
          "back\\slash",
          "\xc3\xbc/\xe6\xbc\xa2\xe5\xad\x97/\xf0\x9f\x98\x80",
          "e\xcc\x81 decomposed",
          "control\x01\x1f",
          "tab\tnewline\ncr\r",
          "del\x7f",
          std::string(1024, 'k')};
}

}  // namespace s3c::contract
