# Runs after a unit test program was linked: writes FILE, which CTest reads, with one test for each suite of PROGRAM. A
# process for each single test would spend most of the time on starting, above all under a sanitizer. A suite that runs
# on several parameters has a test for each of its names, so that the two jobs share the long ones.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "[" "(" listing "${listing}") # CMake reads [[ and ]] in lists
string(REPLACE "]" ")" listing "${listing}")
string(REPLACE ";" "," listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")

set(names "")
set(suite "")
foreach(line IN LISTS lines)
  if(line MATCHES "^([A-Za-z0-9_/]+)\\.")
    set(suite ${CMAKE_MATCH_1})
    if(NOT suite MATCHES "/")
      list(APPEND names ${suite})
    endif()
  elseif(suite MATCHES "/" AND line MATCHES "^  ([A-Za-z0-9_]+)/")
    list(APPEND names ${suite}.${CMAKE_MATCH_1})
  endif()
endforeach()
list(REMOVE_DUPLICATES names)
if(NOT names)
  message(FATAL_ERROR "${PROGRAM} lists no tests")
endif()

set(content "")
foreach(name IN LISTS names)
  if(name MATCHES "\\.")
    set(filter "${name}/*")
  else()
    set(filter "${name}.*")
  endif()
  string(APPEND content "add_test([=[${PREFIX}${name}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${filter}]=])\n"
    "set_tests_properties([=[${PREFIX}${name}]=] PROPERTIES LABELS unit TIMEOUT ${SECONDS})\n")
endforeach()
file(WRITE ${FILE} "${content}")
