// ListObjects and ListObjectsV2.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "sim/call.h"
#include "sim/listing.h"
#include "sim/xml.h"

namespace s3c::sim {
namespace {

/// One page: keys and common prefixes, in order within each list, counted together. It holds no objects:
/// making them may be expensive, and the bucket decides how.
struct Page {
  std::vector<std::string> keys;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last;  ///< the last entry, key or common prefix: the next page begins after it

  std::size_t size() const { return keys.size() + common_prefixes.size(); }
};

/// Entries (keys or common prefixes) greater than after.
Page make_page(const Bucket& bucket, const ListingQuery& listing, std::string_view after) {
  Page page;
  if (listing.max_entries == 0) return page;
  const std::unique_ptr<KeyCursor> at = bucket.keys();
  at->seek(std::max<std::string_view>(after, listing.prefix));
  if (!at->at_end() && !after.empty() && at->key() == after) at->advance();
  while (!at->at_end() && at->key().starts_with(listing.prefix)) {
    const std::string common(listing.common_prefix_of(at->key()));
    if (common.empty()) {
      if (at->is_live()) {
        if (page.size() == static_cast<std::size_t>(listing.max_entries)) {
          page.truncated = true;
          return page;
        }
        page.keys.emplace_back(at->key());
        page.last = page.keys.back();
      }
      at->advance();
      continue;
    }
    // A prefix is listed only if it has a key that is not deleted. Look for the first such key, then jump
    // behind all keys of the prefix.
    while (!at->at_end() && at->key().starts_with(common) && !at->is_live()) at->advance();
    const bool is_live = !at->at_end() && at->key().starts_with(common);
    if (is_live && common > after) {
      if (page.size() == static_cast<std::size_t>(listing.max_entries)) {
        page.truncated = true;
        return page;
      }
      page.common_prefixes.push_back(common);
      page.last = common;
    }
    const std::string next = first_after_prefix(common);
    if (next.empty()) return page;
    at->seek(next);
  }
  return page;
}

/// The page in the order that this store has.
Page ordered(const Call& call, Page page) {
  if (!call.options.powers.key_order) std::sort(page.keys.begin(), page.keys.end(), precedes_in_utf16);
  return page;
}

void write_restore_status(XmlWriter& xml, const Object& object, base::Timestamp now) {
  if (!object.thaw || now >= object.thaw->expires_at) return;
  xml.open("RestoreStatus");
  xml.flag("IsRestoreInProgress", now < object.thaw->ready_at);
  if (now >= object.thaw->ready_at)
    xml.element("RestoreExpiryDate", base::format_iso8601(object.thaw->expires_at));
  xml.close();
}

void write_page(XmlWriter& xml, const Call& call, const ListingQuery& listing, const Page& page,
                bool with_owner) {
  const bool with_restore_status =
      call.header("x-amz-optional-object-attributes").find("RestoreStatus") != std::string_view::npos;
  for (const std::string& key : page.keys) {
    const Object& object = *call.bucket().current(key);
    xml.open("Contents");
    xml.element("Key", listing.text(key));
    xml.element("LastModified", base::format_iso8601(object.last_modified));
    if (call.options.powers.list_etags) xml.element("ETag", '"' + object.etag + '"');
    if (object.checksum) {
      xml.element("ChecksumAlgorithm", name(object.checksum->algorithm));
      xml.element("ChecksumType", name(object.checksum->type));
    }
    xml.element("Size", object.body.size_bytes());
    if (with_owner) {
      xml.open("Owner");
      xml.element("ID", call.bucket().owner_id());
      xml.close();
    }
    xml.element("StorageClass", name(object.attributes.storage_class));
    if (with_restore_status) write_restore_status(xml, object, call.thaw_now);
    xml.close();
  }
  for (const std::string& prefix : page.common_prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", listing.text(prefix));
    xml.close();
  }
}

void write_parameters(XmlWriter& xml, const Call& call, const ListingQuery& listing, const Page& page) {
  xml.element("Name", call.route.bucket);
  xml.element("Prefix", listing.text(listing.prefix));
  if (!listing.delimiter.empty()) xml.element("Delimiter", listing.text(listing.delimiter));
  xml.element("MaxKeys", static_cast<std::uint64_t>(listing.max_entries));
  if (listing.url_encoding) xml.element("EncodingType", "url");
  xml.flag("IsTruncated", page.truncated);
}

// A continuation token is opaque to clients. It is the last entry behind a mark, so that a key sent as a
// token is refused.
constexpr std::string_view kTokenMark = "s3sim-1:";

std::string make_token(std::string_view last) {
  return base::to_base64(std::string(kTokenMark) + std::string(last));
}

std::string parse_token(const std::string& token) {
  const std::optional<std::string> decoded = base::from_base64(token);
  if (!decoded || !decoded->starts_with(kTokenMark)) {
    throw S3Error(S3Code::InvalidArgument, "The continuation token provided is incorrect")
        .with("ArgumentName", "continuation-token");
  }
  return decoded->substr(kTokenMark.size());
}

}  // namespace

Response list_objects(const Call& call) {
  const ListingQuery listing(call.query, "max-keys", call.options.powers.encoding_type);
  const std::string_view marker = call.query.get("marker");
  const Page page = ordered(call, make_page(call.bucket(), listing, marker));
  XmlWriter xml("ListBucketResult");
  write_parameters(xml, call, listing, page);
  xml.element("Marker", listing.text(marker));
  // S3 names the next marker only with a delimiter; without one it is the last key.
  if (page.truncated && !listing.delimiter.empty()) xml.element("NextMarker", listing.text(page.last));
  write_page(xml, call, listing, page, true);
  return xml_response(xml.finish());
}

Response list_objects_v2(const Call& call) {
  if (!call.options.powers.optional_attributes && call.find_header("x-amz-optional-object-attributes"))
    throw unknown_header("x-amz-optional-object-attributes");
  const ListingQuery listing(call.query, "max-keys", call.options.powers.encoding_type);
  const std::string* start_after = call.query.find("start-after");
  const std::string* token = call.query.find("continuation-token");
  std::string after;
  if (token != nullptr) {
    after = parse_token(*token);
  } else if (start_after != nullptr) {
    after = *start_after;
  }
  const Page page = ordered(call, make_page(call.bucket(), listing, after));
  XmlWriter xml("ListBucketResult");
  write_parameters(xml, call, listing, page);
  xml.element("KeyCount", static_cast<std::uint64_t>(page.size()));
  if (start_after != nullptr) xml.element("StartAfter", listing.text(*start_after));
  if (token != nullptr) xml.element("ContinuationToken", *token);
  if (page.truncated) xml.element("NextContinuationToken", make_token(page.last));
  write_page(xml, call, listing, page, call.query.get("fetch-owner") == "true");
  return xml_response(xml.finish());
}

}  // namespace s3c::sim
