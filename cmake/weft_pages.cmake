# weft_pages(NAME FOLDER): bundles FOLDER/page/*.js with what npm fetches by FOLDER/package-lock.json
# into one script, which the room weft::NAME holds. Without npm or a network the room holds none,
# and `--report` says so.
option(WEFT_PAGES "Fetch what report pages are made of with npm, and bundle it" ON)

# Fetches into the build folder what FOLDER/package-lock.json lists, once for each state of that file;
# sets OUT to the folder with node_modules, or to nothing where that failed.
function(weft_npm OUT FOLDER)
  set(${OUT} "" PARENT_SCOPE)
  find_program(WEFT_NODE NAMES node nodejs)
  find_program(WEFT_NPM npm)
  if(NOT WEFT_NODE OR NOT WEFT_NPM)
    return()
  endif()
  set(THERE ${PROJECT_BINARY_DIR}/npm/${FOLDER})
  set(LOCK ${PROJECT_SOURCE_DIR}/${FOLDER}/package-lock.json)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LOCK})
  file(SHA256 ${LOCK} STATE)
  set(FETCHED "")
  if(EXISTS ${THERE}/fetched)
    file(READ ${THERE}/fetched FETCHED)
  endif()
  if(NOT FETCHED STREQUAL STATE)
    message(STATUS "Fetching what ${FOLDER}/package-lock.json lists")
    file(COPY ${PROJECT_SOURCE_DIR}/${FOLDER}/package.json ${LOCK} DESTINATION ${THERE})
    # No package's own scripts run; the lock file's hashes are checked.
    execute_process(
      COMMAND ${WEFT_NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline
              --fetch-retries=1 --fetch-timeout=30000
      WORKING_DIRECTORY ${THERE} RESULT_VARIABLE FAILED OUTPUT_VARIABLE SAID ERROR_VARIABLE SAID
      TIMEOUT 180)
    if(FAILED)
      file(REMOVE ${THERE}/fetched)
      message(STATUS "npm: ${SAID}")
      return()
    endif()
    file(WRITE ${THERE}/fetched ${STATE})
  endif()
  set(${OUT} ${THERE} PARENT_SCOPE)
endfunction()

# Bundles IN with all that it imports, from beside it or from MODULES, into OUT.
function(weft_bundle IN OUT MODULES)
  add_custom_command(
    OUTPUT ${OUT}
    COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${MODULES}/node_modules
            ${WEFT_NODE} ${MODULES}/node_modules/esbuild/bin/esbuild ${IN} --bundle --minify
            --format=iife --target=es2020 --charset=utf8 --legal-comments=inline
            --log-level=warning --outfile=${OUT}
    DEPENDS ${ARGN} ${MODULES}/fetched
    COMMENT "Bundling the report page: ${OUT}"
    VERBATIM)
endfunction()

function(weft_pages NAME FOLDER)
  set(MODULES "")
  if(WEFT_PAGES)
    weft_npm(MODULES ${FOLDER})
    if(NOT MODULES)
      message(WARNING "npm is not there or could not fetch what report pages are made of: "
                      "built without --report")
    endif()
  endif()
  if(NOT MODULES)
    return()
  endif()
  set(PAGE ${PROJECT_SOURCE_DIR}/${FOLDER}/page)
  file(GLOB PARTS CONFIGURE_DEPENDS ${PAGE}/*.js ${PAGE}/*.css)
  weft_bundle(${PAGE}/main.js ${MODULES}/page.js ${MODULES} ${PARTS})
  weft_bundle(${PAGE}/page.css ${MODULES}/page.css ${MODULES} ${PARTS})
  set_source_files_properties(${PROJECT_SOURCE_DIR}/${FOLDER}/assets.cpp PROPERTIES
    COMPILE_DEFINITIONS "WEFT_PAGE_SCRIPT=\"${MODULES}/page.js\";WEFT_PAGE_STYLE=\"${MODULES}/page.css\""
    OBJECT_DEPENDS "${MODULES}/page.js;${MODULES}/page.css"
    SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
