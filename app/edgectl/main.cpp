// SPDX-License-Identifier: Apache-2.0
//
// edgectl: the operator's and developer's tool. Exit status: 0 done, 1 refused, 2 wrong use.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "verbs.hpp"

namespace {

using namespace edgecse::edgectl;

struct CommandLine {
  Settings settings;
  std::string address = "-";
  std::string type;
  std::string attributes;
  std::optional<int> result_content;
  unsigned depth = 0;
  Representation representation;
  Watch watch;
  std::function<int(McaClient&)> run;
};

void add_resource_verbs(CLI::App& app, CommandLine& line) {
  const std::string about_address = "resource: a/b, ri, /cse-id/a or //sp/cse-id/a; - is the CSEBase";
  auto* tree = app.add_subcommand("tree", "what is below a resource");
  tree->add_option("address", line.address, about_address);
  tree->add_option("--depth", line.depth, "levels; 0: all");
  tree->callback([&] { line.run = [&](McaClient& c) { return show_tree(c, line.address, line.depth); }; });

  auto* get_verb = app.add_subcommand("get", "RETRIEVE a resource");
  get_verb->add_option("address", line.address, about_address);
  get_verb->add_option("--attributes", line.attributes, "short names, separated by commas");
  get_verb->add_option("--rcn", line.result_content, "resultContent");
  get_verb->callback([&] { line.run = [&](McaClient& c) { return get(c, line.address, line.attributes, line.result_content); }; });

  const auto add_representation = [&line](CLI::App* verb) {
    verb->add_option("attributes", line.representation.assignments, "ATTRIBUTE=VALUE, short names; VALUE as JSON or text");
    verb->add_option("--json", line.representation.json, "all attributes as a JSON object, or @FILE");
  };
  auto* create_verb = app.add_subcommand("create", "CREATE a resource");
  create_verb->add_option("parent", line.address, about_address)->required();
  create_verb->add_option("type", line.type, "resource type: number or short name (cnt, cin, sub, ae ...)")->required();
  add_representation(create_verb);
  create_verb->callback([&] { line.run = [&](McaClient& c) { return create(c, line.address, line.type, line.representation); }; });

  auto* update_verb = app.add_subcommand("update", "UPDATE a resource; VALUE null removes an attribute");
  update_verb->add_option("address", line.address, about_address)->required();
  add_representation(update_verb);
  update_verb->callback([&] { line.run = [&](McaClient& c) { return update(c, line.address, line.representation); }; });

  auto* delete_verb = app.add_subcommand("delete", "DELETE a resource and everything below it");
  delete_verb->add_option("address", line.address, about_address)->required();
  delete_verb->callback([&] { line.run = [&](McaClient& c) { return remove(c, line.address); }; });
}

void add_other_verbs(CLI::App& app, CommandLine& line) {
  auto* watch_verb = app.add_subcommand("watch", "print a line per notification until Ctrl-C");
  watch_verb->add_option("address", line.watch.address, "resource to subscribe to")->required();
  watch_verb->add_option("--listen", line.watch.listen, "address:port for the notifications")->capture_default_str();
  watch_verb->add_option("--callback", line.watch.callback, "URL by which the CSE reaches --listen");
  watch_verb->add_option("--count", line.watch.count, "stop after so many");
  watch_verb->callback([&] { line.run = [&](McaClient& c) { return watch(c, line.watch); }; });

  auto* handover = app.add_subcommand("handover", "moves of devices between CSEs");
  handover->require_subcommand(1);
  handover->add_subcommand("list", "moves that this CSE takes part in")->callback([&] { line.run = list_handovers; });
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  CLI::App app("edgectl: looks at a CSE and changes it, as any AE may.");
  app.add_option("--cse", line.settings.cse, "URL of the CSE")->envname("EDGECTL_CSE")->capture_default_str();
  app.add_option("--originator", line.settings.originator, "who asks: AE-ID-Stem or CSE-ID")
      ->envname("EDGECTL_ORIGINATOR")->capture_default_str();
  app.add_option("--release", line.settings.release, "X-M2M-RVI")->capture_default_str();
  app.add_option("--ca-file", line.settings.ca_file, "PEM file for https");
  app.require_subcommand(1);
  add_resource_verbs(app, line);
  add_other_verbs(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    McaClient client(line.settings);
    return line.run(client);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
