// SPDX-License-Identifier: Apache-2.0
//
// edgectl: the operator's and developer's tool. Exit status: 0 done, 1 refused, 2 wrong use.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "mec_verbs.hpp"
#include "package_verbs.hpp"
#include "store_verbs.hpp"
#include "verbs.hpp"

namespace {

using namespace edgecse::edgectl;
namespace package = edgecse::package;

struct CommandLine {
  Settings settings;
  std::string address = "-";
  std::string type;
  std::string attributes;
  std::optional<int> result_content;
  unsigned depth = 0;
  Representation representation;
  Watch watch;
  package::Ingredients ingredients;
  std::string output = "edgecse.csar";
  Verification verification;
  Management management;
  ManagementClient::Instance instance;
  std::string configuration_file;
  std::string running;  // appInstanceId
  unsigned grace_s = 30;
  std::string admin = "http://127.0.0.1:9464";
  std::string backup, store;
  std::vector<std::string> overrides;
  bool set_aside = false;
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

void add_package_build(CLI::App& verbs, CommandLine& line) {
  auto* build = verbs.add_subcommand("build", "make the package; the same ingredients give the same bytes");
  package::Ingredients& from = line.ingredients;
  build->add_option("--output", line.output, "file")->capture_default_str();
  build->add_option("--appd", from.descriptors, "folder of the descriptors")->capture_default_str();
  build->add_option("--chart", from.chart, "folder of the Helm chart")->capture_default_str();
  build->add_option("--licence", from.licence, "file")->capture_default_str();
  build->add_option("--image", from.image, "reference that the edge pulls")->capture_default_str();
  build->add_option("--image-archive", from.image_archive, "file of podman save: the image goes into the package");
  build->add_option("--certificate", from.certificate, "PEM file: sign as this one");
  build->add_option("--key", from.key, "PEM file of its key");
  build->add_option("--time", from.time, "of the release, seconds since 1970")->envname("SOURCE_DATE_EPOCH")->capture_default_str();
  build->callback([&] { line.run = [&](McaClient&) { return build_package(line.ingredients, line.output); }; });
}

void add_package_verbs(CLI::App& app, CommandLine& line) {
  auto* verbs = app.add_subcommand("package", "the MEC application package: make it, check it, run it (MEC 037, MEC 010-2)");
  verbs->require_subcommand(1);
  add_package_build(*verbs, line);
  auto* verify = verbs->add_subcommand("verify", "check a package as an orchestrator would");
  verify->add_option("file", line.verification.file, "the package")->required();
  verify->add_option("--ca-file", line.verification.authorities_file, "PEM file: whose signatures count");
  verify->add_flag("--require-signature", line.verification.signature_required, "refuse an unsigned package");
  verify->callback([&] { line.run = [&](McaClient&) { return verify_package(line.verification); }; });

  const auto add_management = [&line](CLI::App* verb) {
    verb->add_option("--meo", line.management.root, "URL of the orchestrator, above app_pkgm/v1 and app_lcm/v1")
        ->envname("EDGECTL_MEO")->capture_default_str();
    verb->add_option("--patience", line.management.patience_s, "seconds to wait for it")->capture_default_str();
  };
  auto* onboard = verbs->add_subcommand("onboard", "give the package to the orchestrator; prints the appDId");
  onboard->add_option("file", line.verification.file, "the package")->required();
  add_management(onboard);
  onboard->callback([&] { line.run = [&](McaClient&) { return onboard_package(line.management, line.verification.file); }; });

  auto* instantiate = verbs->add_subcommand("instantiate", "run it on a MEC host; prints the appInstanceId");
  instantiate->add_option("application", line.instance.application, "appDId")->required();
  instantiate->add_option("--host", line.instance.host, "name of the MEC host")->required();
  instantiate->add_option("--name", line.instance.name, "appInstanceName");
  instantiate->add_option("--config", line.configuration_file, "configuration file of the instance");
  add_management(instantiate);
  instantiate->callback([&] {
    line.run = [&](McaClient&) { return instantiate_package(line.management, line.instance, line.configuration_file); };
  });

  auto* terminate = verbs->add_subcommand("terminate", "end an instance");
  terminate->add_option("instance", line.running, "appInstanceId")->required();
  terminate->add_option("--grace", line.grace_s, "seconds that it has to end by itself; 0: by force")->capture_default_str();
  add_management(terminate);
  terminate->callback([&] {
    line.run = [&](McaClient&) { return terminate_instance(line.management, line.running, std::chrono::seconds{line.grace_s}); };
  });
}

void add_store_verbs(CLI::App& app, CommandLine& line) {
  auto* verbs = app.add_subcommand("store", "backups of a CSE's store");
  verbs->require_subcommand(1);
  auto* back_up = verbs->add_subcommand("backup", "let the running CSE make one; prints its folder");
  back_up->add_option("--admin", line.admin, "admin.listen of the CSE, as URL")->envname("EDGECTL_ADMIN")->capture_default_str();
  back_up->callback([&] { line.run = [&](McaClient&) { return back_up_store(line.admin); }; });
  auto* check = verbs->add_subcommand("check", "read every row and checksum of a backup, or of a store that no CSE has open");
  check->add_option("folder", line.store, "the store")->required();
  check->callback([&] { line.run = [&](McaClient&) { return check_store(line.store); }; });
  auto* restore = verbs->add_subcommand("restore", "put a backup where a CSE will look for its store");
  restore->add_option("backup", line.backup, "folder of the backup")->required();
  restore->add_option("folder", line.store, "store.path of the CSE: empty, or not there")->required();
  restore->add_flag("--set-aside", line.set_aside, "keep a store that is there under another name beside it");
  restore->callback([&] {
    line.run = [&](McaClient&) { return restore_store(line.backup, line.store, line.set_aside); };
  });
}

void add_mec_verbs(CLI::App& app, CommandLine& line) {
  auto* verbs = app.add_subcommand("mec", "the MEC platform of a CSE");
  verbs->require_subcommand(1);
  auto* check = verbs->add_subcommand("check", "try, step by step, what a CSE needs of its platform; removes what it made");
  check->add_option("--config", line.configuration_file, "configuration file of the CSE")->required();
  check->add_option("--set", line.overrides, "KEY=VALUE, wins over environment and file")->allow_extra_args(false);
  check->callback([&] { line.run = [&](McaClient&) { return check_platform(line.configuration_file, line.overrides); }; });
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
  auto* key = app.add_option("--key-file", line.settings.key_file, "PEM file: key of our own certificate");
  app.add_option("--certificate-file", line.settings.certificate_file, "PEM file: shown to a CSE that asks its clients who they are")
      ->needs(key);
  app.require_subcommand(1);
  add_resource_verbs(app, line);
  add_other_verbs(app, line);
  add_package_verbs(app, line);
  add_store_verbs(app, line);
  add_mec_verbs(app, line);
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
