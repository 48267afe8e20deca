# What decides: tests against limits, comparisons, the best row of a sweep. Nothing tested is not passed (findings, A1), failed is
# never best (A3), a metric without samples is no number (A5), a typo is an error (A6), whatever the culture.
BeforeDiscovery {
    $cultures = foreach ($name in '', 'de-DE', 'fr-FR') { @{ Culture = $name } }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $whole = $rows | Invoke-AgentReplay -Workers 2
    $none = $rows | Invoke-AgentReplay -MaxSimTimeSeconds 0.001
    $noGaps = Invoke-AgentReplay -InputTokens 64 -OutputTokens 1 -RequestCount 5 -ArrivalIntervalMs 5
    $limit = @{ p99_ttft_ms = 50000 }
    $cmdlets = 'AgentSim.PowerShell.Commands'
    $culture = [cultureinfo]::CurrentCulture
    $null = New-Item -ItemType Directory "$TestDrive/none"
}

AfterAll { [cultureinfo]::CurrentCulture = $culture }

Describe 'Nothing tested is not passed (A1), culture "<Culture>"' -ForEach $cultures {
    BeforeAll { [cultureinfo]::CurrentCulture = [cultureinfo]::new($Culture) }

    It 'with -Quiet it is false, and an error: <Kind>' -ForEach @(
        @{ Kind = 'an empty pipeline'; Script = { @() | Test-AgentReplay @args } }
        @{ Kind = 'null'; Script = { $null | Test-AgentReplay @args } }
        @{ Kind = 'null by name'; Script = { Test-AgentReplay -InputObject $null @args } }
        @{ Kind = 'an empty list by name'; Script = { Test-AgentReplay -InputObject @() @args } }
        @{ Kind = 'an empty text'; Script = { '' | Test-AgentReplay @args } }
        @{ Kind = 'files that a wildcard does not find'; Script = { Get-ChildItem "$TestDrive/nonexistent*.json" | Test-AgentReplay @args } }
        @{ Kind = 'paths that a wildcard does not find'; Script = { Test-AgentReplay -Path "$TestDrive/nonexistent*.json" @args } }
        @{ Kind = 'an empty folder'; Script = { Get-ChildItem "$TestDrive/none" | Test-AgentReplay @args } }
        @{ Kind = 'a folder'; Script = { Test-AgentReplay "$TestDrive/none" @args } }
        @{ Kind = 'errors upstream only'; Script = { 'nowhere.json' | Get-Item -ErrorAction SilentlyContinue | Test-AgentReplay @args } }
        @{ Kind = 'a filter that lets nothing through'; Script = { $whole | Where-Object { $false } | Test-AgentReplay @args } }
        @{ Kind = 'another object'; Script = { Get-Date | Test-AgentReplay @args } }
        @{ Kind = 'a failed sweep'; Script = { $rows | Invoke-AgentSweep -MaxSimTimeSeconds 0.001 -ErrorAction SilentlyContinue | Test-AgentReplay @args } }
    ) {
        $error.Clear()
        $answer = & $Script -Limit $limit -Quiet -ErrorAction SilentlyContinue
        $answer | Should -BeExactly $false
        $error[0].FullyQualifiedErrorId | Should -Be "ReportMissing,$cmdlets.TestAgentReplayCommand"
        & $Script -Baseline $whole -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
        & $Script -Baseline $whole -Limit @{ p99_ttft_ms = '+1000%' } -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
        # Without -Quiet there would be no object that failed.
        { (& $Script -Limit $limit -ErrorAction SilentlyContinue).Passed -notcontains $false } | Should -Throw -ErrorId "ReportMissing,$cmdlets.TestAgentReplayCommand"
    }

    It 'what is null among replays has not passed' {
        $whole, $null | Test-AgentReplay -Limit $limit -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
        $null, $whole | Test-AgentReplay -Limit $limit -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
        $whole | Test-AgentReplay -Limit $limit -Quiet | Should -BeExactly $true
    }

    It 'a comparison never takes another baseline than the first: <Kind>' -ForEach @(
        @{ Kind = 'null first'; Script = { $null, $whole, $none | Compare-AgentReplay }; Id = 'ReportInvalid' }
        @{ Kind = 'null later'; Script = { $whole, $null, $none | Compare-AgentReplay }; Id = 'ReportInvalid' }
        @{ Kind = 'nothing'; Script = { @() | Compare-AgentReplay }; Id = 'ComparisonTooFew' }
        @{ Kind = 'no metric that a wildcard matches'; Script = { Compare-AgentReplay $whole, $none -Metric p98_* }; Id = 'MetricUnknown' }
        @{ Kind = 'no metric that the replays have'; Script = { Compare-AgentReplay $whole, $none -Metric goodput_* }; Id = 'MetricMissing' }
        @{ Kind = 'one of two that the replays do not have'; Script = { Compare-AgentReplay $whole, $none -Metric p99_ttft_ms, goodput_completed_requests }; Id = 'MetricMissing' }
    ) { $Script | Should -Throw -ErrorId "$Id,$cmdlets.CompareAgentReplayCommand" }

    It 'nothing is an error: <Kind>' -ForEach @(
        @{ Kind = 'limits'; Script = { $whole | Test-AgentReplay -Limit @{} -Quiet }; Id = 'ParameterArgumentValidationError,*TestAgentReplayCommand' }
        @{ Kind = 'a baseline without completed requests'; Script = { $whole | Test-AgentReplay -Baseline $none -Quiet }; Id = 'BaselineEmpty,*TestAgentReplayCommand' }
        @{ Kind = 'a baseline without metrics that can get worse'; Script = { $whole | Test-AgentReplay -Baseline ([pscustomobject]@{ num_requests = 5 }) -Quiet }; Id = 'BaselineEmpty,*TestAgentReplayCommand' }
        @{ Kind = 'measures'; Script = { @() | Measure-AgentTrace }; Id = 'MeasureEmpty,*MeasureAgentTraceCommand' }
        @{ Kind = 'measures of no file'; Script = { Measure-AgentTrace "$TestDrive/nowhere*.jsonl" -ErrorAction SilentlyContinue }; Id = 'MeasureEmpty,*MeasureAgentTraceCommand' }
        @{ Kind = 'a conversion'; Script = { @() | ConvertTo-AgentMooncake }; Id = 'TraceEmpty,*ConvertToAgentMooncakeCommand' }
        @{ Kind = 'a replay'; Script = { @() | Invoke-AgentReplay }; Id = 'TraceEmpty,*InvokeAgentReplayCommand' }
        @{ Kind = 'a sweep'; Script = { @() | Invoke-AgentSweep }; Id = 'TraceEmpty,*InvokeAgentSweepCommand' }
        @{ Kind = 'rows for a file'; Script = { @() | Export-AgentMooncake "$TestDrive/none/rows.jsonl" }; Id = 'RowsMissing,*ExportAgentMooncakeCommand' }
        @{ Kind = 'a timeline'; Script = { @() | Export-AgentTimeline "$TestDrive/none/timeline.json" }; Id = 'TimelineEmpty,*ExportAgentTimelineCommand' }
        @{ Kind = 'a report'; Script = { @() | Export-AgentReport "$TestDrive/none/report.json" }; Id = 'ReportEmpty,*ExportAgentReportCommand' }
    ) {
        $Script | Should -Throw -ErrorId $Id
        Get-ChildItem "$TestDrive/none" | Should -BeNullOrEmpty
    }
}

Describe 'Failed is never best (A3), culture "<Culture>"' -ForEach $cultures {
    BeforeAll {
        [cultureinfo]::CurrentCulture = [cultureinfo]::new($Culture)
        $found = @($rows | Invoke-AgentSweep -Workers 1, 2 -RouterMode RoundRobin, KvRouter -ErrorVariable faults -ErrorAction SilentlyContinue)
        # No longer than the first requests take, and much too short.
        $cut = @($rows | Invoke-AgentSweep -Workers 1, 2 -MaxSimTimeSeconds 0.001 -ErrorVariable cutFaults -ErrorAction SilentlyContinue)
    }

    It 'a combination that cannot be replayed is an error that names it, and no row' {
        $found.Index | Sort-Object | Should -Be 0, 1, 3
        $faults.FullyQualifiedErrorId | Should -Be "ReplaySettingsInvalid,$cmdlets.InvokeAgentSweepCommand"
        "$($faults[0])" | Should -BeLike 'combination 2 (vllm, 1 worker, KvRouter) could not be replayed: -RouterMode KvRouter needs more than one target*'
        $faults[0].TargetObject.ErrorId | Should -Be 'ReplaySettingsInvalid'
    }

    It 'a combination that completed nothing is an error, too' {
        $cut | Should -BeNullOrEmpty
        $cutFaults.FullyQualifiedErrorId | Should -Be @("SweepPointEmpty,$cmdlets.InvokeAgentSweepCommand", "SweepPointEmpty,$cmdlets.InvokeAgentSweepCommand")
        "$($cutFaults[0])" | Should -BeLike 'combination ? (vllm, ? worker*, RoundRobin) completed no request, so that it has no metrics; -MaxSimTimeSeconds cut 67 off'
    }

    It 'no failed one is picked, whatever rows went through: <Kind>' -ForEach @(
        @{ Kind = 'nothing'; Through = { $args } }
        @{ Kind = 'CSV'; Through = { $args | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ Kind = 'JSON'; Through = { $args | ForEach-Object { $_ | ConvertTo-Json | ConvertFrom-Json } } }
        @{ Kind = 'CLIXML'; Through = { $args | Export-Clixml "$TestDrive/rows.xml"; Import-Clixml "$TestDrive/rows.xml" } }
    ) {
        # Those that failed as well: they can be had from the errors.
        $all = $found + $faults.TargetObject + $cutFaults.TargetObject
        foreach ($row in & $Through @all) {
            $isGood = [int] $row.Index -in $found.Index -and -not $row.Error -and "$($row.CompletedRequests)" -eq '67'
            ([double] $row.P99TtftMs -lt 5) | Should -BeFalse
            if (-not $isGood) {
                ($row.P99TtftMs -lt 50) | Should -BeFalse
                ($row.DurationMs -le 50) | Should -BeFalse
                [double]::IsInfinity([double] $row.P99TtftMs) | Should -BeTrue
                [double] $row.OutputThroughputTokS | Should -Be ([double]::NegativeInfinity)
                $row | Test-AgentReplay -Limit @{ p99_ttft_ms = 50000 } -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
            }
        }
        foreach ($property in 'P99TtftMs', 'DurationMs', 'GpuHours', 'MeanItlMs') {
            $best = & $Through @all | Sort-Object { [double] $_.$property } | Select-Object -First 1
            "$($best.CompletedRequests)" | Should -Be '67'
        }
        foreach ($property in 'OutputThroughputTokS', 'PrefixCacheReusedRatio', 'RequestThroughputRps') {
            $best = & $Through @all | Sort-Object { [double] $_.$property } -Descending | Select-Object -First 1
            "$($best.CompletedRequests)" | Should -Be '67'
        }
    }

    It 'neither by filter and order nor by Measure-Object' {
        $all = $found + $faults.TargetObject + $cutFaults.TargetObject
        $best = $all | Where-Object P99TtftMs -LT 500 | Sort-Object P99TtftMs | Select-Object -First 1
        $best.CompletedRequests | Should -Be 67
        ($all | Sort-Object P99TtftMs | Select-Object -First 1).CompletedRequests | Should -Be 67
        ($all | Measure-Object P99TtftMs -Minimum).Minimum | Should -Be ($found | Measure-Object P99TtftMs -Minimum).Minimum
    }

    It 'ends with -ErrorAction Stop' {
        { $rows | Invoke-AgentSweep -Workers 1, 2 -RouterMode KvRouter, RoundRobin -ErrorAction Stop } | Should -Throw -ErrorId "ReplaySettingsInvalid,$cmdlets.InvokeAgentSweepCommand"
    }

    It 'errors come again from a checkpoint' {
        $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid).jsonl"
        foreach ($time in 1, 2) {
            $again = @($rows | Invoke-AgentSweep -Workers 1, 2 -RouterMode RoundRobin, KvRouter -CheckpointPath $file -ErrorVariable more -ErrorAction SilentlyContinue)
            $again.Count | Should -Be 3
            $again.IsResumed | Select-Object -Unique | Should -Be ($time -eq 2)
            $more.FullyQualifiedErrorId | Should -Be "ReplaySettingsInvalid,$cmdlets.InvokeAgentSweepCommand"
        }
    }

    It 'what a time cap cut short is said' {
        $result = $rows | Invoke-AgentReplay -MaxSimTimeSeconds 5
        $result.Summary.CutOffRequests + $result.Summary.CompletedRequests | Should -Be 67
        $result | Out-String | Should -Match "The time cap cut off $($result.Summary.CutOffRequests) requests, which are in no number"
        $null = $result | Test-AgentReplay -Limit $limit -Quiet -WarningVariable cutOff -WarningAction SilentlyContinue
        $null = Compare-AgentReplay $whole, $result -WarningVariable +cutOff -WarningAction SilentlyContinue
        $cutOff | Should -BeLike 'a time cap cut off * requests of this replay*'
        $short = @($rows | Invoke-AgentSweep -Workers 1, 2 -MaxSimTimeSeconds 5 -WarningVariable warnings -WarningAction SilentlyContinue)
        $short | ForEach-Object { $_.CutOffRequests + $_.CompletedRequests | Should -Be 67 }
        $warnings | Should -BeLike '-MaxSimTimeSeconds cut 2 of 2 combinations short*'
    }
}

Describe 'A metric without samples is no number (A5), culture "<Culture>"' -ForEach $cultures {
    BeforeAll { [cultureinfo]::CurrentCulture = [cultureinfo]::new($Culture) }

    It 'no limit on <Metric> is kept when nothing completed' -ForEach @(
        @{ Metric = 'p99_ttft_ms' }, @{ Metric = 'mean_itl_ms' }, @{ Metric = 'median_tpot_ms' }, @{ Metric = 'duration_ms' }, @{ Metric = 'gpu_hours' }
        @{ Metric = 'request_throughput_rps' }, @{ Metric = 'prefix_cache_reused_ratio' }, @{ Metric = 'std_output_token_throughput_per_user' }
    ) {
        foreach ($value in 1e9, '<=1e9', '>=0', '=0', 0) { $none | Test-AgentReplay -Limit @{ $Metric = $value } -Quiet | Should -BeExactly $false }
        foreach ($value in '+1000%', '-99%') { $none | Test-AgentReplay -Limit @{ $Metric = $value } -Baseline $whole -Quiet | Should -BeExactly $false }
        $none.Summary[$Metric] -lt 1e9 -and $none.Summary[$Metric] -gt 0 | Should -BeFalse
        ($none | Test-AgentReplay -Limit @{ $Metric = 5 }).Message | Should -Be "$Metric has no samples: no request gave any"
        (Compare-AgentReplay $whole, $none -Metric $Metric).Verdict | Should -Be 'NoSamples'
        (Compare-AgentReplay $none, $whole -Metric $Metric).Verdict | Should -Be 'NoSamples'
        $none.Summary.EmptyMetrics | Should -Contain $Metric
    }

    It 'compares as the worst in every form' {
        $none.Summary.P99TtftMs -lt 50 | Should -BeFalse
        -not ($none.Summary.P99TtftMs -gt 50) | Should -BeFalse
        $none.Summary.Ttft.P99 -le 50 | Should -BeFalse
        $none.Summary['p99_ttft_ms'] -lt 50 | Should -BeFalse
        { $none.Summary.P99TtftMs | Should -BeLessThan 50 } | Should -Throw
        { $none.Summary.RequestThroughputRps | Should -BeGreaterThan 0 } | Should -Throw
        $noGaps.Summary.P99ItlMs -lt 50 | Should -BeFalse
        $noGaps.Summary.P99TtftMs -lt 50 | Should -BeTrue
        ($none, $whole | Sort-Object { $_.Summary.P99TtftMs } | Select-Object -First 1).Summary.CompletedRequests | Should -Be 67
        ($none.Workers | Sort-Object MeanTtftMs | Select-Object -First 1).MeanTtftMs -lt 50 | Should -BeFalse
    }

    It 'is named in the report, which keeps the zeros of the reference: <Kind>' -ForEach @(
        @{ Kind = 'nothing completed'; Result = { $none } }, @{ Kind = 'outputs of one token'; Result = { $noGaps } }, @{ Kind = 'a whole run'; Result = { $whole } }
    ) {
        $result = & $Result
        $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid).json"
        $result | Export-AgentReport $file
        $report = Get-Content $file -Raw | ConvertFrom-Json -AsHashtable
        @($report.run.empty_metrics) | Should -Be @($result.Summary.EmptyMetrics)
        foreach ($name in $report.run.empty_metrics -like '*_ms') { $report[$name] | Should -Be 0 }
        # Also without that list, as the reference writes it.
        $report.Remove('run')
        $report | ConvertTo-Json | Set-Content "$file.reference.json"
        foreach ($path in $file, "$file.reference.json") {
            foreach ($name in $result.Summary.EmptyMetrics) { Test-AgentReplay $path -Limit @{ $name = '>=0' } -Quiet | Should -BeExactly $false }
            Test-AgentReplay $path -Limit @{ num_requests = '>=0'; completed_requests = '>=0' } -Quiet | Should -BeExactly $true
        }
    }

    It 'is empty in CSV and has no number in tables, Markdown and pages' {
        $none, $noGaps | Export-AgentReport "$TestDrive/results.csv" -Force
        $csv = Import-Csv "$TestDrive/results.csv"
        $csv.p99_ttft_ms | Should -Be '', $noGaps.Summary.P99TtftMs.ToString([cultureinfo]::InvariantCulture)
        $csv.p99_itl_ms | Should -Be '', ''
        $csv[0] | Test-AgentReplay -Limit @{ p99_ttft_ms = 50 } -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
        $none, $noGaps | Export-AgentReport "$TestDrive/results.md" -Force
        Get-Content "$TestDrive/results.md" | Should -Contain '| Inter-token latency, p99 (ms) | no samples | no samples |'
        $none | Export-AgentReport "$TestDrive/results.html" -Force
        Get-Content "$TestDrive/results.html" -Raw | Should -Match '<td class="number"[^>]*>no samples</td>'
        $text = $none | Out-String
        $text | Should -Match 'Time to first token \(ms\) +no samples'
        $text | Should -Not -Match '∞|NaN|Infinity| 0\.00'
        foreach ($shown in $none.Workers, ($none | Test-AgentReplay -Limit $limit), (Compare-AgentReplay $whole, $none)) { $shown | Out-String | Should -Not -Match '∞|NaN|Infinity' }
    }

    It 'stays so through <Kind>' -ForEach @(
        @{ Kind = 'CLIXML'; Through = { $args | Export-Clixml "$TestDrive/result.xml"; Import-Clixml "$TestDrive/result.xml" } }
        @{ Kind = 'a job'; Through = { Start-Job { Import-Module $using:Manifest; Invoke-AgentReplay -LiteralPath $using:Sample -TraceFormat Dynamo -MaxSimTimeSeconds 0.001 } | Receive-Job -Wait -AutoRemoveJob } }
        @{ Kind = 'ForEach-Object -Parallel'; Through = { $args | ForEach-Object -Parallel { $_ } } }
    ) {
        $result = & $Through $none
        $result.Summary.P99TtftMs -lt 50 | Should -BeFalse
        -not ($result.Summary.P99TtftMs -gt 50) | Should -BeFalse
        $result | Test-AgentReplay -Limit @{ p99_ttft_ms = 50 } -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
        $result | Test-AgentReplay -Limit @{ num_requests = '>=0' } -Quiet | Should -BeExactly $true
    }
}

Describe 'A typo is an error (A6), culture "<Culture>"' -ForEach $cultures {
    BeforeAll {
        [cultureinfo]::CurrentCulture = [cultureinfo]::new($Culture)
        $row = $rows | Invoke-AgentSweep -Workers 2
    }

    It 'a metric that is none: <Kind>' -ForEach @(
        @{ Kind = 'of a summary'; Script = { $whole.Summary['p99_tft_ms'] -lt 1 } }
        @{ Kind = 'in an if'; Script = { if ($whole.Summary['p99_tft_ms'] -lt 1) { 'passed' } } }
        @{ Kind = 'of a row'; Script = { $row['p99_tft_ms'] -lt 1 } }
        @{ Kind = 'in a filter'; Script = { $row | Where-Object { $_['p99_tft_ms'] -lt 1 } } }
        @{ Kind = 'in a loop'; Script = { $whole, $whole | ForEach-Object { $_.Summary['p99_tft_ms'] } } }
        @{ Kind = 'of a wrapped summary'; Script = { ([psobject]::new($whole.Summary))['p99_tft_ms'] -lt 1 } }
        @{ Kind = 'with a question mark'; Script = { ${whole}?.Summary?['p99_tft_ms'] -lt 1 } }
        @{ Kind = 'as a key of limits'; Script = { $whole | Test-AgentReplay -Limit @{ p99_tft_ms = 1 } -Quiet } }
        @{ Kind = 'to compare'; Script = { Compare-AgentReplay $whole, $none -Metric p99_tft_ms } }
        @{ Kind = 'as a limit of a page'; Script = { $whole | Export-AgentReport "$TestDrive/x.html" -Limit @{ p99_tft_ms = 1 } } }
    ) {
        $error.Clear()
        $Script | Should -Throw -ErrorId 'MetricUnknown*'
        "$($error[0])" | Should -Be "there is no metric 'p99_tft_ms'; did you mean 'p99_ttft_ms'?"
    }

    It 'a property that is none: <Kind>' -ForEach @(
        @{ Kind = 'of a summary'; Script = { $whole.Summary.P99TftMs -lt 1 } }
        @{ Kind = 'of a result'; Script = { $whole.P99TtftMs -lt 1 } }
        @{ Kind = 'before a metric'; Script = { $whole.Sumary.P99TtftMs -lt 1 } }
        @{ Kind = 'of a distribution'; Script = { $whole.Summary.Ttft.P98 -lt 1 } }
        @{ Kind = 'of a row'; Script = { $row.P99TftMs -lt 1 } }
        @{ Kind = 'in a filter'; Script = { $row | Where-Object { $_.P99TftMs -lt 1 } } }
        @{ Kind = 'in a short filter'; Script = { $row | Where-Object P99TftMs -LT 1 } }
        @{ Kind = 'of an outcome'; Script = { -not ($whole | Test-AgentReplay -Limit $limit).Failed } }
        @{ Kind = 'of a comparison'; Script = { (Compare-AgentReplay $whole, $whole -Metric p99_ttft_ms).Verdct -ne 'Worse' } }
    ) { $Script | Should -Throw -ErrorId 'PropertyUnknown*' }

    It 'what there is, and what others add, is found' {
        $whole.Summary['p99_ttft_ms'] | Should -Be $whole.Summary.P99TtftMs
        $whole.Summary['goodput_completed_requests'] | Should -BeNullOrEmpty
        $row['p95_tpot_ms'] | Should -Be $whole.Summary.P95TpotMs
        $row.Concurrency | Should -BeNullOrEmpty
        ($row | Where-Object p99ttftms -GT 1).Index | Should -Be 0
        ($row | Add-Member Label x -PassThru).Label | Should -Be 'x'
        ($row | Select-Object Index, @{ Name = 'Twice'; Expression = { $_.P99TtftMs * 2 } }).Twice | Should -Be ($row.P99TtftMs * 2)
        $row.Count | Should -Be 1
        $row.PSObject.Properties.Name | Should -Contain 'P99TtftMs'
    }

    It 'in a job and in parallel' {
        $job = Start-Job { Import-Module $using:Manifest; (Invoke-AgentReplay -InputTokens 64 -OutputTokens 2 -RequestCount 2 -ArrivalIntervalMs 5).Summary['p99_tft_ms'] -lt 1 }
        { $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop } | Should -Throw '*did you mean*'
        { 1 | ForEach-Object -Parallel { ($using:whole).Summary['p99_tft_ms'] -lt 1 } } | Should -Throw '*did you mean*'
    }

    It 'the property to group by' {
        { $rows | Measure-AgentTrace -By SessionsId } | Should -Throw "*has the property 'SessionsId'; did you mean 'SessionId'?"
    }

    It 'a limit that is no number, or says nothing: <Value>' -ForEach @(
        @{ Value = 'NaN' }, @{ Value = [double]::NaN }, @{ Value = '1e400' }, @{ Value = 'Infinity' }, @{ Value = [double]::PositiveInfinity }, @{ Value = '∞' }
        @{ Value = -5 }, @{ Value = '>=-5' }, @{ Value = '29,5' }, @{ Value = '1.000,5' }, @{ Value = '-100%' }, @{ Value = '-5,5%' }, @{ Value = $null }, @{ Value = $true }, @{ Value = 1, 2 }
    ) {
        { $whole | Test-AgentReplay -Limit @{ p99_ttft_ms = $Value } -Baseline $whole -Quiet } | Should -Throw -ErrorId "LimitInvalid,$cmdlets.TestAgentReplayCommand"
    }

    It 'numbers are what they are in every culture' {
        $whole | Test-AgentReplay -Limit @{ p99_ttft_ms = $whole.Summary.P99TtftMs + 0.5 } -Quiet | Should -BeExactly $true
        $whole | Test-AgentReplay -Limit @{ p99_ttft_ms = $whole.Summary.P99TtftMs - 0.5 } -Quiet | Should -BeExactly $false
        ($whole | Test-AgentReplay -Limit @{ p99_ttft_ms = 1.5 }).Message | Should -BeLike 'p99_ttft_ms is 43.*, but must be at most 1.5'
    }
}
