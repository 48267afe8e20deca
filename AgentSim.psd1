@{
    # Loads the assemblies in bin/, which build.ps1 fills, here as well as in the packaged module.
    RootModule = 'AgentSim.psm1'
    ModuleVersion = '0.1.0'
    GUID = '2741ae5d-f680-4c2b-90e1-3621d1ee9cd5'
    Author = 'AgentSim contributors'
    CompanyName = 'AgentSim contributors'
    Copyright = '(c) AgentSim contributors. Apache-2.0.'
    Description = 'Captures LLM-agent workloads and replays them on simulated inference engines: records and reads request traces, converts them to Mooncake rows, and reports latency, throughput and cache reuse.'
    PowerShellVersion = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess = @('AgentSim.Calibration.Format.ps1xml', 'AgentSim.Capacity.Format.ps1xml', 'AgentSim.Format.ps1xml', 'AgentSim.Replay.Format.ps1xml',
        'AgentSim.Lists.Format.ps1xml')
    FunctionsToExport = @()
    CmdletsToExport = @(
        'Compare-AgentReplay'
        'ConvertTo-AgentMooncake'
        'Copy-AgentMooncake'
        'Export-AgentMooncake'
        'Export-AgentReport'
        'Export-AgentTimeline'
        'Find-AgentCapacity'
        'Get-AgentServer'
        'Get-AgentSession'
        'Get-AgentTask'
        'Get-AgentTrace'
        'Import-AgentLog'
        'Import-AgentMeasurement'
        'Import-AgentMooncake'
        'Import-AgentReport'
        'Import-AgentTrace'
        'Invoke-AgentLiveReplay'
        'Invoke-AgentReplay'
        'Invoke-AgentSweep'
        'Measure-AgentEndpoint'
        'Measure-AgentTrace'
        'Merge-AgentSweep'
        'New-AgentEngineConfig'
        'New-AgentRouterConfig'
        'New-AgentTimingProfile'
        'Start-AgentServer'
        'Start-AgentTrace'
        'Stop-AgentServer'
        'Stop-AgentTrace'
        'Test-AgentReplay'
        'Test-AgentTimingProfile'
    )
    VariablesToExport = @()
    AliasesToExport = @()
    # Help comes with the module. The project has no address yet: .example is reserved for names that lead nowhere, and whoever
    # publishes the module puts the real ones here.
    HelpInfoUri = 'https://agentsim.example/help/'
    PrivateData = @{
        PSData = @{
            ProjectUri = 'https://agentsim.example/'
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
            ReleaseNotes = 'The first version. CHANGELOG.md in the module says what it can do.'
            Tags = @('LLM', 'agents', 'simulation', 'inference', 'Mooncake', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
        }
    }
}
