#include "s3/xml.h"

#include <fmt/format.h>

#include <charconv>
#include <pugixml.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"

namespace s3c::s3 {
namespace {

using base::Error;
using base::ErrorKind;

/// Text as it is: no line ends changed (a key may hold CR), and white space kept where it is all there is (so
/// may a key).
constexpr unsigned kParseFlags = pugi::parse_escapes | pugi::parse_cdata | pugi::parse_ws_pcdata_single;

[[noreturn]] void corrupt(std::string message) {
  throw Error(ErrorKind::corrupt, std::move(message));
}

/// A document whose root is what was asked for.
class Document {
 public:
  Document(std::string_view text, const char* root_name) {
    const pugi::xml_parse_result result =
        document_.load_buffer(text.data(), text.size(), kParseFlags, pugi::encoding_utf8);
    if (!result) {
      throw Error(ErrorKind::transient,
                  fmt::format("the answer was cut off or isn't XML ({} at byte {} of {})",
                              result.description(), result.offset, text.size()));
    }
    root_ = document_.document_element();
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
  const pugi::xml_node child = parent.child(name);
  if (!child) corrupt(fmt::format("<{}> lacks <{}>", parent.name(), name));
  return child.text().get();
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
    const std::string_view type = root.child("EncodingType").text().get();
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

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kNamespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

}  // namespace

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::optional<ErrorDocument> parse_error(std::string_view text) {
  if (text.find("<Error") == std::string_view::npos) return std::nullopt;
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), kParseFlags, pugi::encoding_utf8)) return std::nullopt;
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.name()) != "Error") return std::nullopt;
  return ErrorDocument{root.child("Code").text().get(), root.child("Message").text().get(),
                       root.child("RequestId").text().get(), root.child("Region").text().get()};
}

ListObjectsPage parse_list_objects(std::string_view text) {
  const Document document(text, "ListBucketResult");
  const pugi::xml_node root = document.root();
  const KeyDecoder decode(root);
  ListObjectsPage page;
  for (const pugi::xml_node node : root.children("Contents")) {
    ObjectSummary object;
    object.key = decode(required(node, "Key"));
    if (object.key.empty()) corrupt("a listed object has no key");
    object.size_bytes = required_size(node, "Size");
    object.etag = unquoted(required(node, "ETag"));
    object.last_modified = required_time(node, "LastModified");
    object.storage_class = node.child("StorageClass").text().as_string("STANDARD");
    const pugi::xml_node restore = node.child("RestoreStatus");
    object.restored = restore.child("RestoreExpiryDate") &&
                      std::string_view(restore.child("IsRestoreInProgress").text().get()) != "true";
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
    page.next_upload_id_marker = root.child("NextUploadIdMarker").text().get();
    if (page.next_key_marker.empty()) corrupt("a truncated listing has no next key marker");
  }
  return page;
}

std::map<std::string, std::string> parse_tagging(std::string_view text) {
  const Document document(text, "Tagging");
  const pugi::xml_node set = document.root().child("TagSet");
  if (!set) corrupt("<Tagging> lacks <TagSet>");
  std::map<std::string, std::string> tags;
  for (const pugi::xml_node tag : set.children("Tag"))
    tags.emplace(required(tag, "Key"), required(tag, "Value"));
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
    answer.version_id = node.child("VersionId").text().get();
    if (name == "Error") {
      answer.code = required(node, "Code");
      answer.message = node.child("Message").text().get();
      if (answer.code.empty()) answer.code = "UnknownError";
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
