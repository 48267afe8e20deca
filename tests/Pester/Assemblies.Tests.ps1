BeforeDiscovery {
    $bin = "$((Get-Module AgentSim).ModuleBase)/bin"
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $folder = Split-Path $Manifest
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    $platform = "$system-$([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant()

    # What a script says in a fresh session, after its last line; an error is an answer, too.
    function Invoke-Fresh([string] $Script) { Invoke-PowerShell -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; $Script" }

    # What uses the libraries that the module needs: a policy file, an endpoint for tool events.
    $work = "(Invoke-AgentReplay '$Sample' -TraceFormat Dynamo -Workers 2 -RouterMode KvRouter -RouterPolicyPath '$Data/policy.yaml').Summary.CompletedRequests
        `$null = Start-AgentTrace '$(Join-Path $TestDrive $([guid]::NewGuid()))/trace' -ToolEndpoint tcp://127.0.0.1:0; `$null = Stop-AgentTrace"
}

Describe 'The assemblies of the module' {
    It 'are those for this platform, where there are some' -Skip:(-not (Test-Path "$bin/$(if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' })-*")) {
        [AgentSim.Rows.MooncakeRow].Assembly.Location | Should -BeLike "*bin?${platform}?AgentSim.Core.dll"
        (Get-Command Invoke-AgentReplay).DLL | Should -BeLike "*bin?${platform}?AgentSim.PowerShell.dll"
    }

    It 'are the portable ones where there are none, and have the same results' {
        Copy-Item $folder "$TestDrive/portable" -Recurse
        Remove-Item "$TestDrive/portable/bin/*-*" -Recurse
        $said = Invoke-Fresh "Import-Module '$TestDrive/portable/AgentSim.psd1'
            [AgentSim.Rows.MooncakeRow].Assembly.Location
            (Invoke-AgentReplay '$Sample' -TraceFormat Dynamo -Workers 4 -RouterMode KvRouter).Summary.P99TtftMs.ToString([cultureinfo]::InvariantCulture)"
        $said[0] | Should -BeLike '*portable?bin?AgentSim.Core.dll'
        $said[1] | Should -Be (Invoke-AgentReplay $Sample -TraceFormat Dynamo -Workers 4 -RouterMode KvRouter).Summary.P99TtftMs.ToString([cultureinfo]::InvariantCulture)
    }

    It 'bring their types into the session, and take what they say of types away with the module' {
        $depth = '(Get-TypeData AgentSim.Rows.MooncakeRow).SerializationDepth'
        $said = Invoke-Fresh "Import-Module '$Manifest'; [AgentSim.Simulation.RouterMode]::KvRouter; $depth; Remove-Module AgentSim; `"none:`$($depth)`"; Import-Module '$Manifest'; $depth
            ConvertTo-AgentMooncake '$Sample' | Export-Clixml '$TestDrive/again.xml'; (Import-Clixml '$TestDrive/again.xml')[0].GetType().FullName"
        $said | Should -Be 'KvRouter', '5', 'none:', '5', 'AgentSim.Rows.MooncakeRow'
    }

    It 'are imported a second time from another folder without errors' {
        Copy-Item $folder "$TestDrive/second" -Recurse
        Invoke-Fresh "Import-Module '$Manifest'; Import-Module '$TestDrive/second/AgentSim.psd1'; @(ConvertTo-AgentMooncake '$Sample').Count" | Should -Be 67
    }
}

Describe 'The libraries of the module' {
    It 'are loaded into a context of their own, and work' {
        $said = Invoke-Fresh "Import-Module '$Manifest'; $work
            [Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'AgentSim dependencies' | ForEach-Object { `$_.Assemblies.Location }"
        $said[0] | Should -Be 67
        $loaded = $said | Select-Object -Skip 1 | Where-Object { $_ -like '*.dll' }
        $loaded | Should -Not -BeNullOrEmpty
        $loaded | ForEach-Object { $_ | Should -BeLike '*dependencies*' }
    }

    # A module as others are: it has an older library of the same name, and loads it before ours is asked for.
    It 'stand beside those of a module that has older ones, whoever comes first' {
        $null = New-Item -ItemType Directory "$TestDrive/Other"
        foreach ($name in (Get-ChildItem "$folder/bin/dependencies" -Filter *.dll).BaseName) {
            # Not Add-Type, which gives an assembly another name than its file.
            $builder = [Reflection.Emit.PersistedAssemblyBuilder]::new("$name, Version=0.0.0.1", [object].Assembly)
            $null = $builder.DefineDynamicModule($name).DefineType('Old', 'Public').CreateType()
            $builder.Save("$TestDrive/Other/$name.dll")
        }
        Set-Content "$TestDrive/Other/Other.psm1" 'Get-ChildItem $PSScriptRoot -Filter *.dll | ForEach-Object { $null = [Reflection.Assembly]::LoadFrom($_.FullName) }
            function Get-Other {
                [AppDomain]::CurrentDomain.GetAssemblies().GetName() | Where-Object Version -EQ ([version] "0.0.0.1") | ForEach-Object { "old $($_.Name)" }
            }'
        $others = @((Get-ChildItem "$TestDrive/Other" -Filter *.dll).BaseName | ForEach-Object { "old $_" } | Sort-Object)
        $ours, $other = "Import-Module '$Manifest'", "Import-Module '$TestDrive/Other/Other.psm1'"
        foreach ($script in "$other; $ours; $work; Get-Other", "$ours; $other; $work; Get-Other", "$ours; $work; $other; Get-Other") {
            $said = Invoke-Fresh $script
            $said[0] | Should -Be 67 -Because $script
            @($said | Where-Object { $_ -like 'old *' } | Sort-Object) | Should -Be $others -Because $script
        }
    }
}
