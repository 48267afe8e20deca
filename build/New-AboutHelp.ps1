# Makes the about_ topics of the module, which are plain text of 80 columns, from Markdown files with the headings
#   # about_NAME, ## SHORT DESCRIPTION, ## LONG DESCRIPTION, ### SUBJECT, ... and blocks of code.
[CmdletBinding()]
param(
    # Folder of the Markdown files.
    [Parameter(Mandatory)] [string] $Source,

    # Folder for the help files.
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# A paragraph or an item of a list in lines of 76 characters.
function Format-Paragraph([string] $Text) {
    $hanging = if ($Text.StartsWith('- ')) { '  ' } else { '' }
    $line = ''
    foreach ($word in ($Text -replace '`') -split '\s+') {
        if ($line -and $line.Length + 1 + $word.Length -gt 76) { "    $line"; $line = "$hanging$word" }
        elseif ($line.Trim()) { $line += " $word" }
        else { $line += $word }
    }
    "    $line"
}

function Format-Topic([string] $File) {
    $paragraph = [Collections.Generic.List[string]]::new()
    $inCode = $false
    foreach ($line in [IO.File]::ReadAllLines($File) + '') {
        $endsParagraph = $inCode -or -not $line -or $line -match '^(#|```|- )'
        if ($endsParagraph -and $paragraph.Count) {
            Format-Paragraph ($paragraph -join ' ')
            $paragraph.Clear()
        }
        if ($line.StartsWith('```')) { $inCode = -not $inCode }
        elseif ($inCode) { if ($line) { "        $line" } else { '' } }
        elseif ($line -match '^# (.+)') { 'TOPIC'; "    $($Matches[1])" }
        elseif ($line -match '^## (.+)') { $Matches[1].ToUpperInvariant() }
        elseif ($line -match '^### (.+)') { "  $($Matches[1])" }
        elseif ($line) { $paragraph.Add($line) }
        else { '' }
    }
}

$null = New-Item -ItemType Directory -Force -Path $Destination
foreach ($file in Get-ChildItem -LiteralPath $Source -Filter about_*.md) {
    $text = (Format-Topic $file.FullName) -join "`n"
    # PowerShell takes the short description from below this heading, so that no blank line may come between.
    $text = $text -replace '(?m)^([A-Z][A-Z ]+)\n\n', "`$1`n"
    [IO.File]::WriteAllText("$Destination/$($file.BaseName).help.txt", $text.TrimEnd() + "`n")
}
