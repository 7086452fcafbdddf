# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# find_package(hcr) - hot code reloading for the targets of a project
#
#   find_package(hcr REQUIRED)
#   add_executable(game main.cpp world.cpp)
#   hcr_enable(game [ROOT directory])
#
# hcr_enable compiles the C and C++ sources of the target with the HCR pass and
# links libhcr.so, the way hcr-cc does. ROOT is the directory to which module
# names are relative, by default the top of the project. The sources are
# compiled through hcr-cc as a compiler launcher, which notes in each object how
# it was made; under generators without launchers (not Ninja, not Makefiles)
# `hcr` reads it from a compile_commands.json.
#
# Targets:   hcr::hcr (libhcr.so and hcr/hcr.h)
# Variables: HCR_CLANG_PLUGIN, HCR_PASS_PLUGIN, HCR_COMMAND
#
# The same file serves a build tree and an installed tree: both have bin/ and
# lib/ side by side. Only the header is elsewhere in a build tree.

get_filename_component(_hcr_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." REALPATH)
set(HCR_CLANG_PLUGIN "${_hcr_prefix}/lib/libHcrClang.so")
set(HCR_PASS_PLUGIN "${_hcr_prefix}/lib/libHcrPass.so")
set(HCR_COMMAND "${_hcr_prefix}/bin/hcr")
set(_hcr_wrapper "${_hcr_prefix}/bin/hcr-cc")

# Where a newer clang would refuse the plugin with a page of missing symbols,
# say it in one line. The reason is for find_package, which prints it.
foreach(_hcr_language C CXX)
  if(CMAKE_${_hcr_language}_COMPILER_LOADED AND
     NOT (CMAKE_${_hcr_language}_COMPILER_ID STREQUAL "Clang" AND
          CMAKE_${_hcr_language}_COMPILER_VERSION MATCHES "^19\\."))
    set(hcr_FOUND FALSE)
    string(CONCAT hcr_NOT_FOUND_MESSAGE
      "HCR needs Clang 19; the ${_hcr_language} compiler is "
      "${CMAKE_${_hcr_language}_COMPILER_ID} "
      "${CMAKE_${_hcr_language}_COMPILER_VERSION} "
      "(${CMAKE_${_hcr_language}_COMPILER}). Configure with "
      "-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19")
    return()
  endif()
endforeach()

if(NOT TARGET hcr::hcr)
  add_library(hcr::hcr SHARED IMPORTED)
  set(_hcr_include "${_hcr_prefix}/include")
  include("${CMAKE_CURRENT_LIST_DIR}/hcr-build-tree.cmake" OPTIONAL)
  set_target_properties(hcr::hcr PROPERTIES
    IMPORTED_LOCATION "${_hcr_prefix}/lib/libhcr.so"
    IMPORTED_SONAME "libhcr.so.0"
    INTERFACE_INCLUDE_DIRECTORIES "${_hcr_include}")
endif()

function(hcr_enable Target)
  cmake_parse_arguments(PARSE_ARGV 1 Arg "" "ROOT" "")
  if(Arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "hcr_enable(${Target}): unknown argument "
            "'${Arg_UNPARSED_ARGUMENTS}'; known is ROOT")
  endif()
  if(NOT TARGET ${Target})
    message(FATAL_ERROR "hcr_enable: there is no target '${Target}'")
  endif()
  if(NOT Arg_ROOT)
    set(Arg_ROOT "${CMAKE_SOURCE_DIR}")
  endif()
  get_filename_component(Arg_ROOT "${Arg_ROOT}" REALPATH)

  # The clang plugin reads the source and brings the pass along. The pass is
  # named, too: -fplugin= of it lets ccache see when it changes, -fpass-plugin=
  # runs it where the compile goes through LLVM IR (-save-temps).
  set(IsCompiled "$<COMPILE_LANGUAGE:C,CXX>")
  target_compile_options(${Target} PRIVATE
    "$<${IsCompiled}:-fplugin=${HCR_CLANG_PLUGIN}>"
    "$<${IsCompiled}:-fplugin=${HCR_PASS_PLUGIN}>"
    "$<${IsCompiled}:-fpass-plugin=${HCR_PASS_PLUGIN}>"
    "$<${IsCompiled}:SHELL:-Xclang -mllvm -Xclang -hcr-binding=host>"
    "$<${IsCompiled}:SHELL:-Xclang -mllvm -Xclang -hcr-root=${Arg_ROOT}>")
  set_target_properties(${Target} PROPERTIES EXPORT_COMPILE_COMMANDS ON)
  foreach(Language C CXX)
    # Another launcher, ccache say, stays next to the compiler it knows.
    get_target_property(Launcher ${Target} ${Language}_COMPILER_LAUNCHER)
    if(NOT Launcher)
      set(Launcher "")
    endif()
    list(LENGTH Launcher Count)
    list(PREPEND Launcher "${_hcr_wrapper}" "--hcr-launch=${Count}")
    set_target_properties(${Target} PROPERTIES
      ${Language}_COMPILER_LAUNCHER "${Launcher}")
  endforeach()
  # Sources may be added until the end of the directory. (A deferred call
  # evaluates its arguments then; EVAL puts the name in now.)
  cmake_language(EVAL CODE
    "cmake_language(DEFER CALL _hcr_depend_on_plugin [[${Target}]])")

  get_target_property(Type ${Target} TYPE)
  if(NOT Type MATCHES "EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY")
    return() # archives and objects are linked by somebody else
  endif()
  # Needed even if no symbol of it is: the program's tables ask for it weakly.
  target_link_libraries(${Target} PRIVATE
    "-Wl,--push-state,--no-as-needed" hcr::hcr "-Wl,--pop-state")
  if(Type STREQUAL "EXECUTABLE")
    set_target_properties(${Target} PROPERTIES ENABLE_EXPORTS ON)
  endif()
endfunction()

# A new plugin makes new objects. Ninja honours paths in OBJECT_DEPENDS only,
# and a dependency between targets would not do it.
function(_hcr_depend_on_plugin Target)
  get_target_property(Sources ${Target} SOURCES)
  get_target_property(Directory ${Target} SOURCE_DIR)
  foreach(Source IN LISTS Sources)
    if(Source MATCHES "^\\$<")
      continue()
    endif()
    get_filename_component(Source "${Source}" ABSOLUTE BASE_DIR "${Directory}")
    set_property(SOURCE "${Source}" TARGET_DIRECTORY ${Target}
                 APPEND PROPERTY OBJECT_DEPENDS
                 "${HCR_CLANG_PLUGIN};${HCR_PASS_PLUGIN}")
  endforeach()
endfunction()
