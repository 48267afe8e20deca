# A chat of two turns with a server, by the class library of Python: the second turn finds the first one in the cache.
import http.client
import json
import sys
from urllib.parse import urlparse

connection = http.client.HTTPConnection(urlparse(sys.argv[1]).netloc, timeout=60)
messages = [{"role": "user", "content": "word " * 200}]


def ask(**options):
    body = json.dumps({"messages": messages, "max_tokens": 80, **options})
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    assert answer.headers["Server"].startswith("agentsim/"), answer.headers["Server"]
    return answer


text, usage = "", None
for line in ask(stream=True, stream_options={"include_usage": True}):
    if not line.startswith(b"data: {"):
        continue
    event = json.loads(line[6:])
    usage = event.get("usage") or usage
    for choice in event["choices"]:
        text += choice["delta"].get("content", "")
assert len(text.split()) == 80 and usage["completion_tokens"] == 80, usage

messages += [{"role": "assistant", "content": text}, {"role": "user", "content": "go on"}]
usage = json.loads(ask().read())["usage"]
assert usage["prompt_tokens_details"]["cached_tokens"] >= 256, usage
connection.request("POST", "/v1/completions", "{")
assert connection.getresponse().status == 400
print("chat done")
