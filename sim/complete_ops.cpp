// CompleteMultipartUpload.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "sim/call.h"
#include "sim/conditions.h"
#include "sim/digest_headers.h"
#include "sim/multipart.h"
#include "sim/object_headers.h"
#include "sim/xml.h"
#include "sim/xml_request.h"

namespace s3c::sim {
namespace {

constexpr std::uint64_t kMinPartBytes = 5ULL << 20;
constexpr std::size_t kMaxParts = 10'000;

/// One <Part> of the request.
struct ListedPart {
  int number = 0;
  std::string etag;                     ///< without quotes
  std::optional<std::string> checksum;  ///< by the upload's algorithm, base64
};

std::vector<ListedPart> parse_parts(const Call& call, std::optional<ChecksumAlgorithm> algorithm) {
  const pugi::xml_document document = parse_xml(call.request.body.contiguous(), "CompleteMultipartUpload");
  std::vector<ListedPart> parts;
  for (const pugi::xml_node& node : document.document_element().children("Part")) {
    ListedPart part;
    part.number = node.child("PartNumber").text().as_int();
    part.etag = unquoted(node.child_value("ETag"));
    if (part.number < 1 || part.etag.empty()) throw S3Error(S3Code::MalformedXML);
    if (algorithm) {
      const pugi::xml_node checksum = node.child(std::string(element_name(*algorithm)).c_str());
      if (checksum) part.checksum = checksum.child_value();
    }
    if (!parts.empty() && part.number <= parts.back().number) throw S3Error(S3Code::InvalidPartOrder);
    parts.push_back(std::move(part));
  }
  if (parts.empty() || parts.size() > kMaxParts) throw S3Error(S3Code::MalformedXML);
  return parts;
}

/// "md5 of the parts' md5s"-N. nullopt when a listed ETag isn't an MD5.
std::optional<std::string> multipart_etag(const std::vector<ListedPart>& parts) {
  base::Digest md5 = base::Digest::md5();
  for (const ListedPart& part : parts) {
    const std::optional<std::string> raw = base::from_hex(part.etag);
    if (!raw || raw->size() != 16) return std::nullopt;
    md5.update(*raw);
  }
  return base::to_hex(md5.finish()) + '-' + std::to_string(parts.size());
}

/// The uploaded parts that the request lists, in order.
std::vector<const Part*> match_parts(const Upload& upload, const std::vector<ListedPart>& listed,
                                     bool has_checksums) {
  std::vector<const Part*> parts;
  for (const ListedPart& wanted : listed) {
    const auto found = upload.parts.find(wanted.number);
    auto invalid = [&] {
      return S3Error(S3Code::InvalidPart)
          .with("UploadId", upload.id)
          .with("PartNumber", std::to_string(wanted.number))
          .with("ETag", wanted.etag);
    };
    if (found == upload.parts.end() || found->second.etag != wanted.etag) throw invalid();
    if (has_checksums) {
      if (wanted.checksum && *wanted.checksum != base::to_base64(found->second.checksum_raw)) throw invalid();
      if (!wanted.checksum &&
          (upload.checksum_type == ChecksumType::composite || found->second.must_be_told)) {
        throw S3Error(
            S3Code::InvalidRequest,
            fmt::format("The upload was created using a {} checksum. The complete request must include the "
                        "checksum for each part. It was missing for part {} in the request.",
                        name(upload.algorithm), wanted.number));
      }
    }
    parts.push_back(&found->second);
  }
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i]->body.size_bytes() < kMinPartBytes) {
      throw S3Error(S3Code::EntityTooSmall)
          .with("ProposedSize", std::to_string(parts[i]->body.size_bytes()))
          .with("MinSizeAllowed", std::to_string(kMinPartBytes))
          .with("PartNumber", std::to_string(listed[i].number))
          .with("ETag", parts[i]->etag);
    }
  }
  return parts;
}

void refuse_uneven_parts(const std::vector<const Part*>& parts) {
  const std::uint64_t size_bytes = parts.front()->body.size_bytes();
  for (const Part* part : parts) {
    const bool is_last = part == parts.back();
    if (is_last ? part->body.size_bytes() > size_bytes : part->body.size_bytes() != size_bytes) {
      throw S3Error(S3Code::InvalidPart, "All non-trailing parts must have the same length.");
    }
  }
}

/// The object that a condition of Complete is checked against. Without atomic_complete, a condition misses an
/// object that was written less than 300 ms ago.
const Object* seen_by_condition(const Call& call) {
  constexpr std::chrono::milliseconds kJustBefore{300};
  const Object* current = call.bucket().current(call.key());
  const bool is_missed = !call.options.powers.atomic_complete && current != nullptr &&
                         call.now - current->last_modified < kJustBefore;
  return is_missed ? nullptr : current;
}

Checksum whole_checksum(const Upload& upload, const std::vector<const Part*>& parts) {
  if (upload.checksum_type == ChecksumType::composite) {
    std::string raws;
    for (const Part* part : parts) raws += part->checksum_raw;
    const std::string raw = compute_checksum(upload.algorithm, Payload(std::move(raws)));
    return {upload.algorithm, ChecksumType::composite,
            base::to_base64(raw) + '-' + std::to_string(parts.size())};
  }
  std::string raw = parts.front()->checksum_raw;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    raw = combine_checksums(upload.algorithm, raw, parts[i]->checksum_raw, parts[i]->body.size_bytes());
  }
  return {upload.algorithm, ChecksumType::full_object, base::to_base64(raw)};
}

/// Checks the whole object's size and checksum if the client sent the values that it expects.
void check_expectations(const Call& call, const Checksum& checksum, std::uint64_t size_bytes) {
  if (const std::string* size = call.find_header("x-amz-mp-object-size")) {
    if (*size != std::to_string(size_bytes)) {
      throw S3Error(
          S3Code::InvalidRequest,
          fmt::format("The provided 'x-amz-mp-object-size' header value {} does not match what was computed: "
                      "{}",
                      *size, size_bytes));
    }
  }
  if (const std::string* type = call.find_header("x-amz-checksum-type");
      type != nullptr && *type != name(checksum.type)) {
    throw S3Error(S3Code::InvalidRequest,
                  fmt::format("The upload was created using the {} checksum mode. The complete "
                              "request must use the same checksum mode.",
                              name(checksum.type)));
  }
  const auto sent = sent_checksum(call.request);
  if (!sent) return;
  if (sent->first != checksum.algorithm) {
    throw S3Error(
        S3Code::InvalidRequest,
        fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                    name(checksum.algorithm), name(sent->first)));
  }
  if (sent->second != checksum.text) {
    throw S3Error(
        S3Code::BadDigest,
        fmt::format("The {} you specified did not match the calculated checksum.", name(sent->first)));
  }
}

Response completed(const Call& call, const Object& object) {
  XmlWriter xml("CompleteMultipartUploadResult");
  xml.element("Location", "http://" + std::string(call.header("host")) + '/' + call.route.bucket + '/' +
                              base::percent_encode(call.key(), true));
  xml.element("Bucket", call.route.bucket);
  xml.element("Key", call.key());
  xml.element("ETag", '"' + object.etag + '"');
  if (object.checksum) {
    xml.element(element_name(object.checksum->algorithm), object.checksum->text);
    xml.element("ChecksumType", name(object.checksum->type));
  }
  Response response = xml_response(xml.finish());
  response.storage_class = object.attributes.storage_class;
  write_version(response, call.bucket(), object);
  return response;
}

/// Finds the object of a Complete that is repeated after it succeeded (its answer was lost). The repeated one
/// gets the same answer while its object is still there. nullptr: this upload made no object, or it isn't
/// there any more.
const Object* already_completed(const Call& call) {
  const Object* current = call.bucket().current(call.key());
  if (current == nullptr || current->upload_id.empty() || current->upload_id != call.query.get("uploadId")) {
    return nullptr;
  }
  return multipart_etag(parse_parts(call, std::nullopt)) == current->etag ? current : nullptr;
}

}  // namespace

Response complete_multipart_upload(const Call& call) {
  if (const Object* before = already_completed(call)) return completed(call, *before);
  Upload& upload = require_upload(call);
  const StorePowers& powers = call.options.powers;
  if (!powers.object_size_header && call.find_header("x-amz-mp-object-size"))
    throw unknown_header("x-amz-mp-object-size");
  const std::vector<ListedPart> listed =
      parse_parts(call, powers.checksums ? std::optional(upload.algorithm) : std::nullopt);
  const std::vector<const Part*> parts = match_parts(upload, listed, powers.checksums);
  if (!powers.uneven_parts) refuse_uneven_parts(parts);

  Object object;
  for (const Part* part : parts) object.body.append(part->body);
  object.etag = multipart_etag(listed).value();  // listed ETags equal the parts', which are MD5s
  if (powers.checksums) {
    object.checksum = whole_checksum(upload, parts);
    check_expectations(call, *object.checksum, object.body.size_bytes());
  }
  if (powers.conditional_complete) check_write_conditions(call, seen_by_condition(call));

  object.attributes = upload.attributes;
  object.upload_id = upload.id;
  object.last_modified = call.now;
  const Object& stored = call.bucket().put(call.key(), std::move(object));
  call.bucket().remove_upload(call.key(), stored.upload_id);
  return completed(call, stored);
}

}  // namespace s3c::sim
