// What is wrong with a question is said where it stands.
#include <gtest/gtest.h>

#include "size_questions.h"

namespace {

using namespace weft;

std::string refused(const std::string& rest) {
  try {
    test::sized(test::small_question(rest));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "nothing";
}

struct BadQuestion {
  std::string rest;
  std::string says;
};
class BadQuestions : public testing::TestWithParam<BadQuestion> {};

TEST_P(BadQuestions, AreRefused) {
  const auto text = refused(GetParam().rest);
  EXPECT_NE(text.find(GetParam().says), std::string::npos) << text;
  EXPECT_NE(text.find("test.yaml:"), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadQuestions,
    testing::Values(
        BadQuestion{"offer: [dgx_h100]\n", "'targets' is missing"},
        BadQuestion{"targets: {power: 4 MW}\noffer: [dgx_h100]\n", "'targets' needs a time"},
        BadQuestion{"targets: {time: 60}\noffer: [dgx_h100]\n", "has no unit"},
        BadQuestion{"targets: {time: \"< 60\"}\noffer: [dgx_h100]\n", "'60' has no unit"},
        BadQuestion{"targets: {time: \"< 60 MW\"}\noffer: [dgx_h100]\n", "a time is expected"},
        BadQuestion{"targets: {time: 60 d, power: \"< 40\"}\noffer: [dgx_h100]\n", "a power"},
        BadQuestion{"targets: {time: 60 d, budget: \"< 40\"}\noffer: [dgx_h100]\n", "has no unit"},
        BadQuestion{"targets: {time: 60 d, budget: \"< 2 GXYZ\"}\noffer: [dgx_h100]\n", "XYZ"},
        BadQuestion{"targets: {time: 0 d}\noffer: [dgx_h100]\n", "0"},
        BadQuestion{"targets: {time: 60 d, powr: 1 MW}\noffer: [dgx_h100]\n", "power"},
        BadQuestion{"targets: {time: 60 d}\noffers: [dgx_h100]\n", "offer"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h10]\n", "dgx_h100"},
        BadQuestion{"targets: {time: 60 d}\noffer: [{facility: us_hyperscale}]\n",
                    "missing key 'use'"},
        BadQuestion{"targets: {time: 60 d}\noffer: [{use: dgx_h100, facilty: x}]\n", "facility"},
        BadQuestion{"targets: {time: 60 d}\noffer: [{use: dgx_h100, hosts: 4}]\n",
                    "how many hosts is what is sought"},
        BadQuestion{"targets: {time: 60 d}\noffer: [{mixed: [{use: dgx_h100}]}]\n", "no one size"},
        BadQuestion{"targets: {time: 60 d}\noffer: [{use: dgx_h100, oversubscription: 0.5}]\n",
                    "1 or more"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nfind: largest\n", "smallest"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nfind: [smallest, tokens]\n",
                    "different questions"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nfind: model\n", "needs 'models'"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nmodels: [llama3_8b]\n",
                    "only of 'find: model'"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nfind: fastest\n",
                    "the time is what is sought"},
        BadQuestion{"targets: {}\noffer: [dgx_h100]\nfind: fastest\n", "no more of"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nspares: 5 d\n", "test.yaml"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nspares: {repairs: nobody}\n",
                    "nobody"},
        BadQuestion{"targets: {time: 60 d}\noffer: [dgx_h100]\nsizes: some\n", "every"}));

}  // namespace
