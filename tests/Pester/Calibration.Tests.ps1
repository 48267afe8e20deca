# Import-AgentMeasurement, New-AgentTimingProfile and Test-AgentTimingProfile, on a recorded run of a real server.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $recorded = "$Root/samples/rtx4090/requests.jsonl.gz"
    $culture = [cultureinfo]::CurrentCulture
    $suffix = 'AgentSim.PowerShell.Commands'
    $bench = '{"endpoint_type":"vllm","model_id":"m","input_lens":[10,10,10],"output_lens":[3,3,3],"start_times":[0.0,1.0,2.0],"ttfts":[0.1,0.1,0.1],"itls":[[0.01,0.01],[0.01,0.01],[0.01,0.01]],"errors":["","",""]}'
    function Get-BlockCount($Result) { ($Result.Run.Settings['engine_args'].ToString() | ConvertFrom-Json).num_gpu_blocks }
    $path = "$TestDrive/mine.npz"
    $made = New-AgentTimingProfile $path $recorded
}

AfterAll { [cultureinfo]::CurrentCulture = $culture }

Describe 'Import-AgentMeasurement' {
    It 'reads a run and what is known of its server' {
        $run = Import-AgentMeasurement $recorded
        $run | Should -BeOfType AgentSim.Measurements.Measurement
        $run.Requests.Count | Should -Be 300
        $run.Server.NumGpuBlocks | Should -Be 2588
        $first = $run.Requests[0]
        $first.LatencyMs | Should -BeGreaterThan $first.TtftMs
    }

    It 'takes files by -LiteralPath, also with brackets in their names, and from the pipeline' {
        $folder = New-Item -ItemType Directory "$TestDrive/a[1]"
        Copy-Item -LiteralPath $recorded -Destination "$folder/run[2].jsonl.gz"
        (Import-AgentMeasurement -LiteralPath "$folder/run[2].jsonl.gz").Requests.Count | Should -Be 300
        (Get-ChildItem -LiteralPath $folder | Import-AgentMeasurement).Requests.Count | Should -Be 300
        ($recorded | Import-AgentMeasurement).Requests.Count | Should -Be 300
    }

    It 'reads the others where one is none' {
        Set-Content "$TestDrive/none.txt" 'hello'
        $found = @("$TestDrive/none.txt", $recorded | Import-AgentMeasurement -ErrorVariable faults -ErrorAction SilentlyContinue)
        $found.Count | Should -Be 1
        $faults.Count | Should -Be 1
        $faults[0].FullyQualifiedErrorId | Should -Be "MeasurementInvalid,$suffix.ImportAgentMeasurementCommand"
    }

    It 'reads the forward passes of a Dynamo worker, to fit to' {
        $lines = foreach ($i in 1..60) {
            $new = ($i % 3 -eq 0) ? 64 * $i : 0
            $cached = ($i % 2) * 100 * $i
            $kv = 1000 * $i + 200 * ($i % 7)
            $seconds = (5 + 0.05 * ($i % 16) + 0.0002 * $kv + ($new ? 4 + 0.01 * $new + 1e-6 * $new * ($cached + $new / 2) : 0)) / 1000
            @{ timestamp = $i; event = @{ schema = 'dynamo.fpm.trace.v1'; capture_mode = 'full'; fpm = @{ version = 1; worker_id = '1'; dp_rank = 0; counter_id = $i; wall_time = $seconds
                        scheduled_requests = @{ num_prefill_requests = [int] [bool] $new; sum_prefill_tokens = $new; sum_prefill_kv_tokens = $new ? $cached : 0; num_decode_requests = $i % 16; sum_decode_kv_tokens = ($i % 16) ? $kv : 0 } } } } |
                ConvertTo-Json -Depth 9 -Compress
        }
        Set-Content "$TestDrive/fpm.jsonl" $lines
        $run = Import-AgentMeasurement "$TestDrive/fpm.jsonl"
        $run.Format | Should -Be 'dynamo-fpm'
        $run.Steps.Count | Should -BeGreaterThan 50
        $fitted = $run | New-AgentTimingProfile "$TestDrive/fpm.npz" -WarningAction SilentlyContinue
        ($fitted.Coefficients | Where-Object Name -EQ B2).Value | Should -BeGreaterThan 0.00015
        ($fitted.Coefficients | Where-Object Name -EQ B2).Value | Should -BeLessThan 0.00025
    }
}

Describe 'New-AgentTimingProfile' {
    It 'writes two files and returns what was fitted, with the errors of what was not' {
        $made | Should -BeOfType AgentSim.Calibration.TimingProfile
        "$TestDrive/mine.npz", "$TestDrive/mine.calibration.json" | Should -Exist
        $made.Errors[0].HeldOut | Should -Be 'last 100 of 300 requests'
        ($made.Errors.Rows | Where-Object Metric -EQ e2e_mape).Error | Should -BeLessThan 0.1
        $made.Server.NumGpuBlocks | Should -Be 2588
    }

    It 'takes measurements from the pipeline, and makes the same of them' {
        $again = Import-AgentMeasurement $recorded | New-AgentTimingProfile "$TestDrive/again.npz"
        $again.Sha256 | Should -Be $made.Sha256
        (Get-Content "$TestDrive/again.calibration.json" -Raw) | Should -Be (Get-Content "$TestDrive/mine.calibration.json" -Raw)
    }

    It 'replaces files with -Force only, and with -WhatIf writes none' {
        { New-AgentTimingProfile $path $recorded } | Should -Throw -ErrorId "OutputExists,$suffix.NewAgentTimingProfileCommand"
        $before = (Get-Item $path).LastWriteTimeUtc
        New-AgentTimingProfile "$TestDrive/if.npz" $recorded -WhatIf
        "$TestDrive/if.npz" | Should -Not -Exist
        Set-Content "$TestDrive/forced.npz" 'old'
        (New-AgentTimingProfile "$TestDrive/forced.npz" $recorded -Force).Sha256 | Should -Be $made.Sha256
        (Get-Item $path).LastWriteTimeUtc | Should -Be $before
    }

    It 'takes what the call says of the server before what the measurement says' {
        $server = @{
            NumGpuBlocks = 3000; BlockSize = 32; MaxNumSeqs = 128; MaxNumBatchedTokens = 4096; MaxModelLen = 8192; EngineType = 'vllm'; TensorParallelSize = 2
            ModelName = 'mine'; Hardware = 'a GPU'; NoPrefixCaching = $true; NoChunkedPrefill = $true; Prompts = 'SameLength'; Concurrency = 40; AllowFailure = $true
        }
        $said = New-AgentTimingProfile "$TestDrive/said.npz" $recorded -HoldOut $recorded @server -WarningAction SilentlyContinue
        $said.Server.NumGpuBlocks, $said.Server.BlockSize, $said.Server.MaxNumSeqs, $said.Server.MaxNumBatchedTokens, $said.Server.MaxModelLen, $said.Server.TensorParallelSize |
            Should -Be 3000, 32, 128, 4096, 8192, 2
        $said.Server.EnablePrefixCaching, $said.Server.EnableChunkedPrefill | Should -Be $false, $false
        "$($said.Server.Engine) $($said.Server.Model) $($said.Server.Hardware) $($said.Prompts)" | Should -Be 'vllm mine a GPU SameLength'
        $said.Errors[0].HeldOut | Should -Be 'whole run'
        $other = @($recorded | Test-AgentTimingProfile @server -WarningAction SilentlyContinue)[0].Rows
        ($other | Where-Object Metric -EQ e2e_mean).Simulated | Should -Not -Be ((Test-AgentTimingProfile $recorded -WarningAction SilentlyContinue).Rows | Where-Object Metric -EQ e2e_mean).Simulated
    }

    It 'makes a profile of operator tables, for as many layers as -Layers says' {
        $folder = New-Item -ItemType Directory "$TestDrive/operators"
        Set-Content "$folder/dense.csv" 'layer,tokens,time_us', 'qkv_proj,1,10', 'qkv_proj,4096,1000'
        Set-Content "$folder/per_sequence.csv" 'layer,sequences,time_us', 'lm_head,1,100', 'lm_head,256,200'
        Set-Content "$folder/attention.csv" 'prefill_chunk,kv_prefill,n_decode,kv_decode,time_us', '16,0,0,0,5', '16,16384,0,0,50', '2048,0,0,0,300', '2048,16384,0,0,4000', '0,0,1,16,4', '0,0,1,16384,20', '0,0,256,16,90', '0,0,256,16384,900'
        { New-AgentTimingProfile "$TestDrive/operators.npz" $folder } | Should -Throw -ErrorId "OptionMissing,$suffix.*" -ExpectedMessage '*-Layers*'
        (New-AgentTimingProfile "$TestDrive/operators.npz" $folder -Layers 32 -WarningAction SilentlyContinue).Formula | Should -BeNullOrEmpty
        "$TestDrive/operators.npz" | Should -Exist
    }

    It 'asks by its name for what it has to know, and writes nothing then' {
        Set-Content "$TestDrive/bench.json" $bench
        $fault = { New-AgentTimingProfile "$TestDrive/no.npz" "$TestDrive/bench.json" } | Should -Throw -PassThru -ErrorId "CalibrationServerUnknown,$suffix.*"
        $fault.Exception.Message | Should -BeLike '*num_gpu_blocks*'
        "$TestDrive/no.npz" | Should -Not -Exist
        { New-AgentTimingProfile "$TestDrive/no.txt" $recorded } | Should -Throw -ErrorId "OptionValueInvalid,$suffix.*"
        { New-AgentTimingProfile "$TestDrive/no.npz" 5 } | Should -Throw -ErrorId "MeasurementInvalid,$suffix.*"
    }

    It 'writes the same files under German culture' {
        [cultureinfo]::CurrentCulture = 'de-DE'
        try { (New-AgentTimingProfile "$TestDrive/german.npz" $recorded -HoldOutShare '0.3333333333333333').Sha256 | Should -Be $made.Sha256 }
        finally { [cultureinfo]::CurrentCulture = $culture }
        (Get-Content "$TestDrive/german.calibration.json" -Raw) | Should -Be (Get-Content "$TestDrive/mine.calibration.json" -Raw)
    }
}

Describe 'Test-AgentTimingProfile' {
    It 'holds a profile against a run' {
        $result = Test-AgentTimingProfile $recorded $path
        $result | Should -BeOfType AgentSim.Calibration.ProfileTestResult
        ($result.Rows | Where-Object Metric -EQ e2e_mape).Error | Should -BeLessThan 0.1
        ($result.Rows | Where-Object Metric -EQ e2e_mape).Baseline | Should -BeGreaterThan 0
    }

    It 'holds the built-in timing against any trace with times, and says what it assumes' {
        $lines = foreach ($i in 1..12) { (Get-RequestLine "r$i" "s$i" (1000 * $i) -Blocks (10 + $i)) -replace '"total_time_ms":100(\.0)?', "`"total_time_ms`":$(100 + $i).5,`"ttft_ms`":$(20 + $i).5" }
        Set-Content "$TestDrive/timed.trace.jsonl" $lines
        $result = Test-AgentTimingProfile "$TestDrive/timed.trace.jsonl" -WarningAction SilentlyContinue
        $result.Timing | Should -BeLike 'the built-in timing*'
        foreach ($metric in 'ttft_mean', 'ttft_p50', 'ttft_p99', 'tpot_mean', 'tpot_p50', 'tpot_p99', 'e2e_mean', 'e2e_p50', 'e2e_p99') {
            $row = $result.Rows | Where-Object Metric -EQ $metric
            $row.Measured | Should -BeGreaterThan 0
            $row.Simulated | Should -BeGreaterThan 0
            $row.Error | Should -Be ($row.Simulated / $row.Measured - 1)
        }
        (Test-AgentTimingProfile $Sample -WarningAction SilentlyContinue).Rows.Metric | Should -Be 'e2e_mape', 'e2e_mean', 'e2e_p50', 'e2e_p99', 'throughput'   # that is all it holds
        $result.Warnings.Message -join '; ' | Should -BeLike '*num_gpu_blocks 16384*assumed*'
    }

    It 'makes an error of a limit that is missed, and goes on' {
        $results = @(Import-AgentMeasurement $recorded | Test-AgentTimingProfile -FailOn 'e2e_mape>10%' -ErrorVariable faults -ErrorAction SilentlyContinue)
        $results.Count | Should -Be 1
        $faults[0].FullyQualifiedErrorId | Should -Be "LimitMissed,$suffix.TestAgentTimingProfileCommand"
        Import-AgentMeasurement $recorded | Test-AgentTimingProfile -TimingProfile $path -FailOn 'e2e_mape>10%' -ErrorAction Stop | Should -Not -BeNullOrEmpty
        { Test-AgentTimingProfile $recorded -FailOn 'e2e>1' } | Should -Throw -ErrorId "LimitInvalid,$suffix.*"
    }
}

Describe 'A replay with a timing profile' {
    It 'takes the arguments of the profile''s server, but leaves those that were given, also where they are the defaults' {
        $load = @{ InputTokens = 100; OutputTokens = 10; RequestCount = 5; ArrivalIntervalMs = 100; TimingProfile = $path }
        Get-BlockCount (Invoke-AgentReplay @load) | Should -Be 2588
        (Invoke-AgentSweep @load -Workers 1).DurationMs | Should -Be (Invoke-AgentReplay @load).Summary.DurationMs
        foreach ($engine in @{ num_gpu_blocks = 16384 }, '{"num_gpu_blocks":16384}', (New-AgentEngineConfig -NumGpuBlocks 16384)) {
            $result = Invoke-AgentReplay @load -Engine $engine -WarningAction SilentlyContinue
            Get-BlockCount $result | Should -Be 16384
            $result.Warnings.Code | Should -Contain TimingProfileConflict
        }
    }
}

Describe 'The views of calibration' {
    It 'fit 80 columns: <Name>' -ForEach @(
        @{ Name = 'a measurement'; Value = { Import-AgentMeasurement $recorded }; Says = 'Run +Format +Requests +Passes +Failed +Model' }
        @{ Name = 'its requests'; Value = { (Import-AgentMeasurement $recorded).Requests | Select-Object -First 5 }; Says = 'Start .ms. +Input +Output +Cached +TTFT +TPOT +Latency' }
        @{ Name = 'a profile'; Value = { $made }; Says = 'B0 +\d' }
        @{ Name = 'a test'; Value = { Test-AgentTimingProfile $recorded }; Says = 'Metric +. +measured . +simulated . +error' }
        @{ Name = 'its rows'; Value = { $made.Errors.Rows }; Says = 'Metric +Measured +Simulated +Error +Baseline' }
    ) {
        $shown = (& $Value) | Out-String -Width 80
        $shown | Should -Match $Says
        $shown | Should -Not -Match '…'
        foreach ($line in $shown -split '\r?\n' | Where-Object { $_ -notlike 'Warning: *' }) { $line.TrimEnd().Length | Should -BeLessOrEqual 80 }
    }
}

Describe 'Stored objects of calibration' {
    It 'go on after a file' {
        $made | Export-Clixml "$TestDrive/profile.xml"
        $back = Import-Clixml "$TestDrive/profile.xml"
        Get-BlockCount (Invoke-AgentReplay -InputTokens 100 -OutputTokens 10 -RequestCount 5 -ArrivalIntervalMs 100 -TimingProfile $back) | Should -Be 2588
        Import-AgentMeasurement $recorded | Export-Clixml "$TestDrive/run.xml"
        $rows = (Import-Clixml "$TestDrive/run.xml" | Test-AgentTimingProfile -TimingProfile $path).Rows
        ($rows | ConvertTo-Json -Compress) | Should -Be ((Test-AgentTimingProfile $recorded $path).Rows | ConvertTo-Json -Compress)
    }
}
