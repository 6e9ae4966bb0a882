// The plain values between HTTP framing (server.h) and the S3 protocol (service.h), and the interface in the
// middle. Code that sees or changes requests (fault scripts, tests) is a Handler that wraps another Handler.
// One thread: a handler is called from the server's only thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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
    erase_if([name](const std::string& candidate) { return candidate == name; });
  }
  /// Removes the fields whose name fulfils the predicate; returns how many.
  template <typename Predicate>
  std::size_t erase_if(const Predicate& predicate) {
    return std::erase_if(fields_, [&](const Header& field) { return predicate(field.name); });
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
  /// A change of the request on its way to the store, for faults. It runs after the signature and the digests
  /// were checked, because the client didn't sign it. Empty without such a fault.
  std::function<void(Request&)> after_signature{};
};

/// Every S3 call that the simulator answers; unknown stands for all others.
enum class Operation {
  unknown,
  list_buckets,
  create_bucket,
  head_bucket,
  delete_bucket,
  get_bucket_location,
  get_bucket_versioning,
  put_bucket_versioning,
  get_object_lock_configuration,
  put_object_lock_configuration,
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
  get_object_retention,
  put_object_retention,
  get_object_legal_hold,
  put_object_legal_hold,
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

/// How fast an archived object thaws; from slow to fast.
enum class RestoreTier { bulk, standard, expedited };
std::string_view name(RestoreTier tier);

/// Bytes read from a storage class that charges for reading.
struct Retrieval {
  StorageClass storage_class = StorageClass::standard;
  std::optional<RestoreTier> tier{};  ///< of a RestoreObject; nullopt: a GET
  std::uint64_t size_bytes = 0;       ///< 0 if only a thawed copy's days were changed
};

/// What the connection does with an answer. Everything but whole ends the connection.
struct Delivery {
  enum class How {
    whole,    ///< sends all of it
    cut,      ///< sends the head, with the full Content-Length, and the first body_bytes of the body
    nothing,  ///< sends nothing
    held,     ///< sends nothing and stays open until an answer has releases_held
  };
  How how = How::whole;
  std::uint64_t body_bytes = 0;          ///< cut: at most the body's size
  std::chrono::milliseconds silence{0};  ///< cut, nothing: from the last byte sent until the end
  bool reset = false;                    ///< cut, nothing: ends with a TCP reset instead of an orderly close
};

/// An effect that happens some time after the answer was made, even if the connection is closed.
struct LaterEffect {
  std::chrono::milliseconds after{0};
  std::function<void()> run;
};

struct Response {
  int status = 200;
  Headers headers;  ///< all but Content-Length, Connection and Date, which the server adds; a Date set here
                    ///< is kept
  Payload body;
  /// HEAD: the Content-Length to send although no body follows.
  std::optional<std::uint64_t> head_size_bytes;
  /// How long to wait before the first byte of the answer, on top of the server's own latency.
  std::chrono::milliseconds delay{0};
  Delivery delivery{};
  std::optional<LaterEffect> later{};
  bool releases_held = false;  ///< closes all connections whose answers are held
  /// What the bill needs to know.
  Operation operation = Operation::unknown;
  StorageClass storage_class = StorageClass::standard;
  std::optional<Retrieval> retrieval{};
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// Answers one request; never throws for anything a client can send.
  virtual Response handle(Request request) = 0;
};

}  // namespace s3c::sim
