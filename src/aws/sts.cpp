#include "aws/sts.h"

#include <fmt/format.h>

#include <chrono>

#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/xml.h"

namespace s3c::aws {
namespace {

using base::Error;
using base::ErrorKind;

/// Runs read(result), the element of the call's result. An error of the XML reader may quote the text, and
/// the text has secrets: it is replaced.
template <typename Read>
auto read_answer(const http::Response& answer, const std::string& call, const std::string& what, Read read) {
  try {
    const base::xml::Document document(answer.body, (call + "Response").c_str());
    return read(base::xml::only_child(document.root(), (call + "Result").c_str()));
  } catch (const Error&) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{} was answered with something that is no answer of STS", what),
                {.operation = std::string(kFindCredentials), .http_status = answer.status});
  }
}

Credentials read_credentials(const http::Response& answer, const std::string& call, const std::string& what) {
  Credentials found = read_answer(answer, call, what, [](pugi::xml_node result) {
    const pugi::xml_node node = base::xml::only_child(result, "Credentials");
    return Credentials{base::xml::required(node, "AccessKeyId"), base::xml::required(node, "SecretAccessKey"),
                       base::xml::required(node, "SessionToken"),
                       base::xml::required_time(node, "Expiration")};
  });
  validate(found, "STS");
  return found;
}

}  // namespace

std::string default_session_name(base::Timestamp now) {
  return fmt::format("s3compress-{}",
                     std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
}

http::Response Sts::call(Parameters parameters, const Credentials* as, const std::string& what,
                         const std::stop_token& stop) const {
  parameters.emplace_back("Version", "2011-06-15");
  const std::string body = encode_query(std::move(parameters));
  const std::string url = client_.url(Service::sts, region_);
  const std::size_t host_at = url.find("://") + 3;
  const std::size_t path_at = std::min(url.find('/', host_at), url.size());
  const std::string path = url.substr(path_at) + "/";

  http::Request request{.method = "POST", .url = url.substr(0, path_at) + path, .body = body};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  if (as != nullptr) {
    const std::string payload_hash = base::to_hex(base::sha256(body));
    std::string host = url.substr(host_at, path_at - host_at);
    const std::string_view default_port = url.starts_with("https") ? ":443" : ":80";
    if (host.ends_with(default_port)) host.resize(host.size() - default_port.size());
    Signer("sts").sign({.method = request.method,
                        .host = host,
                        .path = path,
                        .query = "",
                        .payload_hash = payload_hash,
                        .headers = nullptr},
                       request.headers, *as, region_, client_.now());
  }
  try {
    return client_.send(request, stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    throw Error(error.kind(),
                fmt::format("{}: {} doesn't answer: {}", what, url_to_show(url), error.message()),
                {.operation = std::string(kFindCredentials), .code = error.context().code});
  }
}

Credentials Sts::assume_role(const RoleRequest& role, const Credentials& as,
                             const std::stop_token& stop) const {
  Parameters parameters{
      {"Action", "AssumeRole"}, {"RoleArn", role.role_arn}, {"RoleSessionName", role.session_name}};
  if (!role.external_id.empty()) parameters.emplace_back("ExternalId", role.external_id);
  if (!role.mfa_serial.empty()) {
    parameters.emplace_back("SerialNumber", role.mfa_serial);
    parameters.emplace_back("TokenCode", role.token_code);
  }
  if (role.duration_s) parameters.emplace_back("DurationSeconds", std::to_string(*role.duration_s));
  const std::string what = "AssumeRole of " + base::printable(role.role_arn);
  const http::Response answer = call(std::move(parameters), &as, what, stop);
  if (answer.status != 200)
    fail_with(answer, what, {as.secret_access_key, as.session_token, role.external_id, role.token_code});
  return read_credentials(answer, "AssumeRole", what);
}

Credentials Sts::assume_role_with_web_identity(const RoleRequest& role, const std::string& token,
                                               const std::stop_token& stop) const {
  const std::string what = "AssumeRoleWithWebIdentity of " + base::printable(role.role_arn);
  const http::Response answer = call({{"Action", "AssumeRoleWithWebIdentity"},
                                      {"RoleArn", role.role_arn},
                                      {"RoleSessionName", role.session_name},
                                      {"WebIdentityToken", token}},
                                     nullptr, what, stop);
  if (answer.status != 200) fail_with(answer, what, {token});
  return read_credentials(answer, "AssumeRoleWithWebIdentity", what);
}

CallerIdentity Sts::caller_identity(const Credentials& of, const std::stop_token& stop) const {
  const std::string what = "GetCallerIdentity";
  const http::Response answer = call({{"Action", "GetCallerIdentity"}}, &of, what, stop);
  if (answer.status != 200) fail_with(answer, what, {of.secret_access_key, of.session_token});
  return read_answer(answer, "GetCallerIdentity", what, [](pugi::xml_node result) {
    return CallerIdentity{base::xml::required(result, "Account"), base::xml::required(result, "Arn")};
  });
}

}  // namespace s3c::aws
