// A client that was not written here: OpenAI's own .NET library against a server, `dotnet run openai.cs http://127.0.0.1:8000 agentsim`.
// It lists the models, asks for a chat in one piece and as a stream, goes on with a conversation that has a tool, and asks for what is refused.
#:package OpenAI@2.15.0
#:property ManagePackageVersionsCentrally=false
#:property TreatWarningsAsErrors=false
#:property EnableNETAnalyzers=false
#:property PublishAot=false
using System.ClientModel;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

string address = args.Length > 0 ? args[0] : "http://127.0.0.1:8000", name = args.Length > 1 ? args[1] : "agentsim";
var client = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(address + "/v1") });
foreach (OpenAIModel model in client.GetOpenAIModelClient().GetModels().Value)
    Console.WriteLine($"model {model.Id}, owned by {model.OwnedBy}, created {model.CreatedAt:u}");
Check(client.GetOpenAIModelClient().GetModel(name).Value.Id == name, "the model has its name");

ChatClient chat = client.GetChatClient(name);
ChatCompletion whole = chat.CompleteChat(
    [new SystemChatMessage("You are terse."), new UserChatMessage("How late is it?")], new ChatCompletionOptions { MaxOutputTokenCount = 7 });
Console.WriteLine($"{whole.Usage.InputTokenCount} tokens in, {whole.Usage.OutputTokenCount} out: {whole.Content[0].Text}");
Check(whole.Usage.OutputTokenCount == 7 && whole.FinishReason == ChatFinishReason.Length, "an answer in one piece has its tokens");

string text = "";
int usage = 0;
await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync(
    [new UserChatMessage("Count.")], new ChatCompletionOptions { MaxOutputTokenCount = 20 }))
{
    foreach (ChatMessageContentPart part in update.ContentUpdate) text += part.Text;
    if (update.Usage is { } counted) usage = counted.OutputTokenCount;
}

Check(usage == 20 && text.Split(' ').Length == 20, "a stream has its tokens and its usage");

var messages = new List<ChatMessage> { new UserChatMessage("Use the tool.") };
ChatTool tool = ChatTool.CreateFunctionTool("now", "tells the time", BinaryData.FromString("""{"type":"object","properties":{}}"""));
var options = new ChatCompletionOptions { MaxOutputTokenCount = 64, Tools = { tool } };
ChatCompletion first = chat.CompleteChat(messages, options);
messages.AddRange([new AssistantChatMessage(first), new UserChatMessage("And again.")]);
ChatCompletion second = chat.CompleteChat(messages, options);
Check(second.Usage.InputTokenCount > first.Usage.InputTokenCount + 64, "the next turn has the answer in its prompt");
Check(second.Usage.InputTokenDetails.CachedTokenCount > 64, "and finds it in the cache");

Refused(404, () => client.GetChatClient("other").CompleteChat(messages));
Refused(400, () => chat.CompleteChat(messages, new ChatCompletionOptions { IncludeLogProbabilities = true }));
Console.WriteLine("all is as it should be");

static void Refused(int status, Action call)
{
    try
    {
        call();
    }
    catch (ClientResultException error) when (error.Status == status)
    {
        Console.WriteLine($"refused: {error.Message.ReplaceLineEndings(" ")}");
        return;
    }

    Check(false, $"{status} was expected");
}

static void Check(bool holds, string what)
{
    if (!holds) throw new InvalidOperationException("not so: " + what);
    Console.WriteLine("ok: " + what);
}
