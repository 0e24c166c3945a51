# embed_files(TARGET SYMBOL FILES...): puts files into the program, so that one binary is the whole
# tool. Declares `const struct embedded_file SYMBOL[]` (etl/core/embedded.h), ended by a NULL name.
function(embed_files target symbol)
  set(asm "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S")
  set(table "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c")
  set(asm_text "/* made by scripts/cmake/embed.cmake */\n.section .rodata\n")
  set(extern_text "")
  set(row_text "")
  set(paths "")
  set(n 0)
  foreach(file ${ARGN})
    get_filename_component(path "${file}" ABSOLUTE)
    get_filename_component(name "${file}" NAME)
    list(APPEND paths "${path}")
    string(APPEND asm_text ".global ${symbol}_${n}\n.global ${symbol}_${n}_end\n${symbol}_${n}:\n"
           ".incbin \"${path}\"\n${symbol}_${n}_end:\n.byte 0\n")
    string(APPEND extern_text "extern const char ${symbol}_${n}[], ${symbol}_${n}_end[];\n")
    string(APPEND row_text "    { \"${name}\", ${symbol}_${n}, ${symbol}_${n}_end },\n")
    math(EXPR n "${n} + 1")
  endforeach()
  string(APPEND asm_text ".section .note.GNU-stack,\"\",%progbits\n")
  file(CONFIGURE OUTPUT "${asm}" CONTENT "${asm_text}" @ONLY)
  file(CONFIGURE OUTPUT "${table}" CONTENT "/* made by scripts/cmake/embed.cmake */
#include \"etl/core/embedded.h\"
extern const struct embedded_file ${symbol}[];
${extern_text}const struct embedded_file ${symbol}[] = {
${row_text}    { 0 }
};
" @ONLY)
  set_source_files_properties("${asm}" PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE "${asm}" "${table}")
endfunction()
