# cmake --install: what a user of s3compress needs, in GNU's folders and where shells look. s3sim stays in the build
# folder, because it is for the tests.
# The documents' folder is named after the program, not after the project; Debian wants it so of a package s3compress.
set(CMAKE_INSTALL_DOCDIR share/doc/s3compress CACHE STRING "Documents")
include(GNUInstallDirs)
set(S3C_BASH_COMPLETIONS ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions CACHE STRING "Completions for bash")
set(S3C_ZSH_COMPLETIONS ${CMAKE_INSTALL_DATAROOTDIR}/zsh/site-functions CACHE STRING "Completions for zsh")
set(S3C_FISH_COMPLETIONS ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d CACHE STRING "Completions for fish")

install(TARGETS s3compress RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_BINARY_DIR}/manual/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${PROJECT_BINARY_DIR}/manual/bash/s3compress DESTINATION ${S3C_BASH_COMPLETIONS})
install(FILES ${PROJECT_BINARY_DIR}/manual/zsh/_s3compress DESTINATION ${S3C_ZSH_COMPLETIONS})
install(FILES ${PROJECT_BINARY_DIR}/manual/fish/s3compress.fish DESTINATION ${S3C_FISH_COMPLETIONS})
# The documents keep their places to one another, so that their links work.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md ARCHITECTURE.md SECURITY.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs prices DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY deploy DESTINATION ${CMAKE_INSTALL_DOCDIR} USE_SOURCE_PERMISSIONS)
