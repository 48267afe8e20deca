BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $records = Import-AgentTrace $Sample
    $sessions = Get-AgentSession $Sample
    function Get-Text($Session) { $Session | ConvertTo-Json -Depth 3 }
}

Describe 'Get-AgentSession' {
    It 'returns one session for each session id, in order of start' {
        $sessions | ForEach-Object { $_ | Should -BeOfType AgentSim.Sessions.AgentSession }
        $sessions.SessionId | Sort-Object | Should -Be ($records.SessionId | Sort-Object -Unique)
        $sessions.Start | Should -Be ($sessions.Start | Sort-Object)
    }

    It 'adds up what the records say' {
        foreach ($session in $sessions) {
            $own = $records | Where-Object SessionId -eq $session.SessionId
            $requests = $own | Where-Object EventType -eq request_end
            $session.Turns | Should -Be @($requests).Count
            $session.ToolCalls | Should -Be (@($own).Count - @($requests).Count)
            $session.InputTokens | Should -Be ($requests | Measure-Object InputLength -Sum).Sum
            $session.OutputTokens | Should -Be ($requests | Measure-Object OutputTokens -Sum).Sum
            $session.CachedTokens | Should -Be 0
            $session.Errors | Should -Be @($own | Where-Object IsError).Count
            $session.ParentSessionId | Should -Be ($requests.ParentSessionId | Select-Object -First 1)
            $from = ($own.StartUnixMs | Measure-Object -Minimum).Minimum
            $to = ($own.EndUnixMs | Measure-Object -Maximum).Maximum
            $session.Start | Should -Be ([DateTimeOffset]::FromUnixTimeMilliseconds($from).UtcDateTime)
            $session.Duration.TotalMilliseconds | Should -Be ($to - $from)
            ($session.LlmTime + $session.ToolTime + $session.IdleTime) | Should -BeGreaterOrEqual $session.Duration
        }
    }

    It 'knows parents and children' {
        $root = $sessions | Where-Object SessionId -eq 'agent-1100-0:root'
        $root.Children | Should -Be 'agent-1100-0:root/sub2'
        $root.Depth | Should -Be 0
        $child = $sessions | Where-Object SessionId -eq 'agent-1100-0:root/sub2/sub9'
        $child.ParentSessionId | Should -Be 'agent-1100-0:root/sub2'
        $child.RootSessionId | Should -Be 'agent-1100-0:root'
        $child.Depth | Should -Be 2
    }

    It 'gives the same for records, paths, files, literal paths and folders' {
        $expected = Get-Text $sessions
        Get-Text ($records | Get-AgentSession) | Should -Be $expected
        Get-Text (Get-AgentSession -InputObject $records) | Should -Be $expected
        Get-Text ($Sample | Get-AgentSession) | Should -Be $expected
        Get-Text (Get-Item $Sample | Get-AgentSession) | Should -Be $expected
        Get-Text (Get-AgentSession -LiteralPath $Sample) | Should -Be $expected
        $null = New-Item -ItemType Directory "$TestDrive/folder/deeper"
        Copy-Item $Sample "$TestDrive/folder/deeper"
        Get-Text (Get-AgentSession "$TestDrive/folder" -Recurse) | Should -Be $expected
        { Get-AgentSession "$TestDrive/folder" -ErrorAction Stop } | Should -Throw -ErrorId 'InputMissing,*'
    }

    It 'puts every session before its children with -Tree, and shows how deep it is' {
        $tree = Get-AgentSession $Sample -Tree
        Get-Text ($tree | Sort-Object SessionId) | Should -Be (Get-Text ($sessions | Sort-Object SessionId))
        $tree[0].Depth | Should -Be 0
        for ($i = 1; $i -lt $tree.Count; $i++) {
            $tree[$i].Depth | Should -BeLessOrEqual ($tree[$i - 1].Depth + 1)
            if ($tree[$i].Depth) { $tree[0..($i - 1)].SessionId | Should -Contain $tree[$i].ParentSessionId }
        }
        $lines = @(($tree | Out-String -Width 100) -split '\r?\n' | Where-Object { $_ })
        $lines[2..($lines.Count - 1)] | ForEach-Object { ($_ -replace '^( *).*', '$1').Length / 2 } | Should -Be $tree.Depth
    }

    It 'shows what the id of a child adds to that of its parent, and else the whole id' {
        $child = { [AgentSim.Traces.RequestRecord]@{ RequestId = $args[0]; SessionId = $args[0]; ParentSessionId = $args[1]; ReceivedUnixMs = $args[2] } }
        $made = @(& $child 'a1' $null 1), (& $child 'a1/b' 'a1' 2), (& $child 'a10' 'a1' 3), (& $child 'other' 'a1' 4)
        $lines = @(($made | Get-AgentSession -Tree | Out-String -Width 100) -split '\r?\n' | Where-Object { $_ })
        $lines[2..5] | ForEach-Object { $_ -replace '(\S) .*', '$1' } | Should -Be 'a1', '  /b', '  a10', '  other'
    }

    It 'reports <Case> and goes on' -ForEach @(
        @{ Case = 'a bad record'; Line = { '{' }; ErrorId = 'TraceRowInvalid' }
        @{ Case = 'a request that came before'; Line = { Get-RequestLine a }; ErrorId = 'TraceRequestDuplicate' }
    ) {
        (Get-RequestLine a), (& $Line), (Get-RequestLine b -Session other) | Set-Content "$TestDrive/fault.jsonl"
        $found = Get-AgentSession "$TestDrive/fault.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue
        $found.Turns | Should -Be 1, 1
        $faults.Count | Should -Be 1
        $faults[0].FullyQualifiedErrorId | Should -Be "$ErrorId,AgentSim.PowerShell.Commands.GetAgentSessionCommand"
        $faults[0].Exception.Message | Should -BeLike '*fault.jsonl:2: *'
    }

    It 'reports a record that came before, and goes on' {
        $found = $records + $records[0] | Get-AgentSession -ErrorVariable faults -ErrorAction SilentlyContinue
        Get-Text $found | Should -Be (Get-Text $sessions)
        $faults.FullyQualifiedErrorId | Should -Be 'TraceRequestDuplicate,AgentSim.PowerShell.Commands.GetAgentSessionCommand'
        $faults[0].TargetObject.RequestId | Should -Be $records[0].RequestId
    }

    It 'warns of requests without a session' {
        (Get-RequestLine a) -replace ',?"agent_context":\{[^}]*\}' -replace '\{,', '{' | Set-Content "$TestDrive/plain.jsonl"
        Get-AgentSession "$TestDrive/plain.jsonl" -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warnings | Should -BeLike '*no session: 1'
    }
}
