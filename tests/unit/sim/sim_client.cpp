#include "sim_client.h"

#include <algorithm>
#include <map>
#include <pugixml.hpp>

#include "base/encoding.h"
#include "base/hash.h"

namespace s3c::sim {
namespace {

/// Queries in these tests are already encoded; only the order (by name) and a missing '=' remain.
std::string canonical_query(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string pair = query.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty())
      pairs.emplace_back(pair.substr(0, equals), equals < pair.size() ? pair.substr(equals + 1) : "");
    at = end + 1;
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) out += (out.empty() ? "" : "&") + name + '=' + value;
  return out;
}

}  // namespace

SimClient::SimClient(ServiceOptions options)
    : now_(base::parse_iso8601("2018-04-01T12:00:00Z").value()),
      service_(std::move(options), [this] { return now_; }) {
  service_.add_user("OWNER", "owner-secret");
  service_.add_user("STRANGER", "stranger-secret");
}

Request SimClient::sign(const std::string& access_key, const std::string& secret_key,
                        const std::string& method, const std::string& path, const std::string& query,
                        const Fields& headers, const std::string& body) const {
  std::map<std::string, std::string> fields = {{"host", "127.0.0.1:9000"},
                                               {"x-amz-date", base::format_amz_date(now_)},
                                               {"x-amz-content-sha256", base::to_hex(base::sha256(body))},
                                               {"content-length", std::to_string(body.size())}};
  for (const Header& field : headers) fields[field.name] = field.value;

  std::string canonical = method + '\n' + path + '\n' + canonical_query(query) + '\n';
  std::string names;
  for (const auto& [name, value] : fields) {
    canonical += name + ':' + value + '\n';
    names += (names.empty() ? "" : ";") + name;
  }
  canonical += '\n' + names + '\n' + fields["x-amz-content-sha256"];
  const std::string day = fields["x-amz-date"].substr(0, 8);
  const std::string scope = day + "/us-east-1/s3/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + fields["x-amz-date"] + '\n' + scope + '\n' +
                              base::to_hex(base::sha256(canonical));
  std::string key = base::hmac_sha256("AWS4" + secret_key, day);
  for (const char* step : {"us-east-1", "s3", "aws4_request"}) key = base::hmac_sha256(key, step);

  Request request{method, path, query, {}, Payload(body)};
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  request.headers.add("authorization", "AWS4-HMAC-SHA256 Credential=" + access_key + '/' + scope +
                                           ", SignedHeaders=" + names +
                                           ", Signature=" + base::to_hex(base::hmac_sha256(key, to_sign)));
  return request;
}

Response SimClient::send(const std::string& method, const std::string& path, const std::string& query,
                         const Fields& headers, const std::string& body) {
  return handler().handle(signed_request(method, path, query, headers, body));
}

Response SimClient::send_as_stranger(const std::string& method, const std::string& path,
                                     const std::string& query) {
  return handler().handle(sign("STRANGER", "stranger-secret", method, path, query, {}, {}));
}

Response SimClient::send_unsigned(const std::string& method, const std::string& path,
                                  const std::string& query) {
  Request request{method, path, query, {}, {}};
  request.headers.add("host", "127.0.0.1:9000");
  return handler().handle(std::move(request));
}

Response SimClient::delete_objects(const std::string& bucket_path, const std::string& xml) {
  return send("POST", bucket_path, "delete", {{"content-md5", base::to_base64(base::md5(xml))}}, xml);
}

std::string SimClient::start_upload(const std::string& path, const Fields& headers) {
  return text(send("POST", path, "uploads", headers), "UploadId");
}

std::string SimClient::upload_part(const std::string& path, const std::string& upload_id, int number,
                                   const std::string& body) {
  const Response response =
      send("PUT", path, "partNumber=" + std::to_string(number) + "&uploadId=" + upload_id, {}, body);
  const std::string etag(response.headers.get("ETag"));
  return etag.size() < 2 ? error_code(response) : etag.substr(1, etag.size() - 2);
}

Response SimClient::complete(const std::string& path, const std::string& upload_id,
                             const std::vector<std::pair<int, std::string>>& parts, const Fields& headers) {
  std::string xml = "<CompleteMultipartUpload>";
  for (const auto& [number, etag] : parts) {
    xml += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>&quot;" + etag +
           "&quot;</ETag></Part>";
  }
  return send("POST", path, "uploadId=" + upload_id, headers, xml + "</CompleteMultipartUpload>");
}

std::vector<std::string> texts(const Response& response, const char* path) {
  pugi::xml_document document;
  const std::string body = response.body.to_string();
  std::vector<std::string> out;
  if (!document.load_buffer(body.data(), body.size(), pugi::parse_default | pugi::parse_ws_pcdata_single))
    return out;
  for (const pugi::xpath_node& found : document.document_element().select_nodes(path)) {
    out.emplace_back(found.node().child_value());
  }
  return out;
}

std::string text(const Response& response, const char* path) {
  const std::vector<std::string> found = texts(response, path);
  return found.empty() ? "" : found.front();
}

std::string error_code(const Response& response) {
  return response.body.to_string().find("<Error>") == std::string::npos ? "" : text(response, "Code");
}

}  // namespace s3c::sim
