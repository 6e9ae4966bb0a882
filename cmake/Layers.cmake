# One static library per room. s3c_layer(zip DEPS base LIBS PkgConfig::libdeflate)
# makes s3c_zip from every .cpp below the current folder. tests/check_layers.py fails on
# what the picture of ARCHITECTURE.md forbids.
function(s3c_layer name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(s3c_${name} STATIC ${sources})
  target_include_directories(s3c_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(s3c_${name} PUBLIC ${arg_LIBS} PRIVATE s3c_options)
  foreach(dep ${arg_DEPS})
    target_link_libraries(s3c_${name} PUBLIC s3c_${dep})
  endforeach()
endfunction()
