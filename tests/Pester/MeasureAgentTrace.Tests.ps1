BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $records = Import-AgentTrace $Sample
    $requests = $records | Where-Object EventType -eq request_end
    $all = $records | Measure-AgentTrace
    $suffix = 'AgentSim.PowerShell.Commands.MeasureAgentTraceCommand'
    function Get-Text($Measure) { $Measure | ConvertTo-Json -Depth 5 }
}

Describe 'Measure-AgentTrace' {
    It 'adds up records' {
        @($all).Count | Should -Be 1
        $all | Should -BeOfType AgentSim.Measures.TraceMeasure
        $all.Group | Should -BeNullOrEmpty
        $all.Requests | Should -Be 67
        $all.ToolCalls | Should -Be 76
        $all.Sessions | Should -Be 13
        $all.InputTokens | Should -Be 90384
        $all.OutputTokens | Should -Be 10203
        $all.Errors | Should -Be @($records | Where-Object IsError).Count
        $all.Tools.ToolClass | Sort-Object | Should -Be 'bash', 'read', 'web_search'
        ($all.Tools | Measure-Object Calls -Sum).Sum | Should -Be 76
        $all.Turns.Count | Should -Be 13
    }

    It 'gives distributions' {
        $sorted = @($requests.InputLength | Sort-Object)
        $all.InputLength.Count | Should -Be 67
        $all.InputLength.Min | Should -Be $sorted[0]
        $all.InputLength.Max | Should -Be $sorted[-1]
        $all.InputLength.P50 | Should -Be $sorted[33]
        $all.InputLength.P90 | Should -Be $sorted[59]
        $all.InputLength.P99 | Should -Be $sorted[65]
        $all.InputLength.Mean | Should -Be (90384 / 67)
        $all.RequestMs.Max | Should -Be ($requests | ForEach-Object { $_.EndUnixMs - $_.StartUnixMs } | Measure-Object -Maximum).Maximum
    }

    It 'measures concurrency over time' {
        $all.Concurrency.Peak | Should -Be 7
        $all.Concurrency.OverTime.Count | Should -Be 50
        ($all.Concurrency.OverTime.Peak | Measure-Object -Maximum).Maximum | Should -Be 7
        ($all.Concurrency.OverTime.Mean | Measure-Object -Average).Average | Should -BeGreaterThan ($all.Concurrency.Mean - 1e-6)
        ($all.Concurrency.OverTime.Mean | Measure-Object -Average).Average | Should -BeLessThan ($all.Concurrency.Mean + 1e-6)
    }

    It 'gives the same for records, paths, files, literal paths and folders' {
        $expected = Get-Text $all
        Get-Text (Measure-AgentTrace -InputObject $records) | Should -Be $expected
        Get-Text (Measure-AgentTrace $Sample) | Should -Be $expected
        Get-Text (Measure-AgentTrace -LiteralPath $Sample) | Should -Be $expected
        Get-Text ($Sample | Measure-AgentTrace) | Should -Be $expected
        Get-Text (Get-Item $Sample | Measure-AgentTrace) | Should -Be $expected
        $null = New-Item -ItemType Directory "$TestDrive/folder/deeper"
        Copy-Item $Sample "$TestDrive/folder/deeper"
        Get-Text (Measure-AgentTrace "$TestDrive/folder" -Recurse) | Should -Be $expected
        { Measure-AgentTrace "$TestDrive/folder" -ErrorAction Stop } | Should -Throw -ErrorId "InputMissing,$suffix"
    }

    It 'measures rows of version <Version>' -ForEach @{ Version = 1 }, @{ Version = 2 } {
        $rows = ConvertTo-AgentMooncake $Sample -Version $Version
        $measure = $rows | Measure-AgentTrace
        $measure.Requests | Should -Be 67
        $measure.InputTokens | Should -Be 90384
        Get-Text $measure.InputLength | Should -Be (Get-Text $all.InputLength)
        Get-Text $measure.Turns | Should -Be (Get-Text $all.Turns)
        $measure.PrefixReuse | Should -Be $all.PrefixReuse
        $measure.Concurrency, $measure.RequestMs, $measure.Start, $measure.Duration | Should -Be $null, $null, $null, $null
    }

    It 'measures sessions' {
        $sessions = $records | Get-AgentSession
        $measure = $sessions | Measure-AgentTrace
        $measure | Should -BeOfType AgentSim.Measures.SessionMeasure
        $measure.Sessions | Should -Be 13
        $measure.Requests | Should -Be 67
        $measure.IdleTime.Ticks | Should -Be ($sessions.IdleTime.Ticks | Measure-Object -Sum).Sum
        $measure.DurationMs.Max | Should -Be ($sessions.Duration.TotalMilliseconds | Measure-Object -Maximum).Maximum
    }

    It 'measures each kind of input by itself' {
        $measures = @(@($records[0]) + (ConvertTo-AgentMooncake $Sample)[0] + (Get-AgentSession $Sample)[0] | Measure-AgentTrace)
        $measures.Requests | Should -Be 1, 1, 6
    }

    It 'groups <Kind> by <By>' -ForEach @(
        @{ Kind = 'records'; By = 'SessionId'; Value = { $records } }
        @{ Kind = 'requests'; By = 'Model'; Value = { $requests } }
        @{ Kind = 'rows'; By = 'RequestKind'; Value = { ConvertTo-AgentMooncake $Sample } }
        @{ Kind = 'sessions'; By = 'RootSessionId'; Value = { Get-AgentSession $Sample } }
    ) {
        $groups = @(& $Value | Group-Object $By | Sort-Object Name)
        $measures = @(& $Value | Measure-AgentTrace -By $By | Sort-Object Group)
        $measures.Group | Should -Be $groups.Name
        for ($i = 0; $i -lt $groups.Count; $i++) {
            $alone = $groups[$i].Group | Measure-AgentTrace
            Get-Text ($measures[$i] | Select-Object * -ExcludeProperty Group) | Should -Be (Get-Text ($alone | Select-Object * -ExcludeProperty Group))
        }
    }

    It 'passes over what does not have the property of -By' {
        $measures = $records | Measure-AgentTrace -By ToolClass
        $measures.Group | Sort-Object | Should -Be 'bash', 'read', 'web_search'
        ($measures | Measure-Object ToolCalls -Sum).Sum | Should -Be 76
        ($measures | Measure-Object Requests -Sum).Sum | Should -Be 0
        (Measure-AgentTrace $Sample -By Model).Group | Should -Be 'sim/model-a'
    }

    It 'groups by a property that was added to the input' {
        $marked = $requests | Add-Member -PassThru -Force Long ($null) | ForEach-Object { $_.Long = $_.InputLength -gt 1000; $_ }
        ($marked | Measure-AgentTrace -By Long | Sort-Object Group).Requests |
            Should -Be @($requests | Where-Object InputLength -le 1000).Count, @($requests | Where-Object InputLength -gt 1000).Count
    }

    It 'groups what has no value under an empty name' {
        $requests[0..2] | Measure-AgentTrace -By XRequestId | ForEach-Object { $_.Group | Should -Be ''; $_.Requests | Should -Be 3 }
    }

    It 'ends with an error when nothing has the property' {
        { $records | Measure-AgentTrace -By Sesion } | Should -Throw -ErrorId "MeasurePropertyMissing,$suffix"
        { Measure-AgentTrace $Sample -By Sesion } | Should -Throw -ErrorId "MeasurePropertyMissing,$suffix"
        { $records | Measure-AgentTrace -By '' } | Should -Throw -ErrorId "*,$suffix"
    }

    It 'reports <Case> and goes on' -ForEach @(
        @{ Case = 'something else'; Given = { 5 }; ErrorId = 'MeasureInputInvalid' }
        @{ Case = 'a record that came before'; Given = { $records[0] }; ErrorId = 'TraceRequestDuplicate' }
        @{ Case = 'a missing file'; Given = { 'nowhere.jsonl' }; ErrorId = 'InputUnreadable' }
        @{ Case = 'a row that breaks a rule'; Given = { [AgentSim.Rows.MooncakeRow]@{ OutputLength = 1 } }; ErrorId = 'RowInvalid' }
    ) {
        $measure = @($records[0]) + (& $Given) + $records[1] | Measure-AgentTrace -ErrorVariable faults -ErrorAction SilentlyContinue
        $measure.Requests | Should -Be 2
        $faults.FullyQualifiedErrorId | Should -Be "$ErrorId,$suffix"
    }

    It 'has no numbers for nothing' {
        { @() | Measure-AgentTrace } | Should -Throw -ErrorId "MeasureEmpty,$suffix"
        $calls = Import-AgentTrace $Sample | Where-Object EventType -Like tool_* | Measure-AgentTrace
        $calls.Requests | Should -Be 0
        ($calls.InputLength.P99 -lt 1000) | Should -BeFalse
        "$($calls.InputLength)" | Should -Be 'no samples'
    }

    It 'completes -By' {
        $text = 'Measure-AgentTrace -By To'
        [Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches.CompletionText | Should -Be 'ToolClass'
    }
}
