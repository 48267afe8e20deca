# Makes the list views (Format-List) of what has a view of its own, from the properties that it has. PowerShell shows properties in lists as
# they are; here what files hold is shown in the way of the tables, so that no name of a file drives the terminal.
[CmdletBinding()]
param(
    # Folder of the assemblies.
    [Parameter(Mandatory)] [string] $Assemblies,

    # Folder of the other views and of the added properties.
    [Parameter(Mandatory)] [string] $Source,

    # The file to write.
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$types = foreach ($name in 'AgentSim.Core', 'AgentSim.PowerShell') {
    [Reflection.Assembly]::LoadFrom("$Assemblies/$name.dll").GetExportedTypes()
}
$added = @{}
foreach ($type in ([xml](Get-Content -Raw "$Source/AgentSim.Types.ps1xml")).Types.Type) {
    $members = $type.SelectNodes('Members/*[self::ScriptProperty or self::NoteProperty or self::AliasProperty or self::CodeProperty]/Name')
    $added[$type.Name] = @($members | ForEach-Object InnerText)
}

$views = Get-ChildItem "$Source/*.Format.ps1xml" | Where-Object FullName -NE $Destination |
    ForEach-Object { ([xml](Get-Content -Raw $_)).SelectNodes('/Configuration/ViewDefinitions/View') }
$hasList = @($views | Where-Object { $_.SelectSingleNode('ListControl') } | ForEach-Object { $_.SelectNodes('ViewSelectedBy/TypeName') } | ForEach-Object InnerText)
$named = @($views | ForEach-Object { $_.SelectNodes('ViewSelectedBy/TypeName') } | ForEach-Object InnerText | Where-Object { $_ -notmatch '#' } | Sort-Object -Unique)

$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n" }
$xml = [Xml.XmlWriter]::Create($Destination, $settings)
$xml.WriteStartElement('Configuration')
$xml.WriteStartElement('ViewDefinitions')
foreach ($type in $types | Where-Object { $_.FullName -in $named -and $_.FullName -notin $hasList } | Sort-Object FullName) {
    $properties = @($type.GetProperties('Public, Instance') | Where-Object { $_.GetIndexParameters().Count -eq 0 } | ForEach-Object Name)
    if ($added.ContainsKey($type.FullName)) { $properties += $added[$type.FullName] }
    $xml.WriteStartElement('View')
    $xml.WriteElementString('Name', "$($type.Name).List")
    $xml.WriteStartElement('ViewSelectedBy')
    $xml.WriteElementString('TypeName', $type.FullName)
    $xml.WriteEndElement()
    foreach ($element in 'ListControl', 'ListEntries', 'ListEntry', 'ListItems') { $xml.WriteStartElement($element) }
    foreach ($property in $properties | Select-Object -Unique) {
        $xml.WriteStartElement('ListItem')
        $xml.WriteElementString('Label', $property)
        $xml.WriteElementString('ScriptBlock', "[AgentSim.PowerShell.CellText]::Item(`$_.$property)")
        $xml.WriteEndElement()
    }
    foreach ($element in 1..5) { $xml.WriteEndElement() }
}

$xml.Close()
