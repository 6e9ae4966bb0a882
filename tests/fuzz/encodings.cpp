// Input: any bytes, taken as what is to be encoded and as what is to be decoded: hex, base64, percent, JSON
// text, printable text. What was encoded decodes to the same; what decodes is the only text for its bytes,
// but for the case of hex digits and for what need not have been escaped.
#include "base/encoding.h"
#include "index/text.h"
#include "tests/fuzz/fuzz_target.h"

using namespace s3c;
using base::ErrorKind;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  require(base::from_hex(base::to_hex(bytes)) == bytes, "hex decodes");
  if (const auto raw = base::from_hex(bytes))
    require(raw->size() * 2 == bytes.size(), "two digits are a byte");
  require(base::from_base64(base::to_base64(bytes)) == bytes, "base64 decodes");
  if (const auto raw = base::from_base64(bytes))
    require(base::to_base64(*raw) == bytes, "base64 has one form");

  for (const bool keep_slash : {false, true}) {
    const std::string encoded = base::percent_encode(bytes, keep_slash);
    require(base::percent_decode(encoded) == bytes, "percent-encoding decodes");
    require(base::percent_decode(encoded, true) == bytes, "percent-encoding decodes where + is a space");
    require(keep_slash || encoded.find('/') == std::string::npos, "a slash is escaped");
  }
  for (const bool plus_is_space : {false, true}) {
    const auto raw = base::percent_decode(bytes, plus_is_space);
    if (raw)
      require(base::percent_decode(base::percent_encode(*raw)) == raw, "what was decoded can be encoded");
    const auto escapes = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '%'));
    if (escapes == 0) require(raw.has_value(), "without % all is well");
    if (raw) require(raw->size() + 2 * escapes == size, "an escape is three characters for a byte");
  }

  require(index::bytes_from_text(index::text_from_bytes(bytes)) == bytes, "text of the index decodes");
  require(base::is_utf8(index::text_from_bytes(bytes)), "text of the index is UTF-8");
  if (base::is_utf8(bytes)) {
    const auto raw = fuzz::value_of({ErrorKind::corrupt}, [&] { return index::bytes_from_text(bytes); });
    if (raw) require(index::text_from_bytes(*raw) == bytes, "text of the index has one form");
  }

  const std::string printed = base::printable(bytes);
  require(base::is_utf8(printed), "printable text is UTF-8");
  for (const char c : printed)
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "nothing controls");
  return 0;
}
