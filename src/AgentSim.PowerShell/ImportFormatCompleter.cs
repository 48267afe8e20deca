using AgentSim.Imports;

namespace AgentSim.PowerShell;

/// <summary>Completes names of import formats.</summary>
internal sealed class ImportFormatCompleter() : NameCompleter(LogImport.FormatNames);
