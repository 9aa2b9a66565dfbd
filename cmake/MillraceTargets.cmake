# The standard headers that most files read, compiled once for all engine libraries (MILLRACE_PCH). A file
# still names what it needs: builds with MILLRACE_PCH=OFF hold it to that.
set(millrace_precompiled
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstdint> <cstring> <functional>
  <limits> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <unordered_map> <utility>
  <variant> <vector> <fmt/format.h>)

# millrace_precompile(<target> <owner>): the target uses the precompiled headers of <owner>, which may be itself
# and then names more headers.
function(millrace_precompile target owner)
  if(NOT MILLRACE_PCH)
    return()
  endif()
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${millrace_precompiled} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# millrace_library(<folder> <libraries...>): target millrace_<folder> of all sources in the folder.
function(millrace_library folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  if(sources)
    add_library(millrace_${folder} STATIC ${sources})
    target_include_directories(millrace_${folder} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(millrace_${folder} PUBLIC ${ARGN})
    millrace_precompile(millrace_${folder} millrace_records)
  else()
    add_library(millrace_${folder} INTERFACE)
    target_include_directories(millrace_${folder} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(millrace_${folder} INTERFACE ${ARGN})
  endif()
endfunction()

# millrace_embed_pages(<target>): builds the files of server/pages into the target (page_files.hpp).
function(millrace_embed_pages target)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/server/pages/*)
  set(embedded ${PROJECT_BINARY_DIR}/page_files.cpp)
  add_custom_command(OUTPUT ${embedded}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${embedded} "-DFILES=${pages}" -P
            ${PROJECT_SOURCE_DIR}/cmake/EmbedPages.cmake
    DEPENDS ${pages} ${PROJECT_SOURCE_DIR}/cmake/EmbedPages.cmake VERBATIM)
  target_sources(${target} PRIVATE ${embedded})
endfunction()

# millrace_test(<name> <label> <folder below tests> <libraries...>): one program of all tests in the
# folder, run by ctest under <label>. Nothing is made for a folder without tests.
function(millrace_test name label folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE millrace_test_support ${ARGN})
  millrace_precompile(${name} millrace_test_support)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()
