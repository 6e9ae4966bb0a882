#include "sim/synthetic_bodies.h"

#include <array>
#include <utility>

#include "base/encoding.h"
#include "sim/dice.h"
#include "sim/digits.h"

namespace s3c::sim {
namespace {

constexpr std::size_t kStems = 64;
constexpr std::size_t kOrderLines = 13;
constexpr std::size_t kMixedStems = 16;
constexpr std::size_t kMixedExits = 64;
constexpr std::size_t kMixedExitBytes = 4096;  // from one exit to the next

using Words = std::array<std::string_view, 16>;

constexpr Words kAdjectives = {"galvanised", "stainless", "lacquered", "insulated", "adjustable", "folding",
                               "reinforced", "magnetic",  "anodised",  "brass",     "rubberised", "slotted",
                               "flexible",   "tempered",  "threaded",  "welded"};
constexpr Words kThings = {"bracket", "hinge",  "valve", "coupling", "bearing", "gasket", "clamp",  "spindle",
                           "flange",  "washer", "hose",  "bushing",  "pulley",  "rivet",  "sensor", "switch"};
constexpr Words kCities = {"Rotterdam", "Aarhus", "Porto",   "Graz", "Gdansk", "Turku", "Leeds", "Nantes",
                           "Valencia",  "Trento", "Antwerp", "Brno", "Bergen", "Malmo", "Cork",  "Split"};
constexpr Words kNames = {"Jansen", "Larsen", "Ferreira", "Huber", "Nowak", "Virtanen", "Walker", "Moreau",
                          "Garcia", "Rossi",  "Peeters",  "Novak", "Berg",  "Lind",     "Murphy", "Horvat"};
constexpr Words kPaths = {"/cart",     "/cart/items",       "/checkout",     "/search",
                          "/products", "/products/reviews", "/login",        "/logout",
                          "/account",  "/orders",           "/orders/track", "/returns",
                          "/health",   "/images",           "/wishlist",     "/stores"};
constexpr Words kMethods = {"GET", "GET", "GET",  "GET",  "GET",  "GET",  "GET", "GET",
                            "GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "DELETE"};
constexpr Words kStatuses = {"200", "200", "200", "200", "200", "200", "200", "200",
                             "200", "201", "204", "301", "304", "400", "404", "500"};

/// Text from fixed phrases and random fields.
class Writer {
 public:
  Writer(std::string& out, Dice& dice) : out_(out), dice_(dice) {}

  Writer& text(std::string_view phrase) {
    out_ += phrase;
    return *this;
  }
  Writer& word(const Words& words) { return text(words[dice_.below(words.size())]); }
  /// A number below limit with leading zeros.
  Writer& number(std::uint64_t limit, std::size_t digits) {
    append_digits(out_, dice_.below(limit), digits);
    return *this;
  }
  Writer& hex16() {
    std::uint64_t value = dice_.next();
    for (int i = 0; i < 16; ++i, value >>= 4) out_ += "0123456789abcdef"[value & 15];
    return *this;
  }

 private:
  std::string& out_;
  Dice& dice_;
};

void append_order_line(std::string& out, Dice& dice, std::size_t number) {
  out += "  <line number=\"";
  append_digits(out, number, 2);
  Writer(out, dice)
      .text("\">\n    <sku>")
      .number(1'000'000, 6)
      .text("-")
      .number(100, 2)
      .text("</sku>\n    <description>")
      .word(kAdjectives)
      .text(" ")
      .word(kThings)
      .text("</description>\n    <quantity>")
      .number(100, 2)
      .text("</quantity>\n    <price currency=\"EUR\">")
      .number(1000, 3)
      .text(".")
      .number(100, 2)
      .text("</price>\n    <warehouse>")
      .word(kCities)
      .text("</warehouse>\n  </line>\n");
}

std::string order_stem(Dice& dice) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<order>\n";
  for (std::size_t number = 1; number <= kOrderLines; ++number) append_order_line(out, dice, number);
  return out;
}

void append_address(std::string& out, Dice& dice, std::string_view element) {
  Writer(out, dice)
      .text("  <")
      .text(element)
      .text(">\n    <name>")
      .word(kNames)
      .text(" and ")
      .word(kNames)
      .text("</name>\n    <street>")
      .word(kNames)
      .text(" street ")
      .number(200, 3)
      .text("</street>\n    <city>")
      .word(kCities)
      .text("</city>\n    <postcode>")
      .number(100'000, 5)
      .text("</postcode>\n  </")
      .text(element)
      .text(">\n");
}

void append_order_tail(std::string& out, Dice& dice) {
  const std::size_t more = 1 + dice.below(4);
  for (std::size_t number = kOrderLines + 1; number <= kOrderLines + more; ++number) {
    append_order_line(out, dice, number);
  }
  append_address(out, dice, "invoice");
  append_address(out, dice, "delivery");
  Writer(out, dice)
      .text("  <customer id=\"")
      .number(100'000'000, 8)
      .text("\"/>\n  <payment>\n    <total currency=\"EUR\">")
      .number(100'000, 5)
      .text(".")
      .number(100, 2)
      .text("</total>\n    <reference>")
      .hex16()
      .text("</reference>\n  </payment>\n  <tracking>")
      .hex16()
      .hex16()
      .text("</tracking>\n</order>\n");
}

void append_log_line(std::string& out, Dice& dice) {
  Writer(out, dice)
      .text("{\"time\":\"")
      .number(24, 2)
      .text(":")
      .number(60, 2)
      .text(":")
      .number(60, 2)
      .text(".")
      .number(1'000'000, 6)
      .text("Z\",\"level\":\"info\",\"host\":\"web-")
      .number(40, 2)
      .text("\",\"method\":\"")
      .word(kMethods)
      .text("\",\"path\":\"")
      .word(kPaths)
      .text("/")
      .number(100'000, 5)
      .text("\",\"status\":")
      .word(kStatuses)
      .text(",\"bytes\":1")
      .number(100'000, 5)
      .text(",\"micros\":1")
      .number(10'000, 4)
      .text(",\"request\":\"")
      .hex16()
      .text("\",\"client\":\"10.")
      .number(255, 3)
      .text(".")
      .number(255, 3)
      .text("\"}\n");
}

void append_noise(std::string& out, Dice& dice, std::size_t size_bytes) {
  for (std::size_t i = 0; i < size_bytes; i += sizeof(std::uint64_t)) {
    std::uint64_t value = dice.next();
    for (std::size_t byte = 0; byte < sizeof(value); ++byte, value >>= 8) {
      out += static_cast<char>(value & 0xff);
    }
  }
}

void append_log_lines(std::string& out, Dice& dice, std::size_t size_bytes) {
  while (out.size() < size_bytes) append_log_line(out, dice);
  out.resize(size_bytes);
}

std::string log_stem(Dice& dice) {
  std::string out;
  for (int line = 0; line < 3; ++line) append_log_line(out, dice);
  return out;
}

/// Every fourth one is like an image, which no compressor makes smaller.
std::string mixed_stem(Dice& dice, std::size_t number) {
  std::string out;
  if (number % 4 == 0) {
    append_noise(out, dice, kMixedExits * kMixedExitBytes);
  } else {
    append_log_lines(out, dice, kMixedExits * kMixedExitBytes);
  }
  return out;
}

std::size_t choose_exit(SyntheticData data, Dice& dice) {
  if (data != SyntheticData::mixed) return 0;
  // The cube makes small ones frequent, and the mean a quarter of the largest.
  const double fraction = dice.next_fraction();
  return static_cast<std::size_t>(fraction * fraction * fraction * static_cast<double>(kMixedExits));
}

std::string make_tail(SyntheticData data, Dice& dice) {
  std::string out;
  out.reserve(2048);
  switch (data) {
    case SyntheticData::orders:
      append_order_tail(out, dice);
      break;
    case SyntheticData::logs:
      for (std::size_t lines = 1 + dice.below(3); lines > 0; --lines) append_log_line(out, dice);
      break;
    case SyntheticData::mixed:
      for (std::size_t lines = 5 + dice.below(4); lines > 0; --lines) append_log_line(out, dice);
      break;
  }
  return out;
}

}  // namespace

SyntheticBodies::SyntheticBodies(SyntheticData data) : data_(data) {
  const bool mixed = data == SyntheticData::mixed;
  for (std::size_t number = 0; number < (mixed ? kMixedStems : kStems); ++number) {
    Dice dice(number);
    std::string text = data == SyntheticData::orders ? order_stem(dice)
                       : data == SyntheticData::logs ? log_stem(dice)
                                                     : mixed_stem(dice, number);
    Stem stem;
    base::Digest md5 = base::Digest::md5();
    const std::size_t step_bytes = mixed ? kMixedExitBytes : text.size();
    if (mixed) stem.exits.push_back({0, md5});
    for (std::size_t at = 0; at < text.size(); at += step_bytes) {
      md5.update(std::string_view(text).substr(at, step_bytes));
      stem.exits.push_back({at + step_bytes, md5});
    }
    stem.bytes = std::make_shared<const std::string>(std::move(text));
    stems_.push_back(std::move(stem));
  }
}

SyntheticBodies::Body SyntheticBodies::body(std::string_view key) const {
  Dice dice(hash_of(key));
  const Stem& stem = stems_[dice.below(stems_.size())];
  const Exit& exit = stem.exits[choose_exit(data_, dice)];
  std::string tail = make_tail(data_, dice);
  base::Digest md5 = exit.md5;
  md5.update(tail);
  Body body;
  body.etag = base::to_hex(md5.finish());
  body.bytes = Payload(stem.bytes).range(0, exit.size_bytes);
  body.bytes.append(Payload(std::move(tail)));
  return body;
}

}  // namespace s3c::sim
