# Writes HEADER: which version, commit and build this is, for --version, the man pages and the package. Runs when the
# project is configured, and before each build, because a commit configures nothing. Leaves the file alone if nothing
# changed, so that nothing is compiled again.
#
#   on the tag v0.1.0                           0.1.0
#   five commits after it                       0.1.0+5.gdceb739
#   312 commits, and there is no such tag yet   0.1.0-dev.312+gdceb739   (0.1.0 is project()'s, the version that comes)
#   changes that aren't committed               ….dirty
#   no git repository, as in a tarball          0.1.0                    (project()'s)
#
# Variables: SOURCE (the project's folder), HEADER, VERSION (project()'s), BUILD_TYPE, COMPILER, LIBRARIES
function(git_says result)
  execute_process(COMMAND git -C ${SOURCE} ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE error RESULT_VARIABLE code
    OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT code EQUAL 0)
    set(text "")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(version ${VERSION})
set(commit "")
if(EXISTS ${SOURCE}/.git)
  git_says(commit rev-parse HEAD)
  if(NOT commit)
    message(WARNING "git can't read ${SOURCE}: the program won't know its commit")
  endif()
endif()
if(commit)
  git_says(described describe --tags --match "v[0-9]*" --long --abbrev=7)
  if(described MATCHES "^v(.+)-([0-9]+)-(g[0-9a-f]+)$")
    set(version ${CMAKE_MATCH_1})
    if(NOT CMAKE_MATCH_2 EQUAL 0)
      string(APPEND version "+${CMAKE_MATCH_2}.${CMAKE_MATCH_3}")
    endif()
  else()
    git_says(count rev-list --count HEAD)
    git_says(short rev-parse --short=7 HEAD)
    string(APPEND version "-dev.${count}+g${short}")
  endif()
  git_says(changes status --porcelain --untracked-files=no)
  if(changes)
    string(APPEND version ".dirty")
  endif()
  git_says(date log -1 --format=%cd --date=format:%Y-%m-%d)
else()
  set(commit "unknown")
  file(TIMESTAMP ${SOURCE}/CHANGELOG.md date "%Y-%m-%d" UTC)
endif()

file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT [=[
// Made by cmake/WriteBuildInfo.cmake. Only cli/version.cpp includes it.
#pragma once

#include <string_view>

namespace s3c::cli::build {

inline constexpr std::string_view kVersion = "@version@";
inline constexpr std::string_view kCommit = "@commit@";
inline constexpr std::string_view kDate = "@date@";
inline constexpr std::string_view kBuildType = "@BUILD_TYPE@";
inline constexpr std::string_view kCompiler = "@COMPILER@";
inline constexpr std::string_view kLibraries = "@LIBRARIES@";

}  // namespace s3c::cli::build
]=])
