# Invoke-AgentLiveReplay, against a small server of the tests.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $suffix = 'AgentSim.PowerShell.Commands.InvokeAgentLiveReplayCommand'
    # Answers as an OpenAI-compatible server: $Tokens(n) tokens for n asked for, each after $DelayMs.
    $serve = {
        param($Prefix, $Off, $DelayMs, $Seen)
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add($Prefix)
        $listener.Start()
        $Seen['listening'] = $true
        while (-not $Seen['stop']) {
            $waiting = $listener.GetContextAsync()
            while (-not $waiting.Wait(50)) { if ($Seen['stop']) { $listener.Close(); return } }
            $context = $waiting.Result
            $answer = $context.Response
            $text = if ($context.Request.Url.AbsolutePath -eq '/v1/models') {
                $answer.ContentType = 'application/json'
                '{"data":[{"id":"m","owned_by":"vllm"}]}'
            }
            elseif ($context.Request.HttpMethod -eq 'POST') {
                $body = [System.IO.StreamReader]::new($context.Request.InputStream).ReadToEnd() | ConvertFrom-Json
                $Seen['requests'] = 1 + $Seen['requests']
                $Seen['key'] = $context.Request.Headers['Authorization']
                $Seen['body'] = $body
                $count = $body.max_tokens + $Off
                $answer.ContentType = 'text/event-stream'
                if ($DelayMs) { Start-Sleep -Milliseconds $DelayMs }
                $prompt = $body.prompt ? $body.prompt.Count : ($body.messages[0].content -split ' ').Count + 5
                $piece = $body.prompt ? '"text":" a"' : '"delta":{"content":" a"}'
                (@(1..$count | ForEach-Object { 'data: {"choices":[{"index":0,' + $piece + ',"finish_reason":' + ($_ -eq $count ? '"length"' : 'null') + '}]}' }) +
                    ('data: {"choices":[],"usage":{"prompt_tokens":' + $prompt + ',"completion_tokens":' + $count + ',"prompt_tokens_details":{"cached_tokens":1}}}') +
                    'data: [DONE]' + '') -join "`n`n"
            }
            else { $answer.StatusCode = 404; '' }
            $bytes = [System.Text.Encoding]::UTF8.GetBytes($text)
            $answer.OutputStream.Write($bytes, 0, $bytes.Length)
            $answer.Close()
        }
        $listener.Close()
    }
    function Start-TestServer([int] $Off = 0, [int] $DelayMs = 0, [int] $Tries = 5) {
        $free = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $free.Start()
        $url = "http://127.0.0.1:$($free.LocalEndpoint.Port)"
        $free.Stop()
        $seen = [hashtable]::Synchronized(@{ requests = 0 })
        $job = Start-ThreadJob $serve -ArgumentList "$url/", $Off, $DelayMs, $seen
        while (-not $seen['listening']) {
            if ($job.State -ne 'Running' -and $job.State -ne 'NotStarted') {
                # Somebody else may have got the free port meanwhile.
                if ($Tries -gt 1) { return Start-TestServer $Off $DelayMs ($Tries - 1) }
                throw (Receive-Job $job)
            }
            Start-Sleep -Milliseconds 20
        }
        [pscustomobject]@{ Url = $url; Seen = $seen; Job = $job }
    }
    function Stop-TestServer($Server) { $Server.Seen['stop'] = $true; $null = $Server.Job | Wait-Job -Timeout 20; $Server.Job | Remove-Job -Force }
    $server = Start-TestServer
    $to = @{ Endpoint = $server.Url; Model = 'm' }
    $load = @{ InputTokens = 24; OutputTokens = 3; RequestCount = 6; ArrivalIntervalMs = 30 }
    # A busy machine makes a client late, which is an error besides the result; these tests are not about that.
    $quiet = @{ ErrorAction = 'SilentlyContinue'; InformationAction = 'SilentlyContinue'; WarningAction = 'SilentlyContinue' }
}

AfterAll { Stop-TestServer $server }

Describe 'Invoke-AgentLiveReplay' {
    It 'gives a result like a simulated replay, which the other cmdlets take' {
        $live = Invoke-AgentLiveReplay @load @to @quiet -Name live -SlaTtftMs 10000 -SlaItlMs 10000 -SlaE2eMs 10000
        $live | Should -BeOfType AgentSim.Simulation.ReplayResult
        $live.Summary.CompletedRequests | Should -Be 6
        $live.Summary.GoodputCompletedRequests | Should -Be 6
        $live.Run.Server.Engine | Should -Be 'vllm'
        $live.Run.Client.Processors | Should -BeGreaterThan 0
        $live.Run.Partial | Should -BeFalse
        $live.Requests[0].FinishReason | Should -Be 'length'
        $live.Requests[0].CachedTokens | Should -Be 1
        $simulated = Invoke-AgentReplay @load -Name simulated
        ($simulated, $live | Compare-AgentReplay -Metric mean_ttft_ms).Count | Should -BeGreaterThan 0
        $live | Export-AgentReport "$TestDrive/live.html"
        $live | Export-AgentTimeline "$TestDrive/live.trace.json"
        $live | Export-Clixml "$TestDrive/live.xml"
        $back = Import-Clixml "$TestDrive/live.xml"
        "$($back.Run.Server)" | Should -Be "$($live.Run.Server)"
        $back.Run.Valid | Should -Be $live.Run.Valid
        $back.Requests[2].SentMs | Should -Be $live.Requests[2].SentMs
    }

    It 'says first how much goes where, and sends nothing with -WhatIf' {
        $before = $server.Seen['requests']
        $said = Invoke-AgentLiveReplay @load @to -WhatIf 6>&1
        "$said" | Should -Match '6 requests with 144 prompt tokens and 18 output tokens'
        $server.Seen['requests'] | Should -Be $before
        Invoke-AgentLiveReplay @load -Endpoint http://192.0.2.1:8000 -Model m -WhatIf -InformationAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'sends to another machine with -Force' {
        { Invoke-AgentLiveReplay @load -Endpoint http://agentsim.invalid:8000 -Model m -Force -InformationAction SilentlyContinue } |
            Should -Throw -ErrorId "LiveServerUnreachable,$suffix"
    }

    It 'takes rows, records and files, and what changes a workload' {
        $rows = ConvertTo-AgentMooncake $Sample | Select-Object -First 6
        $fast = @{ ArrivalSpeedupRatio = 50; OutputRatio = 0.1 }
        ($rows | Invoke-AgentLiveReplay @to @fast @quiet -TraceBlockSize 16 -Agents).Agents.Sessions.Count | Should -BeGreaterThan 0
        (Invoke-AgentLiveReplay -InputObject @($rows | Where-Object { -not $_.WaitFor.Count })[0] @to @quiet -TraceBlockSize 16).Summary.NumRequests | Should -Be 1
        $found = Invoke-AgentLiveReplay -Record (Import-AgentTrace $Sample | Select-Object -First 8) @to @fast @quiet -DropSessionless -TaskArrivalSpeedupRatio 2 `
            -ToolSpeedupRatio 10 -ThinkSpeedupRatio 10 -MaxIdleSeconds 1 -MaxToolWaitSeconds 1
        $found.Summary.CompletedRequests | Should -BeGreaterThan 0
        $all = @{ TraceFormat = 'Dynamo'; OnlyModel = 'sim/model-a'; MaxSeconds = 60 }
        (Invoke-AgentLiveReplay $Sample @all @to @fast @quiet -Copies 2 -CopiesWindowSeconds 1 -CopiesShared 1 -CopiesOffset Window -CopiesSeed 3 -ConcurrentTasks 2).Summary.NumRequests |
            Should -BeGreaterThan 10
        (Invoke-AgentLiveReplay -LiteralPath $Sample @all @to @fast @quiet).Summary.NumRequests | Should -BeGreaterThan 5
        Set-Content "$TestDrive/rows.jsonl" '{"timestamp":0,"input_length":40,"output_length":1,"hash_ids":[1]}'
        (Invoke-AgentLiveReplay "$TestDrive/rows.jsonl" -TraceBlockSize 16 -AllowCut @to @quiet).Summary.NumRequests | Should -Be 1
        (Invoke-AgentLiveReplay -InputTokens 64 -OutputTokens 1 -RequestCount 4 -RequestRate 50 -ArrivalSeed 3 -TurnsPerSession 2 -InterTurnDelayMs 1 -SharedPrefixRatio 0.5 -PrefixGroups 1 @to @quiet).Summary.NumRequests |
            Should -Be 8
        $bytes = [System.IO.File]::ReadAllBytes($Sample)
        [System.IO.File]::WriteAllBytes("$TestDrive/torn.jsonl.gz", $bytes[0..($bytes.Count - 200)])
        (Invoke-AgentLiveReplay "$TestDrive/torn.jsonl.gz" @all @to @fast @quiet -AllowTorn -MissingDependency Drop).Summary.NumRequests | Should -BeGreaterThan 5
        (Invoke-AgentLiveReplay -InputTokens 8 -OutputTokens 1 -RequestCount 4 -Concurrency 2 @to @quiet).Summary.CompletedRequests | Should -Be 4
    }

    It 'makes prompts of ids within bounds, or of words' {
        $null = Invoke-AgentLiveReplay @load @to @quiet -FirstTokenId 7 -LastTokenId 9 -VocabularySize 10 -Salt 5 -CacheSalt Always -RequestTimeoutSeconds 60
        $server.Seen['body'].prompt | ForEach-Object { $_ | Should -BeIn 7, 8, 9 }
        $server.Seen['body'].cache_salt | Should -Be 'agentsim-0000000000000005'
        { Invoke-AgentLiveReplay @load @to -VocabularySize 10 } | Should -Throw -ErrorId "LiveSettingsInvalid,$suffix"
        $words = Invoke-AgentLiveReplay @load @to @quiet -PromptMode Text
        $words.Requests.InputLength | Sort-Object -Unique | Should -Be 24
    }

    It 'keeps the key out of everything' {
        $key = ConvertTo-SecureString 'sk-secret' -AsPlainText -Force
        $live = Invoke-AgentLiveReplay @load @to @quiet -ApiKey $key -ReportPath "$TestDrive/key.json" -LogPath "$TestDrive/key.jsonl"
        $server.Seen['key'] | Should -Be 'Bearer sk-secret'
        "$($live | ConvertTo-Json -Depth 6 -WarningAction SilentlyContinue)$(Get-Content "$TestDrive/key.json", "$TestDrive/key.jsonl")" | Should -Not -Match 'sk-secret'
        $env:AGENTSIM_TEST_KEY = 'sk-other'
        $null = Invoke-AgentLiveReplay @load @to @quiet -ApiKeyVariable AGENTSIM_TEST_KEY
        $server.Seen['key'] | Should -Be 'Bearer sk-other'
        { Invoke-AgentLiveReplay @load @to -ApiKeyVariable AGENTSIM_NO_KEY } | Should -Throw -ErrorId "LiveKeyInvalid,$suffix"
        { Invoke-AgentLiveReplay @load @to -ApiKeyVariable A -ApiKey $key } | Should -Throw -ErrorId "OptionsConflict,$suffix"
    }

    It 'gives the result and an error where the server counts otherwise' {
        $wrong = Start-TestServer -Off -1
        $live = Invoke-AgentLiveReplay @load -Endpoint $wrong.Url -Model m -ErrorVariable faults @quiet
        Stop-TestServer $wrong
        $live.Run.Valid | Should -BeFalse
        $faults[0].FullyQualifiedErrorId | Should -Be "LiveCountsOff,$suffix"
    }

    It 'writes a log that is a measurement' {
        $null = Invoke-AgentLiveReplay @load @to @quiet -LogPath "$TestDrive/log.jsonl"
        $run = Import-AgentMeasurement "$TestDrive/log.jsonl" -WarningAction SilentlyContinue
        $run.Format | Should -Be 'live'
        $run.Requests.Count | Should -Be 6
        $run.Server.Model | Should -Be 'm'
    }

    It 'writes report and log together or neither, and gives the result all the same' {
        Set-Content "$TestDrive/before.json" 'what was there'
        $null = New-Item -ItemType Directory "$TestDrive/a folder"
        $live = Invoke-AgentLiveReplay @load @to @quiet -ReportPath "$TestDrive/before.json" -LogPath "$TestDrive/a folder" -ErrorVariable faults
        $live.Summary.CompletedRequests | Should -Be 6
        @($faults.FullyQualifiedErrorId) -like 'Output*' | Should -Be "OutputFailed,$suffix"
        Get-Content "$TestDrive/before.json" | Should -Be 'what was there'
        Get-ChildItem $TestDrive -Filter '*before.json*' | Should -HaveCount 1
    }

    It 'keeps what was measured when it is stopped' {
        $slow = Start-TestServer -DelayMs 200
        $script = "Invoke-AgentLiveReplay -InputTokens 8 -OutputTokens 2 -RequestCount 500 -ArrivalIntervalMs 300 -Endpoint $($slow.Url) -Model m -ReportPath '$TestDrive/part.json' -LogPath '$TestDrive/part.jsonl'"
        Stop-WhenRunning $script { $slow.Seen['requests'] -ge 4 } | Should -Be 'Stopped'
        Stop-TestServer $slow
        $report = Get-Content "$TestDrive/part.json" -Raw | ConvertFrom-Json
        $report.run.partial | Should -BeTrue
        $report.run.valid | Should -BeFalse
        $report.completed_requests | Should -BeGreaterThan 0
        (Get-Content "$TestDrive/part.jsonl").Count | Should -BeGreaterThan 0
    }
}

Describe 'Measure-AgentEndpoint' {
    It 'writes one measurement with a run that no fit sees' {
        $key = ConvertTo-SecureString 'sk-probe' -AsPlainText -Force
        $measure = @{ Uri = $server.Url; Model = 'm'; OutputPath = "$TestDrive/probe.jsonl"; MaxPromptTokens = 64; MaxConcurrency = 1 }
        $said = Measure-AgentEndpoint @measure -WhatIf 6>&1
        "$said" | Should -Match 'requests with [\d,]+ prompt tokens'
        "$TestDrive/probe.jsonl" | Should -Not -Exist
        $runs = Measure-AgentEndpoint @measure @quiet -ApiKey $key -FirstTokenId 5 -LastTokenId 90
        $runs | Should -BeOfType AgentSim.Measurements.Measurement
        @($runs | Where-Object IsHeldOut).Count | Should -Be 1
        $runs[0].KnowsPrompts | Should -BeTrue
        $server.Seen['key'] | Should -Be 'Bearer sk-probe'
        $server.Seen['body'].prompt | ForEach-Object { $_ | Should -BeGreaterOrEqual 5; $_ | Should -BeLessOrEqual 90 }
        { Measure-AgentEndpoint @measure } | Should -Throw -ErrorId 'OutputExists,AgentSim.PowerShell.Commands.MeasureAgentEndpointCommand'
        { Measure-AgentEndpoint @measure -Force -ApiKeyVariable AGENTSIM_NO_KEY } | Should -Throw -ErrorId 'LiveKeyInvalid,*'
    }
}
