BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $result = $rows | Invoke-AgentReplay -Workers 4
}

Describe 'Records' {
    It 'have the start, end and duration that their view shows' {
        $records = Import-AgentTrace $Sample
        $records | ForEach-Object { $_.Start.Kind | Should -Be 'Utc' }
        $first = $records[0]
        $first.Start | Should -Be ([datetime]::UnixEpoch.AddMilliseconds($first.StartUnixMs))
        $first.End | Should -Be ([datetime]::UnixEpoch.AddMilliseconds($first.EndUnixMs))
        $first.Duration | Should -Be ($first.End - $first.Start)
        $middle = ($records | Sort-Object Start)[70].Start
        @($records | Where-Object Start -gt $middle).Count | Should -BeIn (60..72)
        ([AgentSim.Traces.ToolRecord]@{ EventUnixMs = [long]::MaxValue }).Start.Year | Should -Be 9999 -Because 'any number has some time'
    }
}

Describe 'What is no path' {
    It 'is called so, and is not looked for as a file' {
        $result.Requests | Select-Object -First 2 | Get-AgentSession -ErrorVariable faults -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $faults.Count | Should -Be 2
        "$($faults[0])" | Should -BeLike '*n object of type AgentSim.Recording.RequestResult is no path; give text, files, or objects with a property Path*'
    }

    It 'gives its property Path: <Name>' -ForEach @(
        @{ Name = 'an object'; Object = { [pscustomobject]@{ Path = $Sample } } }
        @{ Name = 'an input of a run'; Object = { (Invoke-AgentReplay $Sample -TraceFormat Dynamo).Run.Inputs } }
        @{ Name = 'a file'; Object = { Get-Item $Sample } }
        @{ Name = 'text'; Object = { $Sample } }
    ) {
        @(& $Object | Import-AgentTrace).Count | Should -Be 143
        @(Import-AgentTrace (& $Object)).Count | Should -Be 143
    }

    It 'is a row when it has what rows have' {
        $json = $rows | Where-Object { -not $_.WaitFor } | Select-Object -First 1 | ConvertTo-Json -Depth 9 | ConvertFrom-Json
        ($json | Invoke-AgentReplay).Summary.CompletedRequests | Should -Be 1
    }
}

Describe 'Requests that are waited for and not there' {
    It 'are refused with the parameter that helps, and dropped on request: <Name>' -ForEach @(
        @{ Name = 'a replay'; Run = { param($more) $rows | Select-Object -Skip 5 | Invoke-AgentReplay @more } }
        @{ Name = 'a sweep'; Run = { param($more) $rows | Select-Object -Skip 5 | Invoke-AgentSweep @more } }
    ) {
        { & $Run @{} } | Should -Throw '*-MissingDependency Drop*'
        $made = & $Run @{ MissingDependency = 'Drop'; WarningVariable = 'said'; WarningAction = 'SilentlyContinue' }
        ($made -is [AgentSim.Sweeps.SweepRow] ? $made.CompletedRequests : $made.Summary.CompletedRequests) | Should -Be 62
    }

    It 'are counted in the warnings and stand in the run' {
        $made = $rows | Select-Object -Skip 5 | Invoke-AgentReplay -MissingDependency Drop -WarningAction SilentlyContinue
        $made.Warnings.Code | Should -Contain 'DependenciesDropped'
        $made.Run.Settings.missing_dependency | Should -Be 'drop'
        ($rows | Invoke-AgentReplay -MissingDependency Drop).Warnings | Should -BeNullOrEmpty
    }
}

Describe 'Rows of sweeps' {
    It 'have any metric as a property' {
        $sweep = $rows | Invoke-AgentSweep -Workers 1, 2 -Metric p95_*_ms, gpu_hours
        foreach ($row in $sweep) {
            $row.p95_ttft_ms | Should -Be $row['p95_ttft_ms']
            $row.gpu_hours | Should -Be $row['gpu_hours']
        }
        $csv = $sweep | ConvertTo-Csv | ConvertFrom-Csv
        $csv[0].p95_tpot_ms | Should -Not -BeNullOrEmpty
        ($sweep | Sort-Object P99TtftMs)[0] | Test-AgentReplay -Limit @{ p99_ttft_ms = 1e9 } -Quiet | Should -BeTrue
        @(($rows | Invoke-AgentSweep -Metric *).PSObject.Properties.Name -like '*_ms').Count | Should -BeGreaterThan 40
    }
}

Describe 'Combinations of a sweep that are replayed again' {
    It 'give the numbers of the row, and a page: <Name>' -ForEach @(
        @{ Name = 'rows'; Sweep = { $rows | Invoke-AgentSweep -Workers 2, 4 -RouterMode KvRouter -SlaTtftMs 40 } }
        @{ Name = 'files'; Sweep = { Invoke-AgentSweep $Sample -TraceFormat Dynamo -Workers 1, 2 -Engine @{ max_num_seqs = 2 } -Metric p95_* } }
        @{ Name = 'synthetic load in pools'; Sweep = {
                Invoke-AgentSweep -InputTokens 64 -OutputTokens 9 -RequestCount 20 -RequestRate 9 -PrefillEngine @{} -DecodeEngine @{} -PrefillWorkers 1, 2 } }
    ) {
        $sweep = & $Sweep | Sort-Object Index
        $sweep | Should -HaveCount 2
        $again = @($sweep | Invoke-AgentReplay -Name best)
        $again | Should -HaveCount 2
        for ($i = 0; $i -lt 2; $i++) {
            $again[$i].Run.Name | Should -Be 'best'
            foreach ($metric in $sweep[$i].GetMetrics() | Where-Object Name -NotMatch 'wall_time|^processed_') {
                $again[$i].Summary[$metric.Name] | Should -Be $sweep[$i][$metric.Name] -Because $metric.Name
            }
        }
        $again[1] | Export-AgentReport "$TestDrive/best.html" -Force
        Get-Content "$TestDrive/best.html" -Raw | Should -BeLike '*best*'
    }

    It 'take no settings besides, and do so in the background, too' {
        $best = $rows | Invoke-AgentSweep -Workers 2
        { $best | Invoke-AgentReplay -Workers 3 } | Should -Throw -ErrorId 'OptionsConflict,*'
        $job = $best | Invoke-AgentReplay -Agents -RecordKvUse -AsJob
        $result = $job | Receive-Job -Wait -AutoRemoveJob
        $result.Summary.P99TtftMs | Should -Be $best.P99TtftMs
        (Get-AgentTask $result | Measure-Object).Count | Should -BeGreaterThan 0
        (Invoke-AgentReplay -SweepRow $best).Summary.P99TtftMs | Should -Be $best.P99TtftMs
    }

    It 'are errors one by one where the workload stayed elsewhere' {
        $best = $rows | Invoke-AgentSweep -Workers 2
        Export-Clixml "$TestDrive/row.xml" -InputObject $best
        $made = (Import-Clixml "$TestDrive/row.xml"), $best | Invoke-AgentReplay -ErrorVariable faults -ErrorAction SilentlyContinue
        $made | Should -HaveCount 1
        $faults[0].FullyQualifiedErrorId | Should -BeLike 'SweepRowStored,*'
    }
}

Describe 'Sweeps in the background' {
    It 'give their rows, from where they were started, with a checkpoint' {
        $expected = $rows | Invoke-AgentSweep -Workers 1, 2 -Engine @{ max_num_seqs = 4 }, @{ max_num_seqs = 8 } | Sort-Object Index
        Push-Location $TestDrive
        try { $job = $rows | Invoke-AgentSweep -Workers 1, 2 -Engine @{ max_num_seqs = 4 }, @{ max_num_seqs = 8 } -CheckpointPath job.jsonl -AsJob }
        finally { Pop-Location }
        $job | Should -BeOfType System.Management.Automation.Job
        $made = $job | Receive-Job -Wait -AutoRemoveJob | Sort-Object Index
        $made | Should -HaveCount 4
        $made.P99TtftMs | Should -Be $expected.P99TtftMs
        $made.Engine | Should -Be $expected.Engine
        "$TestDrive/job.jsonl" | Should -Exist
        ($made[3] | Invoke-AgentReplay).Summary.P99TtftMs | Should -Be $expected[3].P99TtftMs
    }

    It 'take files and pools, write nothing with -WhatIf, and end as failed with their error' {
        $pools = @{ PrefillEngine = @{}; DecodeEngine = @{}; PrefillWorkers = 1, 2; InputTokens = 64; OutputTokens = 9; RequestCount = 20; RequestRate = 9 }
        (Invoke-AgentSweep @pools -AsJob | Receive-Job -Wait -AutoRemoveJob).PrefillWorkers | Sort-Object | Should -Be 1, 2
        $rows | Invoke-AgentSweep -CheckpointPath "$TestDrive/never.jsonl" -AsJob -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/never.jsonl" | Should -Not -Exist
        $job = Invoke-AgentSweep "$Data/policy.yaml" -AsJob
        $null = $job | Wait-Job
        $job.State | Should -Be 'Failed'
        { $job | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop } | Should -Throw -ErrorId 'RowInvalid,*'
    }
}

Describe 'Words' {
    It 'of the command line are taken for enumerations: <Value>' -ForEach @(
        @{ Value = 'kv_router' }, @{ Value = 'KvRouter' }, @{ Value = 'KV-Router' }
    ) {
        ($rows | Invoke-AgentReplay -Workers 2 -RouterMode $Value).Run.Settings.router_mode | Should -Be 'kv_router'
        ($rows | Invoke-AgentSweep -Workers 2 -RouterMode round_robin, $Value).RouterMode | Sort-Object -Unique | Should -HaveCount 2
        (Invoke-AgentReplay $Sample -TraceFormat dynamo).Summary.CompletedRequests | Should -Be 67
    }

    It 'of -Verbose say what is done and what came of it' {
        $said = @($rows | Invoke-AgentReplay -Workers 4 -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] } | ForEach-Object { "$_" })
        $said | Should -Contain "The workload has 67 requests from $Sample"
        $said | Should -Contain 'Replaying on 4 workers (vllm), router RoundRobin'
        $said[-1] | Should -BeLike 'Not overloaded: 4 workers keep up*'
    }
}

Describe 'Limits' {
    It 'are completed with metrics: <_>' -ForEach 'Test-AgentReplay', 'Find-AgentCapacity', 'Export-AgentReport x.html' {
        $found = (TabExpansion2 "$_ -Limit ").CompletionMatches
        $best = $found | Where-Object ListItemText -EQ p99_ttft_ms
        $best.CompletionText | Should -Be '@{ p99_ttft_ms = '
        $best.ToolTip | Should -Not -Be 'p99_ttft_ms'
        $limit = & ([scriptblock]::Create("$($best.CompletionText) 1e9 }"))
        $result | Test-AgentReplay -Limit $limit -Quiet | Should -BeTrue
    }
}

Describe 'Help' {
    It 'has defaults and related links' {
        $help = Get-Help Invoke-AgentReplay -Full
        ($help.parameters.parameter | Where-Object name -EQ 'Workers').defaultValue | Should -Be '1'
        ($help.parameters.parameter | Where-Object name -EQ 'RouterMode').defaultValue | Should -Be 'RoundRobin'
        ($help.parameters.parameter | Where-Object name -EQ 'RouterSeed').defaultValue | Should -Be '3516948205'
        $help.relatedLinks.navigationLink.linkText | Should -Contain 'ConvertTo-AgentMooncake'
        $help.relatedLinks.navigationLink.linkText | Should -Contain 'about_AgentSim'
    }
}

Describe 'Whether a load is too much' {
    It 'is a property of results, in the view, the page and after jobs' {
        $load = @{ InputTokens = 2048; OutputTokens = 100; RequestCount = 500; RequestRate = 50 }
        $over = Invoke-AgentReplay @load
        $over.Load.IsOverloaded | Should -BeTrue
        $over.Load.Sentence | Should -BeLike 'Overloaded: the load is more than 1 worker can do, the queue grows all the time (* wait when the last request arrives)'
        ($over | Out-String -Width 80) -replace '\r?\n *', ' ' | Should -BeLike "*$($over.Load.Sentence.Replace('[', '`['))*"
        $over | Export-AgentReport "$TestDrive/over.html"
        Get-Content "$TestDrive/over.html" -Raw | Should -BeLike "*$($over.Load.Sentence)*"
        Export-Clixml "$TestDrive/over.xml" -InputObject $over
        (Import-Clixml "$TestDrive/over.xml").Load | Should -Be $over.Load
    }
}

Describe 'Files that rows and records remember' {
    BeforeAll {
        $file = "$TestDrive/rows.jsonl"
        $rows | Export-AgentMooncake $file
    }

    It 'stand in the run of what came through memory: <Name>' -ForEach @(
        @{ Name = 'rows of a file'; Make = { Import-AgentMooncake $file -Format AgenticMooncake }; Items = 67; From = { $file } }
        @{ Name = 'rows of a trace'; Make = { ConvertTo-AgentMooncake $Sample }; Items = 67; From = { $Sample } }
        @{ Name = 'rows of records'; Make = { Import-AgentTrace $Sample | ConvertTo-AgentMooncake }; Items = 67; From = { $Sample } }
        @{ Name = 'records'; Make = { Import-AgentTrace $Sample }; Items = 143; From = { $Sample } }
        @{ Name = 'copies'; Make = { ConvertTo-AgentMooncake $Sample | Copy-AgentMooncake }; Items = 67; From = { $Sample } }
    ) {
        $made = & $Make | Invoke-AgentReplay
        $made.Run.Inputs | Should -HaveCount 1
        Split-Path $made.Run.Inputs[0].Path -Leaf | Should -Be (Split-Path (& $From) -Leaf)
        $made.Run.Inputs[0].Items | Should -Be $Items
        $made.Run.Inputs[0].EditedItems | Should -Be 0
        $made.Run.Inputs[0].Sha256 | Should -BeNullOrEmpty -Because 'the file may be another by now'
    }

    It 'say how many were edited: <Name>' -ForEach @(
        @{ Name = 'a number'; Edit = { $_[0].OutputLength += 1; $_ } }
        @{ Name = 'an item of a list'; Edit = { $_[0].HashIds[0] = 12345; $_ } }
        @{ Name = 'a copy'; Edit = { $copy = $_ | Copy-AgentMooncake; $copy[0].OutputLength += 1; $copy } }
        @{ Name = 'a record before it was converted'; Edit = {
                $records = Import-AgentTrace $Sample
                ($records | Where-Object EventType -EQ request_end)[0].OutputTokens += 1
                $records | ConvertTo-AgentMooncake } }
        @{ Name = 'a record'; Edit = {
                $records = Import-AgentTrace $Sample
                ($records | Where-Object EventType -EQ request_end)[0].OutputTokens += 1
                $records } }
    ) {
        $own = ConvertTo-AgentMooncake $Sample
        $edited = , $own | ForEach-Object $Edit
        $made = $edited | Invoke-AgentReplay
        $made.Run.Inputs.EditedItems | Should -Be 1
        $made.Run | Out-String -Width 200 | Should -BeLike '*through memory; 1 edited*'
        foreach ($kind in 'html', 'md', 'json') {
            $made | Export-AgentReport "$TestDrive/edited.$kind" -Force
            Get-Content "$TestDrive/edited.$kind" -Raw | Should -Match '1 edited|"edited_items": 1'
        }
        (Import-AgentReport "$TestDrive/edited.json").Run.Inputs[0] | Should -Be $made.Run.Inputs[0]
        Export-Clixml "$TestDrive/edited.xml" -InputObject $made
        (Import-Clixml "$TestDrive/edited.xml").Run.Inputs[0] | Should -Be $made.Run.Inputs[0]
    }

    It 'are none where rows came from nowhere' {
        ([AgentSim.Rows.MooncakeRow]@{ InputLength = 8; OutputLength = 1; Timestamp = 0 } | Invoke-AgentReplay).Run.Inputs | Should -BeNullOrEmpty
        Invoke-AgentReplay -InputTokens 8 -OutputTokens 1 -RequestCount 1 -RequestRate 1 | ForEach-Object { $_.Run.Inputs | Should -BeNullOrEmpty }
    }
}
