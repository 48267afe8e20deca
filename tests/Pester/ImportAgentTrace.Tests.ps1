BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Get-RequestLine a | Set-Content "$TestDrive/one.jsonl"
    (Get-RequestLine b), (Get-RequestLine c) | Set-Content "$TestDrive/two.jsonl"
    (Get-RequestLine d), '{"schema": 1}', (Get-RequestLine e) | Set-Content -LiteralPath "$TestDrive/x[bad].jsonl"
}

Describe 'Import-AgentTrace' {
    It 'returns typed records in the order of the file' {
        $records = Import-AgentTrace $Sample
        $records.Count | Should -Be 143
        @($records | Where-Object { $_ -is [AgentSim.Traces.RequestRecord] }).Count | Should -Be 67
        @($records | Where-Object { $_ -is [AgentSim.Traces.ToolRecord] }).Count | Should -Be 76
        $records[0].RequestId | Should -Be 'req-1100-00020'
        $records[0].Line | Should -Be 1
    }

    It 'takes wildcards, in order of the names' {
        (Import-AgentTrace "$TestDrive/???.jsonl").RequestId | Should -Be 'a', 'b', 'c'
        (Import-AgentTrace -Path "$TestDrive/t*", "$TestDrive/o*").RequestId | Should -Be 'b', 'c', 'a'
    }

    It 'takes a folder as its traces' {
        $null = New-Item -ItemType Directory "$TestDrive/folder/deeper" -Force
        Copy-Item "$TestDrive/one.jsonl", "$TestDrive/two.jsonl" "$TestDrive/folder"
        Copy-Item "$TestDrive/one.jsonl" "$TestDrive/folder/deeper"
        (Import-AgentTrace "$TestDrive/folder").RequestId | Should -Be 'a', 'b', 'c'
        (Import-AgentTrace "$TestDrive/folder" -Recurse).RequestId | Should -Be 'a', 'a', 'b', 'c'
    }

    It 'takes literal paths, relative ones by the location of the session' {
        Push-Location $TestDrive
        try {
            (Import-AgentTrace -LiteralPath 'x[bad].jsonl' -ErrorAction SilentlyContinue).RequestId | Should -Be 'd', 'e'
            (Import-AgentTrace one.jsonl).RequestId | Should -Be 'a'
        }
        finally { Pop-Location }
    }

    It 'takes paths and files from the pipeline' {
        ("$TestDrive/one.jsonl", "$TestDrive/two.jsonl" | Import-AgentTrace).RequestId | Should -Be 'a', 'b', 'c'
        (Get-ChildItem $TestDrive/two.jsonl | Import-AgentTrace).RequestId | Should -Be 'b', 'c'
        ([pscustomobject]@{ LiteralPath = "$TestDrive/one.jsonl" } | Import-AgentTrace).RequestId | Should -Be 'a'
    }

    It 'names file and line of a bad record and goes on' {
        $records = Import-AgentTrace -LiteralPath "$TestDrive/x[bad].jsonl", "$TestDrive/one.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue
        $records.RequestId | Should -Be 'd', 'e', 'a'
        $faults.Count | Should -Be 1
        $faults[0].FullyQualifiedErrorId | Should -Be 'TraceRowInvalid,AgentSim.PowerShell.Commands.ImportAgentTraceCommand'
        $faults[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $faults[0].TargetObject | Should -Be "$TestDrive/x[bad].jsonl"
        $faults[0].Exception.Message | Should -BeLike '*x`[bad`].jsonl:2: *'
        $faults[0].Exception.Message | Should -Not -Match "`n"
    }

    It 'ends at the first <Case> with -Strict' -ForEach @(
        @{ Case = 'bad record'; Path = 'x[bad].jsonl'; ErrorId = 'TraceRowInvalid'; Read = 'd' }
        @{ Case = 'missing file'; Path = 'nowhere.jsonl'; ErrorId = 'InputUnreadable'; Read = $null }
    ) {
        $read = [Collections.Generic.List[string]]::new()
        { Import-AgentTrace -LiteralPath "$TestDrive/$Path", "$TestDrive/one.jsonl" -Strict -ErrorAction SilentlyContinue | ForEach-Object { $read.Add($_.RequestId) } } |
            Should -Throw -ErrorId "$ErrorId,AgentSim.PowerShell.Commands.ImportAgentTraceCommand"
        $read | Should -Be $Read
    }

    It 'goes on with the next file after one that is damaged' {
        $bytes = [IO.File]::ReadAllBytes($Sample)
        [IO.File]::WriteAllBytes("$TestDrive/damaged.gz", $bytes[0..($bytes.Length - 100)])
        $records = Import-AgentTrace "$TestDrive/damaged.gz", "$TestDrive/one.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue
        $records[-1].RequestId | Should -Be 'a'
        $faults.FullyQualifiedErrorId | Should -Be 'GzipInvalid,AgentSim.PowerShell.Commands.ImportAgentTraceCommand'
    }

    It 'reads explicit dependencies' {
        $line = (Get-RequestLine g) -replace '"trace_block_size"', '"dependencies":[{"request_id":"a","relation":"spawn","trigger":"dispatch"}],"trace_block_size"'
        $line | Set-Content "$TestDrive/edges.jsonl"
        (Import-AgentTrace "$TestDrive/edges.jsonl").Dependencies.RequestId | Should -Be 'a'
    }

    It 'reports <Path> as <ErrorId> and goes on' -ForEach @(
        @{ Path = 'nowhere.jsonl'; ErrorId = 'InputUnreadable'; Category = 'ObjectNotFound' }
        @{ Path = 'nowhere*.jsonl'; ErrorId = 'InputMissing'; Category = 'ObjectNotFound' }
        @{ Path = 'nodrive:one.jsonl'; ErrorId = 'InputUnreadable'; Category = 'ObjectNotFound' }
        @{ Path = 'env:PATH'; ErrorId = 'PathNotFileSystem'; Category = 'InvalidArgument' }
    ) {
        $records = Import-AgentTrace $Path, "$TestDrive/one.jsonl" -ErrorVariable faults -ErrorAction SilentlyContinue
        $records.RequestId | Should -Be 'a'
        $faults[0].FullyQualifiedErrorId | Should -Be "$ErrorId,AgentSim.PowerShell.Commands.ImportAgentTraceCommand"
        $faults[0].CategoryInfo.Category | Should -Be $Category
    }

    It 'reports a literal path <Path> as <ErrorId>' -ForEach @(
        @{ Path = 'nowhere.jsonl'; ErrorId = 'InputUnreadable' }
        @{ Path = 'nodrive:one.jsonl'; ErrorId = 'InputUnreadable' }
        @{ Path = 'env:PATH'; ErrorId = 'PathNotFileSystem' }
    ) {
        { Import-AgentTrace -LiteralPath $Path -ErrorAction Stop } |
            Should -Throw -ErrorId "$ErrorId,AgentSim.PowerShell.Commands.ImportAgentTraceCommand"
    }

    It 'reports a folder without traces' {
        $null = New-Item -ItemType Directory "$TestDrive/empty" -Force
        { Import-AgentTrace "$TestDrive/empty" -ErrorAction Stop } | Should -Throw -ErrorId 'InputMissing,*'
    }

    It 'returns records as they are read' {
        # The bad record is never reached.
        $first = Import-AgentTrace -LiteralPath "$TestDrive/x[bad].jsonl" -ErrorVariable faults | Select-Object -First 1
        $first.RequestId | Should -Be 'd'
        $faults | Should -BeNullOrEmpty
    }

    It 'stops with its pipeline' {
        Stop-WhenRunning "`$count = 0; & { while (`$true) { '$Sample' } } | Import-AgentTrace | ForEach-Object { if (`$count++ -eq 500) { Write-Warning going } }" {
            $args[0].Streams.Warning.Count -gt 0
        } | Should -Be 'Stopped'
    }
}
