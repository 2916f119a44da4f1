# Counts a .trx file's results ("passed failed skipped" on one line) and lists the skipped tests with their reasons in the file `skips`.
# The file's own <Counters> leave skipped tests out. A test's output cannot look like an element: its angle brackets are escaped.

function text(s) {
    gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&#x[DA];/, " ", s); gsub(/&amp;/, "\\&", s)
    return s
}

/<UnitTestResult / {
    skipping = 0
    if ($0 ~ / outcome="Passed"/) passed++
    else if ($0 ~ / outcome="NotExecuted"/) {
        skipped++
        skipping = 1
        name = $0
        sub(/.* testName="/, "", name)
        sub(/".*/, "", name)
        if ($0 ~ /\/>[ \r]*$/) { print "  skipped " text(name) >> skips; skipping = 0 }
    }
    else failed++
}

skipping && /<Message>/ {
    reason = $0
    sub(/.*<Message>/, "", reason)
    sub(/<\/Message>.*/, "", reason)
    print "  skipped " text(name) ": " text(reason) >> skips
    skipping = 0
}

END { print passed + 0, failed + 0, skipped + 0 }
