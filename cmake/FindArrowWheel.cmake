# Arrow C++ and Parquet as the wheel of pyarrow holds them: targets Arrow::arrow and Arrow::parquet. Debian 12
# packages neither. tools/setup puts the wheel where this looks; MILLRACE_ARROW names another folder.
#
# Only these two libraries are linked: libarrow_compute brings an RE2 of its own that clashes with Debian's.
set(cache_folder $ENV{XDG_CACHE_HOME})
if(NOT cache_folder)
  set(cache_folder $ENV{HOME}/.cache)
endif()
set(MILLRACE_ARROW ${cache_folder}/millrace/arrow-26.0.1 CACHE PATH "Folder with pyarrow/ in it")
set(wheel ${MILLRACE_ARROW}/pyarrow)

set(so_version "")
if(EXISTS ${wheel}/include/arrow/util/config.h)
  file(STRINGS ${wheel}/include/arrow/util/config.h line REGEX "define ARROW_SO_VERSION")
  string(REGEX REPLACE ".*\"([0-9]+)\".*" "\\1" so_version "${line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ArrowWheel REQUIRED_VARS so_version REASON_FAILURE_MESSAGE
  "no wheel in ${MILLRACE_ARROW}: built without Parquet and ORC (tools/setup installs it)")

set(ArrowWheel_INCLUDE_DIR ${wheel}/include)
if(ArrowWheel_FOUND AND NOT TARGET Arrow::arrow)
  foreach(library arrow parquet)
    add_library(Arrow::${library} SHARED IMPORTED)
    set_target_properties(Arrow::${library} PROPERTIES
      IMPORTED_LOCATION ${wheel}/lib${library}.so.${so_version}
      IMPORTED_SONAME lib${library}.so.${so_version}
      INTERFACE_INCLUDE_DIRECTORIES ${ArrowWheel_INCLUDE_DIR})
  endforeach()
  target_link_libraries(Arrow::parquet INTERFACE Arrow::arrow)
endif()
