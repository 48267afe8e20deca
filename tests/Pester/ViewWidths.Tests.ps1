BeforeDiscovery {
    $shown = @(
        @{ Name = 'records'; Value = { Import-AgentTrace $Sample } }
        @{ Name = 'rows'; Value = { $rows } }
        @{ Name = 'rows of version 2'; Value = { ConvertTo-AgentMooncake $Sample -Version 2 } }
        @{ Name = 'sessions of records'; Value = { Get-AgentSession $Sample } }
        @{ Name = 'the tree of sessions of records'; Value = { Get-AgentSession $Sample -Tree } }
        @{ Name = 'measures by session'; Value = { Measure-AgentTrace $Sample -By SessionId } }
        @{ Name = 'measures of sessions by root'; Value = { Get-AgentSession $Sample | Measure-AgentTrace -By RootSessionId } }
        @{ Name = 'tool classes'; Value = { (Measure-AgentTrace $Sample).Tools } }
        @{ Name = 'distributions'; Value = { (Measure-AgentTrace $Sample).InputLength } }
        @{ Name = 'requests'; Value = { $result.Requests }; AlwaysThere = 'Latency', 'Status' }
        @{ Name = 'workers'; Value = { $result.Workers } }
        @{ Name = 'tasks'; Value = { $result | Get-AgentTask }; AlwaysThere = 'Status' }
        @{ Name = 'sessions'; Value = { $result | Get-AgentSession } }
        @{ Name = 'the tree of sessions'; Value = { $result | Get-AgentSession -Tree } }
        @{ Name = 'critical paths'; Value = { ($result | Get-AgentTask)[0].CriticalPath } }
        @{ Name = 'tools on critical paths'; Value = { ($result | Get-AgentTask)[0].Tools } }
        @{ Name = 'sweeps'; Value = { $sweep } }
        @{ Name = 'comparisons'; Value = { Compare-AgentReplay $plain $result }; AlwaysThere = 'Verdict' }
        @{ Name = 'limits'; Value = { Test-AgentReplay $result -Baseline $plain -Limit @{ p99_ttft_ms = 45; mean_itl_ms = '+5%' } }; AlwaysThere = 'At most' }
        @{ Name = 'stored reports'; Value = { Import-AgentReport $report } }
        @{ Name = 'measurements'; Value = { $measured } }
        @{ Name = 'measured requests'; Value = { $measured[0].Requests | Select-Object -First 40 } }
        @{ Name = 'the accuracy of a profile'; Value = { (Test-AgentTimingProfile $Sample -WarningAction SilentlyContinue).Rows } }
    )
    $cases = foreach ($one in $shown) {
        foreach ($width in 80, 100, 120) {
            foreach ($culture in 'en-US', 'de-DE') {
                @{ AlwaysThere = @($one.AlwaysThere); Name = $one.Name; Value = $one.Value; Width = $width; Culture = $culture }
            }
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample
    $result = $rows | Invoke-AgentReplay -RouterMode KvRouter -Workers 4 -SlaTtftMs 30 -Agents
    $plain = $rows | Invoke-AgentReplay -Workers 4 -Agents
    $sweep = @($rows | Invoke-AgentSweep -Workers 2, 4 -RouterMode RoundRobin, KvRouter)
    $report = "$TestDrive/stored.json"
    $result | Export-AgentReport $report
    $measured = @(Import-AgentMeasurement "$Root/samples/rtx4090/requests.jsonl.gz" -WarningAction SilentlyContinue)

    # A table as columns: where each begins and ends, by the line below the headings, and the cells of each row.
    function Get-Cells($Value, [int] $Width, [string] $Culture) {
        $before = [cultureinfo]::CurrentCulture
        [cultureinfo]::CurrentCulture = $Culture
        try { $lines = @(($Value | Out-String -Width $Width) -split '\r?\n' | Where-Object { $_.Trim() }) }
        finally { [cultureinfo]::CurrentCulture = $before }
        $longest = ($lines | Measure-Object Length -Maximum).Maximum
        $dashes = [regex]::Matches($lines[1], '-+')
        $rest = @($lines | Select-Object -Skip 2)
        $columns = for ($i = 0; $i -lt $dashes.Count; $i++) {
            # Dashes are as long as the heading, which numbers have at its right: a column reaches from the end of the one before.
            $name = $lines[0].PadRight($longest).Substring($dashes[$i].Index, $dashes[$i].Length).Trim()
            @{ Name = $name; From = $dashes[$i].Index; To = $dashes[$i].Index + $dashes[$i].Length }
        }
        [pscustomobject]@{ Lines = $lines; Longest = $longest; Columns = @($columns); Rows = $rest }
    }

    # Words of a line, without what stands between columns.
    function Get-Words([string] $Line) { @($Line -split '\s+' | Where-Object { $_ }) }
}

Describe 'A default view' {
    It 'shows nothing false in <Width> columns under <Culture>: <Name>' -ForEach $cases {
        $value = @(& $Value)
        $value.Count | Should -BeGreaterThan 0
        $wide = Get-Cells $value 400 'en-US'
        $narrow = Get-Cells $value $Width $Culture
        $narrow.Longest | Should -BeLessOrEqual $Width
        $narrow.Rows.Count | Should -Be $wide.Rows.Count -Because 'no row is broken or lost'
        foreach ($column in $AlwaysThere | Where-Object { $_ }) { $narrow.Columns.Name | Should -Contain $column }
        foreach ($column in $narrow.Columns) { $column.Name | Should -BeIn $wide.Columns.Name -Because 'no heading is cut' }
        # Every number that is shown is one of the wide table, in that row: none is cut, and none is of another culture.
        for ($row = 0; $row -lt $narrow.Rows.Count; $row++) {
            $known = Get-Words $wide.Rows[$row]
            foreach ($word in (Get-Words $narrow.Rows[$row])) {
                if ($word -match '^[-+]?[\d.,]+$') { $word | Should -BeIn $known -Because "row $row is $($wide.Rows[$row])" }
                # What is cut says so at its end or beginning, and is no number.
                elseif ($word -match '…') { $word | Should -Not -Match '^…?[\d.,]+…?$' -Because "row $row is $($wide.Rows[$row])" }
            }
        }
    }
}
