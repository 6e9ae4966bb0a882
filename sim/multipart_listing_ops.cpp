// ListMultipartUploads and ListParts.
#include <limits>
#include <vector>

#include "base/encoding.h"
#include "sim/call.h"
#include "sim/listing.h"
#include "sim/multipart.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

constexpr int kMaxListedParts = 1000;

struct UploadPage {
  std::vector<const Upload*> uploads;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last_key;        ///< the last entry's key or common prefix
  std::string last_upload_id;  ///< "" after a common prefix

  bool full(const ListingQuery& listing) const {
    return uploads.size() + common_prefixes.size() == static_cast<std::size_t>(listing.max_entries);
  }
};

/// Entries after the markers; an upload_marker of "" means after every upload of key_marker.
UploadPage make_page(const Bucket::Uploads& all, const ListingQuery& listing, const std::string& key_marker,
                     std::string_view upload_marker) {
  UploadPage page;
  if (listing.max_entries == 0) return page;
  auto at = all.lower_bound({key_marker < listing.prefix ? listing.prefix : key_marker, {}});
  while (at != all.end() && at->first.first.starts_with(listing.prefix)) {
    const auto& [key, id] = at->first;
    if (at->second.is_aborted) {
      ++at;
      continue;
    }
    const std::string_view common = listing.common_prefix_of(key);
    const bool is_after = common.empty() ? key > key_marker || (key == key_marker && !upload_marker.empty() &&
                                                                id > upload_marker)
                                         : common > key_marker;
    if (is_after) {
      if (page.full(listing)) {
        page.truncated = true;
        return page;
      }
      page.last_key = common.empty() ? std::string_view(key) : common;
      page.last_upload_id = common.empty() ? id : "";
      if (common.empty()) {
        page.uploads.push_back(&at->second);
      } else {
        page.common_prefixes.emplace_back(common);
      }
    }
    if (common.empty()) {
      ++at;
    } else {
      const std::string next = first_after_prefix(common);
      at = next.empty() ? all.end() : all.lower_bound({next, {}});
    }
  }
  return page;
}

void write_owner(XmlWriter& xml, const Call& call) {
  for (const char* role : {"Initiator", "Owner"}) {
    xml.open(role);
    xml.element("ID", call.bucket().owner_id());
    xml.close();
  }
}

}  // namespace

Response list_multipart_uploads(const Call& call) {
  const ListingQuery listing(call.query, "max-uploads");
  const std::string key_marker(call.query.get("key-marker"));
  // Without a key marker S3 ignores the upload id marker.
  const std::string_view upload_marker = key_marker.empty() ? "" : call.query.get("upload-id-marker");
  UploadPage page = make_page(call.bucket().uploads(), listing, key_marker, upload_marker);
  if (!call.options.powers.upload_prefixes)
    std::erase_if(page.uploads, [&](const Upload* upload) { return upload->key != listing.prefix; });

  XmlWriter xml("ListMultipartUploadsResult");
  xml.element("Bucket", call.route.bucket);
  xml.element("KeyMarker", listing.text(key_marker));
  xml.element("UploadIdMarker", upload_marker);
  if (page.truncated) {
    xml.element("NextKeyMarker", listing.text(page.last_key));
    xml.element("NextUploadIdMarker", page.last_upload_id);
  }
  xml.element("Prefix", listing.text(listing.prefix));
  if (!listing.delimiter.empty()) xml.element("Delimiter", listing.text(listing.delimiter));
  if (listing.url_encoding) xml.element("EncodingType", "url");
  xml.element("MaxUploads", static_cast<std::uint64_t>(listing.max_entries));
  xml.flag("IsTruncated", page.truncated);
  for (const Upload* upload : page.uploads) {
    xml.open("Upload");
    xml.element("Key", listing.text(upload->key));
    xml.element("UploadId", upload->id);
    write_owner(xml, call);
    xml.element("StorageClass", name(upload->attributes.storage_class));
    xml.element("Initiated", base::format_iso8601(upload->initiated));
    if (upload->algorithm_was_asked) {
      xml.element("ChecksumAlgorithm", name(upload->algorithm));
      xml.element("ChecksumType", name(upload->checksum_type));
    }
    xml.close();
  }
  for (const std::string& prefix : page.common_prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", listing.text(prefix));
    xml.close();
  }
  return xml_response(xml.finish());
}

Response list_parts(const Call& call) {
  const Upload& upload = require_upload(call);
  const int marker = call.query.get_number("part-number-marker", std::numeric_limits<int>::max()).value_or(0);
  const int asked =
      call.query.get_number("max-parts", std::numeric_limits<int>::max()).value_or(kMaxListedParts);
  const auto max_parts = static_cast<std::size_t>(std::min(asked, kMaxListedParts));

  std::vector<std::pair<int, const Part*>> page;
  auto at = upload.parts.upper_bound(marker);
  for (; at != upload.parts.end() && page.size() < max_parts; ++at) page.emplace_back(at->first, &at->second);
  const bool truncated = at != upload.parts.end() && !page.empty();

  XmlWriter xml("ListPartsResult");
  xml.element("Bucket", call.route.bucket);
  xml.element("Key", call.query.get("encoding-type") == "url" ? url_encode_listing(call.key()) : call.key());
  xml.element("UploadId", upload.id);
  xml.element("PartNumberMarker", static_cast<std::uint64_t>(marker));
  if (truncated) xml.element("NextPartNumberMarker", static_cast<std::uint64_t>(page.back().first));
  xml.element("MaxParts", static_cast<std::uint64_t>(max_parts));
  xml.flag("IsTruncated", truncated);
  write_owner(xml, call);
  xml.element("StorageClass", name(upload.attributes.storage_class));
  if (upload.algorithm_was_asked) {
    xml.element("ChecksumAlgorithm", name(upload.algorithm));
    xml.element("ChecksumType", name(upload.checksum_type));
  }
  for (const auto& [number, part] : page) {
    xml.open("Part");
    xml.element("PartNumber", static_cast<std::uint64_t>(number));
    xml.element("LastModified", base::format_iso8601(part->last_modified));
    xml.element("ETag", '"' + part->etag + '"');
    xml.element("Size", part->body.size_bytes());
    if (upload.algorithm_was_asked) {
      xml.element(element_name(upload.algorithm), base::to_base64(part->checksum_raw));
    }
    xml.close();
  }
  return xml_response(xml.finish());
}

}  // namespace s3c::sim
