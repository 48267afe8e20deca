# Whatever a file holds, the default views show it and send nothing to the terminal.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    # ESC and a command, BEL, right-to-left override, line separator, an isolate, a C1 control, half a surrogate pair.
    $Bad = "x$([char]0x1b)[2J$([char]7)$([char]0x202e)$([char]0x2028)$([char]0x2066)$([char]0x9b)$([char]0xd800)"
    $control = [regex] '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]'
    $fields = [System.Reflection.BindingFlags] 'Instance, Public, NonPublic'

    # Sets every text in an object, however deep, as no file could: also where it cannot be set from outside. Some of it is shared with
    # other objects, the defaults above all, so that it is remembered.
    $changed = [System.Collections.Generic.Stack[scriptblock]]::new()
    function Set-Text($Object, $Seen = [System.Collections.Generic.HashSet[object]]::new([System.Collections.Generic.ReferenceEqualityComparer]::Instance)) {
        if ($null -eq $Object -or $Object -is [string] -or $Object.GetType().IsPrimitive -or -not $Seen.Add($Object)) { return }
        if ($Object -is [System.Collections.IList]) {
            for ($i = 0; $i -lt $Object.Count; $i++) {
                if ($Object[$i] -is [string]) {
                    $old = $Object[$i]
                    try { $Object[$i] = $Bad } catch { continue }
                    $changed.Push({ $Object[$i] = $old }.GetNewClosure())
                }
                else { Set-Text $Object[$i] $Seen }
            }
            return
        }
        # Kinds of engines are of the program, and shared by all.
        if ($Object.GetType().Assembly.GetName().Name -notlike 'AgentSim.*' -or $Object -is [AgentSim.Engines.EngineType]) { return }
        for ($type = $Object.GetType(); $type -and $type -ne [object]; $type = $type.BaseType) {
            foreach ($field in $type.GetFields($fields)) {
                if ($field.FieldType -eq [string]) {
                    $old = $field.GetValue($Object)
                    $changed.Push({ $field.SetValue($Object, $old) }.GetNewClosure())
                    $field.SetValue($Object, $Bad)
                }
                elseif ($field.FieldType.IsClass -or $field.FieldType.IsInterface) { Set-Text $field.GetValue($Object) $Seen }
            }
        }
    }
}

Describe 'Text of others' {
    # Anew for each, since their texts are changed.
    BeforeEach {
        $records = Import-AgentTrace $Sample
        $rows = ConvertTo-AgentMooncake $Sample
        $result = $rows | Invoke-AgentReplay -Workers 2 -RouterMode KvRouter -Agents -RecordKvUse -Name named
        $other = $rows | Invoke-AgentReplay -Workers 3
        $result | Export-AgentReport "$TestDrive/r.json" -Force
    }

    AfterEach {
        while ($changed.Count) { & $changed.Pop() }
    }

    It 'is shown by the view and in the list of <Name>' -ForEach @(
        @{ Name = 'a request record'; Make = { $records[0] } }
        @{ Name = 'a tool record'; Make = { $records | Where-Object EventType -NE request_end | Select-Object -First 1 } }
        @{ Name = 'a row'; Make = { $rows[1] } }
        @{ Name = 'a row of version 2'; Make = { ConvertTo-AgentMooncake $Sample -Version 2 | Select-Object -Skip 1 -First 1 } }
        @{ Name = 'a session'; Make = { Get-AgentSession $Sample | Select-Object -First 1 } }
        @{ Name = 'a session of a tree'; Make = { Get-AgentSession $Sample -Tree | Select-Object -Skip 1 -First 1 } }
        @{ Name = 'measures of records'; Make = { Measure-AgentTrace $Sample } }
        @{ Name = 'measures of records by group'; Make = { Measure-AgentTrace $Sample -By SessionId } }
        @{ Name = 'measures of sessions by group'; Make = { Get-AgentSession $Sample | Measure-AgentTrace -By RootSessionId } }
        @{ Name = 'measures of tools'; Make = { (Measure-AgentTrace $Sample).Tools } }
        @{ Name = 'a request'; Make = { $result.Requests[0] } }
        @{ Name = 'a run'; Make = { $other.Run } }
        @{ Name = 'an input of a run'; Make = { (Invoke-AgentReplay $Sample -TraceFormat Dynamo).Run.Inputs } }
        @{ Name = 'a result'; Make = { $other } }
        @{ Name = 'a task'; Make = { $result | Get-AgentTask } }
        @{ Name = 'sessions of a replay'; Make = { $result | Get-AgentSession -Tree } }
        @{ Name = 'a critical path'; Make = { ($result | Get-AgentTask)[0].CriticalPath } }
        @{ Name = 'tools of a path'; Make = { ($result | Get-AgentTask | Where-Object { $_.CriticalTools } | Select-Object -First 1).CriticalTools } }
        @{ Name = 'a row of a sweep'; Make = { $rows | Invoke-AgentSweep -Workers 1, 2 } }
        @{ Name = 'a stored report'; Make = { Import-AgentReport "$TestDrive/r.json" } }
        @{ Name = 'a tool call of a row'; Make = { ($rows | Where-Object { $_.ToolEvents.Count } | Select-Object -First 1).ToolEvents } }
        @{ Name = 'a dependency of a row'; Make = { (ConvertTo-AgentMooncake $Sample -Version 2 | Where-Object { $_.Dependencies.Count } | Select-Object -First 1).Dependencies } }
        @{ Name = 'a status of a capture'; Make = { Start-AgentTrace "$TestDrive/cap"; $null = Stop-AgentTrace } }
        @{ Name = 'a comparison'; Make = { $result, $other | Compare-AgentReplay } }
        @{ Name = 'a test'; Make = { $result | Test-AgentReplay -Limit @{ p99_ttft_ms = 1 } } }
        @{ Name = 'an engine configuration'; Make = { New-AgentEngineConfig -BlockSize 16 } }
    ) {
        $objects = @(& $Make)
        $objects.Count | Should -BeGreaterThan 0
        foreach ($object in $objects) { Set-Text $object }
        foreach ($width in 80, 120) {
            $text = ($objects | Out-String -Width $width) + ($objects | Format-List | Out-String -Width $width)
            $control.Matches($text).Value.ForEach{ 'U+{0:X4}' -f [int] $_[0] } | Should -BeNullOrEmpty
        }
    }

    It 'is shown by errors, warnings, progress and what would be done' {
        $file = "$TestDrive/$($Bad -replace '[\[\ud800]').jsonl"   # the test folder cannot be removed with a bracket in it
        [System.IO.File]::WriteAllText($file, "{`"schema`":`"dynamo.request.trace.v1`",`"event_type`":`"$([char]0x202e)x`"}`n")
        Import-AgentTrace -LiteralPath $file -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults | Should -Not -BeNullOrEmpty
        $control.IsMatch("$($faults | ForEach-Object { $_.Exception.Message })") | Should -BeFalse
        { Invoke-AgentReplay -LiteralPath $file -TraceFormat Dynamo } | Should -Throw -ExceptionType ([AgentSim.AgentSimException])
    }

    It 'is shown in the cells of CSV, also as -Name' {
        $result | Export-AgentReport "$TestDrive/names.csv" -Name $Bad -Force
        $control.IsMatch((Get-Content -Raw "$TestDrive/names.csv")) | Should -BeFalse
    }
}

Describe 'A file whose end is missing' {
    BeforeAll {
        $bytes = [System.IO.File]::ReadAllBytes($Sample)
        [System.IO.File]::WriteAllBytes("$TestDrive/torn.jsonl.gz", $bytes[0..($bytes.Count - 200)])
        ConvertTo-AgentMooncake $Sample | Export-AgentMooncake "$TestDrive/whole.jsonl.gz"
        $bytes = [System.IO.File]::ReadAllBytes("$TestDrive/whole.jsonl.gz")
        [System.IO.File]::WriteAllBytes("$TestDrive/rows.jsonl.gz", $bytes[0..($bytes.Count - 200)])
    }

    It 'is refused, and read with -AllowTorn and a warning by <Name>' -ForEach @(
        @{ Name = 'Invoke-AgentReplay'; Run = { Invoke-AgentReplay "$TestDrive/torn.jsonl.gz" -TraceFormat Dynamo @args } }
        @{ Name = 'Import-AgentTrace'; Run = { Import-AgentTrace "$TestDrive/torn.jsonl.gz" -ErrorAction Stop @args } }
        @{ Name = 'Import-AgentMooncake'; Run = { Import-AgentMooncake "$TestDrive/rows.jsonl.gz" -Format AgenticMooncake -ErrorAction Stop @args } }
        @{ Name = 'Invoke-AgentSweep'; Run = { Invoke-AgentSweep "$TestDrive/torn.jsonl.gz" -TraceFormat Dynamo @args } }
        @{ Name = 'ConvertTo-AgentMooncake'; Run = { ConvertTo-AgentMooncake "$TestDrive/torn.jsonl.gz" @args } }
        @{ Name = 'Export-AgentTimeline'; Run = { Export-AgentTimeline "$TestDrive/t.json" -SourcePath "$TestDrive/torn.jsonl.gz" -PassThru -Force @args } }
    ) {
        { & $Run } | Should -Throw -ErrorId 'GzipInvalid,*' -ExpectedMessage '*cut short*-AllowTorn*'
        $warnings, $made = @(& $Run -AllowTorn 3>&1).Where({ $_ -is [System.Management.Automation.WarningRecord] }, 'Split')
        $made | Should -Not -BeNullOrEmpty
        "$warnings" | Should -Match 'torn at its end: its \d+ whole lines were read'
    }
}

Describe 'Limits and signals of a session' -Skip:(-not $IsLinux) {
    BeforeAll {
        # In a session of its own, under a limit that is set when it runs: the runtime itself needs a large file when it starts.
        function Invoke-Session([string] $Script) {
            $file = "$TestDrive/session.ps1"
            Set-Content $file "Import-Module '$Manifest'; Set-Location '$TestDrive'; $Script"
            $pwsh = (Get-Process -Id $PID).Path
            $output = if ([System.IO.Path]::GetFileNameWithoutExtension($pwsh) -eq 'dotnet') { dotnet pwsh -NoProfile -NonInteractive -File $file 2>&1 } else { & $pwsh -NoProfile -NonInteractive -File $file 2>&1 }
            , @($output | ForEach-Object { "$_" })
        }
    }

    It 'makes a file that is too large an error, and leaves nothing' {
        $output = Invoke-Session @"
            `$result = Invoke-AgentReplay '$Sample' -TraceFormat Dynamo
            prlimit --pid `$PID --fsize=10000
            try { `$result | Export-AgentReport '$TestDrive/large.html' } catch { "caught `$(`$_.FullyQualifiedErrorId)" }
            sh -c 'grep SigIgn /proc/self/status'
            'alive'
"@
        "$output" | Should -Match 'caught OutputFailed,.*alive'
        # What the session starts does not ignore the signal (25, the bit 0x01000000).
        $ignored = [Convert]::ToUInt64(("$output" -replace '.*SigIgn:\s*([0-9a-f]+).*', '$1'), 16)
        $ignored -band 0x01000000 | Should -Be 0
        Get-ChildItem $TestDrive -Force -Filter '.agentsim*' | Should -BeNullOrEmpty
        Test-Path "$TestDrive/large.html" | Should -BeFalse
    }

    It 'writes captures and leaves no half-made file when <_> ends it' -ForEach 'TERM', 'HUP' {
        $output = Invoke-Session @"
            `$rows = ConvertTo-AgentMooncake '$Sample'
            Start-AgentTrace '$TestDrive/kept' | Out-Null
            & { `$rows; kill -$_ `$PID; Start-Sleep 30 } | Export-AgentMooncake '$TestDrive/half.jsonl' -Force
            'not ended'
"@
        "$output" | Should -Not -Match 'not ended'
        Get-ChildItem $TestDrive -Force -Filter '.agentsim*' | Should -BeNullOrEmpty
        Test-Path "$TestDrive/half.jsonl" | Should -BeFalse
    }
}
