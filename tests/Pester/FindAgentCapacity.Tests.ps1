BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $suffix = 'AgentSim.PowerShell.Commands.FindAgentCapacityCommand'
    $load = @{ InputTokens = 300; OutputTokens = 20; RequestCount = 10; ArrivalIntervalMs = 10 }
    $few = @{ Limit = @{ p99_ttft_ms = 1000 }; Maximum = 2 }
}

Describe 'Find-AgentCapacity' {
    It 'returns the least number of workers that keeps the limits, as replays by hand do' {
        $found = $rows | Find-AgentCapacity -Limit @{ p99_e2e_latency_ms = 2700 } -Minimum 1 -Maximum 6
        $found | Should -BeOfType AgentSim.Capacity.CapacityAnswer
        $p99 = 1..6 | ForEach-Object { ($rows | Invoke-AgentReplay -Workers $_).Summary.P99E2eLatencyMs }
        $found.Points.Value | Should -Be (1..6)
        $found.Points | ForEach-Object { $_.Limits[0].Value } | Should -Be $p99
        $missed = @(0..5 | Where-Object { $p99[$_] -gt 2700 })
        $found.Answer | Should -Be ($missed[-1] + 2)
        $found.Verdict | Should -Be 'Uncalibrated'
        "$found" | Should -BeLike '*uncalibrated*'
        $found.Reason | Should -BeLike '*built-in*H200*'
    }

    It 'has an answer for every configuration, with money and the front' {
        $found = @($rows | Find-AgentCapacity @few -RouterMode RoundRobin, KvRouter -RouterSeed 7 -RouterConfig @{ router_temperature = 0.5 } -SeedCount 2 -Pareto -GpuPricePerHour 2.5 -ThrottleLimit 2 -WarningAction SilentlyContinue)
        $found.Count | Should -Be 2
        $found[1].Points.Seeds | Should -Be 1, 2
        $found[0].Cost | Should -Be (2.5 * $found[0].GpuHours)
        $found[0].CostPerTask | Should -BeGreaterThan 0
        @($found.Points | Where-Object IsOnFront).Count | Should -BeGreaterThan 0
    }

    It 'finds tasks at a time, times the load and KV blocks' {
        ($rows | Find-AgentCapacity -Target Tasks -Limit @{ p90_task_makespan_ms = 1e7 } -Workers 2 -Agents).Answer | Should -Be 3
        $rate = $rows | Find-AgentCapacity -Target Rate -Limit @{ p99_ttft_ms = 1e6 } -Minimum 1 -Maximum 2 -Step 0.5
        $rate.Points.Value | Should -Be 1, 1.5, 2
        $rate.Answer | Should -Be 2
        $cache = ($rows | Find-AgentCapacity -Target KvBlocks -KvBytesPerToken 1000).Cache
        $cache.Sizes.Count | Should -BeGreaterThan 4
        $cache.Sizes[0].GigaBytes | Should -Be ($cache.Sizes[0].Blocks * 64 * 1000 / 1e9)
        $cache.InfiniteReuse | Should -BeGreaterOrEqual $cache.Sizes[-1].IdealReuse
    }

    It 'takes the workload as <Kind>' -ForEach @(
        @{ Kind = 'records'; Script = { Import-AgentTrace $Sample | Find-AgentCapacity @few } }
        @{ Kind = 'records by name'; Script = { Find-AgentCapacity -Record (Import-AgentTrace $Sample) @few -DropSessionless } }
        @{ Kind = 'rows by name'; Script = { Find-AgentCapacity -InputObject $rows -TraceBlockSize 16 @few -AllowCut } }
        @{ Kind = 'a path'; Script = { Find-AgentCapacity $Sample -TraceFormat Dynamo @few } }
        @{ Kind = 'a literal path'; Script = { Find-AgentCapacity -LiteralPath $Sample -TraceFormat Dynamo @few } }
    ) {
        $expected = ($rows | Invoke-AgentReplay -Workers 2).Summary.P99TtftMs
        (& $Script).Points[1].Limits[0].Value | Should -Be $expected
    }

    It 'takes files without an end, and rows that wait for others, if asked for' {
        $bytes = [System.IO.File]::ReadAllBytes($Sample)
        [System.IO.File]::WriteAllBytes("$TestDrive/torn.jsonl.gz", $bytes[0..($bytes.Count - 200)])
        { Find-AgentCapacity "$TestDrive/torn.jsonl.gz" -TraceFormat Dynamo @few } | Should -Throw -ErrorId 'GzipInvalid,*'
        (Find-AgentCapacity "$TestDrive/torn.jsonl.gz" -TraceFormat Dynamo @few -AllowTorn -WarningAction SilentlyContinue).Points.Count | Should -BeGreaterThan 0
        $left = $rows | Select-Object -Skip 5
        { $left | Find-AgentCapacity @few } | Should -Throw -ErrorId 'DependencyUnknown,*'
        ($left | Find-AgentCapacity @few -MissingDependency Drop -WarningAction SilentlyContinue).Points.Count | Should -BeGreaterThan 0
    }

    It 'takes recordings, of one model if asked for' {
        $found = Find-AgentCapacity "$PSScriptRoot/../../recordings/claude-code" -TraceFormat ClaudeCode -Model claude-haiku-4-5 @few -WarningAction SilentlyContinue
        $found.Answer | Should -Be 1
    }

    It 'takes synthetic load and pools, and varies the workers that decode' {
        $pools = @{ PrefillEngine = @{}; DecodeEngine = @{ aic_tp_size = 2 }; PrefillWorkers = 3 }
        $found = Find-AgentCapacity @load @few @pools
        $found.Workers | Should -Be 4
        $found.Gpus | Should -Be 5
        $random = @{ InputTokens = 300; OutputTokens = 20; RequestCount = 10; RequestRate = 3; ArrivalSeed = 7; TurnsPerSession = 2; InterTurnDelayMs = 5; SharedPrefixRatio = 0.5; PrefixGroups = 1 }
        (Find-AgentCapacity @random @few -Engine @{ block_size = 16 }).Points[0].Limits[0].Value |
            Should -Be (Invoke-AgentReplay @random -Engine @{ block_size = 16 }).Summary.P99TtftMs
        (Find-AgentCapacity @load -Target KvBlocks -PrefillEngine @{} -DecodeEngine @{} -DecodeWorkers 1 -Minimum 100 -Maximum 200 -Limit @{ p99_ttft_ms = 1e6 }).Answer | Should -Be 100
    }

    It 'passes on what all replays share' {
        $arguments = @{ RouterMode = 'KvRouter'; RouterPolicyPath = "$Data/policy.yaml"; ModelName = 'sim/model-a'; MaxSimTimeSeconds = 20; SlaTtftMs = 30; SlaItlMs = 6; SlaE2eMs = 2000 }
        $found = Find-AgentCapacity "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 @arguments -Minimum 2 -Maximum 2 -Limit @{ goodput_request_throughput_rps = 0; completed_requests = 1 }
        $summary = (Invoke-AgentReplay "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 -Workers 2 @arguments).Summary
        ($found.Limits | Where-Object Metric -eq goodput_request_throughput_rps).Value | Should -Be $summary.GoodputRequestThroughputRps
        $closed = Find-AgentCapacity "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 @few -Concurrency 4 -ArrivalSpeedupRatio 1
        $closed.Configuration | Should -BeLike '*concurrency 4*'
    }

    It 'changes the workload as replays do' {
        $knobs = @{ Copies = 2; CopiesWindowSeconds = 60; CopiesShared = 3; CopiesOffset = 'Window'; CopiesSeed = 5; TaskArrivalSpeedupRatio = 2; ToolSpeedupRatio = 2; ThinkSpeedupRatio = 2; MaxIdleSeconds = 5; MaxToolWaitSeconds = 5; OutputRatio = 0.5 }
        $found = $rows | Find-AgentCapacity @few @knobs
        $found.Points[0].Limits[0].Value | Should -Be ($rows | Invoke-AgentReplay @knobs).Summary.P99TtftMs
        $tasks = $rows | Find-AgentCapacity @few -ConcurrentTasks 2
        $tasks.Points[0].Limits[0].Value | Should -Be ($rows | Invoke-AgentReplay -ConcurrentTasks 2).Summary.P99TtftMs
    }

    It 'goes on from its checkpoint, and keeps none with -WhatIf' {
        $path = "$TestDrive/found.jsonl"
        $rows | Find-AgentCapacity @few -CheckpointPath $path -WhatIf | Should -BeNullOrEmpty
        $path | Should -Not -Exist
        $first = $rows | Find-AgentCapacity @few -CheckpointPath $path
        $length = (Get-Item $path).Length
        "$($rows | Find-AgentCapacity @few -CheckpointPath $path)" | Should -Be "$first"
        (Get-Item $path).Length | Should -Be $length
        { Find-AgentCapacity @load @few -CheckpointPath $path } | Should -Throw -ErrorId "CheckpointMismatch,$suffix"
        (Find-AgentCapacity @load @few -CheckpointPath $path -Force).Answer | Should -Be 1
    }

    It 'has whole answers after Export-Clixml, which are exported as those of the session are' {
        $found = $rows | Find-AgentCapacity @few -Pareto
        $found | Export-Clixml "$TestDrive/found.xml"
        $back = Import-Clixml "$TestDrive/found.xml"
        $back | Should -BeOfType AgentSim.Capacity.CapacityAnswer
        $back | ConvertTo-Json -Depth 8 | Should -Be ($found | ConvertTo-Json -Depth 8)
        foreach ($name in 'found.json', 'found.csv', 'found.html') {
            $found | Export-AgentReport "$TestDrive/$name"
            Export-AgentReport "$TestDrive/back-$name" -Capacity $back
            Get-Content "$TestDrive/back-$name" -Raw | Should -Be (Get-Content "$TestDrive/$name" -Raw)
        }
        "$TestDrive/found.html" | Should -FileContentMatch 'uncalibrated'
        { $found | Export-AgentReport "$TestDrive/found.md" } | Should -Throw -ErrorId 'OptionsConflict,*'
    }

    It 'shows the verdict beside the answer in <_> columns' -ForEach 80, 100, 120 {
        $lines = @((($rows | Find-AgentCapacity @few) | Out-String -Width $_) -split '\r?\n' | Where-Object { $_ })
        $lines.Count | Should -Be 3
        $lines[0] | Should -Match 'Answer +Verdict +GPUs +Margin % +Binds +Configuration'
        $lines[2] | Should -Match '^ +1 +Uncalibrated +1 +\d+\.\d +p99_ttft_ms +vllm, round_robin'
    }

    It 'refuses <Id>: <Parameters.Keys>' -ForEach @(
        @{ Parameters = @{}; Id = 'LimitMissing' }
        @{ Parameters = @{ Limit = @{ p99_ttft_ms = '+5%' } }; Id = 'BaselineMissing' }
        @{ Parameters = @{ Limit = @{ p99_ttft_ms = 5 }; Workers = 2 }; Id = 'OptionsConflict' }
        @{ Parameters = @{ Limit = @{ p99_ttft_ms = 5 }; Minimum = 3; Maximum = 2 }; Id = 'CapacityRangeInvalid' }
        @{ Parameters = @{ Limit = @{ p99_ttft_ms = 5 }; Force = $true }; Id = 'OptionsConflict' }
    ) {
        { $rows | Find-AgentCapacity @Parameters } | Should -Throw -ErrorId "$Id,$suffix"
    }

    It 'takes a timing profile' {
        { $rows | Find-AgentCapacity @few -TimingProfile 5 } | Should -Throw -ErrorId "CalibrationInvalid,$suffix"
    }
}
