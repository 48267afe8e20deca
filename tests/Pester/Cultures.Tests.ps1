# Findings A2: numbers written as text are invariant; numbers read from text are read invariant or refused.
BeforeDiscovery {
    $kinds = @(
        @{ Kind = 'rows of a sweep'; Value = { $sweep }; Number = 'P99TtftMs' }
        @{ Kind = 'summaries'; Value = { $results.Summary }; Number = 'DurationMs' }
        @{ Kind = 'requests of a replay'; Value = { $results[0].Requests }; Number = 'TerminalTimeMs' }
        @{ Kind = 'workers'; Value = { $results[1].Workers }; Number = 'MeanTtftMs' }
        @{ Kind = 'distributions'; Value = { $results.Summary.Ttft }; Number = 'Mean' }
        @{ Kind = 'metrics'; Value = { $results[0].Summary.Metrics }; Number = 'Value' }
        @{ Kind = 'comparisons'; Value = { $results | Compare-AgentReplay }; Number = 'Baseline' }
        @{ Kind = 'tests'; Value = { $results | Test-AgentReplay -Limit @{ p99_ttft_ms = 29.5; mean_itl_ms = 5.25 } }; Number = 'Value' }
        @{ Kind = 'engine configurations'; Value = { New-AgentEngineConfig -SpeedupRatio 1.5 }; Number = 'SpeedupRatio' }
        @{ Kind = 'router configurations'; Value = { New-AgentRouterConfig -RouterTemperature 0.5 }; Number = 'RouterTemperature' }
        @{ Kind = 'requests of a trace'; Value = { $records | Where-Object EventType -eq request_end }; Number = 'TotalTimeMs' }
        @{ Kind = 'rows'; Value = { $rows }; Number = 'Delay' }
        @{ Kind = 'sessions'; Value = { $records | Get-AgentSession }; Number = 'Start' }
        @{ Kind = 'measures'; Value = { $records | Measure-AgentTrace -By SessionId }; Number = 'PrefixReuse' }
    )
    # Numbers of other cultures, and what is no number at all.
    $texts = '2,83', '29,5', '1.234,5', '1,000', '1 000', "1$([char]0xA0)000", "1$([char]0x202F)000", "1'000", '٢٩', '1.5.2', 'fast'
    $readers = @(
        @{ Reader = 'Invoke-AgentReplay -ArrivalSpeedupRatio'; Script = { Invoke-AgentReplay -InputObject $rows -ArrivalSpeedupRatio $args[0] } }
        @{ Reader = 'Invoke-AgentReplay -MaxSimTimeSeconds'; Script = { Invoke-AgentReplay -InputObject $rows -MaxSimTimeSeconds $args[0] } }
        @{ Reader = 'Invoke-AgentReplay -Workers'; Script = { Invoke-AgentReplay -InputObject $rows -Workers $args[0] } }
        @{ Reader = 'Invoke-AgentReplay -Engine'; Script = { Invoke-AgentReplay -InputObject $rows -Engine @{ speedup_ratio = $args[0] } } }
        @{ Reader = 'Invoke-AgentReplay -RouterConfig'; Script = { Invoke-AgentReplay -InputObject $rows -RouterConfig @{ router_temperature = $args[0] } } }
        @{ Reader = 'Invoke-AgentSweep -ArrivalSpeedupRatio'; Script = { Invoke-AgentSweep -InputObject $rows -ArrivalSpeedupRatio 1, $args[0] } }
        @{ Reader = 'New-AgentEngineConfig -SpeedupRatio'; Script = { New-AgentEngineConfig -SpeedupRatio $args[0] } }
        @{ Reader = 'New-AgentEngineConfig -FromJson'; Script = { New-AgentEngineConfig -FromJson (@{ speedup_ratio = $args[0] } | ConvertTo-Json) } }
        @{ Reader = 'New-AgentRouterConfig -RouterTemperature'; Script = { New-AgentRouterConfig -RouterTemperature $args[0] } }
        @{ Reader = 'Test-AgentReplay -Limit'; Script = { $results[0] | Test-AgentReplay -Limit @{ p99_ttft_ms = $args[0] } } }
        @{ Reader = 'Test-AgentReplay -TolerancePercent'; Script = { $results[0] | Test-AgentReplay -Baseline $results[0] -TolerancePercent $args[0] } }
        @{ Reader = 'Test-AgentReplay from CSV'; Script = { [pscustomobject]@{ P99TtftMs = $args[0] } | ConvertTo-Csv | ConvertFrom-Csv | Test-AgentReplay -Limit @{ p99_ttft_ms = 50 } } }
        @{ Reader = 'Compare-AgentReplay from CSV'; Script = { $one = [pscustomobject]@{ p99_ttft_ms = $args[0] }; $one, $one | Compare-AgentReplay } }
        @{ Reader = 'a property of a row'; Script = { $rows[0].Delay = $args[0] } }
        @{ Reader = 'a row made of a hashtable'; Script = { [AgentSim.Rows.MooncakeRow]@{ Timestamp = $args[0] } } }
        @{ Reader = 'a list of a row'; Script = { [AgentSim.Rows.MooncakeRow]@{ HashIds = 1, $args[0] } } }
    )
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $culture = [cultureinfo]::CurrentCulture
    $records = Import-AgentTrace $Sample
    $rows = ConvertTo-AgentMooncake $Sample
    $results = @(($rows | Invoke-AgentReplay), ($rows | Invoke-AgentReplay -Workers 2))
    $sweep = @($rows | Invoke-AgentSweep -Workers 1, 2 -ArrivalSpeedupRatio 1.5 | Sort-Object Index)
    function Set-Culture($Name) { [cultureinfo]::CurrentCulture = $Name }
}

AfterAll { Set-Culture $culture }

Describe 'A2, the text of numbers: <Kind>' -ForEach $kinds {
    BeforeAll {
        $objects = @(& $Value)
        Set-Culture ''
        $expected = @($objects | ConvertTo-Csv)
        $texts = @(foreach ($object in $objects) {
                $value = $object.psobject.Properties[$Number].Value
                if ($value -is [datetime]) { $value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK") } elseif ($null -eq $value) { '' } else { $value.ToString([cultureinfo]::InvariantCulture) }
            })
    }
    AfterEach { Set-Culture $culture }

    It 'is invariant in CSV files made under <_>' -ForEach 'en-US', 'de-DE', 'fr-FR' {
        Set-Culture $_
        @($objects | ConvertTo-Csv) | Should -Be $expected
        $objects | Export-Csv "$TestDrive/objects.csv"
        @(Import-Csv "$TestDrive/objects.csv").$Number | Should -Be $texts
        $objects | Select-Object $Number, @{ Name = 'Again'; Expression = { $_.$Number } } | Export-Csv "$TestDrive/selected.csv"
        @(Import-Csv "$TestDrive/selected.csv").Again | Should -Be $texts
    }
}

Describe 'A2, numbers stay numbers under <_>' -ForEach 'en-US', 'de-DE', 'fr-FR' {
    BeforeAll { Set-Culture $_ }
    AfterAll { Set-Culture $culture }

    It 'compares, sorts, sums, formats and computes with them' {
        $value = $sweep[0].psobject.BaseObject['p99_ttft_ms']
        $sweep[0].P99TtftMs | Should -BeOfType double
        $sweep[0].P99TtftMs -eq $value | Should -BeTrue
        $sweep[0].P99TtftMs -lt 1 | Should -BeFalse
        1 -lt $sweep[0].P99TtftMs | Should -BeTrue
        $sweep[0].P99TtftMs * 2 | Should -Be ($value * 2)
        [Math]::Round($sweep[0].P99TtftMs) | Should -Be ([Math]::Round($value))
        ($sweep | Sort-Object DurationMs)[0].DurationMs | Should -BeLessOrEqual $sweep[1].DurationMs
        ($sweep | Measure-Object DurationMs -Sum).Sum | Should -Be ($sweep[0].DurationMs + $sweep[1].DurationMs)
        @($sweep | Where-Object P99TtftMs -gt 1).Count | Should -Be 2
        $null -eq $sweep[0].GoodputRequestThroughputRps | Should -BeTrue
        ($sweep[0] | ConvertTo-Json | ConvertFrom-Json).P99TtftMs | Should -Be $value
    }

    It 'gives the format and culture that are asked for' {
        $sweep[0].ArrivalSpeedupRatio.ToString() | Should -Be '1.5'
        $sweep[0].ArrivalSpeedupRatio.ToString('N2') | Should -Be (1.5).ToString('N2')
        $sweep[0].ArrivalSpeedupRatio.ToString([cultureinfo] 'de-DE') | Should -Be '1,5'
        '{0:N2}' -f $sweep[0].ArrivalSpeedupRatio | Should -Be ('{0:N2}' -f 1.5)
        "$($sweep[0].ArrivalSpeedupRatio)" | Should -Be '1.5'
    }

    It 'judges rows that went through CSV like the rows themselves' {
        $sweep | Export-Csv "$TestDrive/sweep.csv"
        $limits = @{ p99_ttft_ms = '43.76'; mean_itl_ms = 6.2; request_throughput_rps = '>=2.5' }
        $direct = @($sweep | Test-AgentReplay -Limit $limits)
        $stored = @(Import-Csv "$TestDrive/sweep.csv" | Test-AgentReplay -Limit $limits)
        $stored.Value | Should -Be $direct.Value
        $stored.Passed | Should -Be $direct.Passed
        (Import-Csv "$TestDrive/sweep.csv" | Compare-AgentReplay -Metric p99_ttft_ms).Values | Should -Be $sweep.P99TtftMs
        # A grid of settings from CSV.
        $grid = Import-Csv "$TestDrive/sweep.csv" | Select-Object -First 1
        ($rows | Invoke-AgentReplay -Workers $grid.Workers -ArrivalSpeedupRatio $grid.ArrivalSpeedupRatio).Run.Settings['arrival_speedup_ratio'] | Should -Be 1.5
    }

    It 'reads the invariant form of a number given as text' {
        ($rows | Invoke-AgentReplay -ArrivalSpeedupRatio '1.5' -Workers '2').Run.Settings['arrival_speedup_ratio'] | Should -Be 1.5
        (New-AgentEngineConfig -SpeedupRatio ' 1.5e0 ' -NumGpuBlocks 0x400).SpeedupRatio | Should -Be 1.5
        ($results[0] | Test-AgentReplay -Limit @{ p99_ttft_ms = '<= 29.5' }).AtMost | Should -Be 29.5
        ($results[0] | Test-AgentReplay -Limit @{ p99_ttft_ms = 29.5 }).AtMost | Should -Be 29.5
        ([AgentSim.Rows.MooncakeRow]@{ Timestamp = '1.5' }).Timestamp | Should -Be 1.5
    }
}

Describe 'A2, numbers of other cultures under <_>' -ForEach 'en-US', 'de-DE', 'fr-FR' {
    BeforeAll { Set-Culture $_ }
    AfterAll { Set-Culture $culture }

    It 'are refused by <Reader>' -ForEach $readers {
        foreach ($text in $texts) {
            $fault = { & $Script $text -ErrorAction Stop } | Should -Throw -PassThru -Because $text
            $fault.Exception.Message | Should -Not -Match "`n"
        }
        $rows[0].Delay | Should -Not -Be 295
    }
}

Describe 'A2, numbers that are not whole' {
    It 'are not rounded where a whole number is wanted: <_>' -ForEach '2.5', 2.5, 0.4, '', ' ' {
        { $rows | Invoke-AgentReplay -Workers $_ } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { New-AgentEngineConfig -BlockSize $_ } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { [AgentSim.Rows.MooncakeRow]@{ InputLength = $_ } } | Should -Throw
    }

    It 'name the text and the form' {
        $fault = { New-AgentEngineConfig -SpeedupRatio '29,5' } | Should -Throw -PassThru
        $fault.Exception.Message | Should -BeLike "*'29,5' is not a number in invariant form*1234.5*"
        $fault = { [pscustomobject]@{ P99TtftMs = '29,5' } | Test-AgentReplay -Limit @{ p99_ttft_ms = 50 } -ErrorAction Stop } | Should -Throw -PassThru -ErrorId 'NumberInvalid,*'
        $fault.Exception.Message | Should -BeLike "p99_ttft_ms: '29,5' is not a number in invariant form*"
    }
}

Describe 'A2, the parameters of the module' {
    It 'that are numbers refuse those of other cultures: <_>' -ForEach (Get-Command -Module AgentSim -CommandType Cmdlet).Name {
        foreach ($parameter in (Get-Command $_).Parameters.Values) {
            $type = $parameter.ParameterType
            if ($type.IsArray) { $type = $type.GetElementType() }
            $type = [Nullable]::GetUnderlyingType($type) ?? $type
            if ($type.IsEnum -or $parameter.Name -in [System.Management.Automation.Cmdlet]::CommonParameters -or [Type]::GetTypeCode($type) -lt 'SByte' -or [Type]::GetTypeCode($type) -gt 'Decimal') { continue }
            $number = $parameter.Attributes | Where-Object { $_ -is [AgentSim.PowerShell.NumberAttribute] }
            $number | Should -Not -BeNullOrEmpty -Because "-$($parameter.Name) is a $type"
            $number.Whole | Should -Be ($type -notin [double], [float], [decimal]) -Because $parameter.Name
        }
    }
}
