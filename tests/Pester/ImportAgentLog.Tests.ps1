BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $Recordings = Join-Path $PSScriptRoot '../../recordings/claude-code'
    $Session = Get-ChildItem $Recordings -Filter *.jsonl | Select-Object -First 1
}

Describe 'Import-AgentLog' {
    It 'returns the records of request traces, each saying what it is made of' {
        $records = Import-AgentLog $Recordings -WarningAction SilentlyContinue
        @($records | Where-Object { $_ -is [AgentSim.Traces.RequestRecord] }).Count | Should -Be 58
        @($records | Where-Object { $_ -is [AgentSim.Traces.ToolRecord] }).Count | Should -Be 54
        $records[0].Import.Format | Should -Be 'claude-code'
        ($records | Where-Object ParentSessionId | ForEach-Object SessionId | Sort-Object -Unique).Count | Should -Be 3
    }

    It 'pipes into conversion and replay' {
        $result = Import-AgentLog $Recordings -WarningAction SilentlyContinue | ConvertTo-AgentMooncake | Invoke-AgentReplay
        $result.Summary.CompletedRequests | Should -Be 58
        $result.Summary.PrefixCacheReusedRatio | Should -BeGreaterThan 0.9
        (Import-AgentLog $Recordings -WarningAction SilentlyContinue | Invoke-AgentReplay).Summary.CompletedRequests | Should -Be 58
    }

    It 'gives its summary as a variable, as information and in words' {
        $null = Import-AgentLog $Recordings -SummaryVariable summary -InformationVariable information -WarningVariable warnings -WarningAction SilentlyContinue
        $summary | Should -BeOfType AgentSim.Imports.ImportSummary
        $summary.Requests | Should -Be 58
        $information.MessageData | Should -Be $summary
        ($summary | Out-String) | Should -BeLike '*2 sessions, 3 sub-agents, 58 requests*824,239 tokens*'
        $warnings | Should -BeLike '*2 models are mixed*'
    }

    It 'takes files and folders by wildcard, literally and from the pipeline, as one import' {
        $all = Import-AgentLog $Recordings -WarningAction SilentlyContinue
        @(Import-AgentLog "$Recordings/*" -WarningAction SilentlyContinue).Count | Should -Be $all.Count
        @(Import-AgentLog -LiteralPath $Recordings -WarningAction SilentlyContinue).Count | Should -Be $all.Count
        @(Get-ChildItem $Recordings -Recurse -File | Import-AgentLog -WarningAction SilentlyContinue).Count | Should -Be $all.Count
    }

    It 'chooses a model and a time' {
        $requests = Import-AgentLog $Recordings -Model claude-haiku-4-5 | Where-Object EventType -eq request_end
        $requests.Count | Should -Be 12
        $requests.Model | Sort-Object -Unique | Should -Be 'claude-haiku-4-5'
        $early = Import-AgentLog $Recordings -Until '2026-05-04T09:10:00Z' -WarningAction SilentlyContinue | Where-Object EventType -eq request_end
        $early.Count | Should -BeLessThan 58
        @($early | Where-Object { $_.ReceivedUnixMs -ge ([DateTimeOffset]'2026-05-04T09:10:00Z').ToUnixTimeMilliseconds() }).Count | Should -Be 0
    }

    It 'cuts pauses and lets sessions start together' {
        $cut = Import-AgentLog $Recordings -MaxIdleSeconds 5 -MaxToolWaitSeconds 1 -SessionStart Together -SummaryVariable summary -WarningAction SilentlyContinue
        $summary.LongestPauseSeconds | Should -BeLessOrEqual 6.1
        $roots = $cut | Where-Object { $_ -is [AgentSim.Traces.RequestRecord] -and -not $_.ParentSessionId } | Group-Object SessionId
        ($roots | ForEach-Object { ($_.Group.ReceivedUnixMs | Measure-Object -Minimum).Minimum } | Sort-Object -Unique).Count | Should -Be 1
    }

    It 'hides ids on request' {
        $hidden = Import-AgentLog $Recordings -Anonymize -Salt s -WarningAction SilentlyContinue
        ($hidden | ConvertTo-Json -Depth 4) | Should -Not -Match '5d1f6a40|toolu_|msg_'
        $hidden.Count | Should -Be 112
    }

    It 'reports what cannot be read and goes on' {
        'no recording' | Set-Content "$TestDrive/other.jsonl"
        $records = Import-AgentLog "$TestDrive/other.jsonl", "$TestDrive/nowhere", $Recordings -ErrorVariable faults -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $records.Count | Should -Be 112
        $faults.FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } | Sort-Object | Should -Be 'ImportFormatUnknown', 'InputUnreadable'
        { Import-AgentLog "$TestDrive/other.jsonl", $Recordings -Strict } | Should -Throw -ErrorId 'ImportFormatUnknown,*'
    }

    It 'refuses <Case>' -ForEach @(
        @{ Case = 'an unknown format'; Arguments = @{ Format = 'nothing' }; ErrorId = 'ImportFormatUnknown' }
        @{ Case = 'a rate of nothing'; Arguments = @{ SessionRate = 0 }; ErrorId = 'ImportSettingInvalid' }
        @{ Case = 'a negative limit'; Arguments = @{ MaxIdleSeconds = -1 }; ErrorId = 'ImportSettingInvalid' }
        @{ Case = 'what leaves nothing'; Arguments = @{ Since = '2030-01-01' }; ErrorId = 'ImportEmpty' }
        @{ Case = 'a model that is not there'; Arguments = @{ Model = 'none' }; ErrorId = 'TraceModelMissing' }
    ) {
        { Import-AgentLog $Recordings @Arguments } | Should -Throw -ErrorId "$ErrorId,*"
    }

    It 'has the rules of imports as parameters' {
        $plain = Import-AgentLog $Recordings -WarningAction SilentlyContinue -TraceBlockSize 32 -CharactersPerToken 3 -NoCompaction -Seed 7 -ColumnMap @{ start = 'time' } -Format claude-code
        $plain[0].TraceBlockSize | Should -Be 32
        $null = Import-AgentLog $Recordings -Prefix Usage -SummaryVariable usage -WarningAction SilentlyContinue
        $null = Import-AgentLog $Recordings -Prefix Chain -SummaryVariable chain -WarningAction SilentlyContinue
        $usage.NewPromptTokens | Should -BeGreaterThan $chain.NewPromptTokens
        $usage.PromptTokens | Should -Be $chain.PromptTokens
    }

    It 'finds recordings where their program leaves them' {
        $old = $env:CLAUDE_CONFIG_DIR
        try {
            $env:CLAUDE_CONFIG_DIR = "$TestDrive/claude"
            { Import-AgentLog -Format claude-code -KnownPlace } | Should -Throw -ErrorId 'InputMissing,*'
            $null = New-Item -ItemType Directory "$TestDrive/claude/projects"
            Copy-Item $Recordings "$TestDrive/claude/projects/-home-dev" -Recurse
            @(Import-AgentLog -Format claude-code -KnownPlace -WarningAction SilentlyContinue).Count | Should -Be 112
        }
        finally { $env:CLAUDE_CONFIG_DIR = $old }
    }

    It 'completes formats' {
        (TabExpansion2 'Import-AgentLog -Format cl').CompletionMatches.CompletionText | Should -Contain 'claude-code'
    }
}
