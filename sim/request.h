// The plain values between HTTP framing (server.h) and the S3 protocol (service.h), and the interface in the
// middle: whatever wants to see or spoil requests (fault scripts, tests) is a Handler that wraps another
// Handler. One thread: a handler is called from the server's only thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/payload.h"

namespace s3c::sim {

struct Header {
  std::string name;  ///< lower case in requests
  std::string value;
};

/// Header fields in the order they were added; names compare exactly, so requests hold them in lower case.
class Headers {
 public:
  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  /// The first field of that name, or nullptr.
  const std::string* find(std::string_view name) const {
    for (const Header& field : fields_) {
      if (field.name == name) return &field.value;
    }
    return nullptr;
  }
  /// The first field's value, or "" when there is none.
  std::string_view get(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string_view{} : std::string_view(*value);
  }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  void erase(std::string_view name) {
    std::erase_if(fields_, [name](const Header& field) { return field.name == name; });
  }
  void reserve(std::size_t count) { fields_.reserve(count); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Header> fields_;
};

struct Request {
  std::string method;     ///< "GET", upper case as sent
  std::string raw_path;   ///< as received, percent-encoding kept: signatures are over it
  std::string raw_query;  ///< as received, without '?'
  Headers headers;
  Payload body;  ///< at most one slice; still in aws-chunked framing if it came so
};

/// Every S3 call the simulator answers; unknown stands for all others.
enum class Operation {
  unknown,
  list_buckets,
  create_bucket,
  head_bucket,
  delete_bucket,
  get_bucket_location,
  get_bucket_versioning,
  put_bucket_versioning,
  list_objects,
  list_objects_v2,
  list_object_versions,
  list_multipart_uploads,
  put_object,
  copy_object,
  get_object,
  head_object,
  delete_object,
  delete_objects,
  get_object_tagging,
  put_object_tagging,
  delete_object_tagging,
  restore_object,
  create_multipart_upload,
  upload_part,
  upload_part_copy,
  complete_multipart_upload,
  abort_multipart_upload,
  list_parts,
};

enum class StorageClass {
  standard,
  reduced_redundancy,
  standard_ia,
  onezone_ia,
  intelligent_tiering,
  glacier_ir,
  glacier,
  deep_archive,
};

struct Response {
  int status = 200;
  Headers headers;  ///< all but Content-Length, Connection and Date, which the server adds
  Payload body;
  /// HEAD: the Content-Length to promise although no body follows.
  std::optional<std::uint64_t> head_size_bytes;
  /// How long to wait before the first byte of the answer, on top of the server's own latency.
  std::chrono::milliseconds delay{0};
  /// What the bill needs to know.
  Operation operation = Operation::unknown;
  StorageClass storage_class = StorageClass::standard;
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// Answers one request; never throws for anything a client can send.
  virtual Response handle(Request request) = 0;
};

}  // namespace s3c::sim
