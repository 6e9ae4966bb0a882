// Writes S3's XML documents. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace s3c::sim {

class XmlWriter {
 public:
  /// Starts the document with its root element. Only <Error> documents have no namespace.
  explicit XmlWriter(std::string_view root, bool with_namespace = true);

  void open(std::string_view name);
  void close();
  void element(std::string_view name, std::string_view text);
  void element(std::string_view name, std::uint64_t number);
  void flag(std::string_view name, bool value) { element(name, value ? "true" : "false"); }
  /// Closes what is open and returns the document.
  std::string finish();

 private:
  std::string out_;
  std::vector<std::string> open_;
};

/// Appends text with markup escaped. Control characters become character references ("&#x1;"): XML 1.0
/// parsers refuse those, but S3 sends them.
void append_xml_escaped(std::string& out, std::string_view text);

/// Encodes as S3's encoding-type=url does: a space becomes '+'; letters, digits and "-_./*" stay; the rest
/// %XX.
std::string url_encode_listing(std::string_view text);

}  // namespace s3c::sim
