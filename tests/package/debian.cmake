# Makes the Debian packages of the build in BUILD, looks at what they say and hold, and runs the
# program from where its package is unpacked.
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -P debian.cmake
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(cpack --config ${BUILD}/CPackConfig.cmake -B ${WORK}/packages)
file(GLOB PROGRAM ${WORK}/packages/weft_*.deb)
file(GLOB LIBRARIES ${WORK}/packages/libweft-dev_*.deb)

# What it is linked with is found by dpkg-shlibdeps.
run(dpkg-deb --info ${PROGRAM})
expect("weft's control file" "Package: weft\n" "libc6 \\(>=" "libfmt9" "libhwloc15" "libopenmpi3" "libprotobuf32"
       "libsqlite3-0" "libyaml-cpp0" "libcsv3" "libpugixml1v5" "libgomp1" "Description: emulator of AI training clusters\n")
run(dpkg-deb --info ${LIBRARIES})
expect("libweft-dev's control file" "Package: libweft-dev\n" "weft \\(= [0-9.]+\\)" "libyaml-cpp-dev")

run(dpkg-deb -x ${PROGRAM} ${WORK}/root)
run(dpkg-deb -x ${LIBRARIES} ${WORK}/root)
expect_no_path_of_the_build(${WORK}/root)
foreach(FILE bin/weft share/man/man1/weft.1.gz share/bash-completion/completions/weft share/zsh/site-functions/_weft
        share/fish/vendor_completions.d/weft.fish share/doc/weft/weft.cdx.json share/doc/weft/copyright
        share/weft/configs/studies/quickstart.yaml include/weft/study/run.h lib/cmake/weft/weftConfig.cmake)
  if(NOT EXISTS ${WORK}/root/usr/${FILE})
    message(FATAL_ERROR "${FILE} is in no package")
  endif()
endforeach()

set(WEFT ${CMAKE_COMMAND} -E env --unset=WEFT_CONFIGS ${WORK}/root/usr/bin/weft)
write_study(${WORK}/study.yaml)
run(${WEFT} run study.yaml --trace step.json)
expect("the unpacked program" "days to finish")
run(${WEFT} new study mine.yaml)
run(${WEFT} run mine.yaml)
expect("a starter study" "days to finish")
run(gzip -t ${WORK}/root/usr/share/man/man1/weft.1.gz)

find_program(LINTIAN lintian)
if(LINTIAN)
  # The developers have no mail address of their own.
  run(${LINTIAN} --allow-root --fail-on error,warning --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog
      ${PROGRAM} ${LIBRARIES})
endif()
