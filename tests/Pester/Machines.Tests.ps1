BeforeDiscovery { . "$PSScriptRoot/Machines.ps1" }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Machines.ps1"
    $suffix = 'AgentSim.PowerShell.Commands.InvokeAgentSweepCommand'
    $rows = ConvertTo-AgentMooncake $Sample
    $grid = @{ Workers = 1, 2, 3; RouterMode = 'RoundRobin', 'KvRouter' }
    # Takes minutes on one machine; a point takes long enough to be met in the middle.
    $long = @{ InputTokens = 64; OutputTokens = 10000; RequestCount = 20000; ArrivalIntervalMs = 0; Engine = @{ max_num_seqs = 1; block_size = 100000 } }

    # Everything that a row says, but for what the clock on the wall says.
    function Get-RowText($Row) {
        @($Row | Sort-Object Index | ForEach-Object {
            $metrics = $_.GetMetrics() | Where-Object Name -NotIn 'wall_time_ms', 'processed_tokens_per_s', 'processed_output_tokens_per_s'
            $one = $_ | Select-Object Index, Engine, PrefillEngine, Workers, PrefillWorkers, RouterMode, RouterConfig, RouterSeed, Concurrency,
                ArrivalSpeedupRatio, Copies, ConcurrentTasks, Knobs, Error, ErrorId, Warnings, IsResumed, CutOffRequests
            $one | ConvertTo-Json -Compress
            $metrics | ForEach-Object { "$($_.Name)=$($_.Value.ToString('R', [cultureinfo]::InvariantCulture))" }
        }) -join "`n"
    }
}

Describe 'Invoke-AgentSweep -Shard and Merge-AgentSweep' {
    BeforeAll {
        $folder = Join-Path (Convert-Path $TestDrive) shares
        $whole = @($rows | Invoke-AgentSweep @grid -ErrorVariable wholeFaults -ErrorAction SilentlyContinue)
        $shares = 0..2 | ForEach-Object { , @($rows | Invoke-AgentSweep @grid -Shard "$_/3" -CheckpointPath "$folder/$_.jsonl" -ErrorAction SilentlyContinue) }
    }

    It 'a share has the combinations whose number leaves it' {
        ($shares[0].Index | Sort-Object) -join ' ' | Should -Be '0'   # 3 is refused: a KV router before one worker
        ($shares[1].Index | Sort-Object) -join ' ' | Should -Be '1 4'
        ($shares[2].Index | Sort-Object) -join ' ' | Should -Be '2 5'
    }

    It 'merged shares are the rows of one machine, in order, with its errors' {
        $merged = @(Merge-AgentSweep "$folder/*.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue)
        $merged | Should -BeOfType AgentSim.Sweeps.SweepRow
        $merged.Index | Should -Be 0, 1, 2, 4, 5
        Get-RowText $merged | Should -Be (Get-RowText $whole)
        "$($faults[0])" | Should -Be "$($wholeFaults[0])"
        $faults[0].TargetObject.Index | Should -Be 3
    }

    It 'takes files by pipeline and literally, in any order' {
        $text = Get-RowText $whole
        Get-RowText (Get-ChildItem "$folder/*.jsonl" | Sort-Object Name -Descending | Merge-AgentSweep -ErrorAction SilentlyContinue) | Should -Be $text
        Get-RowText (Merge-AgentSweep -LiteralPath "$folder/0.jsonl", "$folder/1.jsonl", "$folder/2.jsonl", "$folder/2.jsonl" -ErrorAction SilentlyContinue) | Should -Be $text
    }

    It 'names what is missing, and gives the rest' {
        $some = @(Merge-AgentSweep "$folder/0.jsonl", "$folder/2.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue)
        $some.Index | Should -Be 0, 2, 5
        $faults[-1].FullyQualifiedErrorId | Should -Be 'CheckpointIncomplete,AgentSim.PowerShell.Commands.MergeAgentSweepCommand'
        "$($faults[-1])" | Should -BeLike '2 of 6 combinations are in none of the 2 checkpoints: 1 (vllm, 2 workers, RoundRobin), 4 (vllm, 2 workers, KvRouter)*'
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'another grid'; Id = 'CheckpointMismatch'; Other = { $rows | Invoke-AgentSweep -Workers 1, 2 -Shard 0/2 -CheckpointPath $args[0] } }
        @{ Name = 'another workload'; Id = 'CheckpointMismatch'; Other = { $rows | Select-Object -First 40 | Invoke-AgentSweep @grid -Shard 0/3 -CheckpointPath $args[0] -ErrorAction SilentlyContinue } }
        @{ Name = 'other settings'; Id = 'CheckpointMismatch'; Other = { $rows | Invoke-AgentSweep @grid -SlaTtftMs 5 -Shard 0/3 -CheckpointPath $args[0] -ErrorAction SilentlyContinue } }
        @{ Name = 'another version'; Id = 'CheckpointMismatch'; Other = { (Get-Content "$folder/1.jsonl" -Raw) -replace '"version":"[^"]*"', '"version":"0.0.1"' | Set-Content $args[0] -NoNewline } }
        @{ Name = 'other numbers'; Id = 'CheckpointDiffers'; Other = { (Get-Content "$folder/0.jsonl" -Raw) -replace '"p99_ttft_ms":[0-9.]+', '"p99_ttft_ms":1.5' | Set-Content $args[0] -NoNewline } }
        @{ Name = 'what is no checkpoint'; Id = 'CheckpointInvalid'; Other = { 'mine' | Set-Content $args[0] } }
    ) {
        $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid).jsonl"
        $null = & $Other $file
        { Merge-AgentSweep "$folder/0.jsonl", $file -ErrorAction SilentlyContinue } | Should -Throw -ErrorId "$Id,*MergeAgentSweepCommand"
    }

    It 'refuses -Shard <Shard>' -ForEach @(@{ Shard = '3/3' }, @{ Shard = '-1/3' }, @{ Shard = '1' }, @{ Shard = '1/x' }, @{ Shard = '0/0' }) {
        { $rows | Invoke-AgentSweep @grid -Shard $Shard -CheckpointPath "$folder/x.jsonl" } | Should -Throw -ErrorId "ShardInvalid,$suffix"
    }

    It 'refuses a share without a checkpoint' {
        { $rows | Invoke-AgentSweep @grid -Shard 0/3 } | Should -Throw -ErrorId "OptionsConflict,$suffix"
    }
}

Describe 'Find-AgentCapacity -Shard and -MergePath' {
    BeforeAll { $ask = @{ Limit = @{ p99_ttft_ms = 36 }; Maximum = 6; RouterMode = 'RoundRobin', 'KvRouter'; SeedCount = 2 } }

    It 'answers from shares what one machine answers' {
        $folder = Join-Path (Convert-Path $TestDrive) capacity
        0..2 | ForEach-Object { $rows | Find-AgentCapacity @ask -Shard "$_/3" -CheckpointPath "$folder/$_.jsonl" | Should -BeNullOrEmpty }
        $merged = $rows | Find-AgentCapacity @ask -MergePath "$folder/*.jsonl"
        ($merged | ConvertTo-Json -Depth 9) | Should -Be ($rows | Find-AgentCapacity @ask | ConvertTo-Json -Depth 9)
        # Another limit is another question to the same replays.
        ($rows | Find-AgentCapacity @ask -MergePath "$folder/*.jsonl" -Pareto).Count | Should -Be 2
        { $rows | Find-AgentCapacity @ask -MergePath "$folder/0.jsonl", "$folder/2.jsonl" } | Should -Throw -ErrorId 'CheckpointIncomplete,*'
        { $rows | Select-Object -First 40 | Find-AgentCapacity @ask -MergePath "$folder/*.jsonl" } | Should -Throw -ErrorId 'CheckpointMismatch,*'
        { $rows | Find-AgentCapacity @ask -MergePath "$folder/*.jsonl" -CheckpointPath "$folder/x" } | Should -Throw -ErrorId 'OptionsConflict,*'
    }

    It 'has no shares of values that are searched' {
        { $rows | Find-AgentCapacity -Limit @{ p99_ttft_ms = 36 } -Maximum 100 -Shard 0/2 -CheckpointPath "$TestDrive/none.jsonl" } | Should -Throw -ErrorId 'CapacityRangeInvalid,*'
    }
}

Describe 'Invoke-AgentSweep -PSSession' -Skip:(-not $HasSshd) {
    BeforeAll {
        $modules = Split-Path (Split-Path (Split-Path $Manifest))
        $machines = 'one', 'two' | ForEach-Object { Open-Machine (Join-Path (Convert-Path $TestDrive) $_) $modules }
    }
    AfterAll { $machines | ForEach-Object { Close-Machine $_ } }
    BeforeEach { $sessions = @($machines | ForEach-Object { New-MachineSession $_ }) }
    AfterEach {
        # Whatever happened, nothing is left on a machine: no file, no variable, no point that runs on.
        foreach ($session in @($sessions | Where-Object State -EQ Opened)) {
            Invoke-Command -Session $session { @(Get-ChildItem ([IO.Path]::GetTempPath()) -Filter agentsim-*).Count } | Should -Be 0
            Invoke-Command -Session $session { @(Get-Variable AgentSim* -Scope Global).Count } | Should -Be 0
        }
        $sessions | Remove-PSSession
    }

    It 'gives the rows of one machine, for <Kind>' -ForEach @(
        @{ Kind = 'rows'; Sweep = { $rows | Invoke-AgentSweep -Workers 1, 2, 3 -RouterMode RoundRobin, KvRouter @args -ErrorAction SilentlyContinue } }
        @{ Kind = 'records'; Sweep = { Import-AgentTrace $Sample | Invoke-AgentSweep -Workers 1, 2 -ToolSpeedupRatio 2, 'bash=3' -Copies 1, 2 -Agents @args } }
        @{ Kind = 'a file'; Sweep = { Invoke-AgentSweep $Sample -TraceFormat Dynamo -Workers 2 -RouterMode KvRouter -RouterSeed 1, 2, 3 @args } }
        @{ Kind = 'deltas'; Sweep = { Import-AgentMooncake "$Data/mooncake-delta.jsonl" -TraceBlockSize 64 | Invoke-AgentSweep -TraceFormat MooncakeDelta -Concurrency 1, 4 @args } }
        @{ Kind = 'policies'; Sweep = { Invoke-AgentSweep "$Data/mooncake-priorities.jsonl" -TraceBlockSize 64 -RouterMode KvRouter -Workers 2, 3 -RouterPolicyPath "$Data/policy.yaml" -ModelName sim/model-a -MaxSimTimeSeconds 20 -SlaTtftMs 30 @args -WarningAction SilentlyContinue } }
        @{ Kind = 'recordings'; Sweep = { Invoke-AgentSweep "$Root/recordings/claude-code" -TraceFormat ClaudeCode -Model claude-haiku-4-5 -Workers 1, 2 -WarningAction SilentlyContinue @args } }
        @{ Kind = 'synthetic load and pools'; Sweep = { Invoke-AgentSweep -InputTokens 300 -OutputTokens 20 -RequestCount 10 -ArrivalIntervalMs 10 -PrefillEngine @{} -DecodeEngine @{ max_num_seqs = 4 } -PrefillWorkers 1, 2 -DecodeWorkers 3, 4 @args } }
    ) {
        $here = @(& $Sweep)
        $here.Count | Should -BeGreaterThan 1
        $there = @(& $Sweep -PSSession $sessions)
        $there | Should -BeOfType AgentSim.Sweeps.SweepRow
        Get-RowText $there | Should -Be (Get-RowText $here)
    }

    It 'sends the timing of a deployment along, of a profile and of an engine' {
        $path = "$TestDrive/mine.npz"
        $made = New-AgentTimingProfile $path "$Root/samples/rtx4090/requests.jsonl.gz"
        $here = @($rows | Invoke-AgentSweep -Workers 1, 2 -TimingProfile $made -WarningAction SilentlyContinue)
        $here[0].P99TtftMs | Should -Not -Be (@($rows | Invoke-AgentSweep -Workers 1)[0].P99TtftMs)
        Get-RowText ($rows | Invoke-AgentSweep -Workers 1, 2 -TimingProfile $made -PSSession $sessions -WarningAction SilentlyContinue) | Should -Be (Get-RowText $here)
        $engine = @{ planner_profile_data = $path; speedup_ratio = 2 }
        Get-RowText ($rows | Invoke-AgentSweep -Workers 1, 2 -Engine $engine, @{} -PSSession $sessions) | Should -Be (Get-RowText ($rows | Invoke-AgentSweep -Workers 1, 2 -Engine $engine, @{}))
    }

    It 'finds a capacity, also where values are searched' {
        $ask = @{ Limit = @{ p99_ttft_ms = 36 }; RouterMode = 'RoundRobin', 'KvRouter'; SeedCount = 2 }
        foreach ($range in @{ Maximum = 6 }, @{ Maximum = 100 }) {
            $here = @($rows | Find-AgentCapacity @ask @range -WarningAction SilentlyContinue)
            $there = @($rows | Find-AgentCapacity @ask @range -PSSession $sessions -WarningAction SilentlyContinue)
            $there.Count | Should -Be 2
            ($there | ConvertTo-Json -Depth 9) | Should -Be ($here | ConvertTo-Json -Depth 9)
        }
    }

    It 'shares the work, and keeps it in a checkpoint that goes on and is a share, too' {
        $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid).jsonl"
        $first = @($rows | Invoke-AgentSweep @grid -PSSession $sessions -ThrottleLimit 1 -Shard 0/2 -CheckpointPath $file -ErrorAction SilentlyContinue)
        ($first.Index | Sort-Object) -join ' ' | Should -Be '0 2 4'
        $all = @($rows | Invoke-AgentSweep @grid -PSSession $sessions[0] -CheckpointPath $file -ErrorAction SilentlyContinue)
        @($all | Where-Object IsResumed).Count | Should -Be 3
        Get-RowText (Merge-AgentSweep $file -ErrorAction SilentlyContinue) | Should -Be (Get-RowText ($rows | Invoke-AgentSweep @grid -ErrorAction SilentlyContinue))
    }

    It 'keeps the row of a combination that cannot be replayed in its error, in the words of this session' {
        $null = $rows | Invoke-AgentSweep @grid -PSSession $sessions -ErrorVariable faults -ErrorAction SilentlyContinue
        $faults[0].TargetObject.Index | Should -Be 3
        "$($faults[0])" | Should -BeLike '*-RouterMode KvRouter needs more than one target*'
    }

    It 'a machine that is killed loses its open points to the others' {
        $victim = Invoke-Command -Session $sessions[0] { $PID }
        $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid).jsonl"
        $killed = $false
        $found = @(Invoke-AgentSweep @long -RouterSeed (1..8) -PSSession $sessions -ThrottleLimit 1 -CheckpointPath $file -WarningVariable said -WarningAction SilentlyContinue |
            ForEach-Object {
                if (-not $killed) { Stop-Process -Id $victim -Force; $killed = $true }
                $_
            })
        $found.Count | Should -Be 8
        ($found.Index | Sort-Object) -join ' ' | Should -Be (0..7 -join ' ')
        "$said" | Should -BeLike "*'127.0.0.1' (session '*') is lost: *its open combination goes to others*"
        $sessions[0].State | Should -Not -Be 'Opened'
        @(Merge-AgentSweep $file).Count | Should -Be 8
    }

    It 'goes on from its checkpoint when all machines were killed' {
        $victims = $sessions | ForEach-Object { Invoke-Command -Session $_ { $PID } }
        $file = Join-Path (Convert-Path $TestDrive) "$(New-Guid).jsonl"
        $call = $long + @{ RouterSeed = 1..6; CheckpointPath = $file; ThrottleLimit = 1 }
        $got = [Collections.ArrayList]::new()
        { Invoke-AgentSweep @call -PSSession $sessions -WarningAction SilentlyContinue | ForEach-Object { if ($got.Count -eq 1) { Stop-Process -Id $victims -Force }; $null = $got.Add($_) } } |
            Should -Throw -ErrorId "SweepMachinesLost,$suffix"
        $got.Count | Should -BeLessThan 6
        $again = New-MachineSession $machines[0]
        try { $rest = @(Invoke-AgentSweep @call -PSSession $again) } finally { Remove-PSSession $again }
        $rest.Count | Should -Be 6
        @($rest | Where-Object IsResumed).Count | Should -Be $got.Count
    }

    It 'Ctrl+C stops the work on the machines' {
        $keys = $machines | ForEach-Object { "@{ Port = $($_.Port); Folder = '$($_.Folder)' }" }
        $script = ". '$PSScriptRoot/Machines.ps1'; `$sessions = @($($keys -join ', ') | ForEach-Object { New-MachineSession `$_ }); " +
            "Invoke-AgentSweep -InputTokens 64 -OutputTokens 10000 -RequestCount 2000000 -ArrivalIntervalMs 0 -Engine @{ max_num_seqs = 1; block_size = 100000 } -RouterSeed (1..8) -PSSession `$sessions"
        # Others on this machine have temporary files, too.
        $mine = New-Item -ItemType Directory "$TestDrive/mine"
        $before = $env:TMPDIR
        $env:TMPDIR = Convert-Path $mine
        try { $state = Stop-WhenRunning $script {
            # Running there: sent, unpacked and removed again.
            $progress = @($args[0].Streams.Progress | Where-Object { $_.Activity -eq 'Replaying a grid' -and $_.StatusDescription -eq '0 of 8 points' })
            $progress.Count -gt 8
        } }
        finally { $env:TMPDIR = $before }
        $state | Should -Be 'Stopped'
        foreach ($machine in $machines) { @(Get-ChildItem "$($machine.Folder)/tmp" -Filter agentsim-*).Count | Should -Be 0 }
        @(Get-ChildItem $mine -Filter agentsim-*).Count | Should -Be 0
    }

    It 'a pipeline that has enough stops the work on the machines' {
        $first = Invoke-AgentSweep @long -Workers 1, 2, 3 -PSSession $sessions -ThrottleLimit 1 | Select-Object -First 1
        $first | Should -BeOfType AgentSim.Sweeps.SweepRow
    }

    It 'refuses another version of the module before anything is sent' {
        Invoke-Command -Session $sessions[1] {
            $null = New-Module -Name AgentSim { } | Import-Module -Global
            Add-Type -TypeDefinition 'namespace AgentSim.Simulation { public static class Replay { public static string Version { get { return "0.0.9"; } } } }'
        }
        { $rows | Invoke-AgentSweep @grid -PSSession $sessions } | Should -Throw -ErrorId "SweepMachineDiffers,$suffix" -ExpectedMessage '*has AgentSim*0.0.9*install the same version on both'
    }

    It 'refuses a session that is closed' {
        Remove-PSSession $sessions[1]
        { $rows | Invoke-AgentSweep @grid -PSSession $sessions } | Should -Throw -ErrorId "SweepMachineDiffers,$suffix"
    }
}

Describe 'A share that is killed' -Skip:$IsWindows {
    It 'goes on where it was, and merges to the rows of one machine' {
        $folder = Join-Path (Convert-Path $TestDrive) killed
        $call = "Invoke-AgentSweep -InputTokens 64 -OutputTokens 10000 -RequestCount 20000 -ArrivalIntervalMs 0 -Engine @{ max_num_seqs = 1; block_size = 100000 } -RouterSeed (1..6) -ThrottleLimit 1"
        $program, $first = [Environment]::ProcessPath, @()
        if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { $first = @("$PSHOME/pwsh.dll") }
        function Start-Share([int] $Number) {
            Start-Process $program ($first + '-NoProfile', '-NonInteractive', '-Command', "`"Import-Module '$Manifest'; $call -Shard $Number/2 -CheckpointPath '$folder/$Number.jsonl' | Out-Null`"") -PassThru -RedirectStandardOutput "$TestDrive/out$Number"
        }
        $one = Start-Share 0
        $deadline = [datetime]::UtcNow.AddMinutes(2)
        # A header, the grid, and a point; wc does not mind that the file is being written.
        while (-not (Test-Path "$folder/0.jsonl") -or [int] ((& wc -l "$folder/0.jsonl") -split ' ')[0] -lt 3) {
            if ($one.HasExited -or [datetime]::UtcNow -gt $deadline) { break }
            Start-Sleep -Milliseconds 20
        }
        & kill -KILL $one.Id
        $one.WaitForExit()
        $two = Start-Share 1
        $two.WaitForExit()
        Merge-AgentSweep "$folder/*.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue | Out-Null
        $faults[-1].FullyQualifiedErrorId | Should -BeLike 'CheckpointIncomplete,*'
        $again = Start-Share 0
        $again.WaitForExit()
        $merged = @(Merge-AgentSweep "$folder/*.jsonl")
        Get-RowText $merged | Should -Be (Get-RowText (Invoke-Expression $call))
    }
}
