#include "s3/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/xml.h"
#include "s3/thaw_state.h"

namespace s3c::s3 {
namespace {

namespace xml = base::xml;

/// Undoes encoding-type=url if the store says that it encoded the keys. S3 writes a space as '+'.
class KeyDecoder {
 public:
  explicit KeyDecoder(pugi::xml_node root) {
    const std::string type = xml::optional_text(root, "EncodingType");
    if (!type.empty() && type != "url")
      xml::corrupt(fmt::format("unknown EncodingType '{}'", base::printable(type)));
    encoded_ = type == "url";
  }
  std::string operator()(const std::string& text) const {
    if (!encoded_) return text;
    auto decoded = base::percent_decode(text, true);
    if (!decoded) xml::corrupt(fmt::format("a key isn't well encoded: '{}'", base::printable(text)));
    return *std::move(decoded);
  }
  bool is_encoded() const { return encoded_; }

 private:
  bool encoded_ = false;
};

base::Error unreadable_names() {
  return {base::ErrorKind::unsupported,
          "the store ignores encoding-type=url, and its listing has a name that XML can't hold"};
}

/// The document of a listing. A store that ignores encoding-type may write a name that makes its answer
/// malformed. Such an answer is whole, and another try would bring the same bytes. So it must not be taken
/// for one that was cut off.
xml::Document listing_document(std::string_view text, const char* root_name) {
  try {
    return {text, root_name};
  } catch (const base::Error& error) {
    const std::string_view body = base::trim(text, " \t\r\n");
    const std::string end = fmt::format("</{}>", root_name);
    const bool is_whole = body.ends_with(end) && body.find(end) + end.size() == body.size();
    const bool is_encoded = text.find("<EncodingType>url</EncodingType>") != std::string_view::npos;
    if (error.kind() == base::ErrorKind::transient && is_whole && !is_encoded) throw unreadable_names();
    throw;
  }
}

/// Without the ETag nothing shows that an object was overwritten since it was listed.
std::string listed_etag(pugi::xml_node node, const std::string& key) {
  std::string etag = unquoted(xml::optional_text(node, "ETag"));
  if (etag.empty()) {
    throw base::Error(base::ErrorKind::unsupported,
                      fmt::format("the store's listing has no ETag for \"{}\": without ETags nothing shows "
                                  "whether an object was overwritten since it was listed",
                                  base::printable(key)));
  }
  return etag;
}

std::string listed_key(pugi::xml_node node, const KeyDecoder& decode) {
  const pugi::xml_node element = xml::only_child(node, "Key");
  // Without encoding, a store may write what isn't XML for characters that XML can't hold.
  if (element && !decode.is_encoded() && !xml::is_text(element)) throw unreadable_names();
  std::string key = decode(xml::required(node, "Key"));
  if (key.empty()) xml::corrupt("a listed object has no key");
  return key;
}

ObjectSummary listed_object(pugi::xml_node node, const KeyDecoder& decode) {
  ObjectSummary object;
  object.key = listed_key(node, decode);
  object.size_bytes = xml::required_size(node, "Size");
  object.etag = listed_etag(node, object.key);
  object.last_modified = xml::required_time(node, "LastModified");
  object.storage_class = xml::optional_text(node, "StorageClass");
  if (object.storage_class.empty()) object.storage_class = "STANDARD";
  return object;
}

std::optional<ThawState> listed_thaw_state(pugi::xml_node object, std::string_view storage_class,
                                           base::Timestamp now) {
  std::optional<RestoreStatus> status;
  if (const pugi::xml_node restore = xml::only_child(object, "RestoreStatus");
      restore && can_be_frozen(storage_class)) {
    status.emplace();
    status->in_progress = xml::required_bool(restore, "IsRestoreInProgress");
    if (restore.child("RestoreExpiryDate"))
      status->expires_at = xml::required_time(restore, "RestoreExpiryDate");
  }
  if (storage_class == "INTELLIGENT_TIERING" && !(status && status->in_progress)) return std::nullopt;
  return thaw_state(storage_class, "", status, now);
}

std::optional<std::uint32_t> parse_crc32(std::string_view base64) {
  const auto raw = base::from_base64(base64);
  if (!raw || raw->size() != 4) return std::nullopt;
  std::uint32_t crc = 0;
  for (const char byte : *raw) crc = crc << 8 | static_cast<unsigned char>(byte);
  return crc;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      // Must be escaped: a parser may turn CR into LF, and drop white space at the ends.
      case '\t':
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out.push_back(c);
    }
  }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  append_escaped(out, text);
  out.append("</").append(name).append(">");
}

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kNamespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

}  // namespace

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::optional<ErrorDocument> parse_error(std::string_view text) {
  if (text.find("<Error") == std::string_view::npos) return std::nullopt;
  if (std::count(text.begin(), text.end(), '<') > xml::kMaxTags) return std::nullopt;
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), xml::kParseFlags, pugi::encoding_utf8))
    return std::nullopt;
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.name()) != "Error") return std::nullopt;
  const auto text_or_raw = [&root](const char* name) {
    const char* raw = root.child(name).text().get();
    return xml::unescaped(raw).value_or(raw);
  };
  return ErrorDocument{text_or_raw("Code"), text_or_raw("Message"), text_or_raw("RequestId"),
                       text_or_raw("Region")};
}

ListObjectsPage parse_list_objects(std::string_view text, std::optional<base::Timestamp> thaw_at) {
  const xml::Document document = listing_document(text, "ListBucketResult");
  const pugi::xml_node root = document.root();
  const KeyDecoder decode(root);
  ListObjectsPage page;
  for (const pugi::xml_node node : root.children("Contents")) {
    ObjectSummary object = listed_object(node, decode);
    if (thaw_at) object.thaw = listed_thaw_state(node, object.storage_class, *thaw_at);
    page.objects.push_back(std::move(object));
  }
  for (const pugi::xml_node node : root.children("CommonPrefixes")) {
    page.common_prefixes.push_back(decode(xml::required(node, "Prefix")));
  }
  if (xml::required_bool(root, "IsTruncated")) {
    page.next_continuation_token = xml::required(root, "NextContinuationToken");
    if (page.next_continuation_token->empty()) xml::corrupt("a truncated listing has no continuation token");
  }
  return page;
}

ListObjectVersionsPage parse_list_object_versions(std::string_view text) {
  const xml::Document document = listing_document(text, "ListVersionsResult");
  const pugi::xml_node root = document.root();
  const KeyDecoder decode(root);
  ListObjectVersionsPage page;
  for (const pugi::xml_node node : root.children()) {
    const std::string_view name = node.name();
    if (name != "Version" && name != "DeleteMarker") continue;
    ObjectVersion version;
    version.is_delete_marker = name == "DeleteMarker";
    if (version.is_delete_marker) {
      version.object.key = listed_key(node, decode);
      version.object.last_modified = xml::required_time(node, "LastModified");
    } else {
      version.object = listed_object(node, decode);
    }
    version.version_id = xml::required(node, "VersionId");
    if (version.version_id.empty()) xml::corrupt("a listed version has no id");
    version.is_latest = xml::required_bool(node, "IsLatest");
    page.versions.push_back(std::move(version));
  }
  for (const pugi::xml_node node : root.children("CommonPrefixes")) {
    page.common_prefixes.push_back(decode(xml::required(node, "Prefix")));
  }
  page.truncated = xml::required_bool(root, "IsTruncated");
  if (page.truncated) {
    page.next_key_marker = decode(xml::required(root, "NextKeyMarker"));
    page.next_version_id_marker = xml::optional_text(root, "NextVersionIdMarker");
    if (page.next_key_marker.empty()) xml::corrupt("a truncated listing has no next key marker");
  }
  return page;
}

ListMultipartUploadsPage parse_list_multipart_uploads(std::string_view text) {
  const xml::Document document(text, "ListMultipartUploadsResult");
  const pugi::xml_node root = document.root();
  const KeyDecoder decode(root);
  ListMultipartUploadsPage page;
  for (const pugi::xml_node node : root.children("Upload")) {
    page.uploads.push_back({decode(xml::required(node, "Key")), xml::required(node, "UploadId"),
                            xml::required_time(node, "Initiated")});
  }
  page.truncated = xml::required_bool(root, "IsTruncated");
  if (page.truncated) {
    page.next_key_marker = decode(xml::required(root, "NextKeyMarker"));
    page.next_upload_id_marker = xml::optional_text(root, "NextUploadIdMarker");
    if (page.next_key_marker.empty()) xml::corrupt("a truncated listing has no next key marker");
  }
  return page;
}

std::map<std::string, std::string> parse_tagging(std::string_view text) {
  const xml::Document document(text, "Tagging");
  const pugi::xml_node set = xml::only_child(document.root(), "TagSet");
  if (!set) xml::corrupt("<Tagging> lacks <TagSet>");
  std::map<std::string, std::string> tags;
  for (const pugi::xml_node tag : set.children("Tag")) {
    const auto [place, added] = tags.emplace(xml::required(tag, "Key"), xml::required(tag, "Value"));
    if (!added) xml::corrupt(fmt::format("the tag '{}' is there twice", base::printable(place->first)));
  }
  return tags;
}

std::string parse_create_multipart_upload(std::string_view text) {
  const xml::Document document(text, "InitiateMultipartUploadResult");
  std::string upload_id = xml::required(document.root(), "UploadId");
  if (upload_id.empty()) xml::corrupt("the upload id is empty");
  return upload_id;
}

CopiedPart parse_copy_part(std::string_view text) {
  // Some stores send the document that CopyObject sends.
  const bool as_object = text.find("<CopyPartResult") == std::string_view::npos &&
                         text.find("<CopyObjectResult") != std::string_view::npos;
  const xml::Document document(text, as_object ? "CopyObjectResult" : "CopyPartResult");
  CopiedPart part{unquoted(xml::required(document.root(), "ETag")), std::nullopt};
  if (part.etag.empty()) xml::corrupt("the copied part has no ETag");
  if (const std::string crc32 = xml::optional_text(document.root(), "ChecksumCRC32"); !crc32.empty()) {
    part.crc32 = parse_crc32(crc32);
    if (!part.crc32)
      xml::corrupt(fmt::format("the copied part's CRC-32 can't be read: '{}'", base::printable(crc32)));
  }
  return part;
}

std::string parse_complete_multipart_upload(std::string_view text) {
  const xml::Document document(text, "CompleteMultipartUploadResult");
  return unquoted(xml::required(document.root(), "ETag"));
}

std::vector<DeleteAnswer> parse_delete_objects(std::string_view text) {
  const xml::Document document(text, "DeleteResult");
  std::vector<DeleteAnswer> answers;
  for (const pugi::xml_node node : document.root().children()) {
    const std::string_view name = node.name();
    if (name != "Deleted" && name != "Error") continue;
    DeleteAnswer answer;
    answer.key = xml::required(node, "Key");
    answer.version_id = xml::optional_text(node, "VersionId");
    if (name == "Error") {
      answer.code = xml::required(node, "Code");
      answer.message = xml::optional_text(node, "Message");
      if (answer.code.empty()) answer.code = "UnknownError";
    } else if (xml::optional_text(node, "DeleteMarker") == "true") {
      answer.marker_version_id = xml::optional_text(node, "DeleteMarkerVersionId");
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::string write_complete_multipart_upload(const std::vector<UploadedPart>& parts) {
  std::string out(kDeclaration);
  out.append("<CompleteMultipartUpload ").append(kNamespace).append(">");
  for (const UploadedPart& part : parts) {
    out.append("<Part>");
    append_element(out, "PartNumber", std::to_string(part.part_number));
    append_element(out, "ETag", "\"" + part.etag + "\"");
    if (part.crc32) append_element(out, "ChecksumCRC32", base::to_base64(base::crc32_bytes(*part.crc32)));
    out.append("</Part>");
  }
  out.append("</CompleteMultipartUpload>");
  return out;
}

std::string write_restore_object(const RestoreObjectRequest& request) {
  std::string out(kDeclaration);
  out.append("<RestoreRequest ").append(kNamespace).append(">");
  if (request.days) append_element(out, "Days", std::to_string(*request.days));
  out.append("<GlacierJobParameters>");
  append_element(out, "Tier", to_string(request.tier));
  out.append("</GlacierJobParameters></RestoreRequest>");
  return out;
}

std::string write_delete_objects(const std::vector<const DeleteItem*>& items) {
  std::string out(kDeclaration);
  out.append("<Delete ").append(kNamespace).append(">");
  for (const DeleteItem* item : items) {
    out.append("<Object>");
    append_element(out, "Key", item->key);
    if (!item->version_id.empty()) append_element(out, "VersionId", item->version_id);
    if (!item->etag.empty()) append_element(out, "ETag", "\"" + item->etag + "\"");
    out.append("</Object>");
  }
  out.append("</Delete>");
  return out;
}

bool xml_can_carry(std::string_view key) {
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto b = static_cast<unsigned char>(key[i]);
    if (b < 0x20 && b != '\t' && b != '\n' && b != '\r') return false;
  }
  if (key.find("\xEF\xBF\xBE") != std::string_view::npos) return false;
  if (key.find("\xEF\xBF\xBF") != std::string_view::npos) return false;
  return base::is_utf8(key);
}

}  // namespace s3c::s3
