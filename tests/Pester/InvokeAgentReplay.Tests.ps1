BeforeDiscovery {
    $cases = Get-Content "$PSScriptRoot/Data/reference.json" -Raw | ConvertFrom-Json -AsHashtable
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $plain = "$Data/mooncake-priorities.jsonl"
    $suffix = 'AgentSim.PowerShell.Commands.InvokeAgentReplayCommand'

    # Counts are exact, times and rates agree to nine digits, percentiles of token gaps to the last bit.
    function Assert-Metric($Summary, [string] $Name, $Expected) {
        $actual = $Summary[$Name]
        $actual | Should -Not -BeNullOrEmpty -Because $Name
        [Math]::Abs($actual - $Expected) | Should -BeLessOrEqual (1e-9 * [Math]::Max([Math]::Abs($Expected), 1e-300)) -Because $Name
    }
}

Describe 'Invoke-AgentReplay' {
    It 'gives the numbers of the reference: <name>' -ForEach $cases {
        $arguments = @{
            RouterMode = $case.router_mode -replace '_', ''
            Workers = $case.workers
            Engine = $case.engine
        }
        if ($case.router_config) { $arguments.RouterConfig = $case.router_config }
        if ($case.router_policy_config) { $arguments.RouterPolicyPath = "$Data/$($case.router_policy_config)" }
        if ($case.speedup) { $arguments.ArrivalSpeedupRatio = $case.speedup }
        if ($case.concurrency) { $arguments.Concurrency = $case.concurrency }
        if ($case.sla) { $arguments.SlaE2eMs = $case.sla.e2e }
        $result = switch ($case.format) {
            'agentic_mooncake' { $rows | Invoke-AgentReplay @arguments }
            'mooncake' { Import-AgentMooncake "$Data/$($case.files)" -TraceBlockSize $case.trace_block_size | Invoke-AgentReplay @arguments }
            default {
                Invoke-AgentReplay "$Data/$($case.files)" -TraceFormat AppliedComputeAgentic -TraceBlockSize $case.trace_block_size `
                    -SharedPrefixRatio $case.shared_prefix_ratio -PrefixGroups $case.prefix_groups @arguments
            }
        }
        $result | Should -BeOfType AgentSim.Simulation.ReplayResult
        foreach ($name in $report.Keys) { Assert-Metric $result.Summary $name $report[$name] }
    }

    It 'works at the end of a pipeline from traces' {
        $result = Import-AgentTrace "$Root/samples/*.jsonl.gz" | Where-Object SessionId -like 'agent-*' | ConvertTo-AgentMooncake |
            Invoke-AgentReplay -RouterMode KvRouter -Workers 4
        $result.Summary.CompletedRequests | Should -Be 67
        $result.Summary.TotalInputTokens | Should -Be 90384
        $result.Requests.Count | Should -Be 67
        $result.Run.Settings['num_workers'] | Should -Be 4
        $result.Run.Settings['router_mode'] | Should -Be 'kv_router'
        $direct = Invoke-AgentReplay $Sample -TraceFormat Dynamo -RouterMode KvRouter -Workers 4
        $direct.Summary.Ttft | Should -Be $result.Summary.Ttft
        $direct.Summary.DurationMs | Should -Be $result.Summary.DurationMs
    }

    It 'gives one result for all input' {
        $half = Import-AgentTrace $Sample | Where-Object SessionId -like 'agent-1100-2:*' | ConvertTo-AgentMooncake
        @($half | Invoke-AgentReplay).Count | Should -Be 1
        (Invoke-AgentReplay -InputObject $half).Summary.NumRequests | Should -Be $half.Count
    }

    It 'takes files by path, literal path and from the pipeline' {
        $expected = (Invoke-AgentReplay $plain -TraceBlockSize 64).Summary.DurationMs
        (Invoke-AgentReplay -LiteralPath $plain -TraceBlockSize 64).Summary.DurationMs | Should -Be $expected
        ($plain | Invoke-AgentReplay -TraceBlockSize 64).Summary.DurationMs | Should -Be $expected
        (Get-Item $plain | Invoke-AgentReplay -TraceBlockSize 64).Summary.DurationMs | Should -Be $expected
        (Import-AgentMooncake $plain -TraceBlockSize 64 | Invoke-AgentReplay).Summary.DurationMs | Should -Be $expected
    }

    It 'takes shards of a request trace as one workload' {
        Get-RequestLine a -Session s1 | Set-Content "$TestDrive/1.jsonl"
        Get-RequestLine b -Session s2 | Set-Content "$TestDrive/2.jsonl"
        $result = Get-ChildItem "$TestDrive/?.jsonl" | Invoke-AgentReplay -TraceFormat Dynamo
        $result.Summary.NumRequests | Should -Be 2
        $result.Run.Inputs.Path | Should -Be (Get-ChildItem "$TestDrive/?.jsonl").FullName
        (Invoke-AgentReplay "$TestDrive/?.jsonl" -TraceFormat Dynamo).Summary.NumRequests | Should -Be 2
    }

    It 'reads the format <Format>' -ForEach @(
        @{ Format = 'Mooncake'; Name = 'mooncake'; File = 'mooncake-delta.jsonl' }
        @{ Format = 'MooncakeDelta'; Name = 'mooncake-delta'; File = 'mooncake-delta.jsonl' }
    ) {
        $result = Invoke-AgentReplay "$Data/$File" -TraceFormat $Format -TraceBlockSize 64
        $result.Run.Settings['trace_format'] | Should -Be $Name
        $result.Summary.CompletedRequests | Should -Be 122
    }

    It 'reads the format AgenticMooncake' {
        $rows | Export-AgentMooncake "$TestDrive/agentic.jsonl.gz"
        $result = Invoke-AgentReplay "$TestDrive/agentic.jsonl.gz" -TraceFormat AgenticMooncake -TraceBlockSize 16
        $result.Summary.Ttft | Should -Be ($rows | Invoke-AgentReplay).Summary.Ttft
    }

    It 'takes engine arguments as <Form>' -ForEach @(
        @{ Form = 'hashtable'; Value = @{ block_size = 16; max_num_seqs = 2 } }
        @{ Form = 'ordered hashtable'; Value = [ordered]@{ block_size = 16; max_num_seqs = 2 } }
        @{ Form = 'object'; Value = [pscustomobject]@{ block_size = 16; max_num_seqs = 2 } }
        @{ Form = 'JSON'; Value = '{"block_size":16,"max_num_seqs":2}' }
        @{ Form = 'EngineArguments'; Value = [AgentSim.Engines.EngineArguments]::Parse('{"block_size":16,"max_num_seqs":2}', 'test') }
        @{ Form = 'EngineArguments not yet validated'; Value = [AgentSim.Engines.EngineArguments]@{ BlockSize = 16; MaxNumSeqs = 2 } }
    ) {
        $result = $rows | Invoke-AgentReplay -Engine $Value
        $arguments = $result.Run.Settings['engine_args'].ToString() | ConvertFrom-Json
        $arguments.block_size | Should -Be 16
        $arguments.max_num_seqs | Should -Be 2
        $result.Summary.CompletedRequests | Should -Be 67
    }

    It 'takes engine arguments of every JSON type' {
        $result = $rows | Invoke-AgentReplay -Engine @{
            enable_prefix_caching = $false; max_num_seqs = $null; speedup_ratio = 1.5; decode_speedup_ratio = [decimal] 2.5
            aic_mtp_seed = [ulong]::MaxValue; sglang = @{ page_size = 1 }; preemption_mode = 'fifo'
        }
        $arguments = $result.Run.Settings['engine_args'].ToString() | ConvertFrom-Json
        $arguments.enable_prefix_caching | Should -BeFalse
        $arguments.max_num_seqs | Should -BeNullOrEmpty
        $arguments.speedup_ratio | Should -Be 1.5
        $arguments.decode_speedup_ratio | Should -Be 2.5
        $arguments.aic_mtp_seed | Should -Be ([ulong]::MaxValue)
        $arguments.preemption_mode | Should -Be 'fifo'
    }

    It 'takes the router configuration as <Form>' -ForEach @(
        @{ Form = 'hashtable'; Value = @{ router_temperature = 0.5 } }
        @{ Form = 'JSON'; Value = '{"router_temperature":0.5}' }
        @{ Form = 'RouterSettings'; Value = [AgentSim.Routing.RouterSettings]@{ RouterTemperature = 0.5 } }
    ) {
        $result = $rows | Invoke-AgentReplay -RouterConfig $Value -RouterMode KvRouter -Workers 2
        ($result.Run.Settings['router_config'].ToString() | ConvertFrom-Json).router_temperature | Should -Be 0.5
    }

    It 'draws from -RouterSeed' {
        $arguments = @{ RouterMode = 'KvRouter'; Workers = 4; RouterConfig = @{ router_temperature = 1.0 } }
        $default = $rows | Invoke-AgentReplay @arguments
        $default.Run.Seed | Should -Be 3516948205
        $other = $rows | Invoke-AgentReplay @arguments -RouterSeed 7
        $other.Run.Seed | Should -Be 7
        $other.Requests.DecodeWorkerIdx -join ' ' | Should -Not -Be ($default.Requests.DecodeWorkerIdx -join ' ')
        ($rows | Invoke-AgentReplay @arguments -RouterSeed 7).Requests.DecodeWorkerIdx | Should -Be $other.Requests.DecodeWorkerIdx
    }

    It 'finds relative policy files by the location of the session' {
        $arguments = @{ Path = $plain; TraceBlockSize = 64; RouterMode = 'KvRouter'; Workers = 2 }
        $expected = (Invoke-AgentReplay @arguments -RouterPolicyPath "$Data/policy.yaml").Summary.Ttft
        Push-Location $Data
        try {
            (Invoke-AgentReplay @arguments -RouterPolicyPath policy.yaml).Summary.Ttft | Should -Be $expected
            (Invoke-AgentReplay @arguments -RouterConfig @{ router_policy_config = 'policy.yaml' }).Summary.Ttft | Should -Be $expected
            $env:DYN_ROUTER_POLICY_CONFIG = 'policy.yaml'
            (Invoke-AgentReplay @arguments).Summary.Ttft | Should -Be $expected
        }
        finally {
            $env:DYN_ROUTER_POLICY_CONFIG = $null
            Pop-Location
        }
    }

    It 'passes -ModelName on' {
        ($rows | Invoke-AgentReplay -ModelName sim/model-a).Run.Settings['model_name'] | Should -Be 'sim/model-a'
    }

    It 'runs a closed loop with -Concurrency' {
        $result = Invoke-AgentReplay $plain -TraceBlockSize 64 -Concurrency 1
        $ordered = @($result.Requests | Sort-Object ArrivalTimeMs)
        for ($i = 1; $i -lt $ordered.Count; $i++) { $ordered[$i].ArrivalTimeMs | Should -BeGreaterOrEqual $ordered[$i - 1].TerminalTimeMs }
    }

    It 'warns that -ArrivalSpeedupRatio means nothing with -Concurrency' {
        $null = Invoke-AgentReplay $plain -TraceBlockSize 64 -Concurrency 2 -ArrivalSpeedupRatio 2 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
    }

    It 'stops the simulated clock with -MaxSimTimeSeconds' {
        $whole = $rows | Invoke-AgentReplay
        $part = $rows | Invoke-AgentReplay -MaxSimTimeSeconds 5
        $part.Summary.CompletedRequests | Should -BeLessThan $whole.Summary.CompletedRequests
        $part.Run.Settings['max_sim_time_ms'] | Should -Be 5000
    }

    It 'counts goodput by <Name>' -ForEach @(
        @{ Name = 'SlaTtftMs'; Value = 30; Good = { $_.TtftMs -le 30 } }
        @{ Name = 'SlaItlMs'; Value = 6; Good = { $null -eq $_.ItlMs -or $_.ItlMs -le 6 } }
        @{ Name = 'SlaE2eMs'; Value = 400; Good = { $_.E2eLatencyMs -le 400 } }
    ) {
        $bound = @{ $Name = $Value }
        $result = $rows | Invoke-AgentReplay @bound
        $result.Summary.GoodputCompletedRequests | Should -Be @($result.Requests | Where-Object $Good).Count
        $result.Summary.GoodputCompletedRequests | Should -BeGreaterThan 0
        ($rows | Invoke-AgentReplay).Summary.GoodputCompletedRequests | Should -BeNullOrEmpty
    }

    It 'refuses <Name> <Value> as <ErrorId>' -ForEach @(
        @{ Name = 'Engine'; Value = @{ blok_size = 16 }; ErrorId = 'EngineArgumentsInvalid' }
        @{ Name = 'Engine'; Value = '{'; ErrorId = 'EngineArgumentsInvalid' }
        @{ Name = 'Engine'; Value = 5; ErrorId = 'EngineArgumentsInvalid' }
        @{ Name = 'Engine'; Value = @{ block_size = [datetime]::MinValue }; ErrorId = 'EngineArgumentsInvalid' }
        @{ Name = 'Engine'; Value = @{ speedup_ratio = [double]::NaN }; ErrorId = 'EngineArgumentsInvalid' }
        @{ Name = 'RouterConfig'; Value = @{ router_temprature = 1 }; ErrorId = 'RouterConfigInvalid' }
        @{ Name = 'RouterConfig'; Value = [AgentSim.Routing.RouterSettings]@{ RouterTemperature = -1 }; ErrorId = 'RouterConfigInvalid' }
        @{ Name = 'RouterPolicyPath'; Value = 'nowhere.yaml'; ErrorId = 'RouterPolicyInvalid' }
        @{ Name = 'RouterMode'; Value = 'KvRouter'; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'Concurrency'; Value = 3; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'ArrivalSpeedupRatio'; Value = 0; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'MaxSimTimeSeconds'; Value = -1; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'SlaTtftMs'; Value = [double]::NaN; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'SlaItlMs'; Value = -1; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'SlaE2eMs'; Value = [double]::PositiveInfinity; ErrorId = 'ReplaySettingsInvalid' }
        @{ Name = 'TraceBlockSize'; Value = 32; ErrorId = 'TraceBlockSizeMismatch' }
    ) {
        $arguments = @{ $Name = $Value }
        $fault = { $rows | Invoke-AgentReplay @arguments } | Should -Throw -PassThru -ErrorId "$ErrorId,$suffix"
        $fault.Exception | Should -BeOfType AgentSim.AgentSimException
        $fault.Exception.Message | Should -Not -Match "`n"
    }

    It 'cannot bind <Name> <Value>' -ForEach @(
        @{ Name = 'Workers'; Value = 0 }
        @{ Name = 'Concurrency'; Value = 0 }
        @{ Name = 'TraceBlockSize'; Value = 0 }
        @{ Name = 'RouterMode'; Value = 'Random' }
        @{ Name = 'RouterSeed'; Value = -1 }
        @{ Name = 'Engine'; Value = $null }
        @{ Name = 'SharedPrefixRatio'; Value = 1.5 }
        @{ Name = 'SharedPrefixRatio'; Value = [double]::NaN }
        @{ Name = 'PrefixGroups'; Value = -1 }
        @{ Name = 'TraceFormat'; Value = 'Unknown' }
        @{ Name = 'ModelName'; Value = '' }
    ) {
        $arguments = @{ Path = $plain; $Name = $Value }
        { Invoke-AgentReplay @arguments } | Should -Throw -ErrorId "*,$suffix"
    }

    It 'checks the settings before it reads the trace' {
        { Invoke-AgentReplay nowhere.jsonl -RouterMode KvRouter } | Should -Throw -ErrorId "ReplaySettingsInvalid,$suffix"
        { Invoke-AgentReplay nowhere.jsonl } | Should -Throw -ErrorId "InputUnreadable,$suffix"
    }

    It 'refuses rows that wait for rows that were left out' {
        $some = $rows | Where-Object SessionId -notlike 'agent-1100-2:root*' | Select-Object -Skip 3
        $fault = { $some | Invoke-AgentReplay } | Should -Throw -PassThru -ErrorId "DependencyUnknown,$suffix"
        $fault.Exception.Message | Should -BeLike "*'req-1100-00002' waits for 'req-1100-00001', which is no request of this workload*"
        $fault.CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'refuses plain rows among agentic ones, and no rows at all' {
        $other = Import-AgentMooncake $plain -TraceBlockSize 64 | Select-Object -First 1
        { @($rows) + $other | Invoke-AgentReplay } | Should -Throw -ErrorId "RowsMixed,$suffix"
        { $rows | Where-Object RequestId -eq nothing | Invoke-AgentReplay } | Should -Throw -ErrorId "TraceEmpty,$suffix"
    }

    It 'takes several files of rows as one workload' {
        (Invoke-AgentReplay $plain, $plain).Requests.Count | Should -Be (2 * (Invoke-AgentReplay $plain).Requests.Count)
    }

    It 'replays recordings of other programs, of one model if asked for' {
        $recordings = Join-Path $PSScriptRoot '../../recordings/claude-code'
        $result = Invoke-AgentReplay $recordings -TraceFormat ClaudeCode -WarningVariable warnings -WarningAction SilentlyContinue
        $result.Requests.Count | Should -Be 58
        $result.Run.Settings.import.requests | Should -Be 58
        $warnings | Should -BeLike '*claude-haiku-4-5 12*'
        (Invoke-AgentReplay $recordings -TraceFormat ClaudeCode -Model claude-haiku-4-5).Requests.Count | Should -Be 12
        { Invoke-AgentReplay $recordings -TraceFormat ClaudeCode -Model nobody } | Should -Throw -ErrorId "TraceModelMissing,$suffix"
    }

    It 'shows progress and stops with its pipeline' {
        $long = "`$row = [AgentSim.Rows.MooncakeRow]@{ InputLength = 64; OutputLength = 10000; HashIds = [ulong[]] @(1); Timestamp = 0; TraceBlockSize = 64 }
            Invoke-AgentReplay -InputObject (@(`$row) * 200000) -Engine @{ max_num_seqs = 1; block_size = 100000 }"
        Stop-WhenRunning $long {
            @($args[0].Streams.Progress | Where-Object { $_.Activity -eq 'Replaying' -and $_.PercentComplete -ge 0 -and $_.StatusDescription -like '*simulated time*' }).Count -gt 0
        } | Should -Be 'Stopped'
    }
}
