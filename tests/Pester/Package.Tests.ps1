BeforeDiscovery {
    # Those that the build could compile for; .ci/run and releases have all.
    $platforms = 'linux-x64', 'osx-arm64', 'win-x64' | Where-Object { Test-Path "$((Get-Module AgentSim).ModuleBase)/bin/$_" }
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    $version = (Import-PowerShellDataFile $Manifest).ModuleVersion
    $out = (Resolve-Path "$(Split-Path $Manifest)/../..").Path
    Remove-Item "$out/AgentSim*.nupkg", "$out/AgentSim*.zip" -ErrorAction Ignore
    Invoke-PowerShell -NoProfile -NonInteractive -File "$Root/build.ps1" -Task Package | Out-Null
    $package = "$out/AgentSim.$version.nupkg"

    $platforms = 'linux-x64', 'osx-arm64', 'win-x64' | Where-Object { Test-Path "$(Split-Path $Manifest)/bin/$_" }

    # Whether an assembly has machine code: then its header names a native one.
    function Test-Compiled([string] $Path) {
        $reader = [Reflection.PortableExecutable.PEReader]::new([IO.File]::OpenRead($Path))
        try { $reader.PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size -gt 0 } finally { $reader.Dispose() }
    }

    # Files of a folder, relative, in order.
    function Get-File([string] $Folder) { Get-ChildItem $Folder -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName) -replace '\\', '/' } | Sort-Object }

    # Runs a script in a session that finds modules in one folder besides its own.
    function Invoke-With([string] $ModulePath, [string] $Script) {
        $before = $env:PSModulePath
        $env:PSModulePath = "$ModulePath$([IO.Path]::PathSeparator)$before"
        try { Invoke-PowerShell -NoProfile -NonInteractive -Command $Script }
        finally { $env:PSModulePath = $before }
    }
}

Describe 'The built module' {
    It 'has the layout of an installed module' {
        $files = Get-File (Split-Path $Manifest)
        $files | Where-Object { $_ -notlike '*/dependencies/*' } | Should -Be (@(
            'AgentSim.Calibration.Format.ps1xml', 'AgentSim.Capacity.Format.ps1xml', 'AgentSim.Format.ps1xml', 'AgentSim.Lists.Format.ps1xml', 'AgentSim.psd1', 'AgentSim.psm1', 'AgentSim.Replay.Format.ps1xml', 'AgentSim.Types.ps1xml', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-NOTICES.md'
            'licenses/GPL-3.0.txt', 'licenses/LGPL-3.0.txt', 'licenses/MPL-2.0.txt'
            'AgentSim.Core.dll', 'AgentSim.PowerShell.dll', 'AgentSim.Zmtp.dll' | ForEach-Object { "bin/$_"; foreach ($platform in $platforms) { "bin/$platform/$_" } }
            $files -like 'bin/proxy/*'
            'about_AgentSim_Replay.help.txt', 'about_AgentSim_Traces.help.txt', 'about_AgentSim.help.txt', 'AgentSim.PowerShell.dll-Help.xml' | ForEach-Object { "en-US/$_" }) | Sort-Object)
        $files | Should -Contain 'bin/proxy/agentsim-proxy.dll'
        Split-Path (Split-Path $Manifest) -Leaf | Should -Be $version
    }

    It 'has every assembly once more for <_>, compiled ahead of time' -ForEach $platforms {
        $bin = "$(Split-Path $Manifest)/bin"
        $portable = Get-File $bin | Where-Object { $_ -match '^(dependencies/)?[^/]+\.dll$' }
        $portable | Should -Contain 'AgentSim.Core.dll'
        Get-File "$bin/$_" | Should -Be $portable
        foreach ($file in $portable) {
            # Intermediate language alone says so in its header; what is compiled has a header of its own.
            Test-Compiled "$bin/$file" | Should -BeFalse -Because $file
            Test-Compiled "$bin/$_/$file" | Should -BeTrue -Because $file
        }
    }

    It 'names whoever made an assembly that is not its own' {
        $notices = Get-Content -Raw "$(Split-Path $Manifest)/THIRD-PARTY-NOTICES.md"
        $others = Get-ChildItem (Split-Path $Manifest) -Recurse -Filter *.dll | Where-Object Name -NotMatch '^AgentSim\.|^agentsim-proxy' | ForEach-Object BaseName | Sort-Object -Unique
        $others | Should -Contain 'Yarp.ReverseProxy'
        foreach ($name in $others) { $notices | Should -Match ([regex]::Escape("``$name``")) -Because $name }
    }

    It 'has a manifest with all that a repository asks for' {
        $data = Test-ModuleManifest $Manifest
        foreach ($property in 'Guid', 'Author', 'CompanyName', 'Copyright', 'Description', 'Version', 'Tags', 'ProjectUri', 'LicenseUri', 'ReleaseNotes', 'HelpInfoUri') { $data.$property | Should -Not -BeNullOrEmpty -Because $property }
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
    It 'of a repository is found, saved and installed by PSResourceGet once <Once>' -ForEach @(
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
