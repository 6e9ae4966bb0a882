// ListObjectVersions.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "sim/call.h"
#include "sim/listing.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

struct VersionEntry {
  std::string key;
  std::string version_id;
  bool is_latest;
};

struct VersionPage {
  std::vector<VersionEntry> versions;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last_key;         ///< the last entry's key or common prefix
  std::string last_version_id;  ///< "" after a common prefix

  bool full(const ListingQuery& listing) const {
    return versions.size() + common_prefixes.size() == static_cast<std::size_t>(listing.max_entries);
  }
};

/// Entries after (key_marker, version_marker): keys ascending, versions newest first. version_marker "" means
/// after every version of key_marker.
VersionPage make_page(Bucket& bucket, const ListingQuery& listing, std::string_view key_marker,
                      std::string_view version_marker) {
  VersionPage page;
  if (listing.max_entries == 0) return page;
  const std::unique_ptr<KeyCursor> at = bucket.keys();
  for (at->seek(std::max<std::string_view>(key_marker, listing.prefix));
       !at->at_end() && at->key().starts_with(listing.prefix);) {
    const std::string common(listing.common_prefix_of(at->key()));
    if (!common.empty()) {
      if (common > key_marker) {
        if (page.full(listing)) {
          page.truncated = true;
          return page;
        }
        page.common_prefixes.push_back(common);
        page.last_key = common;
        page.last_version_id.clear();
      }
      const std::string next = first_after_prefix(common);
      if (next.empty()) return page;
      at->seek(next);
      continue;
    }
    const std::string key(at->key());
    const Versions& versions = *bucket.versions(key);
    bool skipping = !key_marker.empty() && key == key_marker;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (skipping) {
        if (version->version_id == version_marker) skipping = false;
        continue;
      }
      if (page.full(listing)) {
        page.truncated = true;
        return page;
      }
      page.versions.push_back({key, version->version_id, version == versions.rbegin()});
      page.last_key = key;
      page.last_version_id = version->version_id;
    }
    at->advance();
  }
  return page;
}

}  // namespace

Response list_object_versions(const Call& call) {
  const ListingQuery listing(call.query, "max-keys", call.options.powers.encoding_type);
  const std::string_view key_marker = call.query.get("key-marker");
  const std::string_view version_marker = call.query.get("version-id-marker");
  if (!version_marker.empty() && key_marker.empty()) {
    throw S3Error(S3Code::InvalidArgument, "A version-id marker cannot be specified without a key marker.");
  }
  VersionPage page = make_page(call.bucket(), listing, key_marker, version_marker);
  if (!call.options.powers.key_order) {
    std::stable_sort(
        page.versions.begin(), page.versions.end(),
        [](const VersionEntry& a, const VersionEntry& b) { return precedes_in_utf16(a.key, b.key); });
  }

  XmlWriter xml("ListVersionsResult");
  xml.element("Name", call.route.bucket);
  xml.element("Prefix", listing.text(listing.prefix));
  xml.element("KeyMarker", listing.text(key_marker));
  xml.element("VersionIdMarker", version_marker);
  xml.element("MaxKeys", static_cast<std::uint64_t>(listing.max_entries));
  if (!listing.delimiter.empty()) xml.element("Delimiter", listing.text(listing.delimiter));
  if (listing.url_encoding) xml.element("EncodingType", "url");
  xml.flag("IsTruncated", page.truncated);
  if (page.truncated) {
    xml.element("NextKeyMarker", listing.text(page.last_key));
    if (!page.last_version_id.empty()) xml.element("NextVersionIdMarker", page.last_version_id);
  }
  for (const VersionEntry& entry : page.versions) {
    const Object& object = *call.bucket().version(entry.key, entry.version_id);
    xml.open(object.is_delete_marker ? "DeleteMarker" : "Version");
    xml.element("Key", listing.text(entry.key));
    xml.element("VersionId", object.version_id);
    xml.flag("IsLatest", entry.is_latest);
    xml.element("LastModified", base::format_iso8601(object.last_modified));
    if (!object.is_delete_marker) {
      if (call.options.powers.list_etags) xml.element("ETag", '"' + object.etag + '"');
      xml.element("Size", object.body.size_bytes());
      xml.element("StorageClass", name(object.attributes.storage_class));
    }
    xml.open("Owner");
    xml.element("ID", call.bucket().owner_id());
    xml.close();
    xml.close();
  }
  for (const std::string& prefix : page.common_prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", listing.text(prefix));
    xml.close();
  }
  return xml_response(xml.finish());
}

}  // namespace s3c::sim
