BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $suffix = 'AgentSim.PowerShell.Commands.InvokeAgentSweepCommand'
    $load = @{ InputTokens = 300; OutputTokens = 20; RequestCount = 10; ArrivalIntervalMs = 10 }
}

Describe 'Invoke-AgentSweep' {
    It 'returns a row with the numbers of Invoke-AgentReplay for every combination' {
        $small = New-AgentEngineConfig -MaxNumSeqs 2
        $found = @($rows | Invoke-AgentSweep -Workers 2, 3 -RouterMode RoundRobin, KvRouter -Engine $small, @{ block_size = 16 } -RouterSeed 7 | Sort-Object Index)
        $found.Count | Should -Be 8
        $found | Should -BeOfType AgentSim.Sweeps.SweepRow
        $found.Index | Should -Be (0..7)
        $found.Engine | Should -Be (@('vllm max_num_seqs=2') * 4 + @('vllm block_size=16') * 4)
        $found.Workers | Should -Be 2, 3, 2, 3, 2, 3, 2, 3
        $found.RouterMode | Should -Be (@('RoundRobin', 'RoundRobin', 'KvRouter', 'KvRouter') * 2)
        $found.RouterSeed | Select-Object -Unique | Should -Be 7
        foreach ($row in $found) {
            $engine = if ($row.Index -lt 4) { $small } else { @{ block_size = 16 } }
            $summary = ($rows | Invoke-AgentReplay -Workers $row.Workers -RouterMode $row.RouterMode -Engine $engine -RouterSeed 7).Summary
            $row.P99TtftMs | Should -Be $summary.P99TtftMs
            $row['p75_itl_ms'] | Should -Be $summary['p75_itl_ms']
            $row.DurationMs | Should -Be $summary.DurationMs
            $row.CompletedRequests | Should -Be 67
            $row.GetMetrics().Name | Should -Be $summary.Metrics.Name
        }
    }

    It 'takes the workload as <Kind>' -ForEach @(
        @{ Kind = 'records'; Script = { Import-AgentTrace $Sample | Invoke-AgentSweep -Workers 2 } }
        @{ Kind = 'records by name'; Script = { Invoke-AgentSweep -Record (Import-AgentTrace $Sample) -Workers 2 } }
        @{ Kind = 'rows by name'; Script = { Invoke-AgentSweep -InputObject $rows -TraceBlockSize 16 -Workers 2 } }
        @{ Kind = 'a path'; Script = { Invoke-AgentSweep $Sample -TraceFormat Dynamo -Workers 2 } }
        @{ Kind = 'a literal path'; Script = { Invoke-AgentSweep -LiteralPath $Sample -TraceFormat Dynamo -Workers 2 } }
    ) {
        $expected = ($rows | Invoke-AgentReplay -Workers 2).Summary.DurationMs
        (& $Script).DurationMs | Should -Be $expected
    }

    It 'takes recordings, of one model if asked for' {
        $recordings = "$PSScriptRoot/../../recordings/claude-code"
        (Invoke-AgentSweep $recordings -TraceFormat ClaudeCode -Model claude-haiku-4-5 -Workers 2 -WarningAction SilentlyContinue).CompletedRequests | Should -Be 12
    }

    It 'makes synthetic load for the block size of every engine' {
        $shared = $load + @{ TurnsPerSession = 2; InterTurnDelayMs = 5; SharedPrefixRatio = 0.5; PrefixGroups = 1 }
        $found = @(Invoke-AgentSweep @shared -Engine @{ block_size = 16 }, @{ block_size = 256 } | Sort-Object Index)
        foreach ($row in $found) {
            $row.PrefixCacheReusedRatio | Should -Be (Invoke-AgentReplay @shared -Engine @{ block_size = (16, 256)[$row.Index] }).Summary.PrefixCacheReusedRatio
        }
        $found[0].PrefixCacheReusedRatio | Should -Not -Be $found[1].PrefixCacheReusedRatio
    }

    It 'draws synthetic load from -RequestRate and -ArrivalSeed' {
        $random = @{ InputTokens = 300; OutputTokens = 20; RequestCount = 10; RequestRate = 3; ArrivalSeed = 7 }
        (Invoke-AgentSweep @random).DurationMs | Should -Be (Invoke-AgentReplay @random).Summary.DurationMs
    }

    It 'combines numbers of workers of both pools' {
        $found = @(Invoke-AgentSweep @load -PrefillEngine @{} -DecodeEngine @{ max_num_seqs = 4 } -PrefillWorkers 1, 2 -DecodeWorkers 3, 4 | Sort-Object Index)
        $found.PrefillWorkers | Should -Be 1, 1, 2, 2
        $found.Workers | Should -Be 3, 4, 3, 4
        $found.Engine | Select-Object -Unique | Should -Be 'vllm max_num_seqs=4'
        $found.PrefillEngine | Select-Object -Unique | Should -Be 'vllm'
        $found[3].DurationMs | Should -Be (Invoke-AgentReplay @load -PrefillEngine @{} -DecodeEngine @{ max_num_seqs = 4 } -PrefillWorkers 2 -DecodeWorkers 4).Summary.DurationMs
    }

    It 'combines <Name>' -ForEach @(
        @{ Name = 'RouterConfig'; Value = { (New-AgentRouterConfig -RouterTemperature 1), '{"overlap_score_credit":0}' }; Shown = 'router_temperature=1', 'overlap_score_credit=0' }
        @{ Name = 'RouterSeed'; Value = { 1, 2 }; Shown = 1, 2 }
        @{ Name = 'ArrivalSpeedupRatio'; Value = { 1, 2 }; Shown = 1, 2 }
    ) {
        $axis = @{ $Name = & $Value }
        @($rows | Invoke-AgentSweep -RouterMode KvRouter -Workers 3 @axis | Sort-Object Index).$Name | Should -Be $Shown
    }

    It 'combines closed loops' {
        $file = "$Data/mooncake-priorities.jsonl"
        $found = @(Invoke-AgentSweep $file -TraceFormat Mooncake -TraceBlockSize 64 -Concurrency 1, 4 | Sort-Object Index)
        $found.Concurrency | Should -Be 1, 4
        $found[1].DurationMs | Should -Be (Invoke-AgentReplay $file -TraceBlockSize 64 -Concurrency 4).Summary.DurationMs
    }

    It 'passes on what all points share' {
        $arguments = @{ RouterMode = 'KvRouter'; Workers = 2; RouterPolicyPath = "$Data/policy.yaml"; ModelName = 'sim/model-a'; MaxSimTimeSeconds = 20; SlaTtftMs = 30; SlaItlMs = 6; SlaE2eMs = 2000 }
        $row = Invoke-AgentSweep "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 @arguments
        $summary = (Invoke-AgentReplay "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 @arguments).Summary
        $row.CompletedRequests | Should -Be $summary.CompletedRequests
        $row.GoodputRequestThroughputRps | Should -Be $summary.GoodputRequestThroughputRps
        $row.MeanTtftMs | Should -Be $summary.MeanTtftMs
    }

    It 'gives the same rows whatever runs at the same time' {
        $one = @($rows | Invoke-AgentSweep -Workers 2, 3, 4 -RouterMode KvRouter -ThrottleLimit 1 | Sort-Object Index).MeanE2eLatencyMs
        @($rows | Invoke-AgentSweep -Workers 2, 3, 4 -RouterMode KvRouter -ThrottleLimit 3 | Sort-Object Index).MeanE2eLatencyMs | Should -Be $one
    }

    It 'keeps the row of a combination that cannot be replayed in its error' {
        $found = @($rows | Invoke-AgentSweep -Workers 1, 2 -RouterMode RoundRobin, KvRouter -ErrorVariable faults -ErrorAction SilentlyContinue)
        $found.Count | Should -Be 3
        $failed = $faults[0].TargetObject
        $failed | Should -BeOfType AgentSim.Sweeps.SweepRow
        $failed.Index | Should -Be 2
        $failed.Error | Should -BeLike 'router mode kv_router needs more than one target*'   # neutral: rows are stored
        "$($faults[0])" | Should -BeLike '*-RouterMode KvRouter needs more than one target*'
        $failed.ErrorId | Should -Be 'ReplaySettingsInvalid'
        @($found | Where-Object Error).Count | Should -Be 0
    }

    It 'fails when no combination can be replayed: <Id>' -ForEach @(
        @{ Parameters = @{ RouterMode = 'KvRouter' }; Id = 'ReplaySettingsInvalid' }
        @{ Parameters = @{ Engine = @{}, @{ blok = 1 } }; Id = 'EngineArgumentsInvalid' }
        @{ Parameters = @{ RouterConfig = '{' }; Id = 'RouterConfigInvalid' }
        @{ Parameters = @{ PrefillEngine = @{} }; Id = 'OptionsConflict' }
        @{ Parameters = @{ SlaTtftMs = -1 }; Id = 'ReplaySettingsInvalid' }
    ) {
        { $rows | Invoke-AgentSweep @Parameters } | Should -Throw -ErrorId "$Id,$suffix"
    }

    It 'cannot bind <Name> <Value>' -ForEach @(
        @{ Name = 'Workers'; Value = 1, 0 }, @{ Name = 'Workers'; Value = @() }, @{ Name = 'RouterMode'; Value = 'Random' }, @{ Name = 'Concurrency'; Value = 0 }
        @{ Name = 'ThrottleLimit'; Value = 0 }, @{ Name = 'PrefillWorkers'; Value = 0 }, @{ Name = 'DecodeWorkers'; Value = 0 }, @{ Name = 'Engine'; Value = @() }
        @{ Name = 'ArrivalSpeedupRatio'; Value = @() }, @{ Name = 'CheckpointPath'; Value = '' }
    ) {
        $arguments = @{ $Name = $Value }
        { $rows | Invoke-AgentSweep @arguments } | Should -Throw -ErrorId "*,$suffix"
    }

    It 'streams: a pipeline that has enough stops the runs' {
        # The first combination is done soon, the other one would take minutes.
        $first = Invoke-AgentSweep -InputTokens 64 -OutputTokens 10000 -RequestCount 100000 -ArrivalIntervalMs 0 -Engine @{ block_size = 100000 }, @{ max_num_seqs = 1; block_size = 100000 } |
            Select-Object -First 1
        $first.Index | Should -Be 0
    }

    It 'an error that stops the pipeline stops the runs' {
        # The first combination is refused at once, the other one would take minutes.
        {
            Invoke-AgentSweep -InputTokens 64 -OutputTokens 10000 -RequestCount 200000 -ArrivalIntervalMs 0 -Engine @{ max_num_seqs = 1; block_size = 100000 } -RouterMode KvRouter, RoundRobin -ErrorAction Stop
        } | Should -Throw -ErrorId "ReplaySettingsInvalid,$suffix"
    }

    It 'shows progress and stops with its pipeline' {
        $long = 'Invoke-AgentSweep -InputTokens 64 -OutputTokens 10000 -RequestCount 200000 -ArrivalIntervalMs 0 -Engine @{ max_num_seqs = 1; block_size = 100000 } -Workers 1, 2'
        Stop-WhenRunning $long {
            @($args[0].Streams.Progress | Where-Object { $_.Activity -eq 'Replaying a grid' -and $_.StatusDescription -eq '0 of 2 points' }).Count -gt 0
        } | Should -Be 'Stopped'
    }

    It 'shows a table of 100 columns' {
        $lines = @(($rows | Invoke-AgentSweep -Workers 2 -Engine @{ max_num_seqs = 100; max_num_batched_tokens = 4000 } | Out-String -Width 100) -split '\r?\n' | Where-Object { $_ })
        $lines.Count | Should -Be 3
        foreach ($column in 'Engine', 'Workers', 'Router', 'Req/s', 'Tok/s', 'TTFT p99', 'ITL p99', 'Lat. p99', 'Reused') { $lines[0] | Should -Match ([regex]::Escape($column)) }
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    }
}

Describe 'Invoke-AgentSweep -CheckpointPath' {
    BeforeEach { $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid)/sweep.jsonl" }

    It 'goes on where it was' {
        $first = @($rows | Invoke-AgentSweep -Workers 2, 3 -CheckpointPath $file | Sort-Object Index)
        $first.IsResumed | Should -Be $false, $false
        $second = @($rows | Invoke-AgentSweep -Workers 2, 3, 4 -CheckpointPath $file | Sort-Object Index)
        $second.IsResumed | Should -Be $true, $true, $false
        $second[0..1].P99E2eLatencyMs | Should -Be $first.P99E2eLatencyMs
        $second[1].GetMetrics() | Should -Be $first[1].GetMetrics()
    }

    It 'finds relative paths by the location of the session' {
        Push-Location $TestDrive
        try { $null = $rows | Invoke-AgentSweep -CheckpointPath here.jsonl }
        finally { Pop-Location }
        "$TestDrive/here.jsonl" | Should -Exist
    }

    It 'refuses the checkpoint of another workload unless -Force is given' {
        $null = $rows | Invoke-AgentSweep -CheckpointPath $file
        { Invoke-AgentSweep @load -CheckpointPath $file } | Should -Throw -ErrorId "CheckpointMismatch,$suffix"
        { $rows | Invoke-AgentSweep -SlaTtftMs 5 -CheckpointPath $file } | Should -Throw -ErrorId "CheckpointMismatch,$suffix"
        (Invoke-AgentSweep @load -CheckpointPath $file -Force).IsResumed | Should -BeFalse
        (Invoke-AgentSweep @load -CheckpointPath $file -Force).IsResumed | Should -BeTrue
    }

    It 'leaves other files alone' {
        $null = New-Item $file -Force -Value 'mine'
        { $rows | Invoke-AgentSweep -CheckpointPath $file } | Should -Throw -ErrorId "CheckpointInvalid,$suffix"
        Get-Content $file | Should -Be 'mine'
    }

    It 'does nothing with -WhatIf' {
        $rows | Invoke-AgentSweep -CheckpointPath $file -WhatIf | Should -BeNullOrEmpty
        $file | Should -Not -Exist
    }
}
