BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $rows = ConvertTo-AgentMooncake $Sample -Agentic
    $plain = ($rows | Invoke-AgentReplay).Summary
}

Describe 'Knobs that change the workload' {
    It 'leaves results and settings alone at their neutral values' {
        $neutral = $rows | Invoke-AgentReplay -Copies 1 -ToolSpeedupRatio 1 -ThinkSpeedupRatio 1 -TaskArrivalSpeedupRatio 1 -OutputRatio 1
        $neutral.Summary.DurationMs | Should -Be $plain.DurationMs
        $neutral.Run.Settings.Keys | Should -Not -Contain 'copies'
        $neutral.Run.Settings.Keys | Should -Not -Contain 'tool_speedup_ratio'
    }

    It 'divides waits for tools, given as <Kind>' -ForEach @(
        @{ Kind = 'a number'; Value = 4; Written = 4 }
        @{ Kind = 'text'; Value = '4'; Written = 4 }
        @{ Kind = 'a class in text'; Value = 'bash=4'; Class = 4 }
        @{ Kind = 'a hashtable'; Value = @{ bash = 4 }; Class = 4 }
    ) {
        $result = $rows | Invoke-AgentReplay -ToolSpeedupRatio $Value
        $result.Summary.DurationMs | Should -BeLessThan $plain.DurationMs
        if ($Class) { $result.Run.Settings['tool_speedup_ratio']['bash'] | Should -Be $Class }
        else { $result.Run.Settings['tool_speedup_ratio'] | Should -Be $Written }
    }

    It 'runs copies, and at most so many tasks at a time' {
        $result = $rows | Invoke-AgentReplay -Copies 2 -ConcurrentTasks 5 -CopiesShared 0
        $result.Summary.CompletedRequests | Should -Be (2 * $plain.CompletedRequests)
        $result.Run.Settings['copies'] | Should -Be 2
        $result.Run.Settings['copies_shared_tokens'] | Should -Be 0
        $result.Requests.SessionId | Should -Contain 'agent-1100-1:root#1'
    }

    It 'refuses <Kind> by the names of parameters' -ForEach @(
        @{ Kind = 'more tasks than there are'; Parameters = @{ ConcurrentTasks = 9 }; Message = '-ConcurrentTasks is 9, and there are only 3 tasks*'; Id = 'WorkloadKnobRefused' }
        @{ Kind = 'unknown classes of tools'; Parameters = @{ ToolSpeedupRatio = 'bsh=2' }; Message = "-ToolSpeedupRatio names the tool class 'bsh', and the rows have bash*"; Id = 'WorkloadKnobRefused' }
        @{ Kind = 'ratios that are none'; Parameters = @{ ToolSpeedupRatio = 'x' }; Message = '-ToolSpeedupRatio must be a ratio*'; Id = 'WorkloadKnobInvalid' }
        @{ Kind = 'a ratio of 0'; Parameters = @{ ThinkSpeedupRatio = 0 }; Message = '-ThinkSpeedupRatio must be finite*'; Id = 'WorkloadKnobInvalid' }
    ) {
        $error.Clear()
        { $rows | Invoke-AgentReplay @Parameters -ErrorAction Stop } | Should -Throw $Message -ErrorId "$Id,*"
    }

    It 'combines knobs in a sweep' {
        $found = @($rows | Invoke-AgentSweep -Copies 1, 2 -ToolSpeedupRatio 1, @{ bash = 2 } -ConcurrentTasks 2, 3 | Sort-Object Index)
        $found.Count | Should -Be 8
        $found.Copies | Should -Be 1, 1, 1, 1, 2, 2, 2, 2
        $found.ConcurrentTasks | Should -Be 2, 3, 2, 3, 2, 3, 2, 3
        $found[7].Knobs | Should -Be 'copies=2 concurrent_tasks=3 tool_speedup_ratio=bash=2'
        $found[7].DurationMs | Should -Be ($rows | Invoke-AgentReplay -Copies 2 -ToolSpeedupRatio bash=2 -ConcurrentTasks 3).Summary.DurationMs
    }
}

Describe 'Copy-AgentMooncake' {
    It 'copies rows so that changes of one do not show in the other' {
        $copies = @($rows | Copy-AgentMooncake)
        $copies.Count | Should -Be $rows.Count
        $waiting = $copies | Where-Object { $_.WaitFor.Count -gt 0 } | Select-Object -First 1
        $original = $rows | Where-Object RequestId -EQ $waiting.RequestId
        $waiting.WaitFor[0] = 'changed'
        $waiting.HashIds[0] = 12345
        $waiting.ToolWaitMs = 1
        $original.WaitFor | Should -Not -Contain 'changed'
        $original.HashIds[0] | Should -Not -Be 12345
        ($rows | Invoke-AgentReplay).Summary.DurationMs | Should -Be $plain.DurationMs
        (@($rows | Copy-AgentMooncake) | Invoke-AgentReplay).Summary.DurationMs | Should -Be $plain.DurationMs
    }
}
