#include "asking.h"

namespace weft::uncertainty {

void Asking::each(std::size_t count, const Values& values, const Take& take,
                  const std::string& what) {
  base::Progress progress(what, count, !what.empty());
  team_.for_each(count, [&](std::size_t point, int thread) {
    take(point, rows_at(values(point), static_cast<std::size_t>(thread)));
    progress.advance(1);
  });
}

std::vector<ask::Row> Asking::rows_at(std::vector<double> values, std::size_t thread) {
  if (inputs_.asked == 0) return question_.base();
  auto& session = sessions_[thread];
  if (!session) session.emplace(question_);
  values.resize(inputs_.asked);
  return session->ask({{}, std::move(values)});
}

std::vector<double> modes_of(const Inputs& inputs) {
  std::vector<double> modes;
  for (const auto& input : inputs.all) modes.push_back(input.distribution.mode);
  return modes;
}

}  // namespace weft::uncertainty
