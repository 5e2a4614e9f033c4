# What the tests of packages share.
cmake_minimum_required(VERSION 3.25)

# run(COMMAND...): in the folder WORK; fails when the command does; what it printed is in SAID.
function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} OUTPUT_VARIABLE SAID ERROR_VARIABLE SAID RESULT_VARIABLE CODE)
  if(NOT CODE EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${CODE}\n${SAID}")
  endif()
  set(SAID "${SAID}" PARENT_SCOPE)
endfunction()

# expect(WHAT PATTERN...): all of them are in SAID.
function(expect WHAT)
  foreach(PATTERN ${ARGN})
    if(NOT SAID MATCHES "${PATTERN}")
      message(FATAL_ERROR "${WHAT}: ${PATTERN} is expected in\n${SAID}")
    endif()
  endforeach()
endfunction()

# No file below FOLDER names a folder of the machine it was built on.
function(expect_no_path_of_the_build FOLDER)
  foreach(PLACE ${SOURCE}/ ${BUILD}/)
    execute_process(COMMAND grep -rlF ${PLACE} ${FOLDER} OUTPUT_VARIABLE FILES)
    if(NOT FILES STREQUAL "")
      message(FATAL_ERROR "${PLACE} stands in\n${FILES}")
    endif()
  endforeach()
endfunction()

# A study of one small cluster with a plan of its own, as FILE.
function(write_study FILE)
  file(WRITE ${FILE} "kind: study
job: {model: llama3_8b, sequence: 8192, global_batch: 512 sequences, tokens: 100 G}
clusters: [{use: dgx_h100, hosts: 2}]
plan: {tensor: 2, micro_batch: 1, recompute: full}
")
endfunction()
