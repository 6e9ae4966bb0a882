// S3Client: listings.
#include "s3/s3_client.h"
#include "s3/xml.h"

namespace s3c::s3 {

ListObjectsPage S3Client::list_objects(const ListObjectsRequest& request) {
  Call call{.operation = Operation::list_objects, .method = "GET", .bucket = request.bucket};
  call.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", std::to_string(request.max_keys)}};
  auto add = [&call](const char* name, const std::string& value) {
    if (!value.empty()) call.query.emplace_back(name, value);
  };
  add("prefix", request.prefix);
  add("delimiter", request.delimiter);
  add("continuation-token", request.continuation_token);
  if (request.continuation_token.empty()) add("start-after", request.start_after);
  if (request.with_thaw_state) call.optional_header = {OptionalHeader::restore_status, "RestoreStatus"};
  ListObjectsPage page;
  runner_.run(call, [&](http::Response& answer) {
    // Without the header, a thawed object would look like a frozen one.
    page = parse_list_objects(answer.body,
                              call.optional_header ? std::optional(runner_.store_now()) : std::nullopt);
  });
  return page;
}

ListObjectVersionsPage S3Client::list_object_versions(const ListObjectVersionsRequest& request) {
  Call call{.operation = Operation::list_object_versions, .method = "GET", .bucket = request.bucket};
  call.query = {{"versions", ""}, {"encoding-type", "url"}};
  auto add = [&call](const char* name, const std::string& value) {
    if (!value.empty()) call.query.emplace_back(name, value);
  };
  add("prefix", request.prefix);
  add("delimiter", request.delimiter);
  add("key-marker", request.key_marker);
  if (!request.key_marker.empty()) add("version-id-marker", request.version_id_marker);
  ListObjectVersionsPage page;
  runner_.run(call, [&page](http::Response& answer) { page = parse_list_object_versions(answer.body); });
  return page;
}

ListMultipartUploadsPage S3Client::list_multipart_uploads(const std::string& bucket,
                                                          const std::string& prefix,
                                                          const std::string& key_marker,
                                                          const std::string& upload_id_marker) {
  Call call{.operation = Operation::list_multipart_uploads, .method = "GET", .bucket = bucket};
  // Don't send encoding-type. With it, Ceph RGW encodes the keys, but doesn't say so and doesn't encode the
  // markers. Without it, a control character arrives as a reference that isn't well-formed XML 1.0; our
  // reader accepts that.
  call.query = {{"uploads", ""}};
  if (!prefix.empty()) call.query.emplace_back("prefix", prefix);
  if (!key_marker.empty()) call.query.emplace_back("key-marker", key_marker);
  if (!key_marker.empty() && !upload_id_marker.empty())
    call.query.emplace_back("upload-id-marker", upload_id_marker);
  ListMultipartUploadsPage page;
  runner_.run(call, [&page](http::Response& answer) { page = parse_list_multipart_uploads(answer.body); });
  return page;
}

}  // namespace s3c::s3
