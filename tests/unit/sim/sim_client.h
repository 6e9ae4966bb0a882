// Drives the simulator without a network: builds a request, signs it with code of its own, reads the XML
// answer.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sim/fault_handler.h"
#include "sim/service.h"
#include "sim/stop_switch.h"

namespace s3c::sim {

/// One store with two users behind faults and a stop switch, as s3sim chains them, and a clock that stands
/// still until it is moved.
class SimClient {
 public:
  explicit SimClient(ServiceOptions options = {});

  using Fields = std::vector<Header>;

  /// path: percent-encoded, as on the wire. query: without '?'. Signed as the first user, with the body's
  /// SHA-256.
  Response send(const std::string& method, const std::string& path, const std::string& query = {},
                const Fields& headers = {}, const std::string& body = {});
  /// What send() sends, as it would arrive.
  Request signed_request(const std::string& method, const std::string& path, const std::string& query = {},
                         const Fields& headers = {}, const std::string& body = {}) {
    return sign("OWNER", "owner-secret", method, path, query, headers, body);
  }
  /// A request to the simulator itself: control("PUT", "/_sim/faults", "", "{}").
  Response control(const std::string& method, const std::string& path, const std::string& query = {},
                   const std::string& body = {}) {
    return handler().handle(Request{method, path, query, {}, Payload(body)});
  }
  Handler& handler() { return stop_switch_; }
  /// spec: as --synthetic takes it; the bucket is the first user's.
  void add_synthetic_bucket(const std::string& spec) {
    service_.add_synthetic_bucket(parse_synthetic_spec(spec), "OWNER");
  }

  /// The same as the second user, who owns nothing.
  Response send_as_stranger(const std::string& method, const std::string& path,
                            const std::string& query = {});
  /// Without any signature.
  Response send_unsigned(const std::string& method, const std::string& path, const std::string& query = {});

  Response put(const std::string& path, const std::string& body, const Fields& headers = {}) {
    return send("PUT", path, {}, headers, body);
  }
  Response get(const std::string& path, const std::string& query = {}, const Fields& headers = {}) {
    return send("GET", path, query, headers);
  }
  /// POST ?delete with the Content-MD5 it needs.
  Response delete_objects(const std::string& bucket_path, const std::string& xml);
  /// Starts an upload and returns its id.
  std::string start_upload(const std::string& path, const Fields& headers = {});
  /// Uploads a part and returns its ETag without quotes.
  std::string upload_part(const std::string& path, const std::string& upload_id, int number,
                          const std::string& body);
  /// parts: number and ETag.
  Response complete(const std::string& path, const std::string& upload_id,
                    const std::vector<std::pair<int, std::string>>& parts, const Fields& headers = {});

  void advance(std::chrono::milliseconds time) { now_ += time; }
  base::Timestamp now() const { return now_; }

 private:
  Request sign(const std::string& access_key, const std::string& secret_key, const std::string& method,
               const std::string& path, const std::string& query, const Fields& headers,
               const std::string& body) const;

  base::Timestamp now_;
  S3Service service_;
  FaultHandler faults_{service_, [this] { return now_; }};
  StopSwitch stop_switch_{faults_};
};

/// The texts of all elements at an XPath below the root ("Contents/Key").
std::vector<std::string> texts(const Response& response, const char* path);
/// The first of them, or "".
std::string text(const Response& response, const char* path);
/// <Code> of an error answer, "" of any other.
std::string error_code(const Response& response);

}  // namespace s3c::sim
