BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'docs/errors.md' {
    It 'lists the errors and warnings of the module, each once, with what helps' {
        $listed = @(Select-String -LiteralPath "$Root/docs/errors.md" -Pattern '^\| `(\w+)` \| .{10,} \| .{5,} \|' | ForEach-Object { $_.Matches[0].Groups[1].Value })
        $entries = @([AgentSim.Errors]::All.Id) + @([AgentSim.WarningCodes]::All.Id)
        Compare-Object $entries $listed | Should -BeNullOrEmpty
    }

    It 'has the categories of PowerShell, by name and number' {
        foreach ($category in [Enum]::GetValues[AgentSim.FaultCategory]()) {
            [System.Management.Automation.ErrorCategory][int]$category | Should -Be "$category"
        }
    }
}

Describe 'Error records' {
    It 'have the identifier and category of the list, and name parameters: <Id>' -ForEach @(
        @{ Id = 'ReplaySettingsInvalid'; Says = '-RouterMode KvRouter needs more than one target*raise -Workers or use RoundRobin'; Script = { Invoke-AgentReplay $Sample -TraceFormat Dynamo -RouterMode KvRouter } }
        @{ Id = 'EngineArgumentsInvalid'; Says = '-Engine: *'; Script = { Invoke-AgentReplay $Sample -TraceFormat Dynamo -Engine '[]' } }
        @{ Id = 'RouterConfigInvalid'; Says = '-RouterConfig: *'; Script = { Invoke-AgentReplay $Sample -TraceFormat Dynamo -RouterConfig '[]' } }
        @{ Id = 'TraceBlockSizeMismatch'; Says = '*but -TraceBlockSize is 7*'; Script = { Invoke-AgentReplay $Sample -TraceFormat Dynamo -TraceBlockSize 7 } }
        @{ Id = 'ImportSettingInvalid'; Says = '-MaxIdleSeconds must be *'; Script = { Import-AgentLog $Sample -MaxIdleSeconds -1 } }
        @{ Id = 'TraceRowInvalid'; Says = '*Export-AgentTimeline reads it*'; Script = {
                Set-Content "$TestDrive/requests.jsonl" '{"request_id":"r","arrival_time_ms":1,"terminal_status":"completed"}'
                Invoke-AgentReplay "$TestDrive/requests.jsonl" -TraceFormat Dynamo } }
    ) {
        $fault = $Script | Should -Throw -PassThru -ErrorId "$Id,AgentSim.PowerShell.Commands.*"
        $fault.Exception.Message | Should -BeLike $Says
        $fault.Exception.Message | Should -Not -Match '--[a-z]'
        $fault.CategoryInfo.Category | Should -Be "$([AgentSim.Errors]::Find($Id).Category)"
    }
}
