# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_moda_agent_global_optspecs
    string join \n h/help V/version
end

function __fish_moda_agent_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_moda_agent_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_moda_agent_using_subcommand
    set -l cmd (__fish_moda_agent_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c moda-agent -n "__fish_moda_agent_needs_command" -s h -l help -d 'Print help'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "upload" -d 'Read sessions, rebuild them and upload their spans'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "sessions" -d 'List the sessions with their turns, tool calls and tokens'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "diff" -d 'Compare the spans of sessions with spans from a file'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "status" -d 'Show what was delivered where, what waits, was rejected, or will be deleted soon'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "man" -d 'Print the man page'
complete -c moda-agent -n "__fish_moda_agent_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l format -d 'How a dry run or a diff prints; otlp-json is for dry runs' -r -f -a "text\t'For people: sessions, turns, their attributes, totals'
json\t'One object a turn, JSON lines'
otlp-json\t'One ExportTraceServiceRequest a line, exactly what would be sent'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l since -d 'Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l until -d 'Turns that began before then' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l project -d 'Sessions of this project: a pattern for its folder\'s name, or with a slash for its path; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l session -d 'The session whose id begins so; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l exclude -d 'No session of this project, whatever else is asked for: a pattern for a folder\'s name, or with a slash for its path; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l state -d 'The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]' -r -F
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l settle -d 'How long a session must be silent before its last turn is sent; 0 takes all' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l resend -d 'Send again what was delivered or rejected before, with the same ids: all, or only what changed or was rejected' -r -f -a "all\t'All that is asked for'
changed\t'What would look otherwise now'
rejected\t'What the server rejected'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l endpoint -d 'Where to send: a server\'s URL, file:PATH for a file of OTLP/JSON lines, or - for standard output' -r -f
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l api-key-file -d 'A file that holds the key, instead of the variable MODA_API_KEY' -r -F
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l header -d 'A header for every request; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l protocol -d 'How requests are encoded [default: http/protobuf]' -r -f -a "http/protobuf\t'Protobuf'
http/json\t'JSON'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l compression -d 'How requests are compressed [default: gzip]' -r -f -a "gzip\t'With gzip'
none\t'Not at all'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l timeout -d 'How long a request may take, as in 30s or 2m [default: 30s]' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l retry-for -d 'For how long a request may be tried again, as in 30s or 1h; 0s for once only' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l concurrency -d 'The most requests in flight' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l max-batch-spans -d 'The most spans in a request' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l max-batch-bytes -d 'The largest request before compression, as in 4MiB or 500kB' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l certificate -d 'The certificates of authorities to trust instead of the system\'s, in PEM' -r -F
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l client-certificate -d 'The certificate that says who we are, in PEM' -r -F
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l client-key -d 'Its private key, in PEM' -r -F
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l convention -d 'Whose names and attributes the spans have' -r -f -a "moda\t'Moda\'s instrumentor: one span a turn, as it is sent live'
genai\t'OpenTelemetry\'s GenAI conventions: requests, tool calls and subagents below the turn'
openinference\t'OpenInference: the same tree for Phoenix and Arize'
claude-code\t'The client\'s own traces: the same tree, as Claude Code itself exports it'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l detail -d 'One span a turn, or the whole tree [default: turns with moda, else full]' -r -f -a "turns\t'One span'
full\t'A span for the turn and each request, tool call and subagent of it'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l content -d 'What of people\'s, models\' and tools\' words is in the spans' -r -f -a "full\t'Prompts, answers, and what tools are asked and answer'
prompts\t'Prompts and answers only'
none\t'Nothing but names, numbers and ids'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l redact -d 'Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown' -r -f -a "on\t'All that are known'
off\t'None'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l redact-pattern -d 'What else is replaced, a regular expression; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l redact-allow -d 'What is no secret, a regular expression that matches it; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l paths -d 'How paths below your home folder are told' -r -f -a "short\t'With ~ for the folder'
full\t'As they are'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l conversation-id -d 'The conversation that the sessions belong to [default: each its own]' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l user-id -d 'The user that the sessions belong to; also the variable MODA_USER_ID' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l service-name -d 'The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l environment -d 'The deployment environment, as in production' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l color -d 'When to use colours; NO_COLOR switches them off, too' -r -f -a "auto\t'On a terminal'
always\t'Always'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l progress -d 'When to show a progress bar' -r -f -a "auto\t'On a terminal'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l dry-run -d 'Print what would be sent; send nothing, write nothing'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l diff -d 'Print how each turn differs from what was delivered; send nothing, write nothing'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l strict -d 'Exit with 1 if any input was damaged'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l yes -d 'Upload without asking: on a terminal the first upload to a destination shows what would go, and asks'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l all -d 'Send everything; neither read nor write the ledger'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -l include-commands -d 'Also send turns that called no model, such as /clear'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -s q -l quiet -d 'Print nothing but problems'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -s v -l verbose -d 'Print every warning, and every request to a server'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand upload" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -l format -d 'How the list is printed' -r -f -a "text\t'For people'
json\t'For programs: one object'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -l color -d 'When to use colours; NO_COLOR switches them off, too' -r -f -a "auto\t'On a terminal'
always\t'Always'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -l progress -d 'When to show a progress bar' -r -f -a "auto\t'On a terminal'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -l strict -d 'Exit with 1 if any input was damaged'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -s q -l quiet -d 'Print nothing but problems'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -s v -l verbose -d 'Print every warning, and every request to a server'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand sessions" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l format -d 'How differences are printed' -r -f -a "text\t'For people: + new, - gone, ~ changed, with old and new values beneath'
json\t'For programs: one object a turn, JSON lines'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l since -d 'Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l until -d 'Turns that began before then' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l project -d 'Sessions of this project: a pattern for its folder\'s name, or with a slash for its path; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l session -d 'The session whose id begins so; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l exclude -d 'No session of this project, whatever else is asked for: a pattern for a folder\'s name, or with a slash for its path; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l convention -d 'Whose names and attributes the spans have' -r -f -a "moda\t'Moda\'s instrumentor: one span a turn, as it is sent live'
genai\t'OpenTelemetry\'s GenAI conventions: requests, tool calls and subagents below the turn'
openinference\t'OpenInference: the same tree for Phoenix and Arize'
claude-code\t'The client\'s own traces: the same tree, as Claude Code itself exports it'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l detail -d 'One span a turn, or the whole tree [default: turns with moda, else full]' -r -f -a "turns\t'One span'
full\t'A span for the turn and each request, tool call and subagent of it'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l content -d 'What of people\'s, models\' and tools\' words is in the spans' -r -f -a "full\t'Prompts, answers, and what tools are asked and answer'
prompts\t'Prompts and answers only'
none\t'Nothing but names, numbers and ids'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l redact -d 'Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown' -r -f -a "on\t'All that are known'
off\t'None'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l redact-pattern -d 'What else is replaced, a regular expression; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l redact-allow -d 'What is no secret, a regular expression that matches it; may be given several times' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l paths -d 'How paths below your home folder are told' -r -f -a "short\t'With ~ for the folder'
full\t'As they are'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l conversation-id -d 'The conversation that the sessions belong to [default: each its own]' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l user-id -d 'The user that the sessions belong to; also the variable MODA_USER_ID' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l service-name -d 'The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l environment -d 'The deployment environment, as in production' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l color -d 'When to use colours; NO_COLOR switches them off, too' -r -f -a "auto\t'On a terminal'
always\t'Always'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l progress -d 'When to show a progress bar' -r -f -a "auto\t'On a terminal'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l strict -d 'Exit with 1 if any input was damaged, too'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -l include-commands -d 'Also send turns that called no model, such as /clear'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -s q -l quiet -d 'Print nothing but problems'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -s v -l verbose -d 'Print every warning, and every request to a server'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand diff" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -l format -d 'How it is printed' -r -f -a "text\t'For people'
json\t'For programs: one object'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -l state -d 'The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]' -r -F
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -l settle -d 'How long a session must be silent before its last turn is sent, as for upload' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -l exclude -d 'Projects of which upload is to send nothing, as for upload' -r
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -l color -d 'When to use colours; NO_COLOR switches them off, too' -r -f -a "auto\t'On a terminal'
always\t'Always'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -l progress -d 'When to show a progress bar' -r -f -a "auto\t'On a terminal'
never\t'Never'"
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -s q -l quiet -d 'Print nothing but problems'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -s v -l verbose -d 'Print every warning, and every request to a server'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand status" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand completions" -s h -l help -d 'Print help'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand completions" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand man" -s h -l help -d 'Print help'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand man" -s V -l version -d 'Print version'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "upload" -d 'Read sessions, rebuild them and upload their spans'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "sessions" -d 'List the sessions with their turns, tool calls and tokens'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "diff" -d 'Compare the spans of sessions with spans from a file'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "status" -d 'Show what was delivered where, what waits, was rejected, or will be deleted soon'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "man" -d 'Print the man page'
complete -c moda-agent -n "__fish_moda_agent_using_subcommand help; and not __fish_seen_subcommand_from upload sessions diff status completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
