// The whole seconds that the first cluster of a study needs for its job: duration STUDY.yaml
#include <iostream>

#include "weft/base/parallel.h"
#include "weft/study/run.h"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: duration STUDY.yaml\n";
    return 2;
  }
  const weft::base::Catalog catalog({CONFIGS});
  weft::base::Reading reading;
  const auto study = weft::study::read_study(catalog.load_file(argv[1], "study"), catalog, reading);
  reading.throw_if_any();
  const auto results = weft::study::run(study, weft::base::ThreadTeam(0));
  if (!results.front().outcome) {
    std::cerr << results.front().reason << '\n';
    return 3;
  }
  const auto& goodput = results.front().outcome->goodput;
  std::cout << static_cast<long long>(goodput.wall.si()) << '\n';
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
