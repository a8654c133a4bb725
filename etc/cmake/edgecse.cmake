# SPDX-License-Identifier: Apache-2.0
# One way to declare a room, a program and a test; flags, ccache, mold and the precompiled header live here only.

find_program(EDGECSE_CCACHE ccache)
if(EDGECSE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${EDGECSE_CCACHE})
endif()

add_library(edgecse_flags INTERFACE)
target_compile_options(edgecse_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(edgecse_flags INTERFACE -fpch-preprocess)
else()
  # std::stable_sort of libstdc++ 12 calls what C++17 deprecates.
  target_compile_options(edgecse_flags INTERFACE -Wno-deprecated-declarations)
endif()
find_program(EDGECSE_MOLD mold)
if(EDGECSE_MOLD)
  target_link_options(edgecse_flags INTERFACE -fuse-ld=mold)
endif()
if(EDGECSE_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # With sanitizers gcc 12 sees uninitialised members in libstdc++'s own <regex>.
    target_compile_options(edgecse_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
  target_compile_options(edgecse_flags INTERFACE -fsanitize=${EDGECSE_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(edgecse_flags INTERFACE -fsanitize=${EDGECSE_SANITIZE})
endif()
if(EDGECSE_BUILD_FUZZ)
  target_compile_options(edgecse_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_include_directories(edgecse_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(edgecse_flags INTERFACE Threads::Threads)

# The headers that most files need and that are slow to parse, compiled once per configuration.
set(EDGECSE_SLOW_HEADERS
  <algorithm> <array> <atomic> <chrono> <cstdint> <deque> <functional> <map> <memory> <mutex> <optional> <set> <span>
  <string> <string_view> <thread> <tuple> <unordered_map> <utility> <variant> <vector>
  <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)
file(WRITE ${CMAKE_BINARY_DIR}/pch/edgecse_pch.cpp "")
add_library(edgecse_pch OBJECT ${CMAKE_BINARY_DIR}/pch/edgecse_pch.cpp)
target_link_libraries(edgecse_pch PRIVATE edgecse_flags fmt::fmt nlohmann_json::nlohmann_json tl::expected)
target_precompile_headers(edgecse_pch PRIVATE ${EDGECSE_SLOW_HEADERS})

# Test files are many, long and run once: with sanitizers most of their compile time went into optimising them.
if(EDGECSE_BUILD_TESTS)
  find_package(GTest REQUIRED)
  add_library(edgecse_test_flags INTERFACE)
  target_link_libraries(edgecse_test_flags INTERFACE edgecse_flags fmt::fmt nlohmann_json::nlohmann_json tl::expected
                                                     GTest::gtest GTest::gmock)
  target_include_directories(edgecse_test_flags INTERFACE ${CMAKE_SOURCE_DIR}/tests)
  if(EDGECSE_SANITIZE)
    target_compile_options(edgecse_test_flags INTERFACE -O0)
  endif()
  add_library(edgecse_test_pch OBJECT ${CMAKE_BINARY_DIR}/pch/edgecse_pch.cpp)
  target_link_libraries(edgecse_test_pch PRIVATE edgecse_test_flags)
  target_precompile_headers(edgecse_test_pch PRIVATE ${EDGECSE_SLOW_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
endif()

function(edgecse_common target)
  target_link_libraries(${target} PRIVATE edgecse_flags fmt::fmt)
  target_link_libraries(${target} PUBLIC nlohmann_json::nlohmann_json tl::expected)
  target_precompile_headers(${target} REUSE_FROM edgecse_pch)
endfunction()

# edgecse_add_library(cse SOURCES a.cpp PUBLIC edgecse::onem2m PRIVATE spdlog::spdlog): the room src/cse as edgecse::cse.
function(edgecse_add_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(edgecse_${name} STATIC ${arg_SOURCES})
  add_library(edgecse::${name} ALIAS edgecse_${name})
  target_include_directories(edgecse_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(edgecse_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  edgecse_common(edgecse_${name})
  # With the fuzz preset only what a target links is built.
  set_target_properties(edgecse_${name} PROPERTIES EXCLUDE_FROM_ALL ${EDGECSE_BUILD_FUZZ})
endfunction()

# edgecse_add_program(edgecse SOURCES main.cpp LIBS edgecse::cse): an installed binary.
function(edgecse_add_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  edgecse_common(${name})
  set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ${EDGECSE_BUILD_FUZZ})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# edgecse_use_jemalloc(program): unless sanitizers bring an allocator of their own.
function(edgecse_use_jemalloc program)
  if(NOT EDGECSE_SANITIZE)
    find_library(EDGECSE_JEMALLOC jemalloc REQUIRED)
    target_link_libraries(${program} PRIVATE ${EDGECSE_JEMALLOC})
  endif()
endfunction()

# edgecse_add_test(cse_test SOURCES a_test.cpp LIBS edgecse::cse LABELS unit): a GoogleTest program, one ctest entry per
# TEST. Label process: the cases of a slow or stateful program run as one ctest entry.
function(edgecse_add_test name)
  cmake_parse_arguments(arg "WHOLE" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT EDGECSE_BUILD_TESTS)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} edgecse_test_flags GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/tests)
  target_precompile_headers(${name} REUSE_FROM edgecse_test_pch)
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  else()
    gtest_discover_tests(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
