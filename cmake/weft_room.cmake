# weft_room(NAME FOLDER DEPENDS public libraries... PRIVATE private libraries...)
# One static library per room, weft::NAME, of all sources in FOLDER, with FOLDER/include as its only
# public include directory: an import of a room that is not a dependency does not compile.
set(WEFT_WARNINGS
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
    -Wold-style-cast -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping copies in std::string and uninitialised parts of moved-from values that
  # are not there (GCC bugs 105651 and 105562).
  list(APPEND WEFT_WARNINGS -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_UNITY_BUILD)
  # A room at a time, names of one file seem to shadow those of another.
  list(APPEND WEFT_WARNINGS -Wno-shadow)
endif()
# The same bytes on every build: no contraction of a*b+c, no fast-math.
set(WEFT_FLAGS -ffp-contract=off)
# The checks left out guard every single access; they cost two fifths of the build and find little that the address
# sanitizer does not.
set(WEFT_SANITIZE_FLAGS -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,pointer-overflow,vptr
  -fno-sanitize-recover=all -fno-omit-frame-pointer)
if(WEFT_SANITIZE STREQUAL "thread")
  set(WEFT_SANITIZE_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
endif()

function(weft_flags TARGET)
  target_compile_options(${TARGET} PRIVATE ${WEFT_WARNINGS} ${WEFT_FLAGS})
  if(WEFT_SANITIZE)
    target_compile_options(${TARGET} PRIVATE ${WEFT_SANITIZE_FLAGS})
    target_link_options(${TARGET} PUBLIC ${WEFT_SANITIZE_FLAGS})
  endif()
  if(WEFT_FUZZ)
    target_compile_options(${TARGET} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

function(weft_room NAME FOLDER)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;PRIVATE" ${ARGN})
  file(GLOB SOURCES CONFIGURE_DEPENDS ${FOLDER}/*.cpp)
  list(FILTER SOURCES EXCLUDE REGEX "/main\\.cpp$")
  add_library(weft_${NAME} STATIC ${SOURCES})
  add_library(weft::${NAME} ALIAS weft_${NAME})
  target_include_directories(weft_${NAME} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/${FOLDER}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(weft_${NAME} PUBLIC cxx_std_20)
  weft_installed(${NAME} ${FOLDER}/include)
  target_link_libraries(weft_${NAME} PUBLIC ${ROOM_DEPENDS} PRIVATE ${ROOM_PRIVATE})
  weft_flags(weft_${NAME})
  weft_as_needed(weft_${NAME})
endfunction()

# A room as part of the development package: its library, and the headers in FOLDER.
function(weft_installed NAME)
  set_target_properties(weft_${NAME} PROPERTIES EXPORT_NAME ${NAME})
  install(TARGETS weft_${NAME} EXPORT weft ARCHIVE COMPONENT development)
  if(ARGN)
    install(DIRECTORY ${ARGV1}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
  endif()
endfunction()

# Where only some rooms are tested, what their tests do not need is not built.
function(weft_as_needed TARGET)
  if(NOT WEFT_TEST_ROOMS STREQUAL "all")
    set_target_properties(${TARGET} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()

# weft_messages(NAME FILE): the C++ that protoc makes of FILE, as weft::NAME. Its headers count as
# those of the system: warnings in them are not ours.
function(weft_messages NAME FILE)
  get_filename_component(STEM ${FILE} NAME_WE)
  get_filename_component(FOLDER ${FILE} DIRECTORY)
  set(OUT ${PROJECT_BINARY_DIR}/messages/${NAME})
  file(MAKE_DIRECTORY ${OUT})
  add_custom_command(
    OUTPUT ${OUT}/${STEM}.pb.cc ${OUT}/${STEM}.pb.h
    COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR}/${FOLDER} --cpp_out=${OUT}
            ${PROJECT_SOURCE_DIR}/${FILE}
    DEPENDS ${PROJECT_SOURCE_DIR}/${FILE} protobuf::protoc
    VERBATIM)
  add_library(weft_${NAME} STATIC ${OUT}/${STEM}.pb.cc ${OUT}/${STEM}.pb.h)
  add_library(weft::${NAME} ALIAS weft_${NAME})
  target_include_directories(weft_${NAME} SYSTEM PUBLIC $<BUILD_INTERFACE:${OUT}>)
  weft_installed(${NAME})
  target_link_libraries(weft_${NAME} PUBLIC protobuf::libprotobuf)
  if(WEFT_SANITIZE)
    target_compile_options(weft_${NAME} PRIVATE ${WEFT_SANITIZE_FLAGS})
  endif()
endfunction()
