#include "s3/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "s3/thaw_state.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

/// Text as it is: no line ends changed (a key may hold CR), and white space kept (so may a key). References
/// are resolved by unescaped(): pugixml's texts end at a NUL, which a key may hold too, and it lets pass what
/// isn't one.
constexpr unsigned kParseFlags = pugi::parse_cdata | pugi::parse_ws_pcdata;

[[noreturn]] void corrupt(std::string message) {
  throw Error(ErrorKind::corrupt, std::move(message));
}

std::string printable_name(pugi::xml_node node) {
  return base::printable(node.name());
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

/// The character that the reference &name; stands for; nullopt when there is none. Control characters, which
/// XML 1.0 can't name, are taken: stores do name them.
std::optional<std::uint32_t> referenced(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with('#')) return std::nullopt;
  const bool hex = name.starts_with("#x");
  const std::string_view digits = name.substr(hex ? 2 : 1);
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (error != std::errc{} || end != digits.data() + digits.size() || surrogate || value > 0x10ffff)
    return std::nullopt;
  return value;
}

/// Text with its references resolved; nullopt when one of them stands for nothing.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t start = text.find('&');
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    const std::size_t end = text.find(';', start);
    if (end == std::string_view::npos) return std::nullopt;
    const auto character = referenced(text.substr(start + 1, end - start - 1));
    if (!character) return std::nullopt;
    append_utf8(out, *character);
    text.remove_prefix(end + 1);
  }
}

/// All text of an element; pugixml's own text() ends at the first comment or CDATA section, and half a key is
/// another key.
std::string text_of(pugi::xml_node element) {
  std::string text;
  for (const pugi::xml_node child : element.children()) {
    if (child.type() == pugi::node_element)
      corrupt(fmt::format("<{}> holds <{}>", printable_name(element), printable_name(child)));
    const auto piece = child.type() == pugi::node_cdata ? child.value() : unescaped(child.value());
    if (!piece)
      corrupt(fmt::format("<{}> has an unknown reference: '{}'", printable_name(element),
                          base::printable(child.value())));
    text += *piece;
  }
  return text;
}

/// The child of that name; null when there is none. Two would leave open which one counts.
pugi::xml_node only_child(pugi::xml_node parent, const char* name) {
  const pugi::xml_node child = parent.child(name);
  if (child.next_sibling(name)) corrupt(fmt::format("<{}> has <{}> twice", printable_name(parent), name));
  return child;
}

/// Elements take many times the memory of their text. A page of a listing has 1,000 of 30 elements at most, a
/// Complete's or a deletion's answer fewer; each has two tags.
constexpr std::ptrdiff_t kMaxTags = 200'000;

/// A document whose root is what was asked for.
class Document {
 public:
  Document(std::string_view text, const char* root_name) {
    if (std::count(text.begin(), text.end(), '<') > kMaxTags) corrupt("the answer has too many elements");
    // pugixml takes a NUL for the end, and what follows for nothing.
    if (text.find('\0') != std::string_view::npos)
      throw Error(ErrorKind::transient, "the answer isn't XML: it has a NUL byte");
    const pugi::xml_parse_result result =
        document_.load_buffer(text.data(), text.size(), kParseFlags, pugi::encoding_utf8);
    if (!result) {
      throw Error(ErrorKind::transient,
                  fmt::format("the answer was cut off or isn't XML ({} at byte {} of {})",
                              result.description(), result.offset, text.size()));
    }
    root_ = document_.document_element();
    for (pugi::xml_node next = root_.next_sibling(); next; next = next.next_sibling()) {
      if (next.type() == pugi::node_element)
        throw Error(ErrorKind::transient, "the answer isn't XML: one document follows another");
    }
    if (std::string_view(root_.name()) != root_name) {
      corrupt(fmt::format("expected <{}> but got <{}>", root_name, base::printable(root_.name())));
    }
  }
  pugi::xml_node root() const { return root_; }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

std::string required(pugi::xml_node parent, const char* name) {
  const pugi::xml_node child = only_child(parent, name);
  if (!child) corrupt(fmt::format("<{}> lacks <{}>", parent.name(), name));
  return text_of(child);
}

/// Empty where there is no such child.
std::string optional_text(pugi::xml_node parent, const char* name) {
  return text_of(only_child(parent, name));
}

bool required_bool(pugi::xml_node parent, const char* name) {
  const std::string text = required(parent, name);
  if (text == "true") return true;
  if (text == "false") return false;
  corrupt(fmt::format("<{}> is '{}', not true or false", name, base::printable(text)));
}

std::uint64_t required_size(pugi::xml_node parent, const char* name) {
  const std::string text = required(parent, name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    corrupt(fmt::format("<{}> is '{}', not a number of bytes", name, base::printable(text)));
  }
  return value;
}

base::Timestamp required_time(pugi::xml_node parent, const char* name) {
  const std::string text = required(parent, name);
  const auto time = base::parse_iso8601(text);
  if (!time) corrupt(fmt::format("<{}> is '{}', not a time", name, base::printable(text)));
  return *time;
}

/// Undoes encoding-type=url where the store says that it did it. S3 writes a space as '+'.
class KeyDecoder {
 public:
  explicit KeyDecoder(pugi::xml_node root) {
    const std::string type = optional_text(root, "EncodingType");
    if (!type.empty() && type != "url")
      corrupt(fmt::format("unknown EncodingType '{}'", base::printable(type)));
    encoded_ = type == "url";
  }
  std::string operator()(const std::string& text) const {
    if (!encoded_) return text;
    auto decoded = base::percent_decode(text, true);
    if (!decoded) corrupt(fmt::format("a key isn't well encoded: '{}'", base::printable(text)));
    return *std::move(decoded);
  }

 private:
  bool encoded_ = false;
};

std::string listed_key(pugi::xml_node node, const KeyDecoder& decode) {
  std::string key = decode(required(node, "Key"));
  if (key.empty()) corrupt("a listed object has no key");
  return key;
}

ObjectSummary listed_object(pugi::xml_node node, const KeyDecoder& decode) {
  ObjectSummary object;
  object.key = listed_key(node, decode);
  object.size_bytes = required_size(node, "Size");
  object.etag = unquoted(required(node, "ETag"));
  object.last_modified = required_time(node, "LastModified");
  object.storage_class = optional_text(node, "StorageClass");
  if (object.storage_class.empty()) object.storage_class = "STANDARD";
  return object;
}

std::optional<ThawState> listed_thaw_state(pugi::xml_node object, std::string_view storage_class,
                                           base::Timestamp now) {
  std::optional<RestoreStatus> status;
  if (const pugi::xml_node restore = only_child(object, "RestoreStatus");
      restore && can_be_frozen(storage_class)) {
    status.emplace();
    status->in_progress = required_bool(restore, "IsRestoreInProgress");
    if (restore.child("RestoreExpiryDate")) status->expires_at = required_time(restore, "RestoreExpiryDate");
  }
  if (storage_class == "INTELLIGENT_TIERING" && !(status && status->in_progress)) return std::nullopt;
  return thaw_state(storage_class, "", status, now);
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
      // Unescaped, a parser may turn CR into LF and drop white space at the ends.
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

std::string_view name_of(RestoreTier tier) {
  switch (tier) {
    case RestoreTier::bulk:
      return "Bulk";
    case RestoreTier::standard:
      return "Standard";
    case RestoreTier::expedited:
      return "Expedited";
  }
  return "";
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
  if (std::count(text.begin(), text.end(), '<') > kMaxTags) return std::nullopt;
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), kParseFlags, pugi::encoding_utf8)) return std::nullopt;
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.name()) != "Error") return std::nullopt;
  const auto text_or_raw = [&root](const char* name) {
    const char* raw = root.child(name).text().get();
    return unescaped(raw).value_or(raw);
  };
  return ErrorDocument{text_or_raw("Code"), text_or_raw("Message"), text_or_raw("RequestId"),
                       text_or_raw("Region")};
}

ListObjectsPage parse_list_objects(std::string_view text, std::optional<base::Timestamp> thaw_at) {
  const Document document(text, "ListBucketResult");
  const pugi::xml_node root = document.root();
  const KeyDecoder decode(root);
  ListObjectsPage page;
  for (const pugi::xml_node node : root.children("Contents")) {
    ObjectSummary object = listed_object(node, decode);
    if (thaw_at) object.thaw = listed_thaw_state(node, object.storage_class, *thaw_at);
    page.objects.push_back(std::move(object));
  }
  for (const pugi::xml_node node : root.children("CommonPrefixes")) {
    page.common_prefixes.push_back(decode(required(node, "Prefix")));
  }
  if (required_bool(root, "IsTruncated")) {
    page.next_continuation_token = required(root, "NextContinuationToken");
    if (page.next_continuation_token->empty()) corrupt("a truncated listing has no continuation token");
  }
  return page;
}

ListObjectVersionsPage parse_list_object_versions(std::string_view text) {
  const Document document(text, "ListVersionsResult");
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
      version.object.last_modified = required_time(node, "LastModified");
    } else {
      version.object = listed_object(node, decode);
    }
    version.version_id = required(node, "VersionId");
    if (version.version_id.empty()) corrupt("a listed version has no id");
    version.is_latest = required_bool(node, "IsLatest");
    page.versions.push_back(std::move(version));
  }
  for (const pugi::xml_node node : root.children("CommonPrefixes")) {
    page.common_prefixes.push_back(decode(required(node, "Prefix")));
  }
  page.truncated = required_bool(root, "IsTruncated");
  if (page.truncated) {
    page.next_key_marker = decode(required(root, "NextKeyMarker"));
    page.next_version_id_marker = optional_text(root, "NextVersionIdMarker");
    if (page.next_key_marker.empty()) corrupt("a truncated listing has no next key marker");
  }
  return page;
}

ListMultipartUploadsPage parse_list_multipart_uploads(std::string_view text) {
  const Document document(text, "ListMultipartUploadsResult");
  const pugi::xml_node root = document.root();
  const KeyDecoder decode(root);
  ListMultipartUploadsPage page;
  for (const pugi::xml_node node : root.children("Upload")) {
    page.uploads.push_back(
        {decode(required(node, "Key")), required(node, "UploadId"), required_time(node, "Initiated")});
  }
  page.truncated = required_bool(root, "IsTruncated");
  if (page.truncated) {
    page.next_key_marker = decode(required(root, "NextKeyMarker"));
    page.next_upload_id_marker = optional_text(root, "NextUploadIdMarker");
    if (page.next_key_marker.empty()) corrupt("a truncated listing has no next key marker");
  }
  return page;
}

std::map<std::string, std::string> parse_tagging(std::string_view text) {
  const Document document(text, "Tagging");
  const pugi::xml_node set = only_child(document.root(), "TagSet");
  if (!set) corrupt("<Tagging> lacks <TagSet>");
  std::map<std::string, std::string> tags;
  for (const pugi::xml_node tag : set.children("Tag")) {
    const auto [place, added] = tags.emplace(required(tag, "Key"), required(tag, "Value"));
    if (!added) corrupt(fmt::format("the tag '{}' is there twice", base::printable(place->first)));
  }
  return tags;
}

std::string parse_create_multipart_upload(std::string_view text) {
  const Document document(text, "InitiateMultipartUploadResult");
  std::string upload_id = required(document.root(), "UploadId");
  if (upload_id.empty()) corrupt("the upload id is empty");
  return upload_id;
}

std::string parse_copy_part(std::string_view text) {
  const Document document(text, "CopyPartResult");
  std::string etag = unquoted(required(document.root(), "ETag"));
  if (etag.empty()) corrupt("the copied part has no ETag");
  return etag;
}

std::string parse_complete_multipart_upload(std::string_view text) {
  const Document document(text, "CompleteMultipartUploadResult");
  return unquoted(required(document.root(), "ETag"));
}

std::vector<DeleteAnswer> parse_delete_objects(std::string_view text) {
  const Document document(text, "DeleteResult");
  std::vector<DeleteAnswer> answers;
  for (const pugi::xml_node node : document.root().children()) {
    const std::string_view name = node.name();
    if (name != "Deleted" && name != "Error") continue;
    DeleteAnswer answer;
    answer.key = required(node, "Key");
    answer.version_id = optional_text(node, "VersionId");
    if (name == "Error") {
      answer.code = required(node, "Code");
      answer.message = optional_text(node, "Message");
      if (answer.code.empty()) answer.code = "UnknownError";
    } else if (optional_text(node, "DeleteMarker") == "true") {
      answer.marker_version_id = optional_text(node, "DeleteMarkerVersionId");
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
  append_element(out, "Tier", name_of(request.tier));
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
