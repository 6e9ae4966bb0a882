#include "support/bodies.h"

#include <fmt/format.h>

#include <array>
#include <random>
#include <string_view>

namespace s3c::bench {
namespace {

constexpr std::array<std::string_view, 24> kWords{
    "invoice",  "pallet",   "harbour",  "customs",  "delayed", "inspection", "berth",    "manifest",
    "returned", "damaged",  "priority", "standard", "carrier", "departure",  "arrival",  "warehouse",
    "accepted", "rejected", "pending",  "weighed",  "sealed",  "container",  "forklift", "express"};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::uint64_t number(std::uint64_t below) { return random_() % below; }
  std::string_view word() { return kWords[number(kWords.size())]; }
  std::string hex() { return fmt::format("{:016x}", random_()); }
  std::string time() {
    return fmt::format("2017-02-{:02}T{:02}:{:02}:{:02}.{:03}Z", 1 + number(28), number(24), number(60),
                       number(60), number(1000));
  }
  std::string sentence(int words) {
    std::string text;
    for (int i = 0; i < words; ++i) text.append(i == 0 ? "" : " ").append(word());
    return text;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace

std::string object_key(int number) {
  return fmt::format("sources/2017/02/10/{:02}/{:02}/{:08}.xml", number / 3600, number / 60 % 60, number);
}

std::string xml_body(std::uint64_t seed, std::size_t size_bytes) {
  Maker make(seed);
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<order id=\"{}\" created=\"{}\">\n  "
      "<customer>{}</customer>\n",
      make.hex(), make.time(), make.number(10'000'000));
  while (text.size() < size_bytes) {
    text += fmt::format(
        "  <item sku=\"{}\">\n    <quantity>{}</quantity>\n    <price currency=\"EUR\">{}.{:02}</price>\n"
        "    <note>{}</note>\n  </item>\n",
        make.number(1'000'000'000), 1 + make.number(40), make.number(900), make.number(100),
        make.sentence(5));
  }
  return text + "</order>\n";
}

std::string json_body(std::uint64_t seed, std::size_t size_bytes) {
  Maker make(seed);
  std::string text = "{\"events\":[";
  while (text.size() < size_bytes) {
    text += fmt::format(
        "{}{{\"time\":\"{}\",\"level\":\"{}\",\"request_id\":\"{}\",\"client\":\"10.{}.{}.{}\",\"status\":{},"
        "\"duration_ms\":{},\"message\":\"{}\"}}",
        text.ends_with('[') ? "" : ",", make.time(), make.number(10) == 0 ? "warning" : "info", make.hex(),
        make.number(256), make.number(256), make.number(256), make.number(20) == 0 ? 503 : 200,
        make.number(2000), make.sentence(6));
  }
  return text + "]}\n";
}

std::string mixed_body(std::uint64_t seed, std::size_t size_bytes) {
  std::string body = json_body(seed, size_bytes / 2);
  std::mt19937_64 random(seed);
  while (body.size() < size_bytes) body += static_cast<char>(random());
  return body;
}

}  // namespace s3c::bench
