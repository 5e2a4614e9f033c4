// What a launch script may be made of, and what is wrong with it.
#include <gtest/gtest.h>

#include <string>

#include "fixtures.h"

namespace weft::imports::script_test {
namespace {

using testing::error_of;

// A launch whose tensor degree is what `script` makes of the word `$TP`.
std::string with_launch(const std::string& script, const std::string& word = "$TP") {
  return script +
         "\ntorchrun --nproc_per_node 8 --nnodes 8 pretrain_gpt.py --num-layers 4 --hidden-size "
         "512 "
         "--num-attention-heads 64 --seq-length 64 --vocab-size 64 --micro-batch-size 1 "
         "--global-batch-size 64 --train-iters 1 --bf16 --tensor-model-parallel-size " +
         word + "\n";
}

Launch launch_of(const std::string& text,
                 const std::map<std::string, std::string>& variables = {}) {
  LaunchSettings settings;
  settings.variables = variables;
  return read_launch(testing::text(text), "test", settings);
}

int tensor(const std::string& script, const std::string& word = "$TP") {
  return launch_of(with_launch(script, word)).plan.tensor;
}

std::string error_in(const std::string& text) {
  return error_of([&] { launch_of(text); });
}

void expect_error(const std::string& text, const std::string& part) {
  const auto error = error_in(text);
  EXPECT_NE(error.find(part), std::string::npos) << text << "\n" << error;
}

TEST(Script, Variables) {
  EXPECT_EQ(tensor("TP=4"), 4);
  EXPECT_EQ(tensor("TP=4; TP=8"), 8);
  EXPECT_EQ(tensor("export TP=4 X=2"), 4);
  EXPECT_EQ(tensor("A=4\nTP=$A"), 4);
  EXPECT_EQ(tensor("A=1 B=6\nTP=$A${B}"), 16);
  EXPECT_EQ(tensor("TP=\"4\""), 4);
  EXPECT_EQ(tensor("TP='4'"), 4);
  EXPECT_EQ(tensor("TP=${TP:-2}"), 2);
  EXPECT_EQ(tensor("TP=${1:-2}"), 2);
  EXPECT_EQ(tensor("TP=\nTP=${TP:-2}"), 2);
  EXPECT_EQ(tensor("", "${TP:=4}"), 4);
  EXPECT_EQ(tensor("X=1\nTP=${X:+8}"), 8);
  EXPECT_EQ(tensor("TP=1\nTP+=6"), 16);
  EXPECT_EQ(tensor("D=(1 2 4)\nTP=${D[2]}"), 4);
  EXPECT_EQ(tensor("D=(1 2)\nD+=(4 8)\nTP=${#D[@]}"), 4);
  EXPECT_EQ(launch_of(with_launch(""), {{"TP", "8"}}).plan.tensor, 8);
  EXPECT_EQ(launch_of(with_launch("TP=$2"), {{"1", "4"}, {"2", "8"}}).plan.tensor, 8);
}

TEST(Script, Arithmetic) {
  EXPECT_EQ(tensor("TP=$((2*4))"), 8);
  EXPECT_EQ(tensor("A=2\nTP=$((A * ($A+2)))"), 8);
  EXPECT_EQ(tensor("A=16\nTP=$(( A / 3 - 1 ))"), 4);
  EXPECT_EQ(tensor("TP=$((2**3))"), 8);
  EXPECT_EQ(tensor("TP=$((17 % 9))"), 8);
  EXPECT_EQ(tensor("A='2 + 2'\nTP=$((A))"), 4);
  EXPECT_EQ(tensor("TP=$(( 3 > 2 ))"), 1);
  EXPECT_EQ(tensor("TP=1\n((TP = TP * 4))\n((TP++))\n((TP -= 1))"), 4);
  EXPECT_EQ(tensor("let TP=2+2"), 4);
}

TEST(Script, Conditions) {
  EXPECT_EQ(tensor("TP=1\nif [ $TP -eq 1 ]; then TP=2; else TP=4; fi"), 2);
  EXPECT_EQ(
      tensor("TP=1\nif [[ $TP == 2 ]]; then TP=2; elif [[ $TP < 2 ]]; then TP=8; else TP=4; fi"),
      8);
  EXPECT_EQ(tensor("if [ -z \"$TP\" ]; then\n  TP=4\nfi"), 4);
  EXPECT_EQ(tensor("M=7B\ncase $M in\n 7B|8B) TP=2;;\n 70B) TP=8 ;;\n *) TP=1\nesac"), 2);
  EXPECT_EQ(tensor("M=70B\ncase $M in (7?) TP=2;; 7*) TP=8 ;; esac"), 8);
  EXPECT_EQ(tensor("TP=1\n[ $TP = 1 ] && TP=4"), 4);
  EXPECT_EQ(tensor("TP=1\n[ $TP = 2 ] || TP=4"), 4);
  EXPECT_EQ(tensor("TP=2\nif ! [ $TP -gt 1 -a $TP -lt 4 ]; then TP=8; fi"), 2);
  EXPECT_EQ(tensor("if [ ! -d logs ]; then mkdir logs; fi\nTP=2"), 2);
}

TEST(Script, LoopsAndFunctions) {
  EXPECT_EQ(tensor("for TP in 1 2 4; do echo $TP; done"), 4);
  EXPECT_EQ(tensor("TP=1\nwhile [ $TP -lt 8 ]; do TP=$((TP*2)); done"), 8);
  EXPECT_EQ(tensor("TP=1\nuntil [ $TP -ge 8 ]; do TP=$((TP*2)); done"), 8);
  EXPECT_EQ(tensor("set_tp() {\n  TP=$1\n}\nset_tp 4"), 4);
  EXPECT_EQ(tensor("function set_tp {\n  TP=$1\n}\nset_tp 4"), 4);
  EXPECT_EQ(launch_of(with_launch("TP=1\nwhile [[ $# -gt 0 ]]; do\n case $1 in\n --tp) TP=$2; "
                                  "shift;;\n esac\n shift\ndone"),
                      {{"1", "--tp"}, {"2", "4"}})
                .plan.tensor,
            4);
}

TEST(Script, WhatDoesNotMatterIsPassedOver) {
  EXPECT_EQ(
      tensor(
          "TP=2\ncat <<EOF > file\n--num-layers 3 'unclosed\nEOF\nsource env.sh > /dev/null 2>&1"),
      2);
  EXPECT_EQ(tensor("D=$(date +\"%y (%m)\")\nN=`hostname`\nTP=2\nmkdir -p \"$D/$N\" && cd $D"), 2);
  EXPECT_EQ(tensor("TP=2 # a comment with 'quotes\n# and \"more"), 2);
  EXPECT_EQ(tensor("TP=2\necho --num-layers 3 --hidden-size 4"), 2);
  EXPECT_EQ(tensor("TP=2\r\nX=3\r"), 2) << "line ends of Windows";
  EXPECT_EQ(launch_of(with_launch("TP=2\nL=$(ls)", "$TP --save $L/ckpt --data-path $UNSET/a $X b"))
                .plan.tensor,
            2);
}

TEST(Script, FilesThatAreReadInAreListed) {
  const auto notes = launch_of(with_launch("TP=2\nsource \"env.sh\"")).notes;
  ASSERT_EQ(notes.unknown.size(), 1u);
  EXPECT_EQ(to_text(notes.unknown.front()),
            "test:2:9: source env.sh: what this file sets is not known here");
}

TEST(Script, CommandsInsideOfTexts) {
  const std::string flags =
      "--num-layers 4 --hidden-size 512 --num-attention-heads 64 --seq-length 64 --vocab-size 64 "
      "--micro-batch-size 1 --global-batch-size 64 --train-iters 1 --bf16 --nproc_per_node 8 "
      "--nnodes 2 "
      "--tensor-model-parallel-size 4";
  EXPECT_EQ(launch_of("O=\"" + flags + "\"\nC=\"torchrun pretrain.py $O\"\necho $C\neval $C\n")
                .plan.tensor,
            4);
  EXPECT_EQ(launch_of("srun -l bash -c \"torchrun pretrain.py " + flags + "\"\n").plan.tensor, 4);
}

TEST(Script, MissingValuesAreLocatedWhereTheyComeFrom) {
  expect_error(with_launch("\nTP=$FOO"),
               "test:2:4: error: FOO is not set, but --tensor-model-parallel-size needs it");
  expect_error(with_launch("TP=$(nproc)"),
               "test:1:4: error: the output of a command is not known here");
  expect_error(with_launch("TP=`nproc`"), "the output of a command");
  expect_error(with_launch("TP=$3"), "argument 3 of the script is not given");
  expect_error(with_launch("N=$(nproc)\nTP=$((N/2))"), "test:1:3: error: the output of a command");
  expect_error(with_launch("TP=$((FOO*2))"), "FOO is not set");
  expect_error(with_launch("TP=${A//x/y}"), "this form of ${…}");
  expect_error(with_launch("TP=2", "$TP $EXTRA"),
               "EXTRA is not set, but the list of arguments needs it");
  expect_error(with_launch("if [ -f x ]; then TP=2; else TP=4; fi"),
               "what TP holds is not known here");
  expect_error(with_launch("grep -q x y && TP=2\nfor ((i=0;i<2;i++)); do TP=$i; done"),
               "what TP holds");
}

TEST(Script, WhetherItRunsMustBeKnown) {
  expect_error("if [ -f x ]; then\n" + with_launch("TP=2") + "fi",
               "whether this command runs is not known");
}

TEST(Script, Broken) {
  expect_error(with_launch("TP='2"), "test:1:4: error: this quote is never closed");
  expect_error("A=\"x\nB=3", "test:1:3: error: this quote is never closed");
  expect_error("A=(1 2\n", "test:1:3: error: this parenthesis is never closed");
  expect_error("A=${B", "'${' is never closed");
  expect_error("A=$((1+2", "'((' is never closed");
  expect_error("A=$(ls", "this parenthesis is never closed");
  expect_error("A=`ls", "this quote is never closed");
  expect_error("if [ 1 = 1 ]; then A=2", "test:1:1: error: 'if' without a 'fi'");
  expect_error("for i in 1 2; do A=2", "'loop' without a 'done'");
  expect_error("case x in x) A=2", "'case' without an 'esac'");
  expect_error("[[ a == b", "'[[' is never closed");
  expect_error("f() { A=2", "this bracket is never closed");
  expect_error("A=$((1/0))", "test:1:6: error: a division by zero");
  expect_error("A=$((9999999999*9999999999))", "does not fit 64 bits");
  expect_error("A=$((2 +))", "a number is missing");
  expect_error("A=A\nB=$((A))", "refers to itself");
  expect_error(")", "')' is not expected here");
  expect_error("A=1\n", "no command with arguments of a model");
  expect_error(with_launch("TP=1") + with_launch("TP=2"), "this is a second command");
  expect_error("while true; do A=1; done", "does not end");
  expect_error("f() { f; }\nf", "nested too deeply");
}

// Found by fuzzing: the letter that a last backslash escapes is not there.
TEST(Script, EndsInABackslash) {
  for (const std::string text : {"\\", "A=1 \\", "A=\"\\", "A=$(\\", "A=${B:-\\", "A=((\\"}) {
    EXPECT_NE(error_in(text), "") << text;
  }
}

TEST(Script, HostileTexts) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "$(\"";
  EXPECT_NE(error_in("A=\"" + deep), "");
  std::string braces;
  for (int i = 0; i < 5000; ++i) braces += "${A:-";
  expect_error("A=" + braces, "nested too deeply");
  std::string sums(200000, '(');
  EXPECT_NE(error_in("A=$((" + sums + "))"), "");
  std::string signs(200000, '-');
  EXPECT_NE(error_in("A=$((" + signs + "1))"), "");
  std::string ifs;
  for (int i = 0; i < 5000; ++i) ifs += "if true; then ";
  EXPECT_NE(error_in(ifs), "");
  expect_error(
      "A=1\nA+=$A\nfor i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do A+=$A; done; "
      "done\n",
      "too long");
}

}  // namespace
}  // namespace weft::imports::script_test
