# Findings A4 and E5: results, rows and configurations go through jobs, files and other sessions with all their values.
BeforeDiscovery {
    $kinds = 'result', 'result with tasks', 'task', 'session of a replay', 'disaggregated result', 'closed loop with a service level', 'synthetic load', 'summary', 'distribution', 'request', 'worker', 'KV use', 'run',
        'row of a sweep', 'engine configuration', 'engine configuration with all parts', 'router configuration', 'comparison', 'test',
        'request record', 'tool record', 'row', 'row of version 2', 'session', 'measure of records', 'measure of sessions', 'numbers that are none'
    Import-Module (Get-Module AgentSim).Path
    . "$PSScriptRoot/Common.ps1"
    $types = @(Get-ReturnedType | ForEach-Object { @{ Type = $_; Name = $_.FullName } })
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $usual = [cultureinfo]::CurrentCulture
    # One object of each kind, with its values as text. Also run in sessions of their own, which know nothing of this one.
    $make = {
        param($Manifest, $Sample, $Culture)
        [cultureinfo]::CurrentCulture = $Culture
        Import-Module $Manifest
        $records = Import-AgentTrace $Sample
        $rows = ConvertTo-AgentMooncake $Sample
        $load = @{ InputTokens = 512; OutputTokens = 16; RequestCount = 20; RequestRate = 2.5 }
        $result = $rows | Invoke-AgentReplay -Workers 2 -RouterMode KvRouter -RouterConfig @{ router_temperature = 0.5 } -RecordKvUse
        $pools = Invoke-AgentReplay @load -PrefillEngine @{ kv_bytes_per_token = 1000; kv_transfer_bandwidth = 1.5 } -DecodeEngine @{ kv_bytes_per_token = 1000; kv_transfer_bandwidth = 1.5 }
        $engine = New-AgentEngineConfig -BlockSize 16 -SpeedupRatio 1.5
        $objects = [ordered]@{
            'result' = $result
            'result with tasks' = ($agents = $rows | Invoke-AgentReplay -Agents -Name named)
            'task' = $agents.Agents.Tasks[0]
            'session of a replay' = $agents.Agents.Sessions[1]
            'disaggregated result' = $pools
            'closed loop with a service level' = $rows | Invoke-AgentReplay -SlaTtftMs 30.5 -SlaE2eMs 900 -MaxSimTimeSeconds 5
            'synthetic load' = Invoke-AgentReplay @load -Workers 2
            'summary' = $result.Summary
            'distribution' = $result.Summary.Ttft
            'request' = $pools.Requests[3]
            'worker' = $result.Workers[1]
            'KV use' = $result.KvUse[0]
            'run' = $result.Run
            'row of a sweep' = $rows | Invoke-AgentSweep -Engine $engine -ArrivalSpeedupRatio 1.5
            'engine configuration' = $engine
            'engine configuration with all parts' = New-AgentEngineConfig -EngineType sglang -SglangPageSize 4 -SglangScheduleConservativeness 0.5 -AicNextn 2 -AicNextnAcceptRates '0.5,0.25' `
                -ReasoningStartThinkingTokenId 1 -ReasoningEndThinkingTokenId 2 -ReasoningThinkingRatio 0.5 -AicMtpSeed ([ulong]::MaxValue)
            'router configuration' = New-AgentRouterConfig -RouterTemperature 0.5 -RouterQueueThreshold 1.25 -RouterQueuePolicy Lcfs
            'comparison' = $result, $pools | Compare-AgentReplay -Metric p99_ttft_ms
            'test' = $result | Test-AgentReplay -Limit @{ p99_ttft_ms = 29.5 }
            'request record' = $records | Where-Object EventType -eq request_end | Select-Object -First 1
            'tool record' = $records | Where-Object EventType -ne request_end | Select-Object -First 1
            'row' = $rows[1]
            'row of version 2' = ConvertTo-AgentMooncake $Sample -Version 2 | Select-Object -Skip 1 -First 1
            'session' = $records | Get-AgentSession | Select-Object -First 1
            'measure of records' = $records | Measure-AgentTrace
            'measure of sessions' = $records | Get-AgentSession | Measure-AgentTrace
            'numbers that are none' = [AgentSim.Measures.SampleSummary]::new(3, [double]::NaN, [double]::PositiveInfinity, [double]::NegativeInfinity, -0.0, 5e-324, [double]::MaxValue)
        }
        foreach ($kind in $objects.Keys) {
            [pscustomobject]@{ Kind = $kind; Object = $objects[$kind]; Text = $objects[$kind] | ConvertTo-Json -Depth 8 -Compress; Type = $objects[$kind]?.GetType().FullName }
        }
    }
    $ways = @{
        'Export-Clixml' = { param($Culture) & $make $Manifest $Sample $Culture | Export-Clixml "$TestDrive/$Culture.xml"; Import-Clixml "$TestDrive/$Culture.xml" }
        'Start-Job' = { param($Culture) Start-Job $make -ArgumentList $Manifest, $Sample, $Culture | Receive-Job -Wait -AutoRemoveJob }
        'Start-ThreadJob' = { param($Culture) Start-ThreadJob $make -ArgumentList $Manifest, $Sample, $Culture | Receive-Job -Wait -AutoRemoveJob }
        'ForEach-Object -Parallel' = { param($Culture)
            $text = "$make"
            @($Culture) | ForEach-Object -Parallel { & ([scriptblock]::Create($using:text)) $using:Manifest $using:Sample $_ } }
        'a result of a job in an object of the user' = { param($Culture)
            (Start-Job { @{ Deep = @(& ([scriptblock]::Create($args[0])) $args[1] $args[2] $args[3]) } } -ArgumentList "$make", $Manifest, $Sample, $Culture | Receive-Job -Wait -AutoRemoveJob).Deep }
    }
}

AfterAll { [cultureinfo]::CurrentCulture = $usual }

Describe 'A4 and E5, the types file' {
    It 'brings <Name> whole through files and jobs, and its numbers invariant into text' -ForEach $types {
        $xml = [xml] (Get-Content "$Root/AgentSim.Types.ps1xml" -Raw)
        $known = $xml.Types.Type | Where-Object Name -eq $Name
        $known | Should -Not -BeNullOrEmpty
        $known.TypeConverter.TypeName | Should -Be 'AgentSim.PowerShell.PropertyBagConverter'
        $known.TypeAdapter.TypeName | Should -Be 'AgentSim.PowerShell.ObjectAdapter'
        ($known.Members.MemberSet.Members.NoteProperty | Where-Object Name -eq SerializationDepth).Value | Should -Be 5
        ($xml.Types.Type | Where-Object Name -eq "Deserialized.$Name").Members.MemberSet.Members.NoteProperty.Value | Should -Be $Name
        $stored = @($known.Members.MemberSet.Members.PropertySet.ReferencedProperties.Name | Where-Object { $_ })
        if ($stored) { foreach ($property in $Type.GetProperties() | Where-Object { -not $_.GetIndexParameters() }) { $stored | Should -Contain $property.Name } }
    }
}

Describe 'A4 and E5, objects that went through <Way> under <Tongue>' -ForEach @(
    foreach ($way in 'Export-Clixml', 'Start-Job', 'ForEach-Object -Parallel') { foreach ($name in 'de-DE', 'fr-FR') { @{ Way = $way; Tongue = $name; Kinds = $kinds } } }
    foreach ($way in 'Start-Job', 'Start-ThreadJob') { @{ Way = $way; Tongue = 'en-US'; Kinds = $kinds } }
    @{ Way = 'a result of a job in an object of the user'; Tongue = 'de-DE'; Kinds = $kinds }
) {
    BeforeAll {
        [cultureinfo]::CurrentCulture = $Tongue
        $back = @{}
        & $ways[$Way] $Tongue | ForEach-Object { $back[$_.Kind] = $_ }
    }
    AfterAll { [cultureinfo]::CurrentCulture = $usual }

    It 'are what they were: <_>' -ForEach $Kinds {
        $back[$_] | Should -Not -BeNullOrEmpty
        $back[$_].Object.GetType().FullName | Should -Be $back[$_].Type
        $back[$_].Object | ConvertTo-Json -Depth 8 -Compress | Should -Be $back[$_].Text
    }

    It 'go on in the pipeline' {
        $result = $back['result'].Object
        $result.Summary.P99TtftMs -lt 1 | Should -BeFalse
        $result.Summary['p99_ttft_ms'] | Should -Be $result.Summary.P99TtftMs
        ($result | Test-AgentReplay -Limit @{ p99_ttft_ms = 1 }).Passed | Should -BeFalse
        ($back['row of a sweep'].Object | Test-AgentReplay -Limit @{ p95_tpot_ms = 1e9 }).Passed | Should -BeTrue
        @($result, $back['summary'].Object | Compare-AgentReplay | Where-Object Verdict -ne Same) | Should -BeNullOrEmpty
        $run = $back['row'].Object, $back['row of version 2'].Object
        $run[0].HashIds.Count | Should -BeGreaterThan 0
        $again = Invoke-AgentReplay -InputTokens 512 -OutputTokens 4 -RequestCount 2 -ArrivalIntervalMs 1 -Engine $back['engine configuration'].Object -RouterMode KvRouter -Workers 2 `
            -RouterConfig $back['router configuration'].Object
        ($again.Run.Settings['engine_args'].ToString() | ConvertFrom-Json).speedup_ratio | Should -Be 1.5
        ($again.Run.Settings['router_config'].ToString() | ConvertFrom-Json).router_temperature | Should -Be 0.5
        $back['engine configuration with all parts'].Object.AcceptRates | Should -Be 0.5, 0.25
    }

    It 'make the report files that the result made' {
        $result = $back['closed loop with a service level'].Object
        $result | Export-AgentReport "$TestDrive/back.json" -Force
        (Get-Content "$TestDrive/back.json" -Raw | ConvertFrom-Json).run.settings.max_sim_time_ms | Should -Be 5000
        $result | Export-AgentReport "$TestDrive/back.jsonl" -Force
        @(Get-Content "$TestDrive/back.jsonl").Count | Should -Be $result.Requests.Count
        $result | Export-AgentReport "$TestDrive/back.md" -Force
        "$TestDrive/back.md" | Should -FileContentMatch '30\.5'
    }
}

Describe 'A4, a result of a file' {
    BeforeAll {
        $rows = ConvertTo-AgentMooncake $Sample
        $result = $rows | Invoke-AgentReplay -Workers 2 -SlaTtftMs 30.5
        $result | Export-Clixml "$TestDrive/result.xml"
        $back = Import-Clixml "$TestDrive/result.xml"
    }

    It 'makes the same <_>' -ForEach 'json', 'jsonl', 'csv', 'md' {
        $result | Export-AgentReport "$TestDrive/a.$_" -Force
        $back | Export-AgentReport "$TestDrive/b.$_" -Force
        Get-Content "$TestDrive/b.$_" -Raw | Should -BeExactly (Get-Content "$TestDrive/a.$_" -Raw)
    }

    It 'says that a page or a timeline needs the replay itself' {
        { $back | Export-AgentReport "$TestDrive/b.html" } | Should -Throw -ErrorId 'ResultStored,*'
        { $back | Export-AgentTimeline "$TestDrive/b.trace.json" } | Should -Throw -ErrorId 'ResultStored,*'
        "$TestDrive/b.html" | Should -Not -Exist
    }

    It 'has all of ten thousand requests' {
        $many = Invoke-AgentReplay -InputTokens 16 -OutputTokens 2 -RequestCount 10000 -ArrivalIntervalMs 1
        $many | Export-Clixml "$TestDrive/many.xml"
        $read = Import-Clixml "$TestDrive/many.xml"
        $read.Requests.Count | Should -Be 10000
        $read.Requests[9999].E2eLatencyMs | Should -Be $many.Requests[9999].E2eLatencyMs
        ($read.Requests | Measure-Object TtftMs -Sum).Sum | Should -Be ($many.Requests | Measure-Object TtftMs -Sum).Sum
    }
}

Describe 'A4 and E5, sessions without the module' {
    It 'see numbers, and pipe on what they have once the module is there' {
        $rows = ConvertTo-AgentMooncake $Sample
        $rows | Invoke-AgentReplay -Workers 2 | Export-Clixml "$TestDrive/plain.xml"
        $rows | Invoke-AgentSweep -Workers 1 | Export-Clixml "$TestDrive/sweep.xml"
        $engine = New-AgentEngineConfig -SpeedupRatio 1.5
        $router = New-AgentRouterConfig -RouterTemperature 0.5
        $facts = Start-Job -ArgumentList $Manifest, $Sample, "$TestDrive", $engine, $router, $rows {
            param($manifest, $sample, $folder, $engine, $router, $rows)
            $result = Import-Clixml "$folder/plain.xml"
            $row = Import-Clixml "$folder/sweep.xml"
            $before = @($engine.pstypenames[0], $result.Summary.P99TtftMs.GetType().Name, ($result.Summary.P99TtftMs -lt 1), $result.Summary.Ttft.P99.GetType().Name,
                $result.Requests[5].TtftMs.GetType().Name, $result.Run.Settings['num_workers'], "$($engine.EngineType)", $engine.SpeedupRatio, $row.P99TtftMs.GetType().Name)
            Import-Module $manifest
            $replay = $rows | Invoke-AgentReplay -Engine $engine -Workers 2 -RouterMode KvRouter -RouterConfig $router
            $result | Export-AgentReport "$folder/late.json"
            @{
                Before = $before
                Engine = ($replay.Run.Settings['engine_args'].ToString() | ConvertFrom-Json).speedup_ratio
                Router = ($replay.Run.Settings['router_config'].ToString() | ConvertFrom-Json).router_temperature
                Tests = @($result, $row | Test-AgentReplay -Limit @{ p95_tpot_ms = 1 }).Passed
                Same = @($result, $row | Compare-AgentReplay -Metric num_requests, completed_requests).Verdict | ForEach-Object { "$_" }
            }
        } | Receive-Job -Wait -AutoRemoveJob
        $facts.Before | Should -Be 'Deserialized.AgentSim.Engines.EngineArguments', 'Double', $false, 'Double', 'Double', 2, 'vllm', 1.5, 'Double'
        $facts.Engine | Should -Be 1.5
        $facts.Router | Should -Be 0.5
        $facts.Tests | Should -Be $false, $false
        $facts.Same | Should -Be 'Same', 'Same'
        "$TestDrive/late.json" | Should -Exist
    }

    It 'get an error instead of a guess for what lacks a property' {
        $config = New-AgentEngineConfig
        $bag = [pscustomobject]@{ BlockSize = 'sixteen' }
        $bag.pstypenames.Insert(0, 'Deserialized.AgentSim.Engines.EngineArguments')
        { Invoke-AgentReplay -InputTokens 1 -OutputTokens 1 -RequestCount 1 -ArrivalIntervalMs 1 -Engine $bag } | Should -Throw -ErrorId 'ObjectInvalid,*'
        $config | Should -Not -BeNullOrEmpty
    }
}
