BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $folder = (New-Item -ItemType Directory "$TestDrive/inputs").FullName
    $rowText = 0..9 | ForEach-Object { $i = $_; '{"timestamp":' + (100 * $i) + ',"input_length":40,"output_length":2,"hash_ids":[' + ((0..2 | ForEach-Object { 3 * $i + $_ }) -join ',') + ']}' }
    $rows = "$folder/rows.jsonl"
    Set-Content $rows $rowText
    $lengths = "$folder/lengths.jsonl"
    Set-Content $lengths (0..4 | ForEach-Object { '{"timestamp":' + (100 * $_) + ',"input_length":40,"output_length":2}' })
    $trace = "$folder/trace.jsonl"
    Set-Content $trace (Get-RequestLine a), (Get-RequestLine b -Received 2000)
    $mixed = "$folder/mixed.jsonl"
    Set-Content $mixed (Get-RequestLine a), ((Get-RequestLine b -Received 2000) -replace '"agent_context":\{[^}]*\},?', '' -replace ',}', '}')
    $report = "$folder/report.json"
    Import-AgentMooncake $rows -TraceBlockSize 16 | Invoke-AgentReplay | Export-AgentReport -Path $report
    $empty = "$folder/empty.jsonl"
    Set-Content $empty '' -NoNewline
    $table = "$folder/table.csv"
    Set-Content $table 'TIMESTAMP,ContextTokens,GeneratedTokens', '2023-11-16 18:15:46.68,374,44'
    $v2 = "$folder/v2.jsonl"
    $null = ConvertTo-AgentMooncake $Sample -Version 2 | Export-AgentMooncake $v2

    # Warnings as a caller sees them.
    function Get-Warning([scriptblock] $Script) {
        & $Script -ErrorAction Stop 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object Message
    }

    # Does something as on a computer of another country.
    function Use-Culture([string] $Name, [scriptblock] $Script) {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $Name
            & $Script
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }
}

Describe 'B1: prompts that are cut' {
    It 'are refused in more than half of the rows, from files and from objects' {
        { Invoke-AgentReplay $rows -TraceBlockSize 8 } | Should -Throw -ErrorId 'PromptsCut,*' -ExpectedMessage '*10 of 10 rows*of their 400 prompt tokens 160 are lost*16 tokens fit every row; give the right -TraceBlockSize, or -AllowCut*'
        { Import-AgentMooncake $rows -TraceBlockSize 8 | Invoke-AgentReplay } | Should -Throw -ErrorId 'PromptsCut,*'
        { Invoke-AgentSweep $rows -TraceBlockSize 8 -Workers 1, 2 } | Should -Throw -ErrorId 'PromptsCut,*'
        { Invoke-AgentReplay (Import-Csv $table) -ErrorAction Stop } | Should -Throw
    }

    It 'are data of the result, of its view, page and report when they are allowed' {
        $result = Invoke-AgentReplay $rows -TraceBlockSize 8 -AllowCut -WarningVariable warnings -WarningAction SilentlyContinue
        @($warnings).Count | Should -Be 1
        $result.Warnings.Count | Should -Be 1
        $result.Warnings[0].Code | Should -Be 'PromptsCut'
        $result.Warnings[0].Count | Should -Be 10
        # In words that any reader of the report knows; the warning itself names the parameter.
        $result.Warnings[0].Message | Should -Be ($warnings[0].Message -creplace '-TraceBlockSize', 'trace block size')
        $result.Run.Warnings[0].Code | Should -Be 'PromptsCut'
        $result.Run.Settings['allow_cut'] | Should -BeTrue
        $result.Summary.TotalInputTokens | Should -Be 240
        ($result | Out-String -Width 300) -replace '\s+', ' ' | Should -BeLike '*Warning: *10 of 10 rows*'
        foreach ($name in 'cut.json', 'cut.md', 'cut.html') {
            $result | Export-AgentReport -Path "$folder/$name"
            Get-Content "$folder/$name" -Raw | Should -BeLike '*10 of 10 rows have prompts longer*'
        }
        (Get-Content "$folder/cut.json" -Raw | ConvertFrom-Json).run.warnings[0].count | Should -Be 10
    }

    It 'leave files and streams without warnings as they are' {
        $result = Invoke-AgentReplay $rows -TraceBlockSize 16 -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $result.Warnings.Count | Should -Be 0
        (Get-Content $report -Raw | ConvertFrom-Json).run.PSObject.Properties.Name | Should -Not -Contain 'warnings'
    }

    It 'are in the rows of a sweep, and in jobs' {
        $row = Invoke-AgentSweep $rows -TraceBlockSize 8 -AllowCut -WarningAction SilentlyContinue
        $row.Warnings | Should -BeLike '*10 of 10 rows*'
        (Invoke-AgentSweep $rows -TraceBlockSize 16).Warnings | Should -BeNullOrEmpty
        $job = Invoke-AgentReplay $rows -TraceBlockSize 8 -AllowCut -AsJob
        $result = $job | Receive-Job -Wait -AutoRemoveJob -WarningVariable warnings -WarningAction SilentlyContinue
        $result.Warnings[0].Code | Should -Be 'PromptsCut'
        @($warnings).Count | Should -Be 1
    }

    It 'are said with the same words in <_>' -ForEach 'de-DE', 'fr-FR' {
        $here = (Invoke-AgentReplay $rows -TraceBlockSize 8 -AllowCut -WarningAction SilentlyContinue).Warnings[0].Message
        Use-Culture $_ { (Invoke-AgentReplay $rows -TraceBlockSize 8 -AllowCut -WarningAction SilentlyContinue).Warnings[0].Message } | Should -Be $here
    }
}

Describe 'B2: seconds' {
    It 'are warned of in <_>' -ForEach 'en-US', 'de-DE', 'fr-FR' {
        $file = "$folder/seconds.jsonl"
        Set-Content $file (0..99 | ForEach-Object { '{"timestamp":' + (0.125 * $_).ToString([cultureinfo]::InvariantCulture) + ',"input_length":40,"output_length":2}' })
        $result = Use-Culture $_ { Invoke-AgentReplay $file -WarningAction SilentlyContinue }
        $result.Warnings.Code | Should -Contain 'TimesDoubtful'
        ($result.Warnings | Where-Object Code -eq TimesDoubtful).Message | Should -BeLike '*100 requests with 4000 prompt tokens come within 12.375 ms*'
    }

    It 'are told by the columns of others' {
        $file = "$folder/bailian.jsonl"
        Set-Content $file '{"chat_id":1,"parent_chat_id":-1,"timestamp":61.114,"input_length":40,"output_length":2,"type":"text","turn":1,"hash_ids":[1,2,3]}'
        (Get-Warning { Import-AgentMooncake $file -TraceBlockSize 16 }) | Should -BeLike '*Import-AgentLog -Format table -Preset bailian reads it'
        (Invoke-AgentReplay $file -TraceBlockSize 16 -WarningAction SilentlyContinue).Warnings.Code | Should -Contain 'RowsForeign'
    }
}

Describe 'B3: files that settings name' {
    BeforeAll { Set-Content "$folder/broken.npz" 'no archive' }

    It 'are refused when they cannot be used: <Name>' -ForEach @(
        @{ Name = 'typo.npz'; Reason = 'there is no such file' }
        @{ Name = 'broken.npz'; Reason = 'this is no .npz archive' }
    ) {
        $profile = "$folder/$Name"
        $engine = New-AgentEngineConfig -PlannerProfileData $profile -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike "a replay will refuse this configuration: *$Name*$Reason*"
        { Invoke-AgentReplay $rows -Engine $engine } | Should -Throw -ErrorId 'ProfileInvalid,*' -ExpectedMessage "-Engine: *$Name*$Reason*"
        { Invoke-AgentReplay $rows -Engine @{ planner_profile_data = $profile } } | Should -Throw -ErrorId 'ProfileInvalid,*' -ExpectedMessage "-Engine: *$Name*$Reason*"
        { Invoke-AgentSweep $rows -Engine @{ block_size = 16 }, @{ planner_profile_data = $profile } } | Should -Throw -ErrorId 'ProfileInvalid,*'
        { Invoke-AgentReplay $rows -PrefillEngine @{} -DecodeEngine @{ planner_profile_data = $profile } } | Should -Throw -ErrorId 'ProfileInvalid,*' -ExpectedMessage '-DecodeEngine: *'
    }

    It 'are refused when they are policies, too' {
        { Invoke-AgentReplay $rows -RouterPolicyPath "$folder/typo.yaml" } | Should -Throw -ErrorId 'RouterPolicyInvalid,*'
        { Invoke-AgentSweep $rows -RouterMode KvRouter -Workers 2 -RouterPolicyPath $report } | Should -Throw -ErrorId 'RouterPolicyInvalid,*'
    }
}

Describe 'B4: files of another kind' {
    It 'are errors that say what they look like: <Command> of <File>' -ForEach @(
        @{ Command = 'Import-AgentTrace'; File = 'rows'; Looks = 'a plain Mooncake row' }
        @{ Command = 'Import-AgentTrace'; File = 'report'; Looks = 'the beginning of a JSON document' }
        @{ Command = 'Import-AgentTrace'; File = 'empty'; Looks = 'the file is empty' }
        @{ Command = 'Import-AgentTrace'; File = 'table'; Looks = 'a row of the Azure traces' }
        @{ Command = 'Get-AgentSession'; File = 'rows'; Looks = 'a plain Mooncake row' }
        @{ Command = 'Get-AgentSession'; File = 'empty'; Looks = 'the file is empty' }
        @{ Command = 'Measure-AgentTrace'; File = 'rows'; Looks = 'a plain Mooncake row' }
        @{ Command = 'Measure-AgentTrace'; File = 'empty'; Looks = 'the file is empty' }
        @{ Command = 'ConvertTo-AgentMooncake'; File = 'rows'; Looks = 'a plain Mooncake row' }
        @{ Command = 'ConvertTo-AgentMooncake'; File = 'empty'; Looks = 'is empty' }
        @{ Command = 'Import-AgentMooncake'; File = 'trace'; Looks = 'a record of a Dynamo request trace' }
        @{ Command = 'Import-AgentMooncake'; File = 'report'; Looks = 'the beginning of a JSON document' }
        @{ Command = 'Import-AgentMooncake'; File = 'empty'; Looks = 'the file is empty' }
        @{ Command = 'Import-AgentMooncake'; File = 'table'; Looks = 'Import-AgentLog -Format table -Preset azure' }
        @{ Command = 'Invoke-AgentReplay'; File = 'report'; Looks = 'the beginning of a JSON document' }
        @{ Command = 'Invoke-AgentReplay'; File = 'table'; Looks = 'Import-AgentLog -Format table -Preset azure' }
        @{ Command = 'Compare-AgentReplay'; File = 'rows'; Looks = 'a plain Mooncake row' }
    ) {
        $path = (Get-Variable $File).Value
        $found = $null
        $problems = $null
        # What ends a command comes behind what it said of the file.
        try { $found = & $Command $path -ErrorVariable problems -ErrorAction SilentlyContinue } catch { $problems = @($problems | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }) + $_ }
        $found | Should -BeNullOrEmpty
        @($problems)[0].Exception.Message | Should -BeLike "*$([WildcardPattern]::Escape($Looks))*"
        @($problems | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Select-Object -Unique).Count | Should -BeLessOrEqual 2
    }

    It 'make no timeline' {
        { Export-AgentTimeline "$folder/t.json" -SourcePath $rows } | Should -Throw -ErrorId 'TimelineInputInvalid,*'
        { Export-AgentTimeline "$folder/t.json" -SourcePath $empty } | Should -Throw -ErrorId 'TimelineInputInvalid,*'
        Test-Path "$folder/t.json" | Should -BeFalse
    }
}

Describe 'B5: parameters without effect' {
    It 'are refused where a file says otherwise' {
        { Invoke-AgentReplay $v2 -TraceFormat AgenticMooncake -TraceBlockSize 512 } | Should -Throw -ErrorId 'TraceBlockSizeMismatch,*'
        { Import-AgentMooncake $v2 -Version 2 -TraceBlockSize 512 -ErrorAction Stop } | Should -Throw -ErrorId 'TraceBlockSizeMismatch,*'
        (Import-AgentMooncake $v2 -Version 2 -TraceBlockSize 16).Count | Should -Be 67
        { ConvertTo-AgentMooncake $Sample | Invoke-AgentReplay -TraceFormat Mooncake } | Should -Throw -ErrorId 'TraceFormatMismatch,*'
        { Invoke-AgentSweep $rows -TraceBlockSize 16 -Force } | Should -Throw -ErrorId 'OptionsConflict,*'
        Set-Content "$folder/plain.jsonl" ((Get-RequestLine a) -replace '"agent_context":\{[^}]*\},?', '' -replace ',}', '}')
        { ConvertTo-AgentMooncake "$folder/plain.jsonl" -Version 2 } | Should -Throw -ErrorId 'RowVersionMismatch,*'
    }

    It 'are named: <Sentence>' -ForEach @(
        @{ Sentence = '-RouterSeed has no effect with -RouterMode RoundRobin; use KvRouter'; Parameters = @{ RouterSeed = 5 } }
        @{ Sentence = '-ModelName has no effect*'; Parameters = @{ ModelName = 'm' } }
        @{ Sentence = '-RouterConfig (router_temperature=0.5) has no effect*'; Parameters = @{ RouterConfig = @{ router_temperature = 0.5 } } }
        @{ Sentence = '-ArrivalSpeedupRatio has no effect with -Concurrency*'; Parameters = @{ Concurrency = 2; ArrivalSpeedupRatio = 2 } }
        @{ Sentence = '-SharedPrefixRatio and -PrefixGroups have no effect*AppliedComputeAgentic'; Parameters = @{ SharedPrefixRatio = 0.5 } }
        @{ Sentence = '-DropSessionless has no effect*'; Parameters = @{ DropSessionless = $true } }
        @{ Sentence = '-Engine: gpu_memory_utilization without effect*'; Parameters = @{ Engine = @{ gpu_memory_utilization = 0.5 } } }
    ) {
        $result = Invoke-AgentReplay $rows -TraceBlockSize 16 @Parameters -WarningVariable warnings -WarningAction SilentlyContinue
        $pattern = $Sentence -replace '([\[\]])', '`$1'
        @($warnings).Count | Should -Be 1
        $warnings[0].Message | Should -BeLike $pattern
        ($result | Out-String -Width 300) -replace '\r?\n', ' ' | Should -BeLike "*Warning: $pattern*"
        # What is stored may be read with the command line, which calls parameters otherwise.
        @($result.Warnings).Count | Should -Be 1
        $result.Warnings[0].Message | Should -Not -CMatch '(^| )-[A-Z]'
        $sweep = Invoke-AgentSweep $rows -TraceBlockSize 16 @Parameters -WarningVariable warnings -WarningAction SilentlyContinue
        @($warnings).Count | Should -Be 1
        $sweep.Warnings | Should -Be $result.Warnings[0].Message
    }

    It 'are not named where another combination of a sweep needs them' {
        $found = Invoke-AgentSweep $rows -TraceBlockSize 16 -RouterMode RoundRobin, KvRouter -Workers 2 -RouterSeed 5 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        @($found | Where-Object RouterMode -eq RoundRobin).Warnings | Should -BeLike '*router seed*'
        @($found | Where-Object RouterMode -eq KvRouter).Warnings | Should -BeNullOrEmpty
    }
}

Describe 'B6: recorded times of version 2' {
    It 'are reported with the requests they held back' {
        $result = Invoke-AgentReplay $v2 -TraceFormat AgenticMooncake -WarningVariable warnings -WarningAction SilentlyContinue
        $result.Warnings.Code | Should -Be 'TimesRecorded'
        $result.Warnings.Count | Should -Be 1
        $warnings[0].Message | Should -BeLike '48 of 64 requests with dependencies (75 %)*'
        (ConvertTo-AgentMooncake $Sample | Invoke-AgentReplay).Warnings.Count | Should -Be 0
    }
}

Describe 'B7: rows without hash_ids' {
    It 'share nothing and are counted, from files and from objects' {
        $result = Invoke-AgentReplay $lengths -WarningAction SilentlyContinue
        $result.Warnings[0].Code | Should -Be 'HashIdsMissing'
        $result.Warnings[0].Count | Should -Be 5
        $result.Summary.TotalInputTokens | Should -Be 200
        $again = Import-AgentMooncake $lengths | Invoke-AgentReplay -WarningAction SilentlyContinue
        $again.Summary.P99TtftMs | Should -Be $result.Summary.P99TtftMs
        (Import-AgentMooncake $lengths | Measure-AgentTrace).InputTokens | Should -Be 200
        $null = Import-AgentMooncake $lengths | Export-AgentMooncake "$folder/again.jsonl"
        (Import-AgentMooncake "$folder/again.jsonl").Count | Should -Be 5
    }
}

Describe 'B8: requests without a session' {
    It 'are left out on request, with a count' {
        { ConvertTo-AgentMooncake $mixed } | Should -Throw -ErrorId 'TraceModeMixed,*' -ExpectedMessage '*-DropSessionless*'
        $made = ConvertTo-AgentMooncake $mixed -DropSessionless -WarningVariable warnings -WarningAction SilentlyContinue
        @($made).Count | Should -Be 1
        $warnings[0].Message | Should -BeLike '1 of 2 requests belong to no session*'
        (Invoke-AgentReplay $mixed -TraceFormat Dynamo -DropSessionless -WarningAction SilentlyContinue).Warnings[0].Code | Should -Be 'SessionlessDropped'
        $result = Import-AgentTrace $mixed | Invoke-AgentReplay -DropSessionless -WarningAction SilentlyContinue
        $result.Warnings.Count | Should -Be 1
        $result.Warnings[0].Count | Should -Be 1
        $result.Summary.NumRequests | Should -Be 1
    }
}

Describe 'B9: edits of tool records' {
    It 'change no time' {
        $records = Import-AgentTrace $Sample
        $with = $records | ConvertTo-AgentMooncake | Invoke-AgentReplay
        $without = $records | Where-Object { $_ -isnot [AgentSim.Traces.ToolRecord] } | ConvertTo-AgentMooncake | Invoke-AgentReplay
        $without.Summary.DurationMs | Should -Be $with.Summary.DurationMs
        $without.Summary.P99E2eLatencyMs | Should -Be $with.Summary.P99E2eLatencyMs
    }
}

Describe 'Paths that are blank' {
    It 'are refused by every parameter that names files' {
        # RequestLog has an empty text for a report without one; two settings of engines name files that nobody reads.
        $names = '^(.*Path|EnvironmentFile|Report|HoldOut|TimingProfile)$'
        $found = foreach ($cmdlet in Get-Command -Module AgentSim -CommandType Cmdlet) {
            foreach ($parameter in $cmdlet.Parameters.Values | Where-Object { $_.Name -match $names -and $_.Name -notin 'AicModelPath', 'ResponseReplayTracePath' -and $_.ParameterType -in [string], [string[]], [object], [object[]] }) {
                [pscustomobject]@{
                    Parameter = "$cmdlet -$($parameter.Name)"
                    Refuses = [bool] ($parameter.Attributes | Where-Object { $_.GetType().Name -eq 'PathNameAttribute' })
                }
            }
        }
        @($found).Count | Should -BeGreaterThan 40
        ($found | Where-Object { -not $_.Refuses }).Parameter | Should -BeNullOrEmpty
    }

    It 'name their parameter: <Name>' -ForEach @(
        @{ Name = 'RouterPolicyPath'; Call = { Invoke-AgentReplay $rows -TraceBlockSize 16 -RouterPolicyPath ' ' } }
        @{ Name = 'TimingProfile'; Call = { Invoke-AgentReplay $rows -TraceBlockSize 16 -TimingProfile ' ' } }
        @{ Name = 'Path'; Call = { Import-AgentMooncake ' ' } }
        @{ Name = 'Path'; Call = { Invoke-AgentReplay $rows -TraceBlockSize 16 | Export-AgentReport -Path ' ' } }
        @{ Name = 'CheckpointPath'; Call = { Invoke-AgentSweep $rows -TraceBlockSize 16 -CheckpointPath ' ' } }
        @{ Name = 'OutputPath'; Call = { Start-AgentTrace ' ' } }
    ) {
        $Call | Should -Throw -ExpectedMessage "*'$Name'*blank*"
    }

    It 'in settings can be seen' {
        { Invoke-AgentReplay $rows -TraceBlockSize 16 -RouterMode KvRouter -RouterConfig @{ router_policy_config = ' ' } } |
            Should -Throw -ErrorId 'RouterConfigInvalid,*' -ExpectedMessage "*router_policy_config is ' '*"
    }
}

Describe 'Text that is no UTF-8' {
    It 'is an error with its line' {
        $path = "$folder/latin.json"
        [System.IO.File]::WriteAllBytes($path, [System.IO.File]::ReadAllBytes($report) + [byte[]] (10, 0xe9))
        { Import-AgentReport $path -ErrorAction Stop } | Should -Throw -ErrorId 'ReportInvalid,*' -ExpectedMessage '*latin.json:*not valid UTF-8*'
    }
}
