# Sessions and tasks of replays, metrics of tasks, names of runs and stored reports.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $result = Invoke-AgentReplay $Sample -TraceFormat Dynamo
    $asked = Invoke-AgentReplay $Sample -TraceFormat Dynamo -Agents -Name 'one worker'
}

Describe 'Get-AgentTask' {
    It 'returns tasks of any result, and only those of a name' {
        $tasks = $result | Get-AgentTask
        $tasks | ForEach-Object { $_ | Should -BeOfType AgentSim.Agents.TaskResult }
        $tasks.TaskId | Sort-Object | Should -Be 'agent-1100-0:root', 'agent-1100-1:root', 'agent-1100-2:root'
        (Get-AgentTask $result -TaskId '*-1:*').MakespanMs | Should -BeGreaterThan 4014.7484
        (Get-AgentTask $result -TaskId '*-1:*').RecordedMakespanMs | Should -Be 3691
    }

    It 'has critical paths that sum to the makespan' {
        foreach ($task in $result | Get-AgentTask) {
            [Math]::Abs(($task.CriticalPath | Measure-Object LengthMs -Sum).Sum - $task.MakespanMs) | Should -BeLessThan 1e-4
            $task.CriticalPath[0].BeginMs | Should -Be $task.BeginMs
            $task.CriticalPath[-1].EndMs | Should -Be $task.EndMs
        }
    }

    It 'goes to CSV as flat columns' {
        $result | Get-AgentTask | Export-Csv "$TestDrive/tasks.csv"
        $rows = Import-Csv "$TestDrive/tasks.csv"
        $rows.Count | Should -Be 3
        ($rows | Where-Object TaskId -eq 'agent-1100-1:root').CriticalToolMs | Should -Match '^61[67]'
        $rows[0].CriticalTools | Should -Match '='
    }

    It 'warns of a load without sessions' {
        $flat = Invoke-AgentReplay -InputTokens 16 -OutputTokens 2 -RequestCount 3 -ArrivalIntervalMs 1
        $flat | Get-AgentTask -WarningVariable said -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $said | Should -Match 'no sessions and tasks'
    }

    It 'finds them in a stored result that was asked for them, and says so of others' {
        $asked | Export-Clixml "$TestDrive/asked.xml"
        $result | Export-Clixml "$TestDrive/plain.xml"
        $back = Import-Clixml "$TestDrive/asked.xml"
        ($back | Get-AgentTask).MakespanMs | Should -Be ($asked | Get-AgentTask).MakespanMs
        ($back | Get-AgentTask)[0].CriticalPath.Count | Should -Be ($asked | Get-AgentTask)[0].CriticalPath.Count
        ($back | Get-AgentSession -Tree).SessionId | Should -Be ($asked | Get-AgentSession -Tree).SessionId
        Import-Clixml "$TestDrive/plain.xml" | Get-AgentTask -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ResultStored,*'
    }
}

Describe 'Get-AgentSession of a replay' {
    It 'puts every session below its parent with -Tree' {
        $tree = @($result | Get-AgentSession -Tree)
        $tree.Count | Should -Be @($result | Get-AgentSession).Count
        $seen = [System.Collections.Generic.HashSet[string]]::new()
        foreach ($session in $tree) {
            if ($session.ParentSessionId) { $seen.Contains($session.ParentSessionId) | Should -BeTrue }
            $null = $seen.Add($session.SessionId)
        }
        ($tree | Where-Object Depth -gt 0).Count | Should -BeGreaterThan 0
    }

    It 'fits <Width> columns' -TestCases @{ Width = 80; Last = 'Pause%' }, @{ Width = 120; Last = 'Output' } {
        param($Width, $Last)
        foreach ($shown in ($result | Get-AgentTask), ($result | Get-AgentSession), ($result | Get-AgentSession -Tree)) {
            $text = ($shown | Out-String -Width $Width) -split '\r?\n'
            ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $Width
            $text -join "`n" | Should -Match $Last
            $text -join "`n" | Should -Not -Match '(?m)^ +us$'   # a heading in pieces
        }
    }

    It 'shows shares that sum to the whole' {
        $row = ($result | Get-AgentTask -TaskId '*-1:*' | Out-String -Width 80) -split '\r?\n' -match '^agent'
        $shares = [int[]] (($row[0] -split ' +')[-4..-1])
        $shares[1..3] | Should -Be 79, 15, 6   # LLM, tools, pauses
        ($shares | Measure-Object -Sum).Sum | Should -BeGreaterThan 97
    }
}

Describe 'Metrics of tasks' {
    It 'are in what was asked for, and known to limits, comparisons and sweeps' {
        $asked.Summary['p90_task_makespan_ms'] | Should -BeGreaterThan 0
        $result.Summary['p90_task_makespan_ms'] | Should -BeNullOrEmpty
        ($asked | Test-AgentReplay -Limit @{ p90_task_makespan_ms = 60000 }).Passed | Should -BeTrue
        ($asked | Test-AgentReplay -Limit @{ p90_task_makespan_ms = 1 }).Passed | Should -BeFalse
        ($result | Test-AgentReplay -Limit @{ p90_task_makespan_ms = 60000 }).Passed | Should -BeFalse
        $rows = Invoke-AgentSweep $Sample -TraceFormat Dynamo -Workers 1, 2 -Agents
        ($rows | Test-AgentReplay -Limit @{ median_task_makespan_ms = 60000 }).Passed | Should -Be $true, $true
        ($asked, $rows[1] | Compare-AgentReplay -Metric tasks_per_hour).Metric | Should -Be 'tasks_per_hour'
    }
}

Describe 'Import-AgentReport' {
    It 'returns stored reports with their names, metrics and origins' {
        $asked | Export-AgentReport "$TestDrive/runs/a.json"
        $result | Export-AgentReport "$TestDrive/runs/b.json"
        $reports = Import-AgentReport "$TestDrive/runs"
        $reports.Name | Should -Be 'one worker', 'b'
        $reports[0].P99TtftMs | Should -Be $asked.Summary.P99TtftMs
        $reports[0].MedianTaskMakespanMs | Should -Be $asked.Summary['median_task_makespan_ms']
        $reports[0].Run.Settings['agents'] | Should -BeTrue
        ($reports | Compare-AgentReplay -Metric p99_ttft_ms).Verdict | Should -Be 'Same'
        ($reports | Test-AgentReplay -Limit @{ p99_ttft_ms = 1e6 }).Passed | Should -Be $true, $true
        ($reports | Out-String -Width 80) -split '\r?\n' | Measure-Object Length -Maximum | ForEach-Object Maximum | Should -BeLessOrEqual 80
    }

    It 'takes names literally, too, and files from the pipeline' {
        $asked | Export-AgentReport "$TestDrive/odd/[1].json"
        (Import-AgentReport -LiteralPath "$TestDrive/odd/[1].json").Name | Should -Be 'one worker'
        (Get-ChildItem "$TestDrive/odd" | Import-AgentReport).Name | Should -Be 'one worker'
    }

    It 'reports what is no report and goes on' {
        Set-Content "$TestDrive/none.json" '[]'
        $read = Import-AgentReport "$TestDrive/none.json", "$TestDrive/missing.json", "$Root/samples/baseline.report.json" -ErrorVariable failed -ErrorAction SilentlyContinue
        $read.Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -Be 'ReportInvalid,AgentSim.PowerShell.Commands.ImportAgentReportCommand', 'InputUnreadable,AgentSim.PowerShell.Commands.ImportAgentReportCommand'
    }
}
