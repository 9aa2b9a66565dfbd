# Compiler settings that hold for every target: C++20, warnings are errors, ccache and lld when there.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

add_compile_options(-Wall -Wextra -Wpedantic -Werror -fno-omit-frame-pointer)
# g++ 12 is wrong about the bounds of std::string + "text" (GCC bugs 105329 and 105651), with precompiled
# headers more often; the sanitizer presets watch the bounds at run time.
add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
# One kind of code for libraries and programs (-pthread too), so that they share precompiled headers.
add_compile_options(-fPIC -fno-semantic-interposition -pthread)

find_program(CCACHE ccache)
if(CCACHE)
  # Paths relative to the checkout and no time stamps: build trees of several checkouts (build/release
  # in each) share one cache, and precompiled headers are cached too.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()
if(MILLRACE_SANITIZE)
  add_compile_options(-fsanitize=${MILLRACE_SANITIZE} -g1)
  add_link_options(-fsanitize=${MILLRACE_SANITIZE})
  if(MILLRACE_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan)  # moodycamel's fences; see actors/channel.hpp
  endif()
endif()
