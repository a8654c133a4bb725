// SPDX-License-Identifier: Apache-2.0
//
// The recursive descent of sparql_parser.cpp, pattern_parser.cpp and expression_parser.cpp. A fault is thrown inside and
// becomes a Result where the parse began.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "semantics/sparql_parser.hpp"
#include "semantics/sparql_tokens.hpp"

namespace edgecse::semantics::sparql {

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Query query();
  Update update();

 private:
  using Kind = Token::Kind;
  struct Depth {  // counts nesting while it lives
    explicit Depth(Parser& of);
    ~Depth() { --parser.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    Parser& parser;
  };

  // words
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  const Token& take();
  [[nodiscard]] bool is_sign(std::string_view sign, std::size_t ahead = 0) const;
  [[nodiscard]] bool is_word(std::string_view upper, std::size_t ahead = 0) const;
  bool take_sign(std::string_view sign);
  bool take_word(std::string_view upper);
  void expect_sign(std::string_view sign);
  void expect_word(std::string_view upper);
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void unsupported(const std::string& what) const;
  [[noreturn]] static void too_long(const std::string& what);
  void count_pattern();

  // terms
  [[nodiscard]] int variable(const std::string& name);
  int fresh_variable();
  [[nodiscard]] Term expand(const Token& name) const;
  [[nodiscard]] bool is_iri(std::size_t ahead = 0) const;
  Term take_iri();
  Term take_literal();
  Term number(const std::string& sign);
  [[nodiscard]] bool is_literal() const;

  // requests
  void prologue();
  void refuse_graphs(const char* what);
  Select select_query(bool is_sub_query);
  void columns(Select& select, bool& star);
  void modifiers(Select& select);
  void group_keys(Select& select);
  void orders(Select& select);
  [[nodiscard]] bool begins_call() const;
  void check_grouping(const Select& select) const;
  Change change();
  std::vector<TriplePattern> quads(bool variables_allowed);
  Change modify();

  // patterns
  std::shared_ptr<const Group> group();
  void group_element(Group& into);
  void triples_block(Group& into);
  void triples_same_subject(std::vector<TriplePattern>& into);
  void property_list(const Slot& subject, std::vector<TriplePattern>& into, bool may_be_empty);
  void objects(const Slot& subject, const TriplePattern& verb, std::vector<TriplePattern>& into);
  Slot node(std::vector<TriplePattern>& into);
  Slot collection(std::vector<TriplePattern>& into);
  TriplePattern verb();
  Path path();
  Path path_sequence();
  Path path_element();
  Path path_primary();
  Path negated_set();
  Values values();
  std::optional<Term> data_value();

  // expressions
  Expression expression();
  Expression conjunction();
  Expression relation();
  Expression sum();
  Expression product();
  Expression unary();
  Expression primary();
  Expression call(const std::string& name);
  Expression aggregate(const std::string& name);
  Expression constraint();
  std::vector<Expression> arguments();

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t patterns_ = 0;
  std::string base_;
  std::map<std::string, std::string> prefixes_;
  std::map<std::string, int> variables_;
  std::map<std::string, int> blanks_;
  std::vector<std::string> names_;
  bool paths_allowed_ = true;
};

/// Visible names of a group, in the order of their first use. SPARQL 1.1 clause 18.2.1.
void collect_visible(const Group& group, std::vector<int>& into);
/// Variables of an expression, those of EXISTS groups too; of aggregates only when asked for.
void collect_used(const Expression& expression, bool inside_aggregates, std::set<int>& into);
[[nodiscard]] bool has_aggregate(const Expression& expression);

}  // namespace edgecse::semantics::sparql
