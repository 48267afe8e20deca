# An example: what a workload needs, as tests that a pipeline can run.
#
#   Import-Module AgentSim
#   Invoke-Pester ./samples
#
# The trace here is the sample beside this file, the baseline a report that was kept from an earlier run:
#
#   Import-AgentTrace ./samples/agent-small.trace.jsonl.gz | Invoke-AgentReplay -Workers 4 | Export-AgentReport ./samples/baseline.report.json

BeforeDiscovery {
    # Every limit becomes a test of its own, with its name and a message that says what is wrong.
    $limits = @(
        @{ Metric = 'p99_ttft_ms'; Limit = 500 }                  # no more than 500 ms
        @{ Metric = 'request_throughput_rps'; Limit = 2 }         # no less than 2 per second
        @{ Metric = 'completed_requests'; Limit = '=67' }         # all of them
        @{ Metric = 'mean_itl_ms'; Limit = '+5%' }                # at most 5 % above the baseline
        @{ Metric = 'prefix_cache_reused_ratio'; Limit = '-5%' }  # at most 5 % below the baseline
    )
}

BeforeAll {
    $trace = Import-AgentTrace $PSScriptRoot/agent-small.trace.jsonl.gz
    $result = $trace | Invoke-AgentReplay -Workers 4 -RouterMode KvRouter
    $baseline = "$PSScriptRoot/baseline.report.json"
}

Describe 'Four workers behind a KV router' {
    It 'keep <Metric> within <Limit>' -ForEach $limits {
        $found = $result | Test-AgentReplay -Limit @{ $Metric = $Limit } -Baseline $baseline
        $found.Passed | Should -BeTrue -Because $found.Message
    }

    It 'keep all limits at once' {
        $result | Test-AgentReplay -Limit @{ p99_ttft_ms = 500; mean_itl_ms = '+5%' } -Baseline $baseline -Quiet | Should -BeTrue
    }

    It 'reuse more of the prompts than round robin' {
        $comparison = Compare-AgentReplay $baseline, $result -Metric prefix_cache_reused_ratio
        $comparison.Verdict | Should -Be 'Better'
    }
}

Describe 'The smallest number of workers' {
    It 'that keeps 99 % of the gaps between tokens below 10 ms is two' {
        $fast = $trace | Invoke-AgentSweep -Workers 1, 2, 4, 8 | Where-Object P99ItlMs -lt 10 | Sort-Object Workers
        $fast[0].Workers | Should -Be 2
    }
}
