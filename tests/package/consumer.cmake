# Installs the build in BUILD under a prefix of its own, builds the consumer against what is
# installed there, and has it and the installed program answer a question.
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCOMPILER=... -P consumer.cmake
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
foreach(COMPONENT program development)
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix --component ${COMPONENT})
endforeach()
expect_no_path_of_the_build(${WORK}/prefix)
write_study(${WORK}/study.yaml)

# Nothing of the source tree: the configs are those beside the program.
set(WEFT ${CMAKE_COMMAND} -E env --unset=WEFT_CONFIGS ${WORK}/prefix/bin/weft)
run(${WEFT} run ${WORK}/study.yaml --json ${WORK}/answer.json)
expect("the installed program" "days to finish")
run(${WEFT} --version)
expect("--version" "^weft [0-9]+\\.[0-9]+\\.[0-9]+")

run(${CMAKE_COMMAND} -S ${SOURCE}/tests/package/consumer -B ${WORK}/build -G Ninja -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/duration ${WORK}/study.yaml)
expect("the consumer" "^[0-9]+\n$")
string(STRIP "${SAID}" SECONDS)
file(READ ${WORK}/answer.json ANSWER)
string(JSON WALL GET "${ANSWER}" cases 0 outcome failures wall_s)
math(EXPR MOST "${SECONDS} + 1")
if(WALL LESS SECONDS OR WALL GREATER MOST)
  message(FATAL_ERROR "the consumer says ${SECONDS} s, the program ${WALL} s")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/bill.cmake)
