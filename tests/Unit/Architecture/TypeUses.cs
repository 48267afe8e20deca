using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace AgentSim.Tests.Architecture;

/// <summary>
/// Which types of an assembly use which others of it: in what they derive from, in signatures and attributes, and in the bodies
/// of methods. Types within others, also those that the compiler makes, count as the one around them. Constants leave no trace,
/// since the compiler puts their values in their place.
/// </summary>
internal sealed class TypeUses : ISignatureTypeProvider<bool, object?>
{
    private static readonly Dictionary<int, OpCode> OpCodeOf = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly HashSet<(string User, string Used)> _found = [];
    private string _user = "";

    private TypeUses(PEReader file) => (_file, _metadata) = (file, file.GetMetadataReader());

    /// <summary>The pairs of full names, in order; a type's use of itself is left out.</summary>
    public static IReadOnlyList<(string User, string Used)> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var uses = new TypeUses(file);
        foreach (TypeDefinitionHandle type in uses._metadata.TypeDefinitions) uses.AddType(type);
        return [.. uses._found.Where(pair => pair.User != pair.Used).Order()];
    }

    private void AddType(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        _user = NameOf(handle);
        Add(type.BaseType);
        AddAttributes(type.GetCustomAttributes());
        AddConstraints(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
            Add(_metadata.GetInterfaceImplementation(implemented).Interface);
        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            FieldDefinition definition = _metadata.GetFieldDefinition(field);
            definition.DecodeSignature(this, null);
            AddAttributes(definition.GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle property in type.GetProperties())
            AddAttributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes());
        foreach (MethodDefinitionHandle method in type.GetMethods()) AddMethod(_metadata.GetMethodDefinition(method));
    }

    private void AddMethod(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        AddAttributes(method.GetCustomAttributes());
        AddConstraints(method.GetGenericParameters());
        foreach (ParameterHandle parameter in method.GetParameters())
            AddAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return;
        MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        foreach (ExceptionRegion region in body.ExceptionRegions) Add(region.CatchType);
        AddInstructions(body.GetILReader());
    }

    private void AddInstructions(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == 0xFE) value = 0xFE00 | code.ReadByte();
            switch (OpCodeOf[value].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle attribute in attributes) Add(_metadata.GetCustomAttribute(attribute).Constructor);
    }

    private void AddConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
                Add(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                _found.Add((_user, NameOf((TypeDefinitionHandle)handle)));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                Add(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Add(_metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(method.Method);
                method.DecodeSignature(this, null);
                break;
        }
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        while (type.IsNested) type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        return $"{_metadata.GetString(type.Namespace)}.{_metadata.GetString(type.Name)}";
    }

    // Reading a signature comes by every type in it; only those of this assembly are of interest.
    bool ISimpleTypeProvider<bool>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        _found.Add((_user, NameOf(handle)));

    bool ISimpleTypeProvider<bool>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => false;

    bool ISimpleTypeProvider<bool>.GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

    bool ISZArrayTypeProvider<bool>.GetSZArrayType(bool elementType) => elementType;

    bool IConstructedTypeProvider<bool>.GetArrayType(bool elementType, ArrayShape shape) => elementType;

    bool IConstructedTypeProvider<bool>.GetByReferenceType(bool elementType) => elementType;

    bool IConstructedTypeProvider<bool>.GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => genericType;

    bool IConstructedTypeProvider<bool>.GetPointerType(bool elementType) => elementType;

    bool ISignatureTypeProvider<bool, object?>.GetFunctionPointerType(MethodSignature<bool> signature) => false;

    bool ISignatureTypeProvider<bool, object?>.GetGenericMethodParameter(object? genericContext, int index) => false;

    bool ISignatureTypeProvider<bool, object?>.GetGenericTypeParameter(object? genericContext, int index) => false;

    bool ISignatureTypeProvider<bool, object?>.GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => unmodifiedType;

    bool ISignatureTypeProvider<bool, object?>.GetPinnedType(bool elementType) => elementType;

    bool ISignatureTypeProvider<bool, object?>.GetTypeFromSpecification(MetadataReader reader, object? genericContext,
        TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
}
