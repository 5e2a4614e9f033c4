# Installs the build in BUILD under a prefix of its own, builds the consumer against what is
# installed there, and has it and the installed program answer a question.
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCOMPILER=... -P consumer.cmake
function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE SAID ERROR_VARIABLE SAID RESULT_VARIABLE CODE)
  if(NOT CODE EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${CODE}\n${SAID}")
  endif()
  set(SAID "${SAID}" PARENT_SCOPE)
endfunction()

function(expect WHAT PATTERN)
  if(NOT SAID MATCHES "${PATTERN}")
    message(FATAL_ERROR "${WHAT}: ${PATTERN} is expected in\n${SAID}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(WRITE ${WORK}/study.yaml "kind: study
job: {model: llama3_8b, sequence: 8192, global_batch: 512 sequences, tokens: 100 G}
clusters: [{use: dgx_h100, hosts: 2}]
plan: {tensor: 2, micro_batch: 1, recompute: full}
")

# Nothing of the source tree: the configs are those beside the program.
run(${CMAKE_COMMAND} -E env WEFT_CONFIGS= ${WORK}/prefix/bin/weft run ${WORK}/study.yaml --json ${WORK}/answer.json)
expect("the installed program" "days to finish")
run(${WORK}/prefix/bin/weft --version)
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

# What the package says of its parts is whole: every package that CMakeLists.txt asks for.
file(GLOB BOM ${WORK}/prefix/share/doc/*/weft.cdx.json)
file(READ ${BOM} TEXT)
foreach(NAME yaml-cpp fmt nlohmann-json Eigen CLI11 Boost hwloc pugixml "Protocol Buffers" SQLite "Open MPI" libcsv)
  if(NOT TEXT MATCHES "\"name\" : \"${NAME}\"")
    message(FATAL_ERROR "the bill of materials does not name ${NAME}")
  endif()
endforeach()
