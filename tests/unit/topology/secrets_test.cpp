// A canary in an option that is declared secret, with a source that says it wherever it can.
#include "topology/yaml/loader.hpp"

#include "records/option_value.hpp"
#include "tests/support/catch.hpp"
#include "topology/explain.hpp"
#include "topology/planner.hpp"

using namespace millrace;

namespace {

const std::string kCanary = "tweety-bird-7";

SourceType vault() {
  OptionDeclaration password = declare("password", OptionType::Text, "", "Opens the vault.");
  password.secret = true;
  SourceType type;
  type.name = "vault";
  type.options = {password, declare("door", OptionType::Integer, "1", "Which one.")};
  type.plan = [](const SourceRequest& request) -> Result<PlannedSource> {
    const std::string word = text_option(request.options, "password", "");
    if (text_option(request.options, "door", "") == "13")
      return option_error(request.options, "password", "vault: no door for '" + word + "'",
                          "do not use " + word);
    PlannedSource planned;
    planned.schema = {{{"value", TypeKind::String}}};
    planned.description = "Vault[" + word + "]";
    planned.make = [] { return nullptr; };
    return planned;
  };
  return type;
}

struct Vault {
  std::vector<SourceType> sources{vault()};
  Catalog catalog = [this] {
    Catalog made = Catalog::builtin();
    made.sources = &sources;
    return made;
  }();

  LoadedTopology load(const std::string& more, std::vector<std::string> overrides = {}) const {
    return load_topology({"sources: {in: {type: vault, password: " + kCanary + more +
                              "}}\nsinks: {out: {from: in, type: noop}}\n",
                          "job.yaml", "/jobs", std::move(overrides), {}},
                         catalog);
  }
  Analysis analyzed(const LoadedTopology& loaded) const {
    Catalog named = catalog;
    named.names = loaded.views;
    return analyze(loaded.outputs, named, loaded.settings);
  }
};

bool shows_canary(const std::string& text) { return text.find(kCanary) != std::string::npos; }

}  // namespace

TEST_CASE("a secret of a topology file does not show where its line is quoted") {
  const Vault vault;

  const auto loaded = vault.load(", nonsense: 1", {"sources.in.door=x", "sources.in.password=" + kCanary});

  REQUIRE_FALSE(loaded.ok());
  CHECK_FALSE(shows_canary(render_diagnostics(loaded.errors, loaded.texts)));
  for (const auto& [name, text] : loaded.texts) CHECK_FALSE(shows_canary(text));
}

TEST_CASE("an error of the source about its secret does not show it") {
  const Vault vault;
  const auto loaded = vault.load(", door: 13");
  REQUIRE(loaded.ok());

  const Analysis analysis = vault.analyzed(loaded);

  REQUIRE(analysis.errors.size() == 1);
  CHECK(shows_canary(analysis.errors[0].message));
  const std::string shown = render_diagnostic(loaded.located(analysis.errors[0]), loaded.texts);
  CHECK_FALSE(shows_canary(shown));
  CHECK(shown.find("no door for '*****'") != std::string::npos);
}

TEST_CASE("explain shows stars in place of a secret") {
  const Vault vault;
  const auto loaded = vault.load("");
  const Analysis analysis = vault.analyzed(loaded);
  REQUIRE(analysis.ok());
  const auto plan = plan_execution(analysis.plan, loaded.settings);
  REQUIRE(plan.ok());

  for (const ExplainFormat format : {ExplainFormat::Tree, ExplainFormat::Json}) {
    const std::string text = explain(loaded.outputs, *plan, loaded.settings, format);
    CHECK(shows_canary(text));
    CHECK_FALSE(shows_canary(loaded.secrets.hidden(text)));
  }
}
