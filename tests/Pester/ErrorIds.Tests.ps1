BeforeAll { . "$PSScriptRoot/Common.ps1" }

Describe 'docs/errors.md' {
    It 'lists the identifiers in the code and no other, each once' {
        $listed = @(Select-String -LiteralPath "$Root/docs/errors.md" -Pattern '^\| `(\w+)` \|' | ForEach-Object { $_.Matches[0].Groups[1].Value })
        # In the code, identifiers are the only texts of their form, but for names of parameters, providers, properties, analyses, columns, and tools and events of other programs.
        $others = 'InputObject', 'LiteralPath', 'FileSystem', 'ContextTokens', 'GeneratedTokens',
            'KnownPlace', 'OpenTelemetry', 'AskUserQuestion', 'EnterPlanMode', 'ExitPlanMode', 'SubAgentActivity'
        $inCode = Get-ChildItem "$Root/src" -Recurse -Filter *.cs |
            Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' -and $_.Name -notlike '*Completer.cs' } |
            Select-String -Pattern '"([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)"' -AllMatches -CaseSensitive |
            Where-Object Line -NotMatch '^\s*///|\[Cmdlet\(|\[Alias\(|\[UnconditionalSuppressMessage\(' |
            ForEach-Object { $_.Matches } | ForEach-Object { $_.Groups[1].Value } | Where-Object { $_ -notin $others } | Sort-Object -Unique
        Compare-Object @($inCode) $listed | Should -BeNullOrEmpty
    }
}
