# Who was denied what, how often, by which rule; the most often first:
#   jq -rsf denials.jq audit.jsonl
map(select(.type == "call" and (.act == "deny" or .act == "kill")))
| group_by([.rule.id, .proc.exe, .sys.name, .obj.resolved // .obj.path])
| map([(map(.count // 1) | add), .])
| sort_by(-.[0])[] | .[0] as $calls | .[1]
| [$calls, .[0].rule.id, .[0].proc.exe // "-", .[0].sys.name // "-", .[0].obj.resolved // .[0].obj.path // "-"]
| @tsv
