// Input: the body of an answer of S3. Each parse_ function of s3/xml.h: a value, or Error transient (not
// well-formed) or corrupt. And the promise that deletions rest on: an answer that was cut off anywhere is an
// error or says the same, never less.
#include "s3/xml.h"

#include <cctype>
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

namespace {

// Values of the parsers as texts that can be compared; the unit separator keeps fields apart.
using Texts = std::vector<std::string>;

std::string text_of(const s3::ThawState& thaw) {
  require(!thaw.expires_at || thaw.kind == s3::ThawState::Kind::thawed, "only thawed copies expire");
  return std::to_string(static_cast<int>(thaw.kind)) +
         (thaw.expires_at ? base::format_iso8601(*thaw.expires_at) : "");
}

Texts texts_of(const s3::ListObjectsPage& page) {
  Texts texts;
  for (const s3::ObjectSummary& object : page.objects) {
    require(!object.key.empty(), "a listed object has a key");
    texts.insert(texts.end(),
                 {object.key, std::to_string(object.size_bytes), object.etag, object.storage_class,
                  base::format_iso8601(object.last_modified), object.thaw ? text_of(*object.thaw) : "?"});
  }
  texts.insert(texts.end(), page.common_prefixes.begin(), page.common_prefixes.end());
  texts.push_back(page.next_continuation_token.value_or("the end"));
  require(!texts.back().empty(), "a page that isn't the last says where the next one begins");
  return texts;
}

Texts texts_of(const s3::ListObjectVersionsPage& page) {
  Texts texts;
  for (const s3::ObjectVersion& version : page.versions) {
    require(!version.object.key.empty() && !version.version_id.empty(),
            "a listed version has a key and an id");
    texts.insert(texts.end(),
                 {version.object.key, version.version_id, version.is_latest ? "latest" : "older",
                  version.is_delete_marker ? "marker" : std::to_string(version.object.size_bytes),
                  version.object.etag, base::format_iso8601(version.object.last_modified)});
  }
  texts.insert(texts.end(), page.common_prefixes.begin(), page.common_prefixes.end());
  texts.insert(texts.end(),
               {page.truncated ? "more" : "all", page.next_key_marker, page.next_version_id_marker});
  require(!page.truncated || !page.next_key_marker.empty(), "a page that isn't the last says where to go on");
  return texts;
}

Texts texts_of(const s3::ListMultipartUploadsPage& page) {
  Texts texts;
  for (const auto& upload : page.uploads)
    texts.insert(texts.end(), {upload.key, upload.upload_id, base::format_iso8601(upload.initiated)});
  texts.insert(texts.end(),
               {page.truncated ? "more" : "all", page.next_key_marker, page.next_upload_id_marker});
  require(!page.truncated || !page.next_key_marker.empty(), "a page that isn't the last says where to go on");
  return texts;
}

Texts texts_of(const std::map<std::string, std::string>& tags) {
  Texts texts;
  for (const auto& [name, value] : tags) texts.insert(texts.end(), {name, value});
  return texts;
}

Texts texts_of(const std::string& text) {
  return {text};
}

Texts texts_of(const s3::CopiedPart& part) {
  require(!part.etag.empty(), "a copied part has an ETag");
  return {part.etag, part.crc32 ? std::to_string(*part.crc32) : "no checksum"};
}

Texts texts_of(const std::vector<s3::DeleteAnswer>& answers) {
  Texts texts;
  for (const s3::DeleteAnswer& answer : answers)
    texts.insert(texts.end(), {answer.key, answer.version_id, answer.code, answer.message,
                               answer.marker_version_id.value_or("no marker")});
  return texts;
}

template <typename Parse>
void check(Parse parse, std::string_view text) {
  const auto value_of = [&](std::string_view body) -> std::optional<Texts> {
    const auto value = fuzz::value_of({ErrorKind::transient, ErrorKind::corrupt, ErrorKind::unsupported},
                                      [&] { return parse(body); });
    if (!value) return std::nullopt;
    return texts_of(*value);
  };
  const std::optional<Texts> whole = value_of(text);
  if (!whole) return;
  // A comment parts a key's text into two; where there are others it could change what they are.
  const std::size_t key = text.find("<Key>");
  if (key != std::string_view::npos && text.find("<!") == std::string_view::npos &&
      text.find("<?", 1) == std::string_view::npos && text.size() > key + 5 &&
      std::isalnum(static_cast<unsigned char>(text[key + 5])) != 0) {
    std::string commented(text);
    require(value_of(commented.insert(key + 6, "<!---->")) == whole, "a comment changes nothing");
  }
  // Cut before and behind the last brackets: where a cut could pass for an end.
  std::size_t cut = text.size();
  for (int i = 0; i < 12 && cut != 0; ++i) {
    cut = text.find_last_of("<>", cut - 1);
    if (cut == std::string_view::npos) break;
    for (const std::size_t size : {cut, cut + 1}) {
      const std::optional<Texts> part = value_of(text.substr(0, size));
      require(!part || part == whole, "an answer that was cut off is an error or says the same");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check([](std::string_view body) { return s3::parse_list_objects(body); }, text);
  check([](std::string_view body) { return s3::parse_list_objects(body, base::Timestamp{}); }, text);
  check(s3::parse_list_object_versions, text);
  check(s3::parse_list_multipart_uploads, text);
  check(s3::parse_tagging, text);
  check(s3::parse_create_multipart_upload, text);
  check(s3::parse_complete_multipart_upload, text);
  check(s3::parse_copy_part, text);
  check(s3::parse_delete_objects, text);
  s3::parse_error(text);  // never throws: it is asked about whatever a proxy may have sent
  return 0;
}
