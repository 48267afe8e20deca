# Compiles the assemblies in a folder, and those in its folder "dependencies", ahead of time: for each platform into a folder of
# its name there. AgentSim.psm1 chooses among them; the portable assemblies serve all others. The compiler is a package, and so
# is the class library of a platform that is not this one. Where they cannot be had, it says so and leaves the platform out.
[CmdletBinding()]
param(
    # The folder with the portable assemblies.
    [Parameter(Mandatory)] [string] $Folder,

    # Platforms, such as linux-x64. "this" is the one it runs on.
    [Parameter(Mandatory)] [string[]] $Runtime
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$systems = @{ linux = 'linux'; osx = 'osx'; win = 'windows' }
$project = "$PSScriptRoot/crossgen/crossgen.proj"

$sdk = (dotnet msbuild $project -getProperty:NETCoreSdkPortableRuntimeIdentifier,BundledNETCoreAppPackageVersion,NetCoreRoot | ConvertFrom-Json).Properties
$here, $version = $sdk.NETCoreSdkPortableRuntimeIdentifier, $sdk.BundledNETCoreAppPackageVersion
$shared = Join-Path $sdk.NetCoreRoot "shared/Microsoft.NETCore.App/$version"

foreach ($name in $Runtime -replace '^this$', $here | Select-Object -Unique) {
    # The class library of this platform comes with the SDK.
    $other = if ($name -ne $here -or -not (Test-Path -LiteralPath $shared)) { $name }
    $said = dotnet restore $project --verbosity quiet "-p:CompileFor=$other" 2>&1
    if ($LASTEXITCODE) {
        Write-Host "The module has nothing compiled ahead of time for ${name}: its compiler or class library $version cannot be restored ($($said | Select-Object -First 1))"
        continue
    }
    $packages = dotnet msbuild $project -getProperty:NuGetPackageRoot
    $compiler = Join-Path $packages "microsoft.netcore.app.crossgen2.$here/$version/tools/crossgen2$($IsWindows ? '.exe' : '')"
    $library = $other ? (Join-Path $packages "microsoft.netcore.app.runtime.$name/$version/runtimes/$name/lib/net*") : $shared
    $system, $architecture = $name -split '-'

    foreach ($file in Get-ChildItem $Folder, "$Folder/dependencies" -Filter *.dll -ErrorAction Ignore) {
        $destination = Join-Path $Folder $name ([IO.Path]::GetRelativePath($Folder, $file.FullName))
        $null = New-Item -ItemType Directory -Force -Path (Split-Path $destination)
        # PowerShell's own assemblies are those of the PowerShell that this runs in.
        $said = & $compiler $file.FullName -o $destination -O --targetos $systems[$system] --targetarch $architecture `
            -r "$(Resolve-Path $library)/*.dll" -r "$Folder/*.dll" -r "$Folder/dependencies/*.dll" -r "$PSHOME/System.Management.Automation.dll" 2>&1
        if ($LASTEXITCODE) { throw "$($file.Name) cannot be compiled for ${name}: $($said -join ' ')" }
    }
}
