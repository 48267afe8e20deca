# Makes the help file of the module (MAML) from one Markdown file per cmdlet. What the cmdlets themselves know - syntax,
# types, which parameters are mandatory - is taken from them; the files hold the words. Each file has the headings
#   # NAME, ## SYNOPSIS, ## DESCRIPTION, ## PARAMETERS, ### -NAME, ## INPUTS, ## OUTPUTS, ## EXAMPLES, ### TITLE
# A parameter without words, or words without a parameter, are an error.
[CmdletBinding()]
param(
    # Manifest of the built module.
    [Parameter(Mandatory)] [string] $Manifest,

    # Folder of the Markdown files.
    [Parameter(Mandatory)] [string] $Source,

    # The help file to write.
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$mamlNamespace = 'http://schemas.microsoft.com/maml/2004/10'
$commandNamespace = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
$devNamespace = 'http://schemas.microsoft.com/maml/dev/2004/10'

# The lines of a Markdown file by the headings above them: 'SYNOPSIS', 'PARAMETERS/-Path', ...
function Read-Section([string] $File) {
    $sections = [ordered]@{}
    $heading = $key = ''
    $inCode = $false
    foreach ($line in [IO.File]::ReadAllLines($File)) {
        if ($line.StartsWith('```')) { $inCode = -not $inCode }
        if (-not $inCode -and $line -match '^(#{1,3}) (.+)$') {
            if ($Matches[1].Length -lt 3) { $heading = $key = $Matches[2].Trim() } else { $key = "$heading/$($Matches[2].Trim())" }
            if ($sections.Contains($key)) { throw "${File}: the heading '$key' comes twice." }
            $sections[$key] = [Collections.Generic.List[string]]::new()
        }
        elseif ($key) { $sections[$key].Add($line) }
    }
    $sections
}

# Paragraphs without their line breaks and the marks of inline code.
function Get-Paragraph([string[]] $Lines) {
    @(($Lines -join "`n") -split '\n\s*\n' | ForEach-Object { ($_.Trim() -replace '\s*\n\s*', ' ') -replace '`', '' } | Where-Object { $_ })
}

function Write-Paragraph([Xml.XmlWriter] $Xml, [string[]] $Lines) {
    foreach ($paragraph in Get-Paragraph $Lines) { $Xml.WriteElementString('maml', 'para', $mamlNamespace, $paragraph) }
}

function Write-Text([Xml.XmlWriter] $Xml, [string] $Element, [string[]] $Lines) {
    $Xml.WriteStartElement('maml', $Element, $mamlNamespace)
    Write-Paragraph $Xml $Lines
    $Xml.WriteEndElement()
}

function Get-TypeName([type] $Type) {
    if ($Type -eq [switch]) { return 'SwitchParameter' }
    $nullable = [Nullable]::GetUnderlyingType($Type)
    if ($nullable) { $nullable.Name } else { $Type.Name }
}

# What a parameter is when it is not given: what a new cmdlet has.
function Get-Default([Management.Automation.CmdletInfo] $Cmdlet, $Parameter) {
    if ($Parameter.IsMandatory) { return 'None' }
    if ($Parameter.ParameterType -eq [switch]) { return 'False' }
    $property = $Cmdlet.ImplementingType.GetProperty($Parameter.Name)
    if (-not $property) { return 'None' }
    $value = $property.GetValue([Activator]::CreateInstance($Cmdlet.ImplementingType))
    if ($null -eq $value -or "$value" -eq '') { return 'None' }
    # The number of processors is that of another machine.
    if ($Parameter.Name -eq 'ThrottleLimit') { return 'Number of processors' }
    ($value | ForEach-Object { if ($_ -is [IFormattable]) { $_.ToString($null, [cultureinfo]::InvariantCulture) } else { "$_" } }) -join ', '
}

function Write-Parameter([Xml.XmlWriter] $Xml, [Management.Automation.CmdletInfo] $Cmdlet, $Parameter, [string[]] $Lines, [bool] $InSyntax) {
    $from = @(if ($Parameter.ValueFromPipeline) { 'ByValue' }; if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' })
    $type = Get-TypeName $Parameter.ParameterType
    $Xml.WriteStartElement('command', 'parameter', $commandNamespace)
    $Xml.WriteAttributeString('required', $Parameter.IsMandatory.ToString().ToLowerInvariant())
    $Xml.WriteAttributeString('variableLength', $Parameter.ParameterType.IsArray.ToString().ToLowerInvariant())
    $globbing = [bool]($Parameter.Attributes | Where-Object { $_ -is [Management.Automation.SupportsWildcardsAttribute] })
    $Xml.WriteAttributeString('globbing', $globbing.ToString().ToLowerInvariant())
    $Xml.WriteAttributeString('pipelineInput', $(if ($from) { "True ($($from -join ', '))" } else { 'False' }))
    $Xml.WriteAttributeString('position', $(if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }))
    $Xml.WriteAttributeString('aliases', $(if ($Parameter.Aliases) { $Parameter.Aliases -join ', ' } else { 'none' }))
    $Xml.WriteElementString('maml', 'name', $mamlNamespace, $Parameter.Name)
    Write-Text $Xml 'description' $Lines
    if (-not ($InSyntax -and $Parameter.ParameterType -eq [switch])) {
        $Xml.WriteStartElement('command', 'parameterValue', $commandNamespace)
        $Xml.WriteAttributeString('required', 'true')
        $Xml.WriteAttributeString('variableLength', $Parameter.ParameterType.IsArray.ToString().ToLowerInvariant())
        $Xml.WriteString($type)
        $Xml.WriteEndElement()
        $Xml.WriteStartElement('dev', 'type', $devNamespace)
        $Xml.WriteElementString('maml', 'name', $mamlNamespace, $type)
        $Xml.WriteEndElement()
    }
    $Xml.WriteElementString('dev', 'defaultValue', $devNamespace, (Get-Default $Cmdlet $Parameter))
    $Xml.WriteEndElement()
}

# The cmdlets and topics that the words speak of.
function Write-Link([Xml.XmlWriter] $Xml, [string] $Name, $Sections, [string[]] $Cmdlets) {
    $words = @($Sections.Values | ForEach-Object { $_ }) -join "`n"
    $links = @($Cmdlets | Where-Object { $_ -ne $Name -and $words -match "\b$_\b" }) +
        @('about_AgentSim') + @('about_AgentSim_Traces', 'about_AgentSim_Replay' | Where-Object { $words -match "\b$_\b" })
    $Xml.WriteStartElement('command', 'relatedLinks', $commandNamespace)
    foreach ($link in $links) {
        $Xml.WriteStartElement('maml', 'navigationLink', $mamlNamespace)
        $Xml.WriteElementString('maml', 'linkText', $mamlNamespace, $link)
        $Xml.WriteElementString('maml', 'uri', $mamlNamespace, '')
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()
}

# Inputs and outputs: '### TYPE' headings with words below.
function Write-TypeList([Xml.XmlWriter] $Xml, [string] $List, [string] $Item, $Sections, [string] $Heading) {
    $Xml.WriteStartElement('command', $List, $commandNamespace)
    foreach ($key in @($Sections.Keys) -like "$Heading/*") {
        $Xml.WriteStartElement('command', $Item, $commandNamespace)
        $Xml.WriteStartElement('dev', 'type', $devNamespace)
        $Xml.WriteElementString('maml', 'name', $mamlNamespace, $key.Substring($Heading.Length + 1))
        $Xml.WriteEndElement()
        Write-Text $Xml 'description' $Sections[$key]
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()
}

function Write-Example([Xml.XmlWriter] $Xml, [int] $Number, [string] $Title, [string[]] $Lines) {
    $fences = @(0..($Lines.Count - 1) | Where-Object { $Lines[$_].StartsWith('```') })
    if ($fences.Count -ne 2) { throw "The example '$Title' needs exactly one block of code." }
    $Xml.WriteStartElement('command', 'example', $commandNamespace)
    $Xml.WriteElementString('maml', 'title', $mamlNamespace, "--------- Example ${Number}: $Title ---------")
    $Xml.WriteElementString('dev', 'code', $devNamespace, $Lines[($fences[0] + 1)..($fences[1] - 1)] -join "`n")
    $Xml.WriteStartElement('dev', 'remarks', $devNamespace)
    Write-Paragraph $Xml @(@($Lines | Select-Object -First $fences[0]) + @($Lines | Select-Object -Skip ($fences[1] + 1)))
    $Xml.WriteEndElement()
    $Xml.WriteEndElement()
}

function Write-Cmdlet([Xml.XmlWriter] $Xml, [Management.Automation.CmdletInfo] $Cmdlet, $Sections) {
    $common = @([Management.Automation.PSCmdlet]::CommonParameters)
    $optional = @{ WhatIf = 'Shows what would be done, without doing it.'; Confirm = 'Asks before doing it.' }
    foreach ($name in $optional.Keys | Where-Object { $Cmdlet.Parameters.ContainsKey($_) }) { $Sections["PARAMETERS/-$name"] = $optional[$name] }
    $documented = @(@($Sections.Keys) -like 'PARAMETERS/-*' | ForEach-Object { $_.Substring('PARAMETERS/-'.Length) })
    $difference = @(Compare-Object $documented @($Cmdlet.Parameters.Keys | Where-Object { $_ -notin $common }))
    if ($difference) { throw "$($Cmdlet.Name): parameters and their help differ: $($difference.InputObject -join ', ')." }

    $Xml.WriteStartElement('command', 'command', $commandNamespace)
    $Xml.WriteStartElement('command', 'details', $commandNamespace)
    $Xml.WriteElementString('command', 'name', $commandNamespace, $Cmdlet.Name)
    $Xml.WriteElementString('command', 'verb', $commandNamespace, $Cmdlet.Verb)
    $Xml.WriteElementString('command', 'noun', $commandNamespace, $Cmdlet.Noun)
    Write-Text $Xml 'description' $Sections['SYNOPSIS']
    $Xml.WriteEndElement()
    Write-Text $Xml 'description' $Sections['DESCRIPTION']

    $Xml.WriteStartElement('command', 'syntax', $commandNamespace)
    foreach ($set in $Cmdlet.ParameterSets) {
        $Xml.WriteStartElement('command', 'syntaxItem', $commandNamespace)
        $Xml.WriteElementString('maml', 'name', $mamlNamespace, $Cmdlet.Name)
        foreach ($parameter in $set.Parameters | Where-Object Name -NotIn $common | Sort-Object { $_.Position -lt 0 }, Position -Stable) {
            Write-Parameter $Xml $Cmdlet $parameter $Sections["PARAMETERS/-$($parameter.Name)"] $true
        }
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()

    $Xml.WriteStartElement('command', 'parameters', $commandNamespace)
    foreach ($name in $documented) {
        $parameter = $Cmdlet.ParameterSets.Parameters | Where-Object Name -EQ $name | Select-Object -First 1
        Write-Parameter $Xml $Cmdlet $parameter $Sections["PARAMETERS/-$name"] $false
    }
    $Xml.WriteEndElement()

    Write-TypeList $Xml 'inputTypes' 'inputType' $Sections 'INPUTS'
    Write-TypeList $Xml 'returnValues' 'returnValue' $Sections 'OUTPUTS'
    $Xml.WriteStartElement('command', 'examples', $commandNamespace)
    $number = 0
    foreach ($key in @($Sections.Keys) -like 'EXAMPLES/*') { Write-Example $Xml (++$number) $key.Substring('EXAMPLES/'.Length) $Sections[$key] }
    $Xml.WriteEndElement()
    Write-Link $Xml $Cmdlet.Name $Sections @($module.ExportedCmdlets.Keys | Sort-Object)
    $Xml.WriteEndElement()
}

$module = Import-Module (Resolve-Path -LiteralPath $Manifest).Path -PassThru
$null = New-Item -ItemType Directory -Force -Path (Split-Path $Destination)
$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n" }
$xml = [Xml.XmlWriter]::Create($Destination, $settings)
try {
    $xml.WriteStartElement('helpItems', 'http://msh')
    $xml.WriteAttributeString('schema', 'maml')
    foreach ($name in $module.ExportedCmdlets.Keys | Sort-Object) {
        $sections = Read-Section "$Source/$name.md"
        foreach ($needed in $name, 'SYNOPSIS', 'DESCRIPTION', 'EXAMPLES') {
            if (-not $sections.Contains($needed)) { throw "$Source/$name.md has no heading '$needed'." }
        }
        # Get-Command, since the parameter sets of an exported cmdlet lack dynamic parameters.
        Write-Cmdlet $xml (Get-Command "$($module.Name)\$name") $sections
    }
    $xml.WriteEndElement()
}
finally {
    $xml.Dispose()
}
