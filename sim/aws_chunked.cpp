#include "sim/aws_chunked.h"

#include <optional>
#include <string>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/text.h"
#include "sim/s3_error.h"

namespace s3c::sim {
namespace {

constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";
constexpr std::string_view kStreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
constexpr std::string_view kStreamingSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kStreamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::size_t kMinChunkBytes = 8192;

/// Reads the framing piece by piece. Every take throws IncompleteBody when the bytes run out.
class Decoder {
 public:
  Decoder(std::string_view framed, const ChunkSigning& signing, bool is_signed)
      : rest_(framed), signing_(signing), signature_(signing.seed_signature), is_signed_(is_signed) {}

  std::string decode_chunks(std::size_t decoded_size_bytes) {
    std::string body;
    body.reserve(std::min(decoded_size_bytes, rest_.size()));
    bool short_chunk = false;
    for (;;) {
      const ChunkHead head = parse_head(take_line());
      if (head.size_bytes == 0) {
        verify(head.signature, {});
        return body;
      }
      if (short_chunk && is_signed_) throw S3Error(S3Code::InvalidChunkSizeError);
      short_chunk = head.size_bytes < kMinChunkBytes;
      if (rest_.size() < head.size_bytes) throw S3Error(S3Code::IncompleteBody);
      const std::string_view data = rest_.substr(0, head.size_bytes);
      rest_.remove_prefix(head.size_bytes);
      if (!take_line().empty()) throw S3Error(S3Code::InvalidRequest, "A chunk is longer than its size says");
      verify(head.signature, data);
      body += data;
    }
  }

  /// The trailing headers. If the framing is signed, they must hold a signature.
  Headers decode_trailer() {
    Headers trailer;
    std::string canonical;
    std::string_view signature;
    while (!rest_.empty()) {
      const std::string_view line = take_line();
      if (line.empty()) break;
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos)
        throw S3Error(S3Code::InvalidRequest, "A trailing header has no colon");
      std::string name;
      for (const char c : line.substr(0, colon))
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      std::string_view value = line.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      if (name == "x-amz-trailer-signature") {
        signature = value;
        continue;
      }
      canonical += name + ':' + std::string(value) + '\n';
      trailer.add(std::move(name), std::string(value));
    }
    if (is_signed_ && sign("AWS4-HMAC-SHA256-TRAILER", base::to_hex(base::sha256(canonical))) != signature) {
      throw S3Error(S3Code::SignatureDoesNotMatch, "The trailing headers' signature does not match");
    }
    return trailer;
  }

 private:
  struct ChunkHead {
    std::size_t size_bytes = 0;
    std::string_view signature;
  };

  std::string_view take_line() {
    const std::size_t end = rest_.find("\r\n");
    if (end == std::string_view::npos) throw S3Error(S3Code::IncompleteBody);
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return line;
  }

  static ChunkHead parse_head(std::string_view line) {
    constexpr std::string_view kSignature = ";chunk-signature=";
    ChunkHead head;
    const std::size_t semicolon = line.find(';');
    const std::string_view size = line.substr(0, semicolon);
    const auto size_bytes = base::parse_number<std::size_t>(size, 16);
    if (!size_bytes) throw S3Error(S3Code::InvalidRequest, "A chunk's size is not a hexadecimal number");
    head.size_bytes = *size_bytes;
    if (semicolon != std::string_view::npos && line.substr(semicolon).starts_with(kSignature)) {
      head.signature = line.substr(semicolon + kSignature.size());
    }
    return head;
  }

  std::string sign(std::string_view algorithm, std::string_view hashes) const {
    std::string text(algorithm);
    for (const std::string_view line : {std::string_view(signing_.amz_date), std::string_view(signing_.scope),
                                        std::string_view(signature_), hashes}) {
      text += '\n';
      text += line;
    }
    return base::to_hex(base::hmac_sha256(signing_.signing_key, text));
  }

  void verify(std::string_view signature, std::string_view data) {
    if (!is_signed_) return;
    const std::string hashes = std::string(kEmptySha256) + '\n' + base::to_hex(base::sha256(data));
    signature_ = sign("AWS4-HMAC-SHA256-PAYLOAD", hashes);
    if (signature_ != signature)
      throw S3Error(S3Code::SignatureDoesNotMatch, "A chunk's signature does not match");
  }

  std::string_view rest_;
  const ChunkSigning& signing_;
  std::string signature_;  // the last one: each signature covers the one before
  bool is_signed_;
};

std::size_t decoded_length(const Request& request) {
  const std::string_view text = request.headers.get("x-amz-decoded-content-length");
  const auto length = base::parse_number<std::size_t>(text);
  if (!length)
    throw S3Error(S3Code::MissingContentLength, "x-amz-decoded-content-length is missing or not a number");
  return *length;
}

/// aws-chunked is framing and not an encoding of the object, so it isn't stored.
void strip_aws_chunked(Headers& headers) {
  const std::string* encoding = headers.find("content-encoding");
  if (encoding == nullptr) return;
  std::string kept;
  std::string_view rest = *encoding;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view token = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    while (token.starts_with(' ')) token.remove_prefix(1);
    while (token.ends_with(' ')) token.remove_suffix(1);
    if (token.empty() || token == "aws-chunked") continue;
    if (!kept.empty()) kept += ", ";
    kept += token;
  }
  headers.erase("content-encoding");
  if (!kept.empty()) headers.add("content-encoding", std::move(kept));
}

void decode_streaming(Request& request, const ChunkSigning& signing, bool is_signed, bool has_trailer) {
  const std::size_t expected_bytes = decoded_length(request);
  Decoder decoder(request.body.contiguous(), signing, is_signed);
  std::string body = decoder.decode_chunks(expected_bytes);
  if (body.size() != expected_bytes) {
    throw S3Error(S3Code::IncompleteBody, "The chunks don't add up to x-amz-decoded-content-length");
  }
  if (has_trailer) {
    const std::string_view promised = request.headers.get("x-amz-trailer");
    Headers trailer = decoder.decode_trailer();
    for (const Header& field : trailer) {
      if (promised.find(field.name) == std::string_view::npos) {
        throw S3Error(S3Code::InvalidRequest, "x-amz-trailer does not announce " + field.name);
      }
      request.headers.add(field.name, field.value);
    }
  }
  request.body = Payload(std::move(body));
  strip_aws_chunked(request.headers);
}

}  // namespace

void check_payload(Request& request, const Authenticated& authenticated) {
  const std::string& claimed = authenticated.content_sha256;
  if (claimed == kUnsigned) return;
  if (request.body.empty() && claimed == kEmptySha256) return;
  if (claimed.starts_with("STREAMING-")) {
    const bool trailer = claimed == kStreamingUnsignedTrailer || claimed == kStreamingSignedTrailer;
    const bool is_signed = claimed == kStreamingSigned || claimed == kStreamingSignedTrailer;
    if (!trailer && !is_signed)
      throw S3Error(S3Code::NotImplemented, "Unknown x-amz-content-sha256: " + claimed);
    decode_streaming(request, authenticated.chunk_signing, is_signed, trailer);
    return;
  }
  if (claimed.size() != 64 || !base::from_hex(claimed)) {
    throw S3Error(S3Code::InvalidArgument,
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-..., or a SHA-256 in hex");
  }
  const std::string actual = request.body.empty() ? std::string(kEmptySha256)
                                                  : base::to_hex(base::sha256(request.body.contiguous()));
  if (actual != claimed) {
    throw S3Error(S3Code::XAmzContentSHA256Mismatch)
        .with("ClientComputedContentSHA256", claimed)
        .with("S3ComputedContentSHA256", actual);
  }
}

}  // namespace s3c::sim
