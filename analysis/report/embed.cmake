# cmake -DOUT=page_parts.cc -DFROM=DIRECTORY -P embed.cmake: the page's files as one source, a literal for each line.
set(text "#include \"analysis/report/page_parts.h\"\n\nnamespace scsup::analysis {\n")
foreach(name html css js)
  file(READ ${FROM}/page.${name} content HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" content "${content}")
  string(REPLACE "\\x0a" "\\x0a\"\n  \"" content "${content}")
  string(APPEND text "\nconst std::string_view page_${name} =\n  \"${content}\";\n")
endforeach()
file(WRITE ${OUT} "${text}\n}  // namespace scsup::analysis\n")
