BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    # A console of 100 columns must show a view without breaking or dropping anything.
    function Get-View($Value) { ($Value | Out-String -Width 100) -split '\r?\n' }
    $rows = ConvertTo-AgentMooncake $Sample
    $result = $rows | Invoke-AgentReplay -RouterMode KvRouter -Workers 4 -SlaTtftMs 30
}

Describe 'The default views' {
    It 'shows <Name> as a table with all columns in 100 characters' -ForEach @(
        @{ Name = 'trace records'; Value = { Import-AgentTrace $Sample }; Count = 143
            Columns = 'Start (UTC)', 'Event', 'Session', 'Request or tool', 'ms', 'Input', 'Output' }
        @{ Name = 'rows'; Value = { $rows }; Count = 67
            Columns = 'Start (ms)', 'Session', 'Request', 'Input', 'Output', 'Blocks', 'Waits', 'Delay (ms)' }
        @{ Name = 'sessions'; Value = { Get-AgentSession $Sample }; Count = 13
            Columns = 'Session', 'Time (s)', 'LLM (s)', 'Tool (s)', 'Idle (s)', 'Turns', 'Tools', 'Input', 'Output', 'Err' }
        @{ Name = 'a tree of sessions'; Value = { Get-AgentSession $Sample -Tree }; Count = 13
            Columns = 'Session', 'Time (s)', 'LLM (s)', 'Tool (s)', 'Idle (s)', 'Turns', 'Tools', 'Input', 'Output', 'Err' }
        @{ Name = 'measures of records by session'; Value = { Measure-AgentTrace $Sample -By SessionId }; Count = 13
            Columns = 'Group', 'Requests', 'Tools', 'Err', 'Sessions', 'Input', 'Output', 'Reuse', 'P50 (s)', 'Peak' }
        @{ Name = 'measures of sessions by root'; Value = { Get-AgentSession $Sample | Measure-AgentTrace -By RootSessionId }; Count = 3
            Columns = 'Group', 'Requests', 'Tools', 'Sessions', 'Input', 'Output', 'LLM (s)', 'Idle (s)', 'Peak' }
        @{ Name = 'tool classes'; Value = { (Measure-AgentTrace $Sample).Tools }; Count = 3
            Columns = 'Tool class', 'Calls', 'Errors', 'Mean (ms)', 'P50', 'P90', 'P99', 'Max' }
        @{ Name = 'distributions'; Value = { (Measure-AgentTrace $Sample).InputLength }; Count = 1
            Columns = 'Count', 'Mean', 'P50', 'P90', 'P99', 'Max', 'Min' }
        @{ Name = 'concurrency over time'; Value = { (Measure-AgentTrace $Sample).Concurrency.OverTime }; Count = 50
            Columns = 'Start', 'Mean', 'Peak' }
        @{ Name = 'requests'; Value = { $result.Requests }; Count = 67
            Columns = '#', 'Arrival (ms)', 'Session', 'Input', 'Output', 'Reused', 'TTFT', 'ITL', 'Latency', 'On', 'Status' }
        @{ Name = 'a server'; Value = { Start-AgentServer -Port 0; $null = Stop-AgentServer }; Count = 1
            Columns = 'State', 'Address', 'Model', 'Speed', 'Requests', 'Active', 'Tokens', 'Timing' }
        @{ Name = 'a capture'; Value = { Start-AgentTrace ./trace; $null = Stop-AgentTrace }; Count = 1
            Columns = 'State', 'Rows', 'Rows/s', 'Lost', 'Proxy', 'Tools', 'OutputPath' }
    ) {
        $lines = @(Get-View (& $Value) | Where-Object { $_ })
        $lines.Count | Should -Be ($Count + 2)
        foreach ($column in $Columns) { $lines[0] | Should -Match ([regex]::Escape($column)) }
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    }

    It 'shows the number of hash ids, not the ids' {
        $line = @(Get-View $rows[1] | Where-Object { $_ -like '*req-1100-00028*' })[0]
        $line | Should -Match ' 86 '
        $line | Should -Not -Match '\{'
    }

    It 'shows <Name> as a table of metrics' -ForEach @{ Name = 'a result'; Value = { $result } }, @{ Name = 'a summary'; Value = { $result.Summary } } {
        $lines = Get-View (& $Value)
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
        @($lines | Where-Object { $_ -match '^Metric +avg +p50 +p90 +p99 +max$' }).Count | Should -Be 1
        $ttft = $result.Summary.Ttft
        $expected = ($ttft.Mean, $ttft.Median, $ttft.P90, $ttft.P99, $ttft.Max | ForEach-Object { $_.ToString('N2', [cultureinfo]::InvariantCulture) }) -join ' +'
        @($lines | Where-Object { $_ -match "^Time to first token \(ms\) +$expected$" }).Count | Should -Be 1
        @($lines | Where-Object { $_ -like 'Completed 67 of 67 requests*' }).Count | Should -Be 1
        @($lines | Where-Object { $_ -like 'Requests/s within the SLA*' }).Count | Should -Be 1
    }

    It 'shows what was set for a run as lines, of engines and routers what is not default' {
        $run = (Invoke-AgentReplay $Sample -TraceFormat Dynamo -Workers 2 -RouterMode KvRouter -Engine @{ engine_type = 'sglang'; block_size = 16 } -RouterSeed 7).Run
        $lines = @(Get-View $run | Where-Object { $_ })
        $lines | Should -Contain "input                 : $Sample"
        $lines | Should -Contain 'engine_args           : sglang block_size=16'
        $lines | Should -Contain 'router_config         : defaults'
        $lines | Should -Contain 'num_workers           : 2'
        $lines | Should -Contain 'seed                  : 7'
        $lines -join ' ' | Should -Match ' timing +: .*H200'
    }

    It 'shows start and waits of rows of version 2, too' {
        $lines = @(Get-View (ConvertTo-AgentMooncake $Sample -Version 2) | Where-Object { $_ })
        @($lines | Where-Object { $_ -match '^ +\d+ .* [1-9]\d* *$' }).Count | Should -BeGreaterThan 40
    }

    It 'shows a measure of all <Name> as a list of one line each' -ForEach @(
        @{ Name = 'records'; Value = { Measure-AgentTrace $Sample }; Rows = 17 }
        @{ Name = 'sessions'; Value = { Get-AgentSession $Sample | Measure-AgentTrace }; Rows = 18 }
    ) {
        $lines = @(Get-View (& $Value) | Where-Object { $_ })
        $lines.Count | Should -Be $Rows
        $lines | ForEach-Object { $_ | Should -Match '^\w+ +: ' }
    }

    It 'shows the end of a session id that is too long' {
        $long = [AgentSim.Sessions.AgentSession]@{ SessionId = 'a' * 40 + '/child' }
        Get-View $long | Where-Object { $_ -match '^…a+/child +0[.,]0 ' } | Should -Not -BeNullOrEmpty
    }

    It 'leaves the properties to Format-List' {
        ($result.Summary | Format-List DurationMs | Out-String) | Should -Match 'DurationMs'
    }
}
