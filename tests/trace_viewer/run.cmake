# Fetches the importer of chrome://tracing from npm and gives it traces that the program writes.
#   cmake -DSOURCE=... -DWORK=... -DPROGRAM=... -DNODE=... -DNPM=... -P run.cmake

# One file of npm's, with the hash that it must have, unpacked as WORK/packages/NAME.
function(fetch NAME VERSION HASH)
  set(FILE ${WORK}/${NAME}-${VERSION}.tgz)
  if(NOT EXISTS ${FILE})
    execute_process(COMMAND ${NPM} pack --silent ${NAME}@${VERSION} WORKING_DIRECTORY ${WORK}
      OUTPUT_QUIET RESULT_VARIABLE CODE)
    if(NOT CODE EQUAL 0)
      message(FATAL_ERROR "npm pack ${NAME}@${VERSION}: ${CODE}")
    endif()
  endif()
  file(SHA512 ${FILE} FOUND)
  if(NOT FOUND STREQUAL HASH)
    file(REMOVE ${FILE})
    message(FATAL_ERROR "${NAME} ${VERSION}: its hash is ${FOUND}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${FILE} DESTINATION ${WORK}/unpacked/${NAME})
  file(REMOVE_RECURSE ${WORK}/packages/${NAME})
  file(RENAME ${WORK}/unpacked/${NAME}/package ${WORK}/packages/${NAME})
endfunction()

file(MAKE_DIRECTORY ${WORK}/packages)
# The last version that ships Catapult's trace viewer as modules; its dependencies are not needed.
fetch(lighthouse 2.0.0 16450d4a04820a3749143e7db6f4e4c1e04ab2eb6a60e322aa228238082fe2c862cab0017a6552acf056dcf20aded176ccc18e63c3b074043738f89b941d8a4d)
fetch(gl-matrix 2.3.2 ed6d1f3876ab4da69d1f8109a066811f0fdf071884c844e01606548c5b6a2cb96450e87eedfa417993105c091e86b8ce6aa9016b81e92584f3cb23449269584f)
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env WEFT=${PROGRAM} PACKAGES=${WORK}/packages SOURCE=${SOURCE}
    ${NODE} --max-old-space-size=4096 --test --test-reporter=spec ${SOURCE}/tests/trace_viewer/trace.test.mjs
  RESULT_VARIABLE CODE)
if(NOT CODE EQUAL 0)
  message(FATAL_ERROR "the viewer found traces wanting")
endif()
