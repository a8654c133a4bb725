// SPDX-License-Identifier: Apache-2.0
//
// Many small request sequences as text, so that a table of test purposes reads like one. A line is a request and what is
// expected of its answer:
//
//   C 3 $ae {"m2m:cnt":{"rn":"c"}} by Cother with {"rcn":1} -> 2001 as c rn="c" cni=0 mni! #/m2m:cnt/lbl=2
//
// C with the type, R U D N; To; content; `by` the Originator, else the script's; `with` further parameters (rcn drt atrl fc
// rt rqet rset gid grtm rids tkns sqi ma address); the response status code; `as`: what the ri is called from now on ($c).
// `name=value` is an attribute of the only member, `name!` one that is absent, `/pointer=value` anything in the content,
// `#/pointer=n` a size, `#=0` says that there is no content.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

#include "onem2m/filter_criteria_json.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {

class RequestScript {
 public:
  RequestScript(TestCse& cse, std::string originator) : cse_(cse), originator_(std::move(originator)) {}

  /// $name stands for the text in what follows.
  void name(const std::string& name, const std::string& text) { names_[name] = text; }

  void run(const std::string& script) {
    std::istringstream lines(script);
    for (std::string line; std::getline(lines, line);)
      if (line.find_first_not_of(' ') != std::string::npos && !::testing::Test::HasFatalFailure()) run_line(line);
  }

 private:
  struct Line {
    onem2m::Request request;
    int expected = 0;
    std::vector<std::pair<std::string, Json>> checks;
    std::string name;
  };

  [[nodiscard]] std::string replaced(std::string line) const {
    for (auto known = names_.rbegin(); known != names_.rend(); ++known)  // the longer of two names first
      for (std::size_t at = 0; (at = line.find('$' + known->first, at)) != std::string::npos; at += known->second.size())
        line.replace(at, known->first.size() + 1, known->second);
    return line;
  }

  static onem2m::Operation operation_of(const std::string& word) {
    static const std::map<std::string, onem2m::Operation> kWords{
        {"C", onem2m::Operation::Create}, {"R", onem2m::Operation::Retrieve}, {"U", onem2m::Operation::Update},
        {"D", onem2m::Operation::Delete}, {"N", onem2m::Operation::Notify}};
    return kWords.at(word);
  }

  static void set_parameters(onem2m::Request& request, const Json& given) {
    using Texts = std::vector<std::string>;
    for (const auto& [name, value] : given.items()) {
      if (name == "rcn") {
        request.result_content = value.get<int>();
      } else if (name == "drt") {
        request.desired_identifier_type = value.get<int>();
      } else if (name == "atrl") {
        request.attribute_list = value.get<Texts>();
      } else if (name == "fc") {
        set_filter(request, value);
      } else if (name == "gid") {
        request.group_request_identifier = value.get<std::string>();
      } else if (name == "grtm") {
        request.group_request_target_members = value.get<Texts>();
      } else if (name == "rids") {
        request.role_ids = value.get<Texts>();
      } else if (name == "address") {
        request.peer.address = value.get<std::string>();
      } else {
        ADD_FAILURE() << "the script knows no parameter " << name;
      }
    }
  }
  static void set_filter(onem2m::Request& request, const Json& value) {
    auto criteria = onem2m::filter_criteria_from_json(value);
    ASSERT_TRUE(criteria) << criteria.error().detail;
    request.filter_criteria = std::move(*criteria);
  }

  [[nodiscard]] Line read(const std::string& text) const {
    Line line;
    std::istringstream in(text);
    std::string word;
    in >> word;
    line.request.operation = operation_of(word);
    if (line.request.operation == onem2m::Operation::Create) {
      int type = 0;
      in >> type;
      line.request.resource_type = type;
    }
    in >> line.request.to;
    line.request.from = originator_;
    while ((in >> std::ws).peek() == '{' || (in >> word && word != "->")) {
      if (in.peek() == '{') {
        in >> line.request.content;
      } else if (word == "by") {
        in >> line.request.from;
      } else if (word == "with") {
        set_parameters(line.request, read_value(in));
      }
    }
    in >> line.expected;
    while (in >> std::ws && in.peek() != std::istringstream::traits_type::eof()) read_check(in, line);
    return line;
  }
  static Json read_value(std::istream& in) {
    Json value;
    in >> value;
    return value;
  }
  static void read_check(std::istream& in, Line& line) {
    std::string what;
    for (int c = in.get(); c != std::istringstream::traits_type::eof() && c != '=' && c != ' '; c = in.get())
      what += static_cast<char>(c);
    if (what == "as") {
      in >> line.name;
    } else if (what.ends_with('!')) {
      line.checks.emplace_back(what, nullptr);
    } else {
      line.checks.emplace_back(what, read_value(in));
    }
  }

  void run_line(const std::string& text) {
    Line line = read(replaced(text));
    SCOPED_TRACE(text);
    const onem2m::Response response = cse_.ask(line.request);
    ASSERT_EQ(rsc(response), line.expected) << response.content.dump();
    const bool has_member = response.content.is_object() && response.content.size() == 1;
    const Json inner = has_member ? *response.content.begin() : Json{};
    if (!line.name.empty()) names_[line.name] = inner.value("ri", std::string{});
    for (const auto& [what, expected] : line.checks) check(response.content, inner, what, expected);
  }

  static void check(const Json& content, const Json& inner, const std::string& what, const Json& expected) {
    if (what.ends_with('!')) {
      EXPECT_FALSE(inner.contains(what.substr(0, what.size() - 1))) << what << " in " << content.dump();
      return;
    }
    const bool size = what.starts_with('#');
    const std::string path = size ? what.substr(1) : what;
    const Json& root = path.starts_with('/') ? content : inner;
    const Json::json_pointer pointer(path.starts_with('/') ? path : '/' + path);
    const Json found = path.empty() ? content : root.contains(pointer) ? root.at(pointer) : Json{};
    EXPECT_EQ(size ? Json(found.size()) : found, expected) << what << " in " << content.dump();
  }

  TestCse& cse_;
  std::string originator_;
  std::map<std::string, std::string> names_;
};

/// A test purpose: a name, and a script of which every line must end as it says.
struct Purpose {
  const char* name;
  const char* script;
};
inline void PrintTo(const Purpose& purpose, std::ostream* out) { *out << purpose.name; }
inline std::string purpose_name(const ::testing::TestParamInfo<Purpose>& info) { return info.param.name; }

/// Two AEs, Cowner with the containers one and two ($one, $two; $ae is the AE's address) and Cother, and what a purpose asks.
struct PurposeTest : ::testing::TestWithParam<Purpose> {
  void run() {
    RequestScript script(cse, "Cowner");
    script.name("ae", cse.add_ae("Cowner"));
    cse.add_ae("Cother");
    for (const char* name : {"one", "two"})
      script.name(name, cse.retrieve(cse.add_container("cse-mn/Cowner", name, "Cowner")).content["m2m:cnt"]["ri"]);
    script.run(GetParam().script);
  }
  TestCse cse;
};

}  // namespace edgecse::test
