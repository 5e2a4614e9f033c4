# Makes our plain // comments into Doxygen's: those above a declaration, those behind one with the
# lines that go on below them, and the one that a header begins with. What Doxygen would take for a
# command, a tag or a link is escaped.
function plain(text) {
  gsub(/[\\@<>#%&$~]/, "\\\\&", text)
  gsub(/--/, "\\--", text)
  return text
}
FNR == 1 { print "/// \\file" }
/^ *\/\/ ?-{3}/ || /^ *\/\/ *namespace/ { print "" ; column = 0; next }
/^ *\/\// {
  at = index($0, "//")
  print (column && at == column ? "///<" : "///") plain(substr($0, at + 2))
  if (at != column) column = 0
  next
}
match($0, /[^ ] +  \/\/ |[^ ]  \/\/ /) && !/}  \/\/ namespace/ {
  column = RSTART + RLENGTH - 3
  code = substr($0, 1, column - 1)
  if (code ~ /[;,] *$/ || code ~ /^ *k?[A-Za-z0-9]+ *$/) {
    print code "///<" plain(substr($0, column + 2))
    next
  }
}
{ column = 0; print }
