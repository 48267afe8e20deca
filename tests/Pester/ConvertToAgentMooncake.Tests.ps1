BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    function Get-Summary($Row) { $Row | ForEach-Object { "$($_.RequestId) $($_.InputLength) $($_.OutputLength) $($_.Timestamp) $($_.Delay) [$($_.WaitFor)] $($_.HashIds)" } }
    $rows = ConvertTo-AgentMooncake $Sample
}

Describe 'ConvertTo-AgentMooncake' {
    It 'returns rows that know their block size' {
        $rows.Count | Should -Be 67
        $rows | ForEach-Object { $_ | Should -BeOfType AgentSim.Rows.MooncakeRow }
        $rows.TraceBlockSize | Sort-Object -Unique | Should -Be 16
        $rows.IsAgentic | Sort-Object -Unique | Should -BeTrue
        ($rows.InputLength | Measure-Object -Sum).Sum | Should -Be 90384
        ($rows.OutputLength | Measure-Object -Sum).Sum | Should -Be 10203
    }

    It 'gives the same rows for records, paths, files and literal paths' {
        $expected = Get-Summary $rows
        $records = Import-AgentTrace $Sample
        Get-Summary ($records | ConvertTo-AgentMooncake) | Should -Be $expected
        Get-Summary (ConvertTo-AgentMooncake -InputObject $records) | Should -Be $expected
        Get-Summary ($Sample | ConvertTo-AgentMooncake) | Should -Be $expected
        Get-Summary (Get-Item $Sample | ConvertTo-AgentMooncake) | Should -Be $expected
        Get-Summary (ConvertTo-AgentMooncake -LiteralPath $Sample) | Should -Be $expected
    }

    It 'makes rows of version <Version>' -ForEach @{ Version = 1 }, @{ Version = 2 } {
        $made = ConvertTo-AgentMooncake $Sample -Version $Version
        $made.AgenticVersion | Sort-Object -Unique | Should -Be $Version
        $piped = Import-AgentTrace $Sample | ConvertTo-AgentMooncake -Version $Version
        $piped | ConvertTo-Json -Depth 5 | Should -Be ($made | ConvertTo-Json -Depth 5)
        { ConvertTo-AgentMooncake $Sample -Version 3 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'names a parent that was filtered out, or drops it' {
        $children = Import-AgentTrace $Sample | Where-Object SessionId -like '*/sub*'
        $fault = { $children | ConvertTo-AgentMooncake -Version 2 } | Should -Throw -PassThru -ErrorId 'TraceParentMissing,*'
        $fault.Exception.Message | Should -BeLike "*has parent 'agent-1100-?:root'*"
        $made = $children | ConvertTo-AgentMooncake -Version 2 -MissingDependency Drop
        $made.Count | Should -Be @($children | Where-Object RequestId).Count
        $made.PlayId | ForEach-Object { $_ | Should -BeLike '*/sub*' }
        ($made | Invoke-AgentReplay).Summary.CompletedRequests | Should -Be $made.Count
    }

    It 'names a request that a tool call names and that was filtered out, or drops it' {
        $tool = @{
            schema = 'dynamo.request.trace.v1'; event_type = 'tool_end'; event_time_unix_ms = 1500; agent_context = @{ session_id = 's' }
            tool = @{ tool_call_id = 't'; tool_class = 'agent'; duration_ms = 100; claude = @{ source_request_id = 'gone'; execution_mode = 'blocking' } }
        } | ConvertTo-Json -Depth 9 -Compress
        (Get-RequestLine a), $tool, (Get-RequestLine b -Received 2000) | Set-Content "$TestDrive/causality.trace"
        $fault = { ConvertTo-AgentMooncake "$TestDrive/causality.trace" } | Should -Throw -PassThru -ErrorId 'TraceCausalityInvalid,*'
        $fault.Exception.Message | Should -BeLike "*'gone'*"
        $made = ConvertTo-AgentMooncake "$TestDrive/causality.trace" -MissingDependency Drop
        $made[1].WaitFor | Should -Be 'a'
        $made[1].ToolWaitMs | Should -Be 100
    }

    It 'takes a folder, with -Recurse all below it' {
        $null = New-Item -ItemType Directory "$TestDrive/folder/deeper"
        Get-RequestLine a -Received 2000 | Set-Content "$TestDrive/folder/1.jsonl"
        Get-RequestLine b -Received 1000 | Set-Content "$TestDrive/folder/deeper/2.jsonl"
        (ConvertTo-AgentMooncake "$TestDrive/folder").RequestId | Should -Be 'a'
        (ConvertTo-AgentMooncake "$TestDrive/folder" -Recurse).RequestId | Should -Be 'b', 'a'
        (ConvertTo-AgentMooncake -LiteralPath "$TestDrive/folder" -Recurse).RequestId | Should -Be 'b', 'a'
    }

    It 'takes several files as one trace' {
        Get-RequestLine a -Received 2000 | Set-Content "$TestDrive/1.jsonl"
        Get-RequestLine b -Received 1000 | Set-Content "$TestDrive/2.jsonl"
        (ConvertTo-AgentMooncake "$TestDrive/*.jsonl").RequestId | Should -Be 'b', 'a'
        ("$TestDrive/1.jsonl", "$TestDrive/2.jsonl" | ConvertTo-AgentMooncake).RequestId | Should -Be 'b', 'a'
    }

    It 'works out dependencies among the records that are left' {
        $some = Import-AgentTrace $Sample | Where-Object SessionId -like 'agent-1100-0:*' | ConvertTo-AgentMooncake
        $some.Count | Should -BeGreaterThan 0
        $some.WaitFor | ForEach-Object { $_ | Should -BeIn $some.RequestId }
    }

    It 'ends with one error when <Case>' -ForEach @(
        @{ Case = 'there is no request'; Lines = { }; ErrorId = 'TraceEmpty' }
        @{ Case = 'an id comes twice'; Lines = { Get-RequestLine a; Get-RequestLine a }; ErrorId = 'TraceRequestDuplicate' }
        @{ Case = 'block sizes differ'; Lines = { Get-RequestLine a; Get-RequestLine b -BlockSize 32 }; ErrorId = 'TraceBlockSizeMixed' }
        @{ Case = 'a line is no JSON'; Lines = { Get-RequestLine a; 'x' }; ErrorId = 'TraceRowInvalid' }
    ) {
        Set-Content "$TestDrive/fault.jsonl" @(& $Lines)
        { ConvertTo-AgentMooncake "$TestDrive/fault.jsonl" -ErrorAction SilentlyContinue } |
            Should -Throw -ErrorId "$ErrorId,AgentSim.PowerShell.Commands.ConvertToAgentMooncakeCommand"
    }

    It 'ends with an error when records from the pipeline contradict each other' {
        $records = Import-AgentTrace $Sample
        { $records + $records | ConvertTo-AgentMooncake } | Should -Throw -ErrorId 'TraceRequestDuplicate,*'
        { $records | Where-Object SessionId -eq nobody | ConvertTo-AgentMooncake } | Should -Throw -ErrorId 'TraceEmpty,*'
    }

    It 'ends with an error when a file is missing' {
        { ConvertTo-AgentMooncake "$TestDrive/nowhere.jsonl" -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'InputUnreadable,*'
    }

    It 'ends early when no more rows are asked for' {
        (ConvertTo-AgentMooncake $Sample | Select-Object -First 1).RequestId | Should -Be $rows[0].RequestId
    }
}
