
use builtin;
use str;

set edit:completion:arg-completer[moda-agent] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'moda-agent'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'moda-agent'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand upload 'Read sessions, rebuild them and upload their spans'
            cand sessions 'List the sessions with their turns, tool calls and tokens'
            cand diff 'Compare the spans of sessions with spans from a file'
            cand status 'Show what was delivered where, what waits, was rejected, or will be deleted soon'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the man page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'moda-agent;upload'= {
            cand --format 'How a dry run or a diff prints; otlp-json is for dry runs'
            cand --since 'Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago'
            cand --until 'Turns that began before then'
            cand --project 'Sessions of this project: a pattern for its folder''s name, or with a slash for its path; may be given several times'
            cand --session 'The session whose id begins so; may be given several times'
            cand --exclude 'No session of this project, whatever else is asked for: a pattern for a folder''s name, or with a slash for its path; may be given several times'
            cand --state 'The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]'
            cand --settle 'How long a session must be silent before its last turn is sent; 0 takes all'
            cand --resend 'Send again what was delivered or rejected before, with the same ids: all, or only what changed or was rejected'
            cand --endpoint 'Where to send: a server''s URL, file:PATH for a file of OTLP/JSON lines, or - for standard output'
            cand --api-key-file 'A file that holds the key, instead of the variable MODA_API_KEY'
            cand --header 'A header for every request; may be given several times'
            cand --protocol 'How requests are encoded [default: http/protobuf]'
            cand --compression 'How requests are compressed [default: gzip]'
            cand --timeout 'How long a request may take, as in 30s or 2m [default: 30s]'
            cand --retry-for 'For how long a request may be tried again, as in 30s or 1h; 0s for once only'
            cand --concurrency 'The most requests in flight'
            cand --max-batch-spans 'The most spans in a request'
            cand --max-batch-bytes 'The largest request before compression, as in 4MiB or 500kB'
            cand --certificate 'The certificates of authorities to trust instead of the system''s, in PEM'
            cand --client-certificate 'The certificate that says who we are, in PEM'
            cand --client-key 'Its private key, in PEM'
            cand --convention 'Whose names and attributes the spans have'
            cand --detail 'One span a turn, or the whole tree [default: turns with moda, else full]'
            cand --content 'What of people''s, models'' and tools'' words is in the spans'
            cand --redact 'Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown'
            cand --redact-pattern 'What else is replaced, a regular expression; may be given several times'
            cand --redact-allow 'What is no secret, a regular expression that matches it; may be given several times'
            cand --paths 'How paths below your home folder are told'
            cand --conversation-id 'The conversation that the sessions belong to [default: each its own]'
            cand --user-id 'The user that the sessions belong to; also the variable MODA_USER_ID'
            cand --service-name 'The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]'
            cand --environment 'The deployment environment, as in production'
            cand --color 'When to use colours; NO_COLOR switches them off, too'
            cand --progress 'When to show a progress bar'
            cand --dry-run 'Print what would be sent; send nothing, write nothing'
            cand --diff 'Print how each turn differs from what was delivered; send nothing, write nothing'
            cand --strict 'Exit with 1 if any input was damaged'
            cand --yes 'Upload without asking: on a terminal the first upload to a destination shows what would go, and asks'
            cand --all 'Send everything; neither read nor write the ledger'
            cand --include-commands 'Also send turns that called no model, such as /clear'
            cand -q 'Print nothing but problems'
            cand --quiet 'Print nothing but problems'
            cand -v 'Print every warning, and every request to a server'
            cand --verbose 'Print every warning, and every request to a server'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'moda-agent;sessions'= {
            cand --format 'How the list is printed'
            cand --color 'When to use colours; NO_COLOR switches them off, too'
            cand --progress 'When to show a progress bar'
            cand --strict 'Exit with 1 if any input was damaged'
            cand -q 'Print nothing but problems'
            cand --quiet 'Print nothing but problems'
            cand -v 'Print every warning, and every request to a server'
            cand --verbose 'Print every warning, and every request to a server'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'moda-agent;diff'= {
            cand --format 'How differences are printed'
            cand --since 'Turns that began then or later: 2026-11-24, 2026-11-24T10:00:00Z (UTC), or 7d for seven days ago'
            cand --until 'Turns that began before then'
            cand --project 'Sessions of this project: a pattern for its folder''s name, or with a slash for its path; may be given several times'
            cand --session 'The session whose id begins so; may be given several times'
            cand --exclude 'No session of this project, whatever else is asked for: a pattern for a folder''s name, or with a slash for its path; may be given several times'
            cand --convention 'Whose names and attributes the spans have'
            cand --detail 'One span a turn, or the whole tree [default: turns with moda, else full]'
            cand --content 'What of people''s, models'' and tools'' words is in the spans'
            cand --redact 'Whether secrets are replaced by [REDACTED:kind], in every text that is sent or shown'
            cand --redact-pattern 'What else is replaced, a regular expression; may be given several times'
            cand --redact-allow 'What is no secret, a regular expression that matches it; may be given several times'
            cand --paths 'How paths below your home folder are told'
            cand --conversation-id 'The conversation that the sessions belong to [default: each its own]'
            cand --user-id 'The user that the sessions belong to; also the variable MODA_USER_ID'
            cand --service-name 'The service that the spans come from; also OTEL_SERVICE_NAME [default: claude-code]'
            cand --environment 'The deployment environment, as in production'
            cand --color 'When to use colours; NO_COLOR switches them off, too'
            cand --progress 'When to show a progress bar'
            cand --strict 'Exit with 1 if any input was damaged, too'
            cand --include-commands 'Also send turns that called no model, such as /clear'
            cand -q 'Print nothing but problems'
            cand --quiet 'Print nothing but problems'
            cand -v 'Print every warning, and every request to a server'
            cand --verbose 'Print every warning, and every request to a server'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'moda-agent;status'= {
            cand --format 'How it is printed'
            cand --state 'The ledger, which knows what was delivered [default: ~/.local/state/moda-agent/ledger.db]'
            cand --settle 'How long a session must be silent before its last turn is sent, as for upload'
            cand --exclude 'Projects of which upload is to send nothing, as for upload'
            cand --color 'When to use colours; NO_COLOR switches them off, too'
            cand --progress 'When to show a progress bar'
            cand -q 'Print nothing but problems'
            cand --quiet 'Print nothing but problems'
            cand -v 'Print every warning, and every request to a server'
            cand --verbose 'Print every warning, and every request to a server'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'moda-agent;completions'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'moda-agent;man'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'moda-agent;help'= {
            cand upload 'Read sessions, rebuild them and upload their spans'
            cand sessions 'List the sessions with their turns, tool calls and tokens'
            cand diff 'Compare the spans of sessions with spans from a file'
            cand status 'Show what was delivered where, what waits, was rejected, or will be deleted soon'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the man page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'moda-agent;help;upload'= {
        }
        &'moda-agent;help;sessions'= {
        }
        &'moda-agent;help;diff'= {
        }
        &'moda-agent;help;status'= {
        }
        &'moda-agent;help;completions'= {
        }
        &'moda-agent;help;man'= {
        }
        &'moda-agent;help;help'= {
        }
    ]
    $completions[$command]
}
