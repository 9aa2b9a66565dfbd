# What `cmake --install` puts where: the program, one shared library with the whole engine, the headers
# of the C++ API, and what find_package(Millrace) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(millrace_library_shared SHARED ${PROJECT_SOURCE_DIR}/cmake/empty.cpp)
target_link_libraries(millrace_library_shared PRIVATE $<BUILD_INTERFACE:millrace_session>)
# Everything goes in, also what nothing of ours calls.
set(millrace_folders records expressions metrics checkpoint operators sources sinks topology actors session)
list(TRANSFORM millrace_folders PREPEND millrace_)
list(JOIN millrace_folders "," millrace_folders)
set_property(TARGET millrace_library_shared PROPERTY
             LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${millrace_folders}")
set_target_properties(millrace_library_shared PROPERTIES
  OUTPUT_NAME millrace EXPORT_NAME millrace
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
target_include_directories(millrace_library_shared INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/millrace>)
target_compile_features(millrace_library_shared INTERFACE cxx_std_20)

# What session/session.hpp and sources/memory_stream.hpp include; the standard library alone is below
# them. tests/package compiles a program against them.
set(millrace_public_headers
  expressions/expression.hpp
  metrics/counters.hpp metrics/progress.hpp
  operators/stateful_processor.hpp
  records/check.hpp records/column.hpp records/dead_letter.hpp records/event.hpp records/memory.hpp records/options.hpp
  records/record_batch.hpp records/result.hpp records/tcp.hpp records/type.hpp records/value.hpp
  session/column_expression.hpp session/data_frame.hpp session/data_stream_reader.hpp
  session/data_stream_writer.hpp session/query_trigger.hpp session/row.hpp session/row_value.hpp
  session/session.hpp session/session_settings.hpp session/streaming_query.hpp
  session/streaming_query_listener.hpp session/streaming_query_manager.hpp
  session/typed_rows.hpp session/user_function.hpp
  sinks/foreach_sink.hpp sinks/sink.hpp sinks/sink_type.hpp
  sources/ahead_source.hpp sources/memory_stream.hpp sources/source.hpp sources/source_type.hpp
  topology/plan/node.hpp)
foreach(header ${millrace_public_headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${header}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/millrace/${folder})
endforeach()

if(ArrowWheel_FOUND)
  set_target_properties(millrace PROPERTIES
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/millrace")
  set_target_properties(millrace_library_shared PROPERTIES INSTALL_RPATH "$ORIGIN/millrace")
  install(IMPORTED_RUNTIME_ARTIFACTS Arrow::parquet Arrow::arrow
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/millrace)
endif()
install(TARGETS millrace RUNTIME)
install(TARGETS millrace_library_shared EXPORT MillraceTargets LIBRARY)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
install(EXPORT MillraceTargets NAMESPACE Millrace:: DESTINATION ${package_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/MillraceConfig.cmake.in
  ${PROJECT_BINARY_DIR}/MillraceConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/MillraceConfig.cmake
              ${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
        DESTINATION ${package_folder})
