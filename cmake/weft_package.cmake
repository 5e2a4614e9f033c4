# What `cmake --install` puts where, and two Debian packages: weft (the program and what it needs)
# and libweft-dev (the rooms as libraries, for find_package(weft)).
include(CMakePackageConfigHelpers)
include(cmake/weft_sbom.cmake)
set(CPACK_PACKAGE_CONTACT "weft developers <weft@localhost>")
set(WEFT_DOCUMENTS ${CMAKE_INSTALL_DATADIR}/doc)

# --- the program --------------------------------------------------------------------------------

install(TARGETS weft RUNTIME COMPONENT program)
install(DIRECTORY configs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/weft/configs COMPONENT program
  PATTERN *.sbatch PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(DIRECTORY docs DESTINATION ${WEFT_DOCUMENTS}/weft COMPONENT program
  FILES_MATCHING PATTERN *.md PATTERN *.png PATTERN *.yaml PATTERN *.sql)
# What the program says of itself: its manual page, and what shells complete.
install(CODE "
  function(say FILE)
    set(FILE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/\${FILE}\")
    get_filename_component(FOLDER \"\${FILE}\" DIRECTORY)
    file(MAKE_DIRECTORY \"\${FOLDER}\")
    execute_process(COMMAND $<TARGET_FILE:weft> \${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_FILE \"\${FILE}\")
    if(FILE MATCHES \"/man/\")
      execute_process(COMMAND gzip -9nf \"\${FILE}\" COMMAND_ERROR_IS_FATAL ANY)
    endif()
  endfunction()
  say(man/man1/weft.1 man)
  say(bash-completion/completions/weft completion bash)
  say(zsh/site-functions/_weft completion zsh)
  say(fish/vendor_completions.d/weft.fish completion fish)" COMPONENT program)
weft_sbom(${PROJECT_BINARY_DIR}/weft.cdx.json)
install(FILES LICENSE README.md ${PROJECT_BINARY_DIR}/weft.cdx.json
        DESTINATION ${WEFT_DOCUMENTS}/weft COMPONENT program)

# --- the libraries ------------------------------------------------------------------------------

set(WEFT_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
install(EXPORT weft NAMESPACE weft:: FILE weftTargets.cmake DESTINATION ${WEFT_CMAKE_FOLDER}
        COMPONENT development)
configure_package_config_file(cmake/weftConfig.cmake.in weftConfig.cmake
  INSTALL_DESTINATION ${WEFT_CMAKE_FOLDER} PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(weftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weftConfig.cmake ${PROJECT_BINARY_DIR}/weftConfigVersion.cmake
        DESTINATION ${WEFT_CMAKE_FOLDER} COMPONENT development)

# --- the packages -------------------------------------------------------------------------------

# What Debian asks of each package, beside the files themselves.
configure_file(cmake/changelog.txt.in changelog.txt @ONLY)
execute_process(COMMAND gzip -9n -c ${PROJECT_BINARY_DIR}/changelog.txt OUTPUT_FILE ${PROJECT_BINARY_DIR}/changelog.gz)
function(weft_debian_papers COMPONENT PACKAGE)
  set(FOLDER ${WEFT_DOCUMENTS}/${PACKAGE})
  install(FILES cmake/copyright.txt RENAME copyright DESTINATION ${FOLDER} COMPONENT ${COMPONENT})
  install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION ${FOLDER} COMPONENT ${COMPONENT})
endfunction()
weft_debian_papers(program weft)
weft_debian_papers(development libweft-dev)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR weft)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME weft)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "openmpi-bin")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
    "emulator of AI training clusters\nWhat a training cluster stitched together out of many chips can do:\nthroughput, memory, power, failures and cost of a training job, from\nYAML files.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libweft-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "weft (= ${PROJECT_VERSION}), libyaml-cpp-dev, libfmt-dev, nlohmann-json3-dev, libeigen3-dev, libhwloc-dev, libcli11-dev, librandom123-dev, libcsv-dev, libpugixml-dev, libboost-dev, libprotobuf-dev, libsqlite3-dev, libopenmpi-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "emulator of AI training clusters, libraries\nThe rooms of weft as static libraries with their headers, for\nfind_package(weft) of CMake.")
include(CPack)
