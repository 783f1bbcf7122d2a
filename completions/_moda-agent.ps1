
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'moda-agent' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'moda-agent'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'moda-agent' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Read sessions, rebuild them and upload their spans')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'List the sessions with their turns, tool calls and tokens')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare the spans of sessions with spans from a file')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what was delivered where, what waits, was rejected, or will be deleted soon')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'moda-agent;upload' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How a dry run or a diff prints; otlp-json is for dry runs')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Turns that began before then')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Sessions of this project: a pattern for its folder''s name, or with a slash for its path; may be given several times')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'The session whose id begins so; may be given several times')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'No session of this project, whatever else is asked for: a pattern for a folder''s name, or with a slash for its path; may be given several times')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]')
            [CompletionResult]::new('--settle', '--settle', [CompletionResultType]::ParameterName, 'How long a session must be silent before its last turn is sent; 0 takes all')
            [CompletionResult]::new('--resend', '--resend', [CompletionResultType]::ParameterName, 'Send again what was delivered or rejected before, with the same ids: all, or only what changed or was rejected')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Where to send: a server''s URL, file:PATH for a file of OTLP/JSON lines, or - for standard output')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'A file that holds the key, instead of the variable MODA_API_KEY')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A header for every request; may be given several times')
            [CompletionResult]::new('--protocol', '--protocol', [CompletionResultType]::ParameterName, 'How requests are encoded [default: http/protobuf]')
            [CompletionResult]::new('--compression', '--compression', [CompletionResultType]::ParameterName, 'How requests are compressed [default: gzip]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long a request may take, as in 30s or 2m [default: 30s]')
            [CompletionResult]::new('--retry-for', '--retry-for', [CompletionResultType]::ParameterName, 'For how long a request may be tried again, as in 30s or 1h; 0s for once only')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'The most requests in flight')
            [CompletionResult]::new('--max-batch-spans', '--max-batch-spans', [CompletionResultType]::ParameterName, 'The most spans in a request')
            [CompletionResult]::new('--max-batch-bytes', '--max-batch-bytes', [CompletionResultType]::ParameterName, 'The largest request before compression, as in 4MiB or 500kB')
            [CompletionResult]::new('--certificate', '--certificate', [CompletionResultType]::ParameterName, 'The certificates of authorities to trust instead of the system''s, in PEM')
            [CompletionResult]::new('--client-certificate', '--client-certificate', [CompletionResultType]::ParameterName, 'The certificate that says who we are, in PEM')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'Its private key, in PEM')
            [CompletionResult]::new('--convention', '--convention', [CompletionResultType]::ParameterName, 'Whose names and attributes the spans have')
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One span a turn, or the whole tree [default: turns with moda, else full]')
            [CompletionResult]::new('--content', '--content', [CompletionResultType]::ParameterName, 'What of people''s, models'' and tools'' words is in the spans')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown')
            [CompletionResult]::new('--redact-pattern', '--redact-pattern', [CompletionResultType]::ParameterName, 'What else is replaced, a regular expression; may be given several times')
            [CompletionResult]::new('--redact-allow', '--redact-allow', [CompletionResultType]::ParameterName, 'What is no secret, a regular expression that matches it; may be given several times')
            [CompletionResult]::new('--paths', '--paths', [CompletionResultType]::ParameterName, 'How paths below your home folder are told')
            [CompletionResult]::new('--conversation-id', '--conversation-id', [CompletionResultType]::ParameterName, 'The conversation that the sessions belong to [default: each its own]')
            [CompletionResult]::new('--user-id', '--user-id', [CompletionResultType]::ParameterName, 'The user that the sessions belong to; also the variable MODA_USER_ID')
            [CompletionResult]::new('--service-name', '--service-name', [CompletionResultType]::ParameterName, 'The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'The deployment environment, as in production')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR switches them off, too')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'When to show a progress bar')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be sent; send nothing, write nothing')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'Print how each turn differs from what was delivered; send nothing, write nothing')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 1 if any input was damaged')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Upload without asking: on a terminal the first upload to a destination shows what would go, and asks')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Send everything; neither read nor write the ledger')
            [CompletionResult]::new('--include-commands', '--include-commands', [CompletionResultType]::ParameterName, 'Also send turns that called no model, such as /clear')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'moda-agent;sessions' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How the list is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR switches them off, too')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'When to show a progress bar')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 1 if any input was damaged')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'moda-agent;diff' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How differences are printed')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Turns that began before then')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Sessions of this project: a pattern for its folder''s name, or with a slash for its path; may be given several times')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'The session whose id begins so; may be given several times')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'No session of this project, whatever else is asked for: a pattern for a folder''s name, or with a slash for its path; may be given several times')
            [CompletionResult]::new('--convention', '--convention', [CompletionResultType]::ParameterName, 'Whose names and attributes the spans have')
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One span a turn, or the whole tree [default: turns with moda, else full]')
            [CompletionResult]::new('--content', '--content', [CompletionResultType]::ParameterName, 'What of people''s, models'' and tools'' words is in the spans')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown')
            [CompletionResult]::new('--redact-pattern', '--redact-pattern', [CompletionResultType]::ParameterName, 'What else is replaced, a regular expression; may be given several times')
            [CompletionResult]::new('--redact-allow', '--redact-allow', [CompletionResultType]::ParameterName, 'What is no secret, a regular expression that matches it; may be given several times')
            [CompletionResult]::new('--paths', '--paths', [CompletionResultType]::ParameterName, 'How paths below your home folder are told')
            [CompletionResult]::new('--conversation-id', '--conversation-id', [CompletionResultType]::ParameterName, 'The conversation that the sessions belong to [default: each its own]')
            [CompletionResult]::new('--user-id', '--user-id', [CompletionResultType]::ParameterName, 'The user that the sessions belong to; also the variable MODA_USER_ID')
            [CompletionResult]::new('--service-name', '--service-name', [CompletionResultType]::ParameterName, 'The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]')
            [CompletionResult]::new('--environment', '--environment', [CompletionResultType]::ParameterName, 'The deployment environment, as in production')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR switches them off, too')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'When to show a progress bar')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 1 if any input was damaged, too')
            [CompletionResult]::new('--include-commands', '--include-commands', [CompletionResultType]::ParameterName, 'Also send turns that called no model, such as /clear')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'moda-agent;status' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How it is printed')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]')
            [CompletionResult]::new('--settle', '--settle', [CompletionResultType]::ParameterName, 'How long a session must be silent before its last turn is sent, as for upload')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Projects of which upload is to send nothing, as for upload')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR switches them off, too')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'When to show a progress bar')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but problems')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print every warning, and every request to a server')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'moda-agent;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'moda-agent;man' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'moda-agent;help' {
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Read sessions, rebuild them and upload their spans')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'List the sessions with their turns, tool calls and tokens')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare the spans of sessions with spans from a file')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what was delivered where, what waits, was rejected, or will be deleted soon')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'moda-agent;help;upload' {
            break
        }
        'moda-agent;help;sessions' {
            break
        }
        'moda-agent;help;diff' {
            break
        }
        'moda-agent;help;status' {
            break
        }
        'moda-agent;help;completions' {
            break
        }
        'moda-agent;help;man' {
            break
        }
        'moda-agent;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
