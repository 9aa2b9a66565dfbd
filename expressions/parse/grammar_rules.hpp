#pragma once

#include "expressions/parse/syntax_tree.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>

/// What the grammar is written with: rules that match tokens, leave nodes and count nesting.
namespace millrace::parse::grammar {

namespace peg = tao::pegtl;

/// What a run of the grammar carries along.
struct State {
  std::vector<SyntaxNode> nodes;
  std::size_t furthest = 0;  // the last token any rule has looked at and refused
  int nesting = 0;
};
struct TooDeep {
  std::size_t token;
};

/// One token of a kind in [First, Last].
template <Token First, Token Last = First>
struct tok {
  using rule_t = tok;
  using subs_t = peg::empty_list;
  template <peg::apply_mode, peg::rewind_mode, template <typename...> class,
            template <typename...> class, typename In>
  static bool match(In& in, State& state) {
    const auto token = static_cast<Token>(in.peek_uint8());
    if (token < First || token > Last) {
      state.furthest = std::max(state.furthest, in.byte());
      return false;
    }
    in.bump_in_this_line(1);
    return true;
  }
};

template <typename... Rules>
using seq = peg::seq<Rules...>;
template <typename... Rules>
using either = peg::sor<Rules...>;
template <typename... Rules>
struct many : peg::star<peg::seq<Rules...>> {};
template <typename... Rules>
struct some : peg::plus<peg::seq<Rules...>> {};
template <typename... Rules>
struct maybe : peg::opt<peg::seq<Rules...>> {};
template <typename... Rules>
struct ahead : peg::at<peg::seq<Rules...>> {};
template <typename Rule>
struct list_of : seq<Rule, many<tok<Token::Comma>, Rule>> {};

template <std::size_t MinParts, Syntax Kind, typename... Rules>
struct node_of {
  using rule_t = node_of;
  using subs_t = peg::type_list<Rules...>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename In>
  static bool match(In& in, State& state) {
    const std::size_t mark = state.nodes.size();
    const auto begin = static_cast<std::uint32_t>(in.byte());
    if (!Control<seq<Rules...>>::template match<A, M, Action, Control>(in, state)) return false;
    if (state.nodes.size() - mark < MinParts) return true;
    SyntaxNode made{Kind, begin, static_cast<std::uint32_t>(in.byte()), {}};
    const auto first = state.nodes.begin() + static_cast<std::ptrdiff_t>(mark);
    made.parts.assign(std::make_move_iterator(first), std::make_move_iterator(state.nodes.end()));
    state.nodes.erase(first, state.nodes.end());
    state.nodes.push_back(std::move(made));
    return true;
  }
};
template <Syntax Kind, typename... Rules>
using node = node_of<0, Kind, Rules...>;
template <Syntax Kind, typename... Rules>
using chain = node_of<2, Kind, Rules...>;

/// A rule that may contain itself: counts the nesting.
template <typename Rule>
struct nested {
  using rule_t = nested;
  using subs_t = peg::type_list<Rule>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename In>
  static bool match(In& in, State& state) {
    if (state.nesting == kMaxNesting) throw TooDeep{in.byte()};
    ++state.nesting;
    const bool matched = Control<Rule>::template match<A, M, Action, Control>(in, state);
    --state.nesting;
    return matched;
  }
};

/// What an abandoned attempt has left on the stack goes away with it.
template <typename Rule>
struct control : peg::normal<Rule> {
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename In>
  static bool match(In& in, State& state) {
    const std::size_t mark = state.nodes.size();
    if (peg::normal<Rule>::template match<A, M, Action, Control>(in, state)) return true;
    state.nodes.erase(state.nodes.begin() + static_cast<std::ptrdiff_t>(mark), state.nodes.end());
    return false;
  }
};

}  // namespace millrace::parse::grammar
