#include "builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::size {

namespace {

using base::Document;
using base::Node;

// Of an offer; everything else in it is of an entry of `clusters:`.
constexpr std::array<std::string_view, 2> kOwnKeys = {"oversubscription", "most"};

Document with_member(const Document& document, const Node& from, const char* key) {
  const auto value = from.find(key);
  return value ? base::with_value(document, key, *value) : document;
}

Document with_entry(Document document, const Offer& offer) {
  if (!offer.node.is_map()) return base::with_value(document, "clusters.use", offer.node);
  for (std::size_t i = 0; i < offer.node.size(); ++i) {
    const auto key = offer.node.key(i);
    if (std::find(kOwnKeys.begin(), kOwnKeys.end(), key) != kOwnKeys.end()) continue;
    document = base::with_value(document, fmt::format("clusters.{}", key), offer.node.item(i));
  }
  return document;
}

// What is sought of a job need not be written in it.
Document with_defaults(Document document, const Question& question) {
  const auto job = document.root().find("job");
  if (question.seeks(Aim::kModel) && !question.models.empty() && !job->find("model")) {
    document = base::with_value(document, "job.model", question.models.front());
  }
  if ((question.seeks(Aim::kTokens) || question.per_parameter) && !job->find("tokens")) {
    const auto any = Document::parse("tokens: 1 T\n", "size");
    document = base::with_value(document, "job.tokens", *any.root().find("tokens"));
  }
  return document;
}

// The outermost network that grows with the cluster.
std::string path_of_oversubscription(const Document& cluster, const Node& where) {
  const auto fabric = cluster.root().find("fabric");
  const auto out = fabric && fabric->is_map() ? fabric->find("scale_out") : std::nullopt;
  auto tier = out;
  std::string path = "fabric.scale_out";
  if (out && out->is_list() && out->size() > 0) {
    tier = out->item(out->size() - 1);
    path += fmt::format("[{}]", out->size() - 1);
  }
  const auto kind = tier && tier->is_map() ? tier->find("kind") : std::nullopt;
  if (kind && (kind->text() == "fat_tree" || kind->text() == "switch")) {
    return path + ".oversubscription";
  }
  throw base::InputError({{where.position(), where.length(),
                           "the outermost network of this cluster has no switches that could be "
                           "oversubscribed",
                           ""}});
}

base::Catalog catalog_for(const base::Catalog& catalog, const Offer& offer,
                          const std::optional<Node>& oversubscription) {
  if (!oversubscription) return catalog;
  const auto name = offer.node.is_map() ? offer.node.find("use") : std::optional(offer.node);
  const auto cluster = catalog.load("cluster", std::string(name->text()), name);
  const auto path = path_of_oversubscription(cluster, *oversubscription);
  return catalog.with({base::Override{"cluster", offer.name, path, *oversubscription}});
}

}  // namespace

Builder::Builder(const Question& question, const Offer& offer,
                 const std::optional<Node>& oversubscription, const base::Catalog& catalog,
                 base::Reading& reading)
    : question_(&question),
      offer_(&offer),
      catalog_(catalog_for(catalog, offer, oversubscription)),
      reading_(&reading) {
  // A plan may be none for one unit.
  one_unit_ = read(study("", {}, false));
  unit_hosts_ = one_unit_->study->cases.front().cluster.hosts;
  const auto name = offer.node.is_map() ? offer.node.find("use") : std::optional(offer.node);
  const auto document = catalog_.load("cluster", std::string(name->text()), name);
  const auto unit = document.root().find("unit");
  const auto word = unit && unit->is_map() ? unit->find("name") : std::nullopt;
  if (word) unit_ = std::string(word->text());
}

// Everything but the size stands where it was written.
Document Builder::study(const std::string& size, const JobChange& change, bool has_plan) const {
  const auto& root = question_->document.root();
  auto document = Document::parse("kind: study\n", "size");
  for (const char* key : {"job", "search", "campaign", "cost"}) {
    document = with_member(document, root, key);
  }
  if (has_plan) document = with_member(document, root, "plan");
  document = with_entry(std::move(document), *offer_);
  document = with_defaults(std::move(document), *question_);
  if (change.model) document = base::with_value(document, "job.model", *change.model);
  if (change.tokens) {
    const auto tokens = Document::parse(fmt::format("tokens: {:.17g}\n", *change.tokens), "size");
    document = base::with_value(document, "job.tokens", *tokens.root().find("tokens"));
  }
  if (size.empty()) return document;
  const auto written = Document::parse(size, "size");
  return base::with_value(document, fmt::format("clusters.{}", written.root().key(0)),
                          written.root().item(0));
}

// With a reading of its own, so that a size that cannot be built leaves no errors behind; what is
// uncertain is drawn by the one that was given.
cost::Question Builder::read(const Document& study) {
  base::Reading attempt([this](const std::string& path, const base::Distribution& distribution) {
    return reading_->draw(path, distribution);
  });
  auto question = cost::read_question(study, catalog_, attempt);
  attempt.throw_if_any();
  return question;
}

std::optional<cost::Question> Builder::at(std::int64_t hosts, const JobChange& change) {
  const bool is_whole = unit_ != "host" && hosts % unit_hosts_ == 0;
  const auto size = is_whole ? fmt::format("{}s: {}\n", unit_, hosts / unit_hosts_)
                             : fmt::format("hosts: {}\n", hosts);
  try {
    return read(study(size, change, true));
  } catch (const base::InputError& error) {
    last_error_ = std::current_exception();
    why_not_ = error.diagnostics().front().message;
    return std::nullopt;
  }
}

cost::Question Builder::as_offered(const JobChange& change) {
  return read(study("", change, true));
}

void Builder::give_up() const { std::rethrow_exception(last_error_); }

}  // namespace weft::size
