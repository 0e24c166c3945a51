# etl_warnings: what every target of ours is compiled with. Linked PRIVATE, so it never leaks.
add_library(etl_warnings INTERFACE)
target_compile_options(etl_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2
  -Wdouble-promotion -Wnull-dereference -Werror)
target_compile_options(etl_warnings INTERFACE -fno-common -fstack-protector-strong)
# Clipping is what our snprintf calls are for: messages are one line of bounded length.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(etl_warnings INTERFACE -Wlogical-op -Wduplicated-cond -Wno-format-truncation)
endif()
# clang asks for a literal even where the format came in with its va_list, which our attributes check at the caller.
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
  target_compile_options(etl_warnings INTERFACE -Wno-format-nonliteral)
endif()
if(SUBFERRY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
# A header that makes the unsafe string functions compile errors; see the file.
target_compile_options(etl_warnings INTERFACE
  "$<$<COMPILE_LANGUAGE:C>:SHELL:-include ${PROJECT_SOURCE_DIR}/etl/core/banned.h>")

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(etl_warnings INTERFACE _FORTIFY_SOURCE=2)
  target_compile_options(etl_warnings INTERFACE -fstack-clash-protection -fcf-protection -fPIE)
  # Rooms are libraries, and what is called for every value stands in another one. The simulator puts itself before functions by the linker's
  # --wrap, which a call that was inlined passes by.
  if(NOT SUBFERRY_TESTS)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
  set(CMAKE_EXE_LINKER_FLAGS "${CMAKE_EXE_LINKER_FLAGS} -pie -Wl,-z,relro,-z,now,-z,noexecstack")
endif()
if(SUBFERRY_SANITIZE)
  add_compile_options(-fsanitize=${SUBFERRY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
  add_link_options(-fsanitize=${SUBFERRY_SANITIZE})
  # gcc's own flow analysis sees null paths that only the sanitizer's checks introduce.
  target_compile_options(etl_warnings INTERFACE -Wno-null-dereference)
endif()
if(SUBFERRY_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
