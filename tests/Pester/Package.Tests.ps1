BeforeDiscovery { $canInstall = [bool] (Get-Module Microsoft.PowerShell.PSResourceGet -ListAvailable) }

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $pwsh = [Environment]::ProcessPath
    $version = (Import-PowerShellDataFile $Manifest).ModuleVersion
    $out = (Resolve-Path "$(Split-Path $Manifest)/../..").Path
    Remove-Item "$out/AgentSim*.nupkg", "$out/AgentSim*.zip" -ErrorAction Ignore
    & $pwsh -NoProfile -NonInteractive -File "$Root/build.ps1" -Task Package | Out-Null
    $package = "$out/AgentSim.$version.nupkg"

    # Files of a folder, relative, in order.
    function Get-File([string] $Folder) { Get-ChildItem $Folder -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName) -replace '\\', '/' } | Sort-Object }

    # Runs a script in a session that finds modules in one folder besides its own.
    function Invoke-With([string] $ModulePath, [string] $Script) {
        $before = $env:PSModulePath
        $env:PSModulePath = "$ModulePath$([IO.Path]::PathSeparator)$before"
        try { & $pwsh -NoProfile -NonInteractive -Command $Script }
        finally { $env:PSModulePath = $before }
    }
}

Describe 'The built module' {
    It 'has the layout of an installed module' {
        Get-File (Split-Path $Manifest) | Should -Be @(
            'AgentSim.Format.ps1xml', 'AgentSim.psd1', 'AgentSim.Replay.Format.ps1xml', 'AgentSim.Types.ps1xml'
            'bin/AgentSim.Core.dll', 'bin/AgentSim.PowerShell.dll', 'bin/AgentSim.Zmtp.dll', 'bin/AsyncIO.dll', 'bin/NaCl.dll', 'bin/NetMQ.dll'
            'agentsim-proxy.deps.json', 'agentsim-proxy.dll', 'agentsim-proxy.runtimeconfig.json', 'AgentSim.Core.dll', 'System.IO.Hashing.dll', 'Yarp.ReverseProxy.dll' | ForEach-Object { "bin/proxy/$_" } | Sort-Object
            'en-US/about_AgentSim_Replay.help.txt', 'en-US/about_AgentSim_Traces.help.txt', 'en-US/about_AgentSim.help.txt', 'en-US/AgentSim.PowerShell.dll-Help.xml' | Sort-Object)
        Split-Path (Split-Path $Manifest) -Leaf | Should -Be $version
    }

    It 'has a manifest with all that a repository asks for' {
        $data = Test-ModuleManifest $Manifest
        foreach ($property in 'Guid', 'Author', 'CompanyName', 'Copyright', 'Description', 'Version', 'Tags') { $data.$property | Should -Not -BeNullOrEmpty -Because $property }
    }
}

Describe 'The packages' {
    It 'of a repository holds the module at its root' {
        Expand-Archive $package "$TestDrive/nupkg"
        $files = Get-File "$TestDrive/nupkg" | Where-Object { $_ -notmatch '^(_rels/|package/|\[Content_Types\]\.xml$|AgentSim\.nuspec$)' }
        $files | Should -Be (Get-File (Split-Path $Manifest))
        foreach ($file in $files) { (Get-FileHash -LiteralPath "$TestDrive/nupkg/$file").Hash | Should -Be (Get-FileHash "$(Split-Path $Manifest)/$file").Hash }
    }

    It 'of a repository says what is in it' {
        Expand-Archive $package "$TestDrive/spec"
        $metadata = ([xml] (Get-Content "$TestDrive/spec/AgentSim.nuspec" -Raw)).package.metadata
        $metadata.id, $metadata.version | Should -Be 'AgentSim', $version
        $metadata.license.InnerText | Should -Be 'Apache-2.0'
        -split $metadata.tags | Should -Contain 'PSModule'
        -split $metadata.tags | Should -Contain 'PSCmdlet_Invoke-AgentReplay'
        -split $metadata.tags | Should -Contain 'PSEdition_Core'
    }

    # What Install-PSResource does with a package of a local repository.
    It 'of a repository works when it is unpacked as <Kind>' -ForEach @{ Kind = 'an installed module'; Zip = $false }, @{ Kind = 'the archive says'; Zip = $true } {
        $modules = "$TestDrive/modules$Zip"
        if ($Zip) { Expand-Archive "$out/AgentSim-$version.zip" $modules }
        else { Expand-Archive $package "$modules/AgentSim/$version" }
        $said = Invoke-With $modules "(Invoke-AgentReplay '$Sample' -TraceFormat Dynamo).Summary.CompletedRequests; (Get-Module AgentSim).ModuleBase; (Get-Help about_AgentSim).Length"
        $said[0] | Should -Be 67
        $said[1] | Should -BeLike "*modules$Zip*AgentSim*$version"
        [int] $said[2] | Should -BeGreaterThan 500
    }

    # In a session and a repository of its own each: PSResourceGet keeps a package open that it has read. Another home keeps
    # registration and installation away from this user's; Windows asks no variable for it, so there the module is only saved.
    It 'of a repository is found, saved and installed by PSResourceGet once <Once>' -Skip:(-not $canInstall) -ForEach @(
        @{ Once = 'Publish-PSResource has published the module'; Publish = $true }, @{ Once = 'it is copied there'; Publish = $false }) {
        $name = "AgentSimTest$PID"
        $repository, $saved, $share = 'repository', 'saved', 'user/.local/share' | ForEach-Object { (New-Item -ItemType Directory "$TestDrive/$Publish/$_").FullName }
        if (-not $Publish) { Copy-Item $package $repository }
        $before = $env:HOME, $env:XDG_DATA_HOME
        $env:HOME, $env:XDG_DATA_HOME = "$TestDrive/$Publish/user", $share
        try {
            $found = Invoke-With $saved @"
                `$ErrorActionPreference = 'Stop'
                Register-PSResourceRepository $name -Uri '$repository' -Trusted
                try {
                    if (`$$Publish) { Publish-PSResource '$(Split-Path $Manifest)' -Repository $name }
                    Find-PSResource -Tag Mooncake -Repository $name | ForEach-Object { "`$(`$_.Name) `$(`$_.Version) `$(`$_.Type)" }
                    Save-PSResource AgentSim -Repository $name -Path '$saved'
                    if (-not `$IsWindows) { Install-PSResource AgentSim -Repository $name }
                }
                finally { Unregister-PSResourceRepository $name }
"@
        }
        finally { $env:HOME, $env:XDG_DATA_HOME = $before }
        $found | Should -Be "AgentSim $version Module"
        foreach ($modules in @($saved; if (-not $IsWindows) { "$share/powershell/Modules" })) {
            Get-File "$modules/AgentSim/$version" | Where-Object { $_ -ne 'PSGetModuleInfo.xml' } | Should -Be (Get-File (Split-Path $Manifest))
            Invoke-With $modules '(Import-Module AgentSim -PassThru).ModuleBase' | Should -BeLike "*$Publish*AgentSim*$version"
        }
    }
}
