#include "sim/service.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/text.h"
#include "sim/aws_chunked.h"
#include "sim/control.h"
#include "sim/object_access.h"
#include "sim/route.h"
#include "sim/synthetic_objects.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

/// /_sim/NAME/BUCKET: PUT adds the bucket to the set, DELETE removes it.
struct BucketControl {
  std::string_view path;
  std::set<std::string, std::less<>> ServiceOptions::*buckets;
};
constexpr BucketControl kBucketControls[] = {
    {"/_sim/read-only/", &ServiceOptions::read_only_buckets},
    {"/_sim/public/", &ServiceOptions::public_buckets},
    {"/_sim/requester-pays/", &ServiceOptions::requester_pays_buckets},
};
constexpr std::string_view kSkew = "skew_seconds=";
constexpr std::string_view kBehind = "behind_seconds=";
constexpr std::string_view kAdvance = "advance_seconds=";

/// The host id. S3 sends one for its own support; ours tells that s3sim answered.
constexpr std::string_view kHostId = "czNzaW0gc3NzaW0gczNzaW0=";

struct OperationHandler {
  Operation operation;
  Response (*run)(const Call&);
};

// clang-format off
constexpr OperationHandler kHandlers[] = {
    {Operation::list_buckets, list_buckets},
    {Operation::create_bucket, create_bucket},
    {Operation::head_bucket, head_bucket},
    {Operation::delete_bucket, delete_bucket},
    {Operation::get_bucket_location, get_bucket_location},
    {Operation::get_bucket_versioning, get_bucket_versioning},
    {Operation::put_bucket_versioning, put_bucket_versioning},
    {Operation::get_object_lock_configuration, get_object_lock_configuration},
    {Operation::put_object_lock_configuration, put_object_lock_configuration},
    {Operation::list_objects, list_objects},
    {Operation::list_objects_v2, list_objects_v2},
    {Operation::list_object_versions, list_object_versions},
    {Operation::list_multipart_uploads, list_multipart_uploads},
    {Operation::put_object, put_object},
    {Operation::copy_object, copy_object},
    {Operation::get_object, get_object},
    {Operation::head_object, get_object},
    {Operation::delete_object, delete_object},
    {Operation::delete_objects, delete_objects},
    {Operation::get_object_tagging, get_object_tagging},
    {Operation::put_object_tagging, put_object_tagging},
    {Operation::delete_object_tagging, delete_object_tagging},
    {Operation::get_object_retention, get_object_retention},
    {Operation::put_object_retention, put_object_retention},
    {Operation::get_object_legal_hold, get_object_legal_hold},
    {Operation::put_object_legal_hold, put_object_legal_hold},
    {Operation::restore_object, restore_object},
    {Operation::create_multipart_upload, create_multipart_upload},
    {Operation::upload_part, upload_part},
    {Operation::upload_part_copy, upload_part_copy},
    {Operation::complete_multipart_upload, complete_multipart_upload},
    {Operation::abort_multipart_upload, abort_multipart_upload},
    {Operation::list_parts, list_parts},
};
// clang-format on
static_assert(std::size(kHandlers) == static_cast<std::size_t>(Operation::list_parts),
              "one for each operation");

Response run(const Call& call) {
  for (const OperationHandler& handler : kHandlers) {
    if (handler.operation == call.route.operation) return handler.run(call);
  }
  throw S3Error(S3Code::NotImplemented, fmt::format("s3sim does not implement {} {}?{}", call.request.method,
                                                    call.request.raw_path, call.request.raw_query));
}

/// The integer after name, if the query has nothing else.
std::optional<std::int32_t> only_number(std::string_view query, std::string_view name) {
  if (!query.starts_with(name)) return std::nullopt;
  query.remove_prefix(name.size());
  return base::parse_number<std::int32_t>(query);
}

bool deletes_objects(Operation operation) {
  return operation == Operation::delete_object || operation == Operation::delete_objects;
}

/// What a policy that makes a bucket public allows: s3:ListBucket and s3:GetObject. Versions need more.
bool is_for_everybody(Operation operation, const Query& query) {
  switch (operation) {
    case Operation::head_bucket:
    case Operation::list_objects:
    case Operation::list_objects_v2:
      return true;
    case Operation::get_object:
    case Operation::head_object:
      return !query.has("versionId");
    default:
      return false;
  }
}

/// S3 refuses an upload that doesn't tell its length.
void require_length(const Request& request, Operation operation) {
  if (operation != Operation::put_object && operation != Operation::upload_part) return;
  const bool decoded_length = request.headers.contains("x-amz-decoded-content-length");
  if (request.headers.contains("transfer-encoding") && !decoded_length)
    throw unknown_header("Transfer-Encoding");
  if (!request.headers.contains("content-length") && !decoded_length)
    throw S3Error(S3Code::MissingContentLength);
}

}  // namespace

S3Service::S3Service(ServiceOptions options, Now now)
    : options_(std::move(options)), now_(std::move(now)), authenticator_(options_.region) {}

void S3Service::add_user(std::string access_key, std::string secret_key) {
  authenticator_.add_user(std::move(access_key), std::move(secret_key));
}

void S3Service::add_synthetic_bucket(const SyntheticSpec& spec, std::string_view owner_access_key) {
  if (store_.bucket(spec.bucket) != nullptr) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      "bucket: there is a bucket '" + spec.bucket + "' already");
  }
  store_.add_bucket(spec.bucket, authenticator_.user(owner_access_key).canonical_id, now_(),
                    std::make_unique<SyntheticObjects>(spec));
}

std::string S3Service::next_request_id() {
  // The multiplication spreads the ids, so that they don't look like a counter.
  return fmt::format("{:016X}", ++request_count_ * 0x9E3779B97F4A7C15ULL);
}

Response S3Service::control(const Request& request) {
  const std::string_view path = request.raw_path;
  if (is_control(request, "bill") && request.method == "GET") return control_json(bill_.to_json());
  if (is_control(request, "bill/reset") && request.method == "POST") {
    bill_.reset();
    return control_done();
  }
  for (const BucketControl& control : kBucketControls) {
    if (!path.starts_with(control.path) || (request.method != "PUT" && request.method != "DELETE")) continue;
    const std::string bucket(path.substr(control.path.size()));
    if (request.method == "PUT") (options_.*control.buckets).insert(bucket);
    if (request.method == "DELETE") (options_.*control.buckets).erase(bucket);
    return control_done();
  }
  if (is_control(request, "clock") && request.method == "PUT") return set_clock(request);
  if (is_control(request, "put-clock") && request.method == "PUT") return set_put_clock(request);
  if (is_control(request, "thaw-clock") && request.method == "PUT") return advance_thaw_clock(request);
  if (is_control(request, "session-token") && request.method == "PUT") return set_session_token(request);
  return control_error(404, "s3sim has no such control");
}

void S3Service::hold_session_token(std::string token, std::chrono::milliseconds life) {
  authenticator_.hold_session_token(std::move(token), now_() + clock_skew_ + life);
}

Response S3Service::set_session_token(const Request& request) {
  const Query query(request.raw_query);
  constexpr int kDay_ms = 24 * 60 * 60 * 1000;
  const auto life_ms = base::parse_number<int>(query.get("milliseconds"));
  if (query.get("token").empty() || !life_ms || *life_ms < 0 || *life_ms > kDay_ms)
    return control_error(400, "PUT /_sim/session-token?token=T&milliseconds=N, at most a day");
  hold_session_token(std::string(query.get("token")), std::chrono::milliseconds(*life_ms));
  return control_done();
}

Response S3Service::set_clock(const Request& request) {
  const std::optional<std::int32_t> seconds = only_number(request.raw_query, kSkew);
  if (!seconds) {
    return control_error(400,
                         "PUT /_sim/clock?skew_seconds=N, a whole number, negative for a clock that is slow");
  }
  clock_skew_ = std::chrono::seconds(*seconds);
  return control_done();
}

Response S3Service::set_put_clock(const Request& request) {
  const std::optional<std::int32_t> seconds = only_number(request.raw_query, kBehind);
  if (!seconds || *seconds < 0)
    return control_error(400, "PUT /_sim/put-clock?behind_seconds=N, a whole number from 0");
  put_clock_behind_ = std::chrono::seconds(*seconds);
  return control_done();
}

Response S3Service::advance_thaw_clock(const Request& request) {
  const std::optional<std::int32_t> seconds = only_number(request.raw_query, kAdvance);
  if (!seconds || *seconds < 0) {
    return control_error(400,
                         "PUT /_sim/thaw-clock?advance_seconds=N, a whole number from 0: the clock only "
                         "goes forward");
  }
  thaw_clock_ahead_ += std::chrono::seconds(*seconds);
  return control_done();
}

Response S3Service::handle(Request request) {
  if (is_control(request)) return control(request);

  const std::string request_id = next_request_id();
  const std::uint64_t bytes_in = request.body.size_bytes();
  Operation operation = Operation::unknown;
  Response response;
  try {
    response = answer(request, operation);
  } catch (const S3Error& error) {
    response = error_response(error, request, request_id);
  } catch (const std::exception& error) {
    response = error_response(S3Error(S3Code::InternalError, error.what()), request, request_id);
  }
  response.operation = operation;
  response.headers.add("x-amz-request-id", request_id);
  response.headers.add("x-amz-id-2", std::string(kHostId));
  if (clock_skew_.count() != 0) response.headers.add("Date", base::format_http_date(now_() + clock_skew_));
  if (operation != Operation::unknown) bill_.add(response, bytes_in);
  return response;
}

Response S3Service::answer(Request& request, Operation& operation) {
  const base::Timestamp now = now_();
  Query query(request.raw_query);
  const Route route = route_request(request, query);
  const bool is_signed = !is_unsigned(request, query);
  if (!is_signed) permit_unsigned(route, query);
  const Authenticated authenticated =
      is_signed ? authenticator_.authenticate(request, query, now + clock_skew_) : nobody();
  operation = route.operation;  // billed from here on: unauthenticated requests aren't
  require_length(request, operation);
  check_payload(request, authenticated);
  if (request.after_signature) {
    request.after_signature(request);
    query = Query(request.raw_query);
  }

  Bucket* bucket = nullptr;
  const bool needs_bucket = operation != Operation::list_buckets && operation != Operation::create_bucket;
  if (needs_bucket && operation != Operation::unknown) {
    bucket = store_.bucket(route.bucket);
    if (bucket == nullptr) throw S3Error(S3Code::NoSuchBucket).with("BucketName", route.bucket);
    if (is_signed && bucket->owner_id() != authenticated.user->canonical_id)
      throw S3Error(S3Code::AccessDenied);
    check_bucket_rules(*bucket, request, operation);
    if (!bucket->is_writable() && mutates(operation) && !deletes_objects(operation)) {
      throw S3Error(S3Code::NotImplemented,
                    fmt::format("{} on a synthetic bucket: its objects can be read and deleted, nothing else",
                                name(operation)));
    }
  }
  Response response = run({request, query, route, options_, store_, bucket, *authenticated.user, now,
                           now - put_clock_behind_, now + thaw_clock_ahead_});
  if (options_.requester_pays_buckets.contains(route.bucket))
    response.headers.add("x-amz-request-charged", "requester");
  return response;
}

void S3Service::permit_unsigned(const Route& route, const Query& query) const {
  const bool is_allowed = options_.public_buckets.contains(route.bucket) &&
                          !options_.requester_pays_buckets.contains(route.bucket) &&
                          is_for_everybody(route.operation, query);
  if (!is_allowed) throw S3Error(S3Code::AccessDenied);
}

void S3Service::check_bucket_rules(const Bucket& bucket, const Request& request, Operation operation) const {
  require_expected_owner(request.headers.find("x-amz-expected-bucket-owner"),
                         authenticator_.account_of(bucket.owner_id()));
  if (options_.requester_pays_buckets.contains(bucket.name()) &&
      request.headers.get("x-amz-request-payer") != "requester")
    throw S3Error(S3Code::AccessDenied);
  if (mutates(operation) && options_.read_only_buckets.contains(bucket.name()))
    throw S3Error(S3Code::AccessDenied);
}

Response S3Service::error_response(const S3Error& error, const Request& request,
                                   const std::string& request_id) const {
  Response response;
  response.status = error.status();
  for (const Header& field : error.headers()) response.headers.add(field.name, field.value);
  if (response.status == 304) return response;
  XmlWriter xml("Error", false);
  xml.element("Code", name(error.code()));
  xml.element("Message", error.message());
  for (const auto& [element, text] : error.details()) xml.element(element, text);
  const std::string resource = base::percent_decode(request.raw_path).value_or(request.raw_path);
  xml.element("Resource", base::is_utf8(resource) ? resource : request.raw_path);
  xml.element("RequestId", request_id);
  xml.element("HostId", kHostId);
  response.headers.add("Content-Type", "application/xml");
  if (request.method != "HEAD") response.body = Payload(xml.finish());
  return response;
}

}  // namespace s3c::sim
