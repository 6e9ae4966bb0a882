#include "sim/conditions.h"

#include <optional>

namespace s3c::sim {
namespace {

S3Error failed(std::string_view condition) {
  return S3Error(S3Code::PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
      .with("Condition", std::string(condition));
}

/// HTTP dates have seconds only: compare the object's time cut to seconds.
bool modified_after(const Object& object, base::Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(object.last_modified) > time;
}

std::optional<base::Timestamp> date_header(const Call& call, std::string_view header) {
  const std::string* text = call.find_header(header);
  return text == nullptr ? std::nullopt
                         : base::parse_http_date(*text);  // a malformed date is ignored: RFC 9110
}

}  // namespace

bool etag_matches(std::string_view header_value, std::string_view etag) {
  while (!header_value.empty()) {
    const std::size_t comma = header_value.find(',');
    std::string_view candidate = header_value.substr(0, comma);
    header_value = comma == std::string_view::npos ? std::string_view{} : header_value.substr(comma + 1);
    while (candidate.starts_with(' ')) candidate.remove_prefix(1);
    while (candidate.ends_with(' ')) candidate.remove_suffix(1);
    if (candidate.starts_with('"')) candidate.remove_prefix(1);
    if (candidate.ends_with('"')) candidate.remove_suffix(1);
    if (candidate == "*" || candidate == etag) return true;
  }
  return false;
}

void check_read_conditions(const Call& call, const Object& object) {
  if (const std::string* if_match = call.find_header("if-match")) {
    if (!etag_matches(*if_match, object.etag)) throw failed("If-Match");
  } else if (const auto time = date_header(call, "if-unmodified-since")) {
    if (modified_after(object, *time)) throw failed("If-Unmodified-Since");
  }
  bool not_modified = false;
  if (const std::string* if_none_match = call.find_header("if-none-match")) {
    not_modified = etag_matches(*if_none_match, object.etag);
  } else if (const auto time = date_header(call, "if-modified-since")) {
    not_modified = !modified_after(object, *time);
  }
  if (not_modified) {
    throw S3Error(S3Code::NotModified)
        .with_header("ETag", '"' + object.etag + '"')
        .with_header("Last-Modified", base::format_http_date(object.last_modified));
  }
}

void check_copy_source_conditions(const Call& call, const Object& source) {
  if (const std::string* if_match = call.find_header("x-amz-copy-source-if-match")) {
    if (!etag_matches(*if_match, source.etag)) throw failed("x-amz-copy-source-If-Match");
  } else if (const auto time = date_header(call, "x-amz-copy-source-if-unmodified-since")) {
    if (modified_after(source, *time)) throw failed("x-amz-copy-source-If-Unmodified-Since");
  }
  if (const std::string* if_none_match = call.find_header("x-amz-copy-source-if-none-match")) {
    if (etag_matches(*if_none_match, source.etag)) throw failed("x-amz-copy-source-If-None-Match");
  } else if (const auto time = date_header(call, "x-amz-copy-source-if-modified-since")) {
    if (!modified_after(source, *time)) throw failed("x-amz-copy-source-If-Modified-Since");
  }
}

void check_write_conditions(const Call& call, const Object* current) {
  if (const std::string* if_none_match = call.find_header("if-none-match")) {
    if (*if_none_match != "*") throw unknown_header("If-None-Match");
    const Object* const newest = call.bucket().newest(call.key());
    const bool is_marker = newest != nullptr && newest->is_delete_marker;
    if (current != nullptr || (is_marker && !call.options.powers.create_over_marker))
      throw failed("If-None-Match");
  }
  if (const std::string* if_match = call.find_header("if-match")) {
    if (current == nullptr) throw S3Error(S3Code::NoSuchKey).with("Key", call.key());
    if (!etag_matches(*if_match, current->etag)) throw failed("If-Match");
  }
}

}  // namespace s3c::sim
