#include "catalog/ambiguity.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"

namespace s3c::catalog {
namespace {

/// The bytes that an edge takes: a range, or all bytes but '/'.
struct Bytes {
  char low = 0;
  char high = 0;
  bool all_but_slash = false;

  bool contains(char c) const { return all_but_slash ? c != '/' : c >= low && c <= high; }
};

Bytes exactly(char c) {
  return {c, c};
}

/// A byte that is in both, one that reads well in an example; nullopt: there is none.
std::optional<char> common_byte(const Bytes& a, const Bytes& b) {
  if (a.all_but_slash && b.all_but_slash) return 'x';
  if (a.all_but_slash || b.all_but_slash) {
    const Bytes& range = a.all_but_slash ? b : a;
    if (range.low == '/' && range.high == '/') return std::nullopt;
    return range.low == '0' && range.high == '9' ? '2' : range.low;
  }
  const char low = std::max(a.low, b.low);
  const char high = std::min(a.high, b.high);
  if (low > high) return std::nullopt;
  return low == '0' && high == '9' ? '2' : low;
}

constexpr std::size_t kNumber = static_cast<std::size_t>(-1);

struct Edge {
  Bytes bytes;
  std::size_t to;
  std::size_t piece;  ///< the template's piece that the byte belongs to, or kNumber
};

/// Reads the template's names, a byte at a time. It may be in several nodes at once.
class Automaton {
 public:
  Automaton(const NameTemplate& name, Numbered numbered) : name_(name) {
    for (std::size_t i = 0; i < name.pieces().size(); ++i) add(name.pieces()[i], i);
    accepting_.insert(last_);
    if (numbered == Numbered::yes) add_number();
  }

  const NameTemplate& name() const { return name_; }
  const std::vector<Edge>& edges(std::size_t node) const { return nodes_[node]; }
  std::size_t size() const { return nodes_.size(); }
  bool accepts(std::size_t node) const { return accepting_.contains(node); }

 private:
  std::size_t new_node() {
    nodes_.emplace_back();
    return nodes_.size() - 1;
  }

  void add(const NamePiece& piece, std::size_t number) {
    if (piece.kind == NamePiece::Kind::date) return add_date(*piece.date, number);
    if (piece.kind == NamePiece::Kind::free) {
      const std::size_t next = new_node();
      for (const std::size_t from : {last_, next}) nodes_[from].push_back({{0, 0, true}, next, number});
      last_ = next;
      return;
    }
    for (const char c : piece.text) {
      const std::size_t next = new_node();
      nodes_[last_].push_back({exactly(c), next, number});
      last_ = next;
    }
  }

  void add_date(const DateField& field, std::size_t number) {
    if (field.digits == 4) {  // a year
      for (std::size_t i = 0; i < field.digits; ++i) {
        const std::size_t next = new_node();
        nodes_[last_].push_back({{'0', '9'}, next, number});
        last_ = next;
      }
      return;
    }
    const std::size_t end = new_node();
    for (int tens = 0; tens <= field.highest / 10; ++tens) {
      const int least = std::max(field.lowest - tens * 10, 0);
      const int most = std::min(field.highest - tens * 10, 9);
      const Bytes ones{static_cast<char>('0' + least), static_cast<char>('0' + most)};
      if (tens == 0 && !field.padded) {
        nodes_[last_].push_back({ones, end, number});
        continue;
      }
      const std::size_t between = new_node();
      nodes_[last_].push_back({exactly(static_cast<char>('0' + tens)), between, number});
      nodes_[between].push_back({ones, end, number});
    }
    last_ = end;
  }

  /// "-2" to "-999".
  void add_number() {
    const std::size_t dash = new_node();
    const std::size_t one = new_node();
    const std::size_t first = new_node();
    const std::size_t second = new_node();
    const std::size_t third = new_node();
    nodes_[last_].push_back({exactly('-'), dash, kNumber});
    nodes_[dash].push_back({exactly('1'), one, kNumber});
    nodes_[dash].push_back({{'2', '9'}, first, kNumber});
    nodes_[one].push_back({{'0', '9'}, second, kNumber});
    nodes_[first].push_back({{'0', '9'}, second, kNumber});
    nodes_[second].push_back({{'0', '9'}, third, kNumber});
    accepting_.insert({first, second, third});
  }

  const NameTemplate& name_;
  std::vector<std::vector<Edge>> nodes_{1};
  std::size_t last_ = 0;
  std::set<std::size_t> accepting_;
};

/// Walks two automata through the same bytes.
class AmbiguitySearch {
 public:
  AmbiguitySearch(const Automaton& first, const Automaton& second, bool same)
      : first_(first), second_(second), seen_(first.size() * second.size() * 2) {
    visit({0, 0, !same, 0, 0, 0, 0});
  }

  std::optional<AmbiguousName> run() {
    for (std::size_t at = 0; at < steps_.size(); ++at) {
      const Step step = steps_[at];
      if (step.differ && first_.accepts(step.first) && second_.accepts(step.second)) return found(at);
      for (const Edge& a : first_.edges(step.first)) {
        for (const Edge& b : second_.edges(step.second)) {
          if (const std::optional<char> c = common_byte(a.bytes, b.bytes))
            visit({a.to, b.to, step.differ || a.to != b.to, at, *c, a.piece, b.piece});
        }
      }
    }
    return std::nullopt;
  }

 private:
  struct Step {
    std::size_t first;  ///< a node of the first automaton
    std::size_t second;
    bool differ;         ///< the two ways have been different
    std::size_t before;  ///< the step that led here
    char byte;
    std::size_t first_piece;
    std::size_t second_piece;
  };

  void visit(const Step& step) {
    const std::size_t place = (step.first * second_.size() + step.second) * 2 + (step.differ ? 1 : 0);
    if (seen_[place]) return;
    seen_[place] = true;
    steps_.push_back(step);
  }

  AmbiguousName found(std::size_t at) const {
    std::vector<const Step*> way;
    for (; at != 0; at = steps_[at].before) way.insert(way.begin(), &steps_[at]);
    AmbiguousName name;
    for (const Step* step : way) name.name += step->byte;
    name.first = reading(way, first_.name(), &Step::first_piece);
    name.second = reading(way, second_.name(), &Step::second_piece);
    return name;
  }

  static NameReading reading(const std::vector<const Step*>& way, const NameTemplate& name,
                             std::size_t Step::*piece) {
    std::vector<std::string> texts(name.pieces().size());
    std::string number;
    for (const Step* step : way) {
      if (step->*piece == kNumber) {
        number += step->byte;
      } else {
        texts[step->*piece] += step->byte;
      }
    }
    NameReading reading;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const NamePiece& field = name.pieces()[i];
      if (field.kind == NamePiece::Kind::literal) continue;
      const std::size_t digits = field.kind == NamePiece::Kind::date ? field.date->digits : 0;
      if (texts[i].size() < digits) texts[i].insert(0, digits - texts[i].size(), '0');
      reading.fields.emplace(field.text, texts[i]);
    }
    if (!number.empty())
      reading.volume = base::parse_number<int>(std::string_view(number).substr(1)).value_or(0);
    return reading;
  }

  const Automaton& first_;
  const Automaton& second_;
  std::vector<bool> seen_;
  std::vector<Step> steps_;
};

}  // namespace

std::optional<AmbiguousName> find_ambiguity(const NameTemplate& first, const NameTemplate& second,
                                            Numbered numbered) {
  const Automaton one(first, numbered);
  if (&first == &second) return AmbiguitySearch(one, one, true).run();
  return AmbiguitySearch(one, Automaton(second, numbered), false).run();
}

bool can_begin_with(const NameTemplate& name, std::string_view text) {
  const Automaton automaton(name, Numbered::yes);
  std::set<std::size_t> nodes = {0};
  for (const char c : text) {
    std::set<std::size_t> next;
    for (const std::size_t node : nodes) {
      for (const Edge& edge : automaton.edges(node)) {
        if (edge.bytes.contains(c)) next.insert(edge.to);
      }
    }
    nodes = std::move(next);
  }
  return !nodes.empty();
}

}  // namespace s3c::catalog
