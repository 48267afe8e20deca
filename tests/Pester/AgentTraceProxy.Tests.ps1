BeforeDiscovery {
    $python = if (Test-Path /usr/bin/python3) { '/usr/bin/python3' } else { 'python3' }
    $hasPython = [bool](Get-Command $python -ErrorAction Ignore)
    $hasZmq = $hasPython -and $(& $python -c 'import zmq' 2>$null; $LASTEXITCODE -eq 0)
    if (-not $hasZmq) { Write-Warning 'python3-zmq is missing: an agent whose tool events are sent by real libzmq is NOT tested' }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $python = if (Test-Path /usr/bin/python3) { '/usr/bin/python3' } else { 'python3' }

    # An OpenAI-compatible server, small but real: answers depend on the number of messages only.
    $listener = [Net.HttpListener]::new()
    $probe = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $probe.Start()
    $upstream = "http://127.0.0.1:$($probe.LocalEndpoint.Port)"
    $probe.Stop()
    $listener.Prefixes.Add("$upstream/")
    $listener.Start()
    $server = [powershell]::Create().AddScript({
        param($listener)
        while ($listener.IsListening) {
            try { $context = $listener.GetContext() } catch { break }
            $body = [IO.StreamReader]::new($context.Request.InputStream).ReadToEnd() | ConvertFrom-Json
            $usage = switch (@($body.messages).Count) { 1 { '132,"completion_tokens":1' } 2 { '192,"completion_tokens":12' } default { '320,"completion_tokens":5' } }
            $usage = "{`"prompt_tokens`":$usage}"
            $lines = if ($body.stream) {
                $context.Response.ContentType = 'text/event-stream'
                'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}'
                'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call-1","type":"function","function":{"name":"bash","arguments":"{}"}}]}}]}'
                'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}'
                if ($body.stream_options.include_usage) { "data: {`"choices`":[],`"usage`":$usage}" }
                'data: [DONE]'
            } else {
                $context.Response.ContentType = 'application/json'
                "{`"choices`":[{`"index`":0,`"message`":{`"role`":`"assistant`",`"content`":`"fine`"},`"finish_reason`":`"stop`"}],`"usage`":$usage}"
            }
            $context.Response.SendChunked = $true
            foreach ($line in $lines) {
                $context.Response.OutputStream.Write([Text.Encoding]::UTF8.GetBytes("$line`n`n"))
                $context.Response.OutputStream.Flush()
            }
            $context.Response.Close()
        }
    }).AddArgument($listener)
    $serving = $server.BeginInvoke()
}

AfterAll {
    $null = Stop-AgentTrace
    $listener.Stop()
    $null = $server.EndInvoke($serving)
    $server.Dispose()
}

Describe 'Start-AgentTrace -Upstream' {
    AfterEach { $null = Stop-AgentTrace }

    It 'records an agent of two sessions and its tools, ready for a replay' -Skip:(-not $hasZmq) {
        $status = Start-AgentTrace "$TestDrive/agent/run" -Upstream $upstream -Listen http://127.0.0.1:0 -TraceBlockSize 16 -ToolEndpoint tcp://127.0.0.1:0 -ApplyEnvironment
        $env:OPENAI_BASE_URL | Should -Be "$($status.ProxyAddress)/v1"
        & $python "$PSScriptRoot/Data/agent.py" $status.ToolEndpoint | Should -Be 'agent done'
        $stopped = Stop-AgentTrace
        $env:OPENAI_BASE_URL | Should -BeNullOrEmpty
        $stopped.Rows | Should -Be 5
        $stopped.Proxy.Recorded, $stopped.Proxy.Failed, $stopped.Proxy.NotRecorded | Should -Be 3, 0, 0
        $stopped.Tools.Accepted | Should -Be 2
        $stopped.Sink.Lost + $stopped.Sink.Dropped | Should -Be 0
        $stopped.Problems | Should -BeNullOrEmpty

        $records = $stopped | Import-AgentTrace
        $requests = $records | Where-Object EventType -eq request_end | Sort-Object StartUnixMs
        $requests.SessionId | Should -Be 'root', 'child', 'root'
        $requests.InputLength | Should -Be 192, 132, 320
        $requests.OutputTokens | Should -Be 12, 1, 5
        @($records | Where-Object EventType -eq tool_end).ToolCallId | Should -Be 'call-1'

        $rows = $records | ConvertTo-AgentMooncake
        $rows.SessionId | Should -Be 'root', 'child', 'root'
        $rows.InputLength | Should -Be 192, 132, 320
        $rows.OutputLength | Should -Be 12, 1, 5
        $rows.RequestKind | Should -Be 'foreground', 'agent', 'foreground'
        $rows.PrefixReset | Should -Be $true, $true, $false
        $rows[0].WaitFor | Should -BeNullOrEmpty
        $rows[0].Branches | Should -Be $rows[1].RequestId
        $rows[1].WaitFor | Should -Be $rows[0].RequestId
        $rows[2].WaitFor | Should -Be $rows[0].RequestId, $rows[1].RequestId
        $rows.ToolEvents.ToolCallId | Should -Be 'call-1'
        $rows[2].ToolEvents.Count | Should -Be 1
        $rows.HashIds.Count | Should -Be (12 + 9 + 20)
        $rows[2].HashIds[0..11] | Should -Be $rows[0].HashIds -Because 'the second turn continues the first, all of its 192 tokens'
        @($rows[1].HashIds | Where-Object { $_ -in $rows[0].HashIds }) | Should -Contain $rows[0].HashIds[0] -Because 'both begin with the same tools'

        $result = $rows | Invoke-AgentReplay -TraceBlockSize 16 -Engine @{ block_size = 16 }
        $result.Summary.CompletedRequests | Should -Be 3
        $result.Summary.TotalInputTokens | Should -Be 644
        $result.Summary.TotalOutputTokens | Should -Be 18
        $result.Requests.ReusedInputTokens | Measure-Object -Sum | ForEach-Object Sum | Should -BeGreaterOrEqual 32

        foreach ($file in $stopped.LiteralPath) {
            $stream = [IO.Compression.GZipStream]::new([IO.File]::OpenRead($file), [IO.Compression.CompressionMode]::Decompress)
            try { [IO.StreamReader]::new($stream).ReadToEnd() | Should -Not -Match 'secret|careful agent|a\.txt' } finally { $stream.Dispose() }
        }
    }

    It 'works without tool events, and shows what it did' -Skip:(-not $hasPython) {
        $null = Start-AgentTrace "$TestDrive/plain/run.jsonl" -Format Jsonl -Upstream $upstream -Listen http://localhost:0 -ApplyEnvironment
        & $python "$PSScriptRoot/Data/agent.py" | Should -Be 'agent done'
        $status = Get-AgentTrace
        $status.Proxy.Requests | Should -Be 3
        (Stop-AgentTrace | Import-AgentTrace | ConvertTo-AgentMooncake).Count | Should -Be 3
    }

    It 'takes sessions from a header of choice, and from prompts, and leads clients of both kinds here' {
        $status = Start-AgentTrace "$TestDrive/sessions/run" -Upstream $upstream -Listen http://127.0.0.1:0 -SessionHeader x-mine -InferSessions -ApplyEnvironment
        $env:ANTHROPIC_BASE_URL | Should -Be $status.ProxyAddress
        $body = '{"model":"m","messages":[{"role":"user","content":"hello"}]}'
        $next = '{"model":"m","messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"fine"}]}'
        foreach ($each in $body, $next) { $null = Invoke-RestMethod "$($status.ProxyAddress)/v1/chat/completions" -Method Post -Body $each -ContentType application/json }
        $null = Invoke-RestMethod "$($status.ProxyAddress)/v1/chat/completions" -Method Post -Body $next -ContentType application/json -Headers @{ 'x-mine' = 'my session' }
        $status | Format-Table | Out-String -Width 80 | Should -Match ([regex]::Escape(($status.ProxyAddress -replace 'http://')))
        $stopped = Stop-AgentTrace
        $env:ANTHROPIC_BASE_URL | Should -BeNullOrEmpty
        $stopped.Proxy.Inferred | Should -Be 2
        $sessions = ($stopped | Import-AgentTrace | Sort-Object StartUnixMs).SessionId
        $sessions[0] | Should -Be $sessions[1]
        $sessions[2] | Should -Be 'my session'
    }

    It 'names what it does not record' {
        $status = Start-AgentTrace "$TestDrive/skipped/run" -Upstream $upstream -Listen http://127.0.0.1:0
        $null = Invoke-RestMethod "$($status.ProxyAddress)/v1/chat/completions" -Method Post -Body '{"n":2,"messages":[]}' -ContentType application/json
        $stopped = Stop-AgentTrace -WarningVariable warnings -WarningAction SilentlyContinue
        $stopped.Proxy.NotRecordedKinds['several answers (n, best_of)'] | Should -Be 1
        $warnings | Should -BeLike 'several answers*not recorded*'
    }

    It 'passes on errors and reports them as warnings' {
        $status = Start-AgentTrace "$TestDrive/down/run" -Upstream http://127.0.0.1:1 -Listen http://127.0.0.1:0
        $answer = Invoke-RestMethod "$($status.ProxyAddress)/v1/completions" -Method Post -Body '{"prompt":"x"}' -ContentType application/json -SkipHttpErrorCheck
        $answer.error.code | Should -Be 502
        $answer.error.message | Should -BeLike '*no answer*'
        $stopped = Stop-AgentTrace -WarningVariable warnings -WarningAction SilentlyContinue
        $stopped.Proxy.Failed | Should -Be 1
        $warnings | Should -BeLike '*127.0.0.1:1/ gave no answer*'
        Test-Path "$TestDrive/down" | Should -BeFalse -Because 'nothing was recorded'
    }

    It 'names an address that is taken, and a server that is none, and starts nothing' {
        { Start-AgentTrace "$TestDrive/taken" -Upstream http://127.0.0.1:1 -Listen $upstream } | Should -Throw -ErrorId 'EndpointUnavailable,*'
        { Start-AgentTrace "$TestDrive/taken" -Upstream $upstream -Listen $upstream } | Should -Throw -ErrorId 'UpstreamIsListen,*'
        { Start-AgentTrace "$TestDrive/taken" -Upstream $upstream -Listen http://127.0.0.1:0 -SessionHeader 'x y' } | Should -Throw -ErrorId 'CaptureSettingInvalid,*'
        { Start-AgentTrace "$TestDrive/taken" -Upstream $upstream -Listen 127.0.0.1 } | Should -Throw -ErrorId 'EndpointInvalid,*'
        { Start-AgentTrace "$TestDrive/taken" -Upstream localhost:8000 } | Should -Throw -ErrorId 'UpstreamInvalid,*'
        { Start-AgentTrace "$TestDrive/taken" -Upstream http://user:secret@host } | Should -Throw -ErrorId 'UpstreamInvalid,*'
        Get-AgentTrace | Should -BeNullOrEmpty
    }

    It 'warns of an address that others can reach' {
        $null = Start-AgentTrace "$TestDrive/open" -Upstream $upstream -Listen http://*:0 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike 'http://0.0.0.0:* can be reached from other machines*'
    }

    It 'says what is missing where the proxy cannot run' -Skip:$IsWindows {
        $null = New-Item -ItemType Directory "$TestDrive/none"
        Set-Content "$TestDrive/none/dotnet" "#!/bin/sh`necho 'You must install or update .NET. Framework: Microsoft.AspNetCore.App' >&2; exit 150"
        chmod +x "$TestDrive/none/dotnet"
        $before = $env:DOTNET_ROOT
        $env:DOTNET_ROOT = "$TestDrive/none"
        try { { Start-AgentTrace "$TestDrive/missing" -Upstream $upstream } | Should -Throw -ErrorId 'ProxyUnavailable,*' -ExpectedMessage '*ASP.NET Core*' }
        finally { $env:DOTNET_ROOT = $before }
        Get-AgentTrace | Should -BeNullOrEmpty
    }

    It 'ends its proxy with the session, with everything written' -Skip:(-not $hasPython) {
        $script = "Import-Module '$Manifest'; `$null = Start-AgentTrace '$TestDrive/exit/run' -Upstream $upstream -Listen http://127.0.0.1:0 -FlushIntervalMs 600000 -ApplyEnvironment; & '$python' '$PSScriptRoot/Data/agent.py'"
        Invoke-PowerShell -NoProfile -NonInteractive -Command $script | Should -Contain 'agent done'
        @(Import-AgentTrace "$TestDrive/exit").Count | Should -Be 3
    }
}
