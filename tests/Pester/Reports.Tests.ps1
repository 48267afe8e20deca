BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $plain = $rows | Invoke-AgentReplay -Workers 4
    $routed = $rows | Invoke-AgentReplay -Workers 4 -RouterMode KvRouter
    $cmdlets = 'AgentSim.PowerShell.Commands'
    $reference = "$Root/tests/Unit/Data/replay/003-agent-trtllm-agg-roundrobin/report.json"
}

Describe 'Compare-AgentReplay' {
    BeforeAll {
        $plain | Export-AgentReport "$TestDrive/plain.json"
        $routed | Export-AgentReport "$TestDrive/routed.json"
        function Assert-Comparison($Found) {
            $Found.Metric | Should -Be $plain.Summary.Metrics.Name
            $one = $Found | Where-Object Metric -EQ p99_ttft_ms
            $one.Baseline | Should -Be $plain.Summary.P99TtftMs
            $one.Value | Should -Be $routed.Summary.P99TtftMs
            $one.Difference | Should -Be ($one.Value - $one.Baseline)
            $one.Percent | Should -Be ($one.Difference / $one.Baseline * 100)
            $one.Verdict | Should -Be 'Better'
            ($Found | Where-Object Metric -EQ num_requests).Verdict | Should -Be 'Same'
        }
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'results'; Script = { $plain, $routed | Compare-AgentReplay } }
        @{ Kind = 'results one after the other'; Script = { Compare-AgentReplay $plain $routed } }
        @{ Kind = 'results by name'; Script = { Compare-AgentReplay -InputObject $plain, $routed } }
        @{ Kind = 'summaries'; Script = { Compare-AgentReplay $plain.Summary, $routed.Summary } }
        @{ Kind = 'report files in the pipeline'; Script = { Get-Item "$TestDrive/plain.json", "$TestDrive/routed.json" | Compare-AgentReplay } }
        @{ Kind = 'paths'; Script = { Compare-AgentReplay "$TestDrive/plain.json", "$TestDrive/routed.json" } }
        @{ Kind = 'paths by name'; Script = { Compare-AgentReplay -Path "$TestDrive/plain.json", "$TestDrive/routed.json" } }
        @{ Kind = 'wildcards'; Script = { Compare-AgentReplay -Path "$TestDrive/*.json" } }
        @{ Kind = 'literal paths'; Script = { Compare-AgentReplay -LiteralPath "$TestDrive/plain.json", "$TestDrive/routed.json" } }
        @{ Kind = 'a result and a file'; Script = { $plain, "$TestDrive/routed.json" | Compare-AgentReplay } }
        @{ Kind = 'what Import-Clixml returns'; Script = { $plain, $routed | Export-Clixml "$TestDrive/both.xml"; Import-Clixml "$TestDrive/both.xml" | Compare-AgentReplay } }
        @{ Kind = 'what ConvertFrom-Json returns'; Script = { $plain, $routed | ForEach-Object { $_.Summary | ConvertTo-Json | ConvertFrom-Json } | Compare-AgentReplay } }
        @{ Kind = 'what Import-Csv returns'; Script = { $plain, $routed | ForEach-Object Summary | Export-Csv "$TestDrive/both.csv"; Import-Csv "$TestDrive/both.csv" | Compare-AgentReplay } }
        @{ Kind = 'a CSV report'; Script = { $plain, $routed | Export-AgentReport "$TestDrive/report.csv" -Force; Import-Csv "$TestDrive/report.csv" | Compare-AgentReplay } }
        @{ Kind = 'rows of a sweep'; Script = { $rows | Invoke-AgentSweep -Workers 4 -RouterMode RoundRobin, KvRouter | Sort-Object Index | Compare-AgentReplay } }
        @{ Kind = 'what another process returns'; Script = {
                Invoke-PowerShell -NoProfile -NonInteractive -OutputFormat Xml -Command "Import-Module '$Manifest'; 'RoundRobin', 'KvRouter' |
                    ForEach-Object { Invoke-AgentReplay '$Sample' -TraceFormat Dynamo -Workers 4 -RouterMode `$_ }" | Compare-AgentReplay } }
    ) { Assert-Comparison @(& $Script) }

    It 'takes the numbers that Export-Csv writes where the culture is <_>' -ForEach '', 'de-DE', 'fr-FR', 'en-US' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $_
            $plain, $routed | ForEach-Object Summary | Export-Csv "$TestDrive/culture.csv" -Delimiter ';'
            Assert-Comparison @(Import-Csv "$TestDrive/culture.csv" -Delimiter ';' | Compare-AgentReplay)
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }

    It 'compares the metrics that -Metric names' {
        ($plain, $routed | Compare-AgentReplay -Metric gpu_hours, P9?_TTFT_ms).Metric | Should -Be 'gpu_hours', 'p90_ttft_ms', 'p95_ttft_ms', 'p99_ttft_ms'
        { $plain, $routed | Compare-AgentReplay -Metric p99 } | Should -Throw -ErrorId "MetricUnknown,$cmdlets.CompareAgentReplayCommand"
    }

    It 'lets -TolerancePercent decide what is a change' {
        ($plain, $routed | Compare-AgentReplay -Metric p99_ttft_ms -TolerancePercent 2).Verdict | Should -Be 'Same'
        ($plain, $routed | Compare-AgentReplay -Metric p99_ttft_ms -TolerancePercent 1).Verdict | Should -Be 'Better'
        { $plain, $routed | Compare-AgentReplay -TolerancePercent -1 } | Should -Throw
    }

    It 'keeps the values of more than two replays' {
        $one = $plain, $routed, $plain | Compare-AgentReplay -Metric p99_ttft_ms
        $one.Values | Should -Be $plain.Summary.P99TtftMs, $routed.Summary.P99TtftMs, $plain.Summary.P99TtftMs
        $one.Verdicts | Should -Be 'Better', 'Same'
        $one.Verdict | Should -Be 'Same'
    }

    It 'calls a metric missing that one replay lacks' {
        $level = $rows | Invoke-AgentReplay -Workers 4 -SlaTtftMs 30
        ($plain, $level | Compare-AgentReplay -Metric goodput_completed_requests).Verdict | Should -Be 'Missing'
    }

    It 'refuses <Kind> as <Id>' -ForEach @(
        @{ Kind = 'one replay'; Script = { $plain | Compare-AgentReplay }; Id = 'ComparisonTooFew' }
        @{ Kind = 'other objects'; Script = { Get-Date | Compare-AgentReplay }; Id = 'ReportInvalid' }
        @{ Kind = 'no file'; Script = { Compare-AgentReplay nowhere.json, nowhere.json }; Id = 'InputUnreadable' }
        @{ Kind = 'no match'; Script = { Compare-AgentReplay 'nowhere*.json' }; Id = 'InputMissing' }
        @{ Kind = 'another file'; Script = { Compare-AgentReplay $Sample }; Id = 'ReportInvalid' }
        @{ Kind = 'no file system'; Script = { Compare-AgentReplay env:PATH }; Id = 'PathNotFileSystem' }
        @{ Kind = 'a failed point'; Script = { $good = $rows | Invoke-AgentSweep -Workers 1, 2 -RouterMode KvRouter -ErrorVariable faults -ErrorAction SilentlyContinue; $good, $faults[0].TargetObject | Compare-AgentReplay }; Id = 'ReplaySettingsInvalid' }
    ) { $Script | Should -Throw -ErrorId "$Id,$cmdlets.CompareAgentReplayCommand" }

    It 'completes names of metrics' {
        (TabExpansion2 'Compare-AgentReplay $a -Metric p99_t').CompletionMatches.CompletionText |
            Should -Be 'p99_task_makespan_ms', 'p99_tpot_ms', 'p99_ttft_ms', 'p99_ttst_ms'
        (TabExpansion2 'Compare-AgentReplay $a -Metric p99_ttf').CompletionMatches.ToolTip | Should -BeLike 'TTFT p99 (ms, less is better): 99th percentile: *'
    }

    It 'shows a table of 100 columns' {
        $lines = @(($plain, $routed | Compare-AgentReplay | Out-String -Width 100) -split '\r?\n' | Where-Object { $_ })
        $lines[0] | Should -Match '^Metric +Baseline +Value +% +Verdict +Difference *$'
        $lines.Count | Should -Be 76
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        @($lines | Where-Object { $_ -match '^first_admission_prefix_cache_reused_ratio ' }).Count | Should -Be 1
    }
}

Describe 'Test-AgentReplay' {
    BeforeAll {
        $plain | Export-AgentReport "$TestDrive/plain.json"
        $suffix = "$cmdlets.TestAgentReplayCommand"
    }

    It 'returns an object for every limit' {
        $found = @($plain | Test-AgentReplay -Limit ([ordered]@{ p99_ttft_ms = 500; request_throughput_rps = 100; completed_requests = '=67'; mean_itl_ms = 5.5 }))
        $found | Should -BeOfType AgentSim.Metrics.LimitResult
        $found.Metric | Should -Be 'p99_ttft_ms', 'request_throughput_rps', 'completed_requests', 'mean_itl_ms'
        $found.Passed | Should -Be $true, $false, $true, $false
        $found.Limit | Should -Be '500', '100', '=67', '5.5'
        $found[0].Value | Should -Be $plain.Summary.P99TtftMs
        $found[0].AtMost | Should -Be 500
        $found[1].AtLeast | Should -Be 100
        $found[3].Message | Should -BeLike 'mean_itl_ms is 5.9*, but must be at most 5.5'
    }

    It 'measures percentages by the baseline, given as <Kind>' -ForEach @(
        @{ Kind = 'a path'; Baseline = { "$TestDrive/plain.json" } }
        @{ Kind = 'a file'; Baseline = { Get-Item "$TestDrive/plain.json" } }
        @{ Kind = 'a result'; Baseline = { $plain } }
    ) {
        $found = @($routed | Test-AgentReplay -Baseline (& $Baseline) -Limit ([ordered]@{ p99_tpot_ms = '+5%'; p99_ttft_ms = '+5%'; prefix_cache_reused_ratio = '-1%' }))
        $found.Passed | Should -Be $false, $true, $true
        $found.Baseline | Should -Be $plain.Summary.P99TpotMs, $plain.Summary.P99TtftMs, $plain.Summary.PrefixCacheReusedRatio
    }

    It 'lets nothing get worse than the baseline alone' {
        $found = @($routed | Test-AgentReplay -Baseline $plain)
        ($found | Where-Object Metric -EQ p99_ttft_ms).Passed | Should -BeTrue
        ($found | Where-Object Metric -EQ p99_tpot_ms).Passed | Should -BeFalse
        $found.Metric | Should -Not -Contain 'wall_time_ms'
        $plain | Test-AgentReplay -Baseline "$TestDrive/plain.json" -Quiet | Should -BeTrue
        $routed | Test-AgentReplay -Baseline $plain -TolerancePercent 10000 -Quiet | Should -BeTrue
    }

    It 'gives a Boolean with -Quiet' {
        $plain, $routed | Test-AgentReplay -Limit @{ p99_ttft_ms = 43.5 } -Quiet | Should -BeExactly $false
        $plain, $routed | Test-AgentReplay -Limit @{ p99_ttft_ms = 44 } -Quiet | Should -BeExactly $true
        $plain | Test-AgentReplay -Limit @{ p99_ttft_ms = 44; goodput_completed_requests = 1 } -Quiet | Should -BeExactly $false
    }

    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'a path'; Script = { Test-AgentReplay "$TestDrive/plain.json" @args }; HasSource = $true }
        @{ Kind = 'a path by name'; Script = { Test-AgentReplay -Path "$TestDrive/pl?in.json" @args }; HasSource = $true }
        @{ Kind = 'a literal path'; Script = { Test-AgentReplay -LiteralPath "$TestDrive/plain.json" @args }; HasSource = $true }
        @{ Kind = 'a file'; Script = { Get-Item "$TestDrive/plain.json" | Test-AgentReplay @args }; HasSource = $true }
        @{ Kind = 'a result by name'; Script = { Test-AgentReplay -InputObject $plain @args }; HasSource = $false }
    ) {
        $found = & $Script -Limit @{ p99_ttft_ms = 500 }
        $found.Value | Should -Be $plain.Summary.P99TtftMs
        $found.Source | Should -Be $(if ($HasSource) { Join-Path (Convert-Path $TestDrive) plain.json })
    }

    It 'takes report files of the reference' {
        Test-AgentReplay $reference -Baseline $reference -Quiet | Should -BeTrue
    }

    It 'goes on after a file that is no report, and has not passed' {
        $found = Test-AgentReplay nowhere.json, "$TestDrive/plain.json" -Limit @{ p99_ttft_ms = 500 } -ErrorVariable faults -ErrorAction SilentlyContinue
        $found.Passed | Should -BeTrue
        $faults.FullyQualifiedErrorId | Should -Be "InputUnreadable,$suffix"
        Test-AgentReplay nowhere.json, "$TestDrive/plain.json" -Limit @{ p99_ttft_ms = 500 } -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'refuses <Parameters> as <Id>' -ForEach @(
        @{ Parameters = @{}; Id = 'LimitMissing' }
        @{ Parameters = @{ Limit = @{ p99 = 5 } }; Id = 'MetricUnknown' }
        @{ Parameters = @{ Limit = @{ gpu_hours = 'low' } }; Id = 'LimitInvalid' }
        @{ Parameters = @{ Limit = @{ gpu_hours = $null } }; Id = 'LimitInvalid' }
        @{ Parameters = @{ Limit = @{ gpu_hours = '+5%' } }; Id = 'BaselineMissing' }
        @{ Parameters = @{ Limit = @{ gpu_hours = 5 }; TolerancePercent = 5 }; Id = 'OptionsConflict' }
        @{ Parameters = @{ Baseline = 'nowhere.json' }; Id = 'InputUnreadable' }
        @{ Parameters = @{ Limit = @{} }; Id = 'ParameterArgumentValidationError' }
    ) { { $plain | Test-AgentReplay @Parameters } | Should -Throw -ErrorId "$Id,$suffix" }

    It 'shows a table of 100 columns' {
        $lines = @(($plain | Test-AgentReplay -Baseline $plain | Out-String -Width 100) -split '\r?\n' | Where-Object { $_ })
        $lines[0] | Should -Match '^Passed Metric +Value +At least +At most +Limit *$'
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    }
}

Describe 'Export-AgentReport' {
    BeforeEach { $folder = Join-Path (Convert-Path $TestDrive) "$(New-Guid)" }
    BeforeAll { $suffix = "$cmdlets.ExportAgentReportCommand" }

    It 'writes the report as JSON' {
        $file = $plain | Export-AgentReport "$folder/sub/report.json" -PassThru
        $file | Should -BeOfType System.IO.FileInfo
        $report = Get-Content $file -Raw | ConvertFrom-Json -AsHashtable
        foreach ($metric in $plain.Summary.Metrics) { $report[$metric.Name] | Should -Be $metric.Value }
        $report.run.settings.num_workers | Should -Be 4
        $report.run.seed | Should -Be 3516948205
    }

    It 'writes the requests as JSON lines' {
        $plain | Export-AgentReport "$folder/requests.jsonl" | Should -BeNullOrEmpty
        $records = Get-Content "$folder/requests.jsonl" | ConvertFrom-Json
        $records.request_id | Should -Be $plain.Requests.RequestId
        $records.ttft_ms | Should -Be $plain.Requests.TtftMs
    }

    It 'writes results as CSV' {
        $plain, $routed | Export-AgentReport "$folder/results.csv"
        $lines = Import-Csv "$folder/results.csv"
        $lines.p99_ttft_ms | Should -Be @($plain, $routed | ForEach-Object { $_.Summary.P99TtftMs.ToString([cultureinfo]::InvariantCulture) })
        $lines[0].PSObject.Properties.Name | Should -Be $plain.Summary.Metrics.Name
    }

    It 'names the lines of CSV, and no name becomes a formula' {
        $plain, $routed | Export-AgentReport "$folder/results.csv" -Name '=cmd|calc', 'say "a,b"'
        (Import-Csv "$folder/results.csv").name | Should -Be "'=cmd|calc", 'say "a,b"'
    }

    It 'writes results for the browser, with names and limits' {
        $plain, $routed | Export-AgentReport "$folder/results.html" -Name '<b>plain</b>', 'routed' -Limit @{ p99_ttft_ms = 1; prefix_cache_reused_ratio = '-1%' }
        $page = Get-Content "$folder/results.html" -Raw
        $page | Should -Match '^<!DOCTYPE html>'
        $page | Should -Match '&lt;b&gt;plain&lt;/b&gt;'
        $page | Should -Not -Match '<b>'
        [regex]::Matches($page, '✗ missed').Count | Should -Be 2
        [regex]::Matches($page, '✓ kept').Count | Should -Be 1
    }

    It 'makes the page of report files and their request logs' {
        foreach ($run in @{ Name = 'plain'; Result = $plain }, @{ Name = 'routed'; Result = $routed }) {
            $run.Result | Export-AgentReport "$folder/$($run.Name).json"
            $run.Result | Export-AgentReport "$folder/$($run.Name).jsonl"
        }
        $files = @{ Report = "$folder/plain.json", "$folder/routed.json" }
        $plain, $routed | Export-AgentReport "$folder/live.html" -Name plain, routed
        Export-AgentReport "$folder/stored.html" @files -RequestLog "$folder/plain.jsonl", "$folder/routed.jsonl" -Limit @{ p99_ttft_ms = '+500%' }
        $live, $stored = 'live', 'stored' | ForEach-Object { Get-Content "$folder/$_.html" -Raw }
        $part = '(?s)<section id="differences".*?</section>'
        [regex]::Match($stored, $part).Value | Should -Be ([regex]::Match($live, $part).Value)
        $stored | Should -Match 'its gaps between tokens, waits and tasks are not there'
        Export-AgentReport "$folder/stored.csv" @files
        (Import-Csv "$folder/stored.csv").name | Should -Be plain, routed
        (Import-Csv "$folder/stored.csv").p99_ttft_ms | Should -Be @($plain, $routed | ForEach-Object { $_.Summary.P99TtftMs.ToString([cultureinfo]::InvariantCulture) })

        { Export-AgentReport "$folder/no.html" @files -RequestLog "$folder/plain.jsonl" } | Should -Throw '*give one for each*'
        { Export-AgentReport "$folder/no.html" @files -RequestLog "$folder/routed.jsonl", "$folder/plain.jsonl" } | Should -Throw '*the request log that was written with it*'
        { Export-AgentReport "$folder/no.json" @files } | Should -Throw '*which such files are already*'
        { Export-AgentReport "$folder/plain.json" @files -Format Html -Force } | Should -Throw '*would replace*'
        "$folder/no.html", "$folder/no.json" | Should -Not -Exist
        (Get-Content "$folder/plain.json" -Raw | ConvertFrom-Json).num_requests | Should -Be 67
    }

    It 'writes results as Markdown' {
        $plain, $routed | Export-AgentReport "$folder/results.md"
        $lines = Get-Content "$folder/results.md"
        $lines[2] | Should -Be '| Metric | router\_mode round\_robin | router\_mode kv\_router |'
        $lines | Should -Contain '| Completed requests | 67 | 67 |'
    }

    It 'writes what -Format says whatever the name' {
        Export-AgentReport -InputObject $plain "$folder/report.txt" -Format Json
        { Get-Content "$folder/report.txt" -Raw | ConvertFrom-Json } | Should -Not -Throw
        $plain | Export-AgentReport "$folder/x.json" -Format Csv
        @(Import-Csv "$folder/x.json").Count | Should -Be 1
        $plain | Export-AgentReport "$folder/requests" -Format Jsonl
        @(Get-Content "$folder/requests").Count | Should -Be 67
    }

    It 'replaces a file with -Force only' {
        $null = New-Item "$folder/report.json" -Force -Value old
        { $plain | Export-AgentReport "$folder/report.json" } | Should -Throw -ErrorId "OutputExists,$suffix"
        Get-Content "$folder/report.json" | Should -Be old
        $plain | Export-AgentReport "$folder/report.json" -Force
        Test-AgentReplay "$folder/report.json" -Baseline $plain -Quiet | Should -BeTrue
    }

    It 'writes nothing with -WhatIf' {
        $plain | Export-AgentReport "$folder/report.json" -WhatIf
        "$folder" | Should -Not -Exist
    }

    It 'finds relative paths by the location of the session' {
        $null = New-Item -ItemType Directory $folder
        Push-Location $folder
        try { $plain | Export-AgentReport report.json }
        finally { Pop-Location }
        "$folder/report.json" | Should -Exist
    }

    It 'refuses <Kind> as <Id>' -ForEach @(
        @{ Kind = 'several results as JSON'; Script = { $plain, $routed | Export-AgentReport "$folder/r.json" }; Id = 'ReportSeveral' }
        @{ Kind = 'several results as JSON lines'; Script = { $plain, $routed | Export-AgentReport "$folder/r.jsonl" }; Id = 'ReportSeveral' }
        @{ Kind = 'names in JSON'; Script = { $plain | Export-AgentReport "$folder/r.json" -Name a }; Id = 'OptionsConflict' }
        @{ Kind = 'limits in CSV'; Script = { $plain | Export-AgentReport "$folder/r.csv" -Limit @{ p99_ttft_ms = 1 } }; Id = 'OptionsConflict' }
        @{ Kind = 'too few names'; Script = { $plain, $routed | Export-AgentReport "$folder/r.html" -Name a }; Id = 'NameCountWrong' }
        @{ Kind = 'a relative limit of one result'; Script = { $plain | Export-AgentReport "$folder/r.html" -Limit @{ p99_ttft_ms = '+5%' } }; Id = 'BaselineMissing' }
        @{ Kind = 'an unknown metric'; Script = { $plain | Export-AgentReport "$folder/r.html" -Limit @{ nonsense = 5 } }; Id = 'MetricUnknown' }
        @{ Kind = 'no result'; Script = { @() | Export-AgentReport "$folder/r.html" }; Id = 'ReportEmpty' }
        @{ Kind = 'an unknown name'; Script = { $plain | Export-AgentReport "$folder/r.txt" }; Id = 'ReportFormatUnknown' }
        @{ Kind = 'a folder'; Script = { $plain | Export-AgentReport $TestDrive -Format Json }; Id = 'OutputFailed' }
        @{ Kind = 'no file system'; Script = { $plain | Export-AgentReport env:x.json }; Id = 'PathNotFileSystem' }
    ) {
        $Script | Should -Throw -ErrorId "$Id,$suffix"
        $folder | Should -Not -Exist
    }
}

Describe 'The objects of a replay' {
    BeforeAll {
        $kinds = @{
            requests = $plain.Requests; workers = $plain.Workers; comparisons = @($plain, $routed | Compare-AgentReplay)
            limits = @($plain | Test-AgentReplay -Baseline $routed); rows = @($rows | Invoke-AgentSweep -Workers 2, 3, 4 | Sort-Object Index)
        }
    }

    It 'can be grouped, sorted and filtered: <Kind>' -ForEach @(
        @{ Kind = 'requests'; Key = 'SessionId'; Number = 'TtftMs' }, @{ Kind = 'workers'; Key = 'WorkerType'; Number = 'InputTokens' }
        @{ Kind = 'comparisons'; Key = 'Verdict'; Number = 'Percent' }, @{ Kind = 'limits'; Key = 'Passed'; Number = 'Value' }, @{ Kind = 'rows'; Key = 'RouterMode'; Number = 'DurationMs' }
    ) {
        $objects = $kinds[$Kind]
        ($objects | Group-Object $Key | Measure-Object Count -Sum).Sum | Should -Be $objects.Count
        $sorted = @($objects | Where-Object { $null -ne $_.$Number } | Sort-Object $Number)
        for ($i = 1; $i -lt $sorted.Count; $i++) { $sorted[$i].$Number | Should -BeGreaterOrEqual $sorted[$i - 1].$Number }
        @($objects | Where-Object $Number -GT $sorted[0].$Number).Count | Should -BeLessThan $objects.Count
    }

    It 'keep their values in CSV, JSON and CLIXML: <Kind>' -ForEach @(
        @{ Kind = 'requests'; Properties = 'Ordinal', 'SessionId', 'TtftMs', 'TerminalStatus' }
        @{ Kind = 'workers'; Properties = 'WorkerType', 'Index', 'InputTokens', 'MeanTtftMs' }
        @{ Kind = 'comparisons'; Properties = 'Metric', 'Baseline', 'Value', 'Percent', 'Verdict' }
        @{ Kind = 'limits'; Properties = 'Metric', 'Passed', 'Value', 'AtMost', 'Message' }
        @{ Kind = 'rows'; Properties = 'Index', 'Engine', 'Workers', 'RouterMode', 'P99TtftMs', 'Error' }
    ) {
        $objects = $kinds[$Kind]
        $objects | Export-Csv "$TestDrive/$Kind.csv"
        $objects | ConvertTo-Json | Set-Content "$TestDrive/$Kind.json"
        $objects | Export-Clixml "$TestDrive/$Kind.xml"
        $csv = Import-Csv "$TestDrive/$Kind.csv"
        $json = Get-Content "$TestDrive/$Kind.json" -Raw | ConvertFrom-Json
        $xml = Import-Clixml "$TestDrive/$Kind.xml"
        foreach ($property in $Properties) {
            $expected = @($objects.$property)
            # As texts, with all digits of a number, which Export-Csv writes as the culture does.
            @($csv.$property) | Should -Be @($expected | ForEach-Object { if ($_ -is [double]) { $_.ToString() } else { "$_" } })
            # There the shell writes the numbers of enumerations.
            if ($expected[0] -is [enum]) { $expected = @($expected | ForEach-Object { [int] $_ }) }
            @($xml.$property) | Should -Be $expected
            @($json.$property) | Should -Be $expected
        }
        foreach ($file in 'csv', 'json', 'xml') { (Get-Item "$TestDrive/$Kind.$file").Length | Should -BeLessThan (12288 * $objects.Count) }
    }

    It 'are a result with everything after CLIXML' {
        $plain | Export-Clixml "$TestDrive/result.xml"
        $back = Import-Clixml "$TestDrive/result.xml"
        $back.Summary.P99TtftMs | Should -Be $plain.Summary.P99TtftMs
        $back.Requests.Count | Should -Be 67
        $back.Requests[5].TtftMs | Should -Be $plain.Requests[5].TtftMs
        $back.Workers.InputTokens | Should -Be $plain.Workers.InputTokens
        $back.Run.Seed | Should -Be $plain.Run.Seed
        $back.Run.Settings['num_workers'] | Should -Be 4
        (Get-Item "$TestDrive/result.xml").Length | Should -BeLessThan 500kb
    }

    It 'has every metric of the report as a property and by its name' {
        foreach ($metric in $plain.Summary.Metrics) {
            $property = -join ($metric.Name -split '_' | ForEach-Object { $_.Substring(0, 1).ToUpperInvariant() + $_.Substring(1) })
            $plain.Summary.$property | Should -Be $metric.Value -Because $property
            $plain.Summary[$metric.Name] | Should -Be $metric.Value
        }
    }

    It 'shows workers as a table of 100 columns' {
        $lines = @(($plain.Workers | Out-String -Width 100) -split '\r?\n' | Where-Object { $_ })
        $lines[0] | Should -Match '^Pool +# Requests Completed +Input +Output +Reused +Mean TTFT \(ms\) +Mean latency \(ms\)$'
        $lines.Count | Should -Be 6
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    }
}
