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
        @{ Name = 'requests'; Value = { $result.Requests }; Count = 67
            Columns = '#', 'Arrival (ms)', 'Session', 'Input', 'Output', 'Reused', 'TTFT', 'ITL', 'Latency', 'On', 'Status' }
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
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        @($lines | Where-Object { $_ -match '^Metric +avg +min +max +p99 +p90 +p75 +std$' }).Count | Should -Be 1
        $ttft = $result.Summary.Ttft
        $expected = ($ttft.Mean, $ttft.Min, $ttft.Max, $ttft.P99, $ttft.P90, $ttft.P75, $ttft.Std | ForEach-Object { $_.ToString('N2', [cultureinfo]::InvariantCulture) }) -join ' +'
        @($lines | Where-Object { $_ -match "^Time to first token \(ms\) +$expected$" }).Count | Should -Be 1
        @($lines | Where-Object { $_ -like 'Completed 67 of 67 requests*' }).Count | Should -Be 1
        @($lines | Where-Object { $_ -like 'Requests/s within the SLA*' }).Count | Should -Be 1
    }

    It 'leaves the properties to Format-List' {
        ($result.Summary | Format-List DurationMs | Out-String) | Should -Match 'DurationMs'
    }
}
