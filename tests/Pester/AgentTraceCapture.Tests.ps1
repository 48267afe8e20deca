BeforeDiscovery {
    $python = if (Test-Path /usr/bin/python3) { '/usr/bin/python3' } else { 'python3' }
    $hasZmq = [bool](Get-Command $python -ErrorAction Ignore) -and $(& $python -c 'import zmq' 2>$null; $LASTEXITCODE -eq 0)
    if (-not $hasZmq) { Write-Warning 'python3-zmq is missing: tool events of real libzmq clients are NOT tested' }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $python = if (Test-Path /usr/bin/python3) { '/usr/bin/python3' } else { 'python3' }
    $push = "$Root/tests/Unit/Data/push.py"

    # Segments as a frontend writes them.
    function Write-Segment([string] $Path, [string[]] $Line) {
        $gzip = [IO.Compression.GZipStream]::new([IO.File]::Create($Path), [IO.Compression.CompressionLevel]::Fastest)
        try { $gzip.Write([Text.Encoding]::UTF8.GetBytes(($Line -join "`n") + "`n")) } finally { $gzip.Dispose() }
    }
}

AfterAll { Stop-AgentTrace }

Describe 'Start-AgentTrace' {
    AfterEach { $null = Stop-AgentTrace }

    It 'returns the environment for a Dynamo frontend' {
        $status = Start-AgentTrace "$TestDrive/env/run" -RollLines 7
        $status | Should -BeOfType AgentSim.Capture.TraceStatus
        $status.IsRunning | Should -BeTrue
        $status.Environment['DYN_REQUEST_TRACE'] | Should -Be 1
        $status.Environment['DYN_REQUEST_TRACE_FILE_PATH'] | Should -Be ([IO.Path]::GetFullPath("$TestDrive/env/run"))
        $status.Environment['DYN_REQUEST_TRACE_FILE_ROLL_LINES'] | Should -Be 7
        $status.Environment.ContainsKey('DYN_REQUEST_TRACE_CAPACITY') | Should -BeFalse
        Test-Path "$TestDrive/env" | Should -BeFalse -Because 'nothing was captured'
    }

    It 'takes relative paths by the location of the session' {
        Push-Location $TestDrive
        try { (Start-AgentTrace relative).OutputPath | Should -Be ([IO.Path]::GetFullPath("$TestDrive/relative")) }
        finally { Pop-Location }
    }

    It 'applies the environment and Stop-AgentTrace sets it back, except for what was changed since' {
        $env:DYN_REQUEST_TRACE_SINKS = 'stderr'
        try {
            $null = Start-AgentTrace "$TestDrive/apply" -ApplyEnvironment
            $env:DYN_REQUEST_TRACE | Should -Be 1
            $env:DYN_REQUEST_TRACE_SINKS | Should -Be 'file'
            $env:DYN_REQUEST_TRACE_RECORDS = 'tool'
            $null = Stop-AgentTrace
            $env:DYN_REQUEST_TRACE | Should -BeNullOrEmpty
            $env:DYN_REQUEST_TRACE_SINKS | Should -Be 'stderr'
            $env:DYN_REQUEST_TRACE_RECORDS | Should -Be 'tool'
        }
        finally { $env:DYN_REQUEST_TRACE_SINKS = $env:DYN_REQUEST_TRACE_RECORDS = $null }
    }

    It 'writes the environment file, and replaces one only with -Force' {
        'old' | Set-Content "$TestDrive/x.env"
        { Start-AgentTrace "$TestDrive/file" -EnvironmentFile "$TestDrive/x.env" } | Should -Throw -ErrorId 'OutputExists,*'
        Get-AgentTrace | Should -BeNullOrEmpty
        $null = Start-AgentTrace "$TestDrive/file" -EnvironmentFile "$TestDrive/x.env" -Force
        Get-Content "$TestDrive/x.env" | Should -Contain 'DYN_REQUEST_TRACE_FILE_FORMAT=jsonl_gz'
    }

    It 'does nothing with -WhatIf' {
        Start-AgentTrace "$TestDrive/whatif" -ToolEndpoint tcp://127.0.0.1:0 -EnvironmentFile "$TestDrive/whatif.env" -WhatIf | Should -BeNullOrEmpty
        Get-AgentTrace | Should -BeNullOrEmpty
        Test-Path "$TestDrive/whatif.env" | Should -BeFalse
    }

    It 'refuses a second capture under the same path' {
        $null = Start-AgentTrace "$TestDrive/twice"
        { Start-AgentTrace "$TestDrive/twice" } | Should -Throw -ErrorId 'CaptureRunning,*'
        @(Get-AgentTrace).Count | Should -Be 1
    }

    It 'names an endpoint that is taken, or malformed, and starts nothing' {
        $taken = (Start-AgentTrace "$TestDrive/first" -ToolEndpoint tcp://127.0.0.1:0).ToolEndpoint
        { Start-AgentTrace "$TestDrive/second" -ToolEndpoint $taken } | Should -Throw -ErrorId 'EndpointUnavailable,*'
        { Start-AgentTrace "$TestDrive/second" -ToolEndpoint 127.0.0.1:1 } | Should -Throw -ErrorId 'EndpointInvalid,*'
        @(Get-AgentTrace).Count | Should -Be 1
    }

    It 'warns of an address that others can reach' {
        $null = Start-AgentTrace "$TestDrive/open" -ToolEndpoint tcp://*:0 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*can be reached from other machines*'
        $null = Start-AgentTrace "$TestDrive/closed" -ToolEndpoint tcp://localhost:0 -WarningVariable none
        $none | Should -BeNullOrEmpty
    }
}

Describe 'Get-AgentTrace' {
    AfterEach { $null = Stop-AgentTrace }

    It 'counts what a frontend writes, as it grows' {
        $null = Start-AgentTrace "$TestDrive/grow/run"
        $null = New-Item -ItemType Directory "$TestDrive/grow"
        Write-Segment "$TestDrive/grow/run.000000.jsonl.gz" (Get-RequestLine a), (Get-RequestLine b)
        (Get-AgentTrace).Rows | Should -Be 2
        Write-Segment "$TestDrive/grow/run.000001.jsonl.gz" (Get-RequestLine c)
        $status = Get-AgentTrace "$TestDrive/grow/run"
        $status.Rows | Should -Be 3
        $status.Segments.Count | Should -Be 2
        $status.Bytes | Should -Be (Get-ChildItem "$TestDrive/grow" | Measure-Object Length -Sum).Sum
        ($status | Import-AgentTrace).RequestId | Should -Be 'a', 'b', 'c'
        ($status.Segments | Import-AgentTrace).RequestId | Should -Be 'a', 'b', 'c'
    }

    It 'looks at files of other processes' {
        $null = New-Item -ItemType Directory "$TestDrive/other"
        Write-Segment "$TestDrive/other/run.000000.jsonl.gz" (Get-RequestLine a)
        $status = Get-AgentTrace "$TestDrive/other/run"
        $status.Rows | Should -Be 1
        $status.IsRunning | Should -BeFalse
    }

    It 'says when there is nothing under a path' {
        { Get-AgentTrace "$TestDrive/nothing" -ErrorAction Stop } | Should -Throw -ErrorId 'CaptureMissing,*'
        { Get-AgentTrace -Follow } | Should -Throw -ErrorId 'CaptureMissing,*'
    }

    It 'streams new records as objects' {
        $null = New-Item -ItemType Directory "$TestDrive/follow"
        $null = Start-AgentTrace "$TestDrive/follow/run"
        $job = Start-ThreadJob {
            $null = Wait-Event -Timeout 1
            foreach ($i in 0..99) {
                Copy-Item "$using:TestDrive/request.gz" ('{0}/follow/run.{1:d6}.jsonl.gz' -f $using:TestDrive, $i)
                $null = Wait-Event -Timeout 1
            }
        } -ErrorAction Ignore
        Write-Segment "$TestDrive/request.gz" (Get-RequestLine late)
        $records = Get-AgentTrace -Follow | Select-Object -First 2
        $job | Stop-Job -PassThru | Remove-Job -Force
        $records | Should -BeOfType AgentSim.Traces.RequestRecord
        $records.RequestId | Should -Be 'late', 'late'
        $records[0].InputSequenceHashes.Count | Should -Be 2
    }

    It 'stops watching at once' {
        Stop-WhenRunning "`$null = Start-AgentTrace '$TestDrive/stop'; try { Write-Warning going; Get-AgentTrace '$TestDrive/stop' -Follow } finally { `$null = Stop-AgentTrace '$TestDrive/stop' }" {
            $args[0].Streams.Warning.Count -gt 0
        } | Should -Be 'Stopped'
    }
}

Describe 'Stop-AgentTrace' {
    It 'stops what is named, and everything without a name' {
        $null = Start-AgentTrace "$TestDrive/s1"
        $null = Start-AgentTrace "$TestDrive/s2"
        $null = Start-AgentTrace "$TestDrive/s3"
        (Stop-AgentTrace "$TestDrive/s2").IsRunning | Should -BeFalse
        @(Get-AgentTrace).Count | Should -Be 2
        @(Get-AgentTrace "$TestDrive/s1" | Stop-AgentTrace).Count | Should -Be 1
        Stop-AgentTrace -WhatIf | Should -BeNullOrEmpty
        @(Stop-AgentTrace).OutputPath | Should -Be ([IO.Path]::GetFullPath("$TestDrive/s3"))
        Stop-AgentTrace | Should -BeNullOrEmpty
        { Stop-AgentTrace "$TestDrive/s1" -ErrorAction Stop } | Should -Throw -ErrorId 'CaptureMissing,*'
    }
}

Describe 'A capture with tool events' -Skip:(-not $hasZmq) {
    AfterEach { $null = Stop-AgentTrace }

    It 'records what real ZeroMQ clients send, beside a frontend, ready for a replay' {
        $status = Start-AgentTrace "$TestDrive/tools/run" -ToolEndpoint tcp://127.0.0.1:0
        $status.Environment['DYN_REQUEST_TRACE_RECORDS'] | Should -Be 'request_end'
        & $python $push $status.ToolEndpoint 50 --clients 2 | Should -Be 'done 100'
        $null = New-Item -ItemType Directory "$TestDrive/tools" -Force
        Write-Segment "$TestDrive/tools/run.000009.jsonl.gz" (
            (Get-RequestLine a session-0 -Received 1700000000000), (Get-RequestLine b session-0 -Received 1700000000200 -Blocks 3))
        $status = Stop-AgentTrace
        $status.Rows | Should -Be 102
        $status.Tools.Accepted | Should -Be 100
        $status.Tools.Dropped | Should -Be 0
        $status.Sink.Lost + $status.Sink.Dropped | Should -Be 0
        $status.Peers.Connections | Should -Be 2

        $records = $status | Import-AgentTrace
        @($records | Where-Object EventType -eq tool_end).Count | Should -Be 100
        $rows = $records | ConvertTo-AgentMooncake
        $rows.Count | Should -Be 2
        $result = $rows | Invoke-AgentReplay
        $result.Summary.CompletedRequests | Should -Be 2
    }

    It 'takes events of the topic asked for, and begins segments by size' {
        $status = Start-AgentTrace "$TestDrive/topic/run" -ToolEndpoint tcp://127.0.0.1:0 -ToolTopic mine -BufferBytes 100 -RollBytes 2000
        $status.Environment['DYN_REQUEST_TRACE_FILE_ROLL_BYTES'] | Should -Be 2000
        & $python $push $status.ToolEndpoint 30 --topic mine | Should -Be 'done 30'
        & $python $push $status.ToolEndpoint 30 --topic other | Should -Be 'done 30'
        $status = Stop-AgentTrace
        $status.Tools.Accepted, $status.Tools.OtherTopic | Should -Be 30, 30
        $status.Rows | Should -Be 30
        $status.Segments.Count | Should -BeGreaterThan 3
    }

    It 'writes a plain file, and names the frontend another one' {
        $status = Start-AgentTrace "$TestDrive/plain.jsonl" -ToolEndpoint tcp://127.0.0.1:0 -Format Jsonl
        $status.Environment['DYN_REQUEST_TRACE_FILE_PATH'] | Should -BeLike '*plain.dynamo.jsonl'
        & $python $push $status.ToolEndpoint 5 | Should -Be 'done 5'
        $null = Stop-AgentTrace
        (Get-Content "$TestDrive/plain.jsonl").Count | Should -Be 5
    }

    It 'writes what has come when the process exits without a stop' {
        $script = "Import-Module '$Manifest'; `$s = Start-AgentTrace '$TestDrive/exit/run' -ToolEndpoint tcp://127.0.0.1:0 -FlushIntervalMs 600000; & '$python' '$push' `$s.ToolEndpoint 20"
        (Invoke-PowerShell -NoProfile -NonInteractive -Command $script) | Should -Contain 'done 20'
        @(Import-AgentTrace "$TestDrive/exit").Count | Should -Be 20
    }
}
