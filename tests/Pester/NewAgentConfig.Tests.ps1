BeforeDiscovery {
    # Every JSON name of the options, a value that is not the default, and what is needed beside it.
    $engine = @(
        @{ Name = 'EngineType'; Value = 'Trtllm'; Json = 'trtllm' }
        @{ Name = 'WorkerType'; Value = 'Decode'; Json = 'decode' }
        @{ Name = 'NumGpuBlocks'; Value = 100 }
        @{ Name = 'BlockSize'; Value = 16 }
        @{ Name = 'MaxModelLen'; Value = 1000 }
        @{ Name = 'MaxNumSeqs'; Value = 3 }
        @{ Name = 'MaxNumSeqs'; Value = $null }
        @{ Name = 'MaxNumBatchedTokens'; Value = 4096 }
        @{ Name = 'EnablePrefixCaching'; Value = $false }
        @{ Name = 'EnableChunkedPrefill'; Value = $false }
        @{ Name = 'G1Backend'; Value = 'Kvbm'; Json = 'kvbm' }
        @{ Name = 'SpeedupRatio'; Value = 1.5 }
        @{ Name = 'DecodeSpeedupRatio'; Value = 2.5 }
        @{ Name = 'PreemptionMode'; Value = 'Fifo'; Json = 'fifo' }
        @{ Name = 'DpSize'; Value = 2 }
        @{ Name = 'PlannerProfileData'; Value = '/tmp/profile.npz' }
        @{ Name = 'AicNextn'; Value = 2 }
        @{ Name = 'AicNextnAcceptRates'; Value = '0.5,0.25'; With = @{ AicNextn = 2 } }
        @{ Name = 'AicMtpSeed'; Value = [ulong]::MaxValue }
        @{ Name = 'RouterQueuePolicy'; Value = 'Wspt'; Json = 'wspt' }
        @{ Name = 'AicTpSize'; Value = 4 }
        @{ Name = 'AicAttentionDpSize'; Value = 2 }
        @{ Name = 'KvBytesPerToken'; Value = 1024 }
        @{ Name = 'KvTransferBandwidth'; Value = 2.5 }
        @{ Name = 'KvTransferTimingMode'; Value = 'DestinationMissing'; Json = 'destination_missing' }
        @{ Name = 'NumG2Blocks'; Value = 10 }
        @{ Name = 'NumG3Blocks'; Value = 20; With = @{ NumG2Blocks = 10 } }
        @{ Name = 'EnableG4Storage'; Value = $true; With = @{ NumG2Blocks = 10 } }
        @{ Name = 'SglangSchedulePolicy'; Value = 'lpm' }
        @{ Name = 'SglangPageSize'; Value = 8 }
        @{ Name = 'SglangMaxPrefillTokens'; Value = 100 }
        @{ Name = 'SglangChunkedPrefillSize'; Value = 512 }
        @{ Name = 'SglangClipMaxNewTokens'; Value = 5 }
        @{ Name = 'SglangScheduleConservativeness'; Value = 0.5 }
        @{ Name = 'TrtllmCapacitySchedulerPolicy'; Value = 'guaranteed_no_evict' }
        @{ Name = 'StartupTime'; Value = 1.5 }
        'AicSystem', 'AicBackendVersion', 'AicModelPath', 'AicGemmDtype', 'AicMoeDtype', 'AicFmhaDtype', 'AicKvCacheDtype', 'AicCommDtype' |
            ForEach-Object { @{ Name = $_; Value = 'x' } }
        'AicMoeTpSize', 'AicMoeEpSize', 'OffloadBatchSize', 'BootstrapPort', 'ZmqKvEventsPort', 'ZmqReplayPort', 'HandoffSessionTimeoutMs',
        'ReasoningStartThinkingTokenId', 'ReasoningEndThinkingTokenId' | ForEach-Object { @{ Name = $_; Value = 7 } }
        'GpuMemoryUtilization', 'MemFractionStatic', 'FreeGpuMemoryFraction', 'ReasoningThinkingRatio', 'BandwidthG1ToG2Gbps', 'BandwidthG2ToG1Gbps',
        'BandwidthG2ToG3Gbps', 'BandwidthG3ToG2Gbps', 'BandwidthG2ToG4Gbps', 'BandwidthG4ToG2Gbps' | ForEach-Object { @{ Name = $_; Value = 0.5 } }
        @{ Name = 'EnableLocalIndexer'; Value = $true }
        @{ Name = 'ResponseReplayTracePath'; Value = 'x' }
    )
    $router = @(
        'OverlapScoreCredit', 'OverlapScoreCreditDecay', 'PrefillLoadScale', 'DecodeActiveRequestWeight', 'RouterTemperature', 'RouterQueueThreshold',
        'HostCacheHitWeight', 'DiskCacheHitWeight', 'SharedCacheMultiplier', 'RouterTtlSecs', 'RouterPredictedTtlSecs',
        'ConditionalDisaggEffIslRatioThreshold', 'ConditionalDisaggPrefillBusyThreshold', 'ConditionalDisaggDecodeBusyThreshold' |
            ForEach-Object { @{ Name = $_; Value = 0.375 } }
        'RouterTrackActiveBlocks', 'RouterAssumeKvReuse', 'RouterTrackPrefillTokens', 'UseKvEvents' | ForEach-Object { @{ Name = $_; Value = $false } }
        'RouterTrackOutputBlocks', 'RouterReplicaSync', 'SkipInitialWorkerWait', 'UseRemoteIndexer', 'ServeIndexer', 'ConditionalDisaggEnabled',
        'RouterResetStates' | ForEach-Object { @{ Name = $_; Value = $true } }
        'RouterEventThreads', 'ConditionalDisaggEffIslThreshold', 'RouterSnapshotThreshold' | ForEach-Object { @{ Name = $_; Value = 9 } }
        @{ Name = 'RouterQueuePolicy'; Value = 'Lcfs'; Json = 'lcfs' }
        @{ Name = 'RouterPolicyConfig'; Value = '/tmp/policy.yaml' }
        @{ Name = 'RouterPrefillLoadModel'; Value = 'Aic'; Json = 'aic' }
        @{ Name = 'RouterTrackingHash'; Value = 'Keyed'; Json = 'keyed-xxh3-v1'; With = @{ RouterTrackingKeyFile = '/tmp/key'; RouterTrackingKeyId = 'k' } }
        @{ Name = 'RouterTrackingKeyFile'; Value = '/tmp/key'; With = @{ RouterTrackingHash = 'Keyed'; RouterTrackingKeyId = 'k' } }
        @{ Name = 'RouterTrackingKeyId'; Value = 'k'; With = @{ RouterTrackingHash = 'Keyed'; RouterTrackingKeyFile = '/tmp/key' } }
        @{ Name = 'SharedCacheType'; Value = 'Hicache'; Json = 'hicache' }
        @{ Name = 'ConditionalDisaggPolicy'; Value = 'IslOrLoad'; Json = 'isl_or_load' }
        @{ Name = 'DurableKvEvents'; Value = $false }
    )
    $cases = @($engine | ForEach-Object { $_.Cmdlet = 'New-AgentEngineConfig'; $_ }) + @($router | ForEach-Object { $_.Cmdlet = 'New-AgentRouterConfig'; $_ })
    foreach ($case in $cases) {
        if (-not $case.Contains('With')) { $case.With = @{} }
        if (-not $case.Contains('Json')) { $case.Json = $case.Value }
    }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    # The JSON name of a parameter: MaxNumSeqs is max_num_seqs, SglangPageSize is sglang.page_size.
    function Get-JsonName([string] $Parameter) {
        ([regex]::Replace($Parameter, '(?<=[a-z0-9])[A-Z]', '_$0')).ToLowerInvariant() -replace '^(sglang|trtllm|reasoning)_', '$1.'
    }
    function Get-Leaf($Json, [string] $Prefix = '') {
        foreach ($name in $Json.Keys) {
            if ($Json[$name] -is [Collections.IDictionary]) { Get-Leaf $Json[$name] "$Prefix$name." } else { "$Prefix$name" }
        }
    }
    function Get-ConfigParameter([string] $Cmdlet) {
        (Get-Command $Cmdlet).Parameters.Keys | Where-Object { $_ -notin [Management.Automation.PSCmdlet]::CommonParameters -and $_ -notin 'FromJson', 'IncludeInert' }
    }
}

Describe 'The configurations' {
    It 'have a parameter for every argument and no other: <_>' -ForEach 'New-AgentEngineConfig', 'New-AgentRouterConfig' {
        $config = if ($_ -like '*Engine*') { & $_ -ReasoningThinkingRatio 0.5 } else { & $_ }
        $names = Get-Leaf ($config.ToJson() | ConvertFrom-Json -AsHashtable)
        Compare-Object $names @(Get-ConfigParameter $_ | ForEach-Object { Get-JsonName $_ }) | Should -BeNullOrEmpty
    }

    It 'are all in these tests: <Cmdlet>' -ForEach @(
        @{ Cmdlet = 'New-AgentEngineConfig'; Tested = $engine.Name }
        @{ Cmdlet = 'New-AgentRouterConfig'; Tested = $router.Name }
    ) {
        Compare-Object @(Get-ConfigParameter $Cmdlet | Where-Object { $_ -ne 'AicBackend' }) @($Tested | Sort-Object -Unique) |
            Should -BeNullOrEmpty
    }

    It 'pass on <Cmdlet> -<Name> <Value>' -ForEach $cases {
        $arguments = @{ $Name = $Value } + $With
        $config = & $Cmdlet @arguments -WarningAction SilentlyContinue
        $value = $config.ToJson() | ConvertFrom-Json -AsHashtable
        foreach ($part in (Get-JsonName $Name) -split '\.') { $value = $value[$part] }
        $value | Should -Be $Json
        # and back
        (& $Cmdlet -FromJson $config.ToJson() -WarningAction SilentlyContinue).ToJson() | Should -Be $config.ToJson()
    }

    It 'fill in the defaults' {
        (New-AgentEngineConfig).ToJson() | Should -Be ([AgentSim.Engines.EngineArguments]::Default.ToJson())
        (New-AgentEngineConfig -EngineType Trtllm).BlockSize | Should -Be 32
        (New-AgentRouterConfig).ToJson() | Should -Be ([AgentSim.Routing.RouterSettings]::Default.ToJson())
    }

    It 'take JSON from the pipeline, and parameters go before it' {
        $configs = '{"max_num_seqs":5,"engine_type":"vllm"}', '{"max_num_seqs":6}' | New-AgentEngineConfig -EngineType Trtllm
        $configs.MaxNumSeqs | Should -Be 5, 6
        $configs.EngineType | Should -Be 'Trtllm', 'Trtllm'
        $configs.BlockSize | Should -Be 32, 32
        ('{"sglang":{"page_size":8}}' | New-AgentEngineConfig -EngineType Sglang -SglangSchedulePolicy lpm).BlockSize | Should -Be 8
        ('{"router_temperature":0.5}' | New-AgentRouterConfig -PrefillLoadScale 2).ToString() | Should -Be 'prefill_load_scale=2 router_temperature=0.5'
    }

    It 'leave the configuration they were made from alone' {
        $first = New-AgentEngineConfig -SglangPageSize 8 -EngineType Sglang
        $second = New-AgentEngineConfig -FromJson $first.ToJson() -SglangMaxPrefillTokens 5
        $first.Sglang.MaxPrefillTokens | Should -Be 16384
        $second.Sglang.MaxPrefillTokens | Should -Be 5
        [AgentSim.Engines.SglangArguments]::Default.MaxPrefillTokens | Should -Be 16384
    }

    It 'name parameters when something is wrong: <Script>' -ForEach @(
        @{ Script = { New-AgentEngineConfig -MaxNumSeqs 0 }; Message = '*-MaxNumSeqs must be at least 1 (is 0)'; Id = 'EngineArgumentsInvalid' }
        @{ Script = { New-AgentEngineConfig -NumG3Blocks 5 }; Message = '*-NumG3Blocks needs -NumG2Blocks'; Id = 'EngineArgumentsInvalid' }
        @{ Script = { New-AgentEngineConfig -EngineType Sglang -BlockSize 2 -SglangPageSize 3 }; Message = '*-BlockSize 2 and -SglangPageSize 3*'; Id = 'EngineArgumentsInvalid' }
        @{ Script = { New-AgentEngineConfig -AicBackend vllm }; Message = '*-AicBackend needs NVIDIA*AIConfigurator*'; Id = 'AicNotAvailable' }
        @{ Script = { New-AgentEngineConfig '{"max_num_seqs":0}' }; Message = '*max_num_seqs must be at least 1 (is 0)'; Id = 'EngineArgumentsInvalid' }
        @{ Script = { New-AgentEngineConfig '{' }; Message = '-FromJson: not valid JSON*'; Id = 'EngineArgumentsInvalid' }
        @{ Script = { New-AgentRouterConfig -RouterTemperature -1 }; Message = '*-RouterTemperature must be at least 0 (is -1)'; Id = 'RouterConfigInvalid' }
        @{ Script = { New-AgentRouterConfig -DurableKvEvents $true }; Message = '*-DurableKvEvents must be false*'; Id = 'RouterConfigInvalid' }
        @{ Script = { New-AgentRouterConfig '{"router_temprature":1}' }; Message = "*did you mean 'router_temperature'*"; Id = 'RouterConfigInvalid' }
    ) {
        $fault = $Script | Should -Throw -PassThru -ErrorId "$Id,*"
        $fault.Exception.Message | Should -BeLike $Message
    }

    It 'warn about a schedule policy that nobody knows' {
        $null = New-AgentEngineConfig -EngineType Sglang -SglangSchedulePolicy random -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike "-SglangSchedulePolicy 'random' is unknown*"
    }

    It 'resolve paths where they are made' {
        Push-Location $TestDrive
        try {
            $engine = New-AgentEngineConfig -PlannerProfileData profile.npz -WarningVariable warnings -WarningAction SilentlyContinue
            $router = New-AgentRouterConfig -RouterPolicyConfig policy.yaml
        }
        finally { Pop-Location }
        $engine.PlannerProfileData | Should -Be (Join-Path (Convert-Path $TestDrive) profile.npz)
        $warnings | Should -BeLike "*$($engine.PlannerProfileData)*"
        $router.RouterPolicyConfig | Should -Be (Join-Path (Convert-Path $TestDrive) policy.yaml)
    }

    It 'complete <Line>' -ForEach @(
        @{ Line = 'New-AgentEngineConfig -EngineType '; Expected = 'sglang', 'trtllm', 'vllm' }
        @{ Line = 'New-AgentEngineConfig -SglangSchedulePolicy l'; Expected = @('lpm') }
        @{ Line = 'New-AgentEngineConfig -MaxNumS'; Expected = @('-MaxNumSeqs') }
        @{ Line = 'New-AgentRouterConfig -RouterQueuePolicy '; Expected = 'Fcfs', 'Lcfs', 'Wspt' }
    ) {
        (TabExpansion2 $Line).CompletionMatches.CompletionText | Should -Be $Expected
    }

    It 'offer and show what has no effect with -IncludeInert only: <Cmdlet>' -ForEach @(
        @{ Cmdlet = 'New-AgentEngineConfig'; Name = 'GpuMemoryUtilization'; Value = 0.5 }
        @{ Cmdlet = 'New-AgentRouterConfig'; Name = 'RouterTtlSecs'; Value = 7 }
    ) {
        $line = "$Cmdlet -$($Name.Substring(0, 6))"
        (TabExpansion2 $line).CompletionMatches.CompletionText | Should -Not -Contain "-$Name"
        (TabExpansion2 "$Cmdlet -IncludeInert -$($Name.Substring(0, 6))").CompletionMatches.CompletionText | Should -Contain "-$Name"
        $given = @{ $Name = $Value }
        $hidden = & $Cmdlet @given
        $shown = & $Cmdlet @given -IncludeInert
        $hidden | Out-String | Should -Not -Match $Name
        $shown | Out-String | Should -Match "(?m)^$Name +: $Value\r?$"
        $hidden.$Name | Should -Be $Value
        $shown.ToJson() | Should -Be $hidden.ToJson()
        $shown | Export-Clixml "$TestDrive/shown.xml"
        $back = Import-Clixml "$TestDrive/shown.xml"
        $back.ToJson() | Should -Be $hidden.ToJson()
        $back.$Name | Should -Be $Value
    }

    It 'have parameters with the help of their table' {
        $parameter = (Get-Command New-AgentEngineConfig).Parameters['MaxNumSeqs'].Attributes.Where{ $_ -is [Parameter] }
        $parameter.HelpMessage | Should -Be 'The most requests that run at once on a rank. Values: whole number at least 1. Default: 256. `$null` means no limit.'
        (Get-Help New-AgentEngineConfig -Parameter MaxNumSeqs).description.Text | Should -Be $parameter.HelpMessage.Replace('`', '')
    }

    It 'complete names inside of JSON: <Line>' -ForEach @(
        @{ Line = "New-AgentEngineConfig '{`"max_num_s"; Expected = "'{`"max_num_seqs`":" }
        @{ Line = "Invoke-AgentReplay x.jsonl -Engine '{`"block_size`":16,`"sglang`":{`"page"; Expected = "'{`"block_size`":16,`"sglang`":{`"page_size`":" }
        @{ Line = "Invoke-AgentReplay x.jsonl -RouterConfig '{`"router_temp"; Expected = "'{`"router_temperature`":" }
    ) {
        (TabExpansion2 $Line).CompletionMatches.CompletionText | Should -Be $Expected
    }

    It 'are shown as a list with the defaults: <Script>' -ForEach @(
        @{ Script = { New-AgentEngineConfig }; Lines = 'MaxNumSeqs *: 256', 'MaxModelLen *: no limit', 'BlockSize *: 64'; Absent = 'Sglang' }
        @{ Script = { New-AgentEngineConfig -EngineType Sglang }; Lines = 'BlockSize *: 1', 'SglangSchedulePolicy *: fifo'; Absent = 'Aic.*Dtype' }
        @{ Script = { New-AgentRouterConfig }; Lines = 'RouterQueueThreshold *: no queue', 'OverlapScoreCredit *: 1'; Absent = 'RouterTtlSecs' }
    ) {
        $text = & $Script | Out-String -Width 100
        foreach ($line in $Lines) { $text | Should -Match "(?m)^$line\r?$" }
        $text | Should -Not -Match $Absent
    }
}
