BeforeDiscovery {
    $synthetic = (Get-Content "$PSScriptRoot/../Unit/Data/synthetic.json" -Raw | ConvertFrom-Json -AsHashtable).GetEnumerator() |
        Where-Object { $_.Value.exit_code -eq 0 } | ForEach-Object { @{ Case = $_.Key; Options = $_.Value.args; Report = $_.Value.report } }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $records = Import-AgentTrace $Sample
    $suffix = 'AgentSim.PowerShell.Commands.InvokeAgentReplayCommand'
    $load = @{ InputTokens = 300; OutputTokens = 20; RequestCount = 10; ArrivalIntervalMs = 10 }

    # The parameters that mean the same as options of the reference's command line.
    function ConvertTo-Parameter([string[]] $Options) {
        $names = @{
            'num-workers' = 'Workers'; 'num-prefill-workers' = 'PrefillWorkers'; 'num-decode-workers' = 'DecodeWorkers'; 'replay-concurrency' = 'Concurrency'
            'extra-engine-args' = 'Engine'; 'prefill-engine-args' = 'PrefillEngine'; 'decode-engine-args' = 'DecodeEngine'; 'num-prefix-groups' = 'PrefixGroups'
        }
        $parameters = @{}
        for ($i = 0; $i -lt $Options.Count; $i += 2) {
            $option = $Options[$i].Substring(2)
            $parameters[$names[$option] ?? ($option -replace '-')] = $Options[$i + 1]
        }
        $parameters
    }
}

Describe 'Invoke-AgentReplay with synthetic load' {
    It 'gives the numbers of the reference: <Options>' -ForEach $synthetic {
        $parameters = ConvertTo-Parameter $Options
        $result = Invoke-AgentReplay @parameters
        foreach ($name in $Report.Keys | Where-Object { $_ -notmatch '^wall_time_ms$|^processed.*_per_s$' }) {
            # Standard deviations of nearly equal values depend on the order of the sum.
            $size = if ($name -like 'std_*') { 1e-12 * $Report[$name -replace '^std', 'max'] } else { 0 }
            $tolerance = [Math]::Max(1e-9 * [Math]::Abs($Report[$name]), $size)
            [Math]::Abs($result.Summary[$name] - $Report[$name]) | Should -BeLessOrEqual $tolerance -Because $name
        }
    }

    It 'says what it was drawn from' {
        $settings = (Invoke-AgentReplay @load -TurnsPerSession 2 -InterTurnDelayMs 5 -SharedPrefixRatio 0.5 -PrefixGroups 2).Run.Settings
        $settings['input_tokens'], $settings['output_tokens'], $settings['request_count'], $settings['arrival_interval_ms'] | Should -Be 300, 20, 10, 10
        $settings['turns_per_session'], $settings['inter_turn_delay_ms'], $settings['shared_prefix_ratio'], $settings['num_prefix_groups'] | Should -Be 2, 5, 0.5, 2
    }

    It 'draws arrivals from -ArrivalSeed' {
        $random = @{ InputTokens = 300; OutputTokens = 20; RequestCount = 10; RequestRate = 3 }
        $default = Invoke-AgentReplay @random
        (Invoke-AgentReplay @random -ArrivalSeed 42).Summary.DurationMs | Should -Be $default.Summary.DurationMs
        (Invoke-AgentReplay @random -ArrivalSeed 7).Summary.DurationMs | Should -Not -Be $default.Summary.DurationMs
    }

    It 'refuses <Name> <Value>: <Message>' -ForEach @(
        @{ Name = 'RequestRate'; Value = 5; Message = 'synthetic load needs exactly one of -RequestRate, -ArrivalIntervalMs and -Concurrency (2 given)' }
        @{ Name = 'Concurrency'; Value = 5; Message = 'synthetic load needs exactly one of*' }
        @{ Name = 'InterTurnDelayMs'; Value = [double]::PositiveInfinity; Message = '-InterTurnDelayMs must be finite and not negative*' }
    ) {
        $more = @{ $Name = $Value }
        $fault = { Invoke-AgentReplay @load @more } | Should -Throw -PassThru
        $fault.Exception.Message | Should -BeLike $Message
    }

    It 'names the parameter that is wrong: -<Name>' -ForEach @(
        @{ Name = 'RequestRate'; Value = 0 }
        @{ Name = 'ArrivalIntervalMs'; Value = -1 }
    ) {
        $one = @{ InputTokens = 10; OutputTokens = 2; RequestCount = 3; $Name = $Value }
        $fault = { Invoke-AgentReplay @one } | Should -Throw -PassThru -ErrorId "SyntheticOptionsInvalid,$suffix"
        $fault.Exception.Message | Should -BeLike "-$Name must be finite*"
    }

    It 'cannot bind <Name> <Value>' -ForEach @(
        @{ Name = 'InputTokens'; Value = 0 }, @{ Name = 'OutputTokens'; Value = 0 }, @{ Name = 'RequestCount'; Value = 0 }
        @{ Name = 'TurnsPerSession'; Value = 0 }, @{ Name = 'ArrivalSeed'; Value = -1 }, @{ Name = 'TraceBlockSize'; Value = 16 }
    ) {
        $wrong = $load.Clone()
        $wrong[$Name] = $Value
        { Invoke-AgentReplay @wrong } | Should -Throw -ErrorId "*,$suffix"
    }
}

Describe 'Invoke-AgentReplay with separate pools' {
    It 'lists the workers of both pools' {
        $pool = New-AgentEngineConfig -BlockSize 16
        $result = Invoke-AgentReplay @load -PrefillEngine $pool -DecodeEngine @{ block_size = 16; worker_type = 'decode' } -PrefillWorkers 2 -DecodeWorkers 3
        $result.Workers.WorkerType | Should -Be 'Prefill', 'Prefill', 'Decode', 'Decode', 'Decode'
        ($result.Workers | Where-Object WorkerType -EQ Prefill | Measure-Object CompletedRequests -Sum).Sum | Should -Be 10
        $result.Requests[0].PrefillWorkerIdx | Should -Be 0
        $result.Run.Settings['num_prefill_workers'], $result.Run.Settings['num_decode_workers'] | Should -Be 2, 3
        ($result.Run.Settings['prefill_engine_args'].ToString() | ConvertFrom-Json).worker_type | Should -Be 'prefill'
    }

    It 'refuses <Parameters>: <Message>' -ForEach @(
        @{ Parameters = @{ PrefillEngine = @{} }; Message = '*need both -PrefillEngine and -DecodeEngine'; Id = 'OptionsConflict' }
        @{ Parameters = @{ DecodeEngine = @{} }; Message = '*need both -PrefillEngine and -DecodeEngine'; Id = 'OptionsConflict' }
        @{ Parameters = @{ PrefillWorkers = 2 }; Message = '*give -PrefillEngine and -DecodeEngine*'; Id = 'OptionsConflict' }
        @{ Parameters = @{ DecodeWorkers = 1 }; Message = '*give -PrefillEngine and -DecodeEngine*'; Id = 'OptionsConflict' }
        @{ Parameters = @{ PrefillEngine = @{}; DecodeEngine = @{}; Workers = 2 }; Message = '-Workers is for*'; Id = 'OptionsConflict' }
        @{ Parameters = @{ PrefillEngine = @{}; DecodeEngine = @{}; Engine = @{} }; Message = '-Engine cannot be combined*'; Id = 'OptionsConflict' }
        @{ Parameters = @{ PrefillEngine = @{ worker_type = 'decode' }; DecodeEngine = @{} }; Message = '-PrefillEngine: worker_type must be prefill*'; Id = 'ReplaySettingsInvalid' }
        @{ Parameters = @{ PrefillEngine = @{}; DecodeEngine = @{ blok = 1 } }; Message = "-DecodeEngine: unknown name 'blok'*"; Id = 'EngineArgumentsInvalid' }
        @{ Parameters = @{ Engine = @{ worker_type = 'decode' } }; Message = '-Engine: worker_type must be aggregated*'; Id = 'ReplaySettingsInvalid' }
        @{ Parameters = @{ Engine = @{ block_size = 1 } }; Message = '-Engine: block_size must be at least 2*'; Id = 'BlockSizeNotRunnable' }
    ) {
        $fault = { Invoke-AgentReplay @load @Parameters } | Should -Throw -PassThru -ErrorId "$Id,$suffix"
        $fault.Exception.Message | Should -BeLike $Message
    }

    It 'refuses agentic workloads' {
        { $rows | Invoke-AgentReplay -PrefillEngine @{} -DecodeEngine @{} } | Should -Throw -ErrorId "ReplaySettingsInvalid,$suffix"
    }
}

Describe 'Invoke-AgentReplay with records and rows' {
    It 'takes records by pipeline and by name, like their rows' {
        $expected = ($rows | Invoke-AgentReplay -Workers 2).Summary.Ttft
        ($records | Invoke-AgentReplay -Workers 2).Summary.Ttft | Should -Be $expected
        (Invoke-AgentReplay -Record $records -Workers 2 -TraceBlockSize 16).Summary.Ttft | Should -Be $expected
        { Invoke-AgentReplay -Record $records -TraceBlockSize 32 } | Should -Throw -ErrorId "TraceBlockSizeMismatch,$suffix"
    }

    It 'takes rows that are deltas' {
        $file = "$Data/mooncake-delta.jsonl"
        $expected = Invoke-AgentReplay $file -TraceFormat MooncakeDelta -TraceBlockSize 64
        $result = Import-AgentMooncake $file -TraceBlockSize 64 | Invoke-AgentReplay -TraceFormat MooncakeDelta
        $result.Summary.TotalInputTokens | Should -Be $expected.Summary.TotalInputTokens
        $result.Summary.E2eLatency | Should -Be $expected.Summary.E2eLatency
        $result.Run.Settings['trace_format'] | Should -Be 'mooncake-delta'
        (Import-AgentMooncake $file -TraceBlockSize 64 | Invoke-AgentReplay).Summary.TotalInputTokens | Should -BeLessThan $expected.Summary.TotalInputTokens
    }

    It 'takes agentic rows of version 2 from files and from the pipeline' {
        $lowering = [AgentSim.Lowering.TraceLowering]::new(2)
        foreach ($record in $records) { $lowering.Add($record) }
        $played = @($lowering.Rows())
        $played[0].PlayId | Should -Not -BeNullOrEmpty
        $result = $played | Invoke-AgentReplay -Workers 2
        $result.Summary.CompletedRequests | Should -Be 67
        $stream = [IO.File]::Create((Join-Path (Convert-Path $TestDrive) v2.jsonl))
        try { $null = [AgentSim.Rows.AgenticFileWriter]::Write($stream, [AgentSim.Rows.MooncakeRow[]] $played, 16, 'test', [Threading.CancellationToken]::None) }
        finally { $stream.Dispose() }
        (Invoke-AgentReplay "$TestDrive/v2.jsonl" -TraceFormat AgenticMooncake -Workers 2).Summary.Ttft | Should -Be $result.Summary.Ttft
        (Import-AgentMooncake "$TestDrive/v2.jsonl" -Format AgenticMooncake | Invoke-AgentReplay -Workers 2).Summary.Ttft | Should -Be $result.Summary.Ttft
    }

    It 'refuses -TraceFormat <Format> for <Kind> rows' -ForEach @(
        @{ Format = 'Dynamo'; Kind = 'agentic'; Id = 'TraceFormatMismatch' }
        @{ Format = 'AppliedComputeAgentic'; Kind = 'plain'; Id = 'TraceFormatMismatch'; More = @{ Concurrency = 1 } }
        @{ Format = 'MooncakeDelta'; Kind = 'agentic'; Id = 'RowsMixed' }
        @{ Format = 'AgenticMooncake'; Kind = 'plain'; Id = 'RowsMixed' }
    ) {
        $given = if ($Kind -eq 'plain') { Import-AgentMooncake "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 } else { $rows }
        $more ??= @{}
        { $given | Invoke-AgentReplay -TraceFormat $Format @more } | Should -Throw -ErrorId "$Id,$suffix"
    }

    It 'names parameters when settings are wrong: <Parameters>' -ForEach @(
        @{ Parameters = @{ RouterMode = 'KvRouter' }; Message = '-RouterMode KvRouter needs*raise -Workers or use RoundRobin' }
        @{ Parameters = @{ Concurrency = 2 }; Message = '*with -Concurrency;*' }
        @{ Parameters = @{ ArrivalSpeedupRatio = 0 }; Message = '-ArrivalSpeedupRatio must be*' }
        @{ Parameters = @{ MaxSimTimeSeconds = -1 }; Message = '-MaxSimTimeSeconds must be*' }
        @{ Parameters = @{ SlaTtftMs = -1 }; Message = '-SlaTtftMs must be*' }
        @{ Parameters = @{ SlaItlMs = -1 }; Message = '-SlaItlMs must be*' }
        @{ Parameters = @{ SlaE2eMs = -1 }; Message = '-SlaE2eMs must be*' }
        @{ Parameters = @{ RouterConfig = @{ router_prefill_load_model = 'aic' }; RouterMode = 'KvRouter'; Workers = 2 }; Message = '-RouterConfig: router_prefill_load_model aic*' }
    ) {
        $fault = { $rows | Invoke-AgentReplay @Parameters } | Should -Throw -PassThru
        $fault.Exception.Message | Should -BeLike $Message
    }

    It 'names -Concurrency when applied-compute sessions lack it' {
        $fault = { Invoke-AgentReplay "$Data/applied-compute.jsonl" -TraceFormat AppliedComputeAgentic } | Should -Throw -PassThru
        $fault.Exception.Message | Should -BeLike 'the trace format AppliedComputeAgentic needs -Concurrency*'
    }
}

Describe 'Invoke-AgentReplay -AsJob' {
    It 'gives the result of <Kind> in the background' -ForEach @(
        @{ Kind = 'rows'; Script = { $rows | Invoke-AgentReplay -Workers 2 @args } }
        @{ Kind = 'records'; Script = { $records | Invoke-AgentReplay -Workers 2 @args } }
        @{ Kind = 'files by a relative path'; Script = { Invoke-AgentReplay *.gz -TraceFormat Dynamo -Workers 2 -Engine '{"block_size":64}' @args } }
        @{ Kind = 'synthetic load in pools'; Script = { Invoke-AgentReplay @load -PrefillEngine @{} -DecodeEngine @{} -PrefillWorkers 2 @args } }
    ) {
        Push-Location (Split-Path $Sample)
        try {
            $expected = (& $Script).Summary
            $job = & $Script -AsJob
        }
        finally { Pop-Location }
        $job | Should -BeOfType System.Management.Automation.Job
        $result = $job | Receive-Job -Wait -AutoRemoveJob
        $result | Should -BeOfType AgentSim.Simulation.ReplayResult
        $result.Summary.Ttft | Should -Be $expected.Ttft
        $result.Summary.DurationMs | Should -Be $expected.DurationMs
    }

    It 'resolves the policy file and the router configuration before it starts' {
        Push-Location $Data
        try {
            $arguments = @{ Path = 'mooncake-priorities.jsonl'; TraceBlockSize = 64; RouterMode = 'KvRouter'; Workers = 2; RouterConfig = @{ router_temperature = 0.5 } }
            $expected = Invoke-AgentReplay @arguments -RouterPolicyPath policy.yaml
            $job = Invoke-AgentReplay @arguments -RouterPolicyPath policy.yaml -AsJob
        }
        finally { Pop-Location }
        ($job | Receive-Job -Wait -AutoRemoveJob).Summary.Ttft | Should -Be $expected.Summary.Ttft
    }

    It 'checks settings and files before it starts' {
        { Invoke-AgentReplay @load -RouterMode KvRouter -AsJob } | Should -Throw -ErrorId "ReplaySettingsInvalid,$suffix"
        { Invoke-AgentReplay nowhere.jsonl -AsJob } | Should -Throw -ErrorId "InputUnreadable,$suffix"
    }

    It 'reports what goes wrong in the workload when the job is received' {
        $job = Invoke-AgentReplay "$Data/policy.yaml" -AsJob
        { $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop } | Should -Throw -ErrorId 'RowInvalid,*'
    }

    # Findings A7.
    It 'ends as Failed, with its error, when the replay fails under <_>' -ForEach 'en-US', 'de-DE', 'fr-FR' {
        $usual = [cultureinfo]::CurrentCulture
        [cultureinfo]::CurrentCulture = $_
        try {
            # A row that waits for one which is not there: found when the workload is built.
            $jobs = @(
                $rows | Select-Object -Skip 5 | Invoke-AgentReplay -AsJob
                Invoke-AgentReplay "$Data/policy.yaml" -AsJob
                Invoke-AgentReplay -InputTokens 64 -OutputTokens 100000 -RequestCount 1 -ArrivalIntervalMs 1 -Engine @{ num_gpu_blocks = 4 } -AsJob
                $rows | Invoke-AgentReplay -AsJob
            )
            $null = $jobs | Wait-Job
            $jobs.State | Should -Be 'Failed', 'Failed', 'Failed', 'Completed'
            $ids = 'DependencyUnknown', 'RowInvalid', 'RequestNeverFits'
            for ($i = 0; $i -lt 3; $i++) {
                $jobs[$i].Error[0].FullyQualifiedErrorId | Should -BeLike "$($ids[$i]),*"
                $jobs[$i].JobStateInfo.Reason.Message | Should -Be $jobs[$i].Error[0].Exception.Message
                $jobs[$i].Output.Count | Should -Be 0
                $fault = { $jobs[$i] | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop } | Should -Throw -PassThru
                $fault.FullyQualifiedErrorId | Should -BeLike "$($ids[$i]),*"
                $fault.Exception.Message | Should -Not -Match "`n"
            }
            ($jobs[3] | Receive-Job -Wait -AutoRemoveJob).Summary.CompletedRequests | Should -Be 67
        }
        finally {
            [cultureinfo]::CurrentCulture = $usual
            $jobs | Remove-Job -Force -ErrorAction Ignore
        }
    }

    It 'stops with Stop-Job' {
        $job = Invoke-AgentReplay -InputTokens 64 -OutputTokens 10000 -RequestCount 200000 -ArrivalIntervalMs 0 -Engine @{ max_num_seqs = 1; block_size = 100000 } -AsJob
        $deadline = [datetime]::UtcNow.AddMinutes(2)
        while ($job.Progress.Count -eq 0 -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 50 }
        $job.Progress.Count | Should -BeGreaterThan 0
        $job.Progress[0].Activity | Should -Be 'Replaying'
        $job.Progress[0].StatusDescription | Should -BeLike '* of 200,000 requests, simulated time *'
        $job.State | Should -Be 'Running'
        $job | Stop-Job
        $job.State | Should -Be 'Stopped'
        $job | Remove-Job
    }

    It 'says what is missing without Start-ThreadJob' {
        $script = "`$PSModuleAutoLoadingPreference = 'None'; Import-Module '$Manifest'
            try { Invoke-AgentReplay -InputTokens 1 -OutputTokens 1 -RequestCount 1 -Concurrency 1 -AsJob } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message }"
        $said = Invoke-PowerShell -NoProfile -NonInteractive -Command $script
        $said[0] | Should -Be "ThreadJobMissing,$suffix"
        $said[1] | Should -BeLike '*Microsoft.PowerShell.ThreadJob*'
    }
}
