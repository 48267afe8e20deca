BeforeDiscovery {
    $python = if (Test-Path /usr/bin/python3) { '/usr/bin/python3' } else { 'python3' }
    $hasPython = [bool](Get-Command $python -ErrorAction Ignore)
    if (-not $hasPython) { Write-Warning 'python3 is missing: a client that was not written here is NOT tested' }
    $hasCurl = [bool](Get-Command curl -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $python = if (Test-Path /usr/bin/python3) { '/usr/bin/python3' } else { 'python3' }
}

Describe 'Start-AgentServer, Get-AgentServer, Stop-AgentServer' {
    AfterEach { $null = Stop-AgentServer }

    It 'serves, shows what it did, and stops' {
        $server = Start-AgentServer -Port 0 -Model small -Speed 50 -Engine @{ block_size = 16 } -Workers 2 -RouterMode KvRouter -RouterConfig @{ router_temperature = 0.5 } -RouterSeed 7
        $server.Address | Should -Match '^http://127\.0\.0\.1:\d+$'
        $server.Model, $server.Speed, $server.IsRunning | Should -Be 'small', 50, $true
        $server.Timing | Should -BeLike 'built-in: *'
        $answer = Invoke-RestMethod "$($server.Address)/v1/chat/completions" -Method Post -ContentType application/json -Body '{"messages":[{"role":"user","content":"hi"}],"max_tokens":6}'
        $answer.usage.completion_tokens | Should -Be 6
        $status = Get-AgentServer $server.Address
        $status.Counters.Requests, $status.Counters.Completed, $status.Counters.OutputTokens | Should -Be 1, 1, 6
        $stopped = $server | Stop-AgentServer
        $stopped.IsRunning, $stopped.Counters.Completed | Should -Be $false, 1
        { Invoke-RestMethod "$($server.Address)/health" } | Should -Throw
        Get-AgentServer | Should -BeNullOrEmpty
    }

    It 'has separate pools, and the router of a policy file' {
        'families: {}' | Set-Content "$TestDrive/policy.yaml"
        $server = Start-AgentServer -Listen http://localhost:0 -Speed 100 -TurnaroundMs 0.5 -PrefillEngine @{ block_size = 16 } -DecodeEngine @{ block_size = 16 } -PrefillWorkers 2 -DecodeWorkers 1 -ModelName m
        $server.TurnaroundMs | Should -Be 0.5
        $metrics = Invoke-RestMethod "$($server.Address)/metrics"
        @($metrics -split "`n" -like 'vllm:cache_config_info*').Count | Should -Be 3
        (Invoke-RestMethod "$($server.Address)/v1/completions" -Method Post -ContentType application/json -Body '{"prompt":[1,2],"max_tokens":3}').usage.total_tokens | Should -Be 5
    }

    It 'names what is wrong with <Name>' -ForEach @(
        @{ Name = 'a speed'; Parameters = @{ Speed = 0 }; Id = 'ServerSettingInvalid'; Message = '-Speed must be above 0*' }
        @{ Name = 'an address'; Parameters = @{ Listen = 'ftp://x' }; Id = 'EndpointInvalid'; Message = '*is not an address to listen on*' }
        @{ Name = 'one pool'; Parameters = @{ PrefillEngine = @{} }; Id = 'OptionsConflict'; Message = '*both -PrefillEngine and -DecodeEngine' }
        @{ Name = 'a profile'; Parameters = @{ TimingProfile = 'missing.npz' }; Id = '*'; Message = '*missing.npz*' }
        @{ Name = 'a policy file'; Parameters = @{ RouterPolicyPath = 'missing.yaml'; RouterMode = 'KvRouter'; Workers = 2 }; Id = '*'; Message = '*missing.yaml*' }
    ) {
        { Start-AgentServer @Parameters -ErrorAction Stop } | Should -Throw $Message
        $Error[0].FullyQualifiedErrorId | Should -BeLike "$Id*"
        Get-AgentServer | Should -BeNullOrEmpty
    }

    It 'names a server that is not there, and starts none with -WhatIf' {
        Start-AgentServer -Port 0 -WhatIf | Should -BeNullOrEmpty
        Get-AgentServer http://127.0.0.1:1 -ErrorVariable missing -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $missing[0].FullyQualifiedErrorId | Should -BeLike 'ServerMissing*'
        Stop-AgentServer http://127.0.0.1:1 -ErrorVariable missing -ErrorAction SilentlyContinue
        $missing[0].FullyQualifiedErrorId | Should -BeLike 'ServerMissing*'
    }

    It 'warns when others can reach it, and when it was killed' {
        $server = Start-AgentServer -Listen 'http://*:0' -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*can be reached from other machines*'
        Stop-Process -Id $server.ProcessId -Force
        for ($i = 0; $i -lt 100 -and (Get-AgentServer -WarningVariable +warnings -WarningAction SilentlyContinue).IsRunning; $i++) { Start-Sleep -Milliseconds 100 }
        # Whoever sees that it does not run has been told, and only once.
        $null = Stop-AgentServer -WarningVariable +warnings -WarningAction SilentlyContinue
        @($warnings -like '*the server ended*').Count | Should -Be 1
    }

    It 'answers curl' -Skip:(-not $hasCurl) {
        $server = Start-AgentServer -Port 0 -Speed 50
        $lines = @(& curl -sS -N "$($server.Address)/v1/completions" -H 'Content-Type: application/json' -d '{"prompt":[1,2,3],"max_tokens":4,"stream":true,"stream_options":{"include_usage":true}}' | Where-Object { $_ })
        $lines.Count | Should -Be 6
        $lines[-1] | Should -Be 'data: [DONE]'
        ($lines[-2].Substring(6) | ConvertFrom-Json).usage.total_tokens | Should -Be 7
    }

    It 'answers the client of the class library of Python' -Skip:(-not $hasPython) {
        $server = Start-AgentServer -Port 0 -Speed 50
        & $python "$PSScriptRoot/Data/chat.py" $server.Address | Should -Be 'chat done'
    }
}
