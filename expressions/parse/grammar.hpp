#pragma once

#include "expressions/parse/grammar_rules.hpp"

/// The Spark-dialect grammar, over tokens instead of characters: one byte of input is one token.
/// `node<Syntax::X, ...>` leaves a node with the nodes inside as parts; `chain` leaves one only
/// when there are at least two parts. Operators come as flat lists; precedence is given to them by
/// the expression builder. Follows Spark's SqlBaseParser.g4 without reserved keywords (ANSI off).
namespace millrace::parse::grammar {

// ---- names and words

using T = Token;
using S = Syntax;
struct open : tok<T::Open> {};
struct close : tok<T::Close> {};
struct comma : tok<T::Comma> {};
struct dot : tok<T::Dot> {};
template <Token Word>
using mark = node<S::Mark, tok<Word>>;

struct plain_name : tok<T::Identifier, T::QuotedIdentifier> {};
struct free_word : tok<kFirstFreeWord, kLastWord> {};
struct clause_word
    : tok<kFirstClauseWord, static_cast<Token>(static_cast<int>(kFirstFreeWord) - 1)> {};
struct reserved_word
    : tok<kFirstReservedWord, static_cast<Token>(static_cast<int>(kFirstClauseWord) - 1)> {};
/// After AS or a dot.
struct any_name : either<plain_name, free_word, clause_word, reserved_word> {};
/// Begins the clause, unlike a column or an alias of that name.
struct window_clause_ahead : ahead<tok<T::Window>, any_name, tok<T::As>, open> {};
/// An alias without AS.
struct bare_alias : seq<peg::not_at<window_clause_ahead>, either<plain_name, free_word>> {};
/// A column or a function: `GROUP` and `ORDER` are names unless BY follows.
struct column_name : seq<peg::not_at<either<tok<T::Group>, tok<T::Order>>, tok<T::By>>,
                         either<plain_name, free_word, clause_word>> {};
struct dotted : node<S::Name, column_name, many<dot, any_name>> {};
struct word : node<S::Word, any_name> {};
struct alias_word : node<S::Word, bare_alias> {};
struct string : node<S::String, some<tok<T::String>>> {};
struct number : node<S::Number, maybe<tok<T::Minus>>, tok<T::Number>> {};

// ---- types: the text goes to the DDL parser, here only its end is found

struct type_arguments {
  using rule_t = type_arguments;
  using subs_t = peg::empty_list;
  static int angles(Token token) {
    switch (token) {
      case T::Less: return 1;
      case T::Greater: return -1;
      case T::ShiftRight: return -2;
      case T::ShiftRightZero: return -3;
      default: return 0;
    }
  }
  template <peg::apply_mode, peg::rewind_mode, template <typename...> class,
            template <typename...> class, typename In>
  static bool match(In& in, State& state) {
    int depth = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto token = static_cast<Token>(in.peek_uint8(i));
      depth += angles(token);
      if (token == T::EndOfText || depth <= 0) {
        if (i > 0 && depth == 0) return in.bump_in_this_line(i + 1), true;
        state.furthest = std::max(state.furthest, in.byte() + i);
        return false;
      }
    }
    return false;
  }
};
struct interval_type : seq<tok<T::Interval>, any_name, maybe<tok<T::To>, any_name>> {};
struct empty_struct_type : seq<tok<T::Identifier>, tok<T::LessGreater>> {};
struct plain_type : seq<any_name, either<seq<open, list_of<tok<T::Number>>, close>,
                                         seq<ahead<tok<T::Less>>, type_arguments>, peg::success>> {
};
struct type : node<S::Type, either<interval_type, empty_struct_type, plain_type>> {};

// ---- expressions

struct expression;
struct value;
struct query;
struct argument;
struct sort_item;
struct query_ahead : ahead<either<tok<T::Select>, tok<T::With>>> {};
struct subquery : seq<open, query_ahead, query, close> {};
struct expressions : list_of<expression> {};

struct interval_unit : node<S::Word, tok<T::Year, T::Microsecond>> {};
struct interval_number
    : either<seq<maybe<either<tok<T::Minus>, tok<T::Plus>>>, node<S::Number, tok<T::Number>>>,
             seq<maybe<either<tok<T::Minus>, tok<T::Plus>>>, string>> {};
struct interval_part
    : node<S::IntervalPart, interval_number, interval_unit, maybe<tok<T::To>, interval_unit>> {};
struct interval : node<S::Interval, tok<T::Interval>, some<interval_part>> {};
struct typed_literal : node<S::TypedLiteral, either<tok<T::Identifier>, tok<T::Interval>>, string> {
};

struct when : node<S::When, tok<T::When>, expression, tok<T::Then>, expression> {};
struct case_when : node<S::Case, tok<T::Case>, maybe<node<S::CaseOperand, expression>>, some<when>,
                        maybe<node<S::Else, tok<T::Else>, expression>>, tok<T::End>> {};
struct cast : node<S::Cast, either<tok<T::Cast>, tok<T::TryCast>>, open, expression, tok<T::As>,
                   type, close> {};
struct extract : node<S::Extract, tok<T::Extract>, open, word, tok<T::From>, expression, close> {};
struct trim_side : either<mark<T::Both>, mark<T::Leading>, mark<T::Trailing>> {};
struct trim_from : seq<mark<T::From>, expression> {};
struct trim : node<S::Trim, tok<T::Trim>, open,
                   either<seq<trim_side, either<trim_from, seq<expression, trim_from>>>,
                          seq<expression, either<trim_from, many<comma, expression>>>>,
                   close> {};
struct substring : node<S::Substring, tok<T::Substring, T::Substr>, open, expression,
                        either<seq<tok<T::From>, expression, maybe<tok<T::For>, expression>>,
                               many<comma, argument>>,
                        close> {};
struct position : node<S::Position, tok<T::Position>, open, nested<value>,
                       either<seq<tok<T::In>, nested<value>>, many<comma, argument>>, close> {};
struct overlay : node<S::Overlay, tok<T::Overlay>, open, expression,
                      either<seq<tok<T::Placing>, expression, tok<T::From>, expression,
                                 maybe<tok<T::For>, expression>>,
                             many<comma, argument>>,
                      close> {};

struct frame_bound
    : either<seq<tok<T::Unbounded>, tok<T::Preceding, T::Following>>,
             seq<tok<T::Current>, tok<T::Row>>, seq<expression, tok<T::Preceding, T::Following>>> {
};
struct frame
    : node<S::Frame, either<tok<T::Rows>, tok<T::Range>>,
           either<seq<tok<T::Between>, frame_bound, tok<T::And>, frame_bound>, frame_bound>> {};
struct order_by : node<S::OrderBy, tok<T::Order>, tok<T::By>, list_of<sort_item>> {};
struct partition_by : node<S::PartitionBy, tok<T::Partition>, tok<T::By>, expressions> {};
struct window_specification
    : seq<open, maybe<partition_by>, maybe<order_by>, maybe<frame>, close> {};
struct over : node<S::Over, tok<T::Over>, either<window_specification,
                                              node<S::Word, either<plain_name, free_word>>>> {};
struct named_window : node<S::NamedWindow, word, tok<T::As>, window_specification> {};
struct window_clause : node<S::WindowClause, window_clause_ahead, tok<T::Window>, list_of<named_window>> {
};
struct filter_clause
    : node<S::FilterClause, tok<T::Filter>, open, tok<T::Where>, expression, close> {};

struct within_group : node<S::WithinGroup, tok<T::Within>, tok<T::Group>, open, tok<T::Order>,
                           tok<T::By>, list_of<sort_item>, close> {};

struct star
    : node<S::Star, maybe<column_name, many<dot, any_name, ahead<dot>>, dot>, tok<T::Star>> {};
struct lambda_names : either<list_of<node<S::Word, column_name>>, peg::success> {};
struct parameters
    : node<S::Parameters, either<node<S::Word, column_name>, seq<open, lambda_names, close>>> {};
struct lambda : node<S::Lambda, parameters, tok<T::Arrow>, nested<either<lambda, expression>>> {};
struct named_argument : node<S::Named, word, tok<T::FatArrow>, expression> {};
struct aliased_argument
    : chain<S::Alias, expression, maybe<tok<T::As>, node<S::AliasNames, word>>> {};
struct argument : either<star, seq<ahead<any_name, tok<T::FatArrow>>, named_argument>, lambda,
                         aliased_argument> {};
struct call_head : seq<column_name, many<dot, any_name>, open> {};
struct call
    : node<S::Call, ahead<call_head>, dotted, open,
           maybe<either<mark<T::Distinct>, seq<tok<T::All>, peg::not_at<either<close, comma>>>>>,
           maybe<list_of<argument>>, close, maybe<within_group>, maybe<filter_clause>,
           maybe<over>> {};

struct parenthesised : chain<S::Row, open, list_of<aliased_argument>, close> {};
struct scalar_subquery : node<S::Subquery, ahead<open, query_ahead>, subquery> {};
struct exists : node<S::Exists, tok<T::Exists>, ahead<open, query_ahead>, subquery> {};
struct constant
    : either<number, string, node<S::Word, either<tok<T::Null>, tok<T::True>, tok<T::False>>>> {};
struct primary
    : either<constant, case_when, scalar_subquery, parenthesised, interval, typed_literal,
             seq<ahead<either<tok<T::Cast>, tok<T::TryCast>>, open>, cast>,
             seq<ahead<tok<T::Extract>, open, any_name, tok<T::From>>, extract>,
             seq<ahead<tok<T::Trim>, open>, trim>,
             seq<ahead<tok<T::Substring, T::Substr>, open>, substring>,
             seq<ahead<tok<T::Position>, open>, position>,
             seq<ahead<tok<T::Overlay>, open>, overlay>, exists, call,
             node<S::Column, column_name, many<dot, any_name>>> {};
struct postfix
    : chain<S::Postfix, primary,
            many<either<
                node<S::Subscript, tok<T::OpenBracket>, nested<value>, tok<T::CloseBracket>>,
                node<S::FieldOf, dot, any_name>, node<S::CastTo, tok<T::DoubleColon>, type>>>> {};
struct sign;
struct operand : either<postfix, sign> {};
struct sign : node<S::Sign, either<tok<T::Minus>, tok<T::Plus>, tok<T::Tilde>>, nested<operand>> {};

struct binary_operator
    : node<S::Operator,
           either<tok<T::Plus, T::Caret>, tok<T::Equal, T::ShiftRightZero>, tok<T::Div>>> {};
struct value : chain<S::Operators, operand, many<binary_operator, operand>> {};

struct negation : maybe<mark<T::Not>> {};
struct between : node<S::Between, negation, tok<T::Between>, value, tok<T::And>, value> {};
struct in_query : node<S::InQuery, negation, tok<T::In>, ahead<open, query_ahead>, subquery> {};
struct in_list : node<S::InList, negation, tok<T::In>, open, expressions, close> {};
struct like_word : either<mark<T::Like>, mark<T::Ilike>, mark<T::Rlike>, mark<T::Regexp>> {};
struct like_many
    : node<S::LikeMany, negation, either<mark<T::Like>, mark<T::Ilike>>,
           either<mark<T::Any>, mark<T::Some>, mark<T::All>>, open, expressions, close> {};
struct like : node<S::Like, negation, like_word, value, maybe<tok<T::Escape>, string>> {};
struct is_null : node<S::IsNull, tok<T::Is>, negation, either<tok<T::Null>, tok<T::Unknown>>> {};
struct is_truth : node<S::IsTruth, tok<T::Is>, negation, either<mark<T::True>, mark<T::False>>> {};
struct is_distinct
    : node<S::IsDistinct, tok<T::Is>, negation, tok<T::Distinct>, tok<T::From>, value> {};
struct test : either<between, in_query, in_list, like_many, like, is_null, is_truth, is_distinct> {
};
struct predicate : chain<S::Predicate, value, maybe<test>> {};

struct not_expression;
struct condition : either<not_expression, predicate> {};
struct not_expression : node<S::Not, either<tok<T::Not>, tok<T::Bang>>, nested<condition>> {};
struct conjunction : chain<S::AndChain, condition, many<tok<T::And>, condition>> {};
struct expression : nested<chain<S::OrChain, conjunction, many<tok<T::Or>, conjunction>>> {};

struct sort_item : node<S::SortItem, expression, maybe<either<mark<T::Asc>, mark<T::Desc>>>,
                        maybe<tok<T::Nulls>, either<mark<T::First>, mark<T::Last>>>> {};

// ---- select lists

struct several_names : seq<open, list_of<word>, close> {};
struct alias
    : node<S::AliasNames, either<seq<tok<T::As>, either<several_names, word>>, alias_word,
                                 seq<ahead<open, any_name, either<comma, close>>, several_names>>> {
};
struct select_item : either<star, chain<S::Alias, expression, maybe<alias>>> {};
struct select_items : node<S::SelectItems, list_of<select_item>> {};

// ---- queries

struct table_alias : node<S::TableAlias, either<seq<tok<T::As>, word>, alias_word>> {};
struct derived_table : node<S::DerivedTable, open, query, close, maybe<table_alias>> {};
struct table_name : node<S::Name, column_name, many<dot, any_name>> {};
struct table : either<derived_table, node<S::Table, table_name, maybe<table_alias>>> {};

struct join_side
    : either<seq<mark<T::Left>, either<mark<T::Semi>, mark<T::Anti>, maybe<tok<T::Outer>>>>,
             seq<either<mark<T::Right>, mark<T::Full>>, maybe<tok<T::Outer>>>, mark<T::Semi>,
             mark<T::Anti>, mark<T::Cross>, tok<T::Inner>, peg::success> {};
struct join_condition : either<node<S::On, tok<T::On>, expression>,
                               node<S::Using, tok<T::Using>, open, list_of<word>, close>> {};
struct join : node<S::Join, join_side, tok<T::Join>, table, maybe<join_condition>> {};
struct comma_join : node<S::Join, node<S::Mark, comma>, table> {};
struct view_columns : maybe<maybe<tok<T::As>>, list_of<alias_word>> {};
struct lateral_view
    : node<S::LateralView, tok<T::Lateral>, tok<T::View>, maybe<mark<T::Outer>, ahead<call_head>>,
           call, maybe<peg::not_at<tok<T::As>>, node<S::TableAlias, alias_word>>, view_columns> {};
struct from
    : node<S::From, tok<T::From>, table, many<either<join, comma_join>>, many<lateral_view>> {};

struct grouping_set
    : node<S::GroupingSet, either<seq<open, maybe<expressions>, close>, expression>> {};
struct grouping_kind : either<mark<T::Rollup>, mark<T::Cube>> {};
struct grouping_sets : seq<mark<T::Grouping>, tok<T::Sets>, open, list_of<grouping_set>, close> {};
struct group_by
    : node<S::GroupBy, tok<T::Group>, tok<T::By>,
           either<
               seq<ahead<tok<T::Rollup, T::Cube>, open>, grouping_kind, open, expressions, close>,
               seq<ahead<tok<T::Grouping>, tok<T::Sets>>, grouping_sets>,
               seq<expressions, maybe<either<seq<tok<T::With>, grouping_kind>, grouping_sets>>>>> {
};

struct select : node<S::Select, tok<T::Select>, maybe<either<mark<T::Distinct>, tok<T::All>>>,
                     select_items, maybe<from>, maybe<node<S::Where, tok<T::Where>, expression>>,
                     maybe<group_by>, maybe<node<S::Having, tok<T::Having>, expression>>,
                     maybe<window_clause>> {};
struct query_operand : either<select, seq<open, query, close>> {};
struct union_word : node<S::Union, tok<T::Union>, maybe<either<mark<T::All>, tok<T::Distinct>>>> {};
struct common_table : node<S::CommonTable, word, maybe<tok<T::As>>, open, query, close> {};
struct with : node<S::With, tok<T::With>, list_of<common_table>> {};
struct limit
    : node<S::Limit, tok<T::Limit>, either<seq<tok<T::All>, peg::not_at<dot>>, expression>> {};
struct offset : node<S::Offset, tok<T::Offset>, expression> {};
struct query : nested<node<S::Query, maybe<with>, query_operand, many<union_word, query_operand>,
                           maybe<order_by>, maybe<limit>, maybe<offset>>> {};

// ---- entries

struct end : tok<T::EndOfText> {};
struct expression_entry : seq<either<star, lambda, expression>, end> {};
struct list_entry : node<S::Items, list_of<select_item>, end> {};
struct query_entry : seq<query, many<tok<T::Semicolon>>, end> {};

}  // namespace millrace::parse::grammar
