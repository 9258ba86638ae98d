# Who was denied what, how often, by which rule; the most often first:
#   jq -rsf denials.jq audit.jsonl
map(select(.type == "call" and (.act == "deny" or .act == "kill")))
| group_by([.rule.id, .proc.exe, .sys.name, .obj.resolved // .obj.path])
| sort_by(-length)[]
| [length, .[0].rule.id, .[0].proc.exe // "-", .[0].sys.name // "-", .[0].obj.resolved // .[0].obj.path // "-"]
| @tsv
