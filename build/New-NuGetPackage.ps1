# Packs a module as repositories of PowerShell keep it, and as Publish-PSResource does: a NuGet package with the module's
# files at its root. Unlike there, it names its license and, for searches in repositories that look at tags, the commands.
[CmdletBinding()]
param(
    # Manifest of the built module.
    [Parameter(Mandatory)] [string] $Manifest,

    # Folder for the package.
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$data = Import-PowerShellDataFile -LiteralPath $Manifest
$name = [IO.Path]::GetFileNameWithoutExtension($Manifest)
$folder = Split-Path $Manifest
$tags = @('PSModule', 'PSIncludes_Cmdlet') + @($data.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" }) + $data.PrivateData.PSData.Tags

$document = [xml] '<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata /><files><file src="**" target="" /></files></package>'
$metadata = $document.DocumentElement.FirstChild
foreach ($element in @(
        @('id', $name), @('version', $data.ModuleVersion), @('authors', $data.Author), @('owners', $data.CompanyName),
        @('license', 'Apache-2.0'),
        @('projectUrl', $data.PrivateData.PSData.ProjectUri), @('releaseNotes', $data.PrivateData.PSData.ReleaseNotes),
        @('description', $data.Description), @('copyright', $data.Copyright), @('tags', ($tags -join ' ')))) {
    $node = $metadata.AppendChild($document.CreateElement($element[0], $metadata.NamespaceURI))
    $node.InnerText = $element[1]
    if ($element[0] -eq 'license') { $node.SetAttribute('type', 'expression') }
}

# Packing takes any project; that of the cmdlets is at hand. Its analysis is about libraries, which a module is not.
$nuspec = Join-Path ([IO.Directory]::CreateTempSubdirectory('agentsim-').FullName) "$name.nuspec"
try {
    $document.Save($nuspec)
    dotnet pack "$PSScriptRoot/../src/AgentSim.PowerShell" --no-build --configuration Release --nologo --verbosity quiet --output $Destination `
        "-p:NuspecFile=$nuspec" "-p:NuspecBasePath=$folder" -p:NoPackageAnalysis=true
}
finally {
    Remove-Item -LiteralPath (Split-Path $nuspec) -Recurse -Force
}
