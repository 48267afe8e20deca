BeforeDiscovery {
    $cmdlets = (Get-Module AgentSim).ExportedCmdlets.Values | ForEach-Object { @{ Name = $_.Name; Cmdlet = $_ } }
}

BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'The module' {
    It 'exports the cmdlets of its manifest and nothing else' {
        $module = Get-Module AgentSim
        $expected = (Import-PowerShellDataFile $Manifest).CmdletsToExport
        Compare-Object $expected @($module.ExportedCommands.Keys) | Should -BeNullOrEmpty
    }

    It 'has in bin, and so in the context of all modules, no assembly but its own, and apart from them the libraries it uses, NetMQ with the two that NetMQ needs' {
        $bin = "$(Split-Path $Manifest)/bin"
        (Get-ChildItem $bin -Filter *.dll).Name | Sort-Object | Should -Be 'AgentSim.Core.dll', 'AgentSim.PowerShell.dll', 'AgentSim.Zmtp.dll'
        (Get-ChildItem "$bin/dependencies" -Filter *.dll).Name | Sort-Object | Should -Be 'AsyncIO.dll', 'Blake3.dll', 'csFastFloat.dll', 'MathNet.Numerics.dll', 'NaCl.dll', 'NetMQ.dll', 'Sep.dll', 'System.IO.Hashing.dll', 'YamlDotNet.dll'
    }

    It 'has help with examples and words for every parameter: <Name>' -ForEach $cmdlets {
        $help = Get-Help $Name -Full
        $help.Synopsis | Should -Not -BeLike "*$Name*"
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.examples.example.Count | Should -BeGreaterOrEqual 2
        $help.parameters.parameter | ForEach-Object { $_.description.Text | Should -Not -BeNullOrEmpty -Because $_.name }
        $common = [Management.Automation.PSCmdlet]::CommonParameters
        Compare-Object @($help.parameters.parameter.name) @($Cmdlet.Parameters.Keys | Where-Object { $_ -notin $common }) | Should -BeNullOrEmpty
    }

    It 'has examples without errors of syntax: <Name>' -ForEach $cmdlets {
        foreach ($example in (Get-Help $Name).examples.example) {
            $errors = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($example.code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
        }
    }

    It 'has the topic <_>' -ForEach 'about_AgentSim', 'about_AgentSim_Traces', 'about_AgentSim_Replay' {
        $topic = Get-Help $_
        $topic | Should -Match "(?m)^TOPIC\r?\n    $_\r?$"
        $topic -split '\r?\n' | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
    }

    It 'has every parameter in its tests: <Name>' -ForEach $cmdlets {
        # In files that call the cmdlet, the parameter is given by name, or in a hashtable for splatting; the first ones need none.
        $tests = Get-ChildItem "$Root/tests/Pester" -Filter *.Tests.ps1 | Get-Content -Raw | Where-Object { $_ -match "\b$Name\b" }
        $known = [Management.Automation.PSCmdlet]::CommonParameters + 'Confirm'
        $known += $Cmdlet.ParameterSets.Parameters | Where-Object Position -GE 0 | ForEach-Object Name
        $missing = $Cmdlet.Parameters.Keys | Where-Object { $_ -notin $known } |
            Where-Object { -not ($tests -match "-$_\b|\b$_ = |'$_'|Name = '$_'") }
        $missing | Should -BeNullOrEmpty
    }

    It 'says what it returns: <Name>' -ForEach $cmdlets {
        $Cmdlet.OutputType | Should -Not -BeNullOrEmpty
    }
}
