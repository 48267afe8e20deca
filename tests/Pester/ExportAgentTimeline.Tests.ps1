BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $command = 'AgentSim.PowerShell.Commands.ExportAgentTimelineCommand'
    $result = Invoke-AgentReplay $Sample -TraceFormat Dynamo -Workers 2 -RecordKvUse

    function Read-Timeline([string] $Path) {
        (Get-Content -LiteralPath $Path -Raw | ConvertFrom-Json).traceEvents
    }
}

Describe 'Export-AgentTimeline' {
    BeforeEach {
        $target = "$TestDrive/$([guid]::NewGuid())/timeline.json"
    }

    It 'shows records from the pipeline' {
        Import-AgentTrace $Sample | Export-AgentTimeline $target | Should -BeNullOrEmpty
        $piped = Get-Content -LiteralPath $target -Raw
        Export-AgentTimeline $target -InputObject (Import-AgentTrace $Sample) -Force
        Get-Content -LiteralPath $target -Raw | Should -BeExactly $piped
        $events = Read-Timeline $target
        @($events | Where-Object cat -EQ 'dynamo.llm').Count | Should -Be 67
        @($events | Where-Object cat -EQ 'dynamo.agent.tool').Count | Should -BeGreaterThan 0
        @($events | Where-Object name -EQ 'process_name').args.name | Should -Be 'Dynamo request trace'
    }

    It 'reads files given <Case>' -ForEach @(
        @{ Case = 'by path'; Write = { Export-AgentTimeline $target -SourcePath $Sample } }
        @{ Case = 'by wildcard'; Write = { Export-AgentTimeline $target -SourcePath "$Root/samples/*.trace.jsonl.gz" } }
        @{ Case = 'literally'; Write = { Export-AgentTimeline $target -LiteralSourcePath $Sample } }
        @{ Case = 'as files in the pipeline'; Write = { Get-Item $Sample | Export-AgentTimeline $target } }
        @{ Case = 'as text in the pipeline'; Write = { $Sample | Export-AgentTimeline $target } }
        @{ Case = 'twice'; Write = { $Sample, $Sample | Export-AgentTimeline $target } }
    ) {
        & $Write
        @(Read-Timeline $target | Where-Object cat -EQ 'dynamo.llm').Count | Should -Be 67
    }

    It 'shows a replay with workers, waits, arrows and counters' {
        $result | Export-AgentTimeline $target
        $events = Read-Timeline $target
        @($events | Where-Object name -EQ 'process_name').args.name | Should -Be 'Worker 0', 'Worker 1'
        @($events | Where-Object cat -EQ 'agentsim.request').Count | Should -Be 67
        foreach ($name in 'tool wait', 'delay', 'queue', 'prefill', 'decode', 'wait_for', 'branch', 'requests', 'batch size', 'KV blocks in use') {
            @($events | Where-Object name -EQ $name).Count | Should -BeGreaterThan 0 -Because $name
        }
    }

    It 'shows no KV blocks that were not recorded' {
        $plain = Invoke-AgentReplay $Sample -TraceFormat Dynamo -Workers 2
        $plain.KvUse | Should -BeNullOrEmpty
        $plain | Export-AgentTimeline $target
        Read-Timeline $target | Where-Object name -EQ 'KV blocks in use' | Should -BeNullOrEmpty
        ($plain.Requests | ConvertTo-Json -Depth 3) | Should -Be ($result.Requests | ConvertTo-Json -Depth 3)
    }

    It 'shows some requests of a replay, and a file of them' {
        $result.Requests | Select-Object -First 5 | Export-AgentTimeline $target
        @(Read-Timeline $target | Where-Object cat -EQ 'agentsim.request').Count | Should -Be 5
        Export-AgentTimeline $target -Request $result.Requests[0..1] -Force
        @(Read-Timeline $target | Where-Object cat -EQ 'agentsim.request').Count | Should -Be 2
        $result | Export-AgentReport "$TestDrive/requests.jsonl" -Force
        Export-AgentTimeline $target -SourcePath "$TestDrive/requests.jsonl" -Force
        @(Read-Timeline $target | Where-Object cat -EQ 'agentsim.request').Count | Should -Be 67
    }

    It 'heeds -NoStage, -IncludeMarker and -Indented' {
        $result | Export-AgentTimeline $target -NoStage -IncludeMarker -Indented
        $events = Read-Timeline $target
        $events | Where-Object cat -EQ 'agentsim.stage' | Should -BeNullOrEmpty
        @($events | Where-Object name -EQ 'first token').Count | Should -Be 67
        (Get-Content $target)[0..1] | Should -Be '{', '  "displayTimeUnit": "ms",'
    }

    It 'gzips a file whose name says so' {
        $result | Export-AgentTimeline "$target.gz" -PassThru | Should -BeOfType System.IO.FileInfo
        [Convert]::ToHexString([IO.File]::ReadAllBytes("$target.gz")[0..1]) | Should -Be '1F8B'
    }

    It 'does not replace a file without -Force' {
        $result | Export-AgentTimeline $target
        $before = (Get-FileHash $target).Hash
        { $result.Requests | Export-AgentTimeline $target } | Should -Throw -ErrorId "OutputExists,$command"
        (Get-FileHash $target).Hash | Should -Be $before
        $result.Requests | Export-AgentTimeline $target -Force
        (Get-FileHash $target).Hash | Should -Not -Be $before
    }

    It 'does nothing with -WhatIf' {
        $result | Export-AgentTimeline $target -WhatIf -PassThru | Should -BeNullOrEmpty
        Split-Path $target | Should -Not -Exist
    }

    It 'refuses <Case> and leaves no file' -ForEach @(
        @{ Case = 'two replays'; Write = { $result, $result | Export-AgentTimeline $target }; ErrorId = 'TimelineResultTwice' }
        @{ Case = 'a missing file'; Write = { Export-AgentTimeline $target -SourcePath "$TestDrive/none.jsonl" }; ErrorId = 'InputUnreadable' }
        @{ Case = 'a wildcard for nothing'; Write = { Export-AgentTimeline $target -SourcePath "$TestDrive/none*.jsonl" }; ErrorId = 'InputMissing' }
        @{ Case = 'a bad line'; Write = { '{' | Set-Content "$TestDrive/bad.jsonl"; Export-AgentTimeline $target -SourcePath "$TestDrive/bad.jsonl" }; ErrorId = 'TraceRowInvalid' }
    ) {
        { & $Write } | Should -Throw -ErrorId "$ErrorId,$command"
        Split-Path $target | Should -Not -Exist
    }

    It 'refuses <Case>, of which nothing can be drawn' -ForEach @(
        @{ Case = 'a trace of unknown types'; ErrorId = 'TimelineInputInvalid'; Found = "found: 2 of 'nope'"; Write = {
                Set-Content "$TestDrive/nope.jsonl" (@('{"schema":"dynamo.request.trace.v1","event_type":"nope","event_time_unix_ms":1}') * 2)
                Export-AgentTimeline $target -SourcePath "$TestDrive/nope.jsonl"
            }
        }
        @{ Case = 'a tool without a session'; ErrorId = 'TimelineEmpty'; Found = "found: 1 of 'tool_end'"; Write = {
                Set-Content "$TestDrive/tool.jsonl" '{"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":5,"tool":{"tool_call_id":"c","tool_class":"Bash","duration_ms":2}}'
                Import-AgentTrace "$TestDrive/tool.jsonl" | Export-AgentTimeline $target
            }
        }
    ) {
        { & $Write } | Should -Throw -ErrorId "$ErrorId,$command" -ExpectedMessage "*nothing to draw*request_end, tool_start, tool_end, tool_error*$Found*"
        Split-Path $target | Should -Not -Exist
    }

    It 'leaves no file when it is stopped' {
        $null = New-Item -ItemType Directory (Split-Path $target)
        $state = Stop-WhenRunning "& { `$record = [AgentSim.Traces.RequestRecord]@{ RequestId = 'r' }; Write-Warning going; while (`$true) { `$record } } | Export-AgentTimeline '$target'" {
            $args[0].Streams.Warning.Count -gt 0
        }
        $state | Should -Be 'Stopped'
        Get-ChildItem (Split-Path $target) -Force | Should -BeNullOrEmpty
    }

    It 'shows hostile text as text' {
        $session = "<script>alert(1)</script>$([char]27)[2J"
        Get-RequestLine r1 $session | Set-Content "$TestDrive/hostile.jsonl"
        Export-AgentTimeline $target -SourcePath "$TestDrive/hostile.jsonl"
        Get-Content $target -Raw | Should -Not -Match '<script>'
        @(Read-Timeline $target | Where-Object name -EQ 'thread_name').args.name | Should -Be $session
    }
}
